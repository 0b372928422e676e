"""What is observed and how it is paid, against numbers computed by hand."""

from __future__ import annotations

import dataclasses

import pytest

from lam_envs.driving.arithmetic import SCALARS
from lam_envs.driving.observation import OBSERVATION_HIGH, OBSERVATION_LOW, observe, report, reward
from lam_envs.driving.road import NUM_KNOTS, Scenario
from lam_envs.driving.vehicle import start_state

SCENARIO = Scenario((0.0, 0.04, *[0.0] * (NUM_KNOTS - 2)), 10.0, 0.5, -0.1, 9.0, 0.2)
STATE = start_state(SCENARIO, SCALARS)


def test_the_observation_by_hand() -> None:
    pose, preview = observe(STATE, SCENARIO, SCALARS)[:4], observe(STATE, SCENARIO, SCALARS)[4:]
    assert pose == (0.5, -0.1, 9.0, 0.2)
    assert preview == pytest.approx([0.01, 0.014, 0.018, 0.022, 0.028, 0.034, 0.038, 0.03])


def test_bounds_are_finite_and_symmetric_but_for_the_speed() -> None:
    assert (OBSERVATION_LOW < OBSERVATION_HIGH).all()
    assert OBSERVATION_LOW[2] == 0.0
    assert [low == -high for low, high in zip(OBSERVATION_LOW, OBSERVATION_HIGH)].count(False) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"station": 11.5}, 1.0),  # all of the progress of 15 m/s
        ({"station": 10.75}, 0.5),
        ({"station": 13.0}, 1.0),
        ({"station": 9.0}, 0.0),
        ({"station": 11.5, "lateral_error": -1.0}, 0.8 * 0.75 + 0.2),
        ({"station": 11.5, "lateral_error": 3.0}, 0.2),
        ({"station": 11.5, "speed": 4.89, "yaw_rate": 0.5}, 0.8 + 0.2 * 0.75),
        ({"station": 11.5, "speed": 20.0, "yaw_rate": -1.0}, 0.8),
        ({"station": 11.5, "off_road": True}, 0.0),
    ],
)
def test_the_reward_by_hand(change: dict[str, float], expected: float) -> None:
    old = STATE._replace(lateral_error=0.0, yaw_rate=0.0)
    assert reward(old, old._replace(**change), SCALARS) == pytest.approx(expected)


def test_the_report_by_hand() -> None:
    state = STATE._replace(station=60.0, steps=4.0, lateral_sum=2.0, lateral_max=0.9, speed_sum=42.0)
    state = state._replace(lateral_acceleration_max=1.5, overspeed_sum=0.446)
    assert report(state, SCENARIO, SCALARS) == {
        "success": False,
        "progress": 0.25,
        "lateral_error": 0.5,
        "off_road": False,
        "mean_speed": 10.5,
        "mean_lateral_error": 0.5,
        "max_lateral_error": 0.9,
        "max_lateral_acceleration": 1.5,
        "comfort": True,
        "speed_limit_compliance": pytest.approx(0.95),
        "driving_score": pytest.approx((5.0 + 5.0 * 0.25 + 4.0 * 0.95 + 2.0) / 16.0),
        "collision": 0.0,
        "at_fault_collision": 0.0,
        "min_time_to_collision": 3.0,
        "time_to_collision_within_bound": 1.0,
    }
    assert report(state._replace(off_road=True), SCENARIO, SCALARS)["driving_score"] == 0.0
    assert report(state._replace(station=40.0), SCENARIO, SCALARS)["driving_score"] == 0.0


def test_success_needs_arrival_and_a_small_error() -> None:
    state = STATE._replace(station=211.0, steps=10.0, lateral_sum=7.5, arrived=True)
    assert report(state, SCENARIO, SCALARS)["success"] is True
    assert report(state, SCENARIO, SCALARS)["progress"] == 1.0
    assert report(state._replace(lateral_sum=7.6), SCENARIO, SCALARS)["success"] is False
    assert report(state._replace(arrived=False), SCENARIO, SCALARS)["success"] is False
    assert report(STATE, dataclasses.replace(SCENARIO, start=20.0), SCALARS)["progress"] == 0.0
