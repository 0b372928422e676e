"""Settings: TOML and back, and everything that is wrong in one sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lam_gym.errors import BadConfig
from lam_gym.training.config import (
    AugmentConfig,
    LossConfig,
    OptimizerConfig,
    Perturbation,
    TrainConfig,
    read_toml,
    to_toml,
)

FULL = TrainConfig(
    tasks=("text/mail", "drive/lane-keeping"),
    out='runs/"odd" \\ näme\nwith a line',
    preset="xs",
    behavior="tree",
    behavior_hidden=(3,),
    steps=7,
    mixture=1e-7,
    loss=LossConfig(0.1, 0.2, 0.3, 0.4, 0.5),
    perturbation=Perturbation("fgsm", 0.25, 2),
    augment=AugmentConfig(False, 0.5, 0.0, False, 3, True, "pivot"),
    optimizer=OptimizerConfig(learning_rate=3e-05, schedule="constant"),
    tensorboard=False,
)


@pytest.mark.parametrize("config", [TrainConfig(), FULL])
def test_round_trip(config: TrainConfig, tmp_path: Path) -> None:
    config.save(tmp_path / "config.toml")
    assert TrainConfig.load(tmp_path / "config.toml") == config
    assert TrainConfig.from_dict(config.to_dict()) == config


def test_a_file_may_leave_settings_out(tmp_path: Path) -> None:
    path = tmp_path / "some.toml"
    path.write_text('steps = 3\n[loss]\nlambda = 0\nkappa = 2\n[optimizer]\nschedule = "constant"\n')
    config = TrainConfig.load(path)
    assert config.loss == replace(LossConfig(), lambda_=0.0, kappa=2.0)
    assert isinstance(config.loss.kappa, float)
    assert config.optimizer.schedule == "constant"
    assert config.batch_size == TrainConfig().batch_size


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"step": 3}, "no setting 'step'; did you mean 'steps'"),
        ({"loss": {"capa": 1.0}}, "no setting 'loss.capa'; did you mean 'kappa'"),
        ({"zzzz": 1}, "choose one of"),
        ({"steps": "3"}, "'steps' is a int, got '3'"),
        ({"steps": True}, "'steps' is a int, got True"),
        ({"steps": 2.5}, "'steps' is a int"),
        ({"tensorboard": 1}, "'tensorboard' is a bool"),
        ({"mixture": "much"}, "'mixture' is a float"),
        ({"mixture": True}, "'mixture' is a float"),
        ({"tasks": "text/mail"}, "'tasks' is a list"),
        ({"tasks": [1]}, "'tasks' is a str"),
        ({"behavior_hidden": [8, "x"]}, "'behavior_hidden' is a int"),
        ({"loss": 3}, "'loss' is a table of settings"),
        ({"behavior": "forest"}, "'behavior' is one of network, tree, imitation, got 'forest'"),
        ({"perturbation": {"kind": "cw"}}, "'perturbation.kind' is one of noise, fgsm, pgd"),
        ({"steps": 0}, "'steps' must be at least 1"),
        ({"batch_size": -1}, "'batch_size' must be at least 1"),
        ({"window": -1}, "'window' must be at least 0"),
        ({"evaluate_episodes": -1}, "must be at least 0, got -1"),
        ({"behavior_hidden": []}, "at least one layer"),
        ({"threads": -1}, "'threads' must be at least 0"),
        ({"perturbation": {"epsilon": -0.1}}, "epsilon >= 0"),
        ({"perturbation": {"epsilon": float("nan")}}, "epsilon >= 0"),
        ({"augment": {"noise": -0.1}}, "noise' must be"),
        ({"augment": {"text": 1.5}}, "text' must be"),
        ({"optimizer": {"learning_rate": -1.0}}, "learning_rate' must be"),
        ({"optimizer": {"weight_decay": -1.0}}, "weight_decay' must be"),
        ({"optimizer": {"max_grad_norm": -1.0}}, "max_grad_norm' must be"),
        ({"optimizer": {"beta_1": 1.0}}, "beta_1' must be"),
        ({"optimizer": {"beta_2": -0.1}}, "beta_2' must be"),
        ({"optimizer": {"ema": 1.0}}, "ema' must be"),
        ({"optimizer": {"warmup": 1.5}}, "warmup' must be"),
    ],
)
def test_wrong_settings(data: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words) as caught:
        TrainConfig.from_dict(data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["lambda_", "kappa", "kappa_behavior", "beta", "rho"])
@pytest.mark.parametrize("value", [-0.1, float("nan")])
def test_coefficients_must_not_be_negative(name: str, value: float) -> None:
    with pytest.raises(BadConfig, match=f"'{name.rstrip('_')}' must not be negative"):
        LossConfig(**{name: value})


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadConfig, match="no configuration file"):
        read_toml(tmp_path / "missing.toml")
    (tmp_path / "bad.toml").write_text("steps = = 3")
    with pytest.raises(BadConfig, match="is not TOML"):
        TrainConfig.load(tmp_path / "bad.toml")


def test_toml_of_nested_tables(tmp_path: Path) -> None:
    data = {"a": [1, 2.5, "x"], "b": {"c": True, "d": {"e": "f"}}}
    (tmp_path / "nested.toml").write_text(to_toml(data))
    assert read_toml(tmp_path / "nested.toml") == data
