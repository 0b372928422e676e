"""Trajectories survive the way into Parquet bytes and back: every value, dtype and shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from lam_gym.demonstrations import columns
from lam_gym.demonstrations.columns import build_columns, content_hash, trajectory_features
from lam_gym.demonstrations.shard import Episodes
from lam_gym.errors import BadTrajectory
from lam_gym.trajectory import Trajectory

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
]


def texts(*values: str) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def episode(steps: int, seed: int = 0, **changes: Any) -> Trajectory:
    """An episode with a grid, a number and a text, admissible actions and metrics."""
    rng = np.random.default_rng((seed, steps))
    fields: dict[str, Any] = {
        "task": "test/task",
        "seed": seed,
        "observations": {
            "image": rng.integers(0, 255, (steps + 1, 3, 3, 2), dtype=np.uint8),
            "direction": rng.integers(0, 4, steps + 1),
            "inner/text": texts(*(f"step {step} – “{seed}”" for step in range(steps + 1))),
        },
        "actions": texts(*(f"click {step % 3}" for step in range(steps))),
        "rewards": rng.normal(size=steps),
        "terminated": True,
        "truncated": False,
        "success": bool(seed % 2),
        "admissible_actions": tuple(tuple(f"click {n}" for n in range(step % 3)) for step in range(steps + 1)),
        "metrics": {"progress": rng.random()},
    }
    return Trajectory(**{**fields, **changes})


def through_parquet(trajectories: list[Trajectory]) -> list[Trajectory]:
    columns = build_columns(trajectories, trajectory_features(trajectories[0]))
    return list(Episodes(columns.encode(), trajectories[0].task))


def test_round_trip() -> None:
    trajectories = [episode(steps, seed) for seed, steps in enumerate([1, 7, 2, 30])]
    restored = through_parquet(trajectories)
    assert len(restored) == 4
    for before, after in zip(trajectories, restored):
        assert before.equals(after)
        assert before.admissible_actions == after.admissible_actions
        assert isinstance(after.seed, int)
        assert isinstance(after.success, bool)
        assert list(before.fields()) == list(after.fields())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_every_dtype_and_shape(dtype: str, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    trajectories = []
    for seed, steps in enumerate([4, 1, 9]):
        values = (
            (rng.normal(size=(steps + 1, *shape)) * 50).astype(np.int64 if dtype[0] != "f" else dtype).astype(dtype)
        )
        actions = rng.normal(size=(steps, 2)).astype(np.float32)
        trajectories.append(
            Trajectory("t", seed, values, actions, np.ones(steps), terminated=False, truncated=True, success=False)
        )
    for before, after in zip(trajectories, through_parquet(trajectories)):
        assert before.equals(after)


def test_text_observations() -> None:
    for steps in (1, 3):
        screens = texts(*("" if step == 1 else f"screen {step}" for step in range(steps + 1)))
        trajectory = episode(steps, 0, observations=screens, admissible_actions=((),) * (steps + 1))
        assert through_parquet([trajectory])[0].equals(trajectory)


def test_special_floats_keep_their_bits() -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    trajectory = Trajectory(
        "t", 0, values, np.arange(4), values[:4], False, True, False, metrics={"a": np.nan, "b": 1.0}
    )
    after = through_parquet([trajectory])[0]
    assert isinstance(after.observations, np.ndarray)
    assert after.observations.tobytes() == values.tobytes()
    assert after.rewards.tobytes() == values[:4].tobytes()
    assert np.isnan(after.metrics["a"])
    assert after.metrics["b"] == 1.0


def test_metrics_may_differ_between_episodes() -> None:
    trajectories = [episode(2, 0, metrics={"a": 1.0}), episode(2, 1, metrics={}), episode(2, 2, metrics={"b": 2.0})]
    assert [dict(after.metrics) for after in through_parquet(trajectories)] == [{"a": 1.0}, {}, {"b": 2.0}]


def test_plain_parquet_readers_see_typed_columns() -> None:
    trajectory = episode(3, 1)
    content = build_columns([trajectory], trajectory_features(trajectory)).encode()
    plain = pq.read_table(pa.BufferReader(content)).to_pandas()
    assert list(plain.columns[:6]) == ["seed", "success", "terminated", "truncated", "return", "length"]
    image = np.asarray(plain["observations/image"][0])
    assert image.dtype == np.uint8
    assert np.array_equal(image.reshape(-1, 3, 3, 2), trajectory.fields()["image"])
    assert list(plain["actions"][0]) == list(trajectory.actions)
    assert plain["return"][0] == pytest.approx(trajectory.episode_return)
    assert plain["length"][0] == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"observations": np.zeros((4, 2))}, "observations"),
        ({"observations": {"image": np.zeros((4, 3, 3, 2), np.uint8)}}, "direction"),
        ({"admissible_actions": None}, "seed 7"),
        ({"actions": np.arange(3)}, "actions"),
        ({"rewards": np.zeros(3, np.float32)}, "rewards"),
    ],
)
def test_an_episode_of_another_shape_is_named(changes: dict[str, Any], words: str) -> None:
    trajectories = [episode(3, 1), episode(3, 7, **changes)]
    for order in (trajectories, trajectories[::-1]):
        with pytest.raises(BadTrajectory, match=words):
            build_columns(order, trajectory_features(trajectories[0]))
    for order in (trajectories, trajectories[::-1]):
        with pytest.raises(BadTrajectory):
            build_columns(order, trajectory_features(trajectories[1]))


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(BadTrajectory, match="complex128"):
        trajectory_features(Trajectory("t", 0, np.zeros(3, complex), np.arange(2), np.ones(2), True, False, True))
    for actions in (texts("a", "\ud800"), np.array([{}, 3], dtype=object)):
        trajectory = Trajectory("t", 0, np.zeros(3), actions, np.ones(2), True, False, True)
        with pytest.raises(BadTrajectory, match="unicode"):
            build_columns([trajectory], trajectory_features(trajectory))


def test_lists_beyond_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_LARGEST_LIST", 10)
    trajectory = episode(4, 2)
    assert through_parquet([trajectory])[0].equals(trajectory)


def test_content_hash_sees_every_part() -> None:
    trajectory = episode(5, 3)
    assert content_hash(trajectory) == content_hash(through_parquet([trajectory])[0])
    image = trajectory.fields()["image"].copy()
    image[0, 0, 0, 0] ^= 1
    changed = [
        replace(trajectory, seed=4),
        replace(trajectory, success=not trajectory.success),
        replace(trajectory, rewards=trajectory.rewards + 1e-12),
        replace(trajectory, metrics={}),
        replace(trajectory, actions=texts("a", "b", "c", "d", "e")),
        replace(trajectory, observations={**trajectory.fields(), "image": image}),
        replace(
            trajectory, observations={**trajectory.fields(), "image": trajectory.fields()["image"].astype(np.int64)}
        ),
        replace(trajectory, admissible_actions=None),
    ]
    assert len({content_hash(other) for other in [trajectory, *changed]}) == len(changed) + 1
