"""Top-down frames of lane keeping: the curved road, the car and its trail.

The view follows the car, with the road ahead to the right. Letters: s station [m], e lateral offset to the left of the
center line [m], both as in `lam_envs.driving.road`; the world's y and headings are positive to the left here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.road import KNOT_SPACING, ROAD_HALF_WIDTH, ROUTE_LENGTH, Scenario, center_line
from lam_envs.driving.road_pictures import (
    ASPHALT,
    DARK,
    RED,
    WHITE,
    YELLOW,
    Road,
    dashes,
    join,
    rectangles,
    strip,
    trees,
)
from lam_envs.driving.scene import Camera, Scene, render_scene
from lam_envs.driving.vehicle import LENGTH, WIDTH, State

FRAME_HEIGHT, FRAME_WIDTH = 300, 600
"""Size of a frame [pixels]."""

SCALE = 6.0
"""Pixels per meter."""

CAR_AT = (0.217, 0.5)
"""Place of the car's station in the frame, as shares of its width and height."""

LOOK_AHEAD = 35.0
"""The direction to the center line this far ahead points to the right [m]."""

SPACING = 1.0
"""Distance between two points of the painted line [m]."""

BEFORE = 40.0
"""The road is straight for this long before station 0 [m]."""

KERB_WIDTH, KERB_LENGTH = 0.4, 2.0
"""Size of a kerb stone [m]."""


@lru_cache(maxsize=64)
def road_line(knots: tuple[float, ...]) -> NDArray[np.float64]:
    """Points (x, y, heading) of the center line `[N, 3]` from station -BEFORE on, `SPACING` apart."""
    line = center_line(knots, SPACING)
    before = np.arange(-BEFORE, 0.0, SPACING)
    return np.concatenate([np.stack([before, 0.0 * before, 0.0 * before], axis=1), line])


def road_pose(knots: tuple[float, ...], station: float) -> tuple[float, float, float]:
    """World pose (x, y, heading) at a station."""
    line = road_line(knots)
    place = min(max((station + BEFORE) / SPACING, 0.0), len(line) - 1.001)
    index = int(place)
    x, y, heading = (line[index] + (place - index) * (line[index + 1] - line[index])).tolist()
    return x, y, heading


def road_point(knots: tuple[float, ...], station: float, offset: float) -> tuple[float, float]:
    """World point at (s, e)."""
    x, y, heading = road_pose(knots, station)
    return x - offset * math.sin(heading), y + offset * math.cos(heading)


@lru_cache(maxsize=16)
def lane_picture(knots: tuple[float, ...], finish: float) -> Road:
    """The road of a scenario: trees, kerbs, asphalt, edge lines, dashed center line and the checkered finish."""
    line = road_line(knots)[:, :2]
    edge = ROAD_HALF_WIDTH
    pieces = [roadside(knots)]
    stone = (np.arange(len(line) - 1) * SPACING - BEFORE) // KERB_LENGTH % 2 == 0
    for low in (-edge - KERB_WIDTH, edge):
        kerb = strip(line, low, low + KERB_WIDTH, WHITE)
        kerb.colors[stone, :3] = RED
        pieces.append(kerb)
    pieces.append(strip(line, -edge, edge, ASPHALT))
    pieces += [strip(line, low, low + 0.15, WHITE) for low in (-edge + 0.2, edge - 0.35)]
    pieces.append(dashes(line, 0.0, YELLOW, period=6.0, length=3.0))
    squares = np.array([(0.75 * column, 0.75 * row - edge) for column in range(2) for row in range(8)])
    boxes = np.stack([squares[:, 0], squares[:, 0] + 0.75, squares[:, 1], squares[:, 1] + 0.75], axis=1)
    dark = np.arange(16) % 2 != np.arange(16) // 8
    pose = road_pose(knots, finish)
    pieces += [rectangles(boxes[~dark], WHITE, pose), rectangles(boxes[dark], DARK, pose)]
    return join(pieces)


def roadside(knots: tuple[float, ...]) -> Road:
    """Trees beside the road, the same ones at the same stations for every scenario."""
    number = np.arange(-5, int(KNOT_SPACING * (len(knots) - 1) / 6.0))
    scatter = (number * 0.618034) % 1.0
    side = np.where(number % 2, 1.0, -1.0) * (6.0 + 6.0 * scatter)
    places = zip((6.0 * number + 4.0 * scatter).tolist(), side.tolist())
    return trees(np.array([road_point(knots, station, offset) for station, offset in places]), 0.8 + 0.4 * scatter)


def render_road(state: State, scenario: Scenario, trail: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """A frame `[300, 600, 3]` of one state (of Python numbers); `trail` holds past (s, e) pairs, oldest first.

    The strip below shows the speed, the lateral error and the share of the route done.
    """
    knots = tuple(float(knot) for knot in scenario.knots)
    start, station = float(scenario.start), float(state.station)
    x, y, tangent = road_pose(knots, station)
    far_x, far_y, _ = road_pose(knots, station + LOOK_AHEAD)
    car_x, car_y = road_point(knots, station, float(state.lateral_error))
    share = min(max((station - start) / ROUTE_LENGTH, 0.0), 1.0)
    past = [road_point(knots, *place) for place in trail]
    scene = Scene(
        lane_picture(knots, start + ROUTE_LENGTH),
        car_x,
        car_y,
        tangent + float(state.heading_error),
        LENGTH,
        WIDTH,
        steering=float(state.steering),
        trail=[*past, (car_x, car_y)] if past else (),
        text=f"SPEED {state.speed:4.1f} M/S   ERROR {state.lateral_error:+5.2f} M   ROUTE {100 * share:3.0f} %",
        progress=share,
    )
    heading = math.atan2(far_y - y, far_x - x)
    camera = Camera(x, y, heading, SCALE, CAR_AT, mirrored=True)
    return render_scene(scene, camera, FRAME_HEIGHT, FRAME_WIDTH)
