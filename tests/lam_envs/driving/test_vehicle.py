"""The bicycle model against numbers computed by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from lam_envs.driving.arithmetic import ARRAYS, SCALARS
from lam_envs.driving.road import NUM_KNOTS, Scenario, stack_scenarios
from lam_envs.driving.vehicle import State, advance, choose, is_off_road, motion, simulate, start_state

STRAIGHT = Scenario((0.0,) * NUM_KNOTS, 0.0, 0.0, 0.0, 10.0, 0.0)
BEND = dataclasses.replace(STRAIGHT, knots=(0.02,) * NUM_KNOTS)


def test_motion_straight_ahead() -> None:
    assert motion(0.0, 0.0, 10.0, 0.0, 0.0, SCALARS) == (10.0, 0.0, 0.0, 0.0)


def test_motion_by_hand() -> None:
    """e = 1, psi = 0.1, v = 10, delta = 0.2, kappa = 0.02: tan beta = tan(0.2) / 2 = 0.1013550, beta = 0.1010101."""
    station, lateral, heading, yaw_rate = motion(1.0, 0.1, 10.0, 0.2, 0.02, SCALARS)
    beta = math.atan(math.tan(0.2) / 2.0)
    assert beta == pytest.approx(0.1010101, abs=1e-7)
    assert station == pytest.approx(10.0 * math.cos(0.1 + beta) / 0.98, rel=1e-13)
    assert station == pytest.approx(9.9986, abs=1e-4)
    assert lateral == pytest.approx(10.0 * math.sin(0.1 + beta), rel=1e-13)
    assert yaw_rate == pytest.approx(10.0 * math.sin(beta) / 2.5, rel=1e-13)
    assert heading == pytest.approx(yaw_rate - 0.02 * station, rel=1e-13)


def test_the_steering_of_a_bend_holds_it() -> None:
    """sin beta = l kappa, psi = -beta and tan delta = 2 tan beta keep e and psi where they are."""
    slip = math.asin(2.5 * 0.02)
    station, lateral, heading, _ = motion(0.0, -slip, 8.0, math.atan(2.0 * math.tan(slip)), 0.02, SCALARS)
    assert station == pytest.approx(8.0)
    assert lateral == pytest.approx(0.0, abs=1e-13)
    assert heading == pytest.approx(0.0, abs=1e-13)


def test_one_simulation_step_by_hand() -> None:
    state = simulate(start_state(BEND, SCALARS), BEND, 2.0, 0.3, SCALARS)
    assert state.station == 0.5  # 10 m/s for 0.05 s
    assert state.lateral_error == 0.0
    assert state.heading_error == pytest.approx(-0.01)  # the road turns by 0.02 * 0.5 under the car
    assert state.speed == pytest.approx(10.1)  # 2 m/s^2 for 0.05 s
    assert state.steering == pytest.approx(0.025)  # 0.5 rad/s for 0.05 s, short of 0.3
    assert not state.off_road


def test_a_policy_step_is_two_simulation_steps() -> None:
    start = start_state(BEND, SCALARS)
    twice = simulate(simulate(start, BEND, 3.0, -0.25, SCALARS), BEND, 3.0, -0.25, SCALARS)
    state = advance(start, BEND, 1.0, -0.5, SCALARS)
    assert state[:6] == twice[:6]
    assert state.steps == 1.0
    assert state.lateral_sum == state.lateral_max == abs(state.lateral_error)
    assert state.speed_sum == state.speed


def test_steering_stops_at_its_target_and_speed_at_its_bounds() -> None:
    state = start_state(STRAIGHT, SCALARS)
    assert simulate(state, STRAIGHT, 0.0, 0.01, SCALARS).steering == 0.01
    assert simulate(state._replace(speed=0.1), STRAIGHT, -3.0, 0.0, SCALARS).speed == 0.0
    assert simulate(state._replace(speed=19.95), STRAIGHT, 3.0, 0.0, SCALARS).speed == 20.0


def test_a_corner_beyond_the_edge_is_off_road() -> None:
    """Half the width is 1 m and half the length 2.5 m, on a road of half width 3 m."""
    assert not is_off_road(2.0, 0.0, SCALARS)
    assert is_off_road(2.001, 0.0, SCALARS)
    assert is_off_road(-2.001, 0.0, SCALARS)
    assert not is_off_road(1.75, 0.1, SCALARS)  # 1.75 + 0.2496 + 0.9950 = 2.9946
    assert is_off_road(1.76, -0.1, SCALARS)
    assert is_off_road(0.0, 1.6, SCALARS)


def test_arrival_needs_the_road() -> None:
    near = start_state(STRAIGHT, SCALARS)._replace(station=199.5)
    assert advance(near, STRAIGHT, 0.0, 0.0, SCALARS).arrived
    assert not advance(near._replace(station=198.0), STRAIGHT, 0.0, 0.0, SCALARS).arrived
    lost = advance(near._replace(lateral_error=2.5), STRAIGHT, 0.0, 0.0, SCALARS)
    assert lost.off_road
    assert not lost.arrived


@pytest.mark.parametrize(
    ("change", "action", "uncomfortable"),
    [
        ({}, (0.0, 0.0), False),
        ({}, (0.8 - 1e-9, 0.0), False),  # 2.4 m/s^2
        ({}, (0.81, 0.0), True),
        ({}, (-1.0, 0.0), False),  # -3 m/s^2
        ({"speed": 12.0, "steering": 0.2}, (0.0, 0.4), True),  # 12^2 sin(beta) / l = 5.8 m/s^2
        ({"speed": 5.0, "steering": 0.5}, (0.0, 1.0), False),  # 2.6 m/s^2, 0.53 rad/s
        ({"speed": 18.0}, (0.0, 1.0), False),  # 18 * 0.25 / 2.5 = 1.8 rad/s^2
        ({"speed": 20.0}, (0.0, 1.0), True),  # 2.0 rad/s^2
    ],
)
def test_comfort_bounds(change: dict[str, float], action: tuple[float, float], uncomfortable: bool) -> None:
    scenario = dataclasses.replace(STRAIGHT, **change)
    assert advance(start_state(scenario, SCALARS), scenario, *action, SCALARS).uncomfortable is uncomfortable


def test_arrays_and_scalars_give_the_same_bits() -> None:
    generator = np.random.default_rng(0)
    scenarios = [
        Scenario(
            tuple(generator.uniform(-0.06, 0.06, NUM_KNOTS).tolist()),
            *generator.uniform([0.0, -1.0, -0.1, 0.0, -0.5], [40.0, 1.0, 0.1, 20.0, 0.5]).tolist(),
        )
        for _ in range(50)
    ]
    stacked = stack_scenarios(scenarios)
    batch, singles = start_state(stacked, ARRAYS), [start_state(scenario, SCALARS) for scenario in scenarios]
    for _ in range(10):
        actions = generator.uniform(-1.0, 1.0, (50, 2))
        batch = advance(batch, stacked, actions[:, 0], actions[:, 1], ARRAYS)
        singles = [advance(*pair, *action, SCALARS) for *pair, action in zip(singles, scenarios, actions.tolist())]
        for name, values in batch._asdict().items():
            assert values.tolist() == [getattr(single, name) for single in singles], name


def test_choose_picks_by_environment() -> None:
    zeros, ones = (State(*np.full((len(State._fields), 2), value)) for value in (0.0, 1.0))
    assert choose(np.array([True, False]), ones, zeros, ARRAYS).speed.tolist() == [1.0, 0.0]
