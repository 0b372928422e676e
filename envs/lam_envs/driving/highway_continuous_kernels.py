"""The highway under throttle and steering, compiled: one policy step over a batch.

The traffic, its arrays and its metrics are those of `highway_kernels`; the ego (vehicle 0) is moved by the actions
instead of by its targets, which follow it: its target lane is the lane that it is on, its target speed its speed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.collision import collide_ego
from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.highway_kernels import account
from lam_envs.driving.metrics import OFF_ROAD, SPEED_SUM, accumulate_gaps, finish_metrics, is_at_fault
from lam_envs.driving.motion import LANE_WIDTH, WIDTH, limit_acceleration, sin_slip_of
from lam_envs.driving.traffic import (
    ACCELERATION,
    COS,
    CRASHED,
    FRAMES,
    HEADING,
    LANE,
    SIN_SLIP,
    SPEED,
    SPEED_LIMIT,
    STEP,
    TARGET,
    TARGET_SPEED,
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

MAX_ACCELERATION = 5.0
"""Acceleration at action 1, and braking at action -1 [m/s^2]."""

MAX_STEERING = 0.2
"""Steering angle at action 1, to the right [rad]."""

LINE_OFFSET = 0.5 * (LANE_WIDTH - WIDTH)
"""Further than this from its lane's center, a vehicle is over the line [m]."""

OFF_CENTER = 0.2
"""Share of the reward that is lost on the line between two lanes."""


@inlined
def lane_offset(block: Block, codes: Codes) -> float:
    """The ego's distance to the right of the center of its lane [m]."""
    offset: float = block[Y, 0] - LANE_WIDTH * int(codes[LANE, 0])
    return offset


@inlined
def steer_ego(block: Block, codes: Codes, throttle: float, steering: float, dt: float) -> None:
    """Set the ego's controls of one simulation step; it has no reverse gear, and a crashed one is not controlled."""
    if codes[CRASHED, 0] != 0:
        return
    speed = block[SPEED, 0]
    acceleration = max(limit_acceleration(MAX_ACCELERATION * throttle, speed), -speed / dt)
    block[SIN_SLIP, 0] = sin_slip_of(MAX_STEERING * steering)
    block[ACCELERATION, 0] = acceleration


@inlined
def simulate_controls(
    block: Block,
    codes: Codes,
    count: int,
    parameters: Row,
    accumulator: Row,
    fault: int,
    sizes: Block,
    action: Row,
    work: Any,
) -> int:
    """All simulation steps of one policy step; gives the new `fault`. `work` is (ahead, ahead_x, corners, push)."""
    ahead, ahead_x, corners, push = work
    dt = parameters[STEP]
    for _ in range(int(parameters[FRAMES])):
        decide_lanes(block, codes, parameters, count)
        decide_controls(block, codes, parameters, count, ahead, ahead_x)
        steer_ego(block, codes, action[0], action[1], dt)
        move_vehicles(block, codes, parameters, count)
        codes[TARGET, 0] = codes[LANE, 0]
        block[TARGET_SPEED, 0] = block[SPEED, 0]
        sort_order(block, codes, count)
        met = collide_ego(block, codes, count, dt, corners, push)
        if met >= 0 and fault < 0:
            changing = abs(lane_offset(block, codes)) > LINE_OFFSET
            at_fault = is_at_fault(
                met, block[X], block[Y], block[HEADING], block[SPEED], sizes[0], sizes[1], changing, dt
            )
            fault = 1 if at_fault else 0
        account(block, codes, parameters, accumulator, fault)
    return fault


@inlined
def reward_controls(block: Block, codes: Codes, off_road: bool) -> float:
    """Forward speed over 30 m/s, times 1 - OFF_CENTER min(|e| / 2 m, 1)^2; 0 for a crash and off the road."""
    if codes[CRASHED, 0] != 0 or off_road:
        return 0.0
    aside = min(abs(lane_offset(block, codes)) / (0.5 * LANE_WIDTH), 1.0)
    forward = min(max(block[SPEED, 0] * block[COS, 0] / SPEED_LIMIT, 0.0), 1.0)
    reward: float = forward * (1.0 - OFF_CENTER * aside * aside)
    return reward


@kernel
def advance_controls(
    actions: NDArray[np.float64],
    skipped: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    distance: float,
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
    """One policy step of every environment that is not `skipped`, under `actions` [num_envs, 2] in [-1, 1].

    distance: what progress 1 means [m]; sizes [3, num_vehicles]: lengths, widths, ones.
    """
    work = (np.empty(16, np.int64), np.empty(16), np.empty((4, 4)), np.empty(2))
    for row in range(actions.shape[0]):
        if skipped[row]:
            continue
        block, code, count = blocks[row], codes[row], int(counts[row])
        parameter, accumulator = parameters[row], accumulators[row]
        fault = int(faults[row])
        faults[row] = simulate_controls(block, code, count, parameter, accumulator, fault, sizes, actions[row], work)
        changing = abs(lane_offset(block, code)) > LINE_OFFSET
        x, y, heading, speed = block[X, :count], block[Y, :count], block[HEADING, :count], block[SPEED, :count]
        accumulate_gaps(accumulator, x, y, heading, speed, sizes[0], sizes[1], sizes[2], changing)
        off_road = accumulator[OFF_ROAD] != 0.0
        rewards[row] = reward_controls(block, code, off_road)
        terminated[row] = code[CRASHED, 0] != 0 or off_road
        truncated[row] = truncated[row] and not terminated[row]
        if terminated[row] or truncated[row]:
            finish_metrics(accumulator, truncated[row], accumulator[SPEED_SUM] / distance, metrics[row])
