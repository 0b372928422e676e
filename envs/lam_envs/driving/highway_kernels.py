"""The highway, compiled: one policy step, highway-env's start, its reward and its observation, over a batch.

Arrays, leading dimension `num_envs`: `blocks` and `codes` (see `traffic`), `counts` of vehicles, `parameters` (a row
of `traffic.PARAMETERS` each), `accumulators` (see `metrics`), `faults` (-1, or whether the ego's collision was its
fault), `draws` (the next unused counter of the episode's random numbers).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.collision import collide_all, collide_ego
from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.metrics import (
    SPEED_SUM,
    accumulate_gaps,
    accumulate_motion,
    finish_metrics,
    is_at_fault,
    leaves_straight_road,
    record_collision,
    record_off_road,
    start_metrics,
)
from lam_envs.driving.motion import LANE_WIDTH, LENGTH, WIDTH
from lam_envs.driving.random_streams import integer, uniform
from lam_envs.driving.traffic import (
    ALL_COLLIDE,
    CHECKS,
    COS,
    CRASHED,
    DENSITY,
    EXPONENT,
    FRAMES,
    HEADING,
    IMPACT,
    LANE,
    LANES,
    ORDER,
    ROAD_LENGTH,
    SIN,
    SPEED,
    SPEED_HIGH,
    SPEED_LIMIT,
    SPEED_LOW,
    STEP,
    TARGET,
    TARGET_SPEED,
    TIMER,
    Block,
    Codes,
    Row,
    X,
    Y,
    decide_controls,
    decide_lanes,
    move_vehicles,
    sort_order,
)

LANE_LEFT, IDLE, LANE_RIGHT, FASTER, SLOWER = 0, 1, 2, 3, 4
"""The actions."""
START_SPEED = 25.0
"""Speed of the ego at the start [m/s]."""


@inlined
def apply_action(block: Block, codes: Codes, parameters: Row, levels: Row, action: int, native: bool) -> None:
    """Change the ego's target lane or target speed.

    highway-env counts the levels of FASTER and SLOWER from the present speed, the native mode from the target speed.
    """
    if action in (LANE_LEFT, LANE_RIGHT):
        lane = int(codes[TARGET, 0]) + (1 if action == LANE_RIGHT else -1)
        lane = min(max(lane, 0), int(parameters[LANES]) - 1)
        near = abs(block[Y, 0] - LANE_WIDTH * lane) <= 2.0 * LANE_WIDTH
        if near and block[X, 0] >= 0.0 and block[X, 0] < ROAD_LENGTH + LENGTH:
            codes[TARGET, 0] = lane
    elif action in (FASTER, SLOWER):
        top = levels.shape[0] - 1
        speed = block[TARGET_SPEED, 0] if native else block[SPEED, 0]
        scaled = (speed - levels[0]) / (levels[top] - levels[0]) * top
        level = math.floor(scaled + 0.5)
        if level - scaled == 0.5 and level % 2 == 1:
            level -= 1
        level = min(max(level, 0), top) + (1 if action == FASTER else -1)
        block[TARGET_SPEED, 0] = levels[min(max(level, 0), top)]


@inlined
def reward_reference(block: Block, codes: Codes, parameters: Row) -> float:
    """highway-env's reward: -1 for a crash, 0.1 for the right lane, 0.4 for 30 m/s, scaled to [0, 1]; 0 off road."""
    x, offset = block[X, 0], block[Y, 0] - LANE_WIDTH * int(codes[LANE, 0])
    if abs(offset) > 0.5 * LANE_WIDTH or x < -LENGTH or x >= ROAD_LENGTH + LENGTH:
        return 0.0
    crash = -1.0 if codes[CRASHED, 0] != 0 else 0.0
    right = int(codes[TARGET, 0]) / max(int(parameters[LANES]) - 1, 1)
    fast = min(max((block[SPEED, 0] * block[COS, 0] - 20.0) / 10.0, 0.0), 1.0)
    reward: float = (crash + 0.1 * right + 0.4 * fast + 1.0) / 1.5
    return reward


@inlined
def reward_native(block: Block, codes: Codes) -> float:
    """Forward speed over 30 m/s, in [0, 1]; 0 for a crash and off the lanes."""
    offset = block[Y, 0] - LANE_WIDTH * int(codes[LANE, 0])
    if codes[CRASHED, 0] != 0 or abs(offset) > 0.5 * LANE_WIDTH:
        return 0.0
    reward: float = min(max(block[SPEED, 0] * block[COS, 0] / SPEED_LIMIT, 0.0), 1.0)
    return reward


@inlined
def account(block: Block, codes: Codes, parameters: Row, accumulator: Row, fault: int) -> None:
    """Metrics of one simulation step."""
    lane, lanes = int(codes[LANE, 0]), int(parameters[LANES])
    y, heading = block[Y, 0], block[HEADING, 0]
    accumulate_motion(accumulator, block[SPEED, 0], heading, SPEED_LIMIT, y - LANE_WIDTH * lane, parameters[STEP])
    if codes[CRASHED, 0] != 0:
        record_collision(accumulator, fault == 1)
    if leaves_straight_road(y, heading, LENGTH, WIDTH, -0.5 * LANE_WIDTH, LANE_WIDTH * (lanes - 0.5)):
        record_off_road(accumulator)


@inlined
def simulate(
    block: Block, codes: Codes, count: int, parameters: Row, accumulator: Row, fault: int, sizes: Block, work: Any
) -> int:
    """All simulation steps of a policy step; gives the new `fault`. `work`: (ahead, ahead_x, pairs, corners, push)."""
    ahead, ahead_x, pairs, corners, push = work
    dt = parameters[STEP]
    for _ in range(int(parameters[FRAMES])):
        decide_lanes(block, codes, parameters, count)
        decide_controls(block, codes, parameters, count, ahead, ahead_x)
        move_vehicles(block, codes, parameters, count)
        sort_order(block, codes, count)
        if parameters[ALL_COLLIDE] != 0.0:
            met = collide_all(block, codes, count, dt, corners, push, pairs)
        else:
            met = collide_ego(block, codes, count, dt, corners, push)
        if met >= 0 and fault < 0:
            changing = codes[LANE, 0] != codes[TARGET, 0]
            at_fault = is_at_fault(
                met, block[X], block[Y], block[HEADING], block[SPEED], sizes[0], sizes[1], changing, dt
            )
            fault = 1 if at_fault else 0
        account(block, codes, parameters, accumulator, fault)
    return fault


@kernel
def advance_highway(
    actions: NDArray[np.int64],
    skipped: NDArray[np.bool_],
    last: NDArray[np.bool_],
    native: bool,
    distance: float,
    levels: Row,
    sizes: Block,
    rewards: Row,
    terminated: NDArray[np.bool_],
    metrics: Block,
    blocks: NDArray[np.float64],
    codes: NDArray[np.int64],
    counts: NDArray[np.int64],
    parameters: Block,
    accumulators: Block,
    faults: NDArray[np.int64],
) -> None:
    """One policy step of every environment that is not `skipped`, in place.

    last: whether the clock ends the episode; distance: what progress 1 means [m]; levels: the target speeds; sizes
    [3, num_vehicles]: lengths, widths, ones.
    """
    width = blocks.shape[2]
    pairs, ahead = np.empty(width * width, np.int64), np.empty(16, np.int64)
    work = (ahead, np.empty(16), pairs, np.empty((4, 4)), np.empty(2))
    for row in range(actions.shape[0]):
        if skipped[row]:
            continue
        block, code, count = blocks[row], codes[row], int(counts[row])
        parameter, accumulator = parameters[row], accumulators[row]
        apply_action(block, code, parameter, levels, int(actions[row]), native)
        faults[row] = simulate(block, code, count, parameter, accumulator, int(faults[row]), sizes, work)
        if native:
            rewards[row] = reward_native(block, code)
        else:
            rewards[row] = reward_reference(block, code, parameter)
        changing = code[LANE, 0] != code[TARGET, 0]
        x, y, heading, speed = block[X, :count], block[Y, :count], block[HEADING, :count], block[SPEED, :count]
        accumulate_gaps(accumulator, x, y, heading, speed, sizes[0], sizes[1], sizes[2], changing)
        terminated[row] = code[CRASHED, 0] != 0
        if terminated[row] or last[row]:
            finish_metrics(accumulator, not terminated[row], accumulator[SPEED_SUM] / distance, metrics[row])


@inlined
def place_vehicle(block: Block, codes: Codes, who: int, x: float, lane: int, speed: float, target_speed: float) -> None:
    """Put a vehicle onto the center of a lane."""
    block[X, who], block[Y, who], block[HEADING, who], block[SPEED, who] = x, LANE_WIDTH * lane, 0.0, speed
    block[COS, who], block[SIN, who] = 1.0, 0.0
    block[TARGET_SPEED, who] = target_speed
    block[EXPONENT, who] = 4.0
    block[TIMER, who] = 0.0
    codes[LANE, who] = lane
    codes[TARGET, who] = lane
    codes[CRASHED, who] = 0
    codes[IMPACT, who] = 0
    codes[ORDER, who] = who
    codes[CHECKS, who] = 1


@kernel
def start_reference(
    rows: NDArray[np.bool_],
    keys: NDArray[np.int64],
    spacing: float,
    draws: NDArray[np.int64],
    blocks: NDArray[np.float64],
    codes: NDArray[np.int64],
    counts: NDArray[np.int64],
    parameters: Block,
    accumulators: Block,
    faults: NDArray[np.int64],
) -> None:
    """Start episodes as highway-env does: the ego first, each further vehicle in a random lane ahead of all others.

    `spacing` is the ego's, in headways.
    """
    for row in range(rows.shape[0]):
        if not rows[row]:
            continue
        key, draw, block, code = int(keys[row]), 0, blocks[row], codes[row]
        lanes = int(parameters[row, LANES])
        narrow = math.exp(-0.125 * lanes)
        low, high = parameters[row, SPEED_LOW], parameters[row, SPEED_HIGH]
        x = 0.0
        for who in range(int(counts[row])):
            lane = integer(key, draw, lanes)
            speed = START_SPEED if who == 0 else low + (high - low) * uniform(key, draw + 1)
            headway = (12.0 + speed) * narrow * (spacing if who == 0 else 1.0 / parameters[row, DENSITY])
            if who == 0:
                x = 3.0 * headway
            x += headway * (0.9 + 0.2 * uniform(key, draw + 2))
            place_vehicle(block, code, who, x, lane, speed, speed)
            block[EXPONENT, who] = 3.5 + uniform(key, draw + 3)
            phase = (x + LANE_WIDTH * lane) * math.pi
            block[TIMER, who] = phase - math.floor(phase)
            draw += 4
        draws[row] = draw
        faults[row] = -1
        start_metrics(accumulators[row], START_SPEED, 0.0)
