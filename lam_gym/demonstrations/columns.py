"""Trajectories as Parquet columns and back: one row an episode, every dtype and shape kept.

    seed, success, terminated, truncated, return, length     one value an episode
    observations  or  observations/<key>                     list: the T+1 observations, flattened one after another
    actions, rewards                                         list: the T actions and rewards
    admissible_actions                                       list of T+1 lists of text (text tasks)
    metrics/<name>                                           one number an episode, null where an episode lacks it

Letters: T steps of an episode. A frame of shape (7, 7, 3) takes 147 entries of its list, and
`reshape(-1, 7, 7, 3)` restores it. Shapes and dtypes are in the table's metadata under "lam_gym". Columns are built
from, and read into, flat buffers; no Python loop runs over steps (texts excepted).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat
from math import prod
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lam_gym.errors import BadDemos, BadTrajectory
from lam_gym.trajectory import Trajectory

TEXT = "str"
"""The dtype name of text features."""

COMPRESSION_LEVEL = 3
"""zstd level: higher levels save 1 % and cost 40 % more time."""

_LARGEST_LIST = 2**31 - 1
_FLAGS = ("success", "terminated", "truncated")
_PER_ACTION = ("actions", "rewards")


@dataclass(frozen=True)
class Feature:
    """Dtype and shape of one step's value of one column."""

    dtype: str
    """NumPy's name of the dtype, "str" for text."""
    shape: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """As stored in meta.json and in each shard's metadata."""
        return {"dtype": self.dtype, "shape": list(self.shape)}


Features = dict[str, Feature]
"""Column name -> feature, for observations, actions, rewards and admissible actions, in the order of the columns."""


def features_from_json(content: Mapping[str, Any]) -> Features:
    """Features as `Feature.to_json` wrote them."""
    return {name: Feature(value["dtype"], tuple(value["shape"])) for name, value in content.items()}


def trajectory_features(trajectory: Trajectory) -> Features:
    """The columns that this trajectory fills, with dtype and shape of one step."""
    columns = {**_observation_columns(trajectory), "actions": trajectory.actions, "rewards": trajectory.rewards}
    features = {name: Feature(_dtype_name(values), values.shape[1:]) for name, values in columns.items()}
    if trajectory.admissible_actions is not None:
        features["admissible_actions"] = Feature(TEXT, ())
    return features


def build_table(trajectories: Sequence[Trajectory], features: Features) -> tuple[pa.Table, dict[str, NDArray[Any]]]:
    """One Parquet table with a row per trajectory, and the values [steps, ...] or [episodes] of its columns.

    Errors: BadTrajectory for a trajectory whose keys, dtypes or shapes differ from `features`.
    """
    _check_columns(trajectories, features)
    lengths = np.fromiter((len(item.actions) for item in trajectories), np.int64, len(trajectories))
    flat = {name: _join(name, feature, trajectories) for name, feature in features.items() if name in _joined(features)}
    columns: dict[str, pa.Array] = {
        "seed": _array(np.array([item.seed for item in trajectories], np.int64)),
        **{flag: _array(np.array([getattr(item, flag) for item in trajectories], bool)) for flag in _FLAGS},
        "return": _array(returns := _returns(flat["rewards"], np.cumsum(lengths) - lengths)),
        "length": _array(lengths),
    }
    for name, values in flat.items():
        rows = lengths if name in _PER_ACTION else lengths + 1
        columns[name] = _list_column(values, rows, features[name])
    if "admissible_actions" in features:
        columns["admissible_actions"] = _admissible_column(trajectories, lengths + 1)
    columns.update(_metric_columns(trajectories))
    header = json.dumps({"features": {name: feature.to_json() for name, feature in features.items()}})
    fields = [pa.field(name, column.type, nullable=name.startswith("metrics/")) for name, column in columns.items()]
    schema = pa.schema(fields, metadata={"lam_gym": header})
    return pa.Table.from_arrays(list(columns.values()), schema=schema), {**flat, "return": returns, "length": lengths}


def encode(table: pa.Table, flat: Mapping[str, NDArray[Any]]) -> pa.Buffer:
    """The table as the bytes of a Parquet file (zstd; byte-stream split for floats with many distinct values)."""
    split = [
        name for name, values in flat.items() if values.dtype in (np.float32, np.float64) and _has_many_values(values)
    ]
    dictionary = [name for name in table.column_names if name not in split]
    paths = dict(zip(table.column_names, _leaf_paths(table.schema)))
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=COMPRESSION_LEVEL,
        use_dictionary=[paths[name] for name in dictionary],
        use_byte_stream_split=[paths[name] for name in split] or False,
        write_statistics=["seed", *_FLAGS, "return", "length"],
        row_group_size=max(1, len(table)),
    )
    return sink.getvalue()


class Episodes:
    """The decoded columns of one shard; `trajectory(i)` gives views of them, without copies."""

    def __init__(self, content: bytes | pa.Buffer, task: str) -> None:
        """Decode a shard. Errors: BadDemos when the bytes are not a shard of demonstrations."""
        try:
            table = pq.ParquetFile(pa.BufferReader(content)).read().combine_chunks()
            header = json.loads(table.schema.metadata[b"lam_gym"])
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise BadDemos(
                f"expected a Parquet shard of demonstrations, but its content cannot be read: {error}"
            ) from error
        self.task = task
        self.features = features_from_json(header["features"])
        self._scalars = [_single(table[name]).to_pylist() for name in ("seed", *_FLAGS)]
        self._metrics = _read_metrics(table)
        steps = _offsets(_numpy(_single(table["length"])))
        states = (steps + np.arange(len(steps))).tolist()
        self._columns = [
            (name, _read_column(table[name], self.features[name]), steps.tolist() if name in _PER_ACTION else states)
            for name in _joined(self.features)
        ]
        self._admissible = (
            _read_admissible(table["admissible_actions"]) if "admissible_actions" in self.features else None
        )

    def __len__(self) -> int:
        return len(self._scalars[0])

    def __iter__(self) -> Iterator[Trajectory]:
        return self._build(0, len(self))

    def trajectory(self, row: int) -> Trajectory:
        """The episode of this row."""
        return next(self._build(row, row + 1))

    def _build(self, first: int, last: int) -> Iterator[Trajectory]:
        views = {
            name: [values[start:end] for start, end in zip(bounds[first:last], bounds[first + 1 : last + 1])]
            for name, values, bounds in self._columns
        }
        actions, rewards = views.pop("actions"), views.pop("rewards")
        observations: Iterable[Any]
        if "observations" in views:
            observations = views["observations"]
        else:
            keys = [name[len("observations/") :] for name in views]
            observations = [dict(zip(keys, row)) for row in zip(*views.values())]
        seeds, successes, terminated, truncated = (values[first:last] for values in self._scalars)
        admissible = repeat(None) if self._admissible is None else map(self._admissible, range(first, last))
        metrics = self._metrics[first:last] if self._metrics else iter(dict, None)
        return map(
            Trajectory,
            repeat(self.task),
            seeds,
            observations,
            actions,
            rewards,
            terminated,
            truncated,
            successes,
            admissible,
            metrics,
        )


def content_hash(trajectory: Trajectory) -> str:
    """sha256 of what a trajectory holds (not of its bytes on disk), the same on every machine and pyarrow version."""
    digest = hashlib.sha256()
    features = trajectory_features(trajectory)
    flags = [trajectory.seed, trajectory.terminated, trajectory.truncated, trajectory.success]
    metrics = {name: float(value) for name, value in trajectory.metrics.items()}
    described = {name: feature.to_json() for name, feature in features.items()}
    header = [trajectory.task, *flags, len(trajectory), described, metrics, trajectory.admissible_actions]
    digest.update(json.dumps(header, sort_keys=True).encode())
    for name in sorted(_joined(features)):
        values = _gather([trajectory], name)[0]
        if features[name].dtype == TEXT:
            digest.update(json.dumps(list(values)).encode())
        else:
            digest.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def _joined(features: Mapping[str, Feature]) -> list[str]:
    return [name for name in features if name != "admissible_actions"]


def _observation_columns(trajectory: Trajectory) -> dict[str, NDArray[Any]]:
    if isinstance(trajectory.observations, dict):
        return {f"observations/{key}": values for key, values in trajectory.observations.items()}
    return {"observations": trajectory.observations}


def _dtype_name(values: NDArray[Any]) -> str:
    if values.dtype == object:
        return TEXT
    dtype = values.dtype
    if dtype.kind not in "biuf" or dtype.itemsize > 8 or not dtype.isnative or 0 in values.shape:
        raise BadTrajectory(
            f"Demos hold booleans, integers, floats of at most 64 bits and text, not {dtype} arrays "
            f"of shape {values.shape}."
        )
    return str(dtype)


def _gather(trajectories: Sequence[Trajectory], name: str) -> list[NDArray[Any]]:
    """The column's array of every trajectory."""
    if name in _PER_ACTION or name == "observations":
        return [getattr(trajectory, name) for trajectory in trajectories]
    key = name[len("observations/") :]
    return [cast("dict[str, NDArray[Any]]", trajectory.observations)[key] for trajectory in trajectories]


def _check_columns(trajectories: Sequence[Trajectory], features: Features) -> None:
    """Every trajectory fills these columns and no other."""
    keys = {name[len("observations/") :] for name in features if name.startswith("observations/")}
    wants_admissible = "admissible_actions" in features
    for trajectory in trajectories:
        observations = trajectory.observations
        found = observations.keys() if isinstance(observations, dict) else set()
        if found != keys or (trajectory.admissible_actions is not None) != wants_admissible:
            columns = ", ".join(trajectory_features(trajectory))
            raise BadTrajectory(
                f"An episode with the columns {', '.join(features)} was expected; "
                f"that of seed {trajectory.seed} has {columns}."
            )


def _join(name: str, feature: Feature, trajectories: Sequence[Trajectory]) -> NDArray[Any]:
    """All steps of one column, one episode after another; a trajectory that does not fit is named."""
    dtype = np.dtype(object if feature.dtype == TEXT else feature.dtype)
    try:
        joined = np.concatenate(_gather(trajectories, name), dtype=dtype, casting="no")
        if joined.shape[1:] == feature.shape:
            return joined
    except (TypeError, ValueError):
        pass
    for trajectory in trajectories:
        came = trajectory_features(trajectory)[name]
        if came != feature:
            raise BadTrajectory(
                f"Column '{name}' holds {feature}, but the episode with seed {trajectory.seed} has {came}."
            )
    raise BadTrajectory(f"Column '{name}' cannot hold these episodes: arrays of {feature} were expected.")


def _returns(rewards: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[Any]:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.add.reduceat(rewards, starts, dtype=np.float64)


def _array(values: NDArray[Any], valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """An Arrow array over the same memory; `pa.array` would spend 0.3 s on importing pandas."""
    data = np.packbits(values, bitorder="little") if values.dtype == bool else np.ascontiguousarray(values)
    bitmap = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [bitmap, pa.py_buffer(data)])


def _list_column(values: NDArray[Any], rows: NDArray[np.int64], feature: Feature) -> pa.Array:
    content = _text_array(values.tolist()) if feature.dtype == TEXT else _array(values.reshape(-1))
    return _list_array(_offsets(rows * prod(feature.shape)), content)


def _list_array(offsets: NDArray[np.int64], content: pa.Array) -> pa.Array:
    item = pa.field("element", content.type, nullable=False)
    if offsets[-1] > _LARGEST_LIST:
        return pa.LargeListArray.from_arrays(_array(offsets), content, type=pa.large_list(item))
    return pa.ListArray.from_arrays(_array(offsets.astype(np.int32)), content, type=pa.list_(item))


def _offsets(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _text_array(texts: list[str]) -> pa.Array:
    """Dictionary-encoded strings, words in the order of their first use."""
    codes: dict[str, int] = {}
    try:
        indices = [codes.setdefault(text, len(codes)) for text in texts]
        words = [word.encode() for word in codes]
    except (AttributeError, TypeError, UnicodeEncodeError) as error:
        raise BadTrajectory(f"Text columns hold valid unicode strings only: {error}.") from error
    ends = _offsets(np.fromiter(map(len, words), np.int64, len(words)))
    bounds = pa.py_buffer(ends.astype(np.int32))
    dictionary = pa.Array.from_buffers(pa.string(), len(words), [None, bounds, pa.py_buffer(b"".join(words))])
    return pa.DictionaryArray.from_arrays(_array(np.array(indices, np.int32)), dictionary)


def _admissible_column(trajectories: Sequence[Trajectory], rows: NDArray[np.int64]) -> pa.Array:
    steps: list[tuple[str, ...]] = []
    for trajectory in trajectories:
        steps.extend(trajectory.admissible_actions or ())
    lengths = np.fromiter(map(len, steps), np.int64, len(steps))
    inner = _list_array(_offsets(lengths), _text_array(list(chain.from_iterable(steps))))
    return _list_array(_offsets(rows), inner)


def _metric_columns(trajectories: Sequence[Trajectory]) -> dict[str, pa.Array]:
    names = sorted({name for trajectory in trajectories for name in trajectory.metrics})
    columns = {}
    for name in names:
        present = np.array([name in trajectory.metrics for trajectory in trajectories])
        numbers = np.array([trajectory.metrics.get(name, 0.0) for trajectory in trajectories], np.float64)
        columns[f"metrics/{name}"] = _array(numbers, present)
    return columns


def _has_many_values(values: NDArray[Any]) -> bool:
    sample = values.reshape(-1)[:4096]
    return len(np.unique(sample)) * 8 > len(sample)


def _leaf_paths(schema: pa.Schema) -> Iterator[str]:
    """The Parquet path of each column's leaf."""
    for field in schema:
        path, kind = [field.name], field.type
        while pa.types.is_list(kind) or pa.types.is_large_list(kind):
            path += ["list", "element"]
            kind = kind.value_type
        yield ".".join(path)


def _read_column(column: pa.ChunkedArray, feature: Feature) -> NDArray[Any]:
    """The flat steps of a column, [steps, ...]."""
    values = _single(column).values
    if feature.dtype == TEXT:
        return _read_texts(values)
    return _numpy(values).reshape((-1, *feature.shape))


def _numpy(values: pa.Array) -> NDArray[Any]:
    """The values of an array without nulls, as a view; `to_numpy` would import pandas."""
    _, data = values.buffers()
    end = values.offset + len(values)
    if pa.types.is_boolean(values.type):
        return np.unpackbits(np.frombuffer(data, np.uint8), count=end, bitorder="little")[values.offset :].view(bool)
    return np.frombuffer(data or b"", values.type.to_pandas_dtype())[values.offset : end]


def _single(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _read_texts(values: pa.Array) -> NDArray[Any]:
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    words = np.array([*values.dictionary.to_pylist(), None], dtype=object)[:-1]
    return cast("NDArray[Any]", words[_numpy(values.indices)])


def _read_admissible(column: pa.ChunkedArray) -> Callable[[int], tuple[tuple[str, ...], ...]]:
    lists = _single(column)
    steps = lists.values
    episodes, bounds = _numpy(lists.offsets).tolist(), _numpy(steps.offsets).tolist()
    words = _read_texts(steps.values).tolist()

    def admissible(row: int) -> tuple[tuple[str, ...], ...]:
        first, last = episodes[row], episodes[row + 1]
        return tuple(tuple(words[bounds[step] : bounds[step + 1]]) for step in range(first, last))

    return admissible


def _read_metrics(table: pa.Table) -> list[dict[str, float]]:
    names = [name for name in table.column_names if name.startswith("metrics/")]
    if not names:
        return []
    columns = [_single(table[name]).to_pylist() for name in names]
    keys = [name[len("metrics/") :] for name in names]
    return [{key: value for key, value in zip(keys, row) if value is not None} for row in zip(*columns)]


def first_rows(counts: Sequence[int]) -> list[int]:
    """The index of the first episode of each shard, and the number of episodes at the end."""
    return list(accumulate(counts, initial=0))
