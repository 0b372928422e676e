"""How vehicles move: the kinematic bicycle, lane tracking and the Intelligent Driver Model, as inlined scalars.

The model is that of highway-env (E. Leurent 2018), written from its equations; every constant that a task may want to
change is an argument. Letters: x, y [m], heading h [rad], speed v [m/s], slip angle beta [rad], acceleration a
[m/s^2], dt [s]. y and headings grow to the right, seen by the driver.

The steering angle delta never appears. A controller that wants the slip angle beta sets tan(delta) = 2 tan(beta), and
the bicycle turns delta back by beta = atan(tan(delta) / 2), so both are skipped and sin(beta) is passed on; the limit
|delta| <= pi/3 becomes |sin(beta)| <= MAX_SIN_SLIP. This is exact to rounding.

Sources: P. Polack et al. 2017, "The kinematic bicycle model"; M. Treiber et al. 2000, "Congested traffic states".
"""

from __future__ import annotations

import math

from lam_envs.driving.compilation import inlined

LENGTH, WIDTH = 5.0, 2.0
"""Size of a vehicle [m]."""
HALF_LENGTH = 0.5 * LENGTH
LANE_WIDTH = 4.0
"""Width of a lane [m]."""

SPEED_GAIN = 1.0 / 0.6
"""Acceleration for a speed error [1/s]."""
HEADING_GAIN = 1.0 / 0.2
"""Heading rate for a heading error [1/s]."""
LATERAL_GAIN = 1.0 / 0.6
"""Lateral speed for a lateral error [1/s]."""
PURSUIT_TIME = 0.1
"""A controller looks at the lane's heading this far ahead [s]."""
MAX_SIN_SLIP = math.sin(math.atan(0.5 * math.tan(math.pi / 3)))
"""Sine of the slip angle at the largest steering angle, pi/3."""
MAX_SIN_APPROACH = math.sin(math.pi / 4)
"""Sine of the largest angle at which a lane is approached, pi/4."""
MAX_SPEED = 40.0
"""Speed above which (also backwards) a vehicle brakes [m/s]."""

TAU = 2.0 * math.pi
NEAR_LOW, NEAR_HIGH = 0.6, 1.6
"""Range of `power_near_one`."""


@inlined
def not_zero(value: float) -> float:
    """`value`, or +-0.01 where it is closer to zero than that."""
    if abs(value) > 0.01:
        return value
    return 0.01 if value >= 0.0 else -0.01


@inlined
def wrap(angle: float) -> float:
    """The angle in [-pi, pi) [rad]."""
    shifted = angle + math.pi
    return shifted - TAU * math.floor(shifted / TAU) - math.pi


@inlined
def clip(value: float, low: float, high: float) -> float:
    """`value` limited to [low, high]."""
    return min(max(value, low), high)


@inlined
def track_lane(offset: float, lane_heading: float, heading: float, speed: float, length: float) -> float:
    """sin(beta) that brings a vehicle onto the center line of a lane.

    offset: of the vehicle from the center line, positive to the right [m]; lane_heading: of the lane PURSUIT_TIME * v
    ahead [rad]. The wanted lateral speed -K_y e gives a heading, K_h times its error a heading rate r, and sin(beta) =
    (length / 2) r / v.
    """
    divisor = not_zero(speed)
    approach = math.asin(clip(-LATERAL_GAIN * offset / divisor, -MAX_SIN_APPROACH, MAX_SIN_APPROACH))
    rate = HEADING_GAIN * wrap(lane_heading + approach - heading)
    return clip(0.5 * length / divisor * rate, -MAX_SIN_SLIP, MAX_SIN_SLIP)


@inlined
def sin_slip_of(steering: float) -> float:
    """sin(beta) of a steering angle [rad], for tasks whose action is the steering angle itself."""
    return math.sin(math.atan(0.5 * math.tan(steering)))


@inlined
def limit_acceleration(acceleration: float, speed: float) -> float:
    """Beyond MAX_SPEED a vehicle comes back towards it [m/s^2]."""
    if speed > MAX_SPEED:
        return min(acceleration, MAX_SPEED - speed)
    if speed < -MAX_SPEED:
        return max(acceleration, -MAX_SPEED - speed)
    return acceleration


@inlined
def move(
    x: float, y: float, heading: float, speed: float, sin_slip: float, acceleration: float, length: float, dt: float
) -> tuple[float, float, float, float]:
    """(x, y, heading, speed) one explicit Euler step later; every right-hand side uses the old state.

    x' = v cos(h + beta),  y' = v sin(h + beta),  h' = v sin(beta) / (length / 2),  v' = a
    """
    cos, sin = math.cos(heading), math.sin(heading)
    return move_along(x, y, heading, speed, cos, sin, sin_slip, acceleration, length, dt)


@inlined
def move_along(
    x: float,
    y: float,
    heading: float,
    speed: float,
    cos: float,
    sin: float,
    sin_slip: float,
    acceleration: float,
    length: float,
    dt: float,
) -> tuple[float, float, float, float]:
    """`move`, where the cosine and sine of the heading are known already."""
    cos_slip = math.sqrt(1.0 - sin_slip * sin_slip)
    along = (cos * cos_slip - sin * sin_slip) * speed
    across = (sin * cos_slip + cos * sin_slip) * speed
    turned = heading + speed * sin_slip / (0.5 * length) * dt
    return x + along * dt, y + across * dt, turned, speed + acceleration * dt


@inlined
def free_acceleration(speed: float, target_speed: float, exponent: float, acceleration: float) -> float:
    """IDM on an empty road: a (1 - (v / v0)^delta) [m/s^2]. `exponent` is delta, `target_speed` v0 >= 0."""
    ratio = max(speed, 0.0) / max(target_speed, 0.01)
    return acceleration * (1.0 - math.pow(ratio, exponent))


@inlined
def power_near_one(base: float, exponent: float) -> float:
    """base**exponent, exact to 1e-14, for NEAR_LOW <= base <= NEAR_HIGH and exponents up to 5.

    log(base) = 2 artanh((base - 1) / (base + 1)) and exp(y) = exp(y / 16)^16, both by their series: plain arithmetic,
    of which a compiler makes vector instructions where it is called in a loop.
    """
    ratio = (base - 1.0) / (base + 1.0)
    square = ratio * ratio
    low = 1.0 / 19 + square * (1.0 / 21 + square * (1.0 / 23 + square * (1.0 / 25 + square * (1.0 / 27))))
    middle = 1.0 / 9 + square * (1.0 / 11 + square * (1.0 / 13 + square * (1.0 / 15 + square * (1.0 / 17))))
    high = 1.0 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7)))
    fourth = square * square * square * square
    series = high + fourth * (middle + fourth * square * low)
    y = exponent * ratio * series * 0.125
    tail = 1.0 / 5040 + y * (1.0 / 40320 + y * (1.0 / 362880 + y * (1.0 / 3628800 + y * (1.0 / 39916800))))
    cube = y * y * y
    value = (
        1.0 + y + y * y * (0.5 + y * (1.0 / 6)) + cube * y * (1.0 / 24 + y * (1.0 / 120 + y * (1.0 / 720 + y * tail)))
    )
    value *= value
    value *= value
    value *= value
    return value * value


@inlined
def desired_gap(
    speed: float, closing_speed: float, jam_distance: float, time_gap: float, acceleration: float, deceleration: float
) -> float:
    """IDM's desired distance d* = d0 + T v + v dv / (2 sqrt(a b)) [m]; dv is how fast the gap closes [m/s]."""
    return jam_distance + speed * time_gap + speed * closing_speed / (2.0 * math.sqrt(acceleration * deceleration))


@inlined
def gap_deceleration(gap: float, wanted_gap: float, acceleration: float) -> float:
    """What IDM takes off for a vehicle in front: a (d* / d)^2 [m/s^2]."""
    ratio = wanted_gap / not_zero(gap)
    return acceleration * ratio * ratio
