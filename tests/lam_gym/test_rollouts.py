"""Rollouts: seed order, independence of the number of environments, clocks, giving up, frames, workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pytest

from lam_gym import ExpertPolicy, RandomPolicy, Task, get_task, register_task, rollout
from lam_gym.errors import BadConfig, LamGymError
from lam_gym.rollouts import stream

TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToLocal")


class Recall:
    """Acts on its own memory only: pushes right while it remembers fewer than `seed % 5` steps, then left."""

    def start(self, task: Task, num_envs: int) -> list[Any]:
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> tuple[int, int]:
        return seed % 5, 0

    def act(self, observations: Sequence[Any], memory: Any) -> tuple[Any, Any]:
        assert len(observations) == len(memory)
        actions = [int(step < until) for until, step in memory]
        return actions, tuple((until, step + 1) for until, step in memory)


class Quitter:
    """Gives up on odd seeds after three steps."""

    def __init__(self, action: Any) -> None:
        self.action = action

    def start(self, task: Task, num_envs: int) -> list[Any]:
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> list[int]:
        return [seed, 0]

    def act(self, observations: Sequence[Any], memory: Any) -> tuple[Any, Any]:
        memory = [[seed, step + 1] for seed, step in memory]
        return [None if seed % 2 and step > 3 else self.action for seed, step in memory], memory


@pytest.mark.parametrize("name", TASKS)
def test_the_number_of_environments_changes_nothing(name: str) -> None:
    policy, seeds = RandomPolicy(name), [7, 3, 11, 5, 2, 19]
    one, three, many = (rollout(policy, name, seeds, num_envs=size) for size in (1, 3, 64))
    assert [each.seed for each in one] == seeds
    assert all(left.equals(right) for left, right in zip(one, three))
    assert all(left.equals(right) for left, right in zip(one, many))


def test_memory_follows_its_episode() -> None:
    played = rollout(Recall(), "control/cartpole", range(20), num_envs=4)
    for each in played:
        expected = [int(step < each.seed % 5) for step in range(len(each))]
        assert each.actions.tolist() == expected


def test_the_clock_truncates_every_lane_at_its_own_time() -> None:
    task = Task("own/short", "CartPole-v1", "balance", max_episode_steps=12, success="return>=12")
    policy = ExpertPolicy(Task("own/any", "CartPole-v1", "", 12, expert="lam_envs.control:cartpole_controller"))
    for each in rollout(policy, task, range(7), num_envs=3):
        assert (len(each), each.truncated, each.terminated, each.success) == (12, True, False, True)
    mixed = rollout(RandomPolicy(task), task, range(40), num_envs=8)
    assert {each.truncated for each in mixed} == {True, False}
    assert all(each.truncated == (len(each) == 12 and not each.terminated) for each in mixed)


@pytest.mark.parametrize(
    ("name", "action"),
    [("control/cartpole", 0), ("drive/lane-keeping", np.zeros(2, np.float32)), ("text/mail", "back")],
)
def test_episodes_that_the_policy_gives_up_are_reported(name: str, action: Any) -> None:
    abandoned: list[int] = []
    played = rollout(Quitter(action), name, range(8), num_envs=3, abandoned=abandoned)
    assert ([each.seed for each in played], abandoned) == ([0, 2, 4, 6], [1, 3, 5, 7])
    again = rollout(Quitter(action), name, [0, 2, 4, 6], num_envs=1)
    assert all(left.equals(right) for left, right in zip(played, again))
    with pytest.raises(LamGymError, match="gave up on seed 1"):
        rollout(Quitter(action), name, range(8))


def test_actions_are_recorded_as_they_were_executed() -> None:
    class Doubles:
        def start(self, task: Task, num_envs: int) -> None:
            return None

        def act(self, observations: Sequence[Any], memory: Any) -> tuple[Any, Any]:
            return np.full((len(observations), 2), 0.1), memory

    (played,) = rollout(Doubles(), "drive/lane-keeping", [0])
    assert played.actions.dtype == np.float32
    (replayed,) = rollout(Doubles(), "drive/lane-keeping", [0], num_envs=1)
    assert played.equals(replayed)


def test_frames_are_pictures_or_screens() -> None:
    short = replace(get_task("drive/lane-keeping"), max_episode_steps=4)
    (drive,) = rollout(ExpertPolicy(short), short, [0], frames=True)
    assert isinstance(drive.frames, np.ndarray)
    assert drive.frames.dtype == np.uint8
    assert len(drive.frames) == len(drive) + 1 == 5
    (mail,) = rollout(ExpertPolicy("text/mail"), "text/mail", [0], frames=True)
    assert isinstance(mail.frames, tuple)
    assert mail.frames[0].startswith("Instruction:")


def test_workers_give_the_same_trajectories_and_progress() -> None:
    seen: list[int] = []
    policy, seeds = RandomPolicy("text/mail"), list(range(6))
    apart = rollout(policy, "text/mail", seeds, num_workers=2, progress=seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]
    assert all(left.equals(right) for left, right in zip(apart, rollout(policy, "text/mail", seeds)))


def test_a_stream_can_be_left_early_and_bad_sizes_are_refused() -> None:
    flow = stream(RandomPolicy("control/cartpole"), "control/cartpole", range(50), num_envs=4)
    assert next(flow).seed == 0
    flow.close()  # type: ignore[attr-defined]
    assert rollout(RandomPolicy("control/cartpole"), "control/cartpole", []) == []
    with pytest.raises(BadConfig, match="num_envs must be positive"):
        rollout(RandomPolicy("control/cartpole"), "control/cartpole", [0], num_envs=0)


def test_an_expert_that_fails_is_skipped() -> None:
    task = register_task(
        Task(
            name="own/circles",
            env_id="BabyAI-UnlockToUnlock-v0",
            instruction="unlock",
            max_episode_steps=500,
            success="reward",
            expert="lam_envs.third_party:babyai_bot",
            requires="minigrid",
            extra="babyai",
        )
    )
    abandoned: list[int] = []
    played = rollout(ExpertPolicy(task), task, range(3, 6), abandoned=abandoned)
    assert ([each.seed for each in played], abandoned) == ([3, 5], [4])


class OneLine(gymnasium.Env[Any, Any]):
    """A plain text observation with admissible text actions: say the word that is shown."""

    observation_space = gymnasium.spaces.Text(10)
    action_space = gymnasium.spaces.Text(10)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        super().reset(seed=seed)
        self.word = ("red", "blue")[int(self.np_random.integers(2))]
        return self.word, {"admissible_actions": ("red", "blue")}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        right = action == self.word
        return self.word, float(right), True, False, {"admissible_actions": (), "success": right}


def test_plain_text_observations_carry_their_admissible_actions() -> None:
    gymnasium.register("Test/OneLine-v0", OneLine)
    task = Task("test/one-line", "Test/OneLine-v0", "say it", 3)
    trajectories = rollout(RandomPolicy(task), task, range(8))
    assert {trajectory.observations[0] for trajectory in trajectories} == {"red", "blue"}  # type: ignore[index]
    first = trajectories[0].observation(0)
    assert first == {"": trajectories[0].observations[0], "admissible_actions": ("red", "blue")}  # type: ignore[index]
