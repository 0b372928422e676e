"""Statistics of evaluations: intervals of rates and means, figures of classification and of regression.

Letters: n episodes or samples, z the standard normal quantile, c a class. Nothing here knows about tasks or policies.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from lam_gym.errors import BadConfig

Interval = tuple[float, float]
"""Lower and upper end of a confidence interval."""

RESAMPLES = 2000
"""Bootstrap resamples of an interval (rliable's figure)."""


def wilson_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a success rate.

    (p + z^2/2n  -+  z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)   with p = successes / n

    It stays inside [0, 1] and is honest at 0 and n successes. With n = 0 nothing is known: (0, 1).
    Source: Wilson 1927; Newcombe 1998, "Two-sided confidence intervals for the single proportion", method 3.
    """
    if not 0 <= successes <= n:
        raise BadConfig(f"Successes must lie between 0 and n, got {successes} of {n}.")
    if not 0.0 < confidence < 1.0:
        raise BadConfig(f"A confidence lies between 0 and 1, got {confidence}.")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    rate = successes / n
    center = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else (center - half) / scale
    high = 1.0 if successes == n else (center + half) / scale
    return low, high


def iqm(values: ArrayLike, axis: int = -1) -> Any:
    """Interquartile mean: the mean of the middle half of the values.

    Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (rliable).
    """
    return stats.trim_mean(np.asarray(values, dtype=np.float64), 0.25, axis=axis)


def bootstrap_interval(
    values: ArrayLike, seed: int = 0, confidence: float = 0.95, statistic: str = "mean", resamples: int = RESAMPLES
) -> Interval:
    """Bootstrap interval of the mean (or "iqm") of n independent values, the same for the same seed.

    Bias-corrected and accelerated (BCa; Efron 1987). Where BCa is undefined (the statistic does not move when one
    value is left out) the percentile interval is given, and for constant values the interval is that constant.
    """
    functions = {"mean": np.mean, "iqm": iqm}
    if statistic not in functions:
        raise BadConfig(f"The statistic is 'mean' or 'iqm', not '{statistic}'.")
    sample = np.asarray(values, dtype=np.float64).ravel()
    if sample.size == 0 or not np.isfinite(sample).all():
        return math.nan, math.nan
    if np.ptp(sample) == 0:
        return float(sample[0]), float(sample[0])
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore", stats.DegenerateDataWarning)
            interval = stats.bootstrap(
                (sample,),
                functions[statistic],
                n_resamples=resamples,
                confidence_level=confidence,
                method=method,
                random_state=np.random.default_rng(seed),
            ).confidence_interval
        low, high = float(interval.low), float(interval.high)
        if math.isfinite(low) and math.isfinite(high):
            break
    return low, high


def clustered_interval(hits: ArrayLike, cluster: ArrayLike, seed: int = 0, confidence: float = 0.95) -> Interval:
    """Percentile bootstrap interval of the share of hits [n], resampling whole clusters (steps of one episode depend).

    Each resample draws as many clusters as there are, with replacement: share = sum of hits / sum of sizes. With a
    single cluster, or with nothing but hits or misses, Wilson's interval over the clusters' number is given instead.
    """
    values = np.asarray(hits, dtype=np.float64)
    names, index = np.unique(np.asarray(cluster), return_inverse=True)
    total = np.bincount(index, values, len(names))
    size = np.bincount(index, minlength=len(names))
    if len(names) < 2 or values.min() == values.max():
        return wilson_interval(round(float(values.mean()) * len(names)) if len(names) else 0, len(names), confidence)
    draws = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    shares = total[draws].sum(1) / size[draws].sum(1)
    low, high = np.quantile(shares, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return float(low), float(high)


@dataclass(frozen=True)
class ClassFigures:
    """How well one class was predicted."""

    label: str
    precision: float
    """Share of the predictions of this class that were right; 0 when it was never predicted."""
    recall: float
    """Share of the samples of this class that were found; 0 when there is none."""
    f1: float
    """Harmonic mean of precision and recall; 0 when both are 0."""
    support: int
    """Samples that truly are of this class."""
    predicted: int
    """Samples that were predicted to be of this class."""


@dataclass(frozen=True)
class Classification:
    """Figures of a classification of n samples."""

    n: int
    accuracy: float
    macro_precision: float
    """Mean over the classes that occur; a rare class counts as much as a frequent one."""
    macro_recall: float
    macro_f1: float
    classes: tuple[ClassFigures, ...]
    confusion: tuple[tuple[int, ...], ...]
    """Row: expected class, column: predicted class, in the order of `classes`."""


def confusion_matrix(expected: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """Counts [C, C]: row the expected class, column the predicted one."""
    index = {label: position for position, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(counts, ([index[label] for label in expected], [index[label] for label in predicted]), 1)
    return counts


def classification_figures(expected: Sequence[Any], predicted: Sequence[Any]) -> Classification:
    """Accuracy and per-class precision, recall and F1.

    precision_c = TP_c / (TP_c + FP_c)    recall_c = TP_c / (TP_c + FN_c)    F1_c = 2 TP_c / (2 TP_c + FP_c + FN_c)

    Classes are the labels that occur on either side, numbers in numerical order, words in alphabetical order.
    Macro figures are means over classes.
    """
    if len(expected) != len(predicted):
        raise BadConfig(f"Expected and predicted labels must pair up, got {len(expected)} and {len(predicted)}.")
    if not len(expected):
        return Classification(0, math.nan, math.nan, math.nan, math.nan, (), ())
    labels = sorted({str(label) for label in [*expected, *predicted]}, key=_natural)
    counts = confusion_matrix([str(label) for label in expected], [str(label) for label in predicted], labels)
    hits, support, calls = np.diag(counts), counts.sum(1), counts.sum(0)
    classes = tuple(
        ClassFigures(
            label=label,
            precision=_ratio(hits[c], calls[c]),
            recall=_ratio(hits[c], support[c]),
            f1=_ratio(2 * hits[c], calls[c] + support[c]),
            support=int(support[c]),
            predicted=int(calls[c]),
        )
        for c, label in enumerate(labels)
    )
    return Classification(
        n=len(expected),
        accuracy=_ratio(hits.sum(), len(expected)),
        macro_precision=float(np.mean([figures.precision for figures in classes])),
        macro_recall=float(np.mean([figures.recall for figures in classes])),
        macro_f1=float(np.mean([figures.f1 for figures in classes])),
        classes=classes,
        confusion=tuple(tuple(int(count) for count in row) for row in counts),
    )


def _natural(label: str) -> tuple[bool, int, str]:
    return (False, int(label), "") if label.isdecimal() else (True, 0, label)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


@dataclass(frozen=True)
class Regression:
    """Figures of a regression of n samples with one or more dimensions."""

    n: int
    mae: tuple[float, ...]
    """Mean absolute error of each dimension, in its own unit."""
    rmse: tuple[float, ...]
    """Root of the mean squared error of each dimension, in its own unit."""
    r2: tuple[float, ...]
    """Share of the variance that is explained; 0 for a dimension without variance."""
    accuracy: float
    """Share of samples with every dimension within the tolerance."""
    tolerance: tuple[float, ...]


def regression_figures(expected: ArrayLike, predicted: ArrayLike, tolerance: ArrayLike) -> Regression:
    """Errors of `predicted` [N, n] against `expected` [N, n], per dimension.

    R2 = 1 - sum (y - p)^2 / sum (y - mean y)^2; a sample is right when |y - p| <= tolerance in every dimension.
    """
    truth = np.asarray(expected, dtype=np.float64)
    truth = truth[:, None] if truth.ndim == 1 else truth
    guess = np.asarray(predicted, dtype=np.float64).reshape(truth.shape)
    allowed = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), truth.shape[1:])
    limits = tuple(map(float, allowed))
    if not len(truth):
        unknown = (math.nan,) * truth.shape[1]
        return Regression(0, unknown, unknown, unknown, math.nan, limits)
    error = guess - truth
    spread = ((truth - truth.mean(0)) ** 2).sum(0)
    explained = np.where(spread > 0, 1 - (error**2).sum(0) / np.where(spread > 0, spread, 1), 0.0)
    return Regression(
        n=len(truth),
        mae=tuple(map(float, np.abs(error).mean(0))),
        rmse=tuple(map(float, np.sqrt((error**2).mean(0)))),
        r2=tuple(map(float, explained)),
        accuracy=float((np.abs(error) <= allowed).all(1).mean()),
        tolerance=limits,
    )
