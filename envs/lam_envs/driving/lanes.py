"""A road as lanes of a few shapes in one array, and what a kernel asks of a lane: a pose on it, coordinates along it.

The frame has x forward and y to the right, as the highway has it, so a positive angle turns right. A lane is one row
of `LANE_COLUMNS` numbers:

| column | straight | arc | sine |
| --- | --- | --- | --- |
| KIND | 0 | 1 | 2 |
| X, Y [m] | start of the center line | center of the circle | start of the axis |
| ANGLE [rad] | heading | angle of the start, seen from the center | heading of the axis |
| LENGTH [m] | length | length | length along the axis |
| BEND | - | radius [m], positive when angles grow along the lane | amplitude [m] |
| PULSATION, PHASE | - | - | the center line lies at BEND sin(PULSATION s + PHASE) to the right of the axis |
| WIDTH [m], LIMIT [m/s], PRIORITY | width, speed limit, right of way (the higher goes first) | same | same |

Lane coordinates are (station s along the lane, offset to the right of its center line), both [m]; before the start
s is negative. A route is a chain of lanes, one row of lane indices padded by -1; a vehicle is projected only onto the
lanes of its own route, so that crossing lanes never capture it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined

STRAIGHT, ARC, SINE = 0, 1, 2
KIND, X, Y, ANGLE, LENGTH, BEND, PULSATION, PHASE, WIDTH, LIMIT, PRIORITY = range(11)
LANE_COLUMNS = 11
"""Numbers that describe a lane."""

LANE_WIDTH = 4.0
"""Usual width of a lane [m]."""


def straight_lane(
    start: tuple[float, float], end: tuple[float, float], limit: float, priority: float = 0.0
) -> NDArray[np.float64]:
    """A straight lane from point to point [m] with a speed limit [m/s]."""
    heading = math.atan2(end[1] - start[1], end[0] - start[0])
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    return np.array([STRAIGHT, *start, heading, length, 0.0, 0.0, 0.0, LANE_WIDTH, limit, priority])


def arc_lane(
    center: tuple[float, float],
    radius: float,
    angles: tuple[float, float],
    limit: float,
    priority: float = 0.0,
) -> NDArray[np.float64]:
    """A lane along a circle from the first to the second angle [rad], seen from the center [m]."""
    length = radius * abs(angles[1] - angles[0])
    bend = radius if angles[1] > angles[0] else -radius
    return np.array([ARC, *center, angles[0], length, bend, 0.0, 0.0, LANE_WIDTH, limit, priority])


def sine_lane(
    start: tuple[float, float],
    end: tuple[float, float],
    amplitude: float,
    pulsation: float,
    phase: float,
    limit: float,
    priority: float = 0.0,
) -> NDArray[np.float64]:
    """A lane that swings about the axis from point to point [m] by amplitude sin(pulsation s + phase)."""
    lane = straight_lane(start, end, limit, priority)
    lane[[KIND, BEND, PULSATION, PHASE]] = SINE, amplitude, pulsation, phase
    return lane


def route_table(routes: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Routes as rows of lane indices, padded by -1."""
    table = np.full((len(routes), max(len(route) for route in routes)), -1, dtype=np.int64)
    for row, route in zip(table, routes):
        row[: len(route)] = route
    return table


def route_starts(lanes: NDArray[np.float64], routes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Station of each lane's start on its route `[routes, lanes of a route + 1]` [m]; the last entry is the length."""
    lengths = np.where(routes >= 0, lanes[routes, LENGTH], 0.0)
    return np.concatenate([np.zeros((len(routes), 1)), np.cumsum(lengths, axis=1)], axis=1)


def lane_offsets(lanes: NDArray[np.float64], routes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Station of every lane's start on every route `[routes, lanes]` [m]; -1 where the lane is not on the route."""
    starts = route_starts(lanes, routes)
    offsets = np.full((len(routes), len(lanes)), -1.0)
    for route in range(len(routes)):
        for place in range(routes.shape[1]):
            if routes[route, place] >= 0:
                offsets[route, routes[route, place]] = starts[route, place]
    return offsets


@inlined
def wrap_angle(angle: float) -> float:
    """The angle brought into (-pi, pi]."""
    return math.atan2(math.sin(angle), math.cos(angle))


@inlined
def lane_point(lanes: NDArray[Any], lane: int, station: float, offset: float) -> tuple[float, float]:
    """The point (x, y) [m] at lane coordinates."""
    angle = lanes[lane, ANGLE]
    bend = lanes[lane, BEND]
    if lanes[lane, KIND] == ARC:
        turned = angle + station / bend
        reach = abs(bend) - offset if bend > 0.0 else abs(bend) + offset
        return lanes[lane, X] + reach * math.cos(turned), lanes[lane, Y] + reach * math.sin(turned)
    aside = offset
    if lanes[lane, KIND] == SINE:
        aside += bend * math.sin(lanes[lane, PULSATION] * station + lanes[lane, PHASE])
    cosine, sine = math.cos(angle), math.sin(angle)
    return lanes[lane, X] + station * cosine - aside * sine, lanes[lane, Y] + station * sine + aside * cosine


@inlined
def lane_heading(lanes: NDArray[Any], lane: int, station: float) -> float:
    """Direction of the center line at a station [rad]; a straight lane and an axis go on beyond their ends."""
    angle, bend = float(lanes[lane, ANGLE]), float(lanes[lane, BEND])
    if lanes[lane, KIND] == ARC:
        quarter = 0.5 * math.pi if bend > 0.0 else -0.5 * math.pi
        return angle + station / bend + quarter
    if lanes[lane, KIND] == SINE:
        pulsation = float(lanes[lane, PULSATION])
        return angle + math.atan(bend * pulsation * math.cos(pulsation * station + lanes[lane, PHASE]))
    return angle


@inlined
def lane_coordinates(lanes: NDArray[Any], lane: int, x: float, y: float) -> tuple[float, float]:
    """Lane coordinates (station, offset) of a point [m].

    On an arc the station lies within half a turn of the lane's middle; beside a sine lane it is that of the axis.
    """
    dx, dy = x - lanes[lane, X], y - lanes[lane, Y]
    angle = lanes[lane, ANGLE]
    bend = lanes[lane, BEND]
    if lanes[lane, KIND] == ARC:
        radius = abs(bend)
        sense = 1.0 if bend > 0.0 else -1.0
        middle = 0.5 * lanes[lane, LENGTH] / radius
        turned = sense * (math.atan2(dy, dx) - angle)
        turned = middle + wrap_angle(turned - middle)
        return turned * radius, sense * (radius - math.sqrt(dx * dx + dy * dy))
    cosine, sine = math.cos(angle), math.sin(angle)
    station = dx * cosine + dy * sine
    offset = dy * cosine - dx * sine
    if lanes[lane, KIND] == SINE:
        offset -= bend * math.sin(lanes[lane, PULSATION] * station + lanes[lane, PHASE])
    return station, offset


@inlined
def route_heading(lanes: NDArray[Any], routes: NDArray[Any], route: int, place: int, station: float) -> float:
    """Direction of the route at a station of its lane number `place` [rad], on the next lane if that one has ended."""
    lane = int(routes[route, place])
    length = lanes[lane, LENGTH]
    if station > length and place + 1 < routes.shape[1] and routes[route, place + 1] >= 0:
        return lane_heading(lanes, int(routes[route, place + 1]), station - length)
    return lane_heading(lanes, lane, station)
