"""`lam-gym record`, `lam-gym data` and `lam-gym expert`: what they print and leave on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lam_gym import cli
from lam_gym.demonstrations.store import DemoStore

TASK = "control/cartpole"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four episodes of the scripted expert."""
    folder = tmp_path_factory.mktemp("recorded") / "demos"
    assert cli.main(["record", TASK, "--episodes", "4", "--seed", "3", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def demos(recorded: Path, tmp_path: Path) -> Path:
    """A copy of the four episodes."""
    shutil.copytree(recorded, tmp_path / "demos")
    return tmp_path / "demos"


def test_record_resumes_and_extends(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["record", TASK, "--episodes", "6", "--seed", "3", "--out", str(demos)]
    assert cli.main(arguments) == 2
    assert cli.main([*arguments, "--resume"]) == 0
    assert len(DemoStore.open(demos)) == 6
    assert "6 episodes of control/cartpole" in capsys.readouterr().out


def test_record_another_expert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["record", TASK, "--episodes", "2", "--out"]
    assert cli.main([*arguments, str(tmp_path / "random"), "--expert", "random"]) == 0
    assert DemoStore.open(tmp_path / "random").meta["success_rate"] == 0
    scripted = "lam_envs.control:cartpole_controller"
    assert cli.main([*arguments, str(tmp_path / "scripted"), "--expert", scripted]) == 0
    assert DemoStore.open(tmp_path / "scripted").meta["expert"] == scripted
    capsys.readouterr()
    assert cli.main([*arguments, str(tmp_path / "none"), "--expert", "sb3:ppo:nowhere.zip"]) == 2
    assert "nowhere.zip" in capsys.readouterr().err


def test_show(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["data", "show", str(demos)]) == 0
    out = capsys.readouterr().out
    assert "success rate:  1.000" in out
    assert "none (lam-gym data split)" in out
    assert "observations" in out
    assert cli.main(["data", "show", "--episode", "-1", str(demos)]) == 0
    out = capsys.readouterr().out
    assert out.count("action:") == len(DemoStore.open(demos)[3])
    assert cli.main(["data", "show", "--episode", "4", str(demos)]) == 2
    assert "from 0 to 3" in capsys.readouterr().err


def test_check_finds_a_corrupt_shard(demos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["data", "check", str(demos)]) == 0
    shard = next(demos.glob("*.parquet"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    capsys.readouterr()
    assert cli.main(["data", "check", str(demos)]) == 2
    err = capsys.readouterr().err
    assert shard.name in err
    assert err.count("\n") == 1


def test_clean_split_and_merge(demos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean = tmp_path / "clean"
    assert (
        cli.main(["data", "clean", "--out", str(clean), "--no-drop-failed", "--max-idle-steps", "5", str(demos)]) == 0
    )
    assert "4 of 4 episodes kept" in capsys.readouterr().out
    assert cli.main(["data", "split", "--train", "0.5", "--validation", "0.25", "--test", "0.25", str(clean)]) == 0
    assert "train" in capsys.readouterr().out
    assert cli.main(["data", "show", str(clean)]) == 0
    assert " validation" in capsys.readouterr().out
    other = tmp_path / "other"
    assert cli.main(["record", TASK, "--episodes", "2", "--seed", "4", "--out", str(other)]) == 0
    assert cli.main(["data", "merge", "--out", str(tmp_path / "both"), str(clean), str(other)]) == 0
    assert len(DemoStore.open(tmp_path / "both")) == 6
    capsys.readouterr()
    assert cli.main(["data", "merge", "--out", str(tmp_path / "none")]) == 2
    assert "at least one folder" in capsys.readouterr().err


def test_convert(
    demos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("minari")
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    back = str(tmp_path / "back")
    assert cli.main(["data", "convert", "--to-minari", "cartpole-expert-v0", str(demos)]) == 0
    assert cli.main(["data", "convert", "--from-minari", "cartpole-expert-v0", "--task", TASK, back]) == 0
    originals, copies = DemoStore.open(demos), DemoStore.open(back)
    assert [len(one) for one in originals] == [len(one) for one in copies]
    capsys.readouterr()
    assert cli.main(["data", "convert", back]) == 2
    assert "give one" in capsys.readouterr().err
    assert cli.main(["data", "convert", "--from-minari", "cartpole-expert-v0", back]) == 2
    assert "--task" in capsys.readouterr().err


def test_expert_learns_saves_and_can_be_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    agent = tmp_path / "agents" / "a2c.zip"
    sizes = ["--steps", "64", "--num-envs", "2", "--episodes", "2", "--algorithm", "a2c"]
    assert cli.main(["expert", TASK, "--out", str(agent), *sizes]) == 0
    assert f"--expert sb3:a2c:{agent}" in capsys.readouterr().out
    record = ["record", TASK, "--episodes", "1", "--out", str(tmp_path / "demos"), "--expert", f"sb3:a2c:{agent}"]
    assert cli.main(record) == 0


@pytest.mark.parametrize(
    ("task", "algorithm", "hint"), [("text/mail", "ppo", "has text"), (TASK, "sac", "choose another algorithm")]
)
def test_expert_of_other_spaces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], task: str, algorithm: str, hint: str
) -> None:
    assert cli.main(["expert", task, "--out", str(tmp_path / "a.zip"), "--algorithm", algorithm]) == 2
    assert hint in capsys.readouterr().err
