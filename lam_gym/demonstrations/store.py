"""DemoStore: demonstrations on disk, a folder of Parquet shards and a meta.json that lists and describes them.

    <folder>/meta.json                  task, spaces, statistics, seeds, splits, sha256 of each shard (metadata.py)
    <folder>/episodes-00000.parquet     one row an episode (columns.py), readable by pandas, DuckDB, Arrow

A shard is renamed into place before meta.json lists it, and meta.json is renamed into place too. So a process killed at
any moment leaves a store that opens, holding every finished shard; a shard that meta.json does not list is garbage.

    store = DemoStore.open("demos/lane"); store[3]; for trajectory in store: ...; store.load([0, 5]); store.verify()
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from lam_gym.demonstrations.columns import (
    Columns,
    build_columns,
    content_hash,
    features_from_json,
    trajectory_features,
)
from lam_gym.demonstrations.feature_statistics import Statistics, measure
from lam_gym.demonstrations.lock import LOCK_FILE, WriterLock
from lam_gym.demonstrations.metadata import (
    META_FILE,
    NO_EPISODES,
    RELABELED,
    TEMPORARY,
    new_meta,
    now,
    read_meta,
    write_file,
    write_meta,
)
from lam_gym.demonstrations.shard import Episodes
from lam_gym.demonstrations.splits import part_indices
from lam_gym.errors import BadDemos, BadTrajectory
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Trajectory

SHARD_PATTERN = "episodes-{:05d}.parquet"


class DemoStore:
    """Demonstrations of one task on disk: a sequence of `Trajectory` that can grow at its end."""

    def __init__(self, path: str | Path, meta: dict[str, Any]) -> None:
        """Use `open` or `create`."""
        self.path = Path(path)
        self.meta = meta
        """Content of meta.json; change it through `append` and `set_meta` only."""
        self.task: str = meta["task"]
        """Name of the task."""
        self._lock = WriterLock(self.path)
        self._stamp = _stamp(self.path)
        self._cached: tuple[int, Episodes] | None = None

    @classmethod
    def create(
        cls,
        path: str | Path,
        task: Task | str,
        expert: str | None = None,
        seed: int = 0,
        recording: Mapping[str, Any] | None = None,
        spaces: Mapping[str, Any] | None = None,
    ) -> DemoStore:
        """A new store without episodes. `expert` says who acts (the task's own expert when None), `recording` holds
        further settings, `spaces` (as `metadata.describe_space` writes them) spares making the environment.

        Errors: BadDemos when the folder holds anything already or cannot be written.
        """
        task = get_task(task)
        name = task.expert if expert is None else expert
        return _start(Path(path), new_meta(task, name, {"seed": seed, **(recording or {})}, spaces))

    def create_like(self, path: str | Path) -> DemoStore:
        """A new store with this one's description (task, spaces, expert, settings) and no episodes yet."""
        described = {key: value for key, value in self.meta.items() if key in _RESERVED}
        return _start(Path(path), {**described, **NO_EPISODES, "created": now(), "updated": now()})

    @classmethod
    def open(cls, path: str | Path) -> DemoStore:
        """The store in this folder. Errors: BadDemos when there is none, or one of a newer format."""
        return cls(path, read_meta(Path(path)))

    def __repr__(self) -> str:
        return f"DemoStore('{self.path}', task='{self.task}', episodes={len(self)})"

    def __len__(self) -> int:
        return int(self.meta["episodes"])

    def __getitem__(self, index: int) -> Trajectory:
        """One episode; negative indices count from the end."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"Episode {index} of {len(self)}.")
        index %= len(self)
        firsts = self._first_rows()
        shard = bisect_right(firsts, index) - 1
        return self._episodes(shard).trajectory(index - firsts[shard])

    def __iter__(self) -> Iterator[Trajectory]:
        for shard in range(len(self.meta["shards"])):
            yield from self._episodes(shard)

    def load(self, indices: Sequence[int] | None = None) -> list[Trajectory]:
        """Episodes of these indices, in their order (every episode when None), each shard read once.

        Arrays are views of the shards' read-only columns. Errors: BadDemos when a shard is missing or damaged.
        """
        if indices is None:
            return list(self)
        firsts = self._first_rows()
        loaded: dict[int, Trajectory] = {}
        for index in sorted({int(index) for index in indices}):
            if not 0 <= index < len(self):
                raise BadDemos(f"'{self.path}' has episodes 0 to {len(self) - 1}, not {index}.")
            shard = bisect_right(firsts, index) - 1
            loaded[index] = self._episodes(shard).trajectory(index - firsts[shard])
        return [loaded[int(index)] for index in indices]

    @property
    def statistics(self) -> dict[str, Statistics]:
        """Statistics of each numeric column: "observations" or "observations/<key>", "actions", "rewards", and
        "return", "length" (over episodes)."""
        return {name: Statistics.from_json(content) for name, content in self.meta["statistics"].items()}

    def split_indices(self, name: str) -> list[int]:
        """Indices of the episodes in the split "train", "validation" or "test". Errors: BadDemos when not split."""
        splits = self.meta.get("splits")
        if not splits or name not in splits:
            raise BadDemos(f"'{self.path}' has no split '{name}': make one with lam-gym data split.")
        return part_indices(name, splits, self.meta["seeds"])

    def content_hash(self) -> str:
        """sha256 over the contents of all trajectories in order, independent of how the files encode them."""
        digest = hashlib.sha256()
        for trajectory in self:
            digest.update(content_hash(trajectory).encode())
        return digest.hexdigest()

    def verify(self) -> None:
        """Read every shard back and check its sha256, rows and steps. Errors: BadDemos naming the bad shard."""
        for number, shard in enumerate(self.meta["shards"]):
            episodes = self._read(number)
            steps = sum(len(trajectory) for trajectory in episodes)
            if (len(episodes), steps) != (shard["episodes"], shard["steps"]):
                raise BadDemos(
                    f"Shard '{self.path / shard['file']}' should hold {shard['episodes']} episodes of {shard['steps']} "
                    f"steps, but has {len(episodes)} of {steps}: record it again."
                )
        if self._first_rows()[-1] != len(self) or len(self.meta["seeds"]) != len(self):
            raise BadDemos(f"'{self.path / META_FILE}' lists other numbers of episodes and seeds than its shards hold.")

    @contextmanager
    def writing(self) -> Iterator[DemoStore]:
        """Hold the store's lock and clear what a killed writer left; `append` and `set_meta` do so by themselves.

        Errors: BadDemos when another process is writing, or has written since this store was opened.
        """
        try:
            if self._lock.held:
                yield self
                return
            with self._lock:
                if _stamp(self.path) != self._stamp:
                    raise BadDemos(f"'{self.path}' was changed by another writer: open it again.")
                self._clear_leftovers()
                yield self
        except OSError as error:
            raise BadDemos(f"'{self.path}' cannot be written: {error}.") from error

    def append(self, trajectories: Sequence[Trajectory]) -> None:
        """Add these episodes as one finished shard.

        Errors: BadTrajectory when an episode is of another task or has other keys, dtypes or shapes than the store.
        """
        if not trajectories:
            return
        for task in {trajectory.task for trajectory in trajectories} - {self.task}:
            raise BadTrajectory(f"'{self.path}' holds '{self.task}', but got an episode of '{task}'.")
        known = self.meta["features"]
        features = features_from_json(known) if known else trajectory_features(trajectories[0])
        columns = build_columns(trajectories, features)
        content = columns.encode()
        with self.writing():
            number = len(self.meta["shards"])
            file = SHARD_PATTERN.format(number)
            write_file(self.path / file, content)
            entry = {
                "file": file,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "episodes": len(trajectories),
                "steps": len(columns.values["rewards"]),
            }
            described = {name: feature.to_json() for name, feature in features.items()}
            self._replace_meta(_grown({**self.meta, "features": described}, entry, columns))

    def set_meta(self, key: str, value: Any) -> None:
        """Set a key of meta.json that says something about the episodes, such as "splits" (JSON values only)."""
        if key in _RESERVED:
            raise BadDemos(f"'{key}' of {META_FILE} is kept by the store itself: choose another key.")
        with self.writing():
            self._replace_meta({**self.meta, key: value})

    def keep_shards(self, count: int) -> None:
        """Keep the first `count` shards and drop the others, recounting the statistics."""
        dropped = self.meta["shards"][count:]
        if not dropped:
            return
        with self.writing():
            meta = {**self.meta, **NO_EPISODES}
            if count:
                meta["features"] = self.meta["features"]
            for number, entry in enumerate(self.meta["shards"][:count]):
                columns = build_columns(list(self._read(number)), features_from_json(self.meta["features"]))
                meta = _grown(meta, entry, columns)
            self._replace_meta(meta)
            for entry in dropped:
                (self.path / entry["file"]).unlink(missing_ok=True)

    def _replace_meta(self, meta: dict[str, Any]) -> None:
        meta = {**meta, "updated": now()}
        write_meta(self.path, meta)
        self.meta, self._stamp, self._cached = meta, _stamp(self.path), None

    def _first_rows(self) -> list[int]:
        """The index of the first episode of each shard, and the number of episodes at the end."""
        return list(accumulate((shard["episodes"] for shard in self.meta["shards"]), initial=0))

    def _episodes(self, shard: int) -> Episodes:
        if self._cached is None or self._cached[0] != shard:
            self._cached = shard, self._read(shard)
        return self._cached[1]

    def _read(self, number: int) -> Episodes:
        shard = self.meta["shards"][number]
        path = self.path / shard["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BadDemos(f"Shard '{path}' cannot be read ({error.strerror}): restore it or record again.") from error
        if hashlib.sha256(content).hexdigest() != shard["sha256"]:
            raise BadDemos(
                f"Shard '{path}' is damaged, its sha256 is not the one in {META_FILE}: restore it or record again."
            )
        try:
            return Episodes(content, self.task)
        except BadDemos as error:
            raise BadDemos(f"Shard '{path}': {error}") from error

    def _clear_leftovers(self) -> None:
        listed = {shard["file"] for shard in self.meta["shards"]}
        for path in self.path.iterdir():
            stray = path.name.startswith("episodes-") and path.suffix == ".parquet" and path.name not in listed
            if stray or path.name.endswith(TEMPORARY):
                path.unlink()


def merge(stores: Sequence[DemoStore], out: str | Path, shard_episodes: int = 1000) -> DemoStore:
    """One new store with the episodes of all of these, in order; an episode that is there already is left out.

    Two episodes are the same when seed and all contents are; meta["merged"] says how many were left out.
    Errors: BadDemos when the stores are of different tasks, spaces or columns.
    """
    if not stores:
        raise BadDemos("Merging needs at least one store, got none.")
    for store in stores[1:]:
        for key in ("task", "env_id", "kwargs", "spaces"):
            if store.meta[key] != stores[0].meta[key]:
                raise BadDemos(f"'{stores[0].path}' and '{store.path}' cannot be merged: their {key} differ.")
        if (RELABELED in store.meta) != (RELABELED in stores[0].meta):
            raise BadDemos(
                f"'{stores[0].path}' and '{store.path}' cannot be merged: the actions of one of them are labels on "
                "another policy's episodes, whose success would count as the expert's. Train on both side by side."
            )
    merged = stores[0].create_like(out)
    seen: set[str] = set()
    waiting: list[Trajectory] = []
    with merged.writing():
        for trajectory in chain.from_iterable(stores):
            key = content_hash(trajectory)
            if key not in seen:
                seen.add(key)
                waiting.append(trajectory)
            if len(waiting) == shard_episodes:
                merged.append(waiting)
                waiting = []
        merged.append(waiting)
        sources = [
            {"path": str(store.path), "episodes": len(store), "expert": store.meta["expert"]} for store in stores
        ]
        if RELABELED in stores[0].meta:
            merged.set_meta(RELABELED, {"rounds": [store.meta[RELABELED] for store in stores]})
        duplicates = sum(map(len, stores)) - len(merged)
        merged.set_meta("merged", {"sources": sources, "duplicates": duplicates})
        splits = stores[0].meta.get("splits")
        if splits and "seed" in splits and all(store.meta.get("splits") == splits for store in stores):
            merged.set_meta("splits", splits)
    return merged


_DESCRIPTION = ["format", "format_version", "task", "env_id", "kwargs", "instruction", "max_episode_steps"]
_DESCRIPTION += ["success_rule", "requires", "expert", "recording", "packages", "created", "updated", "spaces"]
_RESERVED = frozenset([*_DESCRIPTION, *NO_EPISODES])


def _start(folder: Path, meta: dict[str, Any]) -> DemoStore:
    """A store with this meta.json in a folder that must be new or empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with WriterLock(folder):
            if any(entry.name != LOCK_FILE and not entry.name.endswith(TEMPORARY) for entry in folder.iterdir()):
                raise BadDemos(f"'{folder}' is not empty: give a new folder, or resume what is in it.")
            write_meta(folder, meta)
    except OSError as error:
        raise BadDemos(f"'{folder}' cannot be written ({error.strerror}): give a folder that can be.") from error
    return DemoStore(folder, meta)


def _grown(meta: Mapping[str, Any], entry: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """meta.json with one more shard, of these columns."""
    figures = {name: measure(values) for name, values in columns.values.items() if values.dtype != object}
    known = {name: Statistics.from_json(content) for name, content in meta["statistics"].items()}
    statistics = {name: known[name].merge(new) if name in known else new for name, new in figures.items()}
    episodes = meta["episodes"] + len(columns.seeds)
    successes = meta["successes"] + columns.successes
    return {
        **meta,
        "episodes": episodes,
        "steps": meta["steps"] + entry["steps"],
        "successes": successes,
        "success_rate": successes / episodes,
        "mean_return": float(statistics["return"].mean),
        "seeds": meta["seeds"] + columns.seeds,
        "statistics": {name: statistic.to_json() for name, statistic in statistics.items()},
        "shards": [*meta["shards"], dict(entry)],
    }


def _stamp(folder: Path) -> tuple[int, int, int]:
    """What changes whenever meta.json is replaced."""
    status = (folder / META_FILE).stat()
    return status.st_ino, status.st_mtime_ns, status.st_size
