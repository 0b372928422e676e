"""The mail expert: always succeeds, no step too many, same action for the same screen, mends what was disturbed."""

from __future__ import annotations

import random

import gymnasium as gym
import pytest

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.experts import mail
from lam_envs.text.mail import MailEnv
from lam_envs.text.mailbox import _SUBJECTS, INBOX

DIFFICULTIES = ("easy", "normal", "hard")
SPLITS = ("train", "held_out", "all")


def plan(env: MailEnv, seed: int, chosen: dict[tuple[str, str], str] | None = None) -> list[str]:
    """The expert's actions; checks success, and that `chosen` holds one action a situation."""
    observation, info = env.reset(seed=seed)
    expert = mail(env)
    actions: list[str] = []
    while not info["success"]:
        action = expert.act(observation)
        assert action in info["admissible_actions"], (seed, observation)
        assert expert.explain()
        assert len(actions) < 20
        if chosen is not None:
            assert chosen.setdefault((observation["instruction"], observation["screen"]), action) == action
        observation, _, terminated, _, info = env.step(action)
        actions.append(action)
        assert terminated == info["success"]
    return actions


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_success_on_every_seed(difficulty: str, split: str) -> None:
    env = MailEnv(difficulty, phrasing=split, layout=split, composition=split)
    chosen: dict[tuple[str, str], str] = {}
    seeds = 2000 if (difficulty, split) == ("normal", "train") else 150
    lengths = [len(plan(env, seed, chosen)) for seed in range(seeds)]
    assert min(lengths) >= 2
    assert max(lengths) <= 14


@pytest.mark.parametrize("axis", ["phrasing", "layout", "composition"])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_success_on_each_axis_alone(difficulty: str, axis: str) -> None:
    env = MailEnv(difficulty, **{axis: "held_out"})
    for seed in range(60):
        plan(env, seed)


class Reader:
    """Acts on instruction and screen alone: knows what the instruction means and what labels mean, not the mailbox."""

    def __init__(self, env: MailEnv) -> None:
        self.verbs, self.attribute, self.slots = env.verbs, env.combination[2], dict(env.slots)
        self.labels = dict(env._labels)
        self.shown = {subject.spoken: subject.shown for topic in _SUBJECTS for subject in topic}

    def act(self, screen: str) -> str:
        lines = screen.split("\n")
        self.trail = lines[0].split(" > ")
        self.widgets = [line.partition("] ")[2] for line in lines if line.startswith("[")]
        if len(self.trail) == 1:
            return self.click(f"link {self.slots.get('folder_place', INBOX)} (")
        return self.search(lines[0]) if len(self.trail) == 2 else self.handle(lines[2])

    def click(self, start: str) -> str:
        for number, widget in enumerate(self.widgets, 1):
            if widget == start or (start.startswith("link") and widget.startswith(start)):
                return f"click {number}"
        return ""

    def search(self, breadcrumb: str) -> str:
        page, pages = breadcrumb.partition("(page ")[2].rstrip(")").split(" of ")
        found = [f"click {number}" for number, widget in enumerate(self.widgets, 1) if self.fits(widget)]
        if not found or (self.attribute == "oldest" and page != pages):
            return self.click(f"button {self.labels['next']}")
        return found[-1] if self.attribute == "oldest" else found[0]

    def fits(self, row: str) -> bool:
        sender, subject = self.slots.get("person_sender", ""), self.shown.get(self.slots.get("subject", ""), "")
        if self.attribute == "unread" and self.labels["mark"] not in row:
            return False
        return row.startswith("row ") and f"from {sender}" in row and subject in row

    def handle(self, status: str) -> str:
        panel = self.trail[3] if len(self.trail) == 4 else ""
        done = {"star": "| starred" in status, "reply": "| replied" in status, "forward": "| forwarded" in status}
        verb = next(verb for verb in self.verbs if not done.get(verb))
        if panel == self.labels[verb] and verb in ("reply", "forward"):
            if not self.widgets[0].endswith("(empty)"):
                return self.click(f"button {self.labels['send']}")
            return f"type 1 {self.slots['phrase' if verb == 'reply' else 'person']}"
        if panel == self.labels[verb]:
            return self.click(f"link {self.slots['folder']}")
        return self.click(f"button {self.labels[verb]}") or self.click(f"button {self.labels['more']}")


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_screen_and_instruction_determine_the_action(difficulty: str, split: str) -> None:
    env = MailEnv(difficulty, phrasing=split, layout=split, composition=split)
    for seed in range(80):
        observation, info = env.reset(seed=seed)
        expert, reader = mail(env), Reader(env)
        while not info["success"]:
            action = expert.act(observation)
            assert reader.act(observation["screen"]) == action, (seed, observation)
            observation, _, _, _, info = env.step(action)


def shortest(env: MailEnv, seed: int, limit: int) -> int:
    """Length of a shortest plan, by breadth-first search over screens up to `limit` steps."""
    frontier: list[tuple[str, ...]] = [()]
    seen: set[str] = set()
    for depth in range(1, limit + 1):
        following: list[tuple[str, ...]] = []
        for prefix in frontier:
            _, info = env.reset(seed=seed)
            for action in prefix:
                info = env.step(action)[4]
            for action in info["admissible_actions"]:
                env.reset(seed=seed)
                for earlier in prefix:
                    env.step(earlier)
                observation, _, terminated, _, info_after = env.step(action)
                if info_after["success"]:
                    return depth
                if not terminated and observation["screen"] not in seen:
                    seen.add(observation["screen"])
                    following.append((*prefix, action))
        frontier = following
    return limit + 1


@pytest.mark.parametrize(("difficulty", "seeds", "longest"), [("easy", 8, 4), ("normal", 24, 4)])
def test_plans_are_shortest(difficulty: str, seeds: int, longest: int) -> None:
    env = MailEnv(difficulty)
    checked = 0
    for seed in range(seeds):
        length = len(plan(env, seed))
        if length <= longest:
            checked += 1
            assert shortest(env, seed, length) == length
    assert checked >= 4


@pytest.mark.parametrize("difficulty", ["normal", "hard"])
def test_recovers_from_random_detours(difficulty: str) -> None:
    env = MailEnv(difficulty, phrasing="all", layout="all", composition="all")
    chooser = random.Random(0)
    recovered = failed = 0
    for seed in range(120):
        observation, info = env.reset(seed=seed)
        chosen: dict[tuple[str, str], str] = {}
        expert = mail(env)
        terminated = False
        for step in range(100):
            action = expert.act(observation)
            assert action in info["admissible_actions"], (seed, observation, action)
            chosen[observation["instruction"], observation["screen"]] = action
            if step < 25 and chooser.random() < 0.5:
                action = chooser.choice(info["admissible_actions"])
            observation, _, terminated, _, info = env.step(action)
            if terminated:
                break
        assert terminated, (seed, observation)
        recovered += info["success"]
        failed += not info["success"]
    assert recovered > 40


def test_needs_the_mail_application() -> None:
    with pytest.raises(ValueError, match="the mail expert needs a MailEnv, not CartPoleEnv"):
        mail(gym.make("CartPole-v1"))
