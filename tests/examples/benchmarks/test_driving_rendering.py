"""The rendering benchmark runs at a tiny setting, and its report holds what it prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "examples" / "benchmarks" / "driving_rendering.py"


def test_tiny(tmp_path: Path) -> None:
    settings = ["--frames", "3", "--repeats", "2", "--environments", "LamDrive/LaneKeeping-v0"]
    command = [sys.executable, str(SCRIPT), *settings, "--out", str(tmp_path / "out.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    (row,) = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert (row["width"], row["height"], len(row["repeats"])) == (600, 300, 2)
    assert f"{row['milliseconds']:.3f}" in done.stdout
