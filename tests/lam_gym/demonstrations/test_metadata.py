"""meta.json: spaces as JSON, and one sentence for each way in which the file can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from lam_gym.demonstrations.metadata import (
    FORMAT_VERSION,
    META_FILE,
    describe_space,
    new_meta,
    package_versions,
    read_meta,
    write_file,
    write_meta,
)
from lam_gym.errors import BadDemos
from lam_gym.task import Task, get_task


@pytest.mark.parametrize(
    ("space", "described"),
    [
        (spaces.Discrete(3, start=2), {"type": "Discrete", "n": 3, "start": 2}),
        (spaces.Box(0, 1, (2, 2)), {"type": "Box", "shape": [2, 2], "dtype": "float32", "low": 0.0, "high": 1.0}),
        (
            spaces.Box(np.array([-1.0, -np.inf]), np.array([1.0, np.inf]), dtype=np.float64),
            {"type": "Box", "shape": [2], "dtype": "float64", "low": [-1.0, "-inf"], "high": [1.0, "inf"]},
        ),
        (spaces.MultiDiscrete([2, 3]), {"type": "MultiDiscrete", "nvec": [2, 3]}),
        (spaces.MultiBinary(4), {"type": "MultiBinary", "shape": [4]}),
        (spaces.Text(9), {"type": "Text", "min_length": 1, "max_length": 9}),
        (
            spaces.Tuple([spaces.Discrete(2), spaces.Dict({"a": spaces.Discrete(2)})]),
            {
                "type": "Tuple",
                "spaces": [
                    {"type": "Discrete", "n": 2, "start": 0},
                    {"type": "Dict", "spaces": {"a": {"type": "Discrete", "n": 2, "start": 0}}},
                ],
            },
        ),
        (
            spaces.Sequence(spaces.Discrete(2)),
            {"type": "Sequence", "description": str(spaces.Sequence(spaces.Discrete(2)))},
        ),
    ],
)
def test_spaces_as_json(space: Any, described: dict[str, Any]) -> None:
    assert describe_space(space) == described
    json.dumps(describe_space(space), allow_nan=False)


def test_spaces_of_others_are_told_of_alike_in_every_process() -> None:
    class Missions:
        def __str__(self) -> str:
            return f"MissionSpace(<function generate at {id(self):#x}>, None)"

    assert describe_space(Missions()) == {"type": "Missions", "description": "MissionSpace(<function generate>, None)"}


def test_new_meta_describes_the_task() -> None:
    meta = new_meta(get_task("control/cartpole"), "someone", {"seed": 3}, None)
    assert meta["task"] == "control/cartpole"
    assert meta["spaces"]["action"] == {"type": "Discrete", "n": 2, "start": 0}
    assert meta["expert"] == "someone"
    assert meta["recording"] == {"seed": 3}
    assert json.loads(json.dumps(meta)) == meta


def test_package_versions_name_the_task_package() -> None:
    versions = package_versions(Task("a/b", "Any-v0", "", 1, requires="pytest.something"))
    assert {"python", "numpy", "pyarrow", "gymnasium", "pytest"} <= set(versions)
    assert "nothing_at_all" not in package_versions(Task("a/b", "Any-v0", "", 1, requires="nothing_at_all"))


def store_meta() -> dict[str, Any]:
    return new_meta(get_task("control/cartpole"), "", {}, {})


def test_written_meta_reads_back(tmp_path: Path) -> None:
    write_meta(tmp_path, store_meta())
    assert read_meta(tmp_path) == store_meta()
    assert [path.name for path in tmp_path.iterdir()] == [META_FILE]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "not the meta.json"),
        ('{"format": "something else"}', "not the meta.json"),
        (json.dumps({**store_meta(), "format_version": FORMAT_VERSION + 1}), "upgrade lam-gym"),
        (json.dumps({**store_meta(), "format_version": "1"}), "upgrade lam-gym"),
        (json.dumps({key: value for key, value in store_meta().items() if key != "shards"}), "lacks shards"),
    ],
)
def test_wrong_meta_is_answered_in_a_sentence(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / META_FILE).write_text(content)
    with pytest.raises(BadDemos, match=words) as caught:
        read_meta(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_without_meta_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(BadDemos, match="not a demonstration store"):
            read_meta(folder)


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"old")
    with pytest.raises(TypeError):
        write_file(tmp_path / "a", "text instead of bytes")
    assert (tmp_path / "a").read_bytes() == b"old"
