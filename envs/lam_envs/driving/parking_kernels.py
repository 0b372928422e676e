"""The kernels of parking: start an episode, move the car through one policy step, observe, pay, and keep the metrics.

Letters: n environments; V = 29 cars of each, the driven one (ego) first, then one for each spot; x, y [m], heading
[rad], speed [m/s] (negative backwards). The car is highway-env's kinematic bicycle (axles 2.5 m from its
center, explicit Euler): beta = atan(tan(delta) / 2), x += v cos(h + beta) dt, y += v sin(h + beta) dt,
h += v sin(beta) / 2.5 dt, v += a dt, where every right-hand side uses the old state.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.metrics import (
    accumulate_gaps,
    accumulate_motion,
    finish_metrics,
    record_collision,
    record_off_road,
    start_metrics,
    time_to_collision,
)
from lam_envs.driving.parking_lot import (
    AISLE_HALF_WIDTH,
    LENGTH,
    LOT_HALF_LENGTH,
    LOT_HALF_WIDTH,
    NUM_SPOTS,
    SPOT_DEPTH,
    SPOT_WIDTH,
    WIDTH,
    spot_pose,
)
from lam_envs.driving.random_streams import integer, uniform

AXLE_DISTANCE = 2.5
"""Distance from the car's center to either axle [m]."""

MAX_ACCELERATION = 5.0
"""Acceleration at action 1, and the opposite at action -1 [m/s^2]."""

MAX_STEERING = 0.25 * math.pi
"""Steering angle at action 1 [rad]."""

MAX_SPEED = 40.0
"""Largest speed, in either direction [m/s]."""

SIMULATION_STEP = 1.0 / 15.0
"""Step of the integrator [s]."""

SUBSTEPS = 3
"""Simulation steps in one policy step: the policy acts at 5 Hz."""

SPEED_LIMIT = 5.0
"""Speed limit of the lot, for the metrics [m/s]."""

GOAL_SIZE = 6
"""Numbers of a goal: x, y, vx, vy, cos heading, sin heading, each divided by its scale."""

SCALES = np.array([100.0, 100.0, 5.0, 5.0, 1.0, 1.0])
"""Units of the six numbers [m, m, m/s, m/s, 1, 1]."""

WEIGHTS = np.array([1.0, 0.3, 0.0, 0.0, 0.02, 0.02])
"""Weights of the six differences in the reward."""

SUCCESS_REWARD = -0.12
"""A reward above this is as near to the goal as a success asks."""

STANDING_SPEED = 1.0
"""In the native mode, a car is parked only below this speed [m/s]."""

COLLISION_REWARD = -5.0
"""Added to the reward at a collision or off the lot."""

Array = NDArray[Any]


@inlined
def goal_reward(achieved: Array, desired: Array) -> float:
    """-(sum_i w_i |achieved_i - desired_i|)^0.5 over the six numbers of one goal."""
    total = 0.0
    for i in range(GOAL_SIZE):
        total += WEIGHTS[i] * abs(np.float64(achieved[i]) - np.float64(desired[i]))
    return -math.sqrt(total)


def goal_rewards(achieved: Array, desired: Array) -> NDArray[np.float64]:
    """`goal_reward` of a batch: `[..., 6]` and `[..., 6]` give `[...]`, with the bits of the kernel."""
    difference = np.abs(np.asarray(achieved, dtype=np.float64) - np.asarray(desired, dtype=np.float64))
    total = np.zeros(difference.shape[:-1])
    for i in range(GOAL_SIZE):
        total = total + WEIGHTS[i] * difference[..., i]
    return np.asarray(-np.sqrt(total), dtype=np.float64)


@inlined
def write_goal(goal: Array, x: float, y: float, heading: float, speed: float) -> None:
    """Write the six numbers of a car's pose and velocity."""
    cos, sin = math.cos(heading), math.sin(heading)
    goal[0], goal[1] = x / SCALES[0], y / SCALES[1]
    goal[2], goal[3] = speed * cos / SCALES[2], speed * sin / SCALES[3]
    goal[4], goal[5] = cos, sin


@inlined
def is_outside(x: float, y: float, heading: float, half_length: float, half_width: float) -> bool:
    """Whether a corner of a car, at (x, y) from the middle of a rectangle along the axes, is outside of it."""
    cos, sin = abs(math.cos(heading)), abs(math.sin(heading))
    reach_x = 0.5 * (LENGTH * cos + WIDTH * sin)
    reach_y = 0.5 * (LENGTH * sin + WIDTH * cos)
    return abs(x) + reach_x > half_length or abs(y) + reach_y > half_width


@inlined
def hits(x: Array, y: Array, heading: Array, present: Array) -> bool:
    """Whether the ego (index 0) overlaps a parked car of one environment."""
    cos, sin = math.cos(heading[0]), math.sin(heading[0])
    if abs(y[0]) + 0.5 * LENGTH * abs(sin) + 0.5 * WIDTH * abs(cos) < AISLE_HALF_WIDTH:
        return False  # no parked car reaches into the aisle
    sizes = (0.5 * LENGTH, 0.5 * WIDTH, 0.5 * LENGTH, 0.5 * WIDTH)
    for other in range(1, NUM_SPOTS + 1):
        dx, dy = x[other] - x[0], y[other] - y[0]
        if not present[other] or dx * dx + dy * dy > LENGTH * LENGTH + WIDTH * WIDTH:
            continue
        turned = heading[other] - heading[0]
        along, left = dx * cos + dy * sin, dy * cos - dx * sin
        if time_to_collision(along, left, 0.0, 0.0, math.cos(turned), math.sin(turned), sizes) == 0.0:
            return True
    return False


@inlined
def between(box: Array, field: int, key: int, counter: int) -> float:
    """The `counter`-th number of a stream, uniform in one range of a box `[7, 2]`."""
    drawn: float = box[field, 0] + (box[field, 1] - box[field, 0]) * uniform(key, counter)
    return drawn


@kernel
def start_episodes(
    rows: Array,
    keys: Array,
    box: Array,
    x: Array,
    y: Array,
    heading: Array,
    speed: Array,
    present: Array,
    goal: Array,
    distance: Array,
    accumulators: Array,
) -> None:
    """Start the episode of `keys[i]` in each environment where `rows[i]`; see `parking_lot.ParkingBox` for the draws.

    Counters of the stream: 0 the goal, 1 to 4 occupancy and the start, 16 + 4 k and on the parked car of spot k.
    """
    for i in range(rows.shape[0]):
        if not rows[i]:
            continue
        key = int(keys[i])
        goal[i] = integer(key, 0, NUM_SPOTS)
        occupied = between(box, 0, key, 1)
        x[i, 0], y[i, 0] = between(box, 1, key, 2), between(box, 2, key, 3)
        heading[i, 0] = between(box, 3, key, 4)
        speed[i, 0], present[i, 0] = 0.0, True
        for spot in range(NUM_SPOTS):
            counter = 16 + 4 * spot
            spot_x, spot_y, spot_heading = spot_pose(spot)
            x[i, spot + 1] = spot_x + between(box, 4, key, counter)
            y[i, spot + 1] = spot_y + between(box, 5, key, counter + 1)
            heading[i, spot + 1] = spot_heading + between(box, 6, key, counter + 2)
            present[i, spot + 1] = spot != int(goal[i]) and uniform(key, counter + 3) < occupied
            speed[i, spot + 1] = 0.0
        goal_x, goal_y, _ = spot_pose(int(goal[i]))
        distance[i] = math.sqrt((goal_x - x[i, 0]) ** 2 + (goal_y - y[i, 0]) ** 2)
        start_metrics(accumulators[i], 0.0, heading[i, 0])


@inlined
def move(
    x: float, y: float, heading: float, speed: float, acceleration: float, steering: float
) -> tuple[float, float, float, float]:
    """The car after one simulation step (explicit Euler)."""
    slip = math.atan(0.5 * math.tan(steering))
    if speed > MAX_SPEED:
        acceleration = min(acceleration, MAX_SPEED - speed)
    elif speed < -MAX_SPEED:
        acceleration = max(acceleration, -MAX_SPEED - speed)
    course = heading + slip
    return (
        x + speed * math.cos(course) * SIMULATION_STEP,
        y + speed * math.sin(course) * SIMULATION_STEP,
        heading + speed * math.sin(slip) / AXLE_DISTANCE * SIMULATION_STEP,
        speed + acceleration * SIMULATION_STEP,
    )


@inlined
def drive(action: Array, x: Array, y: Array, heading: Array, speed: Array, present: Array, row: Array) -> bool:
    """One policy step of one environment, cut short by a crash; gives whether there was one.

    A crash is to hit a parked car or to leave the lot. `row` are the accumulators of the metrics.
    """
    acceleration, steering = MAX_ACCELERATION * float(action[0]), MAX_STEERING * float(action[1])
    for _ in range(SUBSTEPS):
        x[0], y[0], heading[0], speed[0] = move(x[0], y[0], heading[0], speed[0], acceleration, steering)
        accumulate_motion(row, speed[0], heading[0], SPEED_LIMIT, 0.0, SIMULATION_STEP)
        outside = is_outside(x[0], y[0], heading[0], LOT_HALF_LENGTH, LOT_HALF_WIDTH)
        if outside:
            record_off_road(row)
        hit = hits(x, y, heading, present)
        if hit:
            record_collision(row, True)
        if outside or hit:
            return True
    return False


@inlined
def write_observation(
    x: Array,
    y: Array,
    heading: Array,
    speed: Array,
    present: Array,
    goal: int,
    observation: Array,
    achieved: Array,
    desired: Array,
) -> None:
    """Write one environment's goals `[6]`, and `observation` `[6]` or, with the occupied spots, `[34]`."""
    goal_x, goal_y, goal_heading = spot_pose(goal)
    write_goal(achieved, x[0], y[0], heading[0], speed[0])
    write_goal(desired, goal_x, goal_y, goal_heading, 0.0)
    for column in range(GOAL_SIZE):
        observation[column] = achieved[column]
    for column in range(GOAL_SIZE, observation.shape[0]):
        observation[column] = 1.0 if present[column - GOAL_SIZE + 1] else 0.0


@inlined
def is_parked(x: float, y: float, heading: float, speed: float, goal: int) -> bool:
    """Whether the whole car is within the lines of the goal's spot and slower than `STANDING_SPEED`."""
    goal_x, goal_y, _ = spot_pose(goal)
    inside = not is_outside(x - goal_x, y - goal_y, heading, 0.5 * SPOT_WIDTH, 0.5 * SPOT_DEPTH)
    return inside and abs(speed) < STANDING_SPEED


@kernel
def advance_episodes(
    actions: Array,
    skipped: Array,
    parked_only: bool,
    x: Array,
    y: Array,
    heading: Array,
    speed: Array,
    present: Array,
    size: Array,
    goal: Array,
    distance: Array,
    accumulators: Array,
    observation: Array,
    achieved: Array,
    desired: Array,
    rewards: Array,
    terminated: Array,
    truncated: Array,
    metrics: Array,
) -> None:
    """One policy step of every environment that is not skipped, under `actions` `[n, 2]` in [-1, 1].

    The goal is reached where the reward is above `SUCCESS_REWARD` and, with `parked_only`, the car `is_parked` too.
    `size` `[2, V]` are the lengths and widths of the cars.
    """
    for i in range(actions.shape[0]):
        if skipped[i]:
            continue
        row, spot = accumulators[i], int(goal[i])
        crashed = drive(actions[i], x[i], y[i], heading[i], speed[i], present[i], row)
        accumulate_gaps(row, x[i], y[i], heading[i], speed[i], size[0], size[1], present[i], False)
        write_observation(x[i], y[i], heading[i], speed[i], present[i], spot, observation[i], achieved[i], desired[i])
        reward = goal_reward(achieved[i], desired[i])
        reached = reward > SUCCESS_REWARD and not crashed
        if reached and parked_only:
            reached = is_parked(x[i, 0], y[i, 0], heading[i, 0], speed[i, 0], spot)
        rewards[i] = reward + COLLISION_REWARD if crashed else reward
        terminated[i] = reached or crashed
        truncated[i] = truncated[i] and not terminated[i]
        if terminated[i] or truncated[i]:
            goal_x, goal_y, _ = spot_pose(spot)
            left = math.sqrt((x[i, 0] - goal_x) ** 2 + (y[i, 0] - goal_y) ** 2)
            finish_metrics(row, reached, 1.0 if reached else 1.0 - left / distance[i], metrics[i])


@kernel
def observe_episodes(
    rows: Array,
    x: Array,
    y: Array,
    heading: Array,
    speed: Array,
    present: Array,
    goal: Array,
    observation: Array,
    achieved: Array,
    desired: Array,
) -> None:
    """Write `achieved` and `desired` `[n, 6]` and `observation` `[n, 6]` or `[n, 34]` where `rows[i]`."""
    for i in range(rows.shape[0]):
        if rows[i]:
            write_observation(
                x[i], y[i], heading[i], speed[i], present[i], int(goal[i]), observation[i], achieved[i], desired[i]
            )
