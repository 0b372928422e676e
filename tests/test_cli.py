"""The command line as a person meets it: help that teaches, results on stdout, one sentence on bad input."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lam_gym import cli
from lam_gym.errors import nearest

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process: (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def is_one_sentence(text: str) -> bool:
    """One line, no traceback, closed like a sentence or a question."""
    return text.count("\n") == 1 and "Traceback" not in text and text.rstrip()[-1] in ".?"


def test_overview_names_every_command_and_is_quick(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert all(name in out for name in cli.COMMANDS)
    assert {name for names in cli.STAGES.values() for name in names} == set(cli.COMMANDS)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "lam_gym", "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.6


def test_group_overview(run: Run) -> None:
    code, out, _ = run("data")
    assert code == 0
    assert all(f"data {name}" in out for name in ("show", "check", "clean", "split", "merge", "convert"))


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_help_of_each_command_explains_its_options(run: Run, name: str) -> None:
    code, out, _ = run(*name.split(), "--help")
    assert code == 0
    assert f"usage: lam-gym {name}" in out
    assert "--out" in out or "DIR" in out or "--show" in out or "RUN" in out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["recrd"], "did you mean 'record'?"),
        (["data", "shw"], "did you mean 'data show'?"),
        (["record", "text/mial", "--episodes", "1", "--out", "x"], "did you mean 'text/mail'?"),
        (["record", "text/mail", "--episode", "1", "--out", "x"], "did you mean '--episodes'?"),
        (["record", "text/mail", "--out", "x"], "--episodes"),
        (["record", "text/mail", "--episodes", "many", "--out", "x"], "--episodes"),
        (["tasks", "--show", "text/mail@held_out_phrasings"], "did you mean 'held_out_phrasing'?"),
        (["data", "show", "nowhere"], "nowhere"),
        (["report", "nowhere"], "nowhere"),
        (["evaluate", "nowhere", "--tasks", "text/mail", "--out", "x"], "nowhere"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(run: Run, in_tmp_path: Path, arguments: list[str], hint: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert hint in err
    assert is_one_sentence(err)


def test_unwritable_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    code, _, err = run("record", "control/cartpole", "--episodes", 1, "--out", tmp_path / "file" / "demos")
    assert code == 2
    assert is_one_sentence(err)
    assert "cannot be written" in err


def test_missing_extra(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "minigrid", None)
    code, _, err = run("record", "babyai/GoToLocal", "--episodes", 1, "--out", tmp_path / "demos")
    assert code == 2
    assert "pip install 'lam-gym[babyai]'" in err
    assert is_one_sentence(err)


def test_interrupt_says_what_is_kept(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lam_gym.commands.record.record", interrupt)
    code, _, err = run("record", "control/cartpole", "--episodes", 1, "--out", tmp_path / "demos")
    assert code == 130
    assert "--resume" in err


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    pipe = subprocess.run(
        f"set -o pipefail; {sys.executable} -m lam_gym tasks | true",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
    )
    assert b"Traceback" not in pipe.stderr


def test_tasks(run: Run) -> None:
    code, out, _ = run("tasks")
    assert code == 0
    assert all(name in out for name in ("drive/lane-keeping", "text/mail", "babyai/GoToLocal", "control/cartpole"))
    code, out, _ = run("tasks", "--show", "text/mail")
    assert code == 0
    assert "50 instructions of text/mail:" in out
    assert "50 instructions of text/mail@held_out_phrasing:" in out
    assert "text/mail@held_out_phrasing" in out
    code, out, _ = run("tasks", "--show", "control/cartpole")
    assert "sample observation:" in out


def test_nearest_lists_the_options_when_nothing_is_close() -> None:
    assert nearest("zzz", ["a", "b"]) == "choose one of a, b."
