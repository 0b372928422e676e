"""The highway under throttle and steering: the environment, the batch, that they are one, and the driver."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import warnings
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from numpy.typing import NDArray

import lam_envs
from lam_envs.driving.highway_continuous import POLICY_FREQUENCY, HighwayContinuousEnv, HighwayContinuousVectorEnv
from lam_envs.driving.highway_continuous_experts import (
    COMFORTABLE_ACCELERATION,
    STANDSTILL,
    TIME_GAP,
    TOP_SPEED,
    idm,
    nearest_center,
    stanley_idm,
    stanley_steering,
)
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.motion import HALF_LENGTH
from lam_envs.driving.scenario import HIGHWAY_SPLITS, HighwayScenario
from lam_envs.driving.traffic import SPEED, X, Y
from lam_envs.driving.vector import make_vec

ID = "LamDrive/HighwayContinuous-v0"
EMPTY = HighwayScenario(density=((0.01, 0.01),))


def actions_of(seed: int, steps: int, rows: int) -> NDArray[np.float32]:
    actions = np.random.default_rng(seed).uniform(-1.0, 1.0, (steps, rows, 2)).astype(np.float32)
    actions[..., 1] *= 0.1
    return actions


@pytest.mark.parametrize("view", HighwayContinuousVectorEnv.views)
def test_gymnasium_finds_nothing_to_complain_about(view: str) -> None:
    assert lam_envs.ENTRY_POINTS[ID][1] == HighwayContinuousVectorEnv.time_limit
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*It seems a Box observation space is an image.*")
        check_env(gymnasium.make(ID, render_mode="rgb_array", observation=view).unwrapped)


def test_the_vector_environment_is_gymnasiums() -> None:
    batch = make_vec(ID, 4)
    assert isinstance(batch, gymnasium.vector.VectorEnv)
    observations, _ = batch.reset(seed=0)
    assert batch.observation_space.contains(observations)
    ended = np.zeros(4, np.bool_)
    for actions in actions_of(0, 60, 4) * (1.0, 4.0):
        observations, rewards, terminated, truncated, infos = batch.step(actions)
        assert batch.observation_space.contains(observations)
        assert ((rewards >= 0.0) & (rewards <= 1.0)).all()
        assert not (rewards[ended] > 0.0).any()
        ended = terminated | truncated
        if ended.any():
            assert set(METRICS) <= set(infos)
            assert (infos["collision"] | infos["off_road"])[ended].all()


def test_the_card_tells_the_spaces() -> None:
    card = HighwayContinuousEnv.__doc__ or ""
    env = HighwayContinuousEnv()
    rows = re.findall(r"\n +\| (\d)", card.split("## Observation Space")[1].split("##")[0])
    assert [int(row) for row in rows] == list(range(env.observation_space.shape[1]))
    assert f"{HighwayContinuousVectorEnv.time_limit} steps" in card
    for split in HIGHWAY_SPLITS:
        assert f'"{split}"' in card


def test_a_batch_of_any_size_equals_single_environments() -> None:
    batch = HighwayContinuousVectorEnv(64, split="extrapolation", autoreset="same_step")
    observations, _ = batch.reset(seed=10)
    singles = {row: HighwayContinuousEnv(split="extrapolation") for row in (0, 33, 63)}
    for row, env in singles.items():
        assert np.array_equal(env.reset(seed=10 + row)[0], observations[row])
    ended = 0
    for actions in actions_of(1, 120, 64):
        observations, rewards, terminated, truncated, infos = batch.step(actions)
        for row, env in singles.items():
            observation, reward, *ends, info = env.step(actions[row])
            assert (reward, ends) == (rewards[row], [terminated[row], truncated[row]])
            if any(ends):
                ended += 1
                last = infos.get("final_observation", infos.get("final_obs"))
                assert last is not None
                assert np.array_equal(last[row], observation)
                assert set(info) == set(METRICS)
                observation, _ = env.reset()
            assert np.array_equal(observation, observations[row])
    assert ended >= 3


def test_throttle_and_steering_move_the_ego() -> None:
    env = HighwayContinuousEnv(scenario=EMPTY)
    env.reset(seed=0)
    block = env.batch.state["blocks"][0]
    x, speed = float(block[X, 0]), float(block[SPEED, 0])
    env.step(np.array([0.4, 0.0], np.float32))
    assert block[SPEED, 0] == pytest.approx(speed + 2.0 / POLICY_FREQUENCY)
    assert block[X, 0] == pytest.approx(x + speed / POLICY_FREQUENCY + 2.0 / 75.0, abs=1e-4)
    y = float(block[Y, 0])
    for _ in range(2):
        env.step(np.array([0.0, 0.05], np.float32))
    assert block[Y, 0] > y
    for _ in range(100):
        _, reward, terminated, _, _ = env.step(np.array([-1.0, 0.0], np.float32))
    assert not terminated
    assert block[SPEED, 0] == pytest.approx(0.0, abs=1e-12)  # there is no reverse gear
    assert reward == pytest.approx(0.0, abs=1e-12)


def test_leaving_the_road_ends_the_episode() -> None:
    env = HighwayContinuousEnv(scenario=EMPTY)
    env.reset(seed=0)
    for _ in range(60):
        _, reward, terminated, _, info = env.step(np.array([0.0, 0.2], np.float32))
        if terminated:
            break
    assert (reward, info["off_road"], info["collision"], info["success"]) == (0.0, True, False, False)


def test_the_clock_ends_an_episode_as_a_success() -> None:
    env = HighwayContinuousEnv(scenario=EMPTY, max_episode_steps=10)
    observation, _ = env.reset(seed=0)
    driver = stanley_idm(env)
    for step in range(1, 11):
        observation, _, terminated, truncated, info = env.step(driver.act(observation))
        assert (terminated, truncated) == (False, step == 10)
    assert info["success"]
    assert 0.7 < info["progress"] < 1.0


def test_a_saved_state_is_returned_to() -> None:
    env = HighwayContinuousEnv(split="held_out")
    env.reset(seed=7)
    for action in actions_of(0, 5, 1)[:, 0]:
        env.step(action)
    saved = env.get_state()

    def play() -> list[Any]:
        seen: list[Any] = []
        for action in actions_of(1, 30, 1)[:, 0]:
            observation, *rest = env.step(action)
            seen.append((observation.tolist(), rest))
        return [*seen, env.reset()[0].tolist()]

    first = play()
    env.set_state(saved)
    assert play() == first


def test_wrong_input_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="expected mode to be one of native, got 'reference'"):
        HighwayContinuousEnv(mode="reference")
    with pytest.raises(ValueError, match="expected observation to be one of kinematics, grid, topdown"):
        HighwayContinuousEnv(observation="frenet")
    env = HighwayContinuousEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="expected finite actions"):
        env.step(np.array([0.0, np.inf]))
    with pytest.raises(ValueError, match="expected actions of numbers and shape"):
        env.step(1)


def test_the_driver_by_hand() -> None:
    assert idm(TOP_SPEED, math.inf, 0.0) == pytest.approx(0.0)
    assert idm(0.0, STANDSTILL, 0.0) == pytest.approx(0.0)
    wanted = STANDSTILL + TIME_GAP * 15.0
    assert idm(15.0, wanted, 15.0) == pytest.approx(-COMFORTABLE_ACCELERATION * 0.5**4)
    assert [nearest_center(y, 12.0) for y in (-9.0, -2.1, -1.9, 0.0, 2.1, 9.0)] == [-4.0, -4.0, 0.0, 0.0, 4.0, 4.0]
    assert [nearest_center(y, 16.0) for y in (-0.1, 0.1)] == [-2.0, 2.0]
    assert stanley_steering(0.0, 0.0, 20.0) == 0.0
    assert stanley_steering(1.0, 0.0, 20.0) == -stanley_steering(-1.0, 0.0, 20.0) < 0.0
    slip = math.asin(HALF_LENGTH * 0.1 / (0.5 * 20.0))
    assert stanley_steering(0.0, -0.1, 20.0) == pytest.approx(math.atan(2.0 * math.tan(slip)))


@pytest.mark.parametrize("split", HIGHWAY_SPLITS)
def test_the_driver_never_crashes_and_changes_lanes(split: str) -> None:
    batch = HighwayContinuousVectorEnv(30, split=split, autoreset="disabled")
    observations, _ = batch.reset(seed=0)
    driver = stanley_idm(HighwayContinuousEnv())
    lanes = np.zeros((200, 30))
    for step in range(200):
        observations, *_ = batch.step(np.array([driver.act(row) for row in observations]))
        lanes[step] = np.round(batch.state["blocks"][:, Y, 0] / 4.0)
    metrics = dict(zip(METRICS, batch.metrics.T))
    assert metrics["success"].all()
    if split != "extrapolation":
        assert (lanes.max(axis=0) > lanes.min(axis=0)).any()
        assert metrics["mean_speed"].mean() > 21.0


def test_the_driver_needs_no_memory_and_drives_by_any_view() -> None:
    shown, hidden = HighwayContinuousEnv(), HighwayContinuousEnv(observation="grid")
    observation, _ = shown.reset(seed=3)
    grid, _ = hidden.reset(seed=3)
    driver, blind = stanley_idm(shown), stanley_idm(hidden)
    flip = np.ones(10, np.float32)
    flip[[2, 4, 6, 7]] = -1.0
    for _ in range(60):
        action = driver.act(observation)
        assert action in shown.action_space
        assert np.array_equal(action, stanley_idm(shown).act(observation))
        assert np.array_equal(action, blind.act(grid))
        assert np.allclose(driver.act(flip * observation), action * (1.0, -1.0), atol=1e-6)
        observation, *_ = shown.step(action)
        grid, *_ = hidden.step(action)


PROBE = """
import numpy as np
from lam_envs.driving.highway_continuous import HighwayContinuousEnv, HighwayContinuousVectorEnv
from lam_envs.driving.highway_continuous_experts import stanley_idm
batch = HighwayContinuousVectorEnv(2, split="extrapolation", autoreset="same_step")
driver = stanley_idm(HighwayContinuousEnv())
observations, _ = batch.reset(seed=0)
seen = [observations.tobytes().hex()]
for noise in np.random.default_rng(0).normal(0.0, 0.05, (40, 2, 2)):
    actions = np.array([driver.act(row) for row in observations]) + noise
    observations, rewards, terminated, truncated, _ = batch.step(actions)
    seen += [array.tobytes().hex() for array in (observations, rewards, terminated, batch.state["blocks"])]
print(hash(tuple(seen)))
"""


def test_numba_changes_no_number() -> None:
    answers = []
    for extra in ({}, {"NUMBA_DISABLE_JIT": "1"}):
        env = {**os.environ, "PYTHONHASHSEED": "0", **extra}
        done = subprocess.run([sys.executable, "-c", PROBE], env=env, capture_output=True, text=True, check=True)
        answers.append(done.stdout)
    assert answers[0] == answers[1]
