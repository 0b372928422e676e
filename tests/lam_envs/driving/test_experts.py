"""The drivers against hand-computed numbers, and on every split."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from lam_envs.driving.experts import (
    Driver,
    follow_speed,
    preview_at,
    pure_pursuit,
    pursuit_steering,
    stanley,
    stanley_steering,
)
from lam_envs.driving.lane_keeping import LaneKeepingBatch, LaneKeepingEnv

FLAT = [0.0] * 8


def drive(driver: Driver, split: str, episodes: int) -> dict[str, NDArray[np.float64]]:
    batch = LaneKeepingBatch(split)
    observations = batch.reset(range(episodes))
    for _ in range(300):
        actions = np.array([driver.act(row) for row in observations])
        observations, _, terminated, info = batch.step(actions)
        if terminated.all():
            break
    return info


def test_the_preview_is_read_linearly() -> None:
    preview = [0.0, 0.04, 0.0, 0.0, 0.06, 0.0, 0.0, -0.01]
    assert preview_at(0.0, preview) == 0.0
    assert preview_at(1.0, preview) == 0.01
    assert preview_at(15.0, preview) == pytest.approx(0.03)
    assert preview_at(100.0, preview) == -0.01


def test_the_speed_law_by_hand() -> None:
    assert follow_speed(15.0, FLAT) == 0.0
    assert follow_speed(14.5, FLAT) == 0.5
    assert follow_speed(5.0, FLAT) == 2.0
    assert follow_speed(10.0, [0.03, *FLAT[1:]]) == pytest.approx(0.0)  # sqrt(3 / 0.03) = 10
    assert follow_speed(10.0, [*FLAT[:2], 0.06, *FLAT[3:]]) == pytest.approx(math.sqrt(50.0 + 24.0) - 10.0)
    assert follow_speed(20.0, [-0.06, *FLAT[1:]]) == -3.0


def test_stanley_by_hand() -> None:
    assert stanley_steering(0.0, 0.0, 10.0, FLAT) == 0.0
    assert stanley_steering(0.0, 0.1, 10.0, FLAT) == pytest.approx(-0.1)
    assert stanley_steering(1.1, 0.0, 10.0, FLAT) == pytest.approx(-math.atan(0.2))
    slip = math.asin(2.5 * 0.02)
    assert stanley_steering(0.0, -slip, 10.0, [0.02] * 8) == pytest.approx(math.atan(2.0 * math.tan(slip)))


def test_pursuit_by_hand() -> None:
    assert pursuit_steering(0.0, 0.0, 10.0, FLAT) == 0.0
    slip = math.asin(5.0 * math.sin(-math.atan(1.0 / 8.0)) / 8.0)  # the goal lies 8 m ahead
    assert pursuit_steering(1.0, 0.0, 10.0, FLAT) == pytest.approx(math.atan(2.0 * math.tan(slip)))
    assert pursuit_steering(0.0, 0.0, 10.0, [0.02] * 8) > 0.0


def test_actions_are_in_the_action_space_and_need_no_memory() -> None:
    env = LaneKeepingEnv()
    for factory in (stanley, pure_pursuit):
        driver = factory(env)
        env.observation_space.seed(0)
        for _ in range(50):
            observation = env.observation_space.sample()
            action = driver.act(observation)
            assert action in env.action_space
            assert np.array_equal(action, factory(env).act(observation))


@pytest.mark.parametrize(
    ("factory", "split", "error"),
    [
        (stanley, "train", 0.1),
        (stanley, "validation", 0.1),
        (stanley, "held_out", 0.1),
        (stanley, "extrapolation", 0.15),
        (pure_pursuit, "train", 0.5),
        (pure_pursuit, "extrapolation", 0.75),
    ],
)
def test_the_drivers_solve_every_split(factory: Callable[[LaneKeepingEnv], Driver], split: str, error: float) -> None:
    info = drive(factory(LaneKeepingEnv()), split, episodes=100)
    assert info["success"].all()
    assert info["mean_lateral_error"].max() < error
