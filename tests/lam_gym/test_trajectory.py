"""Trajectories: arrays that fit together, flat observations, equality, and what a policy gets at a step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lam_gym import Trajectory
from lam_gym.errors import BadTrajectory
from lam_gym.trajectory import flatten_observation, stack, stack_observations


def make(**changes: Any) -> Trajectory:
    values: dict[str, Any] = {
        "task": "t",
        "seed": 7,
        "observations": np.arange(8, dtype=np.float32).reshape(4, 2),
        "actions": np.array([1, 0, 1]),
        "rewards": np.array([0.5, 0.0, 1.0]),
        "terminated": True,
        "truncated": False,
        "success": True,
    }
    return Trajectory(**{**values, **changes})


def make_text() -> Trajectory:
    texts = stack(["a", "b", "c", "d"])
    offered = (("x",), ("x", "y"), ("y",), ())
    observations = {"screen": texts, "count": np.arange(4)}
    return make(observations=observations, actions=stack(["x", "y", "y"]), admissible_actions=offered)


def test_sizes() -> None:
    trajectory = make()
    assert len(trajectory) == 3
    assert trajectory.episode_return == 1.5
    assert list(trajectory.fields()) == [""]
    assert make_text().fields()["screen"].dtype == object


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"actions": np.array([]), "rewards": np.array([])}, "at least one action"),
        ({"rewards": np.zeros(2)}, "3 actions need 3 rewards, got 2"),
        ({"observations": np.zeros((3, 2))}, "3 actions need 4 observations, got 3"),
        ({"observations": {"a": np.zeros(4), "b": np.zeros(5)}}, "need 4 observation 'b', got 5"),
        ({"admissible_actions": (("x",),) * 3}, "need 4 lists of admissible actions, got 3"),
    ],
)
def test_arrays_that_do_not_fit(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadTrajectory, match=words):
        make(**changes)


def test_what_a_policy_gets() -> None:
    assert make().observation(1).tolist() == [2.0, 3.0]
    assert make_text().observation(1) == {"screen": "b", "count": 1, "admissible_actions": ("x", "y")}
    bare = replace(make_text(), admissible_actions=None)
    assert "admissible_actions" not in bare.observation(1)


def test_selected_steps() -> None:
    chosen = make().select([0, 2])
    assert chosen.actions.tolist() == [1, 1]
    assert chosen.rewards.tolist() == [0.5, 1.0]
    assert chosen.observations.tolist() == [[0.0, 1.0], [4.0, 5.0], [6.0, 7.0]]  # type: ignore[union-attr]
    text = make_text().select([1])
    assert text.fields()["screen"].tolist() == ["b", "d"]
    assert text.admissible_actions == (("x", "y"), ())


@pytest.mark.parametrize(
    "changes",
    [
        {"task": "u"},
        {"seed": 8},
        {"success": False},
        {"terminated": False, "truncated": True},
        {"rewards": np.array([0.5, 0.0, 1.5])},
        {"actions": np.array([1, 0, 0])},
        {"actions": np.array([1, 0, 1], dtype=np.int32)},
        {"observations": np.zeros((4, 2), dtype=np.float32)},
        {"observations": np.arange(8, dtype=np.float64).reshape(4, 2)},
        {"observations": {"": np.zeros(4), "b": np.zeros(4)}},
        {"admissible_actions": ((),) * 4},
        {"metrics": {"a": 1.0}},
    ],
)
def test_equality_is_of_values_shapes_and_dtypes(changes: dict[str, Any]) -> None:
    assert make().equals(make())
    assert make_text().equals(make_text())
    assert not make().equals(make(**changes))


def test_nested_observations_become_flat() -> None:
    nested = {"a": {"b": 1, "c": (2, {"d": 3})}, "e": "text"}
    assert flatten_observation(nested) == {"a/b": 1, "a/c/0": 2, "a/c/1/d": 3, "e": "text"}
    assert flatten_observation((1, 2)) == {"0": 1, "1": 2}
    assert flatten_observation("text") == "text"
    stacked = stack_observations([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])
    assert isinstance(stacked, dict)
    assert stacked["a"].tolist() == [1, 2]
    assert stacked["b"].dtype == object
    assert stack_observations(["x", "yy"]).tolist() == ["x", "yy"]  # type: ignore[union-attr]
