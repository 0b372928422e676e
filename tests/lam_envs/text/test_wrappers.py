"""Discrete actions with a mask and hashed texts, under gymnasium's and Stable-Baselines3's checkers."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import lam_envs  # noqa: F401  (registers the ids)
from lam_envs.text.desk_expert import desk
from lam_envs.text.experts import mail
from lam_envs.text.wrappers import DiscreteActions, HashedText


def discrete(actions: int = 32) -> DiscreteActions:
    return DiscreteActions(gym.make("LamText/Mail-v0"), actions)


@pytest.mark.filterwarnings("ignore:.*(is different from the unwrapped version|env.seed to get variables)")
def test_check_env() -> None:
    check_env(discrete(), skip_render_check=True)
    check_env(HashedText(discrete()), skip_render_check=True)


def test_expert_through_indices() -> None:
    env = discrete()
    observation, info = env.reset(seed=3)
    expert = mail(env)
    terminated = False
    while not terminated:
        action = expert.act(observation)
        index = env.index(action)
        assert env.text(index) == action
        assert info["action_mask"].dtype == np.int8
        assert info["action_mask"].shape == (32,)
        assert info["action_mask"].sum() == len(info["admissible_actions"]) == env.action_masks().sum()
        observation, reward, terminated, _, info = env.step(np.int64(index))
    assert reward == 1.0
    assert info["success"]


def test_index_without_an_action() -> None:
    env = discrete()
    env.reset(seed=3)
    observation, _, terminated, _, info = env.step(31)
    assert "Not possible" in observation["screen"]
    assert not terminated
    with pytest.raises(ValueError, match="expected one of the admissible actions, not 'jump'"):
        env.index("jump")
    few = discrete(2)
    _, info = few.reset(seed=3)
    assert info["action_mask"].tolist() == [1, 1]


def test_hashed_text() -> None:
    env = HashedText(discrete(), size=64)
    first, _ = env.reset(seed=5)
    again, _ = env.reset(seed=5)
    other, _ = env.reset(seed=6)
    assert first.shape == (128,)
    assert first.dtype == np.float32
    assert env.observation_space.contains(first)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_wrong_sizes() -> None:
    with pytest.raises(ValueError, match="actions must be at least 1"):
        discrete(0)
    with pytest.raises(ValueError, match="size must be at least 1"):
        HashedText(discrete(), size=0)


def test_runs_under_stable_baselines3() -> None:
    algorithms = pytest.importorskip("stable_baselines3")
    from stable_baselines3.common.env_checker import check_env as check_sb3_env

    env = HashedText(discrete(), size=64)
    check_sb3_env(env)
    model = algorithms.PPO("MlpPolicy", env, n_steps=64, batch_size=32, n_epochs=1, device="cpu", seed=0)
    model.learn(64)
    action, _ = model.predict(env.reset(seed=0)[0])
    assert env.action_space.contains(int(action))


@pytest.mark.filterwarnings("ignore:.*env.action_masks to get variables")
def test_runs_under_maskable_ppo() -> None:
    contrib = pytest.importorskip("sb3_contrib")
    env = HashedText(discrete(), size=64)
    model = contrib.MaskablePPO("MlpPolicy", env, n_steps=64, batch_size=32, n_epochs=1, device="cpu", seed=0)
    model.learn(64)
    observation, info = env.reset(seed=0)
    for _ in range(10):
        action, _ = model.predict(observation, action_masks=env.action_masks())
        assert info["action_mask"][int(action)] == 1
        observation, _, terminated, truncated, info = env.step(int(action))
        if terminated or truncated:
            break


def indexed_demos(env: HashedText, episodes: int) -> Any:
    """The desk expert's choices as indices, as imitation's transitions."""
    types = pytest.importorskip("imitation.data.types")
    observations, actions, following, ends = [], [], [], []
    for seed in range(episodes):
        observation, _ = env.reset(seed=seed)
        expert, terminated = desk(env), False
        while not terminated:
            actions.append(env.get_wrapper_attr("index")(expert.act({})))
            observations.append(observation)
            observation, _, terminated, _, _ = env.step(actions[-1])
            following.append(observation)
            ends.append(terminated)
    infos = np.array([{} for _ in actions])
    return types.Transitions(np.array(observations), np.array(actions), infos, np.array(following), np.array(ends))


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True")
def test_imitation_clones_an_expert() -> None:
    bc = pytest.importorskip("imitation.algorithms.bc")
    from imitation.util.logger import HierarchicalLogger
    from stable_baselines3.common.logger import Logger

    env = HashedText(DiscreteActions(gym.make("LamText/Desk-v0", difficulty="easy")), size=64)
    demos = indexed_demos(env, 4)
    trainer = bc.BC(
        observation_space=env.observation_space,
        action_space=env.action_space,
        rng=np.random.default_rng(0),
        demonstrations=demos,
        batch_size=16,
        optimizer_kwargs={"lr": 0.01},
        device="cpu",
        custom_logger=HierarchicalLogger(Logger(folder=None, output_formats=[])),
    )
    trainer.train(n_epochs=60, progress_bar=False)
    chosen, _ = trainer.policy.predict(demos.obs, deterministic=True)
    assert np.mean(chosen == demos.acts) > 0.9
