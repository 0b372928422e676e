"""Shop: spaces, splits, one product that is meant, orders that cannot be taken back, an expert that always succeeds."""

from __future__ import annotations

import random
from typing import Any

import gymnasium as gym
import pytest

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.phrasings import shop as phrasings
from lam_envs.text.shop import FILTERS, ShopEnv, combinations
from lam_envs.text.shop_expert import shop
from lam_envs.text.stock import RANKS, fits

DIFFICULTIES = ("easy", "normal", "hard")
SPLITS = ("train", "held_out", "all")


def make(difficulty: str = "normal", split: str = "train") -> ShopEnv:
    return ShopEnv(difficulty, phrasing=split, layout=split, composition=split)


def start(verb: str, difficulty: str = "normal", least: int = 0) -> ShopEnv:
    """An environment whose goal is this verb, for a kind of product with sizes when `least` is 1."""
    env = make(difficulty, "all")
    for seed in range(2000):
        env.reset(seed=seed)
        if env.combination[0] == verb and bool(env.goals[0].size) >= bool(least):
            return env
    raise AssertionError(verb)


def follow(env: ShopEnv, view: str) -> None:
    """Let the expert act until this view."""
    expert = shop(env)
    for _ in range(40):
        if env.view[0] == view:
            return
        env.step(expert.act({}))
    raise AssertionError(view)


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_random_walks_stay_in_the_spaces_and_rarely_succeed(difficulty: str, split: str) -> None:
    env = make(difficulty, split)
    chooser = random.Random(0)
    successes = 0
    for seed in range(60):
        observation, info = env.reset(seed=seed)
        assert {identifier.split("/")[1] for identifier in env.template_ids} <= set(phrasings.GRAMMAR.rules)
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
    assert successes <= 3


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_one_product_is_meant(difficulty: str) -> None:
    env = make(difficulty, "all")
    for seed in range(100):
        env.reset(seed=seed)
        for goal in env.goals:
            fitting = [product for product in env.shelves[goal.kind] if fits(product, goal.constraints)]
            assert goal.product in fitting
            if goal.attribute == "only":
                assert fitting == [goal.product]
            else:
                ranks = sorted(RANKS[goal.attribute](product) for product in fitting)
                assert len(fitting) > 1
                assert RANKS[goal.attribute](goal.product) == ranks[0] < ranks[1]


def test_what_fits_comes_first_once_the_controls_are_set() -> None:
    env = make()
    for seed in range(40):
        _, info = env.reset(seed=seed)
        expert = shop(env)
        action = expert.act({})
        while env.view[0] != "product":
            rows = [f"click {number}" for number, widget in enumerate(env.screen.widgets, 1) if widget.kind == "row"]
            if action in rows:
                assert action == rows[0]
                shown = {name: env.filters.get(name, "") for name in (*FILTERS, "sort")}
                assert {name: value for name, value in shown.items() if value} == env.goals[0].wanted
            _, _, _, _, info = env.step(action)
            if info["success"]:
                break
            action = expert.act({})


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


def order(env: ShopEnv) -> tuple[dict[str, Any], float, bool, dict[str, Any]]:
    observation, reward, terminated, _, info = env.step(env.action_for("buy"))
    return observation, reward, terminated, info


def test_wrong_product_ends_the_episode() -> None:
    env = start("buy")
    env._act("search", None, env.goals[0].kind)
    other = next(product for product in env.results if product is not env.goals[0].product)
    env._act("open", other, "")
    env.size = other.sizes[0] if other.sizes else ""
    env._act("add", None, "")
    env._act("go", "basket", "")
    env.step("nothing")
    observation, reward, terminated, info = order(env)
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert f"Failed: {other.shown}" in observation["screen"]


@pytest.mark.parametrize("verb", ["add", "buy+gift", "buy+delivery"])
def test_unasked_or_unwrapped_order_ends_the_episode(verb: str) -> None:
    env = start(verb)
    follow(env, "product")
    goal = env.goals[0]
    env.size = goal.size
    if verb == "add":
        env.basket.append((env.goals[0].product, "other"))
    else:
        env._act("add", None, "")
    env._act("go", "basket", "")
    env.step("nothing")
    _, reward, terminated, info = order(env)
    assert (reward, terminated, info["success"]) == (0.0, True, False)
    assert env._progress() < 1.0


def test_wrong_size_is_taken_out_again() -> None:
    env = start("add", least=1)
    follow(env, "product")
    goal = env.goals[0]
    env.size = next(size for size in goal.product.sizes if size != goal.size)
    env._act("add", None, "")
    env.step("nothing")
    assert env.stray_items()
    expert, info = shop(env), {"success": False}
    for _ in range(12):
        if not info["success"]:
            info = env.step(expert.act({}))[4]
    assert info["success"]
    assert [size for _, size in env.basket] == [goal.size]


def test_saved_by_mistake_is_forgotten_in_the_list_of_saved_products() -> None:
    env = start("save")
    follow(env, "list")
    other = next(product for product in env.results if product is not env.goals[0].product)
    env._act("open", other, "")
    env._act("save", None, "")
    env._back()
    env.step("nothing")
    expert, info = shop(env), {"success": False}
    views = set()
    for _ in range(20):
        if not info["success"]:
            info = env.step(expert.act({}))[4]
            views.add(env.view[0])
    assert info["success"]
    assert "saved" in views
    assert not other.saved


def test_filters_that_leave_nothing_say_so() -> None:
    env = start("buy")
    env._act("search", None, env.goals[0].kind)
    env.results = []
    assert env._screen().lines == ("No product fits.",)


def test_needs_the_shop() -> None:
    with pytest.raises(ValueError, match="the shop expert needs a ShopEnv, not CartPoleEnv"):
        shop(gym.make("CartPole-v1"))


def test_card() -> None:
    headings = [line.strip("# ") for line in (ShopEnv.__doc__ or "").split("\n") if line.strip().startswith("## ")]
    assert headings == [
        *("Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End"),
        *("Arguments", "Version History"),
    ]
