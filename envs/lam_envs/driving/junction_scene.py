"""Pictures of junctions: lanes of any shape as roads, and the frames of the merge and of crossings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.junction_vehicles import HEADING, LENGTH, PRESENT, SPEED, WIDTH, X_, Y_
from lam_envs.driving.lanes import KIND, LANE_WIDTH, STRAIGHT, lane_point
from lam_envs.driving.lanes import LENGTH as LANE_LENGTH
from lam_envs.driving.lanes import WIDTH as LANE_BREADTH
from lam_envs.driving.merge_scenario import EXIT, LANES, RAMP_OFFSET, ZONE, ZONE_START
from lam_envs.driving.road_pictures import (
    ASPHALT,
    RED,
    SHOULDER,
    WHITE,
    Road,
    dashes,
    join,
    line_mark,
    rectangles,
    strip,
    trees_beside,
)
from lam_envs.driving.scene import Camera, Scene, Trails, render_scene

MERGE_HEIGHT, FRAME_WIDTH = 200, 600
"""Size of a frame of the merge [pixels]."""
MERGE_SCALE = 5.5
"""Pixels per meter of the merge."""
STEP = 2.0
"""Points of a curved lane are this far apart [m]."""


def lane_line(lanes: NDArray[np.float64], lane: int) -> NDArray[np.float64]:
    """Points `[N, 2]` of a lane's center line [m]."""
    length = float(lanes[lane, LANE_LENGTH])
    count = 1 if lanes[lane, KIND] == STRAIGHT else max(round(length / STEP), 2)
    stations = np.linspace(0.0, length, count + 1).tolist()
    return np.array([lane_point(lanes, lane, station, 0.0) for station in stations])


def lane_band(lanes: NDArray[np.float64], lane: int, beyond: float = SHOULDER) -> Road:
    """The asphalt of a lane, a little wider than the lane."""
    half = 0.5 * float(lanes[lane, LANE_BREADTH]) + beyond
    return strip(lane_line(lanes, lane), -half, half, ASPHALT)


@lru_cache(maxsize=32)
def merge_road(zone: float) -> Road:
    """The highway with its ramp, which ends at an obstacle `zone` after it has come beside the highway [m]."""
    half, end = 0.5 * LANE_WIDTH, ZONE_START + zone
    start = float(LANES[0, 1])
    left, middle, ramp = (lane_line(LANES, lane) for lane in (0, 1, 4))
    ramp[-1, 0] = end
    curve = np.concatenate([lane_line(LANES, 2), lane_line(LANES, 3)[1:]])
    edge = half + LANE_WIDTH
    beside = [[start, edge], [ZONE_START, edge]], [[ZONE_START, edge], [end, edge]], [[end, edge], [EXIT, edge]]
    verge = RAMP_OFFSET + half + SHOULDER
    return join(
        [
            trees_beside(-half - SHOULDER, verge + 7.0, start, EXIT),
            *(strip(line, -half - SHOULDER, half + SHOULDER, ASPHALT) for line in (left, middle, curve, ramp)),
            line_mark(left, -half),
            dashes(left, half),
            line_mark(beside[0], 0.0),
            dashes(beside[1], 0.0, length=2.0, period=4.0),
            line_mark(beside[2], 0.0),
            line_mark(curve, -half),
            line_mark(curve, half),
            line_mark(ramp, half),
            rectangles([(end, end + 0.8, RAMP_OFFSET - half, RAMP_OFFSET + half)], WHITE),
            rectangles([(end, end + 0.8, RAMP_OFFSET + side - 0.5, RAMP_OFFSET + side + 0.5) for side in (-1, 1)], RED),
        ]
    )


def vehicles_scene(road: Road, vehicles: NDArray[np.float64], trail: list[tuple[float, float]], text: str) -> Scene:
    """The scene of one environment's vehicles `[VEHICLE_COLUMNS, num_vehicles]`."""
    x, y, heading, length, width = (vehicles[column] for column in (X_, Y_, HEADING, LENGTH, WIDTH))
    return Scene(road, x, y, heading, length, width, vehicles[PRESENT] > 0.0, trail=trail, text=text)


def follow_ego(state: Mapping[str, NDArray[Any]], trails: Trails, index: int) -> list[tuple[float, float]]:
    """The trail of environment `index` of a junction's state."""
    vehicles = state["vehicles"][index]
    key, step = int(state["key"][index]), int(state["steps"][index])
    return trails.follow(index, key, step, vehicles[X_, 0], vehicles[Y_, 0])


def render_merge(state: Mapping[str, NDArray[Any]], trails: Trails, index: int) -> NDArray[np.uint8]:
    """The frame `[200, 600, 3]` of environment `index` of a merge batch's state; it follows the ego along the road."""
    vehicles = state["vehicles"][index]
    zone = float(state["scenario"][index, ZONE])
    text = f"SPEED {vehicles[SPEED, 0]:4.1f} M/S   RAMP ENDS IN {ZONE_START + zone - vehicles[X_, 0]:4.0f} M"
    trail = follow_ego(state, trails, index)
    scene = vehicles_scene(merge_road(zone), vehicles, trail, text)
    camera = Camera(float(vehicles[X_, 0]), 6.5, scale=MERGE_SCALE, at=(0.3, 0.44))
    return render_scene(scene, camera, MERGE_HEIGHT, FRAME_WIDTH)
