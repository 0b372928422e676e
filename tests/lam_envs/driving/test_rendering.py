"""What a frame shows."""

from __future__ import annotations

import numpy as np

from lam_envs.driving.arithmetic import SCALARS
from lam_envs.driving.lane_keeping import LaneKeepingEnv
from lam_envs.driving.rendering import render_road
from lam_envs.driving.road import NUM_KNOTS, Scenario
from lam_envs.driving.road_pictures import ASPHALT, GRASS, WHITE, Color
from lam_envs.driving.scene import EGO, LIGHT, TRAIL
from lam_envs.driving.vehicle import start_state

STRAIGHT = Scenario((0.0,) * NUM_KNOTS, 10.0, 0.0, 0.0, 8.0, 0.0)
STATE = start_state(STRAIGHT, SCALARS)


def shows(pixel: np.ndarray, color: Color) -> bool:
    return tuple(pixel.tolist()) == color


def test_a_straight_road_is_where_it_should_be() -> None:
    """The car is at column 130, row 150; a frame pixel is 1/6 m."""
    frame = render_road(STATE, STRAIGHT, [])
    assert frame.shape == (300, 600, 3)
    assert frame.dtype == np.uint8
    assert shows(frame[150, 126], EGO)
    assert shows(frame[160, 300], ASPHALT)  # 1.6 m right of the center line
    assert shows(frame[140, 300], ASPHALT)
    assert shows(frame[172, 300], GRASS)  # 3.7 m
    assert shows(frame[128, 300], GRASS)


def test_the_car_moves_to_the_left_with_its_error_and_leaves_a_trail() -> None:
    trail = [(2.0, 1.2), (6.0, 1.2), (9.0, 1.2)]
    frame = render_road(STATE._replace(lateral_error=1.2), STRAIGHT, trail)
    assert shows(frame[142, 126], EGO)  # 1.2 m is 7 pixels up
    assert not shows(frame[152, 126], EGO)
    assert shows(frame[142, 100], TRAIL)


def test_a_frame_is_a_function_of_the_state() -> None:
    env = LaneKeepingEnv(render_mode="rgb_array")
    env.reset(seed=0)
    first = env.render()
    assert first is not None
    assert np.array_equal(first, env.render())  # type: ignore[arg-type]
    for _ in range(3):
        env.step(np.array([0.5, 0.2], dtype=np.float32))
    assert not np.array_equal(first, env.render())  # type: ignore[arg-type]
    assert LaneKeepingEnv().render() is None


def test_progress_is_drawn_and_the_finish_comes_into_view() -> None:
    before, after = (render_road(STATE._replace(station=station), STRAIGHT, []) for station in (60.0, 160.0))
    bars = [int((frame[-1] == LIGHT).all(axis=1).sum()) for frame in (before, after)]
    assert bars == [150, 450]
    column = 130 + 50 * 6 + 3  # the finish at 210 m, seen from 160 m
    near = after[135:165, column - 3 : column + 6].reshape(-1, 3)
    assert sum(shows(pixel, WHITE) for pixel in near) > 30
