"""The rule driver of the merge: gap acceptance and lane changes by gain, a function of the observation alone.

It follows by the intelligent driver model with the margins below, and turns the acceleration that it wants into the
action that comes nearest to it. From the ramp it adapts to the car ahead of it in the highway's right lane, and moves
over as soon as neither it nor its new follower has to brake hard; on the highway it makes room for cars on the ramp and
changes lanes where it gains by it. Distances [m] are along the road, speeds [m/s], accelerations [m/s^2].
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.junction_vehicles import FAR, HIGHWAY_REACH, IDM_LIMIT, VEHICLE_LENGTH, choose_speed
from lam_envs.driving.lanes import LANE_WIDTH
from lam_envs.driving.merge_kernels import (
    DISTANCE_SCALE,
    FASTER,
    IDLE,
    LANE_LEFT,
    LANE_RIGHT,
    LEVELS,
    REACH,
    ROAD_SCALE,
    SLOWER,
    TOP_SPEED,
)
from lam_envs.driving.merge_scenario import RAMP
from lam_envs.driving.observations import SPEED_SCALE

FOLLOW_ACCELERATION, FOLLOW_BRAKING = 2.5, 2.5
"""The driver's own acceleration and comfortable braking."""
FOLLOW_GAP, FOLLOW_TIME = 4.0, 1.1
"""Standstill gap and time headway that it keeps."""
SIDE_ROOM = 3.0
"""A vehicle closer than this to a lane's center is in the lane."""
SIDE_TIME = 1.0
"""It counts where it will be in this time [s], too: a car that moves over is seen to."""
LEAST_GAP = 4.0
"""Least gap to leader and follower that a lane change needs."""
LEAD_TIME, LAG_TIME = 0.5, 0.8
"""Time headways to them that a lane change needs."""
LAG_BRAKING = 2.0
"""Braking that a lane change may ask of the new follower."""
LATE = 45.0
"""So near to the ramp's end, 0.6 of these headways is enough."""
PLANS, PLAN_STEPS, PLAN_EFFORT, MOVE_TIME = 7, 12, 0.3, 1.0
"""Search of `plan_merge`: accelerations (2.5, 1.5, ..., -3.5), half seconds, cost per m/s^2, time to move over."""
WAIT_SPEED = 8.0
"""Where no plan finds room, the driver slows down to this speed."""
GAIN = 0.6
"""Acceleration that a lane change on the highway must gain."""
APPROACH = 100.0
"""From so far before the zone the driver adapts to the highway's right lane, or makes room for the ramp."""
YIELD_BRAKING = 2.5
"""Largest braking in order to adapt or to make room."""
END_ROOM = 8.0
"""The driver stops this far before the ramp's end."""


@inlined
def wish(speed: float, gap: float, leader_speed: float, headway: float) -> float:
    """Acceleration of the driver behind a leader, by the intelligent driver model."""
    free = 1.0 - (speed / TOP_SPEED) ** 4
    if gap < FAR:
        root = 2.0 * math.sqrt(FOLLOW_ACCELERATION * FOLLOW_BRAKING)
        needed = FOLLOW_GAP + max(speed * headway + speed * (speed - leader_speed) / root, 0.0)
        free -= (needed / max(gap, 0.5)) ** 2
    return min(max(FOLLOW_ACCELERATION * free, -IDM_LIMIT), FOLLOW_ACCELERATION)


@inlined
def is_beside(seen: NDArray[Any], row: int, center: float) -> bool:
    """Whether an observed vehicle is in the lane with this center, or will soon be."""
    y = (float(seen[0, 2]) + float(seen[row, 2])) * ROAD_SCALE
    vy = (float(seen[0, 4]) + float(seen[row, 4])) * SPEED_SCALE
    return abs(y - center) < SIDE_ROOM or abs(y + SIDE_TIME * vy - center) < 0.5 * LANE_WIDTH


@inlined
def find_neighbor(seen: NDArray[Any], center: float, ahead: bool) -> int:
    """Row of the nearest vehicle ahead of the ego (or behind it) in the lane with this center; 0 for none."""
    found, nearest = 0, FAR
    for row in range(1, seen.shape[0]):
        if seen[row, 0] > 0.0 and is_beside(seen, row, center):
            dx = float(seen[row, 1]) * REACH
            distance = dx if ahead else -dx
            if (distance > 0.0 or (ahead and distance == 0.0)) and distance < nearest:
                found, nearest = row, distance
    return found


@inlined
def wish_in_lane(seen: NDArray[Any], center: float, headway: float) -> float:
    """Acceleration that the driver wants behind the leader in a lane."""
    speed = float(seen[0, 3]) * SPEED_SCALE
    leader = find_neighbor(seen, center, True)
    if leader == 0:
        return wish(speed, FAR, 0.0, headway)
    gap = float(seen[leader, 1]) * REACH - VEHICLE_LENGTH
    return wish(speed, gap, speed + float(seen[leader, 3]) * SPEED_SCALE, headway)


@inlined
def lead_needed(speed: float, leader_speed: float, headway: float) -> float:
    """Gap that the ego needs to a leader: a headway, and braking by `YIELD_BRAKING` to the leader's speed [m]."""
    closing = max(speed - leader_speed, 0.0)
    return LEAST_GAP + headway * speed + closing * closing / (2.0 * YIELD_BRAKING)


@inlined
def lag_needed(speed: float, follower_speed: float, headway: float) -> float:
    """Gap that a follower needs to the ego, which speeds up by `FOLLOW_ACCELERATION` while it brakes [m]."""
    closing = max(follower_speed - speed, 0.0)
    return LEAST_GAP + headway * follower_speed + closing * closing / (2.0 * (FOLLOW_ACCELERATION + LAG_BRAKING))


@inlined
def is_free(seen: NDArray[Any], center: float, moved: float, speed: float, time: float, headway: float) -> bool:
    """Whether a lane will have room for the ego in `time` seconds, when it has `moved` and has this speed.

    The others keep their speeds; `headway` scales the time headways to the leader (`LEAD_TIME`) and follower
    (`LAG_TIME`).
    """
    own = float(seen[0, 3]) * SPEED_SCALE
    for row in range(1, seen.shape[0]):
        if seen[row, 0] > 0.0 and is_beside(seen, row, center):
            other = own + float(seen[row, 3]) * SPEED_SCALE
            ahead = float(seen[row, 1]) * REACH + other * time - moved
            if ahead >= 0.0 and ahead - VEHICLE_LENGTH < lead_needed(speed, other, headway * LEAD_TIME):
                return False
            if ahead < 0.0 and -ahead - VEHICLE_LENGTH < lag_needed(speed, other, headway * LAG_TIME):
                return False
    return True


@inlined
def plan_merge(seen: NDArray[Any], speed: float, before_zone: float, before_end: float, headway: float) -> float:
    """The constant acceleration that finds room in the highway's right lane soonest; -IDM_LIMIT if none does.

    Looked at are `PLANS` accelerations up to `PLAN_STEPS` half seconds; a plan costs its time and `PLAN_EFFORT` times
    its acceleration, and must leave `MOVE_TIME` to change lanes before the ramp ends.
    """
    found, least = -IDM_LIMIT, FAR
    for plan in range(PLANS):
        acceleration = FOLLOW_ACCELERATION - plan
        moved, now = 0.0, speed
        for step in range(1, PLAN_STEPS + 1):
            moved += 0.5 * now
            now = min(max(now + 0.5 * acceleration, 0.0), TOP_SPEED)
            time = 0.5 * step
            cost = time + PLAN_EFFORT * abs(acceleration)
            if cost >= least or before_end - moved < END_ROOM + MOVE_TIME * now:
                break
            if moved >= before_zone and is_free(seen, LANE_WIDTH, moved, now, time, headway):
                found, least = acceleration, cost
                break
    return found


@inlined
def control_speed(speed: float, target: float, wanted: float) -> int:
    """The action among SLOWER, IDLE and FASTER whose acceleration is nearest to the wanted one."""
    level = choose_speed(speed, target, wanted, TOP_SPEED, LEVELS, HIGHWAY_REACH)
    return IDLE if level == 0 else FASTER if level > 0 else SLOWER


@inlined
def drive_ramp(seen: NDArray[Any], speed: float, target_speed: float) -> int:
    """The action on the ramp."""
    before_zone = float(seen[0, 10]) * DISTANCE_SCALE
    before_end = float(seen[0, 11]) * DISTANCE_SCALE
    late = before_end < LATE
    headway = 0.6 if late else 1.0
    if before_zone <= 0.0 and is_free(seen, LANE_WIDTH, 0.0, speed, 0.0, headway):
        return LANE_LEFT
    wanted = wish_in_lane(seen, float(seen[0, 2]) * ROAD_SCALE, FOLLOW_TIME)
    wanted = min(wanted, wish(speed, before_end - END_ROOM, 0.0, 0.2))
    if before_zone < APPROACH:
        plan = plan_merge(seen, speed, before_zone, before_end, headway)
        if plan > -IDM_LIMIT:
            wanted = min(wanted, plan)
        elif speed > WAIT_SPEED:
            wanted = min(wanted, -YIELD_BRAKING)
    return control_speed(speed, target_speed, wanted)


@inlined
def drive_highway(seen: NDArray[Any], speed: float, target_speed: float, target: int) -> int:
    """The action on the highway."""
    y = float(seen[0, 2]) * ROAD_SCALE
    center = target * LANE_WIDTH
    here = wish_in_lane(seen, center, FOLLOW_TIME)
    if abs(y - center) > 1.0:
        here = min(here, wish_in_lane(seen, y, 0.7))
        return control_speed(speed, target_speed, here)
    room = here
    before_zone = float(seen[0, 10]) * DISTANCE_SCALE
    before_end = float(seen[0, 11]) * DISTANCE_SCALE
    if target == 1 and before_zone < APPROACH and before_end > 0.0:
        room = min(here, max(wish_in_lane(seen, 2.0 * LANE_WIDTH, FOLLOW_TIME), -YIELD_BRAKING))
    other = (1 - target) * LANE_WIDTH
    if is_free(seen, other, 0.0, speed, 0.0, 1.0):
        there = wish_in_lane(seen, other, FOLLOW_TIME)
        blocked = target == 0 and before_zone < APPROACH and before_end > -20.0
        if there > room + GAIN and not blocked:
            return LANE_LEFT if target == 1 else LANE_RIGHT
    return control_speed(speed, target_speed, room)


@kernel
def merge_action(seen: NDArray[Any]) -> int:
    """The rule driver's action for an observation [ROWS, FEATURES]."""
    speed = float(seen[0, 3]) * SPEED_SCALE
    target_speed = float(seen[0, 9]) * SPEED_SCALE
    target = math.floor(float(seen[0, 8]) * 2.0 + 0.5)
    if target == RAMP:
        return drive_ramp(seen, speed, target_speed)
    return drive_highway(seen, speed, target_speed, target)


@kernel
def merge_actions(seen: NDArray[Any], actions: NDArray[Any]) -> None:
    """The rule driver's actions for observations [num_envs, ROWS, FEATURES]."""
    for row in range(seen.shape[0]):
        actions[row] = merge_action(seen[row])
