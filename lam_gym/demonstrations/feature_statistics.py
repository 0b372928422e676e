"""Per-feature statistics of demonstrations: count, mean, standard deviation, minimum, maximum; merged exactly.

Scalars and vectors have one figure an entry; grids and pictures (two dimensions and more) one figure a channel
(the last axis). Values that are not finite (or beyond 1e150) are left out, and `count` says how many were counted.
Merging: Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WIDEST_HISTOGRAM = 4096
_BLOCK = 2**16
_LARGEST = 1e150
"""Beyond this the square of a float64 is not finite, and neither would be the standard deviation."""


@dataclass(frozen=True, eq=False)
class Statistics:
    """Statistics of one feature. Every array has the shape of the figures, () for scalars."""

    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]
    """Sum of the squared deviations from the mean."""
    minimum: NDArray[np.float64]
    maximum: NDArray[np.float64]

    @property
    def std(self) -> NDArray[np.float64]:
        """Population standard deviation."""
        return np.sqrt(self.squares / np.maximum(self.count, 1))

    def merge(self, other: Statistics) -> Statistics:
        """Statistics of both samples together.

        mean = mean_a + d n_b / n        squares = squares_a + squares_b + d^2 n_a n_b / n        d = mean_b - mean_a
        """
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        gap = other.mean - self.mean
        return Statistics(
            count=count,
            mean=self.mean + gap * share,
            squares=self.squares + other.squares + gap**2 * self.count * share,
            minimum=np.where(other.count == 0, self.minimum, _smaller(self, other)),
            maximum=np.where(other.count == 0, self.maximum, _larger(self, other)),
        )

    def to_json(self) -> dict[str, Any]:
        """As stored in meta.json."""
        names = ("count", "mean", "std", "minimum", "maximum", "squares")
        return {_SHORT.get(name, name): getattr(self, name).tolist() for name in names}

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> Statistics:
        """Statistics as `to_json` wrote them."""
        floats = {name: np.asarray(content[_SHORT.get(name, name)], np.float64) for name in _FLOATS}
        return Statistics(count=np.asarray(content["count"], np.int64), **floats)


_FLOATS = ("mean", "squares", "minimum", "maximum")
_SHORT = {"minimum": "min", "maximum": "max"}


def _smaller(left: Statistics, right: Statistics) -> NDArray[np.float64]:
    return np.where(left.count == 0, right.minimum, np.minimum(left.minimum, right.minimum))


def _larger(left: Statistics, right: Statistics) -> NDArray[np.float64]:
    return np.where(left.count == 0, right.maximum, np.maximum(left.maximum, right.maximum))


def measure(values: NDArray[Any]) -> Statistics:
    """Statistics over the steps of `values` [steps, ...]; integers of a small range exactly, from a histogram."""
    shape = values.shape[1:] if values.ndim <= 2 else values.shape[-1:]
    columns = np.ascontiguousarray(values.reshape(-1, shape[0]).T) if shape else values.reshape(1, -1)
    rows = [_measure_column(column) for column in columns]
    count, *floats = (np.array(figures).reshape(shape) for figures in zip(*rows))
    return Statistics(count.astype(np.int64), *(figure.astype(np.float64) for figure in floats))


def _measure_column(values: NDArray[Any]) -> tuple[int, float, float, float, float]:
    """Count, mean, squared deviations, minimum and maximum of a vector."""
    if values.dtype.kind == "f":
        usable = np.abs(values) < _LARGEST if values.dtype == np.float64 else np.isfinite(values)
        values = values if usable.all() else values[usable]
    if len(values) == 0:
        return 0, 0.0, 0.0, 0.0, 0.0
    lowest, highest = values.min(), values.max()
    if values.dtype.kind != "f" and int(highest) - int(lowest) < _WIDEST_HISTOGRAM:
        return _measure_histogram(values, int(lowest), int(highest))
    exact = values.astype(np.float64)
    mean = exact.mean()
    squares = np.square(exact - mean).sum()
    return len(values), float(mean), float(squares), float(lowest), float(highest)


def _measure_histogram(values: NDArray[Any], lowest: int, highest: int) -> tuple[int, float, float, float, float]:
    counts = np.zeros(highest - lowest + 1, np.int64)
    for start in range(0, len(values), _BLOCK):  # blocks that stay in the cache: bincount converts them to 64 bits
        block = values[start : start + _BLOCK]
        offsets = block - block.dtype.type(lowest) if block.dtype.kind == "u" else block.astype(np.int64) - lowest
        counts += np.bincount(offsets, minlength=len(counts))
    numbers = range(lowest, highest + 1)
    mean = sum(number * times for number, times in zip(numbers, counts.tolist())) / len(values)
    squares = sum((number - mean) ** 2 * times for number, times in zip(numbers, counts.tolist()))
    return len(values), mean, squares, float(lowest), float(highest)
