"""The merge's kernels: how an episode starts, one policy step of a batch, and what is observed.

State of a batch, leading dimension num_envs: `vehicles` [VEHICLE_COLUMNS, NUM_VEHICLES] (see `junction_vehicles`),
`scenario` [parameters], `accumulators` (see `metrics`), `ticks` (simulation steps so far), `draws` (random numbers
used so far), `start_x` [m].
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.junction_vehicles import (
    ACCELERATION,
    COURTEOUS,
    DT,
    FAR,
    HEADING,
    HEADWAY,
    HIGHWAY_REACH,
    LANE,
    LENGTH,
    PRESENT,
    SPEED,
    TARGET_LANE,
    TARGET_SPEED,
    VEHICLE_LENGTH,
    VEHICLE_WIDTH,
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
from lam_envs.driving.lanes import LANE_WIDTH, lane_coordinates
from lam_envs.driving.merge_scenario import (
    BEYOND,
    COURTESY,
    DENSITY,
    DESIRED_SPEED,
    ENTRY,
    EXIT,
    HIGHWAY_LIMIT,
    HIGHWAY_RIGHT,
    RAMP,
    RAMP_LIMIT,
    RAMP_SHARE,
    RAMP_TRAFFIC,
    START,
    TIME_GAP,
    ZONE,
    ZONE_START,
    lane_piece,
)
from lam_envs.driving.merge_traffic import decide, find_lane, find_leader, hits_ramp_end, steer
from lam_envs.driving.metrics import (
    accumulate_gaps,
    accumulate_motion,
    finish_metrics,
    is_at_fault,
    record_collision,
    record_off_road,
    start_metrics,
)
from lam_envs.driving.observations import NUM_KINEMATICS, SPEED_SCALE, write_kinematics
from lam_envs.driving.random_streams import uniform
from lam_envs.driving.scenario import draw_parameters

LANE_LEFT, IDLE, LANE_RIGHT, FASTER, SLOWER = range(5)
"""Actions."""
LEVELS, TOP_SPEED = 7, 30.0
"""Target speeds of the ego: 0, 5, ..., 30 m/s."""
NUM_VEHICLES = 24
"""Slots for vehicles, the ego's among them."""
SPACING = 60.0
"""Mean distance of cars in a lane at density 1 [m]."""
AROUND = 180.0
"""Traffic is placed this far before and behind the ego at the start [m]."""
NEAREST_START = 18.0
"""Least distance of the ego to others in its lane at the start [m]."""

REACH = 120.0
"""Vehicles are seen up to this distance, which is the unit of positions [m]."""
ROWS = 11
"""Rows of the observation: the ego and 10 others."""
EGO_FEATURES = ("on_ramp", "target_lane", "target_speed", "zone_start", "zone_end", "goal")
"""Columns of the ego's row after the kinematics: 1 on the ramp; target lane / 2; target speed / 30 m/s; distances
ahead to where the ramp may be left, to its end and to the goal, / 400 m."""
FEATURES = NUM_KINEMATICS + len(EGO_FEATURES)
DISTANCE_SCALE = 400.0
ROAD_SCALE = 16.0
"""Lateral place of the ego, and lateral distance of others, that is shown as 1 [m]; the road is no wider."""


@inlined
def add_driver(vehicles: Vehicles, slot: int, lane: int, x: float, key: int, draw: int, scenario: NDArray[Any]) -> None:
    """Place a driver of the traffic; uses the random numbers `draw` to `draw + 2`."""
    y = lane * LANE_WIDTH if lane < RAMP else 2.0 * LANE_WIDTH + 6.5
    wanted = scenario[DESIRED_SPEED] + 4.0 * uniform(key, draw) - 2.0
    speed = min(wanted, RAMP_LIMIT - 5.0) if lane == RAMP else wanted
    place_vehicle(vehicles, slot, x, y, 0.0, speed)
    vehicles[LANE, slot] = vehicles[TARGET_LANE, slot] = lane
    vehicles[TARGET_SPEED, slot] = wanted
    vehicles[HEADWAY, slot] = scenario[TIME_GAP] + 0.2 * uniform(key, draw + 1) - 0.1
    vehicles[COURTEOUS, slot] = 1.0 if uniform(key, draw + 2) < scenario[COURTESY] else 0.0


@inlined
def start_traffic(vehicles: Vehicles, key: int, draw: int, scenario: NDArray[Any]) -> int:
    """Fill the slots behind the ego's with the highway's and the ramp's traffic; gives the next random number."""
    slot = 1
    ego_x, ego_lane = vehicles[X_, 0], int(vehicles[LANE, 0])
    for number in range(2):
        if scenario[RAMP_TRAFFIC] >= number + 0.5:
            x = 40.0 + 60.0 * number + 30.0 * uniform(key, draw)
            if ego_lane == RAMP:
                x = ego_x + (35.0 + 25.0 * uniform(key, draw)) * (1.0 if number == 0 else -1.0)
            add_driver(vehicles, slot, RAMP, x, key, draw + 1, scenario)
            slot += 1
        draw += 4
    spacing = SPACING / scenario[DENSITY]
    center = ego_x if ego_lane < RAMP else ego_x + 30.0
    steps = int(2.0 * AROUND / spacing)
    for step in range(steps):
        for lane in range(2):
            x = max(center - AROUND, ENTRY) + spacing * (step + 0.6 * uniform(key, draw))
            near = ego_lane == lane and abs(x - ego_x) < NEAREST_START + VEHICLE_LENGTH
            if slot < vehicles.shape[1] and not near and x < center + AROUND:
                add_driver(vehicles, slot, lane, x, key, draw + 1, scenario)
                slot += 1
            draw += 4
    for rest in range(slot, vehicles.shape[1]):
        place_vehicle(vehicles, rest, 0.0, 0.0, 0.0, 0.0)
        vehicles[PRESENT, rest] = 0.0
    return draw


@inlined
def recycle_traffic(vehicles: Vehicles, key: int, draw: int, scenario: NDArray[Any]) -> int:
    """Take vehicles that have left off the road, and let one enter where there is room; gives the next number."""
    free = -1
    for slot in range(1, vehicles.shape[1]):
        if vehicles[PRESENT, slot] > 0.0 and vehicles[X_, slot] > EXIT:
            vehicles[PRESENT, slot] = 0.0
        if vehicles[PRESENT, slot] == 0.0:
            free = slot
    if free < 0:
        return draw
    lane = 0 if uniform(key, draw) < 0.5 else 1
    add_driver(vehicles, free, lane, ENTRY, key, draw + 1, scenario)
    leader = find_leader(vehicles, free, lane)
    room = vehicles[X_, leader] - ENTRY if leader >= 0 else FAR
    wish = SPACING / scenario[DENSITY] * (0.7 + 0.6 * uniform(key, draw + 4))
    slower = leader >= 0 and vehicles[SPEED, leader] < vehicles[SPEED, free] - 6.0
    vehicles[PRESENT, free] = 0.0 if room < wish or slower else 1.0
    return draw + 5


@kernel
def reset_merge(
    rows: NDArray[np.bool_],
    key: NDArray[np.int64],
    table: NDArray[np.float64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
    accumulators: NDArray[np.float64],
    ticks: NDArray[np.int64],
    draws: NDArray[np.int64],
    start_x: NDArray[np.float64],
) -> None:
    """Start an episode in each of `rows`."""
    for row in range(rows.shape[0]):
        if not rows[row]:
            continue
        own, ego = int(key[row]), vehicles[row]
        draw = draw_parameters(table, own, 0, scenario[row])
        ramp = scenario[row, START] >= RAMP_SHARE
        x = 30.0 + 40.0 * uniform(own, draw) if ramp else 40.0 * uniform(own, draw)
        lane = RAMP if ramp else (0 if uniform(own, draw + 1) < 0.5 else 1)
        speed = 15.0 + 5.0 * uniform(own, draw + 2) if ramp else 20.0 + 5.0 * uniform(own, draw + 2)
        place_vehicle(ego, 0, x, lane * LANE_WIDTH if lane < RAMP else 2.0 * LANE_WIDTH + 6.5, 0.0, speed)
        ego[LANE, 0] = ego[TARGET_LANE, 0] = lane
        ego[TARGET_SPEED, 0] = 20.0 if ramp else 25.0
        ego[HEADWAY, 0] = scenario[row, TIME_GAP]
        start_x[row] = x
        ticks[row] = 0
        draws[row] = start_traffic(ego, own, draw + 3, scenario[row])
        start_metrics(accumulators[row], speed, 0.0)


@inlined
def command_ego(vehicles: Vehicles, action: int, zone: float) -> None:
    """Set the ego's target lane and speed by a meta-action; lane changes that the road does not allow are ignored."""
    target = int(vehicles[TARGET_LANE, 0])
    if action == FASTER:
        vehicles[TARGET_SPEED, 0] = level_above(vehicles[SPEED, 0], TOP_SPEED, LEVELS)
    elif action == SLOWER:
        vehicles[TARGET_SPEED, 0] = level_below(vehicles[SPEED, 0], TOP_SPEED, LEVELS)
    elif action == LANE_LEFT:
        x = vehicles[X_, 0]
        if target == RAMP and ZONE_START <= x < ZONE_START + zone:
            vehicles[TARGET_LANE, 0] = HIGHWAY_RIGHT
        elif target == HIGHWAY_RIGHT and int(vehicles[LANE, 0]) != RAMP:
            vehicles[TARGET_LANE, 0] = 0.0
    elif action == LANE_RIGHT and target == 0:
        vehicles[TARGET_LANE, 0] = HIGHWAY_RIGHT


@inlined
def move_all(vehicles: Vehicles, lanes: NDArray[Any], tick: int, scenario: NDArray[Any]) -> None:
    """One simulation step: everyone decides and steers, then everyone moves."""
    for slot in range(vehicles.shape[1]):
        if vehicles[PRESENT, slot] > 0.0:
            if slot == 0:
                vehicles[ACCELERATION, 0] = speed_control(vehicles[SPEED, 0], vehicles[TARGET_SPEED, 0], HIGHWAY_REACH)
            else:
                decide(vehicles, slot, tick, scenario)
            steer(vehicles, slot, lanes)
    for slot in range(vehicles.shape[1]):
        if vehicles[PRESENT, slot] > 0.0:
            move_vehicle(vehicles, slot)
            find_lane(vehicles, slot, lanes)


@inlined
def judge_ego(vehicles: Vehicles, lanes: NDArray[Any], zone: float, accumulators: NDArray[Any]) -> bool:
    """Account for the ego's motion, its collisions and the road's edge after a simulation step; True if it crashed."""
    x, y, lane = vehicles[X_, 0], vehicles[Y_, 0], int(vehicles[LANE, 0])
    target = int(vehicles[TARGET_LANE, 0])
    _, error = lane_coordinates(lanes, lane_piece(lane, x), x, y)
    limit = RAMP_LIMIT if lane == RAMP and x < ZONE_START else HIGHWAY_LIMIT
    accumulate_motion(accumulators, vehicles[SPEED, 0], vehicles[HEADING, 0], limit, error, DT)
    changing = lane != target or abs(error) > 0.5
    for other in range(1, vehicles.shape[1]):
        if vehicles[PRESENT, other] > 0.0 and vehicles_overlap(vehicles, 0, other):
            poses = (vehicles[X_], vehicles[Y_], vehicles[HEADING], vehicles[SPEED])
            fault = is_at_fault(other, *poses, vehicles[LENGTH], vehicles[WIDTH], changing, DT)
            record_collision(accumulators, fault)
            return True
    if hits_ramp_end(vehicles, 0, zone):
        record_collision(accumulators, True)
        return True
    reach = 0.5 * (VEHICLE_LENGTH * abs(math.sin(vehicles[HEADING, 0])) + VEHICLE_WIDTH)
    if x > ZONE_START + zone + 0.5 * VEHICLE_LENGTH and y + reach > 1.5 * LANE_WIDTH:
        record_off_road(accumulators)
    return False


@inlined
def write_merge(out: NDArray[Any], ego: NDArray[Any], vehicles: Vehicles, zone: float) -> None:
    """Write the observation `[ROWS, FEATURES]`; `ego` [FEATURES - 1] is room to work in."""
    x, speed, heading = vehicles[X_, 0], vehicles[SPEED, 0], vehicles[HEADING, 0]
    ego[0] = 0.0
    ego[1] = vehicles[Y_, 0] / ROAD_SCALE
    ego[2] = speed * math.cos(heading) / SPEED_SCALE
    ego[3] = speed * math.sin(heading) / SPEED_SCALE
    ego[4], ego[5] = math.cos(heading), math.sin(heading)
    ego[6] = 1.0 if int(vehicles[LANE, 0]) == RAMP else 0.0
    ego[7] = vehicles[TARGET_LANE, 0] / 2.0
    ego[8] = vehicles[TARGET_SPEED, 0] / SPEED_SCALE
    ego[9] = (ZONE_START - x) / DISTANCE_SCALE
    ego[10] = (ZONE_START + zone - x) / DISTANCE_SCALE
    ego[11] = (ZONE_START + zone + BEYOND - x) / DISTANCE_SCALE
    poses = (vehicles[X_], vehicles[Y_], vehicles[HEADING], vehicles[SPEED])
    write_kinematics(out, ego, *poses, vehicles[PRESENT], REACH, True, False)
    for row in range(1, out.shape[0]):
        out[row, 2] *= REACH / ROAD_SCALE


@kernel
def observe_merge(
    observations: NDArray[np.float32],
    ego: NDArray[np.float64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
) -> None:
    """Write every environment's observation."""
    for row in range(vehicles.shape[0]):
        write_merge(observations[row], ego, vehicles[row], scenario[row, ZONE])


@kernel
def step_merge(
    actions: NDArray[np.int64],
    skipped: NDArray[np.bool_],
    frames: int,
    limit: int,
    lanes: NDArray[np.float64],
    rewards: NDArray[np.float64],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    metrics: NDArray[np.float64],
    key: NDArray[np.int64],
    vehicles: NDArray[np.float64],
    scenario: NDArray[np.float64],
    accumulators: NDArray[np.float64],
    ticks: NDArray[np.int64],
    draws: NDArray[np.int64],
    steps: NDArray[np.int64],
    start_x: NDArray[np.float64],
) -> None:
    """One policy step of `frames` simulation steps of the rows that are not skipped; `limit` is the clock in steps."""
    for row in range(actions.shape[0]):
        if skipped[row]:
            continue
        own, road, sums = vehicles[row], scenario[row], accumulators[row]
        goal = ZONE_START + road[ZONE] + BEYOND
        before = own[X_, 0]
        command_ego(own, int(actions[row]), road[ZONE])
        crashed = False
        for _ in range(frames):
            move_all(own, lanes, int(ticks[row]), road)
            ticks[row] += 1
            crashed = judge_ego(own, lanes, road[ZONE], sums)
            if crashed or own[X_, 0] >= goal:
                break
        draws[row] = recycle_traffic(own, int(key[row]), int(draws[row]), road)
        changing = int(own[LANE, 0]) != int(own[TARGET_LANE, 0])
        poses = (own[X_], own[Y_], own[HEADING], own[SPEED])
        accumulate_gaps(sums, *poses, own[LENGTH], own[WIDTH], own[PRESENT], changing)
        arrived = own[X_, 0] >= goal and not crashed
        rewards[row] = pay((before, own[X_, 0]), start_x[row], goal, crashed, steps[row] / limit)
        terminated[row] = crashed or arrived
        if terminated[row] or truncated[row]:
            finish_metrics(sums, arrived, (own[X_, 0] - start_x[row]) / (goal - start_x[row]), metrics[row])
