"""Pictures of junctions: lanes of any shape as roads, and the frames of the merge and of crossings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.junction_roads import CORNERS, JunctionRoad
from lam_envs.driving.junction_scenario import GEOMETRY
from lam_envs.driving.junction_vehicles import HEADING, LENGTH, PRESENT, ROUTE, SPEED, WIDTH, X_, Y_
from lam_envs.driving.lanes import ANGLE, BEND, KIND, LANE_WIDTH, STRAIGHT, X, Y, lane_heading, lane_point
from lam_envs.driving.lanes import LENGTH as LANE_LENGTH
from lam_envs.driving.lanes import WIDTH as LANE_BREADTH
from lam_envs.driving.merge_scenario import EXIT, LANES, RAMP_OFFSET, ZONE, ZONE_START
from lam_envs.driving.road_pictures import (
    ASPHALT,
    RED,
    SHOULDER,
    WHITE,
    YELLOW,
    Road,
    arc,
    dashes,
    join,
    line_mark,
    rectangles,
    strip,
    trees,
    trees_beside,
    turned,
)
from lam_envs.driving.scene import Camera, Scene, Trails, render_scene

MERGE_HEIGHT, FRAME_WIDTH = 200, 600
"""Size of a frame of the merge [pixels]."""
MERGE_SCALE = 5.5
"""Pixels per meter of the merge."""
CROSSING_HEIGHT = 400
"""Height of a frame of an intersection or a roundabout [pixels]; its width is FRAME_WIDTH."""
CROSSING_SCALE, CROSSING_AT = 4.2, (0.5, 0.46)
"""Pixels per meter of an intersection or a roundabout, and where in the frame its camera looks."""
EGO_SHARE = 0.6
"""The camera looks at the point that is this share of the way from the middle of the junction to the ego."""
GOAL_STATION = 20.0
"""Where the goal is marked on the road that the ego takes out of the junction [m]."""
BEYOND = 60.0
"""Roads that lead away are drawn longer by this [m]."""
STEP = 2.0
"""Points of a curved lane are this far apart [m]."""
TURNS = ("TURNS LEFT", "GOES STRAIGHT ON", "TURNS RIGHT")
"""What the ego's route does, by its number within its corner."""
STOP_LINE = 0.5
"""Width of a stop line [m]."""


def lane_line(lanes: NDArray[np.float64], lane: int) -> NDArray[np.float64]:
    """Points `[N, 2]` of a lane's center line [m]."""
    length = float(lanes[lane, LANE_LENGTH])
    count = 1 if lanes[lane, KIND] == STRAIGHT else max(round(length / STEP), 2)
    stations = np.linspace(0.0, length, count + 1).tolist()
    return np.array([lane_point(lanes, lane, station, 0.0) for station in stations])


def lane_band(lanes: NDArray[np.float64], lane: int) -> Road:
    """The asphalt of a lane, a little wider than the lane."""
    half = 0.5 * float(lanes[lane, LANE_BREADTH]) + SHOULDER
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


def vehicles_scene(
    road: Road,
    vehicles: NDArray[np.float64],
    trail: list[tuple[float, float]],
    text: str,
    goal: tuple[float, float, float] | None = None,
) -> Scene:
    """The scene of one environment's vehicles `[VEHICLE_COLUMNS, num_vehicles]`."""
    x, y, heading, length, width = (vehicles[column] for column in (X_, Y_, HEADING, LENGTH, WIDTH))
    return Scene(road, x, y, heading, length, width, vehicles[PRESENT] > 0.0, trail=trail, goal=goal, text=text)


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


def corner_turned(road: Road, corner: int) -> Road:
    """A road of corner 0 turned to another corner, a quarter each."""
    return Road(turned(road.quads, 0.5 * math.pi * corner), road.colors)


def approach_marks(lanes: NDArray[np.float64], approach: int, leaving: int, stops: bool) -> Road:
    """Marks of the road of corner 0: edge lines, the line in its middle, and the stop line."""
    half = 0.5 * LANE_WIDTH
    inward, outward = lane_line(lanes, approach), lane_line(lanes, leaving)
    edge = float(inward[-1, 1])
    stop = [(0.2, LANE_WIDTH - 0.2, edge, edge + STOP_LINE)]
    return join(
        [
            line_mark(inward, half),
            line_mark(outward, half),
            line_mark(inward, -half - 0.15, YELLOW),
            line_mark(inward, -half + 0.15, YELLOW),
            rectangles(stop, WHITE) if stops else Road(),
        ]
    )


def crossing_road(lanes: NDArray[np.float64]) -> Road:
    """The picture of `junction_roads.intersection_lanes`: kerbs around the corners; the minor road has stop lines."""
    asphalt = [lane_band(lanes, lane) for lane in range(len(lanes))]
    marks = []
    for corner in range(CORNERS):
        kerb = line_mark(lane_line(lanes, 3), 0.5 * LANE_WIDTH)
        marks.append(corner_turned(join([approach_marks(lanes, 0, 4, corner % 2 == 0), kerb]), corner))
    return join(asphalt + marks)


def roundabout_road(lanes: NDArray[np.float64]) -> Road:
    """The picture of `junction_roads.roundabout_lanes`: the ring around its island, ways in and out."""
    half, radius = 0.5 * LANE_WIDTH, abs(float(lanes[2, BEND]))
    ring = arc(0.0, 0.0, radius, 0.0, 2.0 * math.pi)
    asphalt = [lane_band(lanes, lane) for lane in range(len(lanes)) if lane % 6 not in (2, 3)]
    asphalt.append(strip(ring, -half - SHOULDER, half + SHOULDER, ASPHALT, closed=True))
    places = arc(0.0, 0.0, 0.4 * radius, 0.0, 2.0 * math.pi, 0.5 * radius)[:-1]
    island = [strip(ring, half, half + 0.3, WHITE, closed=True), trees(places, np.full(len(places), 0.12 * radius))]
    marks = []
    for corner in range(CORNERS):
        edges = [line_mark(lane_line(lanes, lane), half) for lane in (1, 2, 4)]
        marks.append(corner_turned(join([approach_marks(lanes, 0, 5, True), *edges]), corner))
    return join([*asphalt, *island, *marks])


def lengthen(lanes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lanes of a junction with longer roads away from it: what leads in and out is as long on both sides."""
    longer = lanes.copy()
    straight = lanes[:, KIND] == STRAIGHT
    away = lanes[:, X] * np.cos(lanes[:, ANGLE]) + lanes[:, Y] * np.sin(lanes[:, ANGLE]) > 0.0
    longer[straight & away, LANE_LENGTH] += BEYOND
    return longer


_crossings: dict[tuple[int, int], tuple[NDArray[np.float64], Road]] = {}
"""Roads that were drawn, by the id of the lanes of all geometries, which are kept beside, and the geometry."""


def crossing_picture(lanes: NDArray[np.float64], geometry: int, ring: bool) -> Road:
    """The picture of one of the geometries `lanes` [G, L, LANE_COLUMNS], drawn once."""
    key = (id(lanes), geometry)
    if key not in _crossings:
        draw = roundabout_road if ring else crossing_road
        _crossings[key] = (lanes, draw(lengthen(lanes[geometry])))
    return _crossings[key][1]


def render_crossing(
    road: JunctionRoad, ring: bool, state: Mapping[str, NDArray[Any]], trails: Trails, index: int
) -> NDArray[np.uint8]:
    """The frame `[400, 600, 3]` of environment `index` of a junction batch's state; the goal is a green outline."""
    geometry, vehicles = int(state["scenario"][index, GEOMETRY]), state["vehicles"][index]
    lanes, route = road.lanes[geometry], int(vehicles[ROUTE, 0])
    out = int(road.routes[route][road.routes[route] >= 0][-1])
    goal = (*lane_point(lanes, out, GOAL_STATION, 0.0), lane_heading(lanes, out, GOAL_STATION))
    text = f"SPEED {vehicles[SPEED, 0]:4.1f} M/S   {TURNS[route % len(TURNS)]}"
    picture = crossing_picture(road.lanes, geometry, ring)
    scene = vehicles_scene(picture, vehicles, follow_ego(state, trails, index), text, goal)
    x, y = float(vehicles[X_, 0]), float(vehicles[Y_, 0])
    camera = Camera(EGO_SHARE * x, EGO_SHARE * y, scale=CROSSING_SCALE, at=CROSSING_AT)
    return render_scene(scene, camera, CROSSING_HEIGHT, FRAME_WIDTH)
