"""Trajectories as Parquet columns and back: one row an episode, every dtype and shape kept.

    seed, success, terminated, truncated, return, length     one value an episode
    observations  or  observations/<key>                     list: the T+1 observations, flattened one after another
    actions, rewards                                         list: the T actions and rewards
    explanations                                             list of T texts, where the expert's reasons were recorded
    admissible_actions                                       list of T+1 lists of text (text tasks)
    metrics/<name>                                           one number an episode, null where an episode lacks it

Letters: T steps of an episode. A frame of shape (7, 7, 3) takes 147 entries of its list, and
`reshape(-1, 7, 7, 3)` restores it. Shapes and dtypes are in the table's metadata under "lam_gym". Columns are built
from, and read into, flat buffers; no Python loop runs over steps (texts excepted).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lam_gym.errors import BadTrajectory
from lam_gym.trajectory import Trajectory

TEXT = "str"
"""The dtype name of text features."""

COMPRESSION_LEVEL = 3
"""zstd level: higher levels save 1 % and cost 40 % more time."""

_LARGEST_LIST = 2**31 - 1
FLAGS = ("success", "terminated", "truncated")
PER_ACTION = ("actions", "rewards", "explanations")
_PARTS = ("seed", *FLAGS, *PER_ACTION, "observations", "admissible_actions", "metrics")


@dataclass(frozen=True)
class Feature:
    """Dtype and shape of one step's value of one column."""

    dtype: str
    """NumPy's name of the dtype, "str" for text."""
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.dtype} {self.shape}"

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
    columns = _numeric_or_text(trajectory)
    features = {name: Feature(_dtype_name(values), values.shape[1:]) for name, values in columns.items()}
    if trajectory.admissible_actions is not None:
        features["admissible_actions"] = Feature(TEXT, ())
    return features


@dataclass(frozen=True)
class Columns:
    """Episodes as the columns of one shard."""

    table: pa.Table
    """One row an episode."""
    values: dict[str, NDArray[Any]]
    """Each column's values [steps, ...] over all episodes, and "return" and "length" [episodes]."""
    seeds: list[int]
    successes: int

    def encode(self) -> pa.Buffer:
        """The bytes of a Parquet file (zstd; byte-stream split for floats with many distinct values)."""
        floats = [name for name, values in self.values.items() if values.dtype in (np.float32, np.float64)]
        split = [name for name in floats if _has_many_values(self.values[name])]
        paths = dict(zip(self.table.column_names, _leaf_paths(self.table.schema)))
        sink = pa.BufferOutputStream()
        pq.write_table(
            self.table,
            sink,
            compression="zstd",
            compression_level=COMPRESSION_LEVEL,
            use_dictionary=[path for name, path in paths.items() if name not in split],
            use_byte_stream_split=[paths[name] for name in split] or False,
            write_statistics=["seed", *FLAGS, "return", "length"],
            row_group_size=max(1, len(self.table)),
        )
        return sink.getvalue()


def build_columns(trajectories: Sequence[Trajectory], features: Features) -> Columns:
    """The columns of one shard with a row per trajectory.

    Errors: BadTrajectory for a trajectory whose keys, dtypes or shapes differ from `features`.
    """
    parts = dict(zip(_PARTS, zip(*map(attrgetter(*_PARTS), trajectories))))
    try:
        values = {name: _join(features[name], arrays) for name, arrays in _arrays(parts, features).items()}
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise _misfit(trajectories, features) from error
    lengths = np.fromiter(map(len, parts["actions"]), np.int64, len(trajectories))
    returns = _returns(values["rewards"], np.cumsum(lengths) - lengths)
    columns: dict[str, pa.Array] = {
        "seed": _array(np.array(parts["seed"], np.int64)),
        **{flag: _array(np.array(parts[flag], bool)) for flag in FLAGS},
        "return": _array(returns),
        "length": _array(lengths),
    }
    for name in joined(features):
        rows = lengths if name in PER_ACTION else lengths + 1
        columns[name] = _list_column(values[name], rows, features[name])
    if "admissible_actions" in features:
        columns["admissible_actions"] = _admissible_column(parts["admissible_actions"], lengths + 1)
    columns.update(_metric_columns(parts["metrics"]))
    header = json.dumps({"features": {name: feature.to_json() for name, feature in features.items()}})
    fields = [pa.field(name, column.type, nullable=name.startswith("metrics/")) for name, column in columns.items()]
    table = pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields, metadata={"lam_gym": header}))
    values |= {"return": returns, "length": lengths}
    return Columns(table, values, [int(seed) for seed in parts["seed"]], sum(map(bool, parts["success"])))


def content_hash(trajectory: Trajectory) -> str:
    """sha256 of what a trajectory holds (not of its bytes on disk), the same on every machine and pyarrow version."""
    digest = hashlib.sha256()
    features = trajectory_features(trajectory)
    flags = [trajectory.seed, trajectory.terminated, trajectory.truncated, trajectory.success]
    metrics = {name: float(value) for name, value in trajectory.metrics.items()}
    described = {name: feature.to_json() for name, feature in features.items()}
    header = [trajectory.task, *flags, len(trajectory), described, metrics, trajectory.admissible_actions]
    digest.update(json.dumps(header, sort_keys=True).encode())
    columns = _numeric_or_text(trajectory)
    for name in sorted(columns):
        values = columns[name]
        if features[name].dtype == TEXT:
            digest.update(json.dumps(list(values)).encode())
        else:
            digest.update(np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def joined(features: Mapping[str, Feature]) -> list[str]:
    """The columns that hold one value or array a step: all but the admissible actions."""
    return [name for name in features if name != "admissible_actions"]


def _numeric_or_text(trajectory: Trajectory) -> dict[str, NDArray[Any]]:
    """The trajectory's arrays by column."""
    prefixed = {f"observations/{key}" if key else "observations": values for key, values in trajectory.fields().items()}
    columns = {**prefixed, "actions": trajectory.actions, "rewards": trajectory.rewards}
    return columns if trajectory.explanations is None else {**columns, "explanations": trajectory.explanations}


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


def _arrays(parts: Mapping[str, Sequence[Any]], features: Features) -> dict[str, Sequence[NDArray[Any]]]:
    """The arrays of all episodes by column. Raises KeyError or ValueError where an episode has other columns."""
    observations, admissible = parts["observations"], parts["admissible_actions"]
    arrays: dict[str, Sequence[NDArray[Any]]] = {name: parts[name] for name in PER_ACTION if name in features}
    if any((reasons is None) == ("explanations" in features) for reasons in parts["explanations"]):
        raise ValueError("explanations in some episodes only")
    names = [name for name in features if name.startswith("observations/")]
    if any((offered is None) == ("admissible_actions" in features) for offered in admissible):
        raise ValueError("admissible actions in some episodes only")
    if not names:
        return {"observations": observations, **arrays}
    if sum(map(len, observations)) != len(names) * len(observations):
        raise ValueError("other observation keys")
    for name in names:
        arrays[name] = list(map(itemgetter(name[len("observations/") :]), observations))
    return arrays


def _join(feature: Feature, arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """All steps of one column, one episode after another. Raises TypeError or ValueError for other dtypes or shapes."""
    dtype = np.dtype(object if feature.dtype == TEXT else feature.dtype)
    steps = np.concatenate(arrays, dtype=dtype, casting="no")
    if steps.shape[1:] != feature.shape:
        raise ValueError("other shapes")
    return steps


def _misfit(trajectories: Sequence[Trajectory], features: Features) -> BadTrajectory:
    """The error that names the first trajectory that does not have these features, and what differs."""
    for trajectory in trajectories:
        found = trajectory_features(trajectory)
        for name in {**features, **found}:
            if features.get(name) != found.get(name):
                return BadTrajectory(
                    f"Column '{name}' of these demos holds {features.get(name, 'nothing')}, but the episode of seed "
                    f"{trajectory.seed} has {found.get(name, 'nothing')}: record it in a store of its own."
                )
    return BadTrajectory(f"These episodes cannot be joined to columns of {', '.join(features)}.")


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
    try:
        codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
        words = [word.encode() for word in codes]
    except (AttributeError, TypeError, UnicodeEncodeError) as error:
        raise BadTrajectory(f"Text columns hold valid unicode strings only: {error}.") from error
    indices = np.fromiter(map(codes.__getitem__, texts), np.int32, len(texts))
    ends = _offsets(np.fromiter(map(len, words), np.int64, len(words)))
    bounds = pa.py_buffer(ends.astype(np.int32))
    dictionary = pa.Array.from_buffers(pa.string(), len(words), [None, bounds, pa.py_buffer(b"".join(words))])
    return pa.DictionaryArray.from_arrays(_array(indices), dictionary)


def _admissible_column(offered: Sequence[Sequence[Sequence[str]]], rows: NDArray[np.int64]) -> pa.Array:
    steps = list(chain.from_iterable(offered))
    lengths = np.fromiter(map(len, steps), np.int64, len(steps))
    inner = _list_array(_offsets(lengths), _text_array(list(chain.from_iterable(steps))))
    return _list_array(_offsets(rows), inner)


def _metric_columns(metrics: Sequence[Mapping[str, float]]) -> dict[str, pa.Array]:
    columns = {}
    for name in sorted(set().union(*metrics)):
        present = np.array([name in numbers for numbers in metrics])
        values = np.array([numbers.get(name, 0.0) for numbers in metrics], np.float64)
        columns[f"metrics/{name}"] = _array(values, present)
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
