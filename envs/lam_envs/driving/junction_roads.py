"""Junctions as roads: lanes, routes over them, and the zones in which two routes come into conflict.

Four roads meet; corner 0 is south, 1 west, 2 north, 3 east (x to the east, y to the south). From each corner three
routes lead to the other three: route 3 corner + turn with turn 0 left, 1 straight on, 2 right. Traffic keeps right.

A *zone* of two routes is where their center lines are closer than `CLEARANCE` while they are on different lanes. It
belongs to a pair of lanes and is of one of three kinds: the lanes cross, join (end in the same lane) or part (start
from the same lane). A row of `zones[route, other]` holds `ZONE_COLUMNS`: kind (-1 for none), who goes first (1 the
route, -1 the other), enter and leave on the route, enter and leave on the other [m along each route].
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.lanes import (
    LANE_WIDTH,
    LENGTH,
    PRIORITY,
    arc_lane,
    lane_offsets,
    lane_point,
    route_starts,
    route_table,
    straight_lane,
)

CROSS, JOIN, PART = 0, 1, 2
"""Kinds of zones."""
KIND, FIRST, ENTER, LEAVE, OTHER_ENTER, OTHER_LEAVE = range(6)
ZONE_COLUMNS = 6
MAX_ZONES = 4
"""Most zones of two routes."""
CLEARANCE = 2.7
"""Center lines closer than this are in conflict [m]: a vehicle's width and some room."""
SETBACK = 3.0
"""Stop lines are this far before the first zone [m], as vehicles that turn cut its corners."""
SAMPLE = 0.25
"""Distance of the points at which center lines are compared [m]."""

LEFT, AHEAD, RIGHT = 0, 1, 2
"""Turns."""
CORNERS = 4
ROUTES = 3 * CORNERS


@dataclass(frozen=True)
class JunctionRoad:
    """The roads of `G` geometries with `R` routes over `L` lanes each."""

    lanes: NDArray[np.float64]
    """Shapes of the lanes `[G, L, LANE_COLUMNS]`."""
    routes: NDArray[np.int64]
    """Lanes of each route `[R, P]`, padded by -1."""
    starts: NDArray[np.float64]
    """Station of each lane's start on its route, and the route's length `[G, R, P + 1]` [m]."""
    offsets: NDArray[np.float64]
    """Station of each lane's start on each route, -1 where it is not on it `[G, R, L]` [m]."""
    zones: NDArray[np.float64]
    """Conflicts `[G, R, R, MAX_ZONES, ZONE_COLUMNS]`."""
    lines: NDArray[np.float64]
    """Station of each route's stop line, before its first zone of the kinds cross and join `[G, R]` [m]."""
    exits: NDArray[np.float64]
    """Station at which each route has left the junction `[G, R]` [m]."""


def build_road(
    geometries: Sequence[NDArray[np.float64]], routes: Sequence[Sequence[int]], last: Sequence[int]
) -> JunctionRoad:
    """The road of some geometries with the same routes; `last` is the lane on which each route leaves the junction."""
    table = route_table(routes)
    lanes = np.stack(geometries)
    starts = np.stack([route_starts(each, table) for each in lanes])
    offsets = np.stack([lane_offsets(each, table) for each in lanes])
    zones = np.full((len(lanes), len(table), len(table), MAX_ZONES, ZONE_COLUMNS), -1.0)
    lines = np.zeros((len(lanes), len(table)))
    for geometry, shapes in enumerate(lanes):
        pairs = _lane_zones(shapes, routes)
        for route in range(len(table)):
            for other in range(len(table)):
                rows = _route_zones(routes[route], routes[other], shapes, offsets[geometry, [route, other]], pairs)
                if len(rows):
                    zones[geometry, route, other, : len(rows)] = rows
        met = np.where((zones[geometry, ..., KIND] == CROSS) | (zones[geometry, ..., KIND] == JOIN), 1.0, np.inf)
        lines[geometry] = (np.abs(zones[geometry, ..., ENTER]) * met).min(axis=(1, 2)) - SETBACK
    exits = np.stack([offset[np.arange(len(table)), list(last)] for offset in offsets])
    return JunctionRoad(lanes, table, starts, offsets, zones, lines, exits)


def _points(lanes: NDArray[np.float64], lane: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Stations and points of a lane's center line."""
    stations = np.linspace(0.0, lanes[lane, LENGTH], max(int(lanes[lane, LENGTH] / SAMPLE), 2))
    return stations, np.array([lane_point(lanes, lane, station, 0.0) for station in stations.tolist()])


def _lane_zones(
    lanes: NDArray[np.float64], routes: Sequence[Sequence[int]]
) -> dict[tuple[int, int], tuple[int, float, float, float, float]]:
    """(kind, enter, leave, other's enter, other's leave) along the lanes, for every pair of lanes in conflict."""
    after, before = _neighbors(routes)
    found = {}
    lines = [_points(lanes, lane) for lane in range(len(lanes))]
    for lane, (stations, points) in enumerate(lines):
        for other, (other_stations, other_points) in enumerate(lines):
            if lane == other or other in after[lane] | before[lane]:
                continue
            distances = np.linalg.norm(points[:, None] - other_points[None], axis=-1)
            close, other_close = np.nonzero(distances < CLEARANCE)
            if len(close) == 0:
                continue
            kind = JOIN if after[lane] & after[other] else PART if before[lane] & before[other] else CROSS
            own, others = stations[close], other_stations[other_close]
            found[lane, other] = (kind, own.min(), own.max(), others.min(), others.max())
    return found


def _neighbors(routes: Sequence[Sequence[int]]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The lanes right after and right before each lane on any route."""
    lanes = {lane for route in routes for lane in route}
    after: dict[int, set[int]] = {lane: set() for lane in lanes}
    before: dict[int, set[int]] = {lane: set() for lane in lanes}
    for route in routes:
        for lane, follower in pairwise(route):
            after[lane].add(follower)
            before[follower].add(lane)
    return after, before


def _route_zones(
    route: Sequence[int],
    other: Sequence[int],
    lanes: NDArray[np.float64],
    offsets: NDArray[np.float64],
    pairs: dict[tuple[int, int], tuple[int, float, float, float, float]],
) -> list[tuple[float, ...]]:
    """The rows of `zones` of two routes."""
    rows: list[tuple[float, ...]] = []
    for lane in route:
        for crossed in other:
            if (lane, crossed) not in pairs or lane in other or crossed in route:
                continue
            kind, enter, leave, other_enter, other_leave = pairs[lane, crossed]
            first = float(np.sign(lanes[lane, PRIORITY] - lanes[crossed, PRIORITY]))
            start, other_start = offsets[0, lane], offsets[1, crossed]
            row = (start + enter, start + leave, other_start + other_enter, other_start + other_leave)
            rows.append((float(kind), first, *row))
    return rows


def turn_corner(lane: NDArray[np.float64], corner: int) -> NDArray[np.float64]:
    """A lane of corner 0, turned to another corner."""
    turned = lane.copy()
    angle = 0.5 * math.pi * corner
    cosine, sine = round(math.cos(angle)), round(math.sin(angle))
    turned[1], turned[2] = cosine * lane[1] - sine * lane[2], sine * lane[1] + cosine * lane[2]
    turned[3] = lane[3] + angle
    return turned


def intersection_lanes(approach: float, leaving: float, radius: float, limit: float) -> NDArray[np.float64]:
    """Lanes of a four-way crossing: of each corner the approach, left, ahead, right and the way out `[20, ...]`.

    `radius` is that of a right turn. The roads of corners 1 and 3 have the right of way, and who turns left waits.
    """
    half, edge = 0.5 * LANE_WIDTH, radius + 0.5 * LANE_WIDTH
    lanes = []
    for corner in range(CORNERS):
        major = 2.0 * (corner % 2)
        for lane in (
            straight_lane((half, edge + approach), (half, edge), limit),
            arc_lane((-edge, edge), radius + LANE_WIDTH, (0.0, -0.5 * math.pi), limit, major),
            straight_lane((half, edge), (half, -edge), limit, major + 1.0),
            arc_lane((edge, edge), radius, (math.pi, 1.5 * math.pi), limit, major + 1.0),
            straight_lane((-half, edge), (-half, edge + leaving), limit),
        ):
            lanes.append(turn_corner(lane, corner))
    return np.stack(lanes)


def intersection_routes() -> tuple[list[tuple[int, ...]], list[int]]:
    """Routes over `intersection_lanes`, and the last lane of each."""
    routes: list[tuple[int, ...]] = []
    for corner in range(CORNERS):
        for turn, target in ((LEFT, corner + 1), (AHEAD, corner + 2), (RIGHT, corner + 3)):
            routes.append((5 * corner, 5 * corner + 1 + turn, 5 * (target % CORNERS) + 4))
    return routes, [route[-1] for route in routes]


def roundabout_lanes(approach: float, leaving: float, radius: float, flare: float, limit: float) -> NDArray[np.float64]:
    """Lanes of a roundabout: of each corner approach, way in, ring, ring before the way in, way out, road out.

    Traffic goes round against the clock, seen from above. The way in is an arc of radius `flare` from the approach that
    touches the ring of `radius` at the angle theta from the east; the way out mirrors it. With c = w/2 + flare,
    cos(theta) = c / (radius + flare).
    """
    half = 0.5 * LANE_WIDTH
    center = half + flare
    theta = math.acos(center / (radius + flare))
    edge = (radius + flare) * math.sin(theta)
    lanes = []
    for corner in range(CORNERS):
        for lane in (
            straight_lane((half, edge + approach), (half, edge), limit),
            arc_lane((center, edge), flare, (math.pi, math.pi + theta), limit),
            arc_lane((0.0, 0.0), radius, (theta, 0.5 * math.pi - theta), limit, 1.0),
            arc_lane((0.0, 0.0), radius, (math.pi - theta, theta), limit, 1.0),
            arc_lane((-center, edge), flare, (-theta, 0.0), limit, 1.0),
            straight_lane((-half, edge), (-half, edge + leaving), limit),
        ):
            lanes.append(turn_corner(lane, corner))
    return np.stack(lanes)


def roundabout_routes() -> tuple[list[tuple[int, ...]], list[int]]:
    """Routes over `roundabout_lanes`, and the last lane of each."""
    routes: list[tuple[int, ...]] = []
    for corner in range(CORNERS):
        for quarters in (3, 2, 1):
            route = [6 * corner, 6 * corner + 1, 6 * corner + 2]
            place = corner
            for _ in range(quarters - 1):
                place = (place + 3) % CORNERS
                route += [6 * place + 3, 6 * place + 2]
            target = (place + 3) % CORNERS
            routes.append((*route, 6 * target + 4, 6 * target + 5))
    return routes, [route[-1] for route in routes]
