"""Desk: spaces, splits, values carried across applications, mistakes that cannot be undone, shortest plans."""

from __future__ import annotations

import random

import gymnasium as gym
import pytest

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.desk import DeskEnv, combinations
from lam_envs.text.desk_expert import desk
from lam_envs.text.desktop import SOURCES, VERBS, Item
from lam_envs.text.mailbox import Person

DIFFICULTIES = ("easy", "normal", "hard")
SPLITS = ("train", "held_out", "all")


def make(difficulty: str = "normal", split: str = "train") -> DeskEnv:
    return DeskEnv(difficulty, phrasing=split, layout=split, composition=split)


def start(verb: str, difficulty: str = "normal", nested: bool = False) -> DeskEnv:
    """An environment whose goal is this verb; `nested` asks for an action behind another button."""
    env = make(difficulty, "all")
    for seed in range(2000):
        env.reset(seed=seed)
        sink = env.goals[0].sink
        if env.combination[0] == verb and nested == (isinstance(sink, Item) and sink.kind in env._nested):
            return env
    raise AssertionError(verb)


def follow(env: DeskEnv, view: str) -> None:
    """Let the expert act until this view."""
    expert = desk(env)
    while env.view[0] != view:
        env.step(expert.act({}))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_random_walks_stay_in_the_spaces_and_rarely_succeed(difficulty: str, split: str) -> None:
    env = make(difficulty, split)
    chooser = random.Random(0)
    successes = 0
    for seed in range(60):
        observation, info = env.reset(seed=seed)
        if split != "all":
            assert {identifier.split("/")[1] for identifier in env.template_ids} == {split}
        for words in env.slots.values():
            assert words in env.instruction
        for _ in range(30):
            admissible = info["admissible_actions"]
            assert 0 < len(admissible) == len(set(admissible)) <= 32
            observation, _, terminated, _, info = env.step(chooser.choice(admissible))
            assert env.observation_space.contains(observation)
            assert observation["screen"].isascii()
            assert observation["screen"].count("\n") < 20
            assert all(env.action_space.contains(action) for action in info["admissible_actions"])
            assert 0.0 <= info["progress"] <= 1.0
            if terminated:
                break
        successes += info["success"]
    assert successes <= 2


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_names_point_to_one_item(difficulty: str) -> None:
    env = make(difficulty, "all")
    for seed in range(100):
        env.reset(seed=seed)
        for index, goal in enumerate(env.goals):
            for role, item in (("source", goal.source), ("sink", goal.sink)):
                fitting = [each for each in everything(env, item) if named(env, each, f"{index}{role}")]
                assert fitting == [item]
            assert goal.source is not goal.sink
            if goal.gap:
                assert goal.field in goal.sink.missing
            assert goal.field in SOURCES[goal.source.kind]


def everything(env: DeskEnv, like: object) -> list[object]:
    """What might be meant besides `like`."""
    return list(env.desktop.items[like.kind]) if isinstance(like, Item) else list(env.desktop.people)


def named(env: DeskEnv, each: object, role: str) -> bool:
    """Whether the slots of a role name this item or person."""
    slots = env.slots
    person = each if isinstance(each, Person) else each.person if isinstance(each, Item) else None
    if "person_" + role in slots and (person is None or person.short != slots["person_" + role]):
        return False
    if not isinstance(each, Item):
        return True
    subject = slots.get("subject_" + role) or slots.get("event_" + role)
    return subject in (None, each.subject) and slots.get("note_" + role) in (None, each.title.lower())


def test_same_episode_for_the_same_seed() -> None:
    first = [make().reset(seed=seed)[0]["instruction"] for seed in range(40)]
    assert first == [make().reset(seed=seed)[0]["instruction"] for seed in range(40)]
    assert len(set(first)) > 35


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_compositions_are_disjoint_and_their_words_are_seen(difficulty: str) -> None:
    train, held_out = set(combinations(difficulty, "train")), set(combinations(difficulty, "held_out"))
    assert not train & held_out
    assert train | held_out == set(combinations(difficulty, "all"))
    assert held_out
    for position in range(3):
        assert {combination[position] for combination in held_out} <= {combination[position] for combination in train}
    assert {combination[0] for combination in train} == set(VERBS[difficulty])


def test_clipboard_is_shown_with_its_origin_on_every_screen() -> None:
    env = start("reply")
    expert = desk(env)
    observation, _ = env.reset(seed=3)
    while not env.clipboard:
        observation, *_ = env.step(expert.act(observation))
    for _ in range(3):
        lines = observation["screen"].split("\n")
        assert env.goals[0].source.origin in lines[2]
        assert lines[2].endswith(env.goals[0].value)
        observation, *_ = env.step(expert.act(observation))


def test_wrong_value_ends_the_episode() -> None:
    env = start("reply")
    other = next(name for name in env.goals[0].sink.fields if env.goals[0].sink.fields[name] != env.goals[0].value)
    env._act("open", env.goals[0].sink, "")
    env._act("copy", other, "")
    env._act("write", "", "")
    env._act("text", None, env.copied)
    env.step("nothing")
    observation, reward, terminated, _, info = env.step(env.action_for("commit"))
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert "Failed:" in observation["screen"]


def test_wrong_recipient_ends_the_episode() -> None:
    env = start("send")
    follow(env, "new")
    other = next(person for person in env.desktop.people if person is not env.goals[0].sink)
    env._act("to", None, other.full)
    env._act("text", None, env.copied)
    env.step("nothing")
    _, reward, terminated, _, info = env.step(env.action_for("commit"))
    assert (reward, terminated, info["success"]) == (0.0, True, False)


@pytest.mark.parametrize(("verb", "nested"), [("note", True), ("event", True), ("card", False)])
def test_actions_behind_another_button(verb: str, nested: bool) -> None:
    env = start(verb, nested=nested)
    expert, info, views = desk(env), {"success": False}, []
    while not info["success"]:
        info = env.step(expert.act({}))[4]
        views.append(env.view[0])
    assert ("more" in views) == nested
    assert env.goals[0].sink.written == [env.goals[0].value]
    assert f"Added: {env.goals[0].value}" in env.screen.lines


def test_leaving_screens() -> None:
    env = start("send")
    follow(env, "new")
    views = []
    for _ in range(2):
        env._back()
        views.append(env.view)
    assert views == [("list", "message"), ("home",)]
    item = env.desktop.items["contact"][-1]
    env._act("open", item, "")
    env._back()
    assert env.view == ("list", "contact")
    assert env.page == 1


def test_needs_the_desk() -> None:
    with pytest.raises(ValueError, match="the desk expert needs a DeskEnv, not CartPoleEnv"):
        desk(gym.make("CartPole-v1"))


def test_card() -> None:
    headings = [line.strip("# ") for line in (DeskEnv.__doc__ or "").split("\n") if line.strip().startswith("## ")]
    assert headings == [
        *("Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End"),
        *("Arguments", "Version History"),
    ]
