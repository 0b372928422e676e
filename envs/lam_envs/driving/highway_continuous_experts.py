"""The driver for the highway under throttle and steering, a function of the native kinematics observation alone.

It changes lanes by the rules of `highway_rules`, follows by IDM and steers by Stanley's law. It remembers no decision:
the lane that it is bound for is the one that its own sideways motion leads to, since Stanley's law moves it sideways at
a rate in proportion to the distance left, y' = -k (y - center), so y + y' / k is the center that it is steering for.

Letters: y offset to the right of the road's center line [m], v speed [m/s], h heading [rad], a acceleration [m/s^2].
Sources: Treiber et al. 2000 (IDM); Hoffmann et al. 2007 (Stanley).
"""

from __future__ import annotations

import math
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.highway_continuous import HighwayContinuousVectorEnv
from lam_envs.driving.highway_continuous_kernels import MAX_ACCELERATION, MAX_STEERING
from lam_envs.driving.highway_rules import CHANGING, GAIN, STRIP, Seen, is_open, promise, takes_lane
from lam_envs.driving.highway_views import REACH, ROAD_SCALE
from lam_envs.driving.motion import HALF_LENGTH, LANE_WIDTH, LENGTH
from lam_envs.driving.observations import SPEED_SCALE

TOP_SPEED = 30.0
"""Speed on an empty road [m/s]."""

STANDSTILL, TIME_GAP = 4.0, 1.0
"""Gap to a leader: between bumpers at rest [m], and the time that is added to it [s]."""

COMFORTABLE_ACCELERATION, COMFORTABLE_BRAKING = 2.2, 3.0
"""IDM's a and b [m/s^2]."""

APPROACH_RATE = 0.8
"""k: share of the distance to a lane's center that is driven sideways in a second [1/s]."""

LARGEST_SIDE_SPEED = 1.6
"""Fastest sideways motion [m/s]."""

HEADING_TIME = 0.5
"""Time in which the heading is corrected [s]."""


@inlined
def idm(speed: float, gap: float, leader: float) -> float:
    """IDM's acceleration behind a leader at a gap between bumpers; an empty road is an infinite gap [m/s^2].

    a (1 - (v / v0)^4 - (d* / d)^2),  d* = d0 + max(T v + v (v - w) / (2 sqrt(a b)), 0)
    """
    root = 2.0 * math.sqrt(COMFORTABLE_ACCELERATION * COMFORTABLE_BRAKING)
    wanted = STANDSTILL + max(TIME_GAP * speed + speed * (speed - leader) / root, 0.0)
    ratio, close = speed / TOP_SPEED, wanted / max(gap, 0.5)
    return COMFORTABLE_ACCELERATION * (1.0 - ratio * ratio * ratio * ratio - close * close)


@inlined
def follow(seen: Seen, center: float, speed: float) -> float:
    """The least of IDM's accelerations behind all that are ahead in the lane or in the way [m/s^2]."""
    slowest = idm(speed, math.inf, speed)
    for row in range(1, seen.shape[0]):
        distance = seen[row, 1] * REACH
        if seen[row, 0] <= 0.5 or distance <= 0.0:
            continue
        beside = abs(seen[row, 2]) * ROAD_SCALE < STRIP
        if beside or takes_lane(seen, row, center):
            leader = (seen[0, 3] + seen[row, 3]) * SPEED_SCALE
            slowest = min(slowest, idm(speed, distance - LENGTH, leader))
    return slowest


@inlined
def nearest_center(y: float, width: float) -> float:
    """Center of the lane nearest to y [m], of a road of this width around y = 0."""
    lanes = math.floor(width / LANE_WIDTH + 0.5)
    lane = min(max(math.floor((y + 0.5 * width) / LANE_WIDTH), 0), lanes - 1)
    return LANE_WIDTH * (lane + 0.5) - 0.5 * width


@inlined
def choose_center(seen: Seen, y: float, side_speed: float, width: float) -> float:
    """Center of the lane to drive in: the one it is bound for, or a better neighbor with room."""
    bound = nearest_center(y + side_speed / APPROACH_RATE, width)
    if abs(bound - y) > CHANGING:
        return bound
    best, chosen = promise(seen, bound) + GAIN, bound
    for side in (-1, 1):
        other = bound + side * LANE_WIDTH
        if abs(other) > 0.5 * width:
            continue
        promised = promise(seen, other)
        if promised > best and is_open(seen, other):
            best, chosen = promised, other
    return chosen


@inlined
def stanley_steering(offset: float, heading: float, speed: float) -> float:
    """Steering angle [rad] that brings a car onto a line along x, from `offset` [m] to its right.

    The wanted sideways speed -k e, limited, asks for a heading; its error over HEADING_TIME is a yaw rate r, and the
    bicycle turns at r with sin(beta) = l r / v, tan(delta) = 2 tan(beta).
    """
    forward = max(speed, 1.0)
    side = min(max(-APPROACH_RATE * offset, -LARGEST_SIDE_SPEED), LARGEST_SIDE_SPEED)
    wanted = math.asin(min(max(side / forward, -0.5), 0.5))
    slip = math.asin(min(max(HALF_LENGTH * (wanted - heading) / (HEADING_TIME * forward), -0.5), 0.5))
    return math.atan(2.0 * math.tan(slip))


@kernel
def drive_controls(seen: Seen, control: NDArray[Any]) -> None:
    """Write (acceleration, steering angle), over their maxima, in [-1, 1], for a float64 observation `[K, 10]`."""
    y, width = seen[0, 2] * ROAD_SCALE, seen[0, 9] * ROAD_SCALE
    heading = math.atan2(seen[0, 6], seen[0, 5])
    speed, side_speed = seen[0, 8] * SPEED_SCALE, seen[0, 4] * SPEED_SCALE
    center = choose_center(seen, y, side_speed, width)
    acceleration = follow(seen, center, speed)
    control[0] = min(max(acceleration / MAX_ACCELERATION, -1.0), 1.0)
    control[1] = min(max(stanley_steering(y - center, heading, speed) / MAX_STEERING, -1.0), 1.0)


class HighwayDriver:
    """Drives by `drive_controls`; of an environment that shows something else it reads the kinematics itself."""

    def __init__(self, batch: HighwayContinuousVectorEnv | None = None) -> None:
        self._batch = batch
        self._control = np.zeros(2)

    def act(self, observation: NDArray[Any]) -> NDArray[np.float32]:
        """The action `[2]` for an observation of `HighwayContinuousEnv`: its native kinematics `[K, 10]`."""
        seen = observation if self._batch is None else self._batch.kinematics()[0]
        drive_controls(seen.astype(np.float64), self._control)
        return self._control.astype(np.float32)


def stanley_idm(env: gymnasium.Env[Any, Any]) -> HighwayDriver:
    """The highway driver; it looks at nothing but the observations, where these are native kinematics."""
    batch = env.unwrapped.batch  # type: ignore[attr-defined]
    return HighwayDriver(None if batch.view == "kinematics" else batch)
