"""DemoStore: append, read, random access, damage, two writers, merge, and a kill between any two file operations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lam_gym.demonstrations import metadata
from lam_gym.demonstrations.metadata import META_FILE, TIMES
from lam_gym.demonstrations.store import DemoStore, merge
from lam_gym.errors import BadDemos, BadTrajectory
from lam_gym.trajectory import Trajectory

TASK = "control/cartpole"


def episode(seed: int, steps: int = 5, success: bool = True) -> Trajectory:
    rng = np.random.default_rng(seed)
    observations = rng.normal(size=(steps + 1, 4)).astype(np.float32)
    actions = rng.integers(0, 2, steps)
    return Trajectory(TASK, seed, observations, actions, np.ones(steps), False, True, success)


def filled(path: Path, counts: tuple[int, ...] = (3, 2, 4)) -> tuple[DemoStore, list[Trajectory]]:
    store = DemoStore.create(path, TASK, expert="test", seed=9)
    trajectories = [episode(seed, steps=1 + seed, success=seed % 2 == 0) for seed in range(sum(counts))]
    first = 0
    for count in counts:
        store.append(trajectories[first : first + count])
        first += count
    return store, trajectories


def without_times(meta: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in meta.items() if key not in TIMES}


def test_reads_back_what_was_appended(tmp_path: Path) -> None:
    _, trajectories = filled(tmp_path / "demos")
    store = DemoStore.open(tmp_path / "demos")
    assert len(store) == 9
    assert all(before.equals(after) for before, after in zip(trajectories, store, strict=True))
    assert all(before.equals(after) for before, after in zip(trajectories, store.load(), strict=True))
    assert all(store[index].equals(trajectories[index]) for index in (8, 0, 4, 5, -1, -9))
    picked = store.load([7, 0, 7, 3])
    assert [trajectory.seed for trajectory in picked] == [7, 0, 7, 3]
    assert store.task == TASK
    assert "9" in repr(store)
    assert sorted(path.name for path in store.path.iterdir()) == [
        *(f"episodes-{number:05d}.parquet" for number in range(3)),
        META_FILE,
    ]
    store.verify()


def test_meta_sums_up_the_episodes(tmp_path: Path) -> None:
    store, trajectories = filled(tmp_path / "demos")
    meta = store.meta
    assert meta["episodes"] == 9
    assert meta["steps"] == sum(map(len, trajectories)) == 45
    assert meta["successes"] == 5
    assert meta["success_rate"] == 5 / 9
    assert meta["mean_return"] == pytest.approx(5.0)
    assert meta["seeds"] == list(range(9))
    assert meta["recording"]["seed"] == 9
    assert meta["expert"] == "test"
    assert meta["spaces"]["action"]["n"] == 2
    assert [shard["episodes"] for shard in meta["shards"]] == [3, 2, 4]
    observations = np.concatenate([trajectory.fields()[""] for trajectory in trajectories]).astype(np.float64)
    statistics = store.statistics
    np.testing.assert_allclose(statistics["observations"].mean, observations.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(statistics["observations"].std, observations.std(axis=0), rtol=1e-12)
    assert statistics["actions"].count == 45
    assert statistics["length"].maximum == 9


def test_empty_store_and_empty_append(tmp_path: Path) -> None:
    store = DemoStore.create(tmp_path / "demos", TASK)
    store.append([])
    assert len(DemoStore.open(store.path)) == 0
    assert store.load() == list(store) == []
    assert store.meta["expert"] == "lam_envs.control:cartpole_controller"
    store.verify()


def test_wrong_indices(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    with pytest.raises(IndexError):
        store[9]
    with pytest.raises(BadDemos, match="0 to 8, not 9"):
        store.load([9])


def test_create_refuses_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadDemos, match="not empty"):
        DemoStore.create(tmp_path, TASK)
    with pytest.raises(BadDemos, match="cannot be written"):
        DemoStore.create(tmp_path / "file", TASK)


def test_append_refuses_other_episodes(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    wrong = episode(20)
    with pytest.raises(BadTrajectory, match="other/task"):
        store.append([Trajectory("other/task", 0, wrong.observations, wrong.actions, wrong.rewards, True, False, True)])
    with pytest.raises(BadTrajectory, match="observations"):
        store.append([Trajectory(TASK, 0, wrong.fields()[""][:, :2], wrong.actions, wrong.rewards, True, False, True)])
    assert len(DemoStore.open(store.path)) == 9


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "other"])
def test_verify_and_load_name_the_bad_shard(tmp_path: Path, damage: str) -> None:
    store, trajectories = filled(tmp_path / "demos")
    path = store.path / "episodes-00001.parquet"
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif damage == "cut":
        path.write_bytes(content[:-1])
    elif damage == "remove":
        path.unlink()
    else:
        path.write_bytes((store.path / "episodes-00000.parquet").read_bytes())
    store = DemoStore.open(store.path)
    for read in (store.verify, store.load, lambda: store[4]):
        with pytest.raises(BadDemos, match=r"episodes-00001\.parquet") as caught:
            read()
        assert "\n" not in str(caught.value)
    assert store[0].equals(trajectories[0])


def test_verify_compares_the_rows(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    shards = [dict(shard) for shard in store.meta["shards"]]
    shards[2]["episodes"] = 3
    metadata.write_meta(store.path, {**store.meta, "shards": shards})
    with pytest.raises(BadDemos, match=r"episodes-00002\.parquet"):
        DemoStore.open(store.path).verify()
    metadata.write_meta(store.path, {**store.meta, "seeds": [1]})
    with pytest.raises(BadDemos, match="other numbers"):
        DemoStore.open(store.path).verify()


def test_set_meta_and_splits(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    with pytest.raises(BadDemos, match="no split 'train'"):
        store.split_indices("train")
    store.set_meta("splits", {"train": [0, 2], "test": [1]})
    assert DemoStore.open(store.path).split_indices("train") == [0, 2]
    with pytest.raises(BadDemos, match="kept by the store"):
        store.set_meta("shards", [])


def test_two_writers(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    other = DemoStore.open(store.path)
    with store.writing(), pytest.raises(BadDemos, match="is being written by process"):
        other.append([episode(30)])
    other.append([episode(30)])
    with pytest.raises(BadDemos, match="changed by another writer"):
        store.append([episode(31)])
    assert DemoStore.open(store.path)[9].seed == 30


def test_merge_leaves_out_what_is_there_already(tmp_path: Path) -> None:
    left, trajectories = filled(tmp_path / "left")
    right = DemoStore.create(tmp_path / "right", TASK, expert="other")
    right.append([trajectories[4], episode(50), trajectories[8]])
    merged = merge([left, right], tmp_path / "merged", shard_episodes=4)
    assert [trajectory.seed for trajectory in merged] == [*range(9), 50]
    assert [shard["episodes"] for shard in merged.meta["shards"]] == [4, 4, 2]
    assert merged.meta["merged"]["duplicates"] == 2
    assert [source["episodes"] for source in merged.meta["merged"]["sources"]] == [9, 3]
    merged.verify()


def test_merge_refuses_other_tasks(tmp_path: Path) -> None:
    left, _ = filled(tmp_path / "left")
    right = DemoStore.create(tmp_path / "right", "drive/lane-keeping")
    with pytest.raises(BadDemos, match="their task differ"):
        merge([left, right], tmp_path / "merged")
    with pytest.raises(BadDemos, match="at least one"):
        merge([], tmp_path / "merged")


def test_content_hash_ignores_the_shards(tmp_path: Path) -> None:
    left, trajectories = filled(tmp_path / "left")
    right, _ = filled(tmp_path / "right", counts=(9,))
    assert left.content_hash() == right.content_hash()
    right.append([trajectories[0]])
    assert left.content_hash() != right.content_hash()


def test_create_like_copies_the_description_only(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    store.set_meta("splits", {"train": [0]})
    copy = store.create_like(tmp_path / "copy")
    assert len(copy) == 0
    assert "splits" not in copy.meta
    assert copy.meta["expert"] == "test"
    assert copy.meta["spaces"] == store.meta["spaces"]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_keep_shards_recounts(tmp_path: Path, count: int) -> None:
    store, _ = filled(tmp_path / "demos")
    expected, _ = filled(tmp_path / "expected", counts=(3, 2, 4)[:count])
    store.keep_shards(count)
    assert without_times(DemoStore.open(store.path).meta) == without_times(expected.meta)
    assert sorted(os.listdir(store.path)) == sorted(os.listdir(expected.path))


class Killed(BaseException):
    """Stands for the process ending at this very point."""


@pytest.mark.parametrize("moment", range(8))
def test_a_kill_between_any_two_operations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int) -> None:
    """An append writes, flushes and renames two files; it is stopped before each of these operations."""
    store, _ = filled(tmp_path / "demos", counts=(2, 2))
    expected, trajectories = filled(tmp_path / "expected", counts=(2, 2, 3))
    operations = iter(range(100))

    def stop_at(real: Any) -> Any:
        def operation(*arguments: Any, **keywords: Any) -> Any:
            if next(operations) == moment:
                raise Killed
            return real(*arguments, **keywords)

        return operation

    with monkeypatch.context() as patch:
        patch.setattr(metadata.os, "fsync", stop_at(os.fsync))
        patch.setattr(metadata.os, "replace", stop_at(os.replace))
        if moment < 4:
            with pytest.raises(Killed):
                store.append(trajectories[4:])
        else:
            store.append(trajectories[4:])
    opened = DemoStore.open(store.path)
    opened.verify()
    assert len(opened) == (4 if moment < 4 else 7)
    if moment < 4:
        opened.append(trajectories[4:])
    assert without_times(DemoStore.open(store.path).meta) == without_times(expected.meta)
    assert sorted(os.listdir(store.path)) == sorted(os.listdir(expected.path))


def test_leftovers_of_a_killed_writer_are_cleared(tmp_path: Path) -> None:
    store, _ = filled(tmp_path / "demos")
    for name in ("episodes-00003.parquet", "episodes-00003.parquet.tmp", "meta.json.tmp", "note.txt"):
        (store.path / name).write_bytes(b"half")
    opened = DemoStore.open(store.path)
    assert len(opened) == 9
    opened.verify()
    opened.append([episode(40)])
    assert sorted(os.listdir(store.path))[-2:] == [META_FILE, "note.txt"]
    assert len(DemoStore.open(store.path)) == 10
