"""What holds in every application: spaces, seeds, splits, cards, experts that succeed, and chance that does not."""

from __future__ import annotations

import importlib
import random
import re
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import lam_envs
from lam_envs.text.engine import ScreenEnv
from lam_envs.text.language import Dice

APPLICATIONS = ("calendar", "files", "form")
ALL_APPLICATIONS = (*APPLICATIONS, "shop", "desk")
DIFFICULTIES = ("easy", "normal", "hard")
AXES = ("phrasing", "layout", "composition")
WORDS = re.compile(r"[a-z]+")
UNWORDED = {"{do}", "", "{one}"}
"""Templates that wrap nothing: both sides may have them."""

each_application = pytest.mark.parametrize("name", APPLICATIONS)
every_application = pytest.mark.parametrize("name", ALL_APPLICATIONS)
SEEDS = {"calendar": 100, "files": 100, "form": 100, "shop": 150, "desk": 150}
"""Episodes in which an expert has to succeed, a difficulty and split."""
SHORTEST = {"calendar": 2, "files": 2, "form": 2, "shop": 3, "desk": 8}
LONGEST = {
    "calendar": (25, 25, 25),
    "files": (25, 25, 25),
    "form": (25, 25, 25),
    "shop": (10, 14, 26),
    "desk": (10, 11, 24),
}
"""Bounds of an expert's plans; the longest by difficulty."""


class Detours(NamedTuple):
    """Random actions between an expert's, from which it has to find back."""

    episodes: int
    seed: int
    steps: int
    """Steps of an episode in which they may occur."""
    chance: float
    recovered: int
    """More episodes than this succeed all the same."""


DETOURS = {
    **dict.fromkeys(APPLICATIONS, Detours(150, 0, 25, 0.4, 50)),
    "shop": Detours(80, 1, 30, 0.5, 40),
    "desk": Detours(80, 1, 25, 0.5, 30),
}

each_difficulty = pytest.mark.parametrize("difficulty", DIFFICULTIES)


def make(name: str, difficulty: str = "normal", split: str = "train") -> Any:
    module = importlib.import_module(f"lam_envs.text.{name}")
    return getattr(module, f"{name.capitalize()}Env")(difficulty, phrasing=split, layout=split, composition=split)


def expert_of(env: ScreenEnv) -> Any:
    name = type(env).__module__.rpartition(".")[2]
    return getattr(importlib.import_module(f"lam_envs.text.{name}_expert"), name)(env)


def phrasings(name: str) -> Any:
    return importlib.import_module(f"lam_envs.text.phrasings.{name}")


def layouts(name: str) -> Any:
    return importlib.import_module(f"lam_envs.text.layouts.{name}").LAYOUTS


def combinations(name: str, difficulty: str, split: str) -> set[tuple[str, str, str]]:
    return set(importlib.import_module(f"lam_envs.text.{name}").combinations(difficulty, split))


def limit(name: str) -> int:
    return lam_envs.ENTRY_POINTS[f"LamText/{name.capitalize()}-v0"][1]


def plan(env: Any, seed: int, chosen: dict[tuple[str, str], str]) -> int:
    """Length of the expert's plan; checks success, and that `chosen` holds one action a situation."""
    observation, info = env.reset(seed=seed)
    expert = expert_of(env)
    steps = 0
    while not info["success"]:
        action = expert.act(observation)
        assert action in info["admissible_actions"], (seed, observation, action)
        assert expert.explain()
        assert steps < limit(type(env).__module__.rpartition(".")[2])
        assert chosen.setdefault((observation["instruction"], observation["screen"]), action) == action
        observation, _, terminated, _, info = env.step(action)
        steps += 1
        assert terminated == info["success"]
    return steps


@every_application
@each_difficulty
def test_check_env(name: str, difficulty: str) -> None:
    made = gym.make(f"LamText/{name.capitalize()}-v0", difficulty=difficulty, render_mode="ansi")
    check_env(made.unwrapped)


@every_application
@each_difficulty
@pytest.mark.parametrize("split", ["train", "held_out", "all"])
def test_expert_succeeds(name: str, difficulty: str, split: str) -> None:
    env = make(name, difficulty, split)
    chosen: dict[tuple[str, str], str] = {}
    lengths = [plan(env, seed, chosen) for seed in range(SEEDS[name])]
    assert min(lengths) >= SHORTEST[name]
    assert max(lengths) <= LONGEST[name][DIFFICULTIES.index(difficulty)]


@every_application
@pytest.mark.parametrize("axis", AXES)
def test_expert_succeeds_on_each_axis_alone(name: str, axis: str) -> None:
    env = type(make(name))(**{axis: "held_out"})
    for seed in range(60):
        plan(env, seed, {})


def shortest(env: Any, seed: int, limit: int, start: tuple[str, ...] = ()) -> int:
    """Steps to success after the actions `start`, by breadth-first search over screens up to `limit` steps."""
    frontier: list[tuple[str, ...]] = [start]
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
                observation, _, terminated, _, result = env.step(action)
                if result["success"]:
                    return depth
                if not terminated and observation["screen"] not in seen:
                    seen.add(observation["screen"])
                    following.append((*prefix, action))
        frontier = following
    return limit + 1


@pytest.mark.parametrize("name", ["calendar", "files"])
def test_plans_are_shortest(name: str) -> None:
    env = make(name, "easy")
    lengths = {seed: plan(env, seed, {}) for seed in range(40)}
    short = [seed for seed, length in lengths.items() if length <= 4][:3]
    assert len(short) == 3
    for seed in short:
        assert shortest(env, seed, lengths[seed]) == lengths[seed]


@pytest.mark.parametrize("seed", range(6))
def test_plans_at_the_desk_are_shortest(seed: int) -> None:
    """Searched from four steps into the plan, so that the search stays small."""
    env = make("desk", "easy")
    observation, info = env.reset(seed=seed)
    expert, actions = expert_of(env), []
    while not info["success"]:
        actions.append(expert.act(observation))
        observation, _, _, _, info = env.step(actions[-1])
    assert shortest(env, seed, len(actions) - 4, tuple(actions[:4])) == len(actions) - 4


@every_application
@each_difficulty
def test_expert_recovers_from_random_detours(name: str, difficulty: str) -> None:
    env, detours = make(name, difficulty, "all"), DETOURS[name]
    chooser = random.Random(detours.seed)
    recovered = 0
    for seed in range(detours.episodes):
        observation, info = env.reset(seed=seed)
        expert = expert_of(env)
        terminated = False
        for step in range(120):
            action = expert.act(observation)
            assert action in info["admissible_actions"], (seed, observation, action)
            if step < detours.steps and chooser.random() < detours.chance:
                action = chooser.choice(info["admissible_actions"])
            observation, _, terminated, _, info = env.step(action)
            if terminated:
                break
        assert terminated, (seed, observation)
        recovered += info["success"]
    assert recovered > detours.recovered


@each_application
@each_difficulty
@pytest.mark.parametrize("split", ["train", "held_out"])
def test_random_walks(name: str, difficulty: str, split: str) -> None:
    env = make(name, difficulty, split)
    chooser = random.Random(0)
    successes = 0
    for seed in range(60):
        observation, info = env.reset(seed=seed)
        assert {identifier.split("/")[1] for identifier in env.template_ids} == {split}
        assert env.combination in combinations(name, difficulty, split)
        for slot, words in env.slots.items():
            assert words in observation["instruction"], (slot, words, observation)
        for _ in range(limit(name)):
            assert env.observation_space.contains(observation), observation
            actions = info["admissible_actions"]
            assert all(env.action_space.contains(action) for action in actions)
            assert 0 < len(set(actions)) == len(actions) <= 32
            assert 0.0 <= info["progress"] <= 1.0
            observation, _, terminated, _, info = env.step(chooser.choice(actions))
            if terminated:
                break
        successes += info["success"]
    assert successes <= 3


@each_application
def test_deterministic_per_seed(name: str) -> None:
    def walk(seed: int) -> list[Any]:
        env = make(name, "hard", "all")
        chooser = random.Random(seed)
        seen: list[Any] = [env.reset(seed=seed)]
        for _ in range(8):
            seen.append(env.step(chooser.choice(seen[-1][-1]["admissible_actions"])))
        return seen

    assert [walk(seed) for seed in range(20)] == [walk(seed) for seed in range(20)]
    assert len({make(name).reset(seed=seed)[0]["instruction"] for seed in range(40)}) > 35


@each_application
@each_difficulty
def test_compositions_are_disjoint_and_their_words_are_seen(name: str, difficulty: str) -> None:
    train, held_out = combinations(name, difficulty, "train"), combinations(name, difficulty, "held_out")
    assert train
    assert held_out
    assert not train & held_out
    assert train | held_out == combinations(name, difficulty, "all")
    for position in range(3):
        assert {each[position] for each in held_out} <= {each[position] for each in train}


@each_application
def test_templates_are_disjoint(name: str) -> None:
    train, held_out = phrasings(name).TRAIN, phrasings(name).HELD_OUT
    assert set(train) == set(held_out)
    for symbol in train:
        assert not (set(train[symbol]) & set(held_out[symbol])) - UNWORDED, symbol
    for symbol in (symbol for symbol in train if symbol + "." in train):
        assert len(train[symbol]) + len(train[symbol + "."]) >= 16, symbol
        assert len(held_out[symbol]) + len(held_out[symbol + "."]) >= 12, symbol
    unseen = {word for text in held_out.values() for word in WORDS.findall(" ".join(text))}
    assert len(unseen - {word for text in train.values() for word in WORDS.findall(" ".join(text))}) > 40


@each_application
def test_labels_are_disjoint(name: str) -> None:
    sides = layouts(name)
    assert set(sides["train"]) == set(sides["held_out"])
    everything = {label for labels in sides["train"].values() for label in labels}
    for key, labels in sides["held_out"].items():
        assert not everything & set(labels), key


@each_application
def test_synonyms_are_train_words(name: str) -> None:
    train = {word for texts in phrasings(name).TRAIN.values() for word in WORDS.findall(" ".join(texts).lower())}
    for group in phrasings(name).SYNONYMS:
        assert len(group) >= 2
        for member in group:
            assert set(WORDS.findall(member.lower())) <= train, member


@each_application
def test_another_wording_means_the_same(name: str) -> None:
    env = make(name)
    for seed in range(10):
        env.reset(seed=seed)
        slots = dict(env.slots)
        wording = env.paraphrase(Dice(np.random.default_rng(seed)))
        observation, _ = env.reset(seed=seed, options={"instruction": wording})
        assert observation["instruction"] == wording
        assert env.slots == slots
        assert all(words in wording for words in slots.values()), (slots, wording)


@each_application
def test_card(name: str) -> None:
    card = type(make(name)).__doc__ or ""
    headings = [line.strip("# ") for line in card.split("\n") if line.strip().startswith("## ")]
    assert headings == [
        *("Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End"),
        *("Arguments", "Version History"),
    ]
    assert f"truncated after {limit(name)} steps" in " ".join(card.split())
    assert "| instruction | Text |" in card


@each_application
def test_expert_needs_its_application(name: str) -> None:
    factory = getattr(importlib.import_module(f"lam_envs.text.{name}_expert"), name)
    with pytest.raises(ValueError, match=f"the {name} expert needs a {name.capitalize()}Env, not CartPoleEnv"):
        factory(gym.make("CartPole-v1"))
