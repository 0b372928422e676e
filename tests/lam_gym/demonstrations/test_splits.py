"""Splits by seed: close to the shares, and an episode never changes sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lam_gym.demonstrations.cleaning import CleaningRules, clean
from lam_gym.demonstrations.splits import PARTS, carry_splits, part_of, split
from lam_gym.demonstrations.store import DemoStore, merge
from lam_gym.errors import BadConfig
from lam_gym.task import episode_seeds
from lam_gym.trajectory import Trajectory

SPACES = {"observation": {}, "action": {}}


def episode(seed: int, success: bool = True) -> Trajectory:
    return Trajectory(
        task="control/cartpole",
        seed=seed,
        observations=np.random.default_rng(seed).normal(size=(4, 4)).astype(np.float32),
        actions=np.array([0, 1, 0]),
        rewards=np.ones(3),
        terminated=True,
        truncated=False,
        success=success,
    )


def store_of(folder: Path, seeds: list[int], failing: frozenset[int] = frozenset()) -> DemoStore:
    store = DemoStore.create(folder, "control/cartpole", spaces=SPACES)
    store.append([episode(seed, seed not in failing) for seed in seeds])
    return store


def sides(store: DemoStore) -> dict[int, str]:
    return {store.meta["seeds"][index]: name for name in PARTS for index in store.split_indices(name)}


def test_every_episode_is_in_one_part_and_the_parts_are_kept(tmp_path: Path) -> None:
    store = store_of(tmp_path / "demos", list(range(40)))
    parts = split(store)
    assert sorted(index for indices in parts.values() for index in indices) == list(range(40))
    opened = DemoStore.open(store.path)
    assert {name: opened.split_indices(name) for name in PARTS} == parts


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("episodes", [13, 20, 100, 1000, 7919])
def test_shares_of_successive_seeds_are_close(seed: int, episodes: int) -> None:
    settings = {"train": 0.8, "validation": 0.1, "test": 0.1, "seed": seed}
    placed = [part_of(s, settings) for s in episode_seeds("demos", seed, episodes)]
    for name in PARTS:
        assert abs(placed.count(name) - settings[name] * episodes) < 3
        assert placed.count(name) > 0


def test_other_split_seeds_split_otherwise() -> None:
    placed = [
        [part_of(s, {"train": 0.5, "validation": 0.25, "test": 0.25, "seed": k}) for s in range(100)] for k in (0, 1)
    ]
    assert placed[0] != placed[1]


def test_an_episode_keeps_its_side(tmp_path: Path) -> None:
    store = store_of(tmp_path / "demos", list(range(30)), failing=frozenset(range(0, 30, 4)))
    split(store, seed=3)
    before = sides(store)
    store.append([episode(seed) for seed in range(30, 60)])
    after = sides(store)
    assert len(after) == 60
    assert before.items() <= after.items()
    clean(store, tmp_path / "cleaned", CleaningRules(drop_out_of_space=False))
    cleaned = DemoStore.open(tmp_path / "cleaned")
    assert len(cleaned) == 52
    assert sides(cleaned).items() <= after.items()
    more = store_of(tmp_path / "more", list(range(100, 120)))
    split(more, seed=3)
    assert after.items() <= sides(merge([store, more], tmp_path / "merged")).items()
    split(more, seed=4)
    assert "splits" not in merge([store, more], tmp_path / "other").meta


def test_listed_splits_of_other_programs_are_read_and_carried() -> None:
    listed = {"train": [0, 2, 3], "test": [1, 4], "note": "by hand"}
    assert carry_splits(listed, [1, 2, 3]) == {"train": [1, 2], "test": [0], "note": "by hand"}


@pytest.mark.parametrize("shares", [(0.8, 0.3, 0.1), (1.2, -0.1, -0.1), (0.0, 0.5, 0.5), (float("nan"), 0.5, 0.5)])
def test_wrong_shares_are_answered(tmp_path: Path, shares: tuple[float, float, float]) -> None:
    store = store_of(tmp_path / "demos", [0, 1])
    with pytest.raises(BadConfig, match="sum to 1"):
        split(store, *shares)
    assert "splits" not in store.meta


def test_parts_may_be_left_out(tmp_path: Path) -> None:
    assert split(store_of(tmp_path / "demos", [0, 1, 2]), 1.0, 0.0, 0.0)["train"] == [0, 1, 2]
