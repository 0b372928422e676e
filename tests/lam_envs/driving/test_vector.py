"""The batch and the single environment: resets, seeds, states, actions, the two Gymnasiums' conventions."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

import lam_envs.driving
from lam_envs.driving.highway import HighwayEnv
from lam_envs.driving.infos import copy_of, final_infos, row_of, zeros_of
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.scenario import HighwayScenario
from lam_envs.driving.vector import choose, make_vec

ID = "LamDrive/Highway-v0"
OLD = gymnasium.__version__.startswith("0.")
EMPTY = HighwayScenario(density=((0.01, 0.01),))
IDLE = np.ones(4, np.int64)


def batch(num_envs: int = 4, **keywords: Any) -> Any:
    return make_vec(ID, num_envs=num_envs, **{"max_episode_steps": 3, "scenario": EMPTY, **keywords})


def test_make_vec_knows_its_ids() -> None:
    assert lam_envs.driving.make_vec is make_vec
    assert lam_envs.driving.parity.__name__ == "lam_envs.driving.parity"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lam_envs.driving.nothing  # noqa: B018
    with pytest.raises(ValueError, match=f"did you mean '{ID}'"):
        make_vec("LamDrive/Highwy-v0")


@pytest.mark.smoke
def test_ended_episodes_are_reset_by_the_next_step() -> None:
    environments = batch()
    first, infos = environments.reset(seed=3)
    assert infos == {}
    assert environments.observation_space.contains(first)
    for step in range(1, 8):
        observations, rewards, terminated, truncated, infos = environments.step(IDLE)
        assert environments.observation_space.contains(observations)
        assert not terminated.any()
        assert truncated.all() == (step % 4 == 3)
        assert (rewards == 0.0).all() == (step % 4 == 0)
        assert set(infos) == ({*METRICS, *(f"_{name}" for name in METRICS)} if step % 4 == 3 else set())
        if step % 4 == 3:
            assert infos["success"].all()
            assert infos["_success"].all()
            assert np.allclose(infos["mean_speed"], 25.0)
    assert environments.state["episode"].tolist() == [1] * 4


@pytest.mark.smoke
def test_ended_episodes_are_reset_in_the_same_step() -> None:
    waiting, prompt = batch(), batch(autoreset="same_step")
    waiting.reset(seed=3)
    prompt.reset(seed=3)
    for _ in range(2):
        waiting.step(IDLE)
        prompt.step(IDLE)
    last, *_ = waiting.step(IDLE)
    first, *_ = waiting.step(IDLE)
    observations, rewards, _, truncated, infos = prompt.step(IDLE)
    assert np.array_equal(observations, first)
    assert truncated.all()
    assert (rewards > 0).all()
    finals = infos["final_observation" if OLD else "final_obs"]
    assert infos["_final_info"].all()
    for row in range(4):
        assert np.array_equal(finals[row], last[row])
        told = infos["final_info"][row] if OLD else {name: infos["final_info"][name][row] for name in METRICS}
        assert set(told) == set(METRICS)
        assert told["success"]


@pytest.mark.smoke
def test_without_automatic_reset_an_ended_episode_stands_still() -> None:
    environments = batch(autoreset="disabled")
    environments.reset(seed=3)
    for _ in range(3):
        last, *_ = environments.step(IDLE)
    observations, rewards, _, truncated, infos = environments.step(IDLE)
    assert np.array_equal(observations, last)
    assert truncated.all()
    assert infos == {}
    assert not rewards.any()
    environments.reset(options={"reset_mask": np.array([True, False, False, True])})
    assert environments.state["steps"].tolist() == [0, 3, 3, 0]
    assert environments.state["episode"].tolist() == [1, 0, 0, 1]
    with pytest.raises(ValueError, match="expected a reset_mask of shape"):
        environments.reset(options={"reset_mask": np.array([True])})


def test_both_gymnasiums_shape_final_infos(monkeypatch: pytest.MonkeyPatch) -> None:
    observations, metrics, mask = np.arange(6.0).reshape(2, 3), np.ones((2, len(METRICS))), np.array([False, True])
    monkeypatch.setattr(gymnasium, "__version__", "0.29.1")
    infos = final_infos(observations, metrics, mask)
    assert infos["final_observation"][0] is None
    assert infos["final_observation"][1].tolist() == [3.0, 4.0, 5.0]
    assert infos["final_info"][1]["success"] is True
    monkeypatch.setattr(gymnasium, "__version__", "1.2.0")
    infos = final_infos(observations, metrics, mask)
    assert infos["final_obs"][1].tolist() == [3.0, 4.0, 5.0]
    assert infos["final_info"]["success"].tolist() == [False, True]
    assert infos["_final_obs"].tolist() == [False, True]


def test_dict_observations_are_copied_by_key() -> None:
    space = gymnasium.spaces.Dict(goal=gymnasium.spaces.Box(0, 1, (2, 3)), seen=gymnasium.spaces.Box(0, 1, (2,)))
    zeros = zeros_of(space)
    copied, row = copy_of(zeros), row_of(zeros, 1)
    zeros["goal"][1] = 1.0
    assert not copied["goal"].any()
    assert row["goal"].tolist() == [0.0, 0.0, 0.0]


def test_seeds_decide_the_episodes() -> None:
    environments = batch()
    assert environments.reset(seed=7)[0].shape == (4, 10, 10)
    assert environments.state["seed"].tolist() == [7, 8, 9, 10]
    environments.reset(seed=[5, 4, None, 2])
    assert environments.state["seed"][[0, 1, 3]].tolist() == [5, 4, 2]
    keys = environments.state["key"].copy()
    environments.reset()
    assert environments.state["episode"].tolist() == [1] * 4
    assert not (environments.state["key"] == keys).any()
    for wrong in (-1, [1, 2], 2**62):
        with pytest.raises(ValueError, match="expected 4 seeds from 0"):
            environments.reset(seed=wrong)
    fresh = batch()
    fresh.reset()
    assert len(set(fresh.state["seed"].tolist())) == 4
    splits = {split: batch(split=split) for split in ("train", "validation", "held_out")}
    for environments in splits.values():
        environments.reset(seed=0)
    assert len({int(environments.state["key"][0]) for environments in splits.values()}) == 3


def test_actions_must_fit() -> None:
    environments = batch()
    environments.reset(seed=0)
    for wrong in (np.ones(3, np.int64), np.ones(4), 1):
        with pytest.raises(ValueError, match="expected actions of integers and shape"):
            environments.step(wrong)
    for wrong in (5, -1):
        with pytest.raises(ValueError, match="expected actions from 0 to 4"):
            environments.step([1, 1, wrong, 1])
    single = HighwayEnv()
    single.reset(seed=0)
    with pytest.raises(ValueError, match="expected actions from 0 to 4, got"):
        single.step(7)
    assert single.get_state()["steps"].tolist() == [0]


def test_arguments_must_be_known() -> None:
    for keywords, message in (
        ({"split": "test"}, "expected split to be one of train, validation"),
        ({"observation": "sound"}, "expected observation to be one of kinematics, grid"),
        ({"mode": "fast"}, "expected mode to be one of native, reference"),
        ({"autoreset": "never"}, "expected autoreset to be one of next_step"),
        ({"render_mode": "ascii"}, "expected render_mode to be one of"),
        ({"preset": "highway-v1"}, "expected preset to be one of highway-v0"),
    ):
        with pytest.raises(ValueError, match=message):
            batch(**keywords)
    with pytest.raises(ValueError, match="expected num_envs to be positive"):
        batch(num_envs=0)
    assert choose("word", None, ("a", "b")) == "a"


def test_states_travel_between_batches() -> None:
    one, many = HighwayEnv(), make_vec(ID, num_envs=6, split="extrapolation", autoreset="disabled")
    one.reset(seed=1)
    one.step(3)
    saved = one.get_state()
    assert {len(array) for array in saved.values()} == {1}
    many.reset(seed=9)
    others = many.get_state()
    observations = many.set_state(saved, rows=[1, 4])
    for name, array in many.get_state().items():
        assert np.array_equal(array[[0, 2, 3, 5]], others[name][[0, 2, 3, 5]])
    following, *_ = one.step(0)
    answers, rewards, *_ = many.step(np.zeros(6, np.int64))
    assert np.array_equal(observations[1], observations[4])
    assert np.array_equal(answers[1], following)
    assert rewards[1] == rewards[4]
    again = one.set_state(saved)
    assert np.array_equal(again, observations[1])
    assert np.array_equal(one.step(0)[0], following)
    with pytest.raises(ValueError, match="expected 'seed' of shape"):
        many.set_state({})
    with pytest.raises(ValueError, match="in the state, got"):
        make_vec(ID, mode="reference").set_state(saved)


@pytest.mark.smoke
@pytest.mark.parametrize("autoreset", ["next_step", "same_step"])
def test_gymnasium_wrappers_find_the_ends(autoreset: str) -> None:
    wrappers: Any = gymnasium.wrappers if OLD else gymnasium.wrappers.vector
    environments = wrappers.RecordEpisodeStatistics(batch(autoreset=autoreset))
    environments.reset(seed=0)
    ends = []
    for step in range(1, 8):
        infos = environments.step(IDLE)[4]
        ended = "final_info" in infos if autoreset == "same_step" else "success" in infos
        assert ended == ("episode" in infos or "episode" in infos.get("final_info", ()))
        if ended:
            ends.append(step)
    assert ends == ([3, 6] if autoreset == "same_step" else [3, 7])


def test_gymnasium_0_29_may_halve_its_calls() -> None:
    environments, whole = batch(), batch()
    environments.reset_async(seed=1)
    assert np.array_equal(environments.reset_wait()[0], whole.reset(seed=1)[0])
    environments.step_async(IDLE)
    assert np.array_equal(environments.step_wait()[0], whole.step(IDLE)[0])
    environments.close()
