"""Experts by SB3: files, figures, progress, and the refusals of spaces that SB3 cannot learn from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lam_gym import SB3Policy, rollout
from lam_gym.errors import BadConfig
from lam_gym.experts import train_expert

POLE = "control/cartpole"


def test_an_expert_is_trained_evaluated_and_saved(tmp_path: Path) -> None:
    taken: list[int] = []
    trained = train_expert(
        POLE, tmp_path / "ppo", steps=512, num_envs=2, episodes=4, progress=taken.append, n_steps=128
    )
    assert trained.expert == f"sb3:ppo:{tmp_path / 'ppo' / 'policy.zip'}"
    assert taken == sorted(taken)
    assert taken[-1] == 512
    card = json.loads((tmp_path / "ppo" / "expert.json").read_text())
    assert (card["task"], card["steps"], card["seed"], card["episodes"]) == (POLE, 512, 0, 4)
    assert card["return_interval"][0] <= card["return_mean"] <= card["return_interval"][1]
    assert "stable-baselines3" in card["versions"]
    assert sorted(path.name for path in (tmp_path / "ppo").iterdir()) == ["expert.json", "policy.zip"]
    played = rollout(SB3Policy(POLE, trained.policy), POLE, seeds=range(2))
    assert len(played) == 2


def test_the_same_seed_trains_the_same_expert_into_a_file_of_any_name(tmp_path: Path) -> None:
    first, second = (
        train_expert(POLE, tmp_path / f"{name}.zip", "a2c", steps=200, num_envs=2, episodes=3) for name in "ab"
    )
    assert first.return_mean == second.return_mean
    assert (tmp_path / "a.zip").exists()
    assert json.loads((tmp_path / "b.json").read_text())["policy"] == str(tmp_path / "b.zip")


def test_what_sb3_cannot_learn_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match=r"'text/mail' has text actions: .*DiscreteActions"):
        train_expert("text/mail", tmp_path)
    with pytest.raises(BadConfig, match="'babyai/GoToLocal' has text in its observations"):
        train_expert("babyai/GoToLocal", tmp_path)
    with pytest.raises(BadConfig, match="SAC cannot act in"):
        train_expert(POLE, tmp_path, "sac", steps=10)
    with pytest.raises(BadConfig, match="no algorithm 'pp0'; did you mean 'ppo'"):
        train_expert(POLE, tmp_path, "pp0", steps=10)
    with pytest.raises(BadConfig, match="must be positive"):
        train_expert(POLE, tmp_path, steps=0)
    assert list(tmp_path.iterdir()) == []
