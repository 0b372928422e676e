"""The few functions that the driving equations need, once for arrays and once for Python floats, with equal bits.

An equation is written once, over values that are either arrays `[num_envs]` of float64 or single Python floats, and
is handed `ARRAYS` or `SCALARS`. One environment alone runs on floats, because a NumPy call costs some twenty times a
float operation. Every function here is exactly rounded by IEEE 754 or built of such operations, so both forms, and
every machine, give the same bits; the sines of NumPy and of the C library do not promise that, hence `sine` and
`cosine`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Number: TypeAlias = Any
"""A Python float (or bool, or int), or an array `[num_envs]` of it."""


class Arithmetic(NamedTuple):
    """What differs between arrays and floats."""

    minimum: Callable[[Number, Number], Number]
    maximum: Callable[[Number, Number], Number]
    where: Callable[[Number, Number, Number], Number]
    sqrt: Callable[[Number], Number]
    floor: Callable[[Number], Number]
    take: Callable[[Any, Number], Number]
    """`take(table, index)`: one entry of each environment's row."""


def _floor(value: NDArray[Any]) -> NDArray[np.int64]:
    index: NDArray[np.int64] = np.floor(value).astype(np.int64)
    return index


def _take(table: NDArray[Any], index: NDArray[np.int64]) -> NDArray[Any]:
    return table[np.arange(len(table)), index]


def _smaller(left: float, right: float) -> float:
    return left if left < right else right


def _larger(left: float, right: float) -> float:
    return left if left > right else right


def _choose(condition: bool, yes: float, no: float) -> float:
    return yes if condition else no


def _entry(table: tuple[float, ...], index: int) -> float:
    return table[index]


ARRAYS = Arithmetic(np.minimum, np.maximum, np.where, np.sqrt, _floor, _take)
"""Over arrays `[num_envs]`."""

SCALARS = Arithmetic(_smaller, _larger, _choose, math.sqrt, math.floor, _entry)
"""Over single Python numbers."""


_SINE = tuple((-1.0) ** k / math.factorial(2 * k + 1) for k in range(10, -1, -1))
_COSINE = tuple((-1.0) ** k / math.factorial(2 * k) for k in range(11, -1, -1))


def sine(x: Number) -> Number:
    """Sine of x [rad] by its Taylor polynomial of degree 21 in Horner's form.

    sin x = x - x^3/3! + x^5/5! - ... + x^21/21!; the error is below 1e-14 for |x| <= 2.2, and sin(-x) = -sin(x) to
    the last bit.
    """
    y = x * x
    total = _SINE[0]
    for coefficient in _SINE[1:]:
        total = total * y + coefficient
    return x * total


def cosine(x: Number) -> Number:
    """Cosine of x [rad] by its Taylor polynomial of degree 22 in Horner's form, for |x| <= 2.2 within 1e-14."""
    y = x * x
    total = _COSINE[0]
    for coefficient in _COSINE[1:]:
        total = total * y + coefficient
    return total
