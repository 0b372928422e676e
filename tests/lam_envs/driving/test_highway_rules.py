"""The highway's rule driver on roads made by hand, mirrored, without compilation, and over whole episodes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lam_envs.driving.highway import HighwayVectorEnv
from lam_envs.driving.highway_rules import (
    FASTER,
    IDLE,
    LANE_LEFT,
    LANE_RIGHT,
    SLOWER,
    drive_highway,
    drive_highway_batch,
    safe_speed_behind,
)

ROWS, FEATURES = 10, 10
MIRRORED = np.array([LANE_RIGHT, IDLE, LANE_LEFT, FASTER, SLOWER])


def road(
    *others: tuple[float, float, float], lane: int = 1, lanes: int = 3, speed: float = 20.0, target: float = 20.0
) -> NDArray[np.float32]:
    """An observation: others as (meters ahead, lanes to the right, m/s faster), the ego in the middle of its lane."""
    seen = np.zeros((ROWS, FEATURES), np.float32)
    y = 4.0 * lane + 2.0 - 2.0 * lanes
    seen[0] = [1, 0, y / 24, speed / 30, 0, 1, 0, 0, target / 30, 4 * lanes / 24]
    for row, (x, right, faster) in enumerate(others, start=1):
        seen[row, :7] = [1, x / 100, 4 * right / 24, faster / 30, 0, 1, 0]
    return seen


def test_speeds() -> None:
    assert drive_highway(road()) == FASTER
    assert drive_highway(road(speed=30, target=30)) == IDLE
    assert drive_highway(road((12, 0, 0), lanes=1, lane=0)) == SLOWER, "too near"
    assert drive_highway(road((30, 0, 0), lanes=1, lane=0)) == IDLE, "near enough"
    assert drive_highway(road((60, 0, 0), lanes=1, lane=0)) == FASTER
    assert drive_highway(road((60, 0, -20), lanes=1, lane=0)) == SLOWER, "it stands"
    assert drive_highway(road((-12, 0, 0), lanes=1, lane=0)) == FASTER, "behind"


def test_safe_speeds_grow_with_gap_and_leader() -> None:
    speeds = [[safe_speed_behind(20.0, gap, leader) for gap in (10.0, 20.0, 40.0)] for leader in (0.0, 10.0, 20.0)]
    assert (np.diff(speeds, axis=0) > 0).all()
    assert (np.diff(speeds, axis=1) > 0).all()
    u = safe_speed_behind(20.0, 60.0, 10.0)
    assert u > 10
    assert 60 + 10 - (20 + u) / 2 == pytest.approx(4 + 0.9 * u + (u**2 - 10**2) / 8)


def test_lane_changes() -> None:
    slow = (30.0, 0.0, -8.0)
    assert drive_highway(road(slow, lane=0)) == LANE_RIGHT
    assert drive_highway(road(slow, lane=2)) == LANE_LEFT
    assert drive_highway(road(slow, (5, 1, 0), lane=0)) in (IDLE, SLOWER), "somebody is beside"
    assert drive_highway(road(slow, (-12, 1, 0), lane=0)) in (IDLE, SLOWER), "close behind"
    assert drive_highway(road(slow, (-25, 1, 8), lane=0)) in (IDLE, SLOWER), "coming fast"
    assert drive_highway(road(slow, (-40, 1, 0), lane=0)) == LANE_RIGHT
    assert drive_highway(road(slow, (2, 2, 0), lane=0)) in (IDLE, SLOWER), "it may want that lane too"
    assert drive_highway(road(slow, (30, 1, -8), lane=0)) in (IDLE, SLOWER), "no better"
    assert drive_highway(road((7, 0, -5), lane=0)) == SLOWER, "it would be met on the way out"
    changing = road(slow, lane=0)
    changing[0, 7] = 0.7 / 8
    assert drive_highway(changing) in (IDLE, SLOWER), "one at a time"
    coming = road(slow, (2, 2, 0), lane=0)
    coming[2, 4] = -1.5 / 30
    assert drive_highway(coming) in (IDLE, SLOWER), "on its way into that lane"


def test_what_a_full_list_leaves_out() -> None:
    """Nine vehicles beside and behind: the tenth may be right ahead."""
    crowd = [(-8.0 - 1.5 * n, 1.0 + n % 2, 0.0) for n in range(9)]
    assert drive_highway(road(*crowd, lane=0, speed=25, target=25)) == SLOWER
    assert drive_highway(road(*crowd[:-1], lane=0, speed=25, target=25)) == FASTER


@pytest.fixture(scope="module")
def episodes() -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float64]]:
    """Observations of 256 episodes that the rule drives, how they ended, and the speeds."""
    batch = HighwayVectorEnv(256, autoreset="disabled")
    batch.reset(seed=77)
    actions = np.zeros(256, np.int64)
    seen: list[Any] = []
    for _ in range(40):
        seen.append(batch.observations.copy())
        drive_highway_batch(batch.observations, actions)
        batch.run(actions)
    assert (batch.terminated | batch.truncated).all()
    return np.concatenate(seen), batch.terminated.copy(), batch.metrics[:, 8].copy()


def test_it_hardly_ever_collides(episodes: tuple[Any, Any, Any]) -> None:
    _, crashed, speeds = episodes
    assert crashed.mean() <= 0.01
    assert speeds.mean() > 21


def test_it_is_the_same_in_a_mirror(episodes: tuple[Any, Any, Any]) -> None:
    seen = episodes[0][::7].copy()
    mirrored = seen.copy()
    mirrored[:, :, [2, 4, 6, 7]] *= -1
    actions, others = np.zeros(len(seen), np.int64), np.zeros(len(seen), np.int64)
    drive_highway_batch(seen, actions)
    drive_highway_batch(mirrored, others)
    differing = MIRRORED[actions] != others
    assert (np.abs(seen[differing, 0, 2]) < 1e-6).all(), "ties in the middle of the road alone"
    assert differing.mean() < 0.02


def test_compiled_or_not(episodes: tuple[Any, Any, Any], tmp_path: Path) -> None:
    seen = episodes[0][::101].copy()
    actions = np.zeros(len(seen), np.int64)
    drive_highway_batch(seen, actions)
    np.save(tmp_path / "seen.npy", seen)
    code = (
        "import numpy as np; from lam_envs.driving.highway_rules import drive_highway\n"
        f"seen = np.load({str(tmp_path / 'seen.npy')!r})\n"
        "print(*(int(drive_highway(each)) for each in seen))"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert [int(word) for word in done.stdout.split()] == actions.tolist()
