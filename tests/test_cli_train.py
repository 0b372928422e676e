"""`lam-gym train`, `evaluate`, `report` and `quickstart`: a tiny run, its files, and each error in one sentence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import lam_gym
from lam_gym import cli
from lam_gym.commands.quickstart import Quickstart
from lam_gym.commands.train import Train
from lam_gym.training.config import TrainConfig

TASK = "control/cartpole"
SIZES = ["--preset", "xs", "--evaluate-episodes", "2", "--evaluate-every", "0", "--save-every", "2", "--no-tensorboard"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ten split episodes in `demos` and a run of four steps in `run`."""
    folder = tmp_path_factory.mktemp("line")
    demos, run = str(folder / "demos"), str(folder / "run")
    assert cli.main(["record", TASK, "--episodes", "10", "--out", demos]) == 0
    assert cli.main(["data", "split", demos]) == 0
    assert cli.main(["train", "--tasks", TASK, "--demos", demos, "--out", run, "--steps", "4", *SIZES]) == 0
    return folder


def test_settings_from_a_file_and_from_options(folder: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(f'tasks = ["{TASK}"]\npreset = "xs"\nsteps = 9\nevaluate_episodes = 0\n[loss]\nlambda = 0.5\n')
    words = ["--config", str(settings), "--steps", "2", "--loss.kappa", "0.25"]
    code = cli.main(["train", *words, "--demos", str(folder / "demos"), "--out", str(tmp_path / "run")])
    assert code == 0
    config = TrainConfig.load(tmp_path / "run" / "config.toml")
    assert (config.steps, config.loss.lambda_, config.loss.kappa) == (2, 0.5, 0.25)
    assert Train.with_file(tmp_path / "run" / "config.toml").settings == config


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("step = 3", "did you mean 'steps'?"),
        ("[loss]\nkapa = 1", "did you mean 'kappa'?"),
        ("steps = ", "TOML"),
        ('steps = "3"', "steps"),
    ],
)
def test_bad_settings(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, hint: str) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(text)
    words = ["--config", str(settings), "--demos", str(folder / "demos"), "--out", str(tmp_path / "run")]
    assert cli.main(["train", *words]) == 2
    err = capsys.readouterr().err
    assert hint in err
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_a_run_is_resumed_and_never_replaced(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    shutil.copytree(folder / "run", run)
    words = ["train", "--tasks", TASK, "--demos", str(folder / "demos"), "--out", str(run), "--steps", "4", *SIZES]
    assert cli.main(words) == 2
    assert "--resume" in capsys.readouterr().err
    assert cli.main([*words, "--resume"]) == 0
    assert (run / "metrics.jsonl").read_text().count('"step": 4') >= 1


def test_evaluate_and_report(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lam_gym.evaluation.evaluate.ATTACK_STEPS", 2)
    run = tmp_path / "run"
    shutil.copytree(folder / "run", run)
    capsys.readouterr()
    words = ["evaluate", str(run), "--tasks", TASK, "--episodes", "2", "--epsilons", "0.1", "--attack-episodes", "1"]
    assert cli.main([*words, "--seed", "1", "--demos", str(folder / "demos"), "--out", str(run / "evaluation")]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("expert", "random", "noise 0.1", "pgd 0.1", "lam-gym report"))
    assert cli.main(["report", str(run)]) == 0
    assert "report.html" in capsys.readouterr().out
    data = json.loads((run / "report.json").read_text())
    assert TASK in data["tasks"]
    assert "<html" in (run / "report.html").read_text()


def test_a_checkpoint_of_other_spaces(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["evaluate", str(folder / "run"), "--tasks", "text/mail", "--episodes", "1", "--clean"]) == 2
    err = capsys.readouterr().err
    assert "text/mail" in err
    assert err.count("\n") == 1
    lam_gym.register_task(replace(lam_gym.get_task(TASK), name="test/other", env_id="MountainCar-v0"))
    with pytest.raises(lam_gym.LamGymError):
        lam_gym.evaluate(lam_gym.load_policy(folder / "run"), "test/other", episodes=1)


def test_evaluate_needs_an_episode(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["evaluate", str(folder / "run"), "--episodes", "0"]) == 2
    assert "--episodes" in capsys.readouterr().err


def test_quickstart(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lam_gym.evaluation.evaluate.ATTACKS", ("noise",))
    sizes = ["--drive-episodes", "14", "--mail-episodes", "14", "--steps", "2", "--episodes", "1"]
    out = tmp_path / "quick"
    assert cli.main(["quickstart", "--out", str(out), "--attack-episodes", "1", *sizes]) == 0
    printed = capsys.readouterr().out
    for command in ("record drive/lane-keeping", "data clean", "data split", "train --demos", "evaluate", "report"):
        assert f"$ lam-gym {command}" in printed
    assert (out / "run" / "report.html").exists()
    assert "95 %" in printed
    assert cli.main(["quickstart", "--out", str(out)]) == 2
    assert "--out" in capsys.readouterr().err


def test_quickstart_is_what_a_person_would_type() -> None:
    for _, commands in Quickstart().recipe():
        for name, command in commands:
            module, _, entry = cli.COMMANDS[name].target.partition(":")
            assert type(command).__name__ == entry
            assert type(command).__module__ == module
