"""Drivers at a junction: they follow, slow down for bends, and give way.

A driver who has not reached its stop line yet gives way to those who go first in a zone, as long as the times in which
the two would be in that zone are closer than its margin. Past the line it goes on, and stops only before a zone in
which somebody is. In zones where lanes join or part, the one ahead is followed. Stations S are along a vehicle's own
route [m], times in s; `road` is what `take_road` gives.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.junction_roads import (
    CROSS,
    ENTER,
    FIRST,
    JOIN,
    KIND,
    LEAVE,
    MAX_ZONES,
    OTHER_ENTER,
    OTHER_LEAVE,
    PART,
)
from lam_envs.driving.junction_vehicles import (
    ACCELERATION,
    FAR,
    HEADING,
    IDM_GAP,
    IDM_LIMIT,
    LOOK_AHEAD,
    MARGIN,
    OFFSET,
    PLACE,
    PRESENT,
    ROUTE,
    SLIP,
    SPEED,
    STATION,
    TIME_GAP,
    VEHICLE_LENGTH,
    WANTED,
    X_,
    Y_,
    Vehicles,
    idm,
    steering_slip,
)
from lam_envs.driving.lanes import ARC, BEND, LENGTH, lane_coordinates, route_heading
from lam_envs.driving.lanes import KIND as LANE_KIND

HALF = 0.5 * VEHICLE_LENGTH
LINE_ROOM = 1.0
"""Vehicles stop this far before a line [m]."""
BEND_ACCELERATION = 3.0
"""Lateral acceleration that the traffic keeps to in a bend [m/s^2]."""
BEND_BRAKING = 2.0
"""Braking with which it reaches a bend at its own speed [m/s^2]."""
SETTING_OFF = 1.5
"""Acceleration with which arrivals are predicted [m/s^2]."""
LATE_BRAKING = 2.0
"""Where stopping needs more braking than this, the driver brakes as hard as it needs [m/s^2]."""
HARD_BRAKING = 6.0
"""Who could give way only by braking harder than this goes on [m/s^2]."""
SLOWEST_LEAVING = 1.5
"""Vehicles are taken to leave a zone at this speed at least [m/s]."""

Road = tuple[Any, Any, Any, Any, Any, Any]
"""Lanes, routes, starts, offsets, zones and lines of one geometry."""


@inlined
def take_road(
    geometry: int,
    lanes: NDArray[Any],
    routes: NDArray[Any],
    starts: NDArray[Any],
    offsets: NDArray[Any],
    zones: NDArray[Any],
    lines: NDArray[Any],
) -> Road:
    """The road of one geometry."""
    return lanes[geometry], routes, starts[geometry], offsets[geometry], zones[geometry], lines[geometry]


@inlined
def locate(vehicles: Vehicles, slot: int, road: Road) -> None:
    """Update a vehicle's place on its route, its station and its offset from its pose."""
    lanes, routes, starts, _, _, _ = road
    route, place = int(vehicles[ROUTE, slot]), int(vehicles[PLACE, slot])
    x, y = vehicles[X_, slot], vehicles[Y_, slot]
    lane = int(routes[route, place])
    station, offset = lane_coordinates(lanes, lane, x, y)
    if station > lanes[lane, LENGTH] and place + 1 < routes.shape[1] and routes[route, place + 1] >= 0:
        place += 1
        lane = int(routes[route, place])
        station, offset = lane_coordinates(lanes, lane, x, y)
    vehicles[PLACE, slot] = place
    vehicles[STATION, slot] = starts[route, place] + station
    vehicles[OFFSET, slot] = offset


@inlined
def steer_along(vehicles: Vehicles, slot: int, road: Road) -> None:
    """Steer a vehicle along its route for this simulation step."""
    lanes, routes, starts, _, _, _ = road
    route, place = int(vehicles[ROUTE, slot]), int(vehicles[PLACE, slot])
    speed = vehicles[SPEED, slot]
    ahead = vehicles[STATION, slot] - starts[route, place] + LOOK_AHEAD * speed
    direction = route_heading(lanes, routes, route, place, ahead)
    vehicles[SLIP, slot] = steering_slip(vehicles[OFFSET, slot], vehicles[HEADING, slot], speed, direction)


@inlined
def arrival_time(distance: float, speed: float, acceleration: float, top: float) -> float:
    """Time to drive a distance at a speed that grows by an acceleration up to `top`; 0 for none to drive [s]."""
    if distance <= 0.0:
        return 0.0
    if speed >= top:
        return distance / max(speed, 0.1)
    growing = 0.5 * (top * top - speed * speed) / acceleration
    if distance <= growing:
        return (math.sqrt(speed * speed + 2.0 * acceleration * distance) - speed) / acceleration
    return (top - speed) / acceleration + (distance - growing) / top


@inlined
def bend_speed(vehicles: Vehicles, slot: int, road: Road, lateral: float) -> float:
    """Speed from which every bend ahead is reached with at most `lateral` [m/s^2] of acceleration to the side."""
    lanes, routes, starts, _, _, _ = road
    route = int(vehicles[ROUTE, slot])
    fastest = FAR
    for place in range(int(vehicles[PLACE, slot]), routes.shape[1]):
        lane = int(routes[route, place])
        if lane < 0:
            break
        distance = max(starts[route, place] - vehicles[STATION, slot], 0.0)
        if distance > 50.0:
            break
        if lanes[lane, LANE_KIND] == ARC:
            fastest = min(fastest, lateral * abs(lanes[lane, BEND]) + 2.0 * BEND_BRAKING * distance)
    return math.sqrt(fastest)


@inlined
def leader_gap(vehicles: Vehicles, slot: int, other: int, road: Road) -> float:
    """Gap to another vehicle that is ahead on the same lanes, or in a zone where lanes join or part; FAR if neither."""
    _, routes, starts, offsets, zones, _ = road
    route, others = int(vehicles[ROUTE, slot]), int(vehicles[ROUTE, other])
    place = int(vehicles[PLACE, other])
    here, there = vehicles[STATION, slot], vehicles[STATION, other]
    offset = offsets[route, int(routes[others, place])]
    if offset >= 0.0:
        ahead = offset + there - starts[others, place] - here
        if ahead > 0.0 or (ahead == 0.0 and other > slot):
            return float(ahead - VEHICLE_LENGTH)
        return FAR
    for number in range(MAX_ZONES):
        zone = zones[route, others, number]
        if zone[KIND] < 0.0:
            break
        if zone[KIND] == JOIN and zone[OTHER_ENTER] < there + HALF and there <= zone[OTHER_LEAVE] + 0.1:
            ahead = (zone[LEAVE] - here) - (zone[OTHER_LEAVE] - there)
            if here < zone[LEAVE] and (ahead > 0.0 or (ahead == 0.0 and other > slot)):
                return float(ahead - VEHICLE_LENGTH)
        if zone[KIND] == PART and zone[OTHER_ENTER] < there < zone[OTHER_LEAVE] + HALF:
            ahead = (there - zone[OTHER_ENTER]) - (here - zone[ENTER])
            if here < zone[LEAVE] and ahead > 0.0:
                return float(ahead - VEHICLE_LENGTH)
    return FAR


@inlined
def blocks(vehicles: Vehicles, slot: int, other: int, zone: NDArray[Any], past_line: bool, wanted: float) -> bool:
    """Whether `other` keeps `slot` from entering a zone of the kind cross or join that it has not entered yet.

    In a zone where lanes join, who is inside is followed (`leader_gap`).
    """
    here, there = vehicles[STATION, slot], vehicles[STATION, other]
    speed, other_speed = vehicles[SPEED, slot], vehicles[SPEED, other]
    if there - HALF > zone[OTHER_LEAVE] or here - HALF > zone[LEAVE]:
        return False
    inside = there + HALF > zone[OTHER_ENTER]
    own_in = arrival_time(zone[ENTER] - HALF - here, speed, SETTING_OFF, wanted)
    leaving = max(other_speed, SLOWEST_LEAVING)
    other_out = (zone[OTHER_LEAVE] + HALF - there) / leaving
    if inside:
        return bool(zone[KIND] == CROSS and other_out > own_in)
    if past_line or zone[FIRST] > 0.0:
        return False
    margin = vehicles[MARGIN, slot]
    top = max(other_speed, vehicles[WANTED, other])
    other_in = arrival_time(zone[OTHER_ENTER] - HALF - there, other_speed, SETTING_OFF, top)
    own_out = arrival_time(zone[LEAVE] + HALF - here, speed, SETTING_OFF, wanted)
    return bool(own_in < other_out + margin and other_in < own_out + margin)


@inlined
def stop_distance(vehicles: Vehicles, slot: int, road: Road) -> float:
    """Distance of the front to where the driver has to stop for somebody, FAR for nowhere [m]."""
    _, _, _, _, zones, lines = road
    route = int(vehicles[ROUTE, slot])
    front = vehicles[STATION, slot] + HALF
    past_line = front > lines[route]
    wanted, nearest = vehicles[WANTED, slot], FAR
    for other in range(vehicles.shape[1]):
        if other == slot or vehicles[PRESENT, other] == 0.0:
            continue
        others = int(vehicles[ROUTE, other])
        for number in range(MAX_ZONES):
            zone = zones[route, others, number]
            if zone[KIND] < 0.0:
                break
            near = zone[KIND] != PART and front <= zone[ENTER] < front + 60.0
            if near and blocks(vehicles, slot, other, zone, past_line, wanted):
                line = zone[ENTER] if past_line else lines[route]
                nearest = min(nearest, line - LINE_ROOM - front)
    return nearest


@inlined
def decide_junction(vehicles: Vehicles, slot: int, road: Road) -> None:
    """Choose the acceleration of a driver for this simulation step."""
    speed, time_gap = vehicles[SPEED, slot], vehicles[TIME_GAP, slot]
    wanted = min(vehicles[WANTED, slot], bend_speed(vehicles, slot, road, BEND_ACCELERATION))
    acceleration = idm(speed, wanted, time_gap, FAR, 0.0)
    for other in range(vehicles.shape[1]):
        if other != slot and vehicles[PRESENT, other] > 0.0:
            gap = leader_gap(vehicles, slot, other, road)
            if gap < FAR:
                acceleration = min(acceleration, idm(speed, wanted, time_gap, gap, vehicles[SPEED, other]))
    room = stop_distance(vehicles, slot, road)
    if room < FAR and (speed < 0.5 or 0.5 * speed * speed < HARD_BRAKING * (room + LINE_ROOM)):
        # The imagined bumper is so far behind the line that the model's standstill gap ends half a meter before it.
        acceleration = min(acceleration, idm(speed, wanted, 0.3, room + IDM_GAP - 0.5, 0.0))
        needed = 0.5 * speed * speed / max(room, 0.2)
        if needed > LATE_BRAKING:
            acceleration = min(acceleration, -min(needed, IDM_LIMIT))
    vehicles[ACCELERATION, slot] = acceleration
