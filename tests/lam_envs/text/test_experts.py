"""The mail expert: always succeeds, no step too many, same action for the same screen, mends what was disturbed."""

from __future__ import annotations

import random

import gymnasium as gym
import pytest

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.experts import mail
from lam_envs.text.mail import MailEnv

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
    lengths = [len(plan(env, seed, chosen)) for seed in range(2000)]
    assert min(lengths) >= 2
    assert max(lengths) <= 14


@pytest.mark.parametrize("axis", ["phrasing", "layout", "composition"])
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_success_on_each_axis_alone(difficulty: str, axis: str) -> None:
    env = MailEnv(difficulty, **{axis: "held_out"})
    for seed in range(500):
        plan(env, seed)


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


@pytest.mark.parametrize(("difficulty", "seeds", "longest"), [("easy", 40, 5), ("normal", 60, 4)])
def test_plans_are_shortest(difficulty: str, seeds: int, longest: int) -> None:
    env = MailEnv(difficulty)
    checked = 0
    for seed in range(seeds):
        length = len(plan(env, seed))
        if length <= longest:
            checked += 1
            assert shortest(env, seed, length) == length
    assert checked > 10


@pytest.mark.parametrize("difficulty", ["normal", "hard"])
def test_recovers_from_random_detours(difficulty: str) -> None:
    env = MailEnv(difficulty, phrasing="all", layout="all", composition="all")
    chooser = random.Random(0)
    recovered = failed = 0
    for seed in range(300):
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
    assert recovered > 150


def test_needs_the_mail_application() -> None:
    with pytest.raises(ValueError, match="the mail expert needs a MailEnv, not CartPoleEnv"):
        mail(gym.make("CartPole-v1"))
