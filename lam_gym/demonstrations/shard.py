"""Reading one shard: its Parquet bytes decoded into flat columns, of which each trajectory is a view.

The columns are described in columns.py. Arrow's own conversions to NumPy are avoided where they would import pandas.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lam_gym.demonstrations.columns import FLAGS, PER_ACTION, TEXT, Feature, features_from_json, joined
from lam_gym.errors import BadDemos
from lam_gym.trajectory import Trajectory


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
        self._scalars = [_single(table[name]).to_pylist() for name in ("seed", *FLAGS)]
        self._metrics = _read_metrics(table)
        steps = _cumulative(_numpy(_single(table["length"])))
        states = (steps + np.arange(len(steps))).tolist()
        self._columns = [
            (name, _read_column(table[name], self.features[name]), steps.tolist() if name in PER_ACTION else states)
            for name in joined(self.features)
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
        explanations = views.pop("explanations", repeat(None))
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
            explanations,
        )


def _cumulative(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def _read_column(column: pa.ChunkedArray, feature: Feature) -> NDArray[Any]:
    """The flat steps of a column, [steps, ...]."""
    values = _single(column).values
    if feature.dtype == TEXT:
        return _read_texts(values)
    return _numpy(values).reshape((-1, *feature.shape))


def _numpy(values: pa.Array) -> NDArray[Any]:
    """The values of an array without nulls, as a read-only view; `to_numpy` would import pandas."""
    _, data = values.buffers()
    end = values.offset + len(values)
    if pa.types.is_boolean(values.type):
        return np.unpackbits(np.frombuffer(data, np.uint8), count=end, bitorder="little")[values.offset :].view(bool)
    array = np.frombuffer(data or b"", values.type.to_pandas_dtype())[values.offset : end]
    array.flags.writeable = False
    return array


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
