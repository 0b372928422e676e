"""The junctions' kernels: how an episode starts, one policy step of a batch, and what is observed.

State of a batch, leading dimension num_envs: `vehicles` [VEHICLE_COLUMNS, NUM_VEHICLES] (see `junction_vehicles`),
`scenario` [parameters], `accumulators` (see `metrics`), `draws` (random numbers used so far), `start` (station of the
ego at the start [m]), `target` (target speed of the ego [m/s]).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.junction_roads import CORNERS
from lam_envs.driving.junction_scenario import CAUTION, DESIRED_SPEED, FLOW, GEOMETRY, HEADWAY, TURN
from lam_envs.driving.junction_traffic import Road, decide_junction, locate, steer_along, take_road
from lam_envs.driving.junction_vehicles import (
    ACCELERATION,
    DT,
    FAR,
    HEADING,
    LENGTH,
    MARGIN,
    OFFSET,
    PLACE,
    PRESENT,
    ROUTE,
    SPEED,
    STATION,
    TIME_GAP,
    TOWN_REACH,
    WANTED,
    WIDTH,
    X_,
    Y_,
    Vehicles,
    level_above,
    level_below,
    move_vehicle,
    pay,
    place_vehicle,
    speed_control,
    vehicles_overlap,
)
from lam_envs.driving.lanes import LANE_WIDTH, LIMIT, lane_heading, lane_point
from lam_envs.driving.lanes import LENGTH as LANE_LENGTH
from lam_envs.driving.metrics import (
    accumulate_gaps,
    accumulate_motion,
    finish_metrics,
    is_at_fault,
    record_collision,
    record_off_road,
    start_metrics,
)
from lam_envs.driving.random_streams import integer, uniform
from lam_envs.driving.scenario import draw_parameters

SLOWER, IDLE, FASTER = range(3)
"""Actions."""
LEVELS = 4
"""Target speeds of the ego: 0, and a third, two thirds and all of the top speed."""
NUM_VEHICLES = 20
"""Slots for vehicles, the ego's among them."""
PAST = 25.0
"""The goal lies this far behind the junction on the ego's road [m]."""
MINOR_SHARE = 0.5
"""Traffic from south and north, as a share of that from west and east."""
ROOM = 12.0
"""Least distance of vehicles that are put onto a road [m]."""

REACH = 100.0
"""Vehicles are seen up to this distance, which is the unit of positions [m]."""
SPEED_UNIT = 15.0
"""Speed that is shown as 1 [m/s]."""
ROWS = 11
"""Rows of the observation: the ego and 10 others."""
COMMON_FEATURES = ("presence", "x", "y", "vx", "vy", "cos_h", "sin_h", "signal")
EGO_FEATURES = ("left", "ahead", "right", "target_speed", "line", "goal")
"""Columns of the ego's row only: where it wants to go (one of three is 1), target speed / 15 m/s, distances of its
front to the stop line and of its center to the goal / 100 m."""
FEATURES = len(COMMON_FEATURES) + len(EGO_FEATURES)


@inlined
def put_on_route(vehicles: Vehicles, slot: int, route: int, station: float, speed: float, road: Road) -> None:
    """Place a vehicle on the first lane of a route."""
    lanes, routes, _, _, _, _ = road
    lane = int(routes[route, 0])
    x, y = lane_point(lanes, lane, station, 0.0)
    place_vehicle(vehicles, slot, x, y, lane_heading(lanes, lane, station), speed)
    vehicles[ROUTE, slot] = route
    vehicles[STATION, slot] = station


@inlined
def add_driver(
    vehicles: Vehicles, slot: int, route: int, station: float, key: int, draw: int, scenario: NDArray[Any], road: Road
) -> None:
    """Place a driver of the traffic; uses the random numbers `draw` and `draw + 1`."""
    wanted = scenario[DESIRED_SPEED] + 2.0 * uniform(key, draw) - 1.0
    put_on_route(vehicles, slot, route, station, wanted, road)
    vehicles[WANTED, slot] = wanted
    vehicles[TIME_GAP, slot] = scenario[HEADWAY] + 0.2 * uniform(key, draw + 1) - 0.1
    vehicles[MARGIN, slot] = scenario[CAUTION]


@inlined
def nearest_on_road(vehicles: Vehicles, corner: int, station: float) -> float:
    """Distance along the road from a corner to the nearest vehicle that is still on it [m]."""
    nearest = FAR
    for other in range(vehicles.shape[1]):
        if vehicles[PRESENT, other] > 0.0 and int(vehicles[ROUTE, other]) // 3 == corner:
            nearest = min(nearest, abs(vehicles[STATION, other] - station))
    return nearest


@inlined
def flow_from(corner: int, scenario: NDArray[Any]) -> float:
    """Cars that come from a corner [1/s]: from south and north, `MINOR_SHARE` of those from west and east."""
    return float(scenario[FLOW] * (1.0 if corner % 2 == 1 else MINOR_SHARE))


@inlined
def start_junction(vehicles: Vehicles, key: int, draw: int, scenario: NDArray[Any], road: Road, top: float) -> int:
    """Place the ego on the road from corner 0 and traffic on all roads; gives the next random number."""
    lanes = road[0]
    length = lanes[0, LANE_LENGTH]
    for slot in range(vehicles.shape[1]):
        place_vehicle(vehicles, slot, 0.0, 0.0, 0.0, 0.0)
        vehicles[PRESENT, slot] = 0.0
    station = length - 35.0 - 20.0 * uniform(key, draw)
    put_on_route(vehicles, 0, int(scenario[TURN]), station, 0.67 * top, road)
    vehicles[WANTED, 0], vehicles[TIME_GAP, 0] = top, scenario[HEADWAY]
    vehicles[MARGIN, 0] = scenario[CAUTION]
    draw += 1
    # As many cars as come in the time of driving down a road, at random places of it.
    tries = 6 * CORNERS
    free = 1
    for number in range(tries):
        corner, place = number % CORNERS, (length - 12.0) * uniform(key, draw)
        chance = flow_from(corner, scenario) * length / scenario[DESIRED_SPEED] / 6.0
        comes = uniform(key, draw + 1) < chance and free < vehicles.shape[1]
        if comes and nearest_on_road(vehicles, corner, place) > 1.5 * ROOM:
            route = 3 * corner + integer(key, draw + 2, 3)
            add_driver(vehicles, free, route, place, key, draw + 3, scenario, road)
            free += 1
        draw += 5
    return draw


@inlined
def recycle(vehicles: Vehicles, key: int, draw: int, seconds: float, scenario: NDArray[Any], road: Road) -> int:
    """Take vehicles at the end of their route off the road, and let others come; gives the next random number."""
    _, routes, starts, _, _, _ = road
    for slot in range(1, vehicles.shape[1]):
        route = int(vehicles[ROUTE, slot])
        if vehicles[STATION, slot] > starts[route, routes.shape[1]] - 3.0:
            vehicles[PRESENT, slot] = 0.0
    for corner in range(CORNERS):
        if uniform(key, draw) < flow_from(corner, scenario) * seconds:
            free = 0
            for slot in range(1, vehicles.shape[1]):
                if vehicles[PRESENT, slot] == 0.0:
                    free = slot
            if free > 0 and nearest_on_road(vehicles, corner, 0.0) > 2.0 * ROOM:
                route = 3 * corner + integer(key, draw + 1, 3)
                add_driver(vehicles, free, route, 0.0, key, draw + 2, scenario, road)
        draw += 4
    return draw


@kernel
def reset_junction(
    rows: NDArray[np.bool_],
    table: NDArray[np.float64],
    top: float,
    lanes: NDArray[np.float64],
    routes: NDArray[np.int64],
    starts: NDArray[np.float64],
    offsets: NDArray[np.float64],
    zones: NDArray[np.float64],
    lines: NDArray[np.float64],
    key: NDArray[np.int64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
    accumulators: NDArray[np.float64],
    draws: NDArray[np.int64],
    start: NDArray[np.float64],
    target: NDArray[np.float64],
) -> None:
    """Start an episode in each of `rows`."""
    for row in range(rows.shape[0]):
        if not rows[row]:
            continue
        own = vehicles[row]
        draw = draw_parameters(table, int(key[row]), 0, scenario[row])
        road = take_road(int(scenario[row, GEOMETRY]), lanes, routes, starts, offsets, zones, lines)
        draws[row] = start_junction(own, int(key[row]), draw, scenario[row], road, top)
        start[row] = own[STATION, 0]
        target[row] = own[SPEED, 0]
        start_metrics(accumulators[row], own[SPEED, 0], own[HEADING, 0])


@inlined
def move_junction(vehicles: Vehicles, target: float, road: Road) -> None:
    """One simulation step: everyone decides and steers, then everyone moves."""
    for slot in range(vehicles.shape[1]):
        if vehicles[PRESENT, slot] > 0.0:
            if slot == 0:
                vehicles[ACCELERATION, 0] = speed_control(vehicles[SPEED, 0], target, TOWN_REACH)
            else:
                decide_junction(vehicles, slot, road)
            steer_along(vehicles, slot, road)
    for slot in range(vehicles.shape[1]):
        if vehicles[PRESENT, slot] > 0.0:
            move_vehicle(vehicles, slot)
            locate(vehicles, slot, road)


@inlined
def judge_junction(vehicles: Vehicles, road: Road, accumulators: NDArray[Any]) -> bool:
    """Account for the ego's motion, its collisions and the road's edge after a simulation step; True if it crashed."""
    lanes, routes, _, _, _, _ = road
    lane = int(routes[int(vehicles[ROUTE, 0]), int(vehicles[PLACE, 0])])
    offset = vehicles[OFFSET, 0]
    accumulate_motion(accumulators, vehicles[SPEED, 0], vehicles[HEADING, 0], lanes[lane, LIMIT], offset, DT)
    if abs(offset) > 0.5 * LANE_WIDTH:
        record_off_road(accumulators)
    for other in range(1, vehicles.shape[1]):
        if vehicles[PRESENT, other] > 0.0 and vehicles_overlap(vehicles, 0, other):
            poses = (vehicles[X_], vehicles[Y_], vehicles[HEADING], vehicles[SPEED])
            record_collision(accumulators, is_at_fault(other, *poses, vehicles[LENGTH], vehicles[WIDTH], False, DT))
            return True
    return False


@kernel
def step_junction(
    actions: NDArray[np.int64],
    skipped: NDArray[np.bool_],
    frames: int,
    limit: int,
    top: float,
    exits: NDArray[np.float64],
    lanes: NDArray[np.float64],
    routes: NDArray[np.int64],
    starts: NDArray[np.float64],
    offsets: NDArray[np.float64],
    zones: NDArray[np.float64],
    lines: NDArray[np.float64],
    rewards: NDArray[np.float64],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    metrics: NDArray[np.float64],
    key: NDArray[np.int64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
    accumulators: NDArray[np.float64],
    draws: NDArray[np.int64],
    start: NDArray[np.float64],
    target: NDArray[np.float64],
    steps: NDArray[np.int64],
) -> None:
    """One policy step of `frames` simulation steps of the rows that are not skipped; `limit` is the clock in steps."""
    for row in range(actions.shape[0]):
        if skipped[row]:
            continue
        own, sums, geometry = vehicles[row], accumulators[row], int(scenario[row, GEOMETRY])
        road = take_road(geometry, lanes, routes, starts, offsets, zones, lines)
        goal = exits[geometry, int(own[ROUTE, 0])] + PAST
        before, action = own[STATION, 0], int(actions[row])
        if action == FASTER:
            target[row] = level_above(own[SPEED, 0], top, LEVELS)
        elif action == SLOWER:
            target[row] = level_below(own[SPEED, 0], top, LEVELS)
        crashed = False
        for _ in range(frames):
            move_junction(own, target[row], road)
            crashed = judge_junction(own, road, sums)
            if crashed or own[STATION, 0] >= goal:
                break
        draws[row] = recycle(own, int(key[row]), int(draws[row]), frames * DT, scenario[row], road)
        poses = (own[X_], own[Y_], own[HEADING], own[SPEED])
        accumulate_gaps(sums, *poses, own[LENGTH], own[WIDTH], own[PRESENT], False)
        arrived = own[STATION, 0] >= goal and not crashed
        rewards[row] = pay((before, own[STATION, 0]), start[row], goal, crashed, steps[row] / limit)
        terminated[row] = crashed or arrived
        if terminated[row] or truncated[row]:
            finish_metrics(sums, arrived, (own[STATION, 0] - start[row]) / (goal - start[row]), metrics[row])


@inlined
def turn_signal(vehicles: Vehicles, slot: int, round_about: bool, routes: NDArray[Any]) -> float:
    """What a vehicle's lights say: -1 left, 0 nothing, 1 right; at a roundabout 1 on the last part of the ring."""
    route = int(vehicles[ROUTE, slot])
    if not round_about:
        return route % 3 - 1.0
    place = int(vehicles[PLACE, slot])
    rest = 0
    for later in range(place + 1, routes.shape[1]):
        if routes[route, later] >= 0:
            rest += 1
    return 1.0 if rest <= 2 else 0.0


@inlined
def write_vehicle(row: NDArray[Any], vehicles: Vehicles, slot: int, signal: float) -> None:
    """The columns that all vehicles have."""
    heading, speed = vehicles[HEADING, slot], vehicles[SPEED, slot]
    cos, sin = math.cos(heading), math.sin(heading)
    row[0] = 1.0
    row[1], row[2] = min(max(vehicles[X_, slot] / REACH, -1.0), 1.0), min(max(vehicles[Y_, slot] / REACH, -1.0), 1.0)
    row[3], row[4] = min(max(speed * cos / SPEED_UNIT, -1.0), 1.0), min(max(speed * sin / SPEED_UNIT, -1.0), 1.0)
    row[5], row[6], row[7] = cos, sin, signal
    for column in range(len(COMMON_FEATURES), row.shape[0]):
        row[column] = 0.0


@inlined
def write_junction(
    out: NDArray[Any], vehicles: Vehicles, target: float, line: float, goal: float, routes: NDArray[Any], ring: bool
) -> None:
    """Write one observation `[ROWS, FEATURES]`: the ego, and the others nearest first."""
    write_vehicle(out[0], vehicles, 0, turn_signal(vehicles, 0, ring, routes))
    first = len(COMMON_FEATURES)
    out[0, first + int(vehicles[ROUTE, 0]) % 3] = 1.0
    out[0, first + 3] = target / SPEED_UNIT
    out[0, first + 4] = min(max((line - vehicles[STATION, 0]) / REACH, -1.0), 1.0)
    out[0, first + 5] = min(max((goal - vehicles[STATION, 0]) / REACH, -1.0), 1.0)
    last, last_slot = -1.0, 0
    for row in range(1, out.shape[0]):
        nearest, slot = REACH * REACH, 0
        for other in range(1, vehicles.shape[1]):
            dx, dy = vehicles[X_, other] - vehicles[X_, 0], vehicles[Y_, other] - vehicles[Y_, 0]
            square = dx * dx + dy * dy
            later = square > last or (square == last and other > last_slot)
            if vehicles[PRESENT, other] > 0.0 and square < nearest and later:
                nearest, slot = square, other
        if slot == 0:
            out[row:] = 0.0
            return
        write_vehicle(out[row], vehicles, slot, turn_signal(vehicles, slot, ring, routes))
        last, last_slot = nearest, slot


@kernel
def observe_junction(
    observations: NDArray[np.float32],
    ring: bool,
    exits: NDArray[np.float64],
    routes: NDArray[np.int64],
    lines: NDArray[np.float64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
    target: NDArray[np.float64],
) -> None:
    """Write every environment's observation."""
    for row in range(vehicles.shape[0]):
        geometry, route = int(scenario[row, GEOMETRY]), int(vehicles[row, ROUTE, 0])
        line, goal = lines[geometry, route] - 2.5, exits[geometry, route] + PAST
        write_junction(observations[row], vehicles[row], target[row], line, goal, routes, ring)
