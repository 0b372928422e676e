"""Driving metrics against numbers computed by hand."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from lam_envs.driving import metrics
from lam_envs.driving.compilation import inlined
from lam_envs.driving.metrics import METRICS, NUM_ACCUMULATORS, NUM_METRICS, describe_metrics

DT = 0.1


@inlined
def drive(row: Any, speeds: Any, headings: Any, limit: float, lateral: float, dt: float) -> None:
    """Account for a whole drive; the first sample is the start."""
    metrics.start_metrics(row, speeds[0], headings[0])
    for step in range(1, speeds.shape[0]):
        metrics.accumulate_motion(row, speeds[step], headings[step], limit, lateral, dt)


@inlined
def gaps(row: Any, x: Any, y: Any, heading: Any, speed: Any, size: Any, present: Any, changing: bool) -> None:
    """Account for the gaps of one moment."""
    metrics.start_metrics(row, speed[0], heading[0])
    metrics.accumulate_gaps(row, x, y, heading, speed, size[0], size[1], present, changing)


@inlined
def fault(x: Any, y: Any, heading: Any, speed: Any, size: Any, changing: bool, dt: float) -> bool:
    """Who is to blame for the collision of vehicles 0 and 1."""
    return metrics.is_at_fault(1, x, y, heading, speed, size[0], size[1], changing, dt)


@inlined
def finish(row: Any, success: bool, progress: float, collided: int, off_road: bool, out: Any) -> None:
    """End an episode: `collided` is 0 without a collision, 1 with one, 2 with one at fault."""
    if collided > 0:
        metrics.record_collision(row, collided == 2)
        metrics.record_collision(row, True)
    if off_road:
        metrics.record_off_road(row)
    metrics.finish_metrics(row, success, progress, out)


def driven(speeds: Any, headings: Any | None = None, limit: float = 30.0, lateral: float = 0.0) -> np.ndarray:
    row = np.full(NUM_ACCUMULATORS, np.nan)
    speeds = np.asarray(speeds, dtype=np.float64)
    headings = np.zeros(len(speeds)) if headings is None else np.asarray(headings, dtype=np.float64)
    drive(row, speeds, headings, limit, lateral, DT)
    return row


def ended(
    row: np.ndarray, success: bool = True, progress: float = 1.0, collided: int = 0, off_road: bool = False
) -> Any:
    out = np.full(NUM_METRICS, np.nan)
    finish(row, success, progress, collided, off_road, out)
    return describe_metrics(out)


def least_gap(others: list[tuple[float, float, float, float]], speed: float = 20.0, changing: bool = False) -> float:
    """Least time to collision of an ego at the origin with others (x, y, heading, speed), all 5 x 2 m."""
    x, y, heading, speeds = np.array([(0.0, 0.0, 0.0, speed), *others]).T.copy()
    row, size = np.zeros(NUM_ACCUMULATORS), np.array([[5.0] * len(x), [2.0] * len(x)])
    gaps(row, x, y, heading, speeds, size, np.ones(len(x), dtype=np.bool_), changing)
    return float(row[metrics.GAP_MIN])


def blamed(x: float, y: float, heading: float, speed: float, ego: float = 20.0, changing: bool = False) -> bool:
    pose = np.array([[0.0, x], [0.0, y], [0.0, heading], [ego, speed]])
    return bool(fault(*pose, np.array([[5.0, 5.0], [2.0, 2.0]]), changing, DT))


def test_a_steady_drive_scores_everything() -> None:
    row = driven([20.0] * 11, lateral=-0.5)
    told = ended(row)
    assert tuple(told) == METRICS
    assert told["success"] is True
    assert told["comfort"] is True
    assert told["collision"] is False
    assert told["mean_speed"] == pytest.approx(20.0)
    assert told["mean_lateral_error"] == pytest.approx(0.5)
    assert told["max_lateral_error"] == 0.5
    assert told["min_time_to_collision"] == metrics.HORIZON
    assert told["driving_score"] == pytest.approx(1.0)


def test_acceleration_and_its_rate() -> None:
    """Speeds 10, 10.2, 10.5: 2 then 3 m/s^2; the filter answers the jump of 1 by 1 / 1.1 m/s^3."""
    row = driven([10.0, 10.2, 10.5])
    assert row[metrics.ALONG_MAX] == pytest.approx(3.0)
    assert row[metrics.JERK_ALONG_MAX] == pytest.approx(1.0 / 1.1)
    assert row[metrics.JERK_MAX] == pytest.approx(1.0 / 1.1)
    assert ended(row)["comfort"] is False  # 3 > 2.40
    assert ended(driven([10.0, 9.6]))["comfort"] is True  # -4.0
    assert ended(driven([10.0, 9.59]))["comfort"] is False  # -4.1


def test_turning_is_measured_across_the_wrap() -> None:
    """0.02 rad in 0.1 s at 20 m/s: 0.2 rad/s and 4 m/s^2; then 0.05 rad: 0.5 rad/s, so the yaw rate jumps by 0.3."""
    row = driven([20.0, 20.0, 20.0], [math.pi - 0.01, -math.pi + 0.01, -math.pi + 0.06])
    assert row[metrics.YAW_RATE_MAX] == pytest.approx(0.5)
    assert row[metrics.ACROSS_MAX] == pytest.approx(10.0)
    assert row[metrics.YAW_ACCELERATION_MAX] == pytest.approx(0.3 / 1.1)
    assert ended(driven([20.0, 20.0], [0.0, 0.02]))["comfort"] is True
    assert ended(driven([20.0, 20.0], [0.0, 0.03]))["comfort"] is False


def test_overspeed_lowers_compliance() -> None:
    """1.115 m/s too fast all the time is half of 2.23 m/s; 5 + 5 + 2 + 2 of 16."""
    told = ended(driven([31.115] * 6))
    assert told["speed_limit_compliance"] == pytest.approx(0.5)
    assert told["driving_score"] == pytest.approx(14.0 / 16.0)
    assert ended(driven([40.0] * 6))["speed_limit_compliance"] == 0.0


def test_the_driving_score_is_zero_at_fault_off_road_or_without_progress() -> None:
    steady = [20.0] * 6
    assert ended(driven(steady), progress=0.19)["driving_score"] == 0.0
    assert ended(driven(steady), progress=0.2)["driving_score"] == pytest.approx((5 + 1 + 4 + 2) / 16)
    guilty = ended(driven(steady), collided=2)
    assert guilty["at_fault_collision"]
    assert guilty["collision"]
    assert not guilty["success"]
    assert guilty["min_time_to_collision"] == 0.0
    assert guilty["driving_score"] == 0.0
    innocent = ended(driven(steady), collided=1)  # the later collision at fault does not count
    assert innocent["collision"]
    assert not innocent["at_fault_collision"]
    assert not innocent["success"]
    assert innocent["driving_score"] == pytest.approx(1.0)
    outside = ended(driven(steady), off_road=True)
    assert outside["off_road"]
    assert not outside["success"]
    assert outside["driving_score"] == 0.0


def test_time_to_collision_straight_ahead() -> None:
    """25 m to the center ahead is a gap of 20 m, closed at 10 m/s in 2 s."""
    assert least_gap([(25.0, 0.0, 0.0, 10.0)]) == pytest.approx(2.0)
    assert least_gap([(25.0, 0.0, 0.0, 10.0), (15.0, 1.9, 0.0, 10.0)]) == pytest.approx(1.0)
    assert least_gap([(25.0, 2.1, 0.0, 10.0)]) == metrics.HORIZON  # passes beside
    assert least_gap([(25.0, 0.0, 0.0, 25.0)]) == metrics.HORIZON  # drives away
    assert least_gap([(45.0, 0.0, 0.0, 10.0)]) == metrics.HORIZON  # 4 s
    assert least_gap([(25.0, 0.0, 0.0, 10.0)], speed=0.0) == metrics.HORIZON
    assert least_gap([(4.0, 0.0, 0.0, 20.0)]) == 0.0  # they overlap


def test_time_to_collision_at_a_crossing() -> None:
    """The other comes from the left at 10 m/s, 5 x 2 m turned: it covers 20 - 1 - 2.5 m to our side in 1.65 s, and
    the ego's front reaches its lane, 30 - 2.5 - 1 m away, in 1.325 s; both overlap from 1.65 s on."""
    assert least_gap([(30.0, 20.0, -math.pi / 2, 10.0)]) == pytest.approx(1.65)
    assert least_gap([(30.0, -20.0, math.pi / 2, 10.0)]) == pytest.approx(1.65)


def test_who_comes_from_behind_counts_while_the_ego_changes_lanes() -> None:
    follower = [(-25.0, 0.0, 0.0, 30.0)]
    assert least_gap(follower) == metrics.HORIZON
    assert least_gap(follower, changing=True) == pytest.approx(2.0)


def test_time_to_collision_is_what_projection_finds() -> None:
    """Random pairs, projected every millisecond with polygons, as nuPlan does every 0.1 s."""
    rng = np.random.default_rng(0)
    for _ in range(60):
        other = (*rng.uniform(-30, 30, 2), rng.uniform(-3, 3), rng.uniform(0, 20))
        found = least_gap([other], speed=10.0, changing=True)
        times = np.arange(0.0, metrics.HORIZON, 1e-3)
        hit = [time for time in times[::10] if overlap(other, 10.0, time)]
        projected = hit[0] if hit else metrics.HORIZON
        assert found == pytest.approx(projected, abs=0.0101)


def overlap(other: tuple[float, ...], ego_speed: float, time: float) -> bool:
    """Whether two 5 x 2 m rectangles overlap after `time`, by the corners' projections on four axes."""
    x, y, heading, speed = other
    centers = np.array(
        [[ego_speed * time, 0.0], [x + speed * time * math.cos(heading), y + speed * time * math.sin(heading)]]
    )
    corners = np.array([[2.5, 1.0], [2.5, -1.0], [-2.5, -1.0], [-2.5, 1.0]])
    turn = [np.array([[math.cos(h), -math.sin(h)], [math.sin(h), math.cos(h)]]) for h in (0.0, heading)]
    shapes = [corners @ rotation.T + center for rotation, center in zip(turn, centers, strict=True)]
    axes = [rotation[:, column] for rotation in turn for column in (0, 1)]
    spans = [[(shape @ axis).min() for shape in shapes] + [(shape @ axis).max() for shape in shapes] for axis in axes]
    return all(span[0] < span[3] and span[1] < span[2] for span in spans)


def test_who_is_to_blame() -> None:
    assert blamed(4.9, 0.0, 0.0, 10.0)  # runs into the one ahead
    assert not blamed(-4.9, 0.0, 0.0, 25.0)  # is run into
    assert not blamed(4.9, 0.0, math.pi, 10.0, ego=0.0)  # stands
    assert blamed(0.0, 1.9, 0.0, 0.0)  # grazes one that stands
    assert not blamed(-2.0, 1.9, -0.1, 21.0)  # is hit at its side while it keeps its lane
    assert blamed(-2.0, 1.9, -0.1, 21.0, changing=True)
    assert blamed(3.0, 3.4, -math.pi / 2, 8.0)  # its front corner is where the other crosses
    assert not blamed(-1.0, 3.4, -math.pi / 2, 8.0)  # the other's front hits its side


def test_edges_of_a_straight_road() -> None:
    outside = metrics.leaves_straight_road
    assert not outside(0.0, 0.0, 5.0, 2.0, -2.0, 10.0)
    assert outside(-1.01, 0.0, 5.0, 2.0, -2.0, 10.0)
    assert outside(9.01, 0.0, 5.0, 2.0, -2.0, 10.0)
    assert outside(-0.5, 0.3, 5.0, 2.0, -2.0, 10.0)  # 2.5 sin 0.3 + cos 0.3 = 1.69


def told() -> str:
    """What the kernels give, as text."""
    row = driven([10.0, 10.3, 9.9, 12.0], [0.0, 0.01, -0.02, 0.3], 11.0, 0.3)
    return str([row.tolist(), least_gap([(30.0, 20.0, -1.2, 10.0)]), blamed(4.5, 1.8, 0.2, 10.0)])


def test_numba_changes_no_number() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import test_metrics; print(test_metrics.told())"
    assert without_numba(code) == told()


def without_numba(code: str) -> str:
    """What the code prints in a process without compilation."""
    command = [sys.executable, "-c", code, os.path.dirname(__file__)]
    off = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(command, env=off, capture_output=True, text=True, check=True).stdout.strip()
