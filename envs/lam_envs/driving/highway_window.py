"""Traffic in a window around the ego, for the highway's native mode: its start, and its return when it leaves.

Traffic that falls too far behind comes back in front, and traffic that drives away comes back from behind, as new
vehicles in a lane with room, so that the density stays what the scenario asks for and the road never ends. New vehicles
are drawn from the episode's own numbers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.highway_kernels import START_SPEED, place_vehicle
from lam_envs.driving.metrics import start_metrics
from lam_envs.driving.random_streams import integer, uniform
from lam_envs.driving.scenario import draw_parameters
from lam_envs.driving.traffic import (
    ACCELERATION_MAX,
    COMFORTABLE_BRAKING,
    DELAY,
    DENSITY,
    EXPONENT,
    HALF_INVERSE_ROOT,
    JAM_DISTANCE,
    LANES,
    ORDER,
    SPEED,
    SPEED_HIGH,
    SPEED_LOW,
    TIME_GAP,
    TIMER,
    Block,
    Codes,
    Row,
    X,
    Y,
    on_lane,
    sort_order,
)

START_X = 1000.0
"""Where the ego starts [m]."""
FRONT, REAR = 200.0, 100.0
"""The window reaches this far ahead of and behind the ego [m]."""
MARGIN = 50.0
"""Vehicles leave this far outside the window [m]."""
LEVEL_STEP = 5.0
"""The ego starts at a multiple of this [m/s]."""
LEAST_SPACING = 18.0
"""Least distance between the centers of vehicles of one lane at the start [m]."""
FREE_AHEAD, FREE_BEHIND = 35.0, 25.0
"""The ego's own lane is free this far at the start [m]."""


@inlined
def headway(parameters: Row) -> float:
    """Mean distance along the road between one vehicle and the next, whatever their lanes [m]."""
    speed = 0.5 * (parameters[SPEED_LOW] + parameters[SPEED_HIGH])
    distance: float = (12.0 + speed) * math.exp(-0.125 * parameters[LANES]) / parameters[DENSITY]
    return distance


@inlined
def steady_speed(parameters: Row) -> float:
    """The speed at which IDM keeps the mean distance within a lane [m/s]."""
    spacing = parameters[LANES] * headway(parameters) - JAM_DISTANCE
    speed: float = max(spacing / max(parameters[TIME_GAP], 0.1), LEVEL_STEP)
    return speed


@inlined
def dress(block: Block, codes: Codes, parameters: Row, who: int, x: float, lane: int, key: int, draw: int) -> int:
    """Put a new vehicle onto a lane, with a character of its own; gives the next unused counter."""
    low, high = parameters[SPEED_LOW], parameters[SPEED_HIGH]
    wanted = low + (high - low) * uniform(key, draw)
    place = codes[ORDER, who]
    place_vehicle(block, codes, who, x, lane, min(wanted, steady_speed(parameters)), wanted)
    codes[ORDER, who] = place
    block[EXPONENT, who] = 3.5 + uniform(key, draw + 1)
    block[TIMER, who] = 1.0 * integer(key, draw + 2, int(parameters[DELAY] + 0.5))
    return draw + 3


@inlined
def has_room(block: Block, parameters: Row, count: int, x: float, lane: int) -> bool:
    """Whether a vehicle may start at `x` on `lane`: far from the others there, and from the ego (vehicle 0)."""
    for other in range(count):
        if not on_lane(block[X, other], block[Y, other], lane):
            continue
        gap = x - block[X, other]
        if other == 0 and gap > -FREE_BEHIND and gap < FREE_AHEAD:
            return False
        if abs(gap) < LEAST_SPACING:
            return False
    return True


@inlined
def spawn(block: Block, codes: Codes, parameters: Row, key: int, draw: int) -> tuple[int, int]:
    """The ego and the traffic of the whole window; gives the number of vehicles and the next unused counter."""
    lanes, room = int(parameters[LANES]), block.shape[1]
    speed = min(START_SPEED, LEVEL_STEP * math.floor(steady_speed(parameters) / LEVEL_STEP))
    place_vehicle(block, codes, 0, START_X, integer(key, draw, lanes), speed, speed)
    codes[ORDER, 0] = 0
    draw += 1
    count, distance, x = 1, headway(parameters), START_X - REAR
    while x < START_X + FRONT and count < room:
        x += distance * (0.9 + 0.2 * uniform(key, draw))
        first = integer(key, draw + 1, lanes)
        draw += 2
        for turn in range(lanes):
            lane = (first + turn) % lanes
            if has_room(block, parameters, count, x, lane):
                codes[ORDER, count] = count
                draw = dress(block, codes, parameters, count, x, lane, key, draw)
                count += 1
                break
    return count, draw


@inlined
def find_entry(block: Block, parameters: Row, count: int, who: int, lane: int, ahead: bool) -> float:
    """Where `who` may enter `lane`: at the window's edge, or beyond the last vehicle there [m], relative to the ego."""
    gap = JAM_DISTANCE + parameters[TIME_GAP] * parameters[SPEED_HIGH]
    entry = FRONT if ahead else -REAR
    for other in range(count):
        if other != who and on_lane(block[X, other], block[Y, other], lane):
            place = block[X, other] - block[X, 0]
            if ahead:
                entry = max(entry, place + gap)
            else:
                entry = min(entry, place - gap)
    return entry


@inlined
def recycle(block: Block, codes: Codes, count: int, parameters: Row, key: int, draw: int) -> int:
    """Let vehicles that left the window enter it again on the other side; gives the next unused counter."""
    lanes, moved = int(parameters[LANES]), False
    for who in range(1, count):
        place = block[X, who] - block[X, 0]
        if place <= FRONT + MARGIN and place >= -REAR - MARGIN:
            continue
        ahead = place < 0.0
        first = integer(key, draw, lanes)
        lane, entry = first, find_entry(block, parameters, count, who, first, ahead)
        for turn in range(1, lanes):
            other = (first + turn) % lanes
            found = find_entry(block, parameters, count, who, other, ahead)
            if abs(found) < abs(entry):
                lane, entry = other, found
        entry = min(entry, FRONT + MARGIN) if ahead else max(entry, -REAR - MARGIN)
        draw = dress(block, codes, parameters, who, block[X, 0] + entry, lane, key, draw + 1)
        moved = True
    if moved:
        sort_order(block, codes, count)
    return draw


@kernel
def start_window(
    rows: NDArray[np.bool_],
    keys: NDArray[np.int64],
    table: NDArray[np.float64],
    draws: NDArray[np.int64],
    blocks: NDArray[np.float64],
    codes: NDArray[np.int64],
    counts: NDArray[np.int64],
    parameters: Block,
    accumulators: Block,
    faults: NDArray[np.int64],
) -> None:
    """Start the episodes of `rows`: draw their parameters from `table` (see `scenario`), then the traffic."""
    for row in range(rows.shape[0]):
        if not rows[row]:
            continue
        key, parameter = int(keys[row]), parameters[row]
        draw = draw_parameters(table, key, 0, parameter)
        parameter[HALF_INVERSE_ROOT] = 0.5 / math.sqrt(parameter[ACCELERATION_MAX] * COMFORTABLE_BRAKING)
        count, draw = spawn(blocks[row], codes[row], parameter, key, draw)
        sort_order(blocks[row], codes[row], count)
        counts[row] = count
        draws[row] = draw
        faults[row] = -1
        start_metrics(accumulators[row], blocks[row, SPEED, 0], 0.0)


@kernel
def recycle_traffic(
    skipped: NDArray[np.bool_],
    keys: NDArray[np.int64],
    draws: NDArray[np.int64],
    blocks: NDArray[np.float64],
    codes: NDArray[np.int64],
    counts: NDArray[np.int64],
    parameters: Block,
) -> None:
    """`recycle` for every environment that is not `skipped`."""
    for row in range(skipped.shape[0]):
        if not skipped[row]:
            count, key, draw = int(counts[row]), int(keys[row]), int(draws[row])
            draws[row] = recycle(blocks[row], codes[row], count, parameters[row], key, draw)
