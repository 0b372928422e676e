"""Third-party tasks: lazy import, silence, determinism, the bot and its failures."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium
import numpy as np
import pytest

from lam_envs import third_party

LEVELS = ("BabyAI-GoToRedBallGrey-v0", "BabyAI-GoToLocal-v0")


def episode(env: gymnasium.Env[Any, Any], seed: int) -> tuple[str, list[bytes], list[int], float, bool, bool]:
    """One episode of the bot: mission, images, actions, the last reward, how it ended."""
    observation, _ = env.reset(seed=seed)
    bot = third_party.babyai_bot(env)
    images, actions = [observation["image"].tobytes()], []
    while True:
        actions.append(bot.act(observation))
        observation, reward, terminated, truncated, _ = env.step(actions[-1])
        images.append(observation["image"].tobytes())
        if terminated or truncated:
            return observation["mission"], images, actions, float(reward), terminated, truncated


def test_the_import_leaves_minigrid_out() -> None:
    code = "import sys, lam_envs.third_party; assert 'minigrid' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_require_names_the_extra_when_the_module_is_absent() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'lam-gym\[textworld\]'"):
        third_party.require("a_module_that_nobody_has", "textworld")
    assert third_party.require("minigrid", "babyai").__name__ == "minigrid"


def test_find_and_make_know_only_third_party_ids() -> None:
    row = third_party.find("BabyAI-GoToLocal-v0")
    assert row is not None
    assert (row.module, row.extra) == ("minigrid", "babyai")
    assert third_party.find("CartPole-v1") is None
    with pytest.raises(ValueError, match="'CartPole-v1' is not a third-party id"):
        third_party.make("CartPole-v1")


@pytest.mark.parametrize("env_id", LEVELS)
def test_the_bot_solves_every_seed_the_same_way_in_fresh_and_used_environments(env_id: str) -> None:
    used = third_party.make(env_id)
    for seed in range(8):
        first = episode(used, seed)
        assert first == episode(third_party.make(env_id), seed)
        _, _, actions, reward, terminated, truncated = first
        assert terminated
        assert not truncated
        assert 0.0 < reward <= 1.0
        assert len(actions) < used.unwrapped.max_steps == 64  # type: ignore[attr-defined]


def test_the_clock_truncates_without_reward() -> None:
    env = third_party.make(LEVELS[0])
    env.reset(seed=0)
    for step in range(1, 65):
        _, reward, terminated, truncated, _ = env.step(6)
        assert (float(reward), terminated, truncated) == (0.0, False, step == 64)


def test_level_generation_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    env = third_party.make(LEVELS[1])
    for seed in range(200):
        env.reset(seed=seed)
    assert capfd.readouterr() == ("", "")


def test_the_bot_follows_another_agents_actions() -> None:
    env = third_party.make(LEVELS[1])
    solved = 0
    for seed in range(5):
        observation, _ = env.reset(seed=seed)
        bot, generator, taken = third_party.babyai_bot(env), np.random.default_rng(seed), None
        for _ in range(64):
            action = bot.act(observation, taken)
            taken = int(generator.integers(2)) if generator.random() < 0.3 else action
            observation, reward, terminated, truncated, _ = env.step(taken)
            if terminated or truncated:
                break
        solved += float(reward) > 0
    assert solved == 5


def test_a_bot_that_gives_up_raises_expert_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    env = third_party.make(LEVELS[0])
    observation, _ = env.reset(seed=1)
    bot = third_party.babyai_bot(env)

    def give_up(*_: object) -> None:
        raise AssertionError("no path")

    monkeypatch.setattr(type(bot._bot), "replan", give_up)
    with pytest.raises(third_party.ExpertFailure, match=r"BabyAIBot gave up on the mission 'go to the red ball'"):
        bot.act(observation)
    monkeypatch.setattr(type(bot._bot), "_process_instr", give_up)
    with pytest.raises(third_party.ExpertFailure, match="AssertionError"):
        third_party.babyai_bot(env)


def test_a_bot_that_goes_in_circles_raises_expert_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(third_party, "SEARCH_LIMIT", 50)
    env = third_party.make("BabyAI-UnlockToUnlock-v0")
    observation, _ = env.reset(seed=4)
    bot = third_party.babyai_bot(env)

    def play() -> None:
        latest = observation
        for _ in range(500):
            latest, *_ = env.step(bot.act(latest))

    with pytest.raises(third_party.ExpertFailure, match="RecursionError"):
        play()
