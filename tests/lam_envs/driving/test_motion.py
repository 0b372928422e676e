"""The bicycle, lane tracking and car following against the equations written out with their tangents."""

from __future__ import annotations

import math

import numpy as np

from lam_envs.driving.motion import (
    HALF_LENGTH,
    LENGTH,
    MAX_SPEED,
    NEAR_HIGH,
    NEAR_LOW,
    desired_gap,
    free_acceleration,
    gap_deceleration,
    limit_acceleration,
    move,
    not_zero,
    power_near_one,
    sin_slip_of,
    track_lane,
    wrap,
)


def steering_of(offset: float, lane_heading: float, heading: float, speed: float) -> float:
    """The steering angle of highway-env's controller, with all its tangents."""
    approach = math.asin(min(max(-5 / 3 * offset / not_zero(speed), -1.0), 1.0))
    reference = lane_heading + min(max(approach, -math.pi / 4), math.pi / 4)
    rate = 5.0 * ((reference - heading + math.pi) % (2 * math.pi) - math.pi)
    slip = math.asin(min(max(HALF_LENGTH / not_zero(speed) * rate, -1.0), 1.0))
    return min(max(math.atan(2.0 * math.tan(slip)), -math.pi / 3), math.pi / 3)


def test_steering_without_tangents_is_the_same() -> None:
    generator = np.random.default_rng(0)
    for _ in range(300):
        offset, lane_heading, heading, speed = generator.uniform([-8, -3, -3, -5], [8, 3, 3, 35]).tolist()
        sin_slip = track_lane(offset, lane_heading, heading, speed, LENGTH)
        steering = steering_of(offset, lane_heading, heading, speed)
        assert math.isclose(sin_slip, sin_slip_of(steering), abs_tol=1e-12)
        beta, dt = math.atan(0.5 * math.tan(steering)), 0.1
        x, y, turned, faster = move(1.0, 2.0, heading, speed, sin_slip, 3.0, LENGTH, dt)
        assert math.isclose(x, 1.0 + speed * math.cos(heading + beta) * dt, abs_tol=1e-12)
        assert math.isclose(y, 2.0 + speed * math.sin(heading + beta) * dt, abs_tol=1e-12)
        assert math.isclose(turned, heading + speed * math.sin(beta) / HALF_LENGTH * dt, abs_tol=1e-12)
        assert math.isclose(faster, speed + 0.3)


def test_small_numbers_and_angles() -> None:
    assert [not_zero(value) for value in (0.0, -0.001, 0.5, -2.0)] == [0.01, -0.01, 0.5, -2.0]
    assert math.isclose(wrap(3.5), 3.5 - 2 * math.pi)
    assert math.isclose(wrap(-3.5), 2 * math.pi - 3.5)
    assert wrap(0.0) == 0.0


def test_speed_is_limited_in_both_directions() -> None:
    assert limit_acceleration(5.0, 20.0) == 5.0
    assert limit_acceleration(5.0, MAX_SPEED + 2.0) == -2.0
    assert limit_acceleration(-5.0, -MAX_SPEED - 2.0) == 2.0


def test_the_intelligent_driver() -> None:
    assert free_acceleration(20.0, 20.0, 4.0, 3.0) == 0.0
    assert math.isclose(free_acceleration(10.0, 20.0, 4.0, 3.0), 3.0 * (1 - 0.5**4))
    gap = desired_gap(20.0, 5.0, 10.0, 1.5, 3.0, 5.0)
    assert math.isclose(gap, 10.0 + 30.0 + 100.0 / (2.0 * math.sqrt(15.0)))
    assert math.isclose(gap_deceleration(2.0 * gap, gap, 3.0), 0.75)


def test_powers_near_one() -> None:
    generator = np.random.default_rng(0)
    for _ in range(500):
        base, exponent = generator.uniform([NEAR_LOW, 3.0], [NEAR_HIGH, 5.0]).tolist()
        assert math.isclose(power_near_one(base, exponent), base**exponent, rel_tol=2e-14)
    assert power_near_one(1.0, 4.2) == 1.0
