"""Augmentation of what may be done: the kinds of admissible actions of a screen in any order.

A screen lists its buttons, rows and fields in some order; which kind comes first is a matter of layout, while the order
within a kind often has a meaning (the first row that fits). A kind is a run of actions whose first two words are equal,
such as "click row".

Letters: N frames, A admissible actions (padded behind the last with rows of zeros), L words of an action.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shuffle_kinds(candidates: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """For each new place the old place [N, A] of the candidate [N, A, L] shown there; padding stays behind."""
    starts = (candidates[:, 1:, :2] != candidates[:, :-1, :2]).any(2)
    kind = np.concatenate([np.zeros((len(candidates), 1), dtype=np.int64), starts.cumsum(1)], axis=1)
    draws = np.take_along_axis(rng.random(kind.shape), kind, axis=1)
    draws[candidates[:, :, 0] == 0] = 1.0
    order: NDArray[np.int64] = np.argsort(draws, axis=1, kind="stable")
    return order
