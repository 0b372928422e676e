"""The rule driver of the junctions: it follows, slows down for bends, and accepts gaps by times.

Before its stop line the driver waits as long as anybody who goes first, or can no longer wait, would be in a zone of
its route within a margin of the time at which it would be there itself; past the line it goes on, and stops only before
a zone in which it would meet somebody. It looks at the positions, speeds and turn signals that an observation shows
(the signals as routes). The acceleration that it wants becomes the action that comes nearest to it.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.junction_kernels import IDLE, LEVELS
from lam_envs.driving.junction_roads import ENTER, FIRST, JOIN, KIND, LEAVE, MAX_ZONES, OTHER_ENTER, OTHER_LEAVE, PART
from lam_envs.driving.junction_scenario import GEOMETRY
from lam_envs.driving.junction_traffic import HALF, Road, arrival_time, bend_speed, leader_gap, take_road
from lam_envs.driving.junction_vehicles import (
    FAR,
    IDM_GAP,
    IDM_LIMIT,
    PRESENT,
    ROUTE,
    SPEED,
    STATION,
    TOWN_REACH,
    Vehicles,
    choose_speed,
    idm,
)

LATERAL = 3.2
"""Lateral acceleration that the driver keeps to in bends [m/s^2]."""
TIME_GAP, OWN_GAP, OWN_ACCELERATION = 1.2, 3.0, 2.0
"""Time headway [s], standstill gap [m] and acceleration with which it follows [m/s^2]."""
SETTING_OFF, GOING_ON = 1.6, 2.0
"""Acceleration with which it expects to set off before its line, and to go on past it [m/s^2]."""
OTHERS_SETTING_OFF, OTHERS_SPEED = 1.5, 8.0
"""Acceleration [m/s^2] and least final speed [m/s] with which others may come."""
BEFORE, AFTER = 0.5, 1.0
"""Times that it wants between itself and one who was there before, and one who comes after [s]."""
CAUGHT_UP = 0.8
"""More time before one who comes after into the same lane [s]."""
COMMITTED = 0.4
"""Times in place of these past the line [s]."""
BEYOND_LINE = 1.5
"""From here on the driver goes on [m]."""
LINE_ROOM = 1.0
"""It stops this far before a line [m]."""
CAN_STOP = 3.0
"""Others who would have to brake harder than this to give way are taken not to [m/s^2]."""
BRAKING = 3.2
"""The driver goes on where it would have to brake harder than this [m/s^2]."""


@inlined
def follow(speed: float, wanted: float, gap: float, leader_speed: float) -> float:
    """Acceleration that the driver wants behind a leader, by the intelligent driver model [m/s^2]."""
    ratio = speed / max(wanted, 0.1)
    free = 1.0 - ratio * ratio * ratio * ratio
    if gap < FAR:
        closing = 0.5 * speed * (speed - leader_speed) / OWN_ACCELERATION
        ratio = (OWN_GAP + max(speed * TIME_GAP + closing, 0.0)) / max(gap, 0.1)
        free -= ratio * ratio
    return min(max(OWN_ACCELERATION * free, -IDM_LIMIT), OWN_ACCELERATION)


@inlined
def gives_way(vehicles: Vehicles, other: int, zone: NDArray[Any], line: float) -> bool:
    """Whether another vehicle, which has to, can still stop before its line."""
    if zone[FIRST] <= 0.0:
        return False
    room = line - HALF - vehicles[STATION, other]
    return bool(0.5 * vehicles[SPEED, other] * vehicles[SPEED, other] < CAN_STOP * room)


@inlined
def meets(vehicles: Vehicles, other: int, zone: NDArray[Any], past_line: bool, top: float, road: Road) -> bool:
    """Whether the ego, if it went on, would meet another vehicle in a zone that it has not entered yet."""
    here, there = vehicles[STATION, 0], vehicles[STATION, other]
    if there - HALF > zone[OTHER_LEAVE]:
        return False
    inside = there + HALF > zone[OTHER_ENTER]
    if inside and zone[KIND] == JOIN:
        return False
    speed, other_speed = vehicles[SPEED, 0], vehicles[SPEED, other]
    own = GOING_ON if past_line else SETTING_OFF
    own_in = arrival_time(zone[ENTER] - HALF - here, speed, GOING_ON, top)
    own_out = arrival_time(zone[LEAVE] + HALF - here, speed, own, top)
    bend = bend_speed(vehicles, other, road, LATERAL)
    fast = min(max(other_speed, OTHERS_SPEED), bend)
    other_in = arrival_time(zone[OTHER_ENTER] - HALF - there, other_speed, OTHERS_SETTING_OFF, fast)
    other_out = (zone[OTHER_LEAVE] + HALF - there) / max(min(other_speed, bend), 1.0)
    before, after = BEFORE, AFTER + CAUGHT_UP if zone[KIND] == JOIN else AFTER
    if past_line:
        before, after = COMMITTED, COMMITTED
    return bool(own_in < other_out + before and other_in < own_out + after)


@inlined
def waiting_room(vehicles: Vehicles, road: Road, top: float) -> tuple[float, float]:
    """Where the ego has to stop for somebody, from its front: where it wants to, where it can at most; FAR, FAR [m]."""
    _, _, _, _, zones, lines = road
    route = int(vehicles[ROUTE, 0])
    front = vehicles[STATION, 0] + HALF
    past_line = front > lines[route] + BEYOND_LINE
    wish, most = FAR, FAR
    for other in range(1, vehicles.shape[1]):
        if vehicles[PRESENT, other] == 0.0:
            continue
        others = int(vehicles[ROUTE, other])
        for number in range(MAX_ZONES):
            zone = zones[route, others, number]
            if zone[KIND] < 0.0:
                break
            if zone[KIND] == PART or front > zone[ENTER] or gives_way(vehicles, other, zone, lines[others]):
                continue
            if meets(vehicles, other, zone, past_line, top, road):
                line = zone[ENTER] if past_line else lines[route]
                wish = min(wish, max(line - LINE_ROOM - front, 0.0))
                most = min(most, zone[ENTER] - front)
    return wish, most


@inlined
def junction_action(vehicles: Vehicles, target: float, road: Road, top: float) -> int:
    """The rule driver's action for the vehicles of one environment, the ego's target speed and the largest one."""
    speed = vehicles[SPEED, 0]
    wanted = min(top, bend_speed(vehicles, 0, road, LATERAL))
    acceleration = follow(speed, wanted, FAR, 0.0)
    for other in range(1, vehicles.shape[1]):
        if vehicles[PRESENT, other] > 0.0:
            gap = leader_gap(vehicles, 0, other, road)
            if gap < FAR:
                acceleration = min(acceleration, follow(speed, wanted, gap, vehicles[SPEED, other]))
    room, most = waiting_room(vehicles, road, wanted)
    energy = 0.5 * speed * speed
    if room < FAR and energy < BRAKING * most:
        acceleration = min(acceleration, idm(speed, wanted, 0.3, room + IDM_GAP - 0.5, 0.0))
        needed = energy / max(room, 0.3)
        if needed > 2.0:
            acceleration = min(acceleration, -needed)
    return IDLE + choose_speed(speed, target, acceleration, top, LEVELS, TOWN_REACH)


@kernel
def junction_actions(
    actions: NDArray[Any],
    top: float,
    lanes: NDArray[Any],
    routes: NDArray[Any],
    starts: NDArray[Any],
    offsets: NDArray[Any],
    zones: NDArray[Any],
    lines: NDArray[Any],
    vehicles: NDArray[Any],
    scenario: NDArray[Any],
    target: NDArray[Any],
) -> None:
    """The rule driver's action for every environment of a batch."""
    for row in range(actions.shape[0]):
        road = take_road(int(scenario[row, GEOMETRY]), lanes, routes, starts, offsets, zones, lines)
        actions[row] = junction_action(vehicles[row], target[row], road, top)
