"""The planner of parking: the best Reeds-Shepp word from a car's pose into a spot, and the control that follows it.

Seen from the goal every spot is the same: a slot that opens into an aisle. The planner knows nothing of the parked
cars; it takes every other spot as occupied, so what it does is a function of the car's pose, speed and goal alone, and
planning again from any pose on a path gives the rest of that path.

Letters: x, y [m] and heading [rad] of the rear axle (the point that does not slip) in the frame of the goal's spot: the
slot's middle line is x = 0, the aisle's y = 0, and a parked car heads along y. shift [m] is the x of the lot's middle
in that frame.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.parking_kernels import AXLE_DISTANCE, MAX_ACCELERATION, MAX_STEERING
from lam_envs.driving.parking_lot import AISLE_HALF_WIDTH, LENGTH, LOT_HALF_LENGTH, SPOT_DEPTH, WIDTH
from lam_envs.driving.reeds_shepp import MAX_SEGMENTS, NUM_WORDS, drive_segment, wrap, write_word

RADIUS = 6.5
"""Turning radius of the planned paths, at the rear axle [m]; the car can do 5."""

FREE_AISLE = AISLE_HALF_WIDTH + 0.4
"""The car keeps to |y| below this outside of its slot [m]."""

FREE_SLOT = 1.7
"""And to |x| below this in its slot [m]."""

FREE_LENGTH = LOT_HALF_LENGTH - 0.7
"""And this far from the lot's middle [m]."""

SAMPLING = 0.5
"""Distance between the poses of a path that are looked at [m]."""

GEAR_CHANGE_COST = 4.0
"""What a change of direction costs [m]."""

INTRUSION_COST = 40.0
"""What a meter driven costs for each meter by which the car is outside of the free space."""

OVERSHOOT_COST = 4.0
"""What a meter costs by which the car cannot stop in time for the first change of direction."""

FORWARD_SPEED, BACKWARD_SPEED = 4.0, 2.5
"""Speeds of the driver [m/s]."""

APPROACH_SPEED, APPROACH_RATE = 1.5, 0.35
"""Driving forwards it keeps below the larger of this speed and of this rate times the distance left [m/s, 1/s]."""

BRAKING = 1.2
"""Braking with which it plans to stop [m/s^2]."""

LARGEST_ACCELERATION = 2.0
"""Largest acceleration of the driver, in either direction [m/s^2]."""

STOP_DISTANCE = 0.04
"""A stretch shorter than this before a change of direction counts as driven [m]."""

RUN_STEP, NUM_RUNS = 1.5, 5
"""The last straight line of a path is one of `NUM_RUNS` multiples of `RUN_STEP` long, from 0 on [m]."""

LOOKAHEAD_TIME, LOOKAHEAD_DISTANCE = 0.4, 0.6
"""The curvature is averaged over the distance driven in this time, and over at least this distance [s, m]."""

POLICY_STEP = 0.2
"""Time between two decisions [s]."""

Array = NDArray[Any]


@inlined
def intrusion(x: float, y: float, heading: float, shift: float) -> float:
    """How far a car reaches out of the free space, the aisle and its slot [m]; 0 inside."""
    cos, sin = math.cos(heading), math.sin(heading)
    worst = 0.0
    for corner in range(4):
        along = LENGTH if corner < 2 else 0.0
        left = 0.5 * WIDTH if corner % 2 == 0 else -0.5 * WIDTH
        corner_x, corner_y = x + along * cos - left * sin, y + along * sin + left * cos
        worst = max(worst, abs(corner_x - shift) - FREE_LENGTH)
        beyond = corner_y - FREE_AISLE
        if abs(corner_x) < FREE_SLOT:
            beyond = corner_y - AISLE_HALF_WIDTH - SPOT_DEPTH
        elif beyond > 0.0:
            beyond = min(beyond, abs(corner_x) - FREE_SLOT)
        worst = max(worst, max(beyond, -corner_y - FREE_AISLE))
    for side in range(2):  # the neighbors' corners, which may reach into the car's side
        edge = FREE_SLOT if side == 0 else -FREE_SLOT
        along = (edge - x) * cos + (FREE_AISLE - y) * sin
        left = (FREE_AISLE - y) * cos - (edge - x) * sin
        inside = min(min(along, LENGTH - along), 0.5 * WIDTH - abs(left))
        worst = max(worst, inside)
    return worst


@inlined
def path_cost(
    x: float, y: float, heading: float, shift: float, speed: float, turns: Array, lengths: Array, size: int, best: float
) -> float:
    """Length of a path [m] with the costs of changes of direction, of starting them too fast, and of intrusions.

    Infinite once above `best`.
    """
    cost, share = 0.0, min(abs(speed), 1.0)  # the first change of direction is free for a car that stands
    gear = 1.0 if speed > 0.0 else -1.0
    overshoot, stopping = speed * speed / (2.0 * LARGEST_ACCELERATION), False
    for i in range(size):
        cost += abs(lengths[i])
        if abs(lengths[i]) > 1e-6:
            sign = 1.0 if lengths[i] > 0.0 else -1.0
            if sign != gear:
                cost += GEAR_CHANGE_COST * share
                stopping = True
            gear, share = sign, 1.0
        if not stopping:
            overshoot -= abs(lengths[i])
    cost += OVERSHOOT_COST * max(overshoot, 0.0)
    for i in range(size):
        if cost >= best:
            return math.inf
        count = math.ceil(abs(lengths[i]) / SAMPLING)
        for _ in range(count):
            step = lengths[i] / count
            x, y, heading = drive_segment(x, y, heading, int(turns[i]), step, RADIUS)
            cost += INTRUSION_COST * abs(step) * intrusion(x, y, heading, shift)
    return cost


@inlined
def find_path(
    x: float, y: float, heading: float, shift: float, speed: float, goal_y: float, turns: Array, lengths: Array
) -> int:
    """Write the best path to the pose (0, goal_y, pi/2) to row 0 of `turns` and `lengths` `[2, 6]`; gives its size.

    A path is a word to a pose in front of the goal and a straight line from there. Row 1 is scratch.
    """
    cos, sin = math.cos(heading), math.sin(heading)
    turned = wrap(0.5 * math.pi - heading)
    best, best_size = math.inf, 0
    for run in range(NUM_RUNS):
        dx, dy = -x, goal_y - RUN_STEP * run - y
        along, left = dx * cos + dy * sin, dy * cos - dx * sin
        for word in range(NUM_WORDS):
            size = write_word(word, along, left, turned, RADIUS, turns[1], lengths[1])
            if size == 0:
                continue
            turns[1, size], lengths[1, size] = 0, RUN_STEP * run
            cost = path_cost(x, y, heading, shift, speed, turns[1], lengths[1], size + 1, best)
            if cost < best:
                best, best_size = cost, size + 1
                for i in range(size + 1):
                    turns[0, i], lengths[0, i] = turns[1, i], lengths[1, i]
    return best_size


@inlined
def first_stretch(turns: Array, lengths: Array, size: int, ahead: float) -> tuple[float, float, float]:
    """(gear, length, curvature) of the path's first stretch in one direction that is worth driving.

    The curvature is the mean over its first `ahead` meters. Gear 0 means that the path is driven.
    """
    start = 0
    while start < size:
        gear = 1.0 if lengths[start] > 0.0 else -1.0
        end, total, bend, room = start, 0.0, 0.0, ahead
        while end < size and (lengths[end] * gear > 0.0 or abs(lengths[end]) < 1e-6):
            part = min(abs(lengths[end]), room)
            bend += float(turns[end]) * part / RADIUS
            room -= part
            total += abs(lengths[end])
            end += 1
        if total > STOP_DISTANCE:
            return gear, total, bend / min(ahead, total)
        start = max(end, start + 1)
    return 0.0, 0.0, 0.0


@kernel
def plan_control(
    x: float,
    y: float,
    heading: float,
    shift: float,
    speed: float,
    goal_y: float,
    turns: Array,
    lengths: Array,
    control: Array,
) -> None:
    """Write (acceleration [m/s^2], steering angle [rad]) of one decision to `control` `[2]`.

    a = clip((v_ref - v) / T, +-LARGEST_ACCELERATION),  delta = atan(2 l kappa)

    with T the time until the next decision and kappa the mean curvature ahead. v_ref is the speed after T from which
    the car still stops at the stretch's end: with d the stretch's length, b the planned braking, and the integrator's
    x = (v T 2/3 + v_ref T / 3) made until then, it solves v_ref^2 / (2 b) + v_ref T = d - v T 2/3 =: D, so
    v_ref = b (sqrt(T^2 + 2 D / b) - T), held below v_max.
    """
    size = find_path(x, y, heading, shift, speed, goal_y, turns, lengths)
    ahead = max(LOOKAHEAD_TIME * abs(speed), LOOKAHEAD_DISTANCE)
    gear, total, curvature = first_stretch(turns[0], lengths[0], size, ahead)
    room = max(total - gear * speed * POLICY_STEP * 2.0 / 3.0, 0.0)
    fastest = min(FORWARD_SPEED, max(APPROACH_SPEED, APPROACH_RATE * total)) if gear > 0.0 else BACKWARD_SPEED
    stopping = BRAKING * (math.sqrt(POLICY_STEP * POLICY_STEP + 2.0 * room / BRAKING) - POLICY_STEP)
    reference = gear * min(fastest, stopping)
    control[0] = min(max((reference - speed) / POLICY_STEP, -LARGEST_ACCELERATION), LARGEST_ACCELERATION)
    control[1] = math.atan(2.0 * AXLE_DISTANCE * curvature)


class Planner:
    """Decides by planning afresh from each observation; it keeps nothing from one to the next."""

    def __init__(self) -> None:
        self._turns = np.zeros((2, MAX_SEGMENTS + 1), dtype=np.int64)
        self._lengths = np.zeros((2, MAX_SEGMENTS + 1))
        self._control = np.zeros(2)

    def decide(self, pose: tuple[float, float, float], speed: float, goal: tuple[float, float]) -> tuple[float, float]:
        """(acceleration, steering) in [-1, 1] for a car's center pose in the lot, its speed, and its goal's center."""
        x, y, heading = pose
        goal_x, goal_y = goal
        if goal_y < 0.0:  # the lot is the same when turned by half a turn
            x, y, heading, goal_x, goal_y = -x, -y, heading + math.pi, -goal_x, -goal_y
        rear_x, rear_y = x - AXLE_DISTANCE * math.cos(heading), y - AXLE_DISTANCE * math.sin(heading)
        place = (rear_x - goal_x, rear_y, heading, -goal_x, speed, goal_y - AXLE_DISTANCE)
        plan_control(*place, self._turns, self._lengths, self._control)
        acceleration, steering = self._control.tolist()
        return clip(acceleration / MAX_ACCELERATION), clip(steering / MAX_STEERING)


def clip(value: float) -> float:
    """The value, held within -1 and 1."""
    return min(max(value, -1.0), 1.0)
