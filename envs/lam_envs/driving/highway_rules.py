"""The highway's rule driver: the fastest level that is safe in its lane, and a lane change where the next one is free
and promises more (gap acceptance, in the spirit of MOBIL). It is a function of the native kinematics observation alone.

Safe speed. Within one decision the ego goes from v to u, and afterwards it must be able to stop closing in on a leader
at speed w, which keeps it, by braking with b, REACTION seconds later, a standstill gap d0 apart:

    gap + (w - (v + u) / 2) DECISION >= d0 + REACTION u + max(u^2 - w^2, 0) / (2 b)

(after the responsibility-sensitive safety of Shalev-Shwartz et al. 2017). Letters: u, v, w speeds [m/s]; gaps are
between bumpers [m]; y grows to the right.

Sources: Kesting, Treiber and Helbing 2007 (MOBIL); Gipps 1986 (gap acceptance).
"""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.highway_views import REACH, ROAD_SCALE, TARGET_SCALE
from lam_envs.driving.motion import LANE_WIDTH, LATERAL_GAIN, LENGTH, WIDTH
from lam_envs.driving.observations import SPEED_SCALE

LANE_LEFT, IDLE, LANE_RIGHT, FASTER, SLOWER = 0, 1, 2, 3, 4
"""The actions."""
TOP_SPEED, LEVEL = 30.0, 5.0
"""Fastest target speed, and the distance of two levels [m/s]."""
DECISION = 1.0
"""Time between two decisions [s]."""
REACTION = 0.9
"""Time headway that is kept [s]."""
BRAKING = 4.0
"""Deceleration that the ego counts on [m/s^2]."""
STANDSTILL = 4.0
"""Gap that is always kept [m]."""
TOLERANCE = 0.5
"""A level may exceed the safe speed by this [m/s]."""
LAG_TIME = 0.7
"""Time headway that a follower in a new lane is left [s]."""
LAG_BRAKING = 2.0
"""Deceleration that such a follower is asked for at most [m/s^2]."""
AHEAD_TIME = 5.0
"""A leader's lead counts as speed over this time [s]."""
GAIN = 1.0
"""A lane change must promise this much more speed [m/s]."""
CHANGING = 0.3
"""Further than this from its target lane's center, the ego is changing lanes [m]."""
CLEARANCE = 2.0
"""Gap to the own lane's leader that is left on the way out of the lane [m]."""
RIVAL = 10.0
"""Vehicles on the far side of a lane that are less than this ahead or behind may want it too [m]."""
STRIP = WIDTH + 0.6
"""Vehicles less than this to the side are in the way [m]."""
FAR = 1e9

Seen = NDArray[Any]


@inlined
def takes_lane(seen: Seen, row: int, center: float) -> bool:
    """Whether an observed vehicle is in the lane with this center, or on its way there (y' = -LATERAL_GAIN e)."""
    y = (float(seen[0, 2]) + float(seen[row, 2])) * ROAD_SCALE
    vy = (float(seen[0, 4]) + float(seen[row, 4])) * SPEED_SCALE
    heading_for = y + vy / LATERAL_GAIN
    return abs(y - center) < 0.5 * LANE_WIDTH + 0.5 * WIDTH - 0.2 or abs(heading_for - center) < 0.5 * LANE_WIDTH


@inlined
def safe_speed_behind(speed: float, gap: float, leader: float) -> float:
    """The fastest u of the module's text."""
    room = gap + (leader - 0.5 * speed) * DECISION - STANDSTILL
    linear = REACTION + 0.5 * DECISION
    if room <= linear * leader:
        return room / linear
    half = linear * BRAKING
    return math.sqrt(half * half + 2.0 * BRAKING * room + leader * leader) - half


@inlined
def safe_speed_unseen(seen: Seen) -> float:
    """The fastest safe speed behind what may follow the last row, where every row is taken: others like those seen."""
    last, speed = seen.shape[0] - 1, float(seen[0, 3]) * SPEED_SCALE
    if seen[last, 0] <= 0.5:
        return TOP_SPEED
    others = 0.0
    for row in range(1, last + 1):
        others += (speed + float(seen[row, 3]) * SPEED_SCALE) / last
    along, across = float(seen[last, 1]) * REACH, float(seen[last, 2]) * ROAD_SCALE
    return safe_speed_behind(speed, math.sqrt(along * along + across * across) - LENGTH, others)


@inlined
def safe_speed(seen: Seen, center: float, strip: bool) -> float:
    """The fastest safe speed behind all that are ahead in a lane, or in the strip of road that the ego stands in."""
    speed = float(seen[0, 3]) * SPEED_SCALE
    fastest = min(TOP_SPEED, safe_speed_unseen(seen))
    for row in range(1, seen.shape[0]):
        if seen[row, 0] <= 0.5:
            continue
        distance = float(seen[row, 1]) * REACH
        beside = abs(float(seen[row, 2])) * ROAD_SCALE < STRIP if strip else takes_lane(seen, row, center)
        if beside and distance > 0.0:
            leader = speed + float(seen[row, 3]) * SPEED_SCALE
            fastest = min(fastest, safe_speed_behind(speed, distance - LENGTH, leader))
    return fastest


@inlined
def promise(seen: Seen, center: float) -> float:
    """The speed that a lane promises: of its leader, and more the further that is ahead [m/s]."""
    speed = float(seen[0, 3]) * SPEED_SCALE
    promised = TOP_SPEED
    for row in range(1, seen.shape[0]):
        distance = float(seen[row, 1]) * REACH
        if seen[row, 0] > 0.5 and distance > -0.5 * LENGTH and takes_lane(seen, row, center):
            leader = speed + float(seen[row, 3]) * SPEED_SCALE
            lead = max(distance - LENGTH - STANDSTILL - REACTION * speed, 0.0)
            promised = min(promised, leader + lead / AHEAD_TIME)
    return promised


@inlined
def is_open(seen: Seen, center: float) -> bool:
    """Whether the lane has room: nobody beside it, followers far enough behind, leaders that need no hard braking.

    Nor may the leader in the ego's own lane be so near that it is met on the way out.
    """
    y, speed = float(seen[0, 2]) * ROAD_SCALE, float(seen[0, 3]) * SPEED_SCALE
    beyond = center + (LANE_WIDTH if center > y else -LANE_WIDTH)
    for row in range(1, seen.shape[0]):
        if seen[row, 0] <= 0.5:
            continue
        distance = float(seen[row, 1]) * REACH
        other = speed + float(seen[row, 3]) * SPEED_SCALE
        if abs(distance) < RIVAL and takes_lane(seen, row, beyond):
            return False
        in_front = distance > 0.0 and abs(float(seen[row, 2])) * ROAD_SCALE < STRIP
        if in_front and distance - LENGTH < CLEARANCE + max(speed - other, 0.0) * DECISION:
            return False
        if not takes_lane(seen, row, center):
            continue
        if distance >= 0.0:
            if safe_speed_behind(speed, distance - LENGTH, other) < speed - 0.5 * LEVEL:
                return False
        else:
            closing = max(other - speed, 0.0)
            needed = STANDSTILL + LAG_TIME * other + closing * DECISION + closing * closing / (2.0 * LAG_BRAKING)
            if -distance - LENGTH < needed:
                return False
    return True


@inlined
def choose_level(target: float, safe: float) -> int:
    """The action to the highest level within reach that is safe."""
    if target + LEVEL <= min(safe + TOLERANCE, TOP_SPEED):
        return FASTER
    return IDLE if target <= safe + TOLERANCE else SLOWER


@inlined
def decide(seen: Seen) -> int:
    """The action for an observation [K, F]."""
    y, width = float(seen[0, 2]) * ROAD_SCALE, float(seen[0, 9]) * ROAD_SCALE
    offset, target = float(seen[0, 7]) * TARGET_SCALE, float(seen[0, 8]) * SPEED_SCALE
    center = y + offset
    safe = safe_speed(seen, center, False)
    if abs(offset) > CHANGING:
        return choose_level(target, min(safe, safe_speed(seen, y, True)))
    here, best, action = promise(seen, center), GAIN, IDLE
    inward = 1 if y < 0.0 else -1  # this side first, and so the other only where it promises more
    for turn in range(2):
        side = inward if turn == 0 else -inward
        other = center + side * LANE_WIDTH
        if abs(other) > 0.5 * width:
            continue
        gain = promise(seen, other) - here
        if gain > best and is_open(seen, other):
            best, action = gain, LANE_LEFT if side < 0 else LANE_RIGHT
    return choose_level(target, safe) if action == IDLE else action


@kernel
def drive_highway(seen: Seen) -> int:
    """The rule driver's action for an observation [K, F]."""
    return decide(seen)


@kernel
def drive_highway_batch(seen: Seen, actions: NDArray[Any]) -> None:
    """The rule driver's actions for observations [num_envs, K, F]."""
    for row in range(seen.shape[0]):
        actions[row] = decide(seen[row])
