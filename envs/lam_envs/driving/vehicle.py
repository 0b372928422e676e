"""The vehicle: a kinematic bicycle in road coordinates, advanced by one policy step, with its running metrics.

Letters: s station [m], e lateral error [m], psi heading error [rad], v speed [m/s], delta steering angle [rad], beta
slip angle of the center of gravity [rad], a acceleration [m/s^2], kappa road curvature [1/m], l distance from the
center to either axle [m]. Every value is an array `[num_envs]` or a Python number (`lam_envs.driving.arithmetic`);
positive angles turn left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lam_envs.driving.arithmetic import Arithmetic, Number, cosine, sine
from lam_envs.driving.road import ROAD_HALF_WIDTH, ROUTE_LENGTH, Scenario, curvature

AXLE_DISTANCE = 2.5
"""Distance from the center of gravity to either axle [m]: half the wheelbase."""

LENGTH = 5.0
"""Length of the vehicle [m]."""

WIDTH = 2.0
"""Width of the vehicle [m]."""

MAX_ACCELERATION = 3.0
"""Acceleration at action 1, and braking at action -1 [m/s^2]."""

MAX_STEERING = 0.5
"""Target steering angle at action 1 (left); -MAX_STEERING at action -1 (right) [rad]."""

STEERING_RATE = 0.5
"""Largest rate at which the steering angle follows its target [rad/s]."""

MAX_SPEED = 20.0
"""Largest speed [m/s]; the lowest is 0, there is no reverse gear."""

SIMULATION_STEP = 0.05
"""Step of the integrator [s]: 20 Hz."""

SUBSTEPS = 2
"""Simulation steps in one policy step: the policy acts at 10 Hz."""

MAX_HEADING_ERROR = 1.5
"""A vehicle turned further than this from the road's direction has left it [rad]."""

COMFORT_ACCELERATION = (-4.05, 2.40)
"""Comfortable longitudinal acceleration, lowest and highest [m/s^2] (nuPlan)."""

COMFORT_LATERAL = 4.89
"""Largest comfortable |lateral acceleration| [m/s^2] (nuPlan)."""

COMFORT_YAW_RATE = 0.95
"""Largest comfortable |yaw rate| [rad/s] (nuPlan)."""

COMFORT_YAW_ACCELERATION = 1.93
"""Largest comfortable |yaw acceleration| [rad/s^2] (nuPlan)."""


SPEED_LIMIT = 15.0
"""Speed above which progress earns nothing more [m/s]."""


class State(NamedTuple):
    """What changes in an episode: the vehicle, then what the metrics need; each field is `[num_envs]` or a number."""

    station: Number
    """s [m]."""
    lateral_error: Number
    """e [m]."""
    heading_error: Number
    """psi [rad]."""
    speed: Number
    """v [m/s]."""
    steering: Number
    """delta [rad]."""
    yaw_rate: Number
    """Yaw rate at the start of the last simulation step [rad/s]."""
    steps: Number
    """Policy steps so far."""
    lateral_sum: Number
    """Sum over policy steps of |e| [m]."""
    lateral_max: Number
    """Largest |e| so far [m]."""
    speed_sum: Number
    """Sum over policy steps of v [m/s]."""
    overspeed_sum: Number
    """Sum over policy steps of the speed above SPEED_LIMIT [m/s]."""
    lateral_acceleration_max: Number
    """Largest |v * yaw rate| so far [m/s^2]."""
    uncomfortable: Number
    """Whether a comfort bound was ever exceeded."""
    off_road: Number
    """Whether a corner of the vehicle ever left the road."""
    arrived: Number
    """Whether the end of the route was reached on the road."""


class Motion(NamedTuple):
    """Time derivatives of the vehicle's pose."""

    station: Number
    """s' [m/s]."""
    lateral_error: Number
    """e' [m/s]."""
    heading_error: Number
    """psi' [rad/s]."""
    yaw_rate: Number
    """Yaw rate in the world, psi' + kappa s' [rad/s]."""


def motion(
    lateral_error: Number, heading_error: Number, speed: Number, steering: Number, kappa: Number, arithmetic: Arithmetic
) -> Motion:
    """Kinematic bicycle with the center of gravity midway between the axles, in Frenet coordinates.

    tan beta = tan(delta) / 2
    s'   = v cos(psi + beta) / (1 - kappa e)
    e'   = v sin(psi + beta)
    psi' = v sin(beta) / l - kappa s'

    Source: Rajamani 2012, "Vehicle Dynamics and Control", section 2.2; Frenet form as in Werling et al. 2010,
    "Optimal trajectory generation for dynamic street scenarios in a Frenet frame". The two angles are added by the
    addition formulas.
    """
    slope = 0.5 * sine(steering) / cosine(steering)
    cos_slip = 1.0 / arithmetic.sqrt(1.0 + slope * slope)
    sin_slip = slope * cos_slip
    cos_heading = cosine(heading_error)
    sin_heading = sine(heading_error)
    along = speed * (cos_heading * cos_slip - sin_heading * sin_slip) / (1.0 - kappa * lateral_error)
    across = speed * (sin_heading * cos_slip + cos_heading * sin_slip)
    yaw_rate = speed * sin_slip / AXLE_DISTANCE
    return Motion(along, across, yaw_rate - kappa * along, yaw_rate)


def is_off_road(lateral_error: Number, heading_error: Number, arithmetic: Arithmetic) -> Number:
    """Whether a corner of the vehicle is beyond the road's edge (straight along the vehicle), or it is turned away.

    |e| + (LENGTH |sin psi| + WIDTH cos psi) / 2 > ROAD_HALF_WIDTH   or   |psi| > MAX_HEADING_ERROR
    """
    turned = abs(heading_error) > MAX_HEADING_ERROR
    heading = arithmetic.where(turned, MAX_HEADING_ERROR, abs(heading_error))
    reach = abs(lateral_error) + 0.5 * LENGTH * sine(heading) + 0.5 * WIDTH * cosine(heading)
    return turned | (reach > ROAD_HALF_WIDTH)


def start_state(scenario: Scenario, arithmetic: Arithmetic) -> State:
    """The state at the start of a scenario."""
    zero = 0.0 * scenario.speed
    no = zero > 0.0
    kappa = curvature(scenario.knots, scenario.start, arithmetic)
    pose = (scenario.lateral_error, scenario.heading_error, scenario.speed, scenario.steering)
    yaw_rate = motion(*pose, kappa, arithmetic).yaw_rate
    lateral_acceleration = abs(scenario.speed * yaw_rate)
    return State(
        scenario.start,
        *pose,
        yaw_rate,
        zero,
        zero,
        abs(scenario.lateral_error),
        zero,
        zero,
        lateral_acceleration,
        no,
        no,
        no,
    )


def simulate(state: State, scenario: Scenario, acceleration: Number, target: Number, arithmetic: Arithmetic) -> State:
    """One simulation step by explicit Euler: every right-hand side uses the old state.

    delta += clip(target - delta, -STEERING_RATE dt, STEERING_RATE dt)
    v     := clip(v + a dt, 0, MAX_SPEED)
    """
    kappa = curvature(scenario.knots, state.station, arithmetic)
    rate = motion(state.lateral_error, state.heading_error, state.speed, state.steering, kappa, arithmetic)
    largest = STEERING_RATE * SIMULATION_STEP
    turn = arithmetic.minimum(arithmetic.maximum(target - state.steering, -largest), largest)
    speed = arithmetic.minimum(arithmetic.maximum(state.speed + acceleration * SIMULATION_STEP, 0.0), MAX_SPEED)
    lateral_acceleration = abs(state.speed * rate.yaw_rate)
    achieved = (speed - state.speed) / SIMULATION_STEP
    uncomfortable = (
        (achieved < COMFORT_ACCELERATION[0])
        | (achieved > COMFORT_ACCELERATION[1])
        | (lateral_acceleration > COMFORT_LATERAL)
        | (abs(rate.yaw_rate) > COMFORT_YAW_RATE)
        | (abs(rate.yaw_rate - state.yaw_rate) > COMFORT_YAW_ACCELERATION * SIMULATION_STEP)
    )
    lateral_error = state.lateral_error + rate.lateral_error * SIMULATION_STEP
    heading_error = state.heading_error + rate.heading_error * SIMULATION_STEP
    return state._replace(
        station=state.station + rate.station * SIMULATION_STEP,
        lateral_error=lateral_error,
        heading_error=heading_error,
        speed=speed,
        steering=state.steering + turn,
        yaw_rate=rate.yaw_rate,
        lateral_acceleration_max=arithmetic.maximum(state.lateral_acceleration_max, lateral_acceleration),
        uncomfortable=state.uncomfortable | uncomfortable,
        off_road=state.off_road | is_off_road(lateral_error, heading_error, arithmetic),
    )


def advance(state: State, scenario: Scenario, acceleration: Number, steering: Number, arithmetic: Arithmetic) -> State:
    """One policy step: `SUBSTEPS` simulation steps under one action in [-1, 1]^2, then the running metrics.

    The step is not cut short when the vehicle leaves the road. What ends an episode is read from `off_road` and
    `arrived`.
    """
    new = state
    for _ in range(SUBSTEPS):
        new = simulate(new, scenario, acceleration * MAX_ACCELERATION, steering * MAX_STEERING, arithmetic)
    lateral = abs(new.lateral_error)
    reached = new.station - scenario.start >= ROUTE_LENGTH
    return new._replace(
        steps=new.steps + 1.0,
        lateral_sum=new.lateral_sum + lateral,
        lateral_max=arithmetic.maximum(new.lateral_max, lateral),
        speed_sum=new.speed_sum + new.speed,
        overspeed_sum=new.overspeed_sum + arithmetic.maximum(new.speed - SPEED_LIMIT, 0.0),
        arrived=arithmetic.where(new.off_road, new.arrived, reached),
    )


def choose(condition: Any, yes: State, no: State, arithmetic: Arithmetic) -> State:
    """Field by field, `yes` where the condition holds and `no` elsewhere."""
    return State(*(arithmetic.where(condition, left, right) for left, right in zip(yes, no)))
