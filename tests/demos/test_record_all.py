"""The shipped demonstrations are intact, and recording them anew gives the same trajectories."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from lam_gym import TASKS, DemoStore

FOLDER = Path(__file__).parents[2] / "demos"


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("record_all", FOLDER / "record_all.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


record_all = load_script()


def test_each_set_is_of_a_task_with_an_expert() -> None:
    assert all(TASKS[name].expert for name in record_all.SETS)
    assert record_all.arithmetic() == record_all.arithmetic()


@pytest.mark.parametrize("name", record_all.shipped_sets())
def test_shipped_set_is_rebuilt_from_its_seeds(name: str, tmp_path: Path) -> None:
    requires = TASKS[name].requires
    if requires and importlib.util.find_spec(requires.partition(".")[0]) is None:
        pytest.skip(f"needs {requires}")
    shipped = DemoStore.open(FOLDER / name)
    shipped.verify()
    assert len(shipped) == record_all.SETS[name]
    found = record_all.difference(shipped, record_all.rebuild(name, tmp_path / "demos"))
    if found and record_all.excuse(shipped):
        pytest.skip(f"{found}: {record_all.excuse(shipped)}")
    assert not found


@pytest.mark.parametrize("name", record_all.shipped_sets())
def test_readme_lists_the_content_hash(name: str) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| `{name}`"))
    assert DemoStore.open(FOLDER / name).content_hash() in row


@pytest.mark.parametrize("name", record_all.shipped_sets())
def test_shipped_set_is_small(name: str) -> None:
    assert sum(path.stat().st_size for path in (FOLDER / name).iterdir()) < 200_000


def test_a_changed_set_is_seen(tmp_path: Path) -> None:
    left = record_all.rebuild("control/cartpole", tmp_path / "left")
    right = left.create_like(tmp_path / "right")
    right.append(left.load(range(1, len(left))))
    assert record_all.difference(left, left) == ""
    assert "content hash" in record_all.difference(left, right)
    assert record_all.excuse(left) == ""
    left.set_meta("arithmetic", "another")
    assert "sines" in record_all.excuse(left)
