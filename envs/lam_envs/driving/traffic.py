"""How the traffic of a straight road decides: neighbors, car following (IDM), lane changes (MOBIL), as inlined kernels.

One environment's vehicles are two blocks with one column a vehicle: `block` [NUM_FLOATS, num_vehicles] of float64 and
`codes` [NUM_CODES, num_vehicles] of int64, whose rows are named below. Vehicle 0 is the ego; only the first `count`
columns are vehicles. `codes[ORDER]` lists the vehicles by x (equal ones by index) and is kept sorted, so that a
neighbor is found by walking along it. `parameters` is one row of PARAMETERS, the same for all of the traffic.

The model is that of highway-env 1.12.1, bit for bit up to rounding. Lanes lie along x, the center of lane l at
y = 4 l; y grows to the right. Sources: M. Treiber et al. 2000 (IDM), A. Kesting et al. 2007 (MOBIL).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.motion import (
    HALF_LENGTH,
    LANE_WIDTH,
    LENGTH,
    NEAR_HIGH,
    NEAR_LOW,
    SPEED_GAIN,
    clip,
    limit_acceleration,
    not_zero,
    power_near_one,
    track_lane,
)

X, Y, HEADING, SPEED, COS, SIN = 0, 1, 2, 3, 4, 5
TARGET_SPEED, EXPONENT, TIMER, IMPACT_X, IMPACT_Y, SIN_SLIP, ACCELERATION = 6, 7, 8, 9, 10, 11, 12
NUM_FLOATS = 13
"""Rows of `block`: pose, desired speed v0, IDM's exponent delta, time since the last lane decision, the displacement
that a collision will cause, and the controls of the present simulation step."""
LANE, TARGET, CRASHED, IMPACT, ORDER, CHECKS = 0, 1, 2, 3, 4, 5
NUM_CODES = 6
"""Rows of `codes`: lane, target lane, has crashed, a displacement is due, the vehicles sorted by x, and whether a
vehicle collides with others that do not collide by themselves."""

LANES, DENSITY, SPEED_LOW, SPEED_HIGH, TIME_GAP, ACCELERATION_MAX, POLITENESS, MIN_GAIN = 0, 1, 2, 3, 4, 5, 6, 7
STEP, FRAMES, TICK, DELAY, ALL_COLLIDE, HALF_INVERSE_ROOT = 8, 9, 10, 11, 12, 13
NUM_PARAMETERS = 14
"""Columns of `parameters`: those of `scenario.HighwayScenario`; simulation step dt [s] and steps per policy step; what
a timer grows by and must exceed for a lane decision; whether traffic collides with traffic; 1 / (2 sqrt(a b))."""

JAM_DISTANCE = 10.0
"""Distance between the centers of standing vehicles [m]."""
COMFORTABLE_BRAKING = 5.0
"""IDM's comfortable deceleration b [m/s^2]."""
STRONGEST = 6.0
"""The traffic's accelerations stay within +- this [m/s^2]."""
SPEED_LIMIT = 30.0
"""Speed limit of the road [m/s]."""
ROAD_LENGTH = 10_000.0
"""Length of the road [m]."""
SAFE_BRAKING = 2.0
"""MOBIL never makes the new follower brake harder [m/s^2]."""
ON_LANE = 0.5 * LANE_WIDTH + 1.0
"""A vehicle whose center is this close to a lane's center is a neighbor on that lane [m]."""

Block = NDArray[np.float64]
Codes = NDArray[np.int64]
Row = NDArray[np.float64]


@inlined
def lane_at(y: float, lanes: int) -> int:
    """The lane whose center is closest, the lower of two that are equally close."""
    return min(max(math.ceil(y / LANE_WIDTH - 0.5), 0), lanes - 1)


@inlined
def on_lane(x: float, y: float, lane: int) -> bool:
    """Whether a vehicle counts as a neighbor on a lane."""
    return abs(y - LANE_WIDTH * lane) <= ON_LANE and x >= -LENGTH and x < ROAD_LENGTH + LENGTH


@inlined
def sort_order(block: Block, codes: Codes, count: int) -> None:
    """Sort `codes[ORDER]` by (x, index): insertion sort, as the order hardly changes between steps."""
    for place in range(1, count):
        who = int(codes[ORDER, place])
        x = block[X, who]
        hole = place
        while hole > 0:
            other = int(codes[ORDER, hole - 1])
            if block[X, other] < x or (block[X, other] == x and other < who):
                break
            codes[ORDER, hole] = other
            hole -= 1
        codes[ORDER, hole] = who


@inlined
def find_place(codes: Codes, who: int) -> int:
    """Where `who` stands in `codes[ORDER]`."""
    place = 0
    while codes[ORDER, place] != who:
        place += 1
    return place


@inlined
def find_front(block: Block, codes: Codes, count: int, place: int, lane: int) -> int:
    """The nearest vehicle on `lane` not behind the one at `place`, the last in the list of equals; -1 without one."""
    who = int(codes[ORDER, place])
    while place > 0 and block[X, int(codes[ORDER, place - 1])] == block[X, who]:
        place -= 1
    front = -1
    while place < count:
        other = int(codes[ORDER, place])
        if front >= 0 and block[X, other] > block[X, front]:
            break
        if other != who and on_lane(block[X, other], block[Y, other], lane):
            front = other
        place += 1
    return front


@inlined
def find_rear(block: Block, codes: Codes, place: int, lane: int) -> int:
    """The nearest vehicle on `lane` behind the one at `place`, the first in the list of equals; -1 without one."""
    x = block[X, int(codes[ORDER, place])]
    rear = -1
    while place > 0:
        place -= 1
        other = int(codes[ORDER, place])
        if rear >= 0 and block[X, other] < block[X, rear]:
            break
        if block[X, other] < x and on_lane(block[X, other], block[Y, other], lane):
            rear = other
    return rear


@inlined
def wanted_gap(block: Block, parameters: Row, who: int, front: int) -> float:
    """IDM's desired distance of `who` to `front`: d0 + T v + v dv / (2 sqrt(a b)) [m], dv along who's heading."""
    speed, cos, sin = block[SPEED, who], block[COS, who], block[SIN, who]
    other = block[SPEED, front]
    closing = (speed * cos - other * block[COS, front]) * cos + (speed * sin - other * block[SIN, front]) * sin
    gap: float = JAM_DISTANCE + speed * parameters[TIME_GAP] + speed * closing * parameters[HALF_INVERSE_ROOT]
    return gap


@inlined
def following(block: Block, parameters: Row, who: int, front: int) -> float:
    """What IDM takes off the acceleration of `who` because of `front`: a (d* / d)^2 [m/s^2]; 0 without one (-1)."""
    if front < 0:
        return 0.0
    ratio = wanted_gap(block, parameters, who, front) / not_zero(block[X, front] - block[X, who])
    slowing: float = parameters[ACCELERATION_MAX] * ratio * ratio
    return slowing


@inlined
def free_road(block: Block, parameters: Row, who: int, exponent: float) -> float:
    """IDM's acceleration of `who` without a vehicle in front: a (1 - (v / v0)^delta) [m/s^2]."""
    speed = max(block[SPEED, who], 0.0)
    wanted = max(clip(block[TARGET_SPEED, who], 0.0, SPEED_LIMIT), 0.01)
    if speed == wanted:
        return 0.0
    acceleration: float = parameters[ACCELERATION_MAX] * (1.0 - math.pow(speed / wanted, exponent))
    return acceleration


@inlined
def decide_free(block: Block, parameters: Row, count: int) -> None:
    """`free_road` of all of the traffic into `block[ACCELERATION]`: a loop of plain arithmetic, then the rare cases."""
    strength = parameters[ACCELERATION_MAX]
    for who in range(1, count):
        wanted = max(min(max(block[TARGET_SPEED, who], 0.0), SPEED_LIMIT), 0.01)
        ratio = min(max(block[SPEED, who] / wanted, NEAR_LOW), NEAR_HIGH)
        block[ACCELERATION, who] = strength * (1.0 - power_near_one(ratio, block[EXPONENT, who]))
    for who in range(1, count):
        wanted = max(min(max(block[TARGET_SPEED, who], 0.0), SPEED_LIMIT), 0.01)
        speed = block[SPEED, who]
        if speed < NEAR_LOW * wanted or speed > NEAR_HIGH * wanted:
            block[ACCELERATION, who] = free_road(block, parameters, who, block[EXPONENT, who])


@inlined
def acceleration_behind(block: Block, parameters: Row, who: int, front: int, exponent: float) -> float:
    """IDM's acceleration of `who` behind `front` (-1: nobody), as one with this `exponent` sees it; 0 for nobody."""
    if who < 0:
        return 0.0
    return free_road(block, parameters, who, exponent) - following(block, parameters, who, front)


@inlined
def is_worth_it(
    block: Block, codes: Codes, parameters: Row, count: int, place: int, side: int, front: int, slowing: float
) -> bool:
    """MOBIL: whether the vehicle at `place` gains from the lane `side` without forcing the follower there to brake.

    `front` is the vehicle in front of it on its own lane, `slowing` what that takes off its acceleration. The cheap
    conditions come first.
    """
    who, politeness = int(codes[ORDER, place]), parameters[POLITENESS]
    exponent = block[EXPONENT, who]
    new_front = find_front(block, codes, count, place, side)
    gain = slowing - following(block, parameters, who, new_front)
    if politeness == 0.0 and gain < parameters[MIN_GAIN]:
        return False
    new_rear = find_rear(block, codes, place, side)
    forced = acceleration_behind(block, parameters, new_rear, who, exponent)
    if forced < -SAFE_BRAKING:
        return False
    if politeness != 0.0:
        rear = find_rear(block, codes, place, int(codes[LANE, who]))
        others = forced - acceleration_behind(block, parameters, new_rear, new_front, exponent)
        others += acceleration_behind(block, parameters, rear, front, exponent)
        others -= acceleration_behind(block, parameters, rear, who, exponent)
        gain += politeness * others
    return bool(gain >= parameters[MIN_GAIN])


@inlined
def look_aside(block: Block, codes: Codes, parameters: Row, count: int, who: int) -> None:
    """Set the target lane of `who` to a side that is worth it, the right one if both are."""
    x, lane, lanes = block[X, who], int(codes[LANE, who]), int(parameters[LANES])
    if abs(block[SPEED, who]) < 1.0 or x < 0.0 or x >= ROAD_LENGTH + LENGTH:
        return
    place = find_place(codes, who)
    front = find_front(block, codes, count, place, lane)
    slowing = following(block, parameters, who, front)
    if parameters[POLITENESS] == 0.0 and slowing < parameters[MIN_GAIN]:
        return
    for side in (lane - 1, lane + 1):
        if side < 0 or side >= lanes or abs(block[Y, who] - LANE_WIDTH * side) > 2.0 * LANE_WIDTH:
            continue
        if is_worth_it(block, codes, parameters, count, place, side, front, slowing):
            codes[TARGET, who] = side


@inlined
def must_abort(block: Block, codes: Codes, parameters: Row, count: int, who: int) -> bool:
    """Whether somebody close in front is changing into the same lane."""
    target = int(codes[TARGET, who])
    for other in range(count):
        if other != who and codes[TARGET, other] == target and codes[LANE, other] != target:
            gap = block[X, other] - block[X, who]
            if gap > 0.0 and gap < wanted_gap(block, parameters, who, other):
                return True
    return False


@inlined
def decide_lanes(block: Block, codes: Codes, parameters: Row, count: int) -> None:
    """The traffic's lane decisions, in the order of the list: abort a change, or look to the sides when it is time."""
    for who in range(1, count):
        lane = int(codes[LANE, who])
        if codes[TARGET, who] == lane and block[TIMER, who] <= parameters[DELAY]:
            continue
        if codes[CRASHED, who] != 0 or block[TIMER, who] == -math.inf:
            continue  # a timer of minus infinity: it never changes lanes
        if codes[TARGET, who] != lane:
            if must_abort(block, codes, parameters, count, who):
                codes[TARGET, who] = lane
        else:
            block[TIMER, who] = 0.0
            look_aside(block, codes, parameters, count, who)


@inlined
def mark_ahead(x: float, y: float, lane: int, lanes: int, who: int, ahead: Codes, ahead_x: Row) -> None:
    """Note `who` as the nearest vehicle ahead on the lanes that it is on, for those that stand behind in the order."""
    if x < -LENGTH or x >= ROAD_LENGTH + LENGTH:
        return
    offset = y - LANE_WIDTH * lane
    if abs(offset) <= ON_LANE and ahead_x[lane] > x:
        ahead[lane], ahead_x[lane] = who, x
    near = lane + 1 if offset > 0.0 else lane - 1
    if abs(offset) < 1.0 or near < 0 or near >= lanes:
        return
    if abs(y - LANE_WIDTH * near) <= ON_LANE and ahead_x[near] > x:
        ahead[near], ahead_x[near] = who, x


@inlined
def following_tied(block: Block, codes: Codes, parameters: Row, count: int, place: int) -> float:
    """What slows a vehicle with another one at the very same x: ties need the order."""
    who = int(codes[ORDER, place])
    lane, target = int(codes[LANE, who]), int(codes[TARGET, who])
    slowing = following(block, parameters, who, find_front(block, codes, count, place, lane))
    if target != lane:
        slowing = max(slowing, following(block, parameters, who, find_front(block, codes, count, place, target)))
    return slowing


@inlined
def decide_controls(block: Block, codes: Codes, parameters: Row, count: int, ahead: Codes, ahead_x: Row) -> None:
    """Slip and acceleration of every vehicle: one sweep from the foremost back. `ahead`, `ahead_x` [lanes]: work space.

    On the way `ahead` holds the vehicles that are the nearest in front on each lane.
    """
    decide_free(block, parameters, count)
    lanes = int(parameters[LANES])
    for lane in range(lanes):
        ahead[lane], ahead_x[lane] = -1, math.inf
    last_x, who = math.inf, int(codes[ORDER, count - 1])
    for place in range(count - 1, -1, -1):
        following_one = int(codes[ORDER, place - 1]) if place > 0 else who
        x, y, speed, slip = block[X, who], block[Y, who], block[SPEED, who], 0.0
        lane, target = int(codes[LANE, who]), int(codes[TARGET, who])
        if codes[CRASHED, who] != 0:
            acceleration = -speed
        else:
            offset, heading = y - LANE_WIDTH * target, block[HEADING, who]
            if offset != 0.0 or heading != 0.0:
                slip = track_lane(offset, 0.0, heading, speed, LENGTH)
            if who == 0:
                acceleration = SPEED_GAIN * (block[TARGET_SPEED, 0] - speed)
            else:
                if x == last_x or (place > 0 and x == block[X, following_one]):
                    slowing = following_tied(block, codes, parameters, count, place)
                else:
                    slowing = following(block, parameters, who, int(ahead[lane]))
                    if target != lane:
                        slowing = max(slowing, following(block, parameters, who, int(ahead[target])))
                acceleration = clip(block[ACCELERATION, who] - slowing, -STRONGEST, STRONGEST)
        block[SIN_SLIP, who] = slip
        block[ACCELERATION, who] = limit_acceleration(acceleration, speed)
        mark_ahead(x, y, lane, lanes, who, ahead, ahead_x)
        last_x, who = x, following_one


@inlined
def move_vehicles(block: Block, codes: Codes, parameters: Row, count: int) -> None:
    """One Euler step of every vehicle, the displacements of collisions with it, and the lanes that they are on then.

    A vehicle that drives straight on, as most do, needs no trigonometry; the numbers are the same.
    """
    dt, tick, lanes = parameters[STEP], parameters[TICK], int(parameters[LANES])
    for who in range(count):
        speed, slip = block[SPEED, who], block[SIN_SLIP, who]
        if slip == 0.0 and block[HEADING, who] == 0.0:
            block[X, who] += speed * dt
        else:
            cos, sin = block[COS, who], block[SIN, who]
            cos_slip = math.sqrt(1.0 - slip * slip)
            block[X, who] += (cos * cos_slip - sin * slip) * speed * dt
            block[Y, who] += (sin * cos_slip + cos * slip) * speed * dt
            heading = block[HEADING, who] + speed * slip / HALF_LENGTH * dt
            block[HEADING, who] = heading
            block[COS, who] = math.cos(heading)
            block[SIN, who] = math.sin(heading)
            codes[LANE, who] = lane_at(block[Y, who], lanes)
        if codes[IMPACT, who] != 0:
            block[X, who] += block[IMPACT_X, who]
            block[Y, who] += block[IMPACT_Y, who]
            codes[IMPACT, who] = 0
            codes[CRASHED, who] = 1
            codes[LANE, who] = lane_at(block[Y, who], lanes)
        block[SPEED, who] = speed + block[ACCELERATION, who] * dt
        block[TIMER, who] += tick
