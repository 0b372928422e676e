"""The storage benchmark runs at a tiny setting, and its report can be recomputed from its runs."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "examples" / "benchmarks" / "storage.py"


def test_tiny(tmp_path: Path) -> None:
    tasks = ["control/cartpole", *(["babyai/GoToRedBallGrey"] if find_spec("minigrid") else [])]
    settings = ["--episodes", "6", "--runs", "2", "--minari-runs", "1", "--arrow-episodes", "3", "--tasks"]
    command = [sys.executable, str(SCRIPT), *settings, *tasks, "--out", str(tmp_path / "storage.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "storage.json").read_text())
    assert list(report["sets"]) == tasks
    for name, summary in report["sets"].items():
        assert f"{name}: 6 episodes" in done.stdout
        rows = summary["systems"]
        assert {"lam-gym", "imitation"} <= set(rows)
        for row in rows.values():
            assert row["write_s"] == pytest.approx(statistics.median(row["runs"]["write_s"]) * row["scale"])
            assert row["bytes"] > 0
        ratios = summary["over_imitation"]
        assert ratios["write"] == pytest.approx(rows["imitation"]["write_s"] / rows["lam-gym"]["write_s"])
        assert ratios["bytes"] == pytest.approx(rows["lam-gym"]["bytes"] / rows["imitation"]["bytes"])
