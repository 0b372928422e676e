"""The hand-written cart-pole controller."""

from __future__ import annotations

import gymnasium
import numpy as np

from lam_envs.control import cartpole_controller


def play(env: gymnasium.Env, seed: int) -> int:
    controller = cartpole_controller(env)
    observation, _ = env.reset(seed=seed)
    for step in range(1, 501):
        observation, _, terminated, truncated, _ = env.step(controller.act(observation))
        if terminated or truncated:
            return step
    raise AssertionError("the time limit did not end the episode")


def test_it_balances_for_the_whole_episode() -> None:
    env = gymnasium.make("CartPole-v1")
    assert {play(env, seed) for seed in range(20)} == {500}


def test_its_feedback_is_linear() -> None:
    controller = cartpole_controller(gymnasium.make("CartPole-v1"))
    assert controller.act(np.array([0.0, 0.0, 0.01, 0.0], dtype=np.float32)) == 1
    assert controller.act(np.array([0.0, 0.0, -0.01, 0.0], dtype=np.float32)) == 0
    assert controller.act(np.array([1.0, 0.0, -0.2, 0.1], dtype=np.float32)) == 0  # 0.1 - 0.2 + 0.05 < 0
