"""The benchmarks of text augmentation and generalization run at tiny settings, and count what they say."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[3] / "examples" / "benchmarks"


def run(name: str, monkeypatch: pytest.MonkeyPatch, out: Path, *settings: str) -> Any:
    monkeypatch.setattr(sys, "argv", [name, *settings, "--out", str(out)])
    runpy.run_path(str(BENCHMARKS / f"{name}.py"), run_name="__main__")
    return json.loads(out.read_text())


def test_augmentation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["--tasks", "text/mail", "--demos", "4", "--sample", "12"]
    report = run("text_augmentation", monkeypatch, tmp_path / "out.json", *settings)
    assert {row["edit"] for row in report["rows"]} >= {"synonym", "swap", "delete", "punctuation", "paraphrase"}
    assert (report["sampled"], report["changed"]) == (12, 0)
    assert "0 of 12 sampled edits" in capsys.readouterr().out


def test_the_reader_sees_a_changed_task() -> None:
    meaning = runpy.run_path(str(BENCHMARKS / "text_augmentation.py"))["meaning"]
    groups = (("delete", "remove"),)
    assert meaning("Please delete the mail.", groups) == meaning("remove mail , please", groups)
    assert meaning("Delete the mail.", groups) != meaning("Archive the mail.", groups)
    assert meaning("Delete the mail from Anna.", groups) != meaning("Delete the mail.", groups)


def test_generalization(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = ["--tasks", "text/mail", "--demos", "4", "--steps", "2", "--batch-size", "4", "--episodes", "2"]
    for _ in range(2):  # the second time nothing is left to do
        report = run("text_generalization", monkeypatch, tmp_path / "out.json", *settings, "--settings", "augmented")
    (row,) = report["rows"]
    assert (row["setting"], row["seed"], row["episodes"]) == ("augmented", 0, 2)
    assert list(row["counts"]) == ["train", "held-out phrasing", "held-out layout", "held-out composition"]
    with pytest.raises(SystemExit):  # never runs of other settings side by side
        run("text_generalization", monkeypatch, tmp_path / "out.json", *settings[:-4], "--settings", "augmented")
