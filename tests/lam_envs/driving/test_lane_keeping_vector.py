"""Lane keeping as a vector environment: the numbers of the single one, bit for bit, through automatic resets."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from lam_envs.driving.experts import stanley
from lam_envs.driving.lane_keeping import LaneKeepingEnv
from lam_envs.driving.lane_keeping_vector import LaneKeepingVectorEnv, episode_seed
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.road import SPLITS
from lam_envs.driving.vector import make_vec

ID = "LamDrive/LaneKeeping-v0"


@pytest.mark.parametrize("autoreset", ["same_step", "next_step"])
@pytest.mark.parametrize("split", ["train", "extrapolation"])
def test_the_batch_is_the_single_environment_bit_for_bit(split: str, autoreset: str) -> None:
    batch = make_vec(ID, 5, split=split, autoreset=autoreset)
    singles = [LaneKeepingEnv(split) for _ in range(5)]
    driver = stanley(singles[0])
    observations, _ = batch.reset(seed=40)
    current = [env.reset(seed=40 + row)[0] for row, env in enumerate(singles)]
    noise = np.random.default_rng(0).normal(0.0, 0.4, (400, 5, 2)).astype(np.float32)
    waiting = [False] * 5
    ended = {"success": 0, "off_road": 0}
    for step in range(400):
        actions = np.array([driver.act(row) for row in observations]) + noise[step] * (step % 100 > 50)
        observations, rewards, terminated, _, infos = batch.step(actions)
        for row, env in enumerate(singles):
            if waiting[row]:
                current[row], waiting[row] = env.reset()[0], False
                assert (rewards[row], terminated[row]) == (0.0, False)
            else:
                current[row], reward, ends, _, info = env.step(actions[row])
                assert (reward, ends) == (rewards[row], terminated[row])
                if ends:
                    told = infos.get("final_info", infos)
                    told = told[row] if isinstance(told, np.ndarray) else {name: told[name][row] for name in METRICS}
                    assert all(told[name] == value for name, value in info.items() if name in METRICS)
                    for name in ended:
                        ended[name] += info[name]
                    waiting[row] = autoreset == "next_step"
                    if not waiting[row]:
                        current[row] = env.reset()[0]
            assert observations[row].tobytes() == current[row].tobytes()
    assert ended["success"] + ended["off_road"] >= 5


def test_later_episodes_draw_their_seeds_as_the_single_environment_does() -> None:
    env = LaneKeepingEnv()
    env.reset(seed=3)
    drawn = [int(env.np_random.integers(2**31)) for _ in range(5)]
    assert [episode_seed(3, episode) for episode in range(6)] == [3, *drawn]


def test_the_vector_environment_is_gymnasiums() -> None:
    batch = make_vec(ID, 3, observation="frenet", mode="native", render_mode="rgb_array")
    assert isinstance(batch, gymnasium.vector.VectorEnv)
    observations, _ = batch.reset(seed=0)
    assert batch.observation_space.contains(observations)
    single = LaneKeepingEnv(render_mode="rgb_array")
    single.reset(seed=2)
    frame = batch.render(2)
    assert frame is not None
    assert np.array_equal(frame, single.render())
    for _ in range(150):
        observations, _, terminated, _, infos = batch.step(np.zeros((3, 2), np.float32))
        assert batch.observation_space.contains(observations)
        if terminated.any():
            break
    assert infos["off_road"][terminated].all()
    assert set(METRICS) <= set(infos)
    assert not infos["driving_score"].any()
    assert infos["min_time_to_collision"][terminated].tolist() == [3.0] * int(terminated.sum())


def test_the_clock_ends_an_episode() -> None:
    batch = LaneKeepingVectorEnv(2, max_episode_steps=4, autoreset="disabled")
    batch.reset(seed=0)
    for step in range(1, 6):
        _, rewards, terminated, truncated, infos = batch.step(np.zeros((2, 2)))
        assert not terminated.any()
        assert truncated.tolist() == [step >= 4] * 2
        assert ("mean_speed" in infos) == (step == 4)
    assert (rewards == 0.0).all()


def test_a_saved_state_is_returned_to() -> None:
    batch = LaneKeepingVectorEnv(2, split="held_out", autoreset="same_step")
    batch.reset(seed=9)
    actions = np.random.default_rng(0).uniform(-1.0, 1.0, (60, 2, 2))
    for each in actions[:10]:
        batch.step(each)
    saved = batch.get_state()

    def play() -> list[Any]:
        return [[array.tolist() for array in batch.step(each)[:4]] for each in actions[10:]]

    first = play()
    batch.set_state(saved)
    assert play() == first
    other = LaneKeepingVectorEnv(4, split="held_out")
    other.reset(seed=0)
    copied = other.set_state({name: array[1:] for name, array in saved.items()}, rows=[0, 3])
    assert np.array_equal(copied[0], copied[3])
    assert np.array_equal(copied[0], batch.set_state(saved)[1])


@pytest.mark.parametrize("split", SPLITS)
def test_stanley_solves_every_split(split: str) -> None:
    batch = LaneKeepingVectorEnv(50, split=split, autoreset="disabled")
    driver = stanley(LaneKeepingEnv())
    observations, _ = batch.reset(seed=0)
    ended = np.zeros(50, np.bool_)
    while not ended.all():
        observations, _, terminated, truncated, _ = batch.step(np.array([driver.act(row) for row in observations]))
        ended = terminated | truncated
    metrics = dict(zip(METRICS, batch.metrics.T))
    assert metrics["success"].all()
    assert metrics["driving_score"].min() > 0.8


def test_wrong_input_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="expected observation to be 'frenet', got 'grid'"):
        LaneKeepingEnv(observation="grid")
    with pytest.raises(ValueError, match="expected mode to be 'native', got 'reference'"):
        LaneKeepingEnv(mode="reference")
    with pytest.raises(ValueError, match="expected observation to be one of frenet"):
        make_vec(ID, 2, observation="grid")
    batch = make_vec(ID, 2)
    batch.reset(seed=0)
    with pytest.raises(ValueError, match="expected finite actions"):
        batch.step(np.full((2, 2), np.nan))
