"""The intersection and the roundabout: roads, spaces, cards, seeds, states, clock, and a driver that never crashes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import warnings
from itertools import pairwise
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from numpy.typing import NDArray

import lam_envs
from lam_envs.driving.intersection import IntersectionEnv, IntersectionVectorEnv
from lam_envs.driving.junction import JunctionVectorEnv
from lam_envs.driving.junction_experts import junction_driver, junction_lookahead
from lam_envs.driving.junction_kernels import FEATURES, ROWS
from lam_envs.driving.junction_roads import CROSS, JOIN, PART
from lam_envs.driving.junction_vehicles import OFFSET, PRESENT, ROUTE, SPEED, STATION, X_, Y_
from lam_envs.driving.lanes import lane_heading, lane_point
from lam_envs.driving.merge import MergeEnv
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.roundabout import RoundaboutEnv, RoundaboutVectorEnv
from lam_envs.driving.scenario import parameter_names
from lam_envs.driving.vector import DrivingEnv

SLOWER, IDLE, FASTER = range(3)
BATCHES: tuple[type[JunctionVectorEnv], ...] = (IntersectionVectorEnv, RoundaboutVectorEnv)
ENVS: dict[str, type[DrivingEnv]] = {
    "LamDrive/Intersection-v0": IntersectionEnv,
    "LamDrive/Roundabout-v0": RoundaboutEnv,
}

PLAY = """
import numpy as np
from lam_envs.driving.intersection import IntersectionVectorEnv
from lam_envs.driving.roundabout import RoundaboutVectorEnv
for batch in (IntersectionVectorEnv(2, split="extrapolation"), RoundaboutVectorEnv(1, split="held_out")):
    batch.reset(seed=11)
    actions = np.zeros(batch.num_envs, np.int64)
    for _ in range(12):
        batch.rule_actions(actions)
        batch.step(actions)
    print(batch.state["vehicles"].tolist(), batch.observations.tolist(), batch.state["accumulators"].tolist())
"""


def drive(batch: JunctionVectorEnv) -> NDArray[np.float64]:
    """Let the rule driver drive to the end; the returns."""
    batch.reset(seed=0)
    actions, returns = np.zeros(batch.num_envs, np.int64), np.zeros(batch.num_envs)
    for _ in range(batch.max_episode_steps):
        batch.rule_actions(actions)
        _, rewards, terminated, truncated, _ = batch.step(actions)
        returns += rewards
        if (terminated | truncated).all():
            break
    return returns


def metric(batch: JunctionVectorEnv, name: str) -> NDArray[np.float64]:
    return batch.metrics[:, METRICS.index(name)]


@pytest.mark.parametrize("vector_class", BATCHES)
def test_routes_are_smooth_and_end_where_they_should(vector_class: type[JunctionVectorEnv]) -> None:
    road = vector_class.road
    for lanes in road.lanes:
        for number, row in enumerate(road.routes):
            route = [int(lane) for lane in row if lane >= 0]
            for lane, after in pairwise(route):
                end = lane_point(lanes, lane, float(lanes[lane, 4]), 0.0)
                assert end == pytest.approx(lane_point(lanes, after, 0.0, 0.0), abs=1e-9)
                bend = lane_heading(lanes, lane, float(lanes[lane, 4])) - lane_heading(lanes, after, 0.0)
                assert math.remainder(bend, 2.0 * math.pi) == pytest.approx(0.0, abs=1e-9)
            corner, turn = divmod(number, 3)
            point = lane_point(lanes, route[-1], 50.0, 0.0)
            outward = [(0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0)][(corner + 1 + turn) % 4]
            assert point[0] * outward[0] + point[1] * outward[1] > 50.0
            assert point[1] * outward[0] - point[0] * outward[1] == pytest.approx(2.0)


@pytest.mark.parametrize("vector_class", BATCHES)
def test_zones_mirror_each_other(vector_class: type[JunctionVectorEnv]) -> None:
    zones = vector_class.road.zones
    seen = set()
    for geometry in zones:
        for route in range(12):
            for other in range(12):
                mine = {tuple(row) for row in geometry[route, other] if row[0] >= 0}
                theirs = {tuple(row) for row in geometry[other, route] if row[0] >= 0}
                assert theirs == {(kind, -first, c, d, a, b) for kind, first, a, b, c, d in mine}
                seen |= {int(row[0]) for row in mine}
        assert not (geometry[range(12), range(12), :, 0] >= 0).any()
    assert seen == ({CROSS, JOIN, PART} if vector_class is IntersectionVectorEnv else {JOIN, PART})
    assert (vector_class.road.lines < vector_class.road.exits).all()


@pytest.mark.parametrize("name", ENVS)
def test_gymnasium_finds_nothing_to_complain_about(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(ENVS[name](), skip_render_check=True)
        check_env(gymnasium.make(name, split="held_out", policy_frequency=1, render_mode="rgb_array").unwrapped)


@pytest.mark.parametrize("name", ENVS)
def test_the_card_tells_the_spaces_and_the_clock(name: str) -> None:
    card = ENVS[name].__doc__ or ""
    env = ENVS[name]()
    batch: Any = env.batch
    assert env.observation_space.shape == (ROWS, FEATURES) == (11, 14)
    assert "`Box(-1, 1, (11, 14), float32)`" in card
    assert "`Discrete(3)`" in card
    assert f"{lam_envs.ENTRY_POINTS[name][1]} steps" in card
    assert lam_envs.ENTRY_POINTS[name][1] == batch.time_limit
    levels = [batch.top_speed * level / 3 for level in range(4)]
    assert "{:g}, {:g}, {:g} or {:g} m/s".format(*levels) in card
    for split in batch.splits:
        assert f'"{split}"' in card


@pytest.mark.parametrize("vector_class", BATCHES)
def test_a_batch_of_any_size_plays_the_same_episodes(vector_class: type[JunctionVectorEnv]) -> None:
    batch, alone = vector_class(32, autoreset="same_step"), vector_class(1, autoreset="same_step")
    actions = np.random.default_rng(0).integers(0, 3, (60, 32))
    actions[:, 15] = FASTER
    first, _ = batch.reset(seed=100)
    assert first in batch.observation_space
    results = [batch.step(row)[:4] for row in actions]
    assert sum(int((terminated | truncated).sum()) for _, _, terminated, truncated in results) > 16
    for row in (0, 15, 31):
        one, _ = alone.reset(seed=100 + row)
        assert np.array_equal(one[0], first[row])
        for choice, result in zip(actions, results):
            for mine, theirs in zip(alone.step(choice[row : row + 1])[:4], result):
                assert mine[0].tobytes() == theirs[row].tobytes()
    assert results[-1][0] in batch.observation_space


def test_compiled_or_not_the_numbers_are_the_same() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", PLAY],
            env={**os.environ, "NUMBA_DISABLE_JIT": off},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in ("0", "1")
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 1000


@pytest.mark.parametrize("name", ENVS)
def test_a_saved_state_is_returned_to(name: str) -> None:
    env: Any = ENVS[name]()
    other = env.vector_class(3, split="held_out", autoreset="disabled")
    env.reset(seed=3)
    for _ in range(4):
        env.step(FASTER)
    saved = env.get_state()
    seen = [env.step(action) for action in (SLOWER, IDLE, FASTER, IDLE, IDLE)]
    env.set_state(saved)
    other.reset(seed=0)
    other.set_state(saved, rows=[1, 2])
    for action, (observation, reward, *_) in zip((SLOWER, IDLE, FASTER, IDLE, IDLE), seen):
        again, earned, *_ = env.step(action)
        assert np.array_equal(again, observation)
        assert earned == reward
        copies, rewards, *_ = other.step(np.full(3, action))
        assert np.array_equal(copies[2], observation)
        assert rewards[1] == reward


@pytest.mark.parametrize("vector_class", BATCHES)
@pytest.mark.parametrize("split", ["train", "held_out", "extrapolation"])
def test_the_rule_driver_arrives_without_a_collision(vector_class: type[JunctionVectorEnv], split: str) -> None:
    batch = vector_class(80, split=split, autoreset="disabled")
    returns = drive(batch)
    assert metric(batch, "collision").sum() <= 1
    assert metric(batch, "off_road").sum() == 0
    assert metric(batch, "success").mean() >= 0.92
    assert returns.mean() > 1.4
    assert returns.max() <= 2.0


@pytest.mark.parametrize("vector_class", BATCHES)
def test_traffic_stays_on_its_routes_and_does_not_collide(vector_class: type[JunctionVectorEnv]) -> None:
    batch = vector_class(24, split="extrapolation", autoreset="disabled")
    batch.reset(seed=0)
    for _ in range(60):
        batch.step(np.full(24, SLOWER))  # the ego waits in its road
        vehicles = batch.state["vehicles"]
        present = vehicles[:, PRESENT] > 0.0
        assert (vehicles[:, SPEED] >= 0.0).all()
        assert np.abs(vehicles[:, OFFSET][present]).max() < 1.0
        x, y = vehicles[:, X_], vehicles[:, Y_]
        distances = np.hypot(x[:, :, None] - x[:, None], y[:, :, None] - y[:, None])
        both = present[:, :, None] & present[:, None] & ~np.eye(x.shape[1], dtype=np.bool_)
        assert distances[both].min() > 2.2
    assert metric(batch, "collision").sum() == 0


def test_the_factory_gives_the_rule_driver() -> None:
    env = RoundaboutEnv()
    observation, _ = env.reset(seed=1)
    driver, expected = junction_driver(env), np.zeros(1, np.int64)
    batch: Any = env.batch
    for _ in range(10):
        batch.rule_actions(expected)
        assert driver.act(observation) == expected[0]
        observation, *_ = env.step(driver.act(observation))
    with pytest.raises(ValueError, match="expected an intersection or a roundabout"):
        junction_driver(MergeEnv())


def test_the_lookahead_keeps_a_margin() -> None:
    env = IntersectionEnv()
    for seed in (0, 1):
        observation, _ = env.reset(seed=seed)
        driver = junction_lookahead(env)
        ended = False
        while not ended:
            observation, _, terminated, truncated, info = env.step(driver.act(observation))
            ended = terminated or truncated
        assert info["collision"] is False


@pytest.mark.parametrize("vector_class", BATCHES)
def test_scenarios_come_from_the_box_of_the_split(vector_class: type[JunctionVectorEnv]) -> None:
    for split, box in vector_class.splits.items():
        batch = vector_class(100, split=split)
        batch.reset(seed=5)
        assert tuple(batch.scenarios) == parameter_names(type(box))
        for name, values in batch.scenarios.items():
            inside = [(values >= low) & (values <= high) for low, high in getattr(box, name)]
            assert np.logical_or.reduce(inside).all()
        turns = np.bincount(batch.scenarios["turn"].astype(int), minlength=3)
        assert (turns > 15).all()
        assert np.array_equal(batch.state["vehicles"][:, ROUTE, 0], np.floor(batch.scenarios["turn"]))


@pytest.mark.parametrize("name", ENVS)
def test_the_clock_ends_an_episode_that_does_not(name: str) -> None:
    env = gymnasium.make(name, max_episode_steps=None)
    env.reset(seed=4)
    for step in range(1, 101):
        _, _, terminated, truncated, info = env.step(SLOWER)
        assert not terminated
        assert truncated == (step == 100)
    assert set(METRICS) <= set(info)
    assert info["success"] is False
    assert info["progress"] < 0.2


@pytest.mark.parametrize("vector_class", BATCHES)
def test_who_rushes_in_is_to_blame(vector_class: type[JunctionVectorEnv]) -> None:
    batch = vector_class(100, split="extrapolation", autoreset="disabled")
    batch.reset(seed=0)
    for _ in range(40):
        _, rewards, *_ = batch.step(np.full(100, FASTER))
        assert rewards.min() >= -1.0
    collided = metric(batch, "collision") > 0.0
    assert collided.mean() > 0.1
    assert metric(batch, "at_fault_collision")[collided].mean() > 0.5
    assert not metric(batch, "success")[collided].any()
    assert (batch.state["vehicles"][~collided, STATION, 0] > 90.0).all()


def test_wrong_arguments_are_refused() -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"split": "test"}, "expected split to be one of"),
        ({"policy_frequency": 3}, "expected policy_frequency to be 1 or 2"),
    ]
    for arguments, words in wrong:
        with pytest.raises(ValueError, match=words):
            IntersectionEnv(**arguments)
    env = RoundaboutEnv()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="expected actions from 0 to 2"):
        env.step(3)
