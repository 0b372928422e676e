"""The text benchmarks run at tiny settings, and their reports hold what they print."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[3] / "examples" / "benchmarks"


def run(script: str, out: Path, *settings: str) -> tuple[str, Any]:
    command = [sys.executable, str(FOLDER / script), *settings, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(out.read_text())


def test_experts(tmp_path: Path) -> None:
    printed, report = run(
        "text_experts.py", tmp_path / "out.json", "--episodes", "3", "--tasks", "text/mail", "text/desk"
    )
    assert "18 of 18 cells without a failure" in printed
    experts = [row for row in report["rows"] if row["policy"] == "expert"]
    assert [row["success"] for row in experts] == [3] * 18
    assert all(row["shortest"] <= row["mean_length"] <= row["longest"] for row in experts)
    assert len(report["rows"]) == 20


def test_speed(tmp_path: Path) -> None:
    printed, report = run("text_speed.py", tmp_path / "out.json", "--seconds", "0.02", "--turns", "1")
    assert "slowest application: text/" in printed
    assert {"text/mail", "text/shop", "text/desk"} <= set(report["steps_per_s"])
    assert all(rate > 0 for rate in report["steps_per_s"].values())
