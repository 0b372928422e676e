"""Sines without a library, and two arithmetics with equal bits."""

from __future__ import annotations

import math

import numpy as np

from lam_envs.driving.arithmetic import ARRAYS, SCALARS, cosine, sine

ANGLES = np.linspace(-2.2, 2.2, 4001)


def test_sine_and_cosine_are_accurate() -> None:
    assert np.abs(sine(ANGLES) - np.sin(ANGLES)).max() < 1e-14
    assert np.abs(cosine(ANGLES) - np.cos(ANGLES)).max() < 1e-14
    assert sine(0.0) == 0.0
    assert cosine(0.0) == 1.0


def test_sine_is_odd_and_cosine_even_to_the_last_bit() -> None:
    assert np.array_equal(sine(-ANGLES), -sine(ANGLES))
    assert np.array_equal(cosine(-ANGLES), cosine(ANGLES))


def test_scalars_and_arrays_agree_to_the_last_bit() -> None:
    for function in (sine, cosine):
        assert np.array_equal(function(ANGLES), [function(float(angle)) for angle in ANGLES])
    left, right = ANGLES, ANGLES[::-1].copy()
    for name in ("minimum", "maximum"):
        pairs = [getattr(SCALARS, name)(float(a), float(b)) for a, b in zip(left, right)]
        assert np.array_equal(getattr(ARRAYS, name)(left, right), pairs)
    assert np.array_equal(ARRAYS.sqrt(np.abs(left)), [SCALARS.sqrt(abs(float(a))) for a in left])
    assert np.array_equal(ARRAYS.floor(left), [SCALARS.floor(float(a)) for a in left])
    assert SCALARS.where(True, 1.0, 2.0) == 1.0
    assert SCALARS.where(False, 1.0, 2.0) == 2.0
    assert SCALARS.floor(-0.5) == math.floor(-0.5) == -1


def test_take_reads_each_environments_own_row() -> None:
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert ARRAYS.take(table, np.array([1, 0])).tolist() == [2.0, 3.0]
    assert SCALARS.take((1.0, 2.0), 1) == 2.0
