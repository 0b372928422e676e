"""The parking lot: the environment, the batch, that they are one, and the driver."""

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
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.parking import GOAL_BOUND, ParkingEnv, ParkingVectorEnv
from lam_envs.driving.parking_experts import planner
from lam_envs.driving.parking_kernels import COLLISION_REWARD, SUCCESS_REWARD, WEIGHTS
from lam_envs.driving.parking_lot import NUM_SPOTS, SPLITS, ParkingBox, spot_pose
from lam_envs.driving.vector import make_vec

ID = "LamDrive/Parking-v0"


def actions_of(seed: int, steps: int, rows: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (steps, rows, 2)).astype(np.float32)


def row_of(observations: dict[str, NDArray[Any]], row: int) -> dict[str, NDArray[Any]]:
    return {name: array[row] for name, array in observations.items()}


def same(one: dict[str, NDArray[Any]], other: dict[str, NDArray[Any]]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def place(env: ParkingEnv, x: float, y: float, heading: float, speed: float = 0.0) -> dict[str, NDArray[Any]]:
    """Put the car somewhere; gives the observation there."""
    state = env.get_state()
    for name, value in (("x", x), ("y", y), ("heading", heading), ("speed", speed)):
        state[name][0, 0] = value
    observation: dict[str, NDArray[Any]] = env.set_state(state)
    return observation


def park(split: str, episodes: int) -> ParkingVectorEnv:
    batch = ParkingVectorEnv(episodes, split=split, autoreset="disabled")
    observations, _ = batch.reset(seed=0)
    driver = planner(ParkingEnv())
    actions = np.zeros((episodes, 2), np.float32)
    ended = np.zeros(episodes, np.bool_)
    while not ended.all():
        for row in np.flatnonzero(~ended):
            actions[row] = driver.act(row_of(observations, int(row)))
        observations, _, terminated, truncated, _ = batch.step(actions)
        ended = terminated | truncated
    return batch


@pytest.mark.parametrize("arguments", [{}, {"observation": "goal_and_cars", "mode": "reference"}])
def test_gymnasium_finds_nothing_to_complain_about(arguments: dict[str, str]) -> None:
    assert lam_envs.ENTRY_POINTS[ID] == ("lam_envs.driving.parking:ParkingEnv", ParkingVectorEnv.time_limit)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(gymnasium.make(ID, render_mode="rgb_array", split="held_out", **arguments).unwrapped)
    env = gymnasium.make(ID, **arguments)
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    assert observation["observation"].shape == ((34,) if arguments else (6,))


def test_the_vector_environment_is_gymnasiums() -> None:
    batch = make_vec(ID, 4, observation="goal_and_cars")
    assert isinstance(batch, gymnasium.vector.VectorEnv)
    observations, _ = batch.reset(seed=0)
    assert batch.observation_space.contains(observations)
    ends: list[NDArray[np.bool_]] = []
    for actions in np.sign(actions_of(0, 300, 4)):
        observations, rewards, terminated, truncated, infos = batch.step(actions)
        assert batch.observation_space.contains(observations)
        assert rewards.dtype == np.float64
        if ends and ends[-1].any():
            assert (rewards[ends[-1]] == 0.0).all()
            assert not (terminated | truncated)[ends[-1]].any()
        ends.append(terminated | truncated)
        if ends[-1].any():
            assert np.array_equal(infos["_success"], ends[-1])
            assert set(METRICS) <= set(infos)
    assert np.sum(ends) > 4


def test_the_card_tells_the_spaces() -> None:
    card = ParkingEnv.__doc__ or ""
    text = card.split("## Observation Space")[1].split("##")[0]
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if re.match(r"\s*\| \d", line)]
    assert [float(row[3]) for row in rows] == GOAL_BOUND.tolist()
    assert [-float(row[2]) for row in rows] == GOAL_BOUND.tolist()
    assert f"{ParkingVectorEnv.time_limit} steps" in card
    assert f"above {SUCCESS_REWARD}" in card
    for split in SPLITS:
        assert f'"{split}"' in card


def test_a_batch_of_any_size_equals_single_environments() -> None:
    batch = ParkingVectorEnv(64, split="extrapolation", autoreset="same_step")
    observations, _ = batch.reset(seed=100)
    rows = (0, 31, 63)
    singles = {row: ParkingEnv(split="extrapolation") for row in rows}
    for row, env in singles.items():
        assert same(env.reset(seed=100 + row)[0], row_of(observations, row))
    ended = 0
    for actions in actions_of(1, 150, 64):
        observations, rewards, terminated, truncated, infos = batch.step(actions)
        for row, env in singles.items():
            observation, reward, *ends, info = env.step(actions[row])
            assert (reward, ends) == (rewards[row], [terminated[row], truncated[row]])
            if any(ends):
                ended += 1
                last = infos.get("final_observation", infos.get("final_obs"))
                last = last[row] if isinstance(last, np.ndarray) else row_of(last, row)
                assert same(last, observation)
                assert set(info) == set(METRICS)
                observation, _ = env.reset()
            assert same(observation, row_of(observations, row))
    assert ended >= 3


def test_episodes_depend_on_split_and_seed() -> None:
    starts = [ParkingEnv(split=split).reset(seed=seed)[0] for split in SPLITS for seed in (0, 1)]
    assert len({start["observation"].tobytes() for start in starts}) == len(starts)
    env = ParkingEnv(mode="reference")
    observation, _ = env.reset(seed=5)
    assert np.array_equal(observation["observation"][:4], np.zeros(4))
    assert env.get_state()["present"].sum() == 1
    full = ParkingVectorEnv(200, split="extrapolation", observation="goal_and_cars")
    occupied = full.reset(seed=0)[0]["observation"][:, 6:].mean()
    assert 0.8 < occupied * NUM_SPOTS / (NUM_SPOTS - 1) < 1.0


def test_the_reward_by_hand_and_in_batches() -> None:
    env = ParkingEnv()
    env.reset(seed=0)
    generator = np.random.default_rng(0)
    for action in actions_of(0, 30, 1)[:, 0]:
        observation, reward, terminated, _, info = env.step(action)
        achieved, desired = observation["achieved_goal"], observation["desired_goal"]
        expected = -math.sqrt(np.abs(achieved.astype(float) - desired.astype(float)) @ WEIGHTS)
        assert env.compute_reward(achieved, desired, {}) == pytest.approx(expected, abs=1e-12)
        if terminated:
            assert reward == env.compute_reward(achieved, desired, info) + COLLISION_REWARD
            break
        assert reward == env.compute_reward(achieved, desired, info)
    goals = generator.uniform(-1.0, 1.0, (2, 7, 5, 6)).astype(np.float32)
    rewards = env.compute_reward(goals[0], goals[1], [{}] * 7)
    assert rewards.shape == (7, 5)
    assert rewards[3, 2] == env.compute_reward(goals[0, 3, 2], goals[1, 3, 2], {})
    assert np.array_equal(ParkingVectorEnv(2).compute_reward(goals[0], goals[1]), rewards)


def test_parked_is_within_the_lines_and_standing() -> None:
    still = np.zeros(2, np.float32)
    for mode, offset, speed, expected in (
        ("native", 0.0, 0.0, True),
        ("native", -1.4, 0.0, True),
        ("native", -2.0, 0.0, False),  # the tail is in the aisle
        ("native", 0.0, 2.0, False),
        ("reference", -4.5, 0.0, True),
        ("reference", -5.0, 0.0, False),
        ("reference", -2.0, 3.0, True),
    ):
        env = ParkingEnv(mode=mode)
        env.reset(seed=3)
        x, y, heading = spot_pose(int(env.get_state()["goal"][0]))
        place(env, x, y + math.copysign(1.0, y) * offset, heading, speed)
        _, _, terminated, truncated, info = env.step(still)
        assert (terminated, truncated) == (expected, False)
        if expected:
            assert info["success"]
            assert info["progress"] == 1.0


def test_cars_and_walls_are_hit() -> None:
    env = ParkingEnv(split="extrapolation")
    env.reset(seed=0)
    spot = int(np.flatnonzero(env.get_state()["present"][0, 1:])[0])
    x, y, heading = spot_pose(spot)
    place(env, x, y - math.copysign(4.0, y), heading, 5.0)
    _, reward, terminated, _, info = env.step(np.ones(2, np.float32))
    assert terminated
    assert info["collision"]
    assert not info["off_road"]
    assert not info["success"]
    assert reward < COLLISION_REWARD
    env.reset(seed=1)
    place(env, 31.0, 0.0, 0.0, 10.0)
    _, reward, terminated, _, info = env.step(np.zeros(2, np.float32))
    assert (terminated, info["off_road"], info["collision"]) == (True, True, False)
    stay, earned, again, _, told = env.step(np.ones(2, np.float32))
    assert (earned, again, told) == (0.0, True, info)
    assert same(stay, env.step(np.ones(2, np.float32))[0])


def test_the_clock_ends_an_episode() -> None:
    env = ParkingEnv(max_episode_steps=5)
    env.reset(seed=0)
    for step in range(1, 6):
        _, _, terminated, truncated, info = env.step(np.zeros(2, np.float32))
        assert (terminated, truncated) == (False, step == 5)
    assert info["success"] is False
    assert info["progress"] == 0.0
    assert info["mean_speed"] == 0.0


def test_a_saved_state_is_returned_to() -> None:
    env = ParkingEnv(split="held_out", observation="goal_and_cars")
    env.reset(seed=7)
    for action in actions_of(0, 5, 1)[:, 0]:
        env.step(action)
    saved = env.get_state()

    def play() -> list[Any]:
        seen: list[Any] = []
        for action in actions_of(1, 40, 1)[:, 0]:
            observation, *rest = env.step(action)
            seen.append(({name: array.tolist() for name, array in observation.items()}, rest))
        return [*seen, env.reset()[0]["observation"].tolist()]

    first = play()
    env.set_state(saved)
    assert play() == first
    batch = ParkingVectorEnv(3, observation="goal_and_cars")
    batch.reset(seed=0)
    observations = batch.set_state(saved, rows=[1])
    env.set_state(saved)
    assert np.array_equal(observations["achieved_goal"][1], env.set_state(saved)["achieved_goal"])


def test_wrong_input_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="expected split to be one of train, validation, held_out, extrapolation"):
        ParkingEnv(split="test")
    with pytest.raises(ValueError, match="expected observation to be one of goal, goal_and_cars"):
        ParkingEnv(observation="grid")
    with pytest.raises(ValueError, match="expected mode to be one of native, reference"):
        ParkingEnv(mode="fast")
    with pytest.raises(ValueError, match=r"expected occupied as \(lowest, highest\)"):
        ParkingBox(occupied=(0.5, 0.2))
    env = ParkingEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="expected finite actions"):
        env.step(np.array([np.nan, 0.0]))
    with pytest.raises(ValueError, match="expected actions of numbers and shape"):
        env.step(np.zeros(3))


@pytest.mark.parametrize("split", SPLITS)
def test_the_driver_parks_on_every_split(split: str) -> None:
    batch = park(split, 40)
    metrics = dict(zip(METRICS, batch.metrics.T))
    assert metrics["success"].all()
    assert metrics["comfort"].all()
    assert metrics["driving_score"].mean() > 0.9


def test_the_driver_needs_no_memory_and_is_symmetric() -> None:
    env = ParkingEnv()
    used = planner(env)
    for seed in range(5):
        observation, _ = env.reset(seed=seed)
        for _ in range(20):
            action = used.act(observation)
            assert action in env.action_space
            assert np.array_equal(action, planner(env).act(observation))
            for negated, sign in (((1, 3, 5), -1.0), ((0, 2, 4), -1.0), ((0, 1, 2, 3, 4, 5), 1.0)):
                reflected = {name: array.copy() for name, array in observation.items()}
                for array in reflected.values():
                    array[list(negated)] *= -1.0
                assert np.allclose(used.act(reflected), action * (1.0, sign), atol=1e-4)
            observation, *_ = env.step(action)


PROBE = """
import numpy as np
from lam_envs.driving.parking import ParkingEnv, ParkingVectorEnv
from lam_envs.driving.parking_experts import planner
batch = ParkingVectorEnv(3, split="extrapolation", observation="goal_and_cars", autoreset="same_step")
observations, _ = batch.reset(seed=0)
seen = [array.tobytes().hex() for array in observations.values()]
for actions in np.random.default_rng(0).uniform(-1.0, 1.0, (60, 3, 2)):
    observations, rewards, terminated, truncated, _ = batch.step(actions)
    seen += [array.tobytes().hex() for array in (*observations.values(), rewards, terminated)]
env = ParkingEnv()
for seed in range(3):
    observation, _ = env.reset(seed=seed)
    seen.append(planner(env).act(observation).tobytes().hex())
print(hash(tuple(seen)), batch.metrics.tobytes().hex()[:2000])
"""


def test_numba_changes_no_number() -> None:
    answers = []
    for extra in ({}, {"NUMBA_DISABLE_JIT": "1"}):
        env = {**os.environ, "PYTHONHASHSEED": "0", **extra}
        done = subprocess.run([sys.executable, "-c", PROBE], env=env, capture_output=True, text=True, check=True)
        answers.append(done.stdout)
    assert answers[0] == answers[1]
