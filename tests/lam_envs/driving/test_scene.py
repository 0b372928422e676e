"""Scenes become frames: where vehicles, trails, goals and captions appear."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lam_envs.driving.observations import MARK_GRAY, ROAD_GRAY
from lam_envs.driving.road_pictures import ASPHALT, GRASS, PERIOD, WHITE, straight_road, strip
from lam_envs.driving.scene import (
    CRASHED,
    DARK,
    EGO,
    GOAL,
    LIGHT,
    TRAFFIC,
    TRAIL,
    Camera,
    Scene,
    Trails,
    draw_road_map,
    render_scene,
)

ROAD = straight_road(-2.0, 3)
CAMERA = Camera(0.0, 4.0, scale=5.0)
"""The world's (0, 4) is at column 300, row 75."""


def color(frame: np.ndarray, x: float, y: float) -> tuple[int, ...]:
    """The color at a world point as `CAMERA` sees it."""
    return tuple(frame[int(75 + 5 * (y - 4.0)), int(300 + 5 * x)].tolist())


def test_a_straight_road_with_vehicles() -> None:
    scene = Scene(ROAD, [0.0, 20.0, 40.0], [4.0, 0.0, 8.0], [0.0, 0.0, 0.0], present=[True, True, False])
    frame = render_scene(scene, CAMERA)
    assert frame.shape == (150, 600, 3)
    assert color(frame, -1.0, 4.0) == EGO
    assert color(frame, 19.0, 0.0) == TRAFFIC[1]
    assert color(frame, 39.0, 8.0) == ASPHALT
    assert color(frame, 50.0, -8.0) in (GRASS, *[tuple(tree) for tree in ROAD.passing.disc_colors[:, :3].tolist()])


def test_the_road_passes_by_and_repeats() -> None:
    here, near, far = (
        render_scene(Scene(ROAD, x, 4.0, 0.0), Camera(x, 4.0, scale=5.0)) for x in (3.0, 6.0, 3.0 + 4 * PERIOD)
    )
    assert not np.array_equal(here, near)
    assert np.array_equal(here, far)


def test_frames_do_not_share_their_background() -> None:
    first = render_scene(Scene(ROAD, 0.0, 4.0, 0.0), CAMERA)
    first[:] = 0
    assert render_scene(Scene(ROAD, 0.0, 4.0, 0.0), CAMERA).any()


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_camera_turns_and_mirrors(mirrored: bool) -> None:
    """Points of the world are where `view` says, for a heading that points up or down in the world's frame."""
    camera = Camera(10.0, 20.0, 0.5 * math.pi, 2.0, (0.25, 0.5), mirrored)
    view = camera.view(100, 200)
    assert view @ [10.0, 20.0, 1.0] == pytest.approx([50.0, 50.0])
    assert view @ [10.0, 25.0, 1.0] == pytest.approx([60.0, 50.0])  # along the heading is to the right
    side = 1.0 if mirrored else -1.0
    assert view @ [15.0, 20.0, 1.0] == pytest.approx([50.0, 50.0 + 10.0 * side])


def test_still_scenes_look_the_same() -> None:
    road = strip([[-30.0, 4.0], [30.0, 4.0]], -4.0, 4.0, ASPHALT)
    scene = Scene(road, 0.0, 4.0, 0.3)
    moving, *still = (render_scene(scene, CAMERA, still=kind) for kind in (False, True, True))
    assert np.array_equal(moving, still[0])
    assert np.array_equal(moving, still[1])


def test_trail_goal_wheels_and_a_crash() -> None:
    trail = [(-20.0, 4.0), (-10.0, 4.0), (0.0, 4.0)]
    plain = Scene(ROAD, [0.0, 20.0], [4.0, 4.0], [0.0, 0.0], trail=trail, goal=(30.0, 4.0, 0.0), crashed=[False, True])
    frame = render_scene(plain, CAMERA)
    assert color(frame, -12.0, 4.0) == TRAIL
    assert color(frame, 31.3, 4.0) == GOAL
    assert color(frame, 19.0, 4.0) == CRASHED
    steered = render_scene(Scene(ROAD, 0.0, 4.0, 0.0, steering=0.5), CAMERA)
    assert DARK in {tuple(pixel) for pixel in steered.reshape(-1, 3).tolist()}


def test_captions_and_progress() -> None:
    frame = render_scene(Scene(ROAD, 0.0, 4.0, 0.0, text="speed 12", progress=0.5), CAMERA)
    assert (frame[-1, :300] == LIGHT).all()
    assert not (frame[-1, 300:] == LIGHT).all(axis=1).any()
    assert (frame[135:146, 8:80] == (245, 245, 240)).all(axis=2).sum() > 60
    large = render_scene(Scene(ROAD, 0.0, 4.0, 0.0, text="speed 12"), CAMERA, height=300)
    assert (large[-24:] == (245, 245, 240)).all(axis=2).sum() > 150


def test_trails_follow_one_episode_step_by_step() -> None:
    trails = Trails(length=3)
    assert trails.follow(0, 7, 1, 1.0, 0.0) == [(1.0, 0.0)]
    assert trails.follow(0, 7, 1, 1.0, 0.0) == [(1.0, 0.0)]  # the same step again
    assert trails.follow(1, 7, 1, 9.0, 9.0) == [(9.0, 9.0)]
    assert trails.follow(0, 7, 2, 2.0, 0.0) == [(1.0, 0.0), (2.0, 0.0)]
    trails.follow(0, 7, 3, 3.0, 0.0)
    assert trails.follow(0, 7, 4, 4.0, 0.0) == [(2.0, 0.0), (3.0, 0.0), (4.0, 0.0)]
    assert trails.follow(0, 8, 5, 5.0, 0.0) == [(5.0, 0.0)]  # another episode
    assert trails.follow(0, 8, 9, 6.0, 0.0) == [(6.0, 0.0)]  # a leap


def test_a_road_as_a_map_of_gray_cells() -> None:
    line = [[-10.0, 0.0], [10.0, 0.0]]
    road = strip(line, -2.0, 2.0, ASPHALT) + strip(line, 1.0, 2.0, WHITE)
    road_map = draw_road_map(road, (-5.0, -4.0), (5.0, 4.0), 0.5)
    assert road_map.shape == (16, 20)
    assert (road_map[4:10] == ROAD_GRAY).all()
    assert (road_map[10:12] == MARK_GRAY).all()
    assert not road_map[:4].any()
    assert not road_map[12:].any()
