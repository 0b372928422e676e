"""Policies: random streams by episode, experts by name, SB3 policies, and refusals in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lam_gym import ExpertPolicy, RandomPolicy, get_task, rollout
from lam_gym.errors import BadCheckpoint, BadConfig
from lam_gym.policy import EpisodePolicy, Policy, SB3Policy, load_sb3

TASKS = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToLocal", "identity/discrete")


@pytest.mark.parametrize("name", TASKS)
def test_random_actions_depend_on_the_episode_alone(name: str) -> None:
    task = replace(get_task(name), max_episode_steps=6)
    policy = RandomPolicy(task, seed=3)
    assert isinstance(policy, EpisodePolicy)
    alone, beside = (rollout(policy, task, seeds=range(5), num_envs=width) for width in (1, 5))
    assert all(left.equals(right) for left, right in zip(alone, beside))
    other = rollout(RandomPolicy(task, seed=4), task, seeds=range(5))
    assert not all(left.equals(right) for left, right in zip(alone, other))


def test_random_actions_fill_their_spaces() -> None:
    task = get_task("identity/discrete")
    policy = RandomPolicy(task)
    memory = policy.start(task, 1)
    drawn = {policy.act([np.zeros(3)], memory)[0][0] for _ in range(100)}
    assert drawn == {2, 3, 4}, "from the space's start on"
    lane = RandomPolicy("drive/lane-keeping")
    actions = np.array([lane.act([None], lane.start(lane.task, 1))[0][0] for _ in range(3)])
    assert actions.dtype == np.float32
    assert (actions[0] == actions[1]).all(), "a stream begins anew with each start"
    text = RandomPolicy("text/mail")
    offered = {"admissible_actions": ("a", "b")}
    assert text.act([offered], text.start(text.task, 1))[0][0] in ("a", "b")
    unbounded = RandomPolicy("identity/text")
    assert isinstance(unbounded.act([{"screen": ""}], unbounded.start(unbounded.task, 1))[0][0], str)


def test_experts_are_found_by_name() -> None:
    expert = ExpertPolicy("control/cartpole")
    assert isinstance(expert, Policy)
    assert rollout(expert, "control/cartpole", seeds=[0])[0].success
    task = get_task("control/cartpole")
    for wrong, words in (
        ("", "has no expert"),
        ("lam_envs.control", "must read 'package.module:factory'"),
        ("lam_envs.control:nobody", "cannot be imported"),
        ("lam_envs.nowhere:somebody", "cannot be imported"),
        ("sb3:ppo:nowhere.zip", "no SB3 policy file at 'nowhere.zip'"),
        ("sb3:ppo", "no SB3 policy file at ''"),
    ):
        with pytest.raises((BadConfig, BadCheckpoint), match=words):
            ExpertPolicy(replace(task, expert=wrong))


def test_sb3_policies(tmp_path: Path) -> None:
    from stable_baselines3 import PPO

    algorithm = PPO("MlpPolicy", "CartPole-v1", n_steps=8, batch_size=8, seed=0, device="cpu")
    algorithm.save(tmp_path / "policy.zip")
    task = replace(get_task("control/cartpole"), max_episode_steps=20, expert=f"sb3:ppo:{tmp_path / 'policy.zip'}")
    played = [
        rollout(policy, task, seeds=range(3))
        for policy in (SB3Policy(task, algorithm), SB3Policy(task, tmp_path / "policy.zip"), ExpertPolicy(task))
    ]
    assert all(mine.equals(theirs) for mine, theirs in zip(played[0], played[1]))
    assert all(mine.equals(theirs) for mine, theirs in zip(played[0], played[2]))
    with pytest.raises(BadCheckpoint, match="acts in Discrete"):
        SB3Policy("drive/lane-keeping", algorithm)
    with pytest.raises(BadConfig, match="one of ppo, a2c"):
        load_sb3(tmp_path / "policy.zip", "alphago")
