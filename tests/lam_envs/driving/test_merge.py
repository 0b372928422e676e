"""The merge: spaces, the card, seeds, states, clock, and a driver that never crashes."""

from __future__ import annotations

import os
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
from lam_envs.driving.junction_experts import merge_driver
from lam_envs.driving.junction_vehicles import SPEED, TARGET_LANE, X_, Y_
from lam_envs.driving.merge import MergeEnv, MergeVectorEnv
from lam_envs.driving.merge_kernels import EGO_FEATURES, FEATURES, ROWS
from lam_envs.driving.merge_rules import merge_actions
from lam_envs.driving.merge_scenario import SPLITS, ZONE, ZONE_START, MergeScenario
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.scenario import parameter_names

ID = "LamDrive/Merge-v0"
LEFT, IDLE, RIGHT, FASTER, SLOWER = range(5)

PLAY = """
import numpy as np
from lam_envs.driving.merge import MergeVectorEnv
batch = MergeVectorEnv(2, split="extrapolation")
batch.reset(seed=11)
generator = np.random.default_rng(0)
for _ in range({steps}):
    batch.step(generator.integers(0, 5, 2))
print(batch.state["vehicles"].tolist(), batch.observations.tolist(), batch.state["accumulators"].tolist())
"""


def drive(batch: MergeVectorEnv, steps: int = 80) -> NDArray[np.float64]:
    """Let the rule driver drive to the end; the returns."""
    observations, _ = batch.reset(seed=0)
    actions, returns = np.zeros(batch.num_envs, np.int64), np.zeros(batch.num_envs)
    for _ in range(steps):
        merge_actions(observations, actions)
        observations, rewards, terminated, truncated, _ = batch.step(actions)
        returns += rewards
        if (terminated | truncated).all():
            break
    return returns


def metric(batch: MergeVectorEnv, name: str) -> NDArray[np.float64]:
    return batch.metrics[:, METRICS.index(name)]


def test_gymnasium_finds_nothing_to_complain_about() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(MergeEnv(), skip_render_check=True)
        env = gymnasium.make(ID, split="held_out", policy_frequency=1, render_mode="rgb_array")
        check_env(env.unwrapped)
    env.reset(seed=0)
    assert env.render().shape == (200, 600, 3)  # type: ignore[union-attr]


def test_the_card_tells_the_spaces_and_the_clock() -> None:
    card = MergeEnv.__doc__ or ""
    env = MergeEnv()
    assert env.observation_space.shape == (ROWS, FEATURES) == (11, 13)
    assert "`Box(-1, 1, (11, 13), float32)`" in card
    assert "`Discrete(5)`" in card
    assert env.action_space == gymnasium.spaces.Discrete(5)
    assert len(EGO_FEATURES) == 6
    assert f"{lam_envs.ENTRY_POINTS[ID][1]} steps" in card
    assert lam_envs.ENTRY_POINTS[ID][1] == MergeVectorEnv.time_limit
    for split in SPLITS:
        assert f'"{split}"' in card


@pytest.mark.parametrize("autoreset", ["same_step", "next_step"])
def test_a_batch_of_any_size_plays_the_same_episodes(autoreset: str) -> None:
    batch, alone = MergeVectorEnv(64, autoreset=autoreset), MergeVectorEnv(1, autoreset=autoreset)
    generator = np.random.default_rng(0)
    actions = generator.integers(0, 5, (90, 64))
    actions[:, 31] = FASTER
    first, _ = batch.reset(seed=100)
    assert first in batch.observation_space
    results = [batch.step(row)[:4] for row in actions]
    assert sum(int((terminated | truncated).sum()) for _, _, terminated, truncated in results) > 64
    for row in (0, 31, 63):
        one, _ = alone.reset(seed=100 + row)
        assert np.array_equal(one[0], first[row])
        for choice, result in zip(actions, results):
            for mine, theirs in zip(alone.step(choice[row : row + 1])[:4], result):
                assert mine[0].tobytes() == theirs[row].tobytes()
    assert results[-1][0] in batch.observation_space


def test_compiled_or_not_the_numbers_are_the_same() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", PLAY.format(steps=6)],
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in ("0", "1")
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 1000


def test_a_saved_state_is_returned_to() -> None:
    env, other = MergeEnv(), MergeVectorEnv(5, split="held_out", autoreset="disabled")
    env.reset(seed=3)
    for _ in range(4):
        env.step(FASTER)
    saved = env.get_state()
    seen = [env.step(action) for action in (SLOWER, IDLE, LEFT, IDLE, IDLE)]
    env.set_state(saved)
    other.reset(seed=0)
    copies = other.set_state(saved, rows=[1, 3])
    assert np.array_equal(copies[1], copies[3])
    for action, (observation, reward, *_) in zip((SLOWER, IDLE, LEFT, IDLE, IDLE), seen):
        again, earned, *_ = env.step(action)
        assert np.array_equal(again, observation)
        assert earned == reward
        copies, rewards, *_ = other.step(np.full(5, action))
        assert np.array_equal(copies[3], observation)
        assert rewards[1] == reward
    with pytest.raises(ValueError, match="expected 'vehicles' of shape"):
        env.set_state({**saved, "vehicles": saved["vehicles"][:, :, :3]})


@pytest.mark.parametrize("split", ["train", "held_out", "extrapolation"])
def test_the_rule_driver_arrives_without_a_collision(split: str) -> None:
    batch = MergeVectorEnv(100, split=split, autoreset="disabled")
    returns = drive(batch)
    assert metric(batch, "collision").sum() == 0
    assert metric(batch, "off_road").sum() == 0
    assert metric(batch, "success").mean() >= 0.93
    assert returns.mean() > 1.3
    assert returns.max() <= 2.0


def test_the_factory_gives_the_rule_driver() -> None:
    env = MergeEnv()
    driver = merge_driver(env)
    observation, _ = env.reset(seed=1)
    expected = np.zeros(1, np.int64)
    for _ in range(10):
        merge_actions(observation[None], expected)
        assert driver.act(observation) == expected[0]
        observation, *_ = env.step(driver.act(observation))


def test_scenarios_come_from_the_box_of_the_split() -> None:
    for split, box in SPLITS.items():
        batch = MergeVectorEnv(200, split=split)
        batch.reset(seed=5)
        assert tuple(batch.scenarios) == parameter_names(MergeScenario)
        for name, values in batch.scenarios.items():
            inside = [(values >= low) & (values <= high) for low, high in getattr(box, name)]
            assert np.logical_or.reduce(inside).all()


def test_the_ramps_end_is_hard_and_the_ramp_is_left_only_in_the_zone() -> None:
    batch = MergeVectorEnv(64, autoreset="disabled")
    batch.reset(seed=0)
    ramp = batch.scenarios["start"] >= 0.4
    vehicles = batch.state["vehicles"]
    for _ in range(60):
        batch.step(np.full(64, RIGHT))
        assert (vehicles[ramp, TARGET_LANE, 0] == 2).all()
        assert (vehicles[~ramp, TARGET_LANE, 0] < 2).all()
    assert metric(batch, "collision")[ramp].all()
    assert metric(batch, "at_fault_collision")[ramp].mean() > 0.9
    end = ZONE_START + batch.state["scenario"][ramp, ZONE]
    assert (vehicles[ramp, X_, 0] <= end).all()
    assert (vehicles[ramp, Y_, 0] > 7.0).all()
    batch.reset(seed=0)
    batch.step(np.full(64, LEFT))
    assert (vehicles[ramp, TARGET_LANE, 0] == 2).all()
    assert (vehicles[~ramp, TARGET_LANE, 0] == 0).all()


def test_the_clock_ends_an_episode_that_does_not() -> None:
    env = gymnasium.make(ID)
    env.reset(seed=4)
    for step in range(1, 81):
        _, _, terminated, truncated, info = env.step(SLOWER)
        if terminated:
            break
        assert truncated == (step == 80)
    assert set(METRICS) <= set(info)
    assert info["success"] is False
    assert env.unwrapped.step(SLOWER)[1] == 0.0


def test_traffic_keeps_its_distance() -> None:
    batch = MergeVectorEnv(32, autoreset="disabled")
    drive(batch, 30)
    vehicles = batch.state["vehicles"]
    assert (vehicles[:, SPEED] >= 0.0).all()
    close = 0
    for own in vehicles:
        present = np.flatnonzero(own[6] > 0.0)
        for i in present:
            for j in present[present > i]:
                close += bool(abs(own[X_, i] - own[X_, j]) < 5.0 and abs(own[Y_, i] - own[Y_, j]) < 2.0)
    assert close == 0


def test_wrong_arguments_are_refused() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"split": "test"}, "expected split to be one of"),
        ({"policy_frequency": 3}, "expected policy_frequency to be 1 or 2"),
        ({"observation": "frenet"}, "expected observation to be one of"),
    ]
    for arguments, words in wrong:
        with pytest.raises(ValueError, match=words):
            MergeEnv(**arguments)
    env = MergeEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="expected actions from 0 to 4"):
        env.step(5)
