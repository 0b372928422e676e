"""Top-down frames of lane keeping: the curved road, the car and its trail.

The view follows the car, with the road ahead to the right. Letters: s station [m], e lateral offset to the left of the
center line [m], both as in `lam_envs.driving.road`; the world's y and headings are positive to the left here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def road_poses(knots: tuple[float, ...], stations: ArrayLike) -> NDArray[np.float64]:
    """World poses (x, y, heading) at stations: `[..., 3]`."""
    line = road_line(knots)
    place = np.clip((np.asarray(stations, dtype=np.float64) + BEFORE) / SPACING, 0.0, len(line) - 1.001)
    index = place.astype(np.int64)
    share = (place - index)[..., None]
    poses: NDArray[np.float64] = (1.0 - share) * line[index] + share * line[index + 1]
    return poses


def road_points(knots: tuple[float, ...], stations: ArrayLike, offsets: ArrayLike) -> NDArray[np.float64]:
    """World points `[..., 2]` at (s, e)."""
    x, y, heading = np.moveaxis(road_poses(knots, stations), -1, 0)
    return np.stack([x - offsets * np.sin(heading), y + offsets * np.cos(heading)], axis=-1)


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
    pose = tuple(road_poses(knots, finish).tolist())
    pieces += [rectangles(boxes[~dark], WHITE, pose), rectangles(boxes[dark], DARK, pose)]
    return join(pieces)


def roadside(knots: tuple[float, ...]) -> Road:
    """Trees beside the road, the same ones at the same stations for every scenario."""
    number = np.arange(-5, int(KNOT_SPACING * (len(knots) - 1) / 6.0))
    scatter = (number * 0.618034) % 1.0
    side = np.where(number % 2, 1.0, -1.0) * (6.0 + 6.0 * scatter)
    return trees(road_points(knots, 6.0 * number + 4.0 * scatter, side), 0.8 + 0.4 * scatter)


def render_road(state: State, scenario: Scenario, trail: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """A frame `[300, 600, 3]` of one state (of Python numbers); `trail` holds past (s, e) pairs, oldest first.

    The strip below shows the speed, the lateral error and the share of the route done.
    """
    knots = tuple(float(knot) for knot in scenario.knots)
    start, station = float(scenario.start), float(state.station)
    (x, y, tangent), (far_x, far_y, _) = road_poses(knots, [station, station + LOOK_AHEAD]).tolist()
    past = np.array([*trail, (station, float(state.lateral_error))])
    places = road_points(knots, past[:, 0], past[:, 1])
    car_x, car_y = places[-1].tolist()
    share = min(max((station - start) / ROUTE_LENGTH, 0.0), 1.0)
    error = round(float(state.lateral_error), 2) + 0.0  # never -0.00
    scene = Scene(
        lane_picture(knots, start + ROUTE_LENGTH),
        car_x,
        car_y,
        tangent + float(state.heading_error),
        LENGTH,
        WIDTH,
        steering=float(state.steering),
        trail=places,
        text=f"SPEED {state.speed:4.1f} M/S   ERROR {error:+5.2f} M   ROUTE {100 * share:3.0f} %",
        progress=share,
    )
    heading = math.atan2(far_y - y, far_x - x)
    camera = Camera(x, y, heading, SCALE, CAR_AT, mirrored=True)
    return render_scene(scene, camera, FRAME_HEIGHT, FRAME_WIDTH)
