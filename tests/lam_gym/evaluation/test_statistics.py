"""Statistics against published numbers and hand-computed cases."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lam_gym.errors import BadConfig
from lam_gym.evaluation.statistics import (
    bootstrap_interval,
    classification_figures,
    clustered_interval,
    iqm,
    regression_figures,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_matches_newcombe_1998(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_at_the_ends() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    low, high = wilson_interval(200, 200)
    assert high == 1.0
    assert low == pytest.approx(0.98115, abs=1e-5)
    assert wilson_interval(200, 200, confidence=0.5)[0] > low


@pytest.mark.parametrize(("successes", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1.0)])
def test_wilson_refuses_impossible_counts(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(BadConfig):
        wilson_interval(successes, n, confidence)


def test_bootstrap_covers_the_mean_and_repeats() -> None:
    values = np.random.default_rng(1).normal(3.0, 2.0, size=400)
    low, high = bootstrap_interval(values)
    normal = 1.96 * values.std(ddof=1) / 20
    assert (low, high) == pytest.approx((values.mean() - normal, values.mean() + normal), abs=0.03)
    assert bootstrap_interval(values) == (low, high)
    assert bootstrap_interval(values, seed=1) != (low, high)
    narrow = bootstrap_interval(values, statistic="iqm", confidence=0.5)
    assert narrow[0] < iqm(values) < narrow[1]


def test_bootstrap_of_degenerate_values() -> None:
    assert bootstrap_interval([5.0, 5.0, 5.0]) == (5.0, 5.0)
    assert bootstrap_interval([7.0]) == (7.0, 7.0)
    assert all(map(math.isnan, bootstrap_interval([])))
    assert all(map(math.isnan, bootstrap_interval([1.0, math.nan])))
    assert bootstrap_interval([500.0] * 39 + [1.0], statistic="iqm") == (500.0, 500.0)
    low, high = bootstrap_interval([0.0] * 50 + [1.0])
    assert 0.0 <= low < 1 / 51 < high < 0.2
    with pytest.raises(BadConfig):
        bootstrap_interval([1.0, 2.0], statistic="mode")


def test_iqm_drops_the_outer_quarters() -> None:
    assert iqm([0, 1, 2, 100]) == 1.5


def test_classification_by_hand() -> None:
    expected = ["cat", "cat", "cat", "dog", "dog", "owl"]
    predicted = ["cat", "cat", "dog", "dog", "cat", "cat"]
    figures = classification_figures(expected, predicted)
    assert figures.n == 6
    assert figures.accuracy == pytest.approx(3 / 6)
    cat, dog, owl = figures.classes
    assert (cat.precision, cat.recall, cat.f1, cat.support) == pytest.approx((2 / 4, 2 / 3, 4 / 7, 3))
    assert (dog.precision, dog.recall, dog.f1, dog.support) == pytest.approx((1 / 2, 1 / 2, 1 / 2, 2))
    assert (owl.precision, owl.recall, owl.f1, owl.support, owl.predicted) == (0.0, 0.0, 0.0, 1, 0)
    assert figures.macro_f1 == pytest.approx((4 / 7 + 1 / 2) / 3)
    assert figures.macro_precision == pytest.approx(1 / 3)
    assert figures.macro_recall == pytest.approx((2 / 3 + 1 / 2) / 3)
    assert figures.confusion == ((2, 1, 0), (1, 1, 0), (1, 0, 0))


def test_classes_are_in_numerical_order() -> None:
    figures = classification_figures([10, 2, "one"], [10, 2, 2])
    assert [figures.label for figures in figures.classes] == ["2", "10", "one"]
    assert classification_figures([], []).classes == ()
    with pytest.raises(BadConfig):
        classification_figures([1], [1, 2])


def test_regression_by_hand() -> None:
    figures = regression_figures([[0.0, 1.0], [2.0, 1.0]], [[0.5, 1.0], [2.0, 0.0]], tolerance=(0.5, 0.1))
    assert figures.mae == pytest.approx((0.25, 0.5))
    assert figures.rmse == pytest.approx((math.sqrt(0.125), math.sqrt(0.5)))
    assert figures.r2 == pytest.approx((1 - 0.25 / 2, 0.0))
    assert figures.accuracy == 0.5
    assert figures.tolerance == (0.5, 0.1)
    assert math.isnan(regression_figures(np.zeros((0, 2)), np.zeros((0, 2)), 0.1).accuracy)


def test_clustered_interval_is_wider_than_independent_steps() -> None:
    rng = np.random.default_rng(0)
    episodes = np.repeat(np.arange(40), 50)
    hits = np.repeat(rng.random(40) < 0.8, 50)
    low, high = clustered_interval(hits, episodes)
    wilson = wilson_interval(int(hits.sum()), len(hits))
    assert low < hits.mean() < high
    assert high - low > 4 * (wilson[1] - wilson[0])
    assert clustered_interval([True] * 6, [0, 0, 1, 1, 2, 2]) == wilson_interval(3, 3)
    assert clustered_interval([True, False], [5, 5])[1] < 1.0
