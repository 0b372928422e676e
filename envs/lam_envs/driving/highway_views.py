"""The highway's observations over a batch: highway-env's kinematics, native kinematics, grid, top-down pictures.

Each kernel fills the `rows` of `observations` that are asked for; `blocks`, `codes`, `counts` and `parameters` are
those of `highway_kernels`, `sizes` [3, num_vehicles] holds lengths, widths and ones.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.motion import LANE_WIDTH
from lam_envs.driving.observations import (
    NUM_KINEMATICS,
    SPEED_SCALE,
    paint_straight_road,
    paint_vehicles,
    write_grid,
    write_kinematics,
)
from lam_envs.driving.traffic import COS, HEADING, LANES, SIN, SPEED, TARGET, TARGET_SPEED, Block, Row, X, Y

SIGHT = 200.0
"""The reference observation shows vehicles closer than this [m]."""
REAR_SIGHT = -10.0
"""The reference observation shows vehicles further ahead than this [m]."""
REACH = 100.0
"""Native kinematics show vehicles within this distance, which is also their unit along the road [m]."""
ROAD_SCALE = 24.0
"""Unit of native kinematics across the road: six lanes [m]."""
TARGET_SCALE = 8.0
"""Native kinematics show the ego's distance to its target lane in this unit [m]."""
FEATURES = NUM_KINEMATICS + 3
"""Columns of native kinematics: those of `observations`, and three of the ego's."""
START, NEXT, AGAIN = 0, 1, 2
"""What happens to a stack of pictures: filled with the present one, moved on by one, or its newest painted again."""

Flags = NDArray[np.bool_]


@inlined
def scale(value: float, reach: float) -> float:
    """`value` in [-reach, reach] as a number in [-1, 1], clipped, with highway-env's order of operations."""
    return min(max(-1.0 + (value + reach) * 2.0 / (2.0 * reach), -1.0), 1.0)


@inlined
def find_nearest(block: Block, count: int, nearest: NDArray[np.int64], gaps: Row) -> int:
    """The observed vehicles by |distance along the road|, the first in the list of equals; gives their number.

    `nearest` and `gaps` are as long as there are rows to fill.
    """
    found, rows = 0, nearest.shape[0]
    for other in range(1, count):
        gap, side = block[X, other] - block[X, 0], block[Y, other] - block[Y, 0]
        if gap <= REAR_SIGHT or gap >= SIGHT or math.sqrt(gap * gap + side * side) >= SIGHT:
            continue
        gap = abs(gap)
        if found == rows and gap >= gaps[rows - 1]:
            continue
        found = min(found + 1, rows)
        hole = found - 1
        while hole > 0 and gaps[hole - 1] > gap:
            gaps[hole] = gaps[hole - 1]
            nearest[hole] = nearest[hole - 1]
            hole -= 1
        gaps[hole] = gap
        nearest[hole] = other
    return found


@kernel
def observe_reference(
    rows: Flags,
    blocks: NDArray[np.float64],
    counts: NDArray[np.int64],
    parameters: Block,
    observations: NDArray[np.float32],
) -> None:
    """highway-env's kinematics [num_envs, 5, 5]: presence, x, y, vx, vy; the ego's absolute, the others' relative."""
    others = observations.shape[1] - 1
    nearest, gaps = np.empty(others, np.int64), np.empty(others)
    for row in range(observations.shape[0]):
        if not rows[row]:
            continue
        block, seen = blocks[row], observations[row]
        reach_y = LANE_WIDTH * int(parameters[row, LANES])
        found = find_nearest(block, int(counts[row]), nearest, gaps)
        own_vx, own_vy = block[SPEED, 0] * block[COS, 0], block[SPEED, 0] * block[SIN, 0]
        for place in range(others + 1):
            if place > found:
                for column in range(5):
                    seen[place, column] = 0.0
                continue
            who = 0 if place == 0 else int(nearest[place - 1])
            x, y = block[X, who], block[Y, who]
            vx, vy = block[SPEED, who] * block[COS, who], block[SPEED, who] * block[SIN, who]
            if place > 0:
                x, y, vx, vy = x - block[X, 0], y - block[Y, 0], vx - own_vx, vy - own_vy
            seen[place, 0] = 1.0
            seen[place, 1] = scale(x, SIGHT)
            seen[place, 2] = scale(y, reach_y)
            seen[place, 3] = scale(vx, 80.0)
            seen[place, 4] = scale(vy, 80.0)


@kernel
def observe_kinematics(
    rows: Flags,
    blocks: NDArray[np.float64],
    codes: NDArray[np.int64],
    counts: NDArray[np.int64],
    parameters: Block,
    sizes: Block,
    observations: NDArray[np.float32],
) -> None:
    """Native kinematics [num_envs, K, 10]: the ego's row, then the nearest others; see `HighwayEnv` for the columns."""
    ego = np.zeros(FEATURES - 1)
    for row in range(observations.shape[0]):
        if not rows[row]:
            continue
        block, count = blocks[row], int(counts[row])
        y, speed = block[Y, 0], block[SPEED, 0]
        lanes = int(parameters[row, LANES])
        ego[1] = (y - 0.5 * LANE_WIDTH * (lanes - 1)) / ROAD_SCALE
        ego[2], ego[3] = speed * block[COS, 0] / SPEED_SCALE, speed * block[SIN, 0] / SPEED_SCALE
        ego[4], ego[5] = block[COS, 0], block[SIN, 0]
        ego[6] = (LANE_WIDTH * int(codes[row, TARGET, 0]) - y) / TARGET_SCALE
        ego[7] = block[TARGET_SPEED, 0] / SPEED_SCALE
        ego[8] = LANE_WIDTH * lanes / ROAD_SCALE
        x, ys, headings, speeds = block[X, :count], block[Y, :count], block[HEADING, :count], block[SPEED, :count]
        seen = observations[row]
        write_kinematics(seen, ego, x, ys, headings, speeds, sizes[2], REACH, True, False)
        for place in range(1, seen.shape[0]):
            seen[place, 2] = min(max(float(seen[place, 2]) * (REACH / ROAD_SCALE), -1.0), 1.0)


@kernel
def observe_grid(
    rows: Flags,
    blocks: NDArray[np.float64],
    counts: NDArray[np.int64],
    sizes: Block,
    observations: NDArray[np.float32],
) -> None:
    """The occupancy grid [num_envs, 3, 11, 11] around the ego."""
    for row in range(observations.shape[0]):
        if rows[row]:
            block, count = blocks[row], int(counts[row])
            x, y, headings, speeds = block[X, :count], block[Y, :count], block[HEADING, :count], block[SPEED, :count]
            write_grid(observations[row], x, y, headings, speeds, sizes[2], True, False)


@kernel
def observe_pictures(
    rows: Flags,
    how: int,
    blocks: NDArray[np.float64],
    counts: NDArray[np.int64],
    parameters: Block,
    sizes: Block,
    observations: NDArray[np.uint8],
) -> None:
    """Stacks of top-down pictures [num_envs, S, 64, 128], the newest last; `how` is START, NEXT or AGAIN."""
    stack = observations.shape[1]
    for row in range(observations.shape[0]):
        if not rows[row]:
            continue
        block, count, pictures = blocks[row], int(counts[row]), observations[row]
        if how == NEXT:
            for place in range(stack - 1):
                copy_picture(pictures[place + 1], pictures[place])
        newest = pictures[stack - 1]
        lanes = int(parameters[row, LANES])
        paint_straight_road(newest, block[X, 0], block[Y, 0], -0.5 * LANE_WIDTH, lanes, LANE_WIDTH)
        x, y, headings = block[X, :count], block[Y, :count], block[HEADING, :count]
        paint_vehicles(newest, x, y, headings, sizes[0], sizes[1], sizes[2], 0.0)
        if how == START:
            for place in range(stack - 1):
                copy_picture(newest, pictures[place])


@inlined
def copy_picture(source: Any, target: Any) -> None:
    """Copy one picture."""
    for line in range(source.shape[0]):
        for column in range(source.shape[1]):
            target[line, column] = source[line, column]
