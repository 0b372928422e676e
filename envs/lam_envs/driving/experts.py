"""Drivers for lane keeping: Stanley and pure pursuit, each a function of the observation alone.

Letters: e lateral error [m], psi heading error [rad], v speed [m/s], delta steering angle [rad], beta slip angle [rad],
kappa curvature [1/m], l distance from the center of gravity to either axle [m]. An action in [-1, 1]^2 is
(acceleration / MAX_ACCELERATION, delta / MAX_STEERING).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.observation import PREVIEW_DISTANCES
from lam_envs.driving.vehicle import AXLE_DISTANCE, MAX_ACCELERATION, MAX_STEERING, SPEED_LIMIT

COMFORTABLE_LATERAL = 3.0
"""Lateral acceleration that the drivers keep to in a bend [m/s^2]."""

COMFORTABLE_ACCELERATION = 2.0
"""Largest acceleration of the drivers [m/s^2]."""

PLANNED_BRAKING = 1.5
"""Braking with which the drivers plan to reach a bend at its own speed [m/s^2]."""

SPEED_GAIN = 1.0
"""Acceleration per speed error [1/s]."""

STEERING_DELAY = 0.15
"""How far ahead in time the road's curvature is steered for [s]: the steering lags by about this much."""


class Driver:
    """A steering law with the speed law that both drivers share."""

    def __init__(self, steer: Callable[[float, float, float, Sequence[float]], float]) -> None:
        self._steer = steer

    def act(self, observation: NDArray[Any]) -> NDArray[np.float32]:
        """The action `[2]` for an observation `[12]`."""
        lateral_error, heading_error, speed, _, *preview = observation.tolist()
        acceleration = follow_speed(speed, preview) / MAX_ACCELERATION
        steering = self._steer(lateral_error, heading_error, speed, preview) / MAX_STEERING
        return np.array([clip(acceleration, 1.0), clip(steering, 1.0)], dtype=np.float32)


def clip(value: float, largest: float) -> float:
    """The value, held within -largest and largest."""
    return min(max(value, -largest), largest)


def preview_at(distance: float, preview: Sequence[float]) -> float:
    """Curvature at a distance ahead [1/m], linear between the previewed points and constant beyond them."""
    for i in range(1, len(PREVIEW_DISTANCES)):
        if distance <= PREVIEW_DISTANCES[i]:
            near = PREVIEW_DISTANCES[i - 1]
            return preview[i - 1] + (distance - near) / (PREVIEW_DISTANCES[i] - near) * (preview[i] - preview[i - 1])
    return preview[-1]


def follow_speed(speed: float, preview: Sequence[float]) -> float:
    """Acceleration [m/s^2] towards the speed that every previewed bend allows.

    v_ref = min_d min(SPEED_LIMIT, sqrt(a_lat / |kappa(d)| + 2 b d))
    a = clip(SPEED_GAIN (v_ref - v), -MAX_ACCELERATION, COMFORTABLE_ACCELERATION)

    with b the planned braking: v^2 = v_bend^2 + 2 b d is the speed from which the bend at d is reached at its own
    speed.
    """
    allowed = SPEED_LIMIT * SPEED_LIMIT
    for distance, kappa in zip(PREVIEW_DISTANCES, preview):
        bend = COMFORTABLE_LATERAL / max(abs(kappa), 1e-6) + 2.0 * PLANNED_BRAKING * distance
        allowed = min(allowed, bend)
    return min(max(SPEED_GAIN * (math.sqrt(allowed) - speed), -MAX_ACCELERATION), COMFORTABLE_ACCELERATION)


def stanley_steering(lateral_error: float, heading_error: float, speed: float, preview: Sequence[float]) -> float:
    """Steering angle [rad] by Stanley's law, with the road's curvature fed forward.

    delta = atan(2 tan beta) - (psi + beta) - atan(2 e / (v + 1)),  sin beta = l kappa(0.15 v)

    atan(2 tan beta) is the angle that holds the bend; there the center of gravity moves along the road while the body
    points inwards by the slip beta, so psi + beta is the error of its course.
    Source: Hoffmann et al. 2007, "Autonomous automobile trajectory tracking for off-road driving".
    """
    slip = math.asin(clip(AXLE_DISTANCE * preview_at(STEERING_DELAY * speed, preview), 0.9))
    hold = math.atan(2.0 * math.tan(slip))
    return hold - (heading_error + slip) - math.atan(2.0 * lateral_error / (speed + 1.0))


def pursuit_steering(lateral_error: float, heading_error: float, speed: float, preview: Sequence[float]) -> float:
    """Steering angle [rad] by pure pursuit of the center line at a distance d = max(5, 0.8 v).

    The line is taken as the parabola y = kappa x^2 / 2 with the mean curvature up to d. The goal lies at the angle
    alpha = atan2(kappa d^2 / 2 - e, d) - psi from the body, and the arc to it has curvature 2 sin(alpha) / d, so
    sin beta = 2 l sin(alpha) / d and delta = atan(2 tan beta).
    Source: Coulter 1992, "Implementation of the pure pursuit path tracking algorithm".
    """
    ahead = max(5.0, 0.8 * speed)
    kappa = 0.5 * (preview_at(0.5 * ahead, preview) + preview_at(STEERING_DELAY * speed, preview))
    angle = math.atan2(0.5 * kappa * ahead * ahead - lateral_error, ahead) - heading_error
    slip = math.asin(clip(2.0 * AXLE_DISTANCE * math.sin(angle) / ahead, 0.9))
    return math.atan(2.0 * math.tan(slip))


def stanley(env: gymnasium.Env[Any, Any]) -> Driver:
    """The Stanley driver; it looks at nothing but the observations."""
    return Driver(stanley_steering)


def pure_pursuit(env: gymnasium.Env[Any, Any]) -> Driver:
    """The pure-pursuit driver; it looks at nothing but the observations."""
    return Driver(pursuit_steering)
