"""Every example runs, with tiny settings."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
TINY = {
    "01_record.py": "--episodes 10",
    "02_clone.py": "--episodes 10 --steps 5 --evaluate 4",
    "03_train.py": "--episodes 8 --steps 4 --evaluate 1",
    "04_evaluate.py": "--episodes 4 --steps 4 --evaluate 1",
    "05_own_env.py": "--episodes 3 --expert-steps 64 --steps 2 --evaluate 2",
    "06_own_application.py": "--episodes 6 --steps 2 --evaluate 2",
}


def test_every_example_has_tiny_settings() -> None:
    assert sorted(path.name for path in EXAMPLES.glob("0*.py")) == sorted(TINY)


@pytest.mark.parametrize("name", TINY)
def test_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, *TINY[name].split(), "--out", str(tmp_path / "out")])
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    assert capsys.readouterr().out.count("\n") >= 3
