"""The environment, the batch, and that they are one."""

from __future__ import annotations

import dataclasses
import re
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from numpy.typing import NDArray

import lam_envs
from lam_envs.driving.experts import stanley
from lam_envs.driving.lane_keeping import LaneKeepingBatch, LaneKeepingEnv
from lam_envs.driving.observation import MIRRORED_ACTION, MIRRORED_OBSERVATION
from lam_envs.driving.road import SPLITS
from lam_envs.driving.vehicle import MAX_ACCELERATION, MAX_STEERING

ID = "LamDrive/LaneKeeping-v0"
STRAIGHT_ON = np.zeros(2, dtype=np.float32)


def actions_of(seed: int, steps: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (steps, 2)).astype(np.float32)


def table_of(section: str) -> list[list[str]]:
    text = (LaneKeepingEnv.__doc__ or "").split(f"## {section}")[1].split("##")[0]
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if re.match(r"\s*\| \d", line)]
    return [[cell.strip() for cell in row] for row in rows]


def test_gymnasium_finds_nothing_to_complain_about() -> None:
    assert ID in lam_envs.ENTRY_POINTS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(LaneKeepingEnv(), skip_render_check=True)
        check_env(gymnasium.make(ID, render_mode="rgb_array", split="held_out").unwrapped)


@pytest.mark.parametrize("section", ["Action Space", "Observation Space"])
def test_the_card_tells_the_spaces(section: str) -> None:
    env = LaneKeepingEnv()
    space = env.action_space if section == "Action Space" else env.observation_space
    rows = table_of(section)
    assert [int(row[0]) for row in rows] == list(range(space.shape[0]))
    assert np.array_equal(np.array([float(row[2]) for row in rows], dtype=np.float32), space.low)
    assert np.array_equal(np.array([float(row[3]) for row in rows], dtype=np.float32), space.high)


def test_the_card_tells_the_constants() -> None:
    card = LaneKeepingEnv.__doc__ or ""
    assert f"{-MAX_ACCELERATION:g} to {MAX_ACCELERATION:g} m/s^2" in card
    assert f"{-MAX_STEERING:g} to {MAX_STEERING:g} rad" in card
    assert f"{lam_envs.ENTRY_POINTS[ID][1]} steps" in card
    for split, box in SPLITS.items():
        assert f'"{split}"' in card
        assert f"{box.curvature_max[0]:g} to {box.curvature_max[1]:g}" in card


@pytest.mark.parametrize("split", SPLITS)
def test_a_batch_of_any_size_equals_single_environments_bit_for_bit(split: str) -> None:
    seeds = list(range(1000, 1064))
    batch, alone = LaneKeepingBatch(split), LaneKeepingBatch(split)
    env = LaneKeepingEnv(split)
    driver = stanley(env)
    noise = np.random.default_rng(0).normal(0.0, 0.3, (240, 64, 2)).astype(np.float32)
    observations = [batch.reset(seeds)]
    results: list[tuple[Any, ...]] = []
    for step in range(240):
        actions = np.array([driver.act(row) for row in observations[-1]]) + noise[step]
        observation, *rest = batch.step(actions)
        observations.append(observation)
        results.append((actions, *rest))
    assert 0 < sum(results[-1][-1]["success"]) + sum(results[-1][-1]["off_road"]) <= 64
    for row in (0, 31, 63):
        single, _ = env.reset(seed=seeds[row])
        one = alone.reset([seeds[row]])
        assert np.array_equal(single, observations[0][row])
        assert np.array_equal(one[0], observations[0][row])
        for step, (actions, rewards, terminated, info) in enumerate(results):
            single, reward, ended, _, told = env.step(actions[row])
            one, alone_rewards, _, _ = alone.step(actions[row : row + 1])
            assert single.tobytes() == observations[step + 1][row].tobytes() == one[0].tobytes()
            assert reward == rewards[row] == alone_rewards[0]
            assert ended == terminated[row]
            assert told == {key: values[row] for key, values in info.items()}


def test_an_episode_depends_on_its_seed_alone() -> None:
    used, fresh = LaneKeepingEnv(), LaneKeepingEnv()
    used.reset(seed=1)
    used.step(STRAIGHT_ON)
    used.reset()
    assert np.array_equal(used.reset(seed=5)[0], fresh.reset(seed=5)[0])
    for action in actions_of(0, 20):
        one, other = used.step(action), fresh.step(action)
        assert np.array_equal(one[0], other[0])
        assert one[1:] == other[1:]
    assert np.array_equal(used.reset()[0], fresh.reset()[0])
    assert not np.array_equal(used.reset()[0], used.reset()[0])


def test_the_left_right_reflection_is_exact() -> None:
    original, mirrored = LaneKeepingEnv(), LaneKeepingEnv()
    flip_observation, flip_action = np.ones(12, dtype=np.float32), np.ones(2, dtype=np.float32)
    flip_observation[list(MIRRORED_OBSERVATION)] = -1.0
    flip_action[list(MIRRORED_ACTION)] = -1.0
    driver = stanley(original)
    for seed in range(5):
        observation, _ = original.reset(seed=seed)
        mirrored.reset(seed=seed)
        state = mirrored.get_state()
        scenario, pose = state["scenario"], state["state"]
        state["scenario"] = dataclasses.replace(scenario, knots=tuple(-knot for knot in scenario.knots))
        state["state"] = pose._replace(
            lateral_error=-pose.lateral_error,
            heading_error=-pose.heading_error,
            steering=-pose.steering,
            yaw_rate=-pose.yaw_rate,
        )
        assert np.array_equal(mirrored.set_state(state), flip_observation * observation)
        for noise in actions_of(seed, 200):
            action = driver.act(observation) + np.float32(0.2) * noise
            assert np.array_equal(driver.act(flip_observation * observation), flip_action * driver.act(observation))
            observation, reward, terminated, _, info = original.step(action)
            reflected, *rest = mirrored.step(flip_action * action)
            assert np.array_equal(reflected, flip_observation * observation)
            assert rest == [reward, terminated, False, {**info, "lateral_error": -info["lateral_error"]}]


def test_observations_and_rewards_stay_in_their_bounds() -> None:
    for split in SPLITS:
        env = LaneKeepingEnv(split)
        for seed in range(10):
            observation, _ = env.reset(seed=seed)
            assert observation in env.observation_space
            for action in np.sign(actions_of(seed, 60)):
                observation, reward, *_ = env.step(action)
                assert observation in env.observation_space
                assert 0.0 <= reward <= 1.0


def test_straight_on_leaves_the_road_and_waiting_is_no_success() -> None:
    for action in (STRAIGHT_ON, np.array([-1.0, 0.0], dtype=np.float32)):
        batch = LaneKeepingBatch()
        batch.reset(range(200))
        for _ in range(300):
            _, _, terminated, info = batch.step(np.tile(action, (200, 1)))
        assert not info["success"].any()
        if action[0] == 0.0:
            assert info["off_road"].all()
        else:
            assert not terminated.all()
            assert info["progress"].max() < 0.2


def test_after_its_end_an_episode_stands_still() -> None:
    env = LaneKeepingEnv()
    env.reset(seed=0)
    while True:
        observation, reward, terminated, truncated, info = env.step(STRAIGHT_ON)
        assert not truncated
        if terminated:
            break
    assert reward == 0.0
    assert info["off_road"]
    again, reward, terminated, _, told = env.step(np.ones(2, dtype=np.float32))
    assert np.array_equal(again, observation)
    assert (reward, terminated, told) == (0.0, True, info)


def test_the_clock_ends_an_episode_that_does_not() -> None:
    env = gymnasium.make(ID)
    env.reset(seed=0)
    env.unwrapped.set_state(  # type: ignore[attr-defined]
        {**(state := env.unwrapped.get_state()), "state": state["state"]._replace(speed=0.0)}  # type: ignore[attr-defined]
    )
    for step in range(1, 301):
        _, reward, terminated, truncated, info = env.step(STRAIGHT_ON)
        assert (reward, terminated, truncated) == (0.0, False, step == 300)
    assert info["success"] is False
    assert info["progress"] == 0.0


def test_actions_are_clipped_and_must_be_finite() -> None:
    env, other = LaneKeepingEnv(), LaneKeepingEnv()
    env.reset(seed=0)
    other.reset(seed=0)
    one, two = env.step(np.array([5.0, -3.0])), other.step(np.array([1.0, -1.0]))
    assert np.array_equal(one[0], two[0])
    with pytest.raises(ValueError, match="expected a finite action"):
        env.step(np.array([np.nan, 0.0]))
    batch = LaneKeepingBatch()
    batch.reset([0, 1])
    with pytest.raises(ValueError, match="expected finite actions of shape"):
        batch.step(np.zeros((3, 2)))
    with pytest.raises(ValueError, match="expected finite actions"):
        batch.step(np.full((2, 2), np.inf))


def test_a_saved_state_is_returned_to() -> None:
    env = LaneKeepingEnv("extrapolation", render_mode="rgb_array")
    env.reset(seed=3)
    for action in actions_of(0, 5):
        env.step(action)
    saved = env.get_state()

    def play() -> list[Any]:
        seen: list[Any] = [env.render().tobytes()]  # type: ignore[union-attr]
        for action in 0.1 * actions_of(1, 15):
            observation, *rest = env.step(action)
            seen.append((observation.tolist(), rest))
        return [*seen, env.reset()[0].tolist()]

    first = play()
    assert env.set_state(saved).shape == (12,)
    assert play() == first
    with pytest.raises(ValueError, match="expected a state of split 'train'"):
        LaneKeepingEnv().set_state(saved)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="expected split to be one of"):
        LaneKeepingEnv(split="test")
    with pytest.raises(ValueError, match="expected render_mode"):
        LaneKeepingEnv(render_mode="human")
