"""The highway task: its card, its start, its traffic, its metrics, and that nothing but the seed decides an episode."""

from __future__ import annotations

import copy
import json
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

import lam_envs
from lam_envs.driving.highway import LEVELS, PRESETS, HighwayEnv
from lam_envs.driving.highway_window import FRONT, MARGIN, REAR
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.scenario import HighwayScenario
from lam_envs.driving.traffic import CRASHED, HEADING, LANE, LANES, SIN, SPEED, TARGET, TARGET_SPEED, TIMER, X, Y
from lam_envs.driving.vector import make_vec

ID = "LamDrive/Highway-v0"
VIEWS = HighwayEnv.vector_class.views
EMPTY = HighwayScenario(density=((0.01, 0.01),))


def actions_of(seed: int, shape: tuple[int, ...]) -> Any:
    return np.random.default_rng(seed).integers(5, size=shape)


@pytest.mark.smoke
@pytest.mark.parametrize("mode", ["native", "reference"])
def test_gymnasium_finds_nothing_to_complain_about(mode: str) -> None:
    for view in VIEWS:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            check_env(HighwayEnv(observation=view, mode=mode), skip_render_check=True)
    check_env(gymnasium.make(ID, stack=3, observation="topdown", render_mode="rgb_array").unwrapped)


def test_the_card_tells_the_spaces_and_the_clock() -> None:
    card = HighwayEnv.__doc__ or ""
    assert f"{lam_envs.ENTRY_POINTS[ID][1]} steps" in card
    assert HighwayEnv.vector_class.time_limit == lam_envs.ENTRY_POINTS[ID][1] == PRESETS["highway-v0"]["duration"]
    for view in VIEWS:
        space = HighwayEnv(observation=view).observation_space
        shape = f"({', '.join(map(str, space.shape or ()))})"
        assert f'`"{view}"`' in card
        assert shape in card.split(f'`"{view}"`')[1][:80]
    actions = re.findall(r"\n    \| (\d) \| [^|]+ \|\n", card)
    assert actions[::1] == [str(number) for number in range(5)] or len(actions) >= 3
    assert HighwayEnv().action_space.n == 5
    assert {f"{level:g}" for level in LEVELS["reference"]} <= set(re.findall(r"\d+", card))


@pytest.mark.parametrize("arguments", [{"mode": "native"}, {"mode": "reference", "preset": "highway-fast-v0"}])
def test_an_episode_is_the_same_alone_and_among_a_thousand(arguments: dict[str, str]) -> None:
    many = make_vec(ID, num_envs=1024, autoreset="same_step", **arguments)
    alone = {row: make_vec(ID, num_envs=1, autoreset="same_step", **arguments) for row in (0, 513, 1023)}
    actions = actions_of(0, (25, 1024))
    observations, _ = many.reset(seed=50)
    for row, single in alone.items():
        assert np.array_equal(single.reset(seed=50 + row)[0][0], observations[row])
    ends = 0
    for step in range(25):
        answers = many.step(actions[step])
        ends += int(answers[2].sum())
        for row, single in alone.items():
            for ours, theirs in zip(single.step(actions[step, row : row + 1])[:4], answers[:4]):
                assert np.array_equal(ours[0], theirs[row])
    assert ends > 500
    for row, single in alone.items():
        for name, array in single.get_state().items():
            assert np.array_equal(array[0], many.state[name][row])


PROBE = """
import json, numpy as np
from lam_envs.driving.vector import make_vec
told = []
for arguments in ({"mode": "native"}, {"mode": "reference", "preset": "highway-fast-v0"}, {"mode": "reference"}):
    for view in ("kinematics", "kinematics_reference", "grid"):
        environments = make_vec("LamDrive/Highway-v0", 2, autoreset="same_step", observation=view, **arguments)
        told.append(environments.reset(seed=11)[0].tolist())
        for action in [[3, 0], [2, 3], [1, 3]] if view == "kinematics" else [[1, 1]]:
            observations, rewards, *_ = environments.step(action)
            told.append([observations.tolist(), rewards.tolist()])
        told.append(environments.state["blocks"].tolist())
        told.append(environments.state["metrics"].tolist())
print(json.dumps(told))
"""


def test_compiled_or_not_and_in_any_process_the_numbers_are_the_same() -> None:
    answers = []
    for disable in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "NUMBA_DISABLE_JIT": disable},
        )
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    assert answers[0] == answers[1]
    here: list[Any] = []
    exec(PROBE.replace("print(json.dumps(told))", "here.extend(told)"), {"here": here})
    assert here == answers[0]


def test_the_native_start_leaves_room() -> None:
    for split in ("train", "extrapolation"):
        environments = make_vec(ID, num_envs=200, split=split)
        environments.reset(seed=0)
        state = environments.state
        lanes = environments.scenarios["lanes"]
        assert set(lanes.tolist()) == ({3.0, 4.0} if split == "train" else {2.0, 5.0, 6.0})
        for row in range(200):
            count = int(state["counts"][row])
            x, lane = state["blocks"][row, X, :count], state["codes"][row, LANE, :count]
            assert (np.diff(np.sort(x)) >= 0).all()
            assert (x - x[0] > -REAR - 1).all()
            assert (x - x[0] < FRONT + MARGIN).all()
            assert lane.max() < lanes[row]
            for one in range(int(lanes[row])):
                assert (np.diff(np.sort(x[lane == one])) >= 18.0).all()
            ahead = x[(lane == lane[0]) & (x > x[0])]
            assert not len(ahead) or ahead.min() - x[0] >= 35.0
            assert np.allclose(state["blocks"][row, TIMER, :count] % 1.0, 0.0)  # whole ticks


def test_native_traffic_stays_around_the_ego() -> None:
    for action, level in ((3, 30.0), (4, 0.0)):
        environments = make_vec(ID, num_envs=50, autoreset="disabled")
        environments.reset(seed=1)
        counts, entered = environments.state["counts"].copy(), 0
        wanted = environments.state["blocks"][:, TARGET_SPEED].copy()
        for _ in range(40):
            environments.step(np.full(50, action))
            entered += int((environments.state["blocks"][:, TARGET_SPEED, 1:] != wanted[:, 1:]).sum())
            wanted = environments.state["blocks"][:, TARGET_SPEED].copy()
            for row in np.flatnonzero(~environments.terminated):
                x = environments.state["blocks"][row, X, : counts[row]]
                assert ((x - x[0] >= -REAR - MARGIN) & (x - x[0] <= FRONT + MARGIN)).all()
                order = environments.state["codes"][row, 4, : counts[row]]
                assert sorted(order.tolist()) == list(range(counts[row]))
                assert (np.diff(x[order]) >= 0).all()
        assert np.array_equal(counts, environments.state["counts"])
        assert entered > 50
        alive = ~environments.terminated
        assert alive.any() or level > 0
        assert np.allclose(environments.state["blocks"][alive, TARGET_SPEED, 0], level)


def test_target_speeds_and_lanes() -> None:
    env = HighwayEnv(scenario=EMPTY)
    env.reset(seed=0)
    block, codes = env.batch.state["blocks"][0], env.batch.state["codes"][0]
    speeds = []
    for action in (3, 3, 4, 4, 4):
        env.step(action)
        speeds.append(block[TARGET_SPEED, 0])
    assert speeds == [30.0, 30.0, 25.0, 20.0, 15.0]
    lanes = int(env.batch.state["parameters"][0, LANES])
    for _ in range(6):
        observation, reward, *_ = env.step(2)
    assert codes[LANE, 0] == codes[TARGET, 0] == lanes - 1
    assert abs(block[Y, 0] - 4.0 * (lanes - 1)) < 0.05
    assert np.isclose(observation[0, 2] * 24.0, 2.0 * (lanes - 1), atol=0.05)
    assert np.isclose(observation[0, 3] * 30.0, block[SPEED, 0], atol=1e-2)
    assert np.isclose(observation[0, 8] * 30.0, 15.0)
    assert np.isclose(observation[0, 9] * 24.0, 4.0 * lanes)
    assert np.isclose(reward, block[SPEED, 0] / 30.0, atol=1e-3)
    env.step(0)
    assert codes[TARGET, 0] == lanes - 2
    slow = HighwayEnv(mode="reference")
    slow.reset(seed=0)
    for _ in range(3):
        slow.step(4)
    assert slow.batch.state["blocks"][0, TARGET_SPEED, 0] == 20.0


def test_episodes_end_by_a_collision_or_by_the_clock() -> None:
    lonely = HighwayEnv(scenario=EMPTY)
    lonely.reset(seed=0)
    for step in range(1, 41):
        _, _, terminated, truncated, info = lonely.step(1)
        assert (terminated, truncated) == (False, step == 40)
    assert set(info) == set(METRICS)
    assert info["success"] is True
    assert np.isclose(info["progress"], 25.0 / 30.0)
    assert np.isclose(info["mean_speed"], 25.0)
    assert info["comfort"] is True
    environments = make_vec(ID, num_envs=200, autoreset="disabled")
    environments.reset(seed=0)
    for _ in range(40):
        environments.step(np.full(200, 3))
    crashed = environments.terminated
    assert crashed.mean() > 0.8
    assert np.array_equal(crashed, environments.state["codes"][:, CRASHED, 0] == 1)
    names = {name: environments.metrics[:, column] for column, name in enumerate(METRICS)}
    assert np.array_equal(names["collision"] == 1, crashed)
    assert np.array_equal(names["success"] == 1, ~crashed)
    assert names["at_fault_collision"][crashed].mean() > 0.9  # it drove into them
    assert (names["driving_score"][names["at_fault_collision"] == 1] == 0).all()


def test_the_reference_start_has_the_traffic_ahead() -> None:
    for preset, settings in PRESETS.items():
        environments = make_vec(ID, num_envs=100, mode="reference", preset=preset)
        environments.reset(seed=0)
        block = environments.state["blocks"]
        assert block.shape[2] == settings["vehicles"] + 1
        assert (np.diff(block[:, X], axis=1) > 0).all()
        assert (block[:, SPEED, 0] == 25.0).all()
        assert block[:, SPEED, 1:].min() >= 21.0
        assert block[:, SPEED, 1:].max() <= 24.0
        assert environments.max_episode_steps == settings["duration"]
        headway = 36.0 * np.exp(-0.125 * settings["lanes"])
        assert np.isclose(np.diff(block[:, X, 1:], axis=1).mean(), headway * 34.5 / 36.0, rtol=0.03)


def test_the_left_right_reflection_of_the_observation() -> None:
    env = HighwayEnv()
    for seed in range(5):
        env.reset(seed=seed)
        for action in actions_of(seed, (4,)):
            observation, *_ = env.step(action)
        state = env.get_state()
        lanes = int(state["parameters"][0, LANES])
        state["blocks"][:, Y] = 4.0 * (lanes - 1) - state["blocks"][:, Y]
        for row in (HEADING, SIN):
            state["blocks"][:, row] *= -1.0
        for row in (LANE, TARGET):
            state["codes"][:, row] = lanes - 1 - state["codes"][:, row]
        mirrored = observation.copy()
        mirrored[:, [2, 4, 6, 7]] *= -1.0
        assert np.allclose(env.set_state(state), mirrored, atol=1e-6)


def test_pictures_are_stacked_from_old_to_new() -> None:
    single = HighwayEnv(observation="topdown")
    stacked = HighwayEnv(observation="topdown", stack=3)
    first = single.reset(seed=4)[0]
    assert all(np.array_equal(picture, first) for picture in stacked.reset(seed=4)[0])
    frames = [first]
    for action in (3, 2, 1):
        frames.append(single.step(action)[0])
        seen = stacked.step(action)[0]
    assert np.array_equal(seen, frames[1:])
    twin = copy.deepcopy(single)
    assert np.array_equal(twin.step(0)[0], single.step(0)[0])
    saved = stacked.get_state()
    following = stacked.step(0)[0]
    assert np.array_equal(stacked.set_state(saved), seen)
    assert np.array_equal(stacked.step(0)[0], following)


def test_frames_show_the_road() -> None:
    env = HighwayEnv(render_mode="rgb_array")
    env.reset(seed=0)
    frame = env.render()
    assert frame is not None
    assert frame.shape == (150, 600, 3)
    env.step(3)
    assert not np.array_equal(env.render(), frame)
    assert HighwayEnv().render() is None
