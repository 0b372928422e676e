"""Drivers of the merge: who follows whom, when a lane is changed, and who makes room for the ramp.

Every driver follows by the intelligent driver model in its own lane and in the one it changes to. On the highway a
lane is changed for an acceleration gained (MOBIL without politeness); the ramp must be left, so there any safe gap
does. A courteous driver in the highway's right lane brakes mildly for a car on the ramp that is ahead of it.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.junction_vehicles import (
    ACCELERATION,
    COURTEOUS,
    FAR,
    HEADWAY,
    LANE,
    LOOK_AHEAD,
    PRESENT,
    SIMULATION_FREQUENCY,
    SLIP,
    SPEED,
    TARGET_LANE,
    TARGET_SPEED,
    VEHICLE_LENGTH,
    VEHICLE_WIDTH,
    X_,
    Y_,
    Vehicles,
    idm,
    steering_slip,
)
from lam_envs.driving.junction_vehicles import HEADING as FACING
from lam_envs.driving.lanes import LANE_WIDTH, lane_coordinates, lane_heading
from lam_envs.driving.merge_scenario import GAIN, HIGHWAY_RIGHT, RAMP, ZONE, ZONE_START, lane_piece

SAFE_BRAKING, FORCED_BRAKING = 2.5, 3.5
"""Braking that a lane change may ask of the new follower, and one that leaves the ramp [m/s^2]."""
NARROWEST_GAP = 2.0
"""Least gap to the new leader and the new follower [m]."""
COURTESY_BRAKING = 2.0
"""Largest braking in order to make room [m/s^2]."""
COURTESY_START = ZONE_START - 60.0
"""From here on a car on the ramp is made room for [m]."""
END_MARGIN = 3.0
"""Traffic stops this far before the ramp's end [m]."""
RAMP_PERIOD = 4
"""Simulation steps between a driver's looks for a gap from the ramp; on the highway it is one second."""


@inlined
def in_lane(vehicles: Vehicles, slot: int, lane: int) -> bool:
    """Whether a slot holds a vehicle that is in a lane or on its way there."""
    if vehicles[PRESENT, slot] == 0.0:
        return False
    return int(vehicles[LANE, slot]) == lane or int(vehicles[TARGET_LANE, slot]) == lane


@inlined
def find_leader(vehicles: Vehicles, slot: int, lane: int) -> int:
    """The next vehicle ahead of `slot` in a lane, or -1; of two at the same place the later slot is ahead."""
    leader, nearest = -1, FAR
    for other in range(vehicles.shape[1]):
        if other != slot and in_lane(vehicles, other, lane):
            ahead = vehicles[X_, other] - vehicles[X_, slot]
            if (ahead > 0.0 or (ahead == 0.0 and other > slot)) and ahead < nearest:
                leader, nearest = other, ahead
    return leader


@inlined
def find_follower(vehicles: Vehicles, slot: int, lane: int) -> int:
    """The next vehicle behind `slot` in a lane, or -1."""
    follower, nearest = -1, FAR
    for other in range(vehicles.shape[1]):
        if other != slot and in_lane(vehicles, other, lane):
            behind = vehicles[X_, slot] - vehicles[X_, other]
            if (behind > 0.0 or (behind == 0.0 and other < slot)) and behind < nearest:
                follower, nearest = other, behind
    return follower


@inlined
def follow(vehicles: Vehicles, slot: int, leader: int) -> float:
    """Acceleration of `slot` behind `leader`, or on a free road for -1 [m/s^2]."""
    speed, wanted, headway = vehicles[SPEED, slot], vehicles[TARGET_SPEED, slot], vehicles[HEADWAY, slot]
    if leader < 0:
        return idm(speed, wanted, headway, FAR, 0.0)
    gap = vehicles[X_, leader] - vehicles[X_, slot] - VEHICLE_LENGTH
    return idm(speed, wanted, headway, gap, vehicles[SPEED, leader])


@inlined
def lane_acceleration(vehicles: Vehicles, slot: int, lane: int, zone: float) -> float:
    """Acceleration of `slot` in a lane [m/s^2]: behind the leader there, before the ramp's end, making room."""
    acceleration = follow(vehicles, slot, find_leader(vehicles, slot, lane))
    x, speed = vehicles[X_, slot], vehicles[SPEED, slot]
    if lane == RAMP:
        gap = ZONE_START + zone - END_MARGIN - x - 0.5 * VEHICLE_LENGTH
        return min(acceleration, idm(speed, vehicles[TARGET_SPEED, slot], 0.5, gap, 0.0))
    if lane == HIGHWAY_RIGHT and vehicles[COURTEOUS, slot] > 0.0:
        other = find_leader(vehicles, slot, RAMP)
        if other >= 0 and COURTESY_START < vehicles[X_, other] < ZONE_START + zone:
            acceleration = min(acceleration, max(follow(vehicles, slot, other), -COURTESY_BRAKING))
    return acceleration


@inlined
def gap_is_safe(vehicles: Vehicles, slot: int, lane: int, braking: float) -> bool:
    """Whether `slot` fits into a lane without anyone braking harder than `braking` [m/s^2]."""
    leader, follower = find_leader(vehicles, slot, lane), find_follower(vehicles, slot, lane)
    if leader >= 0:
        gap = vehicles[X_, leader] - vehicles[X_, slot] - VEHICLE_LENGTH
        if gap < NARROWEST_GAP or follow(vehicles, slot, leader) < -braking:
            return False
    if follower >= 0:
        gap = vehicles[X_, slot] - vehicles[X_, follower] - VEHICLE_LENGTH
        if gap < NARROWEST_GAP or follow(vehicles, follower, slot) < -braking:
            return False
    return True


@inlined
def choose_lane(vehicles: Vehicles, slot: int, tick: int, scenario: NDArray[Any]) -> None:
    """Set the target lane of a driver who keeps its lane, where it is this driver's turn to think about it."""
    lane = int(vehicles[LANE, slot])
    if lane != int(vehicles[TARGET_LANE, slot]):
        return
    if lane == RAMP:
        inside = ZONE_START <= vehicles[X_, slot] < ZONE_START + scenario[ZONE]
        if inside and (tick + slot) % RAMP_PERIOD == 0 and gap_is_safe(vehicles, slot, HIGHWAY_RIGHT, FORCED_BRAKING):
            vehicles[TARGET_LANE, slot] = HIGHWAY_RIGHT
        return
    if (tick + 5 * slot) % SIMULATION_FREQUENCY != 0 or vehicles[SPEED, slot] < 1.0:
        return
    other = 1 - lane
    if not gap_is_safe(vehicles, slot, other, SAFE_BRAKING):
        return
    here = lane_acceleration(vehicles, slot, lane, scenario[ZONE])
    if lane_acceleration(vehicles, slot, other, scenario[ZONE]) - here > scenario[GAIN]:
        vehicles[TARGET_LANE, slot] = other


@inlined
def decide(vehicles: Vehicles, slot: int, tick: int, scenario: NDArray[Any]) -> None:
    """Choose the lane and the acceleration of a driver for this simulation step."""
    choose_lane(vehicles, slot, tick, scenario)
    lane, target = int(vehicles[LANE, slot]), int(vehicles[TARGET_LANE, slot])
    acceleration = lane_acceleration(vehicles, slot, target, scenario[ZONE])
    if lane != target:
        acceleration = min(acceleration, follow(vehicles, slot, find_leader(vehicles, slot, lane)))
    vehicles[ACCELERATION, slot] = acceleration


@inlined
def steer(vehicles: Vehicles, slot: int, lanes: NDArray[Any]) -> None:
    """Steer a vehicle towards its target lane for this simulation step."""
    x, speed = vehicles[X_, slot], vehicles[SPEED, slot]
    target = int(vehicles[TARGET_LANE, slot])
    _, offset = lane_coordinates(lanes, lane_piece(target, x), x, vehicles[Y_, slot])
    ahead = x + LOOK_AHEAD * speed
    piece = lane_piece(target, ahead)
    station, _ = lane_coordinates(lanes, piece, ahead, 0.0)
    direction = lane_heading(lanes, piece, station)
    vehicles[SLIP, slot] = steering_slip(offset, vehicles[FACING, slot], speed, direction)


@inlined
def find_lane(vehicles: Vehicles, slot: int, lanes: NDArray[Any]) -> None:
    """Set the lane that a vehicle is in: the nearest one, the ramp only for those who come from it."""
    x, y = vehicles[X_, slot], vehicles[Y_, slot]
    if int(vehicles[LANE, slot]) == RAMP:
        _, offset = lane_coordinates(lanes, lane_piece(RAMP, x), x, y)
        if int(vehicles[TARGET_LANE, slot]) == RAMP or offset > -0.5 * LANE_WIDTH:
            return
    vehicles[LANE, slot] = 0.0 if y < 0.5 * LANE_WIDTH else 1.0


@inlined
def hits_ramp_end(vehicles: Vehicles, slot: int, zone: float) -> bool:
    """Whether a vehicle's front touches the obstacle (2 m wide) at the ramp's end."""
    heading = vehicles[FACING, slot]
    front = vehicles[X_, slot] + 0.5 * VEHICLE_LENGTH * math.cos(heading)
    aside = vehicles[Y_, slot] + 0.5 * VEHICLE_LENGTH * math.sin(heading) - 2.0 * LANE_WIDTH
    end = ZONE_START + zone
    return bool(front > end and vehicles[X_, slot] < end + 4.0 and abs(aside) < 0.5 * VEHICLE_WIDTH + 1.0)
