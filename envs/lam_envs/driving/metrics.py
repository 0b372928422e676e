"""Driving metrics of an episode, accumulated inside the kernels: what is measured, in which unit, and by whose rule.

A kernel keeps one float64 row `[NUM_ACCUMULATORS]` an environment and calls, all inlined and allocation-free:

    start_metrics(row, speed, heading)                                     at reset
    accumulate_motion(row, speed, heading, speed_limit, lateral_error, dt) after every simulation step
    accumulate_gaps(row, x, y, heading, speed, length, width, present, changing_lane)   once a policy step
    record_collision(row, at_fault); record_off_road(row)                  when it happens
    finish_metrics(row, success, progress, metrics)                        at the end: fills `metrics[NUM_METRICS]`

| metric | definition | unit |
| --- | --- | --- |
| success | the task's own success, and neither a collision nor off the road | 0 or 1 |
| collision | the ego hit something | 0 or 1 |
| at_fault_collision | with its front, with a stopped vehicle, or with its side while changing lanes (nuPlan) | 0 or 1 |
| off_road | a corner of the ego left the drivable area | 0 or 1 |
| progress | share of the route (of the task's reference distance) that was driven, at most 1 | 1 |
| min_time_to_collision | least time to collision at constant velocities, 3 where there was none | s |
| time_to_collision_within_bound | it never fell below 0.95 s (nuPlan) | 0 or 1 |
| comfort | all of `COMFORT`, below, held all the time (nuPlan) | 0 or 1 |
| mean_speed | mean of the absolute speed | m/s |
| speed_limit_compliance | max(0, 1 - integral of overspeed / (2.23 m/s T)) (nuPlan) | 1 |
| mean_lateral_error, max_lateral_error | mean and largest distance from the center of the lane (NAVSIM) | m |
| driving_score | [no collision at fault] [on the road] [progress >= 0.2] * weighted mean, below (nuPlan) | 1 |

    weighted mean = (5 time_to_collision_within_bound + 5 progress + 4 speed_limit_compliance + 2 comfort) / 16


Sources: nuPlan's metrics (Karnchanachari et al. 2024, "Towards learning-based planning: the nuPlan benchmark") and
NAVSIM (Dauner et al. 2024). nuPlan smooths by Savitzky-Golay filters before it differentiates an acceleration or a yaw
rate; here a first-order filter of 1 s does it, which needs no future: like nuPlan's window of 1.5 s it answers a jump
of 1 m/s^2 by a jerk of 1 m/s^3. Letters: x, y [m], heading [rad], speed [m/s], dt simulation step [s]; ego is index 0.
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined

METRICS = (
    "success",
    "collision",
    "at_fault_collision",
    "off_road",
    "progress",
    "min_time_to_collision",
    "time_to_collision_within_bound",
    "comfort",
    "mean_speed",
    "speed_limit_compliance",
    "mean_lateral_error",
    "max_lateral_error",
    "driving_score",
)
"""Names of the metrics, in the order of a metrics row."""
NUM_METRICS = len(METRICS)

FLAGS = (0, 1, 2, 3, 6, 7)
"""Columns of a metrics row that are 0 or 1; `describe_metrics` gives them as bool."""

HORIZON = 3.0
"""Constant velocities are projected this far [s]."""
TIME_TO_COLLISION_BOUND = 0.95
"""Least comfortable time to collision [s]."""
OVERSPEED_UNIT = 2.23
"""Mean overspeed at which compliance with the limit reaches 0 [m/s]."""
LEAST_PROGRESS = 0.2
"""Progress below which the driving score is 0."""
STOPPED_SPEED = 0.05
"""A vehicle slower than this stands [m/s]."""
BEHIND_COSINE = -math.cos(math.radians(30.0))
"""A vehicle within 30 degrees of straight behind is behind."""
FILTER = 1.0
"""Time constant of the filter before an acceleration or a yaw rate is differentiated [s]."""

COMFORT = {
    "acceleration": (-4.05, 2.40),
    "lateral acceleration": (-4.89, 4.89),
    "yaw rate": (-0.95, 0.95),
    "yaw acceleration": (-1.93, 1.93),
    "longitudinal jerk": (-4.13, 4.13),
    "jerk": (-8.37, 8.37),
}
"""Comfortable range of each quantity: m/s^2, m/s^2, rad/s, rad/s^2, m/s^3, m/s^3 (the last of the magnitude)."""
LOWEST_ACCELERATION, HIGHEST_ACCELERATION = COMFORT["acceleration"]
LATERAL_ACCELERATION = COMFORT["lateral acceleration"][1]
YAW_RATE = COMFORT["yaw rate"][1]
YAW_ACCELERATION = COMFORT["yaw acceleration"][1]
LONGITUDINAL_JERK = COMFORT["longitudinal jerk"][1]
JERK = COMFORT["jerk"][1]

# Columns of an accumulator row. The first block is the last sample and the filters, the second what is measured.
TIME, SPEED, HEADING, FILTERED_ALONG, FILTERED_TOTAL, FILTERED_YAW_RATE = 0, 1, 2, 3, 4, 5
SPEED_SUM, OVERSPEED_SUM, LATERAL_SUM, LATERAL_MAX = 6, 7, 8, 9
ALONG_MIN, ALONG_MAX, ACROSS_MAX, YAW_RATE_MAX, YAW_ACCELERATION_MAX, JERK_ALONG_MAX, JERK_MAX = range(10, 17)
GAP_MIN, COLLISION, AT_FAULT, OFF_ROAD = 17, 18, 19, 20
NUM_ACCUMULATORS = 21
"""Length of an accumulator row."""

Row = NDArray[Any]


@inlined
def start_metrics(row: Row, speed: float, heading: float) -> None:
    """Empty an accumulator row for an episode that starts with this speed and heading of the ego."""
    for column in range(NUM_ACCUMULATORS):
        row[column] = 0.0
    row[SPEED] = speed
    row[HEADING] = heading
    row[GAP_MIN] = HORIZON


@inlined
def accumulate_motion(
    row: Row, speed: float, heading: float, speed_limit: float, lateral_error: float, dt: float
) -> None:
    """Account for one simulation step that ended with this speed, heading and lateral error of the ego.

    a_lon = dv / dt,  yaw rate = wrap(dh) / dt,  a_lat = mean v * yaw rate; a' = (a - filtered a) / (FILTER + dt).
    The first step of an episode sets the filters, as nothing is known before it.
    """
    along = (speed - row[SPEED]) / dt
    turn = heading - row[HEADING]
    turn -= 2.0 * math.pi * math.floor((turn + math.pi) / (2.0 * math.pi))
    yaw_rate = turn / dt
    across = 0.5 * (speed + row[SPEED]) * yaw_rate
    total = math.sqrt(along * along + across * across)
    if row[TIME] == 0.0:
        row[FILTERED_ALONG], row[FILTERED_TOTAL], row[FILTERED_YAW_RATE] = along, total, yaw_rate
    jerk_along = (along - row[FILTERED_ALONG]) / (FILTER + dt)
    jerk = (total - row[FILTERED_TOTAL]) / (FILTER + dt)
    yaw_acceleration = (yaw_rate - row[FILTERED_YAW_RATE]) / (FILTER + dt)
    row[FILTERED_ALONG] += jerk_along * dt
    row[FILTERED_TOTAL] += jerk * dt
    row[FILTERED_YAW_RATE] += yaw_acceleration * dt
    row[ALONG_MIN] = min(row[ALONG_MIN], along)
    row[ALONG_MAX] = max(row[ALONG_MAX], along)
    row[ACROSS_MAX] = max(row[ACROSS_MAX], abs(across))
    row[YAW_RATE_MAX] = max(row[YAW_RATE_MAX], abs(yaw_rate))
    row[YAW_ACCELERATION_MAX] = max(row[YAW_ACCELERATION_MAX], abs(yaw_acceleration))
    row[JERK_ALONG_MAX] = max(row[JERK_ALONG_MAX], abs(jerk_along))
    row[JERK_MAX] = max(row[JERK_MAX], abs(jerk))
    row[TIME] += dt
    row[SPEED] = speed
    row[HEADING] = heading
    row[SPEED_SUM] += abs(speed) * dt
    row[OVERSPEED_SUM] += max(abs(speed) - speed_limit, 0.0) * dt
    row[LATERAL_SUM] += abs(lateral_error) * dt
    row[LATERAL_MAX] = max(row[LATERAL_MAX], abs(lateral_error))


@inlined
def narrow_overlap(center: float, rate: float, reach: float, enter: float, leave: float) -> tuple[float, float]:
    """The part of the times [enter, leave] in which |center + rate t| < reach; empty where enter > leave."""
    if abs(rate) < 1e-12:
        if abs(center) >= reach:
            enter = math.inf
        return enter, leave
    first, last = (-reach - center) / rate, (reach - center) / rate
    if first > last:
        first, last = last, first
    return max(enter, first), min(leave, last)


@inlined
def time_to_collision(
    x: float, y: float, rate_x: float, rate_y: float, cos: float, sin: float, sizes: tuple[float, float, float, float]
) -> float:
    """Time until two rectangles that keep their velocities and headings touch; infinite where they never do [s].

    (x, y) is the other's center and (rate_x, rate_y) its velocity, relative to the ego and in the ego's axes; (cos,
    sin) its heading there; `sizes` are half the ego's length and width, half the other's length and width. On each of
    the four separating axes the projections overlap during one interval; the rectangles overlap in the common part.
    """
    half_length, half_width, other_length, other_width = sizes
    reach = half_length + other_length * abs(cos) + other_width * abs(sin)
    enter, leave = narrow_overlap(x, rate_x, reach, 0.0, math.inf)
    reach = half_width + other_length * abs(sin) + other_width * abs(cos)
    enter, leave = narrow_overlap(y, rate_y, reach, enter, leave)
    reach = other_length + half_length * abs(cos) + half_width * abs(sin)
    enter, leave = narrow_overlap(x * cos + y * sin, rate_x * cos + rate_y * sin, reach, enter, leave)
    reach = other_width + half_length * abs(sin) + half_width * abs(cos)
    enter, leave = narrow_overlap(y * cos - x * sin, rate_y * cos - rate_x * sin, reach, enter, leave)
    return enter if enter <= leave else math.inf


@inlined
def accumulate_gaps(
    row: Row, x: Row, y: Row, heading: Row, speed: Row, length: Row, width: Row, present: Row, changing_lane: bool
) -> None:
    """Lower the least time to collision of the ego (index 0) with the vehicles of one environment, `[num_vehicles]`.

    A standing ego has none, and a vehicle behind it counts only while the ego changes lanes (nuPlan). Only vehicles
    that can be met within the horizon are looked at closely; velocities point along the headings.
    """
    ego_speed = speed[0]
    if abs(ego_speed) < STOPPED_SPEED:
        return
    cos_ego, sin_ego = math.cos(heading[0]), math.sin(heading[0])
    half_length, half_width = 0.5 * length[0], 0.5 * width[0]
    for other in range(1, x.shape[0]):
        if not present[other]:
            continue
        dx, dy = x[other] - x[0], y[other] - y[0]
        size = half_length + half_width + 0.5 * (length[other] + width[other])
        reach = row[GAP_MIN] * (abs(ego_speed) + abs(speed[other])) + size
        if dx * dx + dy * dy > reach * reach:
            continue
        along, left = dx * cos_ego + dy * sin_ego, dy * cos_ego - dx * sin_ego
        if along * ego_speed < -half_length * abs(ego_speed) and not changing_lane:
            continue
        turned = heading[other] - heading[0]
        cos, sin = math.cos(turned), math.sin(turned)
        rate_x, rate_y = speed[other] * cos - ego_speed, speed[other] * sin
        sizes = (half_length, half_width, 0.5 * length[other], 0.5 * width[other])
        row[GAP_MIN] = min(row[GAP_MIN], time_to_collision(along, left, rate_x, rate_y, cos, sin, sizes))


@inlined
def is_at_fault(
    other: int, x: Row, y: Row, heading: Row, speed: Row, length: Row, width: Row, changing_lane: bool, dt: float
) -> bool:
    """Whether the ego (index 0) is to blame for its collision with `other`, just before either reacts to it (nuPlan).

    A standing ego never is; one that hits a standing vehicle always is; one that is hit from behind (within 30
    degrees) never is; else its front bumper touching the other's rectangle is, grown by what the two move relative to
    each other in one simulation step `dt`; what remains is a side, to blame while it changes lanes.
    """
    if abs(speed[0]) < STOPPED_SPEED:
        return False
    if abs(speed[other]) < STOPPED_SPEED:
        return True
    cos, sin = math.cos(heading[0]), math.sin(heading[0])
    cos_other, sin_other = math.cos(heading[other]), math.sin(heading[other])
    dx, dy = x[other] - x[0], y[other] - y[0]
    if dx * cos + dy * sin < BEHIND_COSINE * math.sqrt(dx * dx + dy * dy):
        return False
    rate_x = speed[other] * cos_other - speed[0] * cos
    rate_y = speed[other] * sin_other - speed[0] * sin
    margin = dt * math.sqrt(rate_x * rate_x + rate_y * rate_y)
    # The front bumper's center and its half, seen from the other; the bumper is a rectangle without length.
    front_x, front_y = 0.5 * length[0] * cos - dx, 0.5 * length[0] * sin - dy
    turned_cos, turned_sin = cos * cos_other + sin * sin_other, sin * cos_other - cos * sin_other
    sizes = (0.5 * length[other] + margin, 0.5 * width[other] + margin, 0.0, 0.5 * width[0])
    along, left = front_x * cos_other + front_y * sin_other, front_y * cos_other - front_x * sin_other
    if time_to_collision(along, left, 0.0, 0.0, turned_cos, turned_sin, sizes) == 0.0:
        return True
    return changing_lane


@inlined
def record_collision(row: Row, at_fault: bool) -> None:
    """Note a collision of the ego; only the first one of an episode says who was at fault.

    The time to collision is looked at once a policy step alone, so a collision at fault sets it to 0 here.
    """
    if row[COLLISION] == 0.0:
        row[COLLISION] = 1.0
        if at_fault:
            row[AT_FAULT] = 1.0
            row[GAP_MIN] = 0.0


@inlined
def record_off_road(row: Row) -> None:
    """Note that a corner of the ego left the drivable area."""
    row[OFF_ROAD] = 1.0


@inlined
def leaves_straight_road(y: float, heading: float, length: float, width: float, low: float, high: float) -> bool:
    """Whether a corner of a vehicle is outside a straight road along x with its edges at y = low and y = high [m]."""
    reach = 0.5 * (length * abs(math.sin(heading)) + width * abs(math.cos(heading)))
    return y - reach < low or y + reach > high


@inlined
def is_comfortable(row: Row) -> bool:
    """Whether no bound of `COMFORT` was exceeded."""
    comfortable: bool = (
        row[ALONG_MIN] >= LOWEST_ACCELERATION
        and row[ALONG_MAX] <= HIGHEST_ACCELERATION
        and row[ACROSS_MAX] <= LATERAL_ACCELERATION
        and row[YAW_RATE_MAX] <= YAW_RATE
        and row[YAW_ACCELERATION_MAX] <= YAW_ACCELERATION
        and row[JERK_ALONG_MAX] <= LONGITUDINAL_JERK
        and row[JERK_MAX] <= JERK
    )
    return comfortable


@inlined
def finish_metrics(row: Row, success: bool, progress: float, metrics: Row) -> None:
    """Fill one metrics row `[NUM_METRICS]`; `progress` is the driven share of the route, or of a reference distance.

    It may be called at every step: then the metrics are those of the episode so far.
    """
    time = max(row[TIME], 1e-9)
    progress = min(max(progress, 0.0), 1.0)
    within_bound = 1.0 if row[GAP_MIN] >= TIME_TO_COLLISION_BOUND else 0.0
    comfort = 1.0 if is_comfortable(row) else 0.0
    compliance = max(1.0 - row[OVERSPEED_SUM] / (OVERSPEED_UNIT * time), 0.0)
    metrics[0] = 1.0 if success and row[COLLISION] == 0.0 and row[OFF_ROAD] == 0.0 else 0.0
    metrics[1] = row[COLLISION]
    metrics[2] = row[AT_FAULT]
    metrics[3] = row[OFF_ROAD]
    metrics[4] = progress
    metrics[5] = row[GAP_MIN]
    metrics[6] = within_bound
    metrics[7] = comfort
    metrics[8] = row[SPEED_SUM] / time
    metrics[9] = compliance
    metrics[10] = row[LATERAL_SUM] / time
    metrics[11] = row[LATERAL_MAX]
    metrics[12] = 0.0
    if row[AT_FAULT] == 0.0 and row[OFF_ROAD] == 0.0 and progress >= LEAST_PROGRESS:
        metrics[12] = (5.0 * within_bound + 5.0 * progress + 4.0 * compliance + 2.0 * comfort) / 16.0


def describe_metrics(metrics: Row) -> dict[str, float | bool]:
    """A metrics row `[NUM_METRICS]` by name, as the info of an episode's last step holds it."""
    return {
        name: bool(metrics[column]) if column in FLAGS else float(metrics[column])
        for column, name in enumerate(METRICS)
    }
