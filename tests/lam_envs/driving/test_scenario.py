"""Ranges of scenario parameters, their tables, and draws from them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from lam_envs.driving.compilation import kernel
from lam_envs.driving.random_streams import stream_key
from lam_envs.driving.scenario import (
    HIGHWAY_SPLITS,
    SPLIT_CODES,
    HighwayScenario,
    draw_parameters,
    parameter_names,
    range_table,
)


@kernel
def draw(table: NDArray[np.float64], seed: int, row: NDArray[np.float64]) -> int:
    return draw_parameters(table, stream_key(seed, 0), 5, row)


def test_every_split_has_a_box_and_draws_stay_in_it() -> None:
    assert list(HIGHWAY_SPLITS) == list(SPLIT_CODES)
    names = parameter_names(HighwayScenario)
    for box in HIGHWAY_SPLITS.values():
        table = range_table(box)
        rows = np.zeros((200, len(names)))
        for seed, row in enumerate(rows):
            assert draw(table, seed, row) == 5 + 2 * len(names)
        for column, name in enumerate(names):
            intervals = getattr(box, name)
            inside = [(rows[:, column] >= low) & (rows[:, column] <= high) for low, high in intervals]
            assert np.any(inside, axis=0).all()
            assert all(part.any() for part in inside)


def test_ranges_must_be_intervals() -> None:
    for wrong in ((), ((2.0, 1.0),), ((1.0, 1.0),) * 4):
        with pytest.raises(ValueError, match="expected density to be 1, 2, 3 or 6 intervals"):
            range_table(dataclasses.replace(HighwayScenario(), density=wrong))
