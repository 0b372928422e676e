"""When vehicles collide: separating axes of two rectangles, now and swept by one step, as inlined kernels.

A collision is what highway-env 1.12.1 takes for one: two rectangles that overlap have crashed; two that will overlap
after a step at constant velocities are pushed apart by half of the least translation each, along with their next move,
and have crashed then. `block` and `codes` are those of `traffic`; vehicles are 5 m x 2 m.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.motion import LENGTH, WIDTH
from lam_envs.driving.traffic import (
    CHECKS,
    COS,
    CRASHED,
    IMPACT,
    IMPACT_X,
    IMPACT_Y,
    ORDER,
    SIN,
    SPEED,
    Block,
    Codes,
    X,
    Y,
)

DIAGONAL = math.sqrt(LENGTH * LENGTH + WIDTH * WIDTH)
"""Diagonal of a vehicle [m]."""
APART, WILL_OVERLAP, OVERLAP, BOTH = 0, 1, 2, 3
"""What `overlap` answers; BOTH = WILL_OVERLAP + OVERLAP."""


@inlined
def place_corners(x: float, y: float, cos: float, sin: float, corners: Block, row: int) -> None:
    """Write the corners of a vehicle into `corners[row]` (x) and `corners[row + 1]` (y): rear left, rear right, ..."""
    for corner in range(4):
        along = -0.5 * LENGTH if corner < 2 else 0.5 * LENGTH
        across = -0.5 * WIDTH if corner == 0 or corner == 3 else 0.5 * WIDTH
        corners[row, corner] = (cos * along - sin * across) + x
        corners[row + 1, corner] = (sin * along + cos * across) + y


@inlined
def interval_distance(low: float, high: float, other_low: float, other_high: float) -> float:
    """How far two intervals are apart, negative where they overlap."""
    return other_low - high if low < other_low else low - other_high


@inlined
def overlap(corners: Block, move_x: float, move_y: float, translation: NDArray[np.float64]) -> int:
    """Whether two rectangles overlap, now (OVERLAP) or when the first is swept by a displacement (WILL_OVERLAP).

    `corners` [4, 4] is x and y of the first, x and y of the second; the least translation [2] that parts the swept
    ones is written where they will overlap. The normals of all eight sides are tried, the first of equals wins.
    """
    now, later, least = True, True, math.inf
    for side in range(8):
        row, first = (0, side) if side < 4 else (2, side - 4)
        second = (first + 1) % 4
        normal_x = corners[row + 1, first] - corners[row + 1, second]
        normal_y = corners[row, second] - corners[row, first]
        norm = math.sqrt(normal_x * normal_x + normal_y * normal_y)
        normal_x, normal_y = normal_x / norm, normal_y / norm
        low, high, other_low, other_high = math.inf, -math.inf, math.inf, -math.inf
        for corner in range(4):
            projected = corners[0, corner] * normal_x + corners[1, corner] * normal_y
            low, high = min(low, projected), max(high, projected)
            projected = corners[2, corner] * normal_x + corners[3, corner] * normal_y
            other_low, other_high = min(other_low, projected), max(other_high, projected)
        if interval_distance(low, high, other_low, other_high) > 0.0:
            now = False
        shift = normal_x * move_x + normal_y * move_y
        low, high = (low + shift, high) if shift < 0.0 else (low, high + shift)
        distance = interval_distance(low, high, other_low, other_high)
        if distance > 0.0:
            later = False
        if not now and not later:
            return APART
        if abs(distance) < least:
            least = abs(distance)
            toward = 0.0
            for corner in range(4):
                toward += (corners[0, corner] - corners[2, corner]) * normal_x
                toward += (corners[1, corner] - corners[3, corner]) * normal_y
            sign = 1.0 if toward > 0.0 else -1.0
            translation[0], translation[1] = sign * normal_x, sign * normal_y
    translation[0] *= least
    translation[1] *= least
    return (WILL_OVERLAP if later else 0) + (OVERLAP if now else 0)


@inlined
def collide(block: Block, codes: Codes, first: int, second: int, dt: float, corners: Block, push: Block) -> int:
    """Let the pair first < second collide, if it does; gives what `overlap` says. `corners`, `push`: work space."""
    dx, dy = block[X, second] - block[X, first], block[Y, second] - block[Y, first]
    reach = DIAGONAL + block[SPEED, first] * dt
    if reach < 0.0 or dx * dx + dy * dy > reach * reach:
        return APART
    if block[SIN, first] == 0.0 and block[SIN, second] == 0.0 and abs(dy) > WIDTH + 1e-6:
        return APART
    place_corners(block[X, first], block[Y, first], block[COS, first], block[SIN, first], corners, 0)
    place_corners(block[X, second], block[Y, second], block[COS, second], block[SIN, second], corners, 2)
    move_x = block[SPEED, first] * block[COS, first] * dt - block[SPEED, second] * block[COS, second] * dt
    move_y = block[SPEED, first] * block[SIN, first] * dt - block[SPEED, second] * block[SIN, second] * dt
    answer = overlap(corners, move_x, move_y, push)
    if answer & WILL_OVERLAP:
        block[IMPACT_X, first], block[IMPACT_Y, first] = push[0] / 2, push[1] / 2
        block[IMPACT_X, second], block[IMPACT_Y, second] = -push[0] / 2, -push[1] / 2
        codes[IMPACT, first] = 1
        codes[IMPACT, second] = 1
    if answer & OVERLAP:
        codes[CRASHED, first] = 1
        codes[CRASHED, second] = 1
    return answer


@inlined
def collide_ego(block: Block, codes: Codes, count: int, dt: float, corners: Block, push: Block) -> int:
    """Collisions of the ego with the traffic; gives the first vehicle that it met, or -1."""
    met = -1
    reach = DIAGONAL + max(block[SPEED, 0], 0.0) * dt
    for other in range(1, count):
        if abs(block[X, other] - block[X, 0]) <= reach:
            answer = collide(block, codes, 0, other, dt, corners, push)
            if answer != APART and met < 0:
                met = other
    return met


@inlined
def collide_all(
    block: Block, codes: Codes, count: int, dt: float, corners: Block, push: Block, pairs: NDArray[np.int64]
) -> int:
    """Collisions of all vehicles; gives the first vehicle that the ego met, or -1.

    Pairs that are close along x come from the sorted order; they collide in the order of the list, as a later pair
    overwrites the displacement of an earlier one. `pairs` [num_vehicles^2] is work space.
    """
    fastest = 0.0
    for who in range(count):
        fastest = max(fastest, block[SPEED, who])
    reach, found, met = DIAGONAL + fastest * dt, 0, -1
    for place in range(count - 1):
        who = int(codes[ORDER, place])
        for further in range(place + 1, count):
            other = int(codes[ORDER, further])
            if block[X, other] - block[X, who] > reach:
                break
            if codes[CHECKS, other] == 0 and codes[CHECKS, who] == 0:
                continue
            apart = abs(block[Y, other] - block[Y, who])
            if block[SIN, other] == 0.0 and block[SIN, who] == 0.0 and apart > WIDTH + 1e-6:
                continue
            pair = min(who, other) * count + max(who, other)
            hole = found
            while hole > 0 and pairs[hole - 1] > pair:
                pairs[hole] = pairs[hole - 1]
                hole -= 1
            pairs[hole] = pair
            found += 1
    for number in range(found):
        pair = int(pairs[number])
        answer = collide(block, codes, pair // count, pair % count, dt, corners, push)
        if pair < count and answer != APART and met < 0:
            met = pair
    return met
