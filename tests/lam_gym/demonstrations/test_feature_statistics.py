"""Statistics equal NumPy's on the whole, however the data was cut into parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lam_gym.demonstrations.feature_statistics import Statistics, measure


def check(statistics: Statistics, values: NDArray[Any], shape: tuple[int, ...]) -> None:
    rows = values.astype(np.float64).reshape(-1, *shape)
    assert statistics.mean.shape == shape
    assert np.all(statistics.count == len(rows))
    np.testing.assert_allclose(statistics.mean, rows.mean(axis=0), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(statistics.std, rows.std(axis=0), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(statistics.minimum, rows.min(axis=0))
    np.testing.assert_array_equal(statistics.maximum, rows.max(axis=0))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float32", "float64"])
@pytest.mark.parametrize(("shape", "figures"), [((), ()), ((3,), (3,)), ((4, 4, 2), (2,))])
def test_measured_whole_and_merged(
    dtype: str, shape: tuple[int, ...], figures: tuple[int, ...], rng: np.random.Generator
) -> None:
    values = (rng.normal(size=(60, *shape)) * 100).astype(np.int64).astype(dtype)
    check(measure(values), values, figures)
    merged = measure(values[:1])
    for part in (values[1:2], values[2:40], values[40:]):
        merged = merged.merge(measure(part))
    check(merged, values, figures)


def test_wide_integers_and_negative_ones(rng: np.random.Generator) -> None:
    for values in (
        rng.integers(-(10**9), 10**9, 50),
        rng.integers(-5, 5, 50),
        rng.integers(0, 2**63, 50, dtype=np.uint64),
    ):
        check(measure(values), values, ())


def test_extreme_values() -> None:
    check(measure(np.array([2**64 - 1, 2**64 - 3], dtype=np.uint64)), np.array([2.0**64, 2.0**64]), ())
    check(measure(np.array([-128, 127], dtype=np.int8)), np.array([-128, 127]), ())
    assert measure(np.array([1e200, np.inf, -np.inf, 2.0, 4.0])).mean == 3.0
    assert measure(np.array([3e38, -3e38], dtype=np.float32)).count == 2
    assert measure(np.array([6e4, np.nan], dtype=np.float16)).count == 1


def test_far_from_zero(rng: np.random.Generator) -> None:
    values = 1e9 + rng.normal(size=1000)
    merged = measure(values[:500]).merge(measure(values[500:]))
    np.testing.assert_allclose(merged.std, values.std(), rtol=1e-7)


def test_values_that_are_not_finite_are_left_out() -> None:
    statistics = measure(np.array([[1.0, np.nan], [3.0, np.nan], [np.inf, np.nan]]))
    assert statistics.count.tolist() == [2, 0]
    assert statistics.mean.tolist() == [2.0, 0.0]
    assert statistics.maximum.tolist() == [3.0, 0.0]
    both = statistics.merge(measure(np.array([[-1.0, 5.0]])))
    assert both.count.tolist() == [3, 1]
    assert both.mean.tolist() == [1.0, 5.0]
    assert both.minimum.tolist() == [-1.0, 5.0]
    again = measure(np.array([[-1.0, 5.0]])).merge(statistics)
    assert again.minimum.tolist() == [-1.0, 5.0]
    assert again.maximum.tolist() == [3.0, 5.0]


def test_json_keeps_every_bit(rng: np.random.Generator) -> None:
    statistics = measure(rng.normal(size=(30, 3)).astype(np.float32))
    restored = Statistics.from_json(statistics.to_json())
    for name in ("count", "mean", "squares", "minimum", "maximum", "std"):
        assert getattr(restored, name).tobytes() == getattr(statistics, name).tobytes()
