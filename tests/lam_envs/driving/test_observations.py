"""Observation writers against what one would write by hand."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from lam_envs.driving import observations
from lam_envs.driving.compilation import inlined
from lam_envs.driving.observations import EGO_GRAY, MARK_GRAY, ROAD_GRAY, VEHICLE_GRAY, observation_space


@inlined
def kinematics(
    out: Any, ego: Any, x: Any, y: Any, heading: Any, speed: Any, present: Any, reach: float, behind: bool, turned: bool
) -> None:
    """One environment's kinematics."""
    observations.write_kinematics(out, ego, x, y, heading, speed, present, reach, behind, turned)


@inlined
def grid(out: Any, x: Any, y: Any, heading: Any, speed: Any, present: Any, behind: bool, turned: bool) -> None:
    """One environment's grid."""
    observations.write_grid(out, x, y, heading, speed, present, behind, turned)


@inlined
def straight(out: Any, x: Any, y: Any, heading: Any, length: Any, width: Any, present: Any, lanes: int) -> None:
    """One environment's picture on a straight road."""
    observations.paint_straight_road(out, x[0], y[0], -2.0, lanes, 4.0)
    observations.paint_vehicles(out, x, y, heading, length, width, present, 0.0)


@inlined
def mapped(
    out: Any, x: float, y: float, heading: float, road_map: Any, map_x: float, map_y: float, cell: float
) -> None:
    """A picture of a mapped road without vehicles."""
    observations.paint_road_map(out, x, y, heading, road_map, map_x, map_y, cell)


POSES = np.array(
    [  # x, y, heading, speed
        [100.0, 4.0, 0.1, 25.0],
        [130.0, 4.0, 0.0, 20.0],
        [112.0, 8.0, -0.1, 22.0],
        [95.0, 0.0, 0.0, 30.0],
        [60.0, 4.0, 0.0, 30.0],
        [110.0, 0.0, 0.0, 30.0],
        [300.0, 4.0, 0.0, 20.0],
    ]
)
PRESENT = np.array([1, 1, 1, 1, 1, 0, 1], dtype=np.bool_)
EGO = np.linspace(-1.0, 0.8, 8)


def seen(reach: float = 100.0, behind: bool = True, turned: bool = False, rows: int = 6) -> np.ndarray:
    out = np.full((rows, 9), np.nan, dtype=np.float32)
    kinematics(out, EGO, *POSES.T.copy(), PRESENT, reach, behind, turned)
    return out


def cells(behind: bool = True, turned: bool = False) -> np.ndarray:
    out = np.full((3, 11, 11), np.nan, dtype=np.float32)
    grid(out, *POSES.T.copy(), PRESENT, behind, turned)
    return out


def picture(poses: Any, lanes: int = 3) -> np.ndarray:
    x, y, heading = np.array(poses, dtype=np.float64).T.copy()
    out = np.zeros((64, 128), dtype=np.uint8)
    ones = np.ones(len(x))
    straight(out, x, y, heading, 5.0 * ones, 2.0 * ones, ones, lanes)
    return out


def test_kinematics_hold_the_ego_and_the_nearest() -> None:
    out = seen()
    assert out[0].tolist() == pytest.approx([1.0, *EGO], abs=1e-6)
    assert out[:, 0].tolist() == [1.0] * 5 + [0.0]  # one is absent, one beyond 100 m
    assert (out[:5, 1] * 100).tolist()[1:] == pytest.approx([-5.0, 12.0, 30.0, -40.0], abs=1e-4)
    relative = [12.0 / 100, 4.0 / 100, (22 * math.cos(0.1) - 25 * math.cos(0.1)) / 30, -47 * math.sin(0.1) / 30]
    assert out[2].tolist() == pytest.approx([1.0, *relative, math.cos(0.2), -math.sin(0.2), 0.0, 0.0], abs=1e-6)
    assert (out[5] == 0.0).all()


def test_kinematics_may_leave_out_what_is_behind_and_what_does_not_fit() -> None:
    assert (seen(behind=False)[:, 1] * 100).tolist()[1:] == pytest.approx([-5.0, 12.0, 30.0, 0.0, 0.0], abs=1e-4)
    assert np.array_equal(seen(rows=3), seen()[:3])
    assert seen(reach=10.0)[:, 0].tolist() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_kinematics_in_the_axes_of_the_ego() -> None:
    row = seen(turned=True)[3]
    assert row[1:3].tolist() == pytest.approx([0.3 * math.cos(0.1), -0.3 * math.sin(0.1)], abs=1e-6)
    assert row[3:5].tolist() == pytest.approx([(20 * math.cos(0.1) - 25) / 30, -20 * math.sin(0.1) / 30], abs=1e-6)


def test_equal_distances_are_shown_once_each_in_order() -> None:
    x, y = np.array([0.0, 10.0, -10.0, 10.0]), np.zeros(4)
    out = np.zeros((5, 7), dtype=np.float32)
    kinematics(out, np.zeros(6), x, y, np.zeros(4), np.arange(4.0), np.ones(4, np.bool_), 100.0, True, False)
    assert (out[:, 3] * 30).tolist() == pytest.approx([0.0, 1.0, 2.0, 3.0, 0.0])


def test_the_grid_shows_cells_around_the_ego() -> None:
    out = cells()
    places = [tuple(place) for place in np.argwhere(out[0] == 1.0).tolist()]
    assert places == [(4, 4), (5, 5), (7, 6)]  # (-5, -4), the ego, (12, 4); 30 m is outside
    assert out[1:, 5, 5].tolist() == pytest.approx([25 * math.cos(0.1) / 30, 25 * math.sin(0.1) / 30], abs=1e-6)
    assert out[1, 4, 4] == pytest.approx((30 - 25 * math.cos(0.1)) / 30, abs=1e-6)
    assert out[0].sum() == 3
    assert (cells(behind=False)[0] == out[0]).all()  # 5 m behind is not out of sight
    assert cells(turned=True)[0].sum() == 3


def test_a_picture_of_a_straight_road() -> None:
    """1.5 pixels a meter: lanes of 6 pixels; the ego is at column 32, row 32, in the middle lane."""
    out = picture([[600.0, 4.0, 0.0], [620.0, 0.0, 0.0], [628.0, 8.0, 0.5 * math.pi]])
    assert out[32, 32] == EGO_GRAY
    assert (out == EGO_GRAY).sum() == 8 * 4
    assert out[26, 62] == VEHICLE_GRAY
    assert out[38, 74] == VEHICLE_GRAY
    assert [out[row, 100] for row in (22, 23, 36, 40, 41)] == [0, MARK_GRAY, ROAD_GRAY, MARK_GRAY, 0]
    dashed = out[29, 60:110]
    assert {MARK_GRAY, ROAD_GRAY} == set(dashed.tolist())
    assert (out[23, :] == MARK_GRAY).all()
    moved = picture([[603.0, 4.0, 0.0]])
    assert not np.array_equal(moved[29], out[29])  # marks pass by


def test_a_mapped_road_is_turned_with_the_view() -> None:
    road_map = np.zeros((100, 200), dtype=np.uint8)
    road_map[40:60] = ROAD_GRAY  # 10 m wide along x, cells of 0.5 m, corner at (-50, -25)
    out = np.zeros((64, 128), dtype=np.uint8)
    mapped(out, 0.0, 0.0, 0.0, road_map, -50.0, -25.0, 0.5)
    assert (out[25:39, :100] == ROAD_GRAY).all()
    assert not out[:24].any()
    assert not out[40:].any()
    mapped(out, 0.0, 0.0, 0.5 * math.pi, road_map, -50.0, -25.0, 0.5)
    assert (out[:, 25:39] == ROAD_GRAY).all()
    assert not out[:, 41:].any()


@pytest.mark.parametrize("name", observations.OBSERVATIONS)
def test_observations_are_inside_their_spaces(name: str) -> None:
    space = observation_space(name, vehicles=6, features=9)
    shown = {"kinematics": seen(), "grid": cells(), "topdown": picture([[0.0, 0.0, 0.0]])}[name]
    assert space.contains(shown)
    assert observation_space("topdown", stack=3).shape == (3, 64, 128)


def test_wrong_names_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="choose one of them"):
        observation_space("lidar")
    with pytest.raises(ValueError, match="stack of 1 to 4"):
        observation_space("topdown", stack=5)
    with pytest.raises(ValueError, match="at least 1 vehicle"):
        observation_space("kinematics", features=6)


def told() -> str:
    """What the writers give, as text."""
    return str([seen(turned=True).tolist(), cells(turned=True).tolist(), picture(POSES[:, :3]).tolist()])


def test_numba_changes_no_number() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import test_observations; print(test_observations.told())"
    assert without_numba(code) == told()


def without_numba(code: str) -> str:
    """What the code prints in a process without compilation."""
    command = [sys.executable, "-c", code, os.path.dirname(__file__)]
    off = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    return subprocess.run(command, env=off, capture_output=True, text=True, check=True).stdout.strip()
