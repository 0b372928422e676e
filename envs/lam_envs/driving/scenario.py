"""Scenario parameters: what varies between episodes, as frozen dataclasses of ranges, one such box for each split.

A range is a tuple of intervals (low, high); a parameter is drawn from one of its intervals, each as likely as the
others, and an interval (3, 3) is the number 3. A kernel draws a row of parameters, in the order of the fields:

    table = range_table(box)                                    [parameters, 6, 2], once
    draw_parameters(table, key, counter, row)                   row[parameters], from counters counter, counter + 1, ...
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined
from lam_envs.driving.random_streams import integer, uniform

SPLIT_CODES = {"train": 0, "validation": 1, "held_out": 2, "extrapolation": 3}
"""Part of the key of an episode's random numbers, so that no two splits share an episode."""

Range = tuple[tuple[float, float], ...]

TABLE_WIDTH = 6
"""Intervals that a row of a table repeats: a range has 1, 2, 3 or 6 of them."""


def range_table(box: Any) -> NDArray[np.float64]:
    """The ranges of a frozen dataclass as an array `[parameters, TABLE_WIDTH, 2]` that kernels read.

    ValueError for a range without intervals, with 4, 5 or more than 6, or with an interval whose low exceeds its high.
    """
    rows = []
    for field in dataclasses.fields(box):
        intervals = getattr(box, field.name)
        if len(intervals) == 0 or TABLE_WIDTH % len(intervals) or any(low > high for low, high in intervals):
            raise ValueError(f"expected {field.name} to be 1, 2, 3 or 6 intervals (low, high), got {intervals!r}")
        rows.append([intervals[column % len(intervals)] for column in range(TABLE_WIDTH)])
    return np.array(rows, dtype=np.float64)


def parameter_names(box_class: type[Any]) -> tuple[str, ...]:
    """Names of the parameters, in the order of the columns of a row."""
    return tuple(field.name for field in dataclasses.fields(box_class))


@inlined
def draw_parameters(table: NDArray[np.float64], key: int, counter: int, row: NDArray[np.float64]) -> int:
    """Fill `row` with one draw of every parameter; uses two counters each and gives the next unused one."""
    for column in range(table.shape[0]):
        interval = integer(key, counter, TABLE_WIDTH)
        low, high = table[column, interval, 0], table[column, interval, 1]
        row[column] = low + (high - low) * uniform(key, counter + 1)
        counter += 2
    return counter


@dataclasses.dataclass(frozen=True)
class HighwayScenario:
    """Ranges of what varies on the highway."""

    lanes: Range = ((3, 3), (4, 4))
    """Lanes of the road."""
    density: Range = ((0.8, 1.2),)
    """Traffic density: the mean headway is (12 + v) exp(-5 lanes / 40) / density [m], over all lanes."""
    speed_low: Range = ((21.0, 21.0),)
    """Slowest desired speed of the traffic [m/s]."""
    speed_high: Range = ((24.0, 24.0),)
    """Fastest desired speed of the traffic [m/s]."""
    time_gap: Range = ((1.2, 1.8),)
    """Desired time gap T of the traffic [s] (IDM)."""
    acceleration: Range = ((3.0, 3.0),)
    """Largest acceleration a of the traffic [m/s^2] (IDM)."""
    politeness: Range = ((0.0, 0.0),)
    """Weight of the followers' accelerations in a lane change of the traffic (MOBIL)."""
    min_gain: Range = ((0.2, 0.2),)
    """Least gain of acceleration that makes the traffic change lanes [m/s^2] (MOBIL)."""


HIGHWAY_SPLITS = {
    "train": HighwayScenario(),
    "validation": HighwayScenario(),
    "held_out": HighwayScenario(
        density=((1.0, 1.1),), politeness=((0.0, 0.5),), min_gain=((0.1, 0.3),), acceleration=((2.5, 3.0),)
    ),
    "extrapolation": HighwayScenario(
        lanes=((2, 2), (5, 5), (6, 6)),
        density=((1.5, 2.0),),
        speed_low=((15.0, 18.0),),
        speed_high=((24.0, 28.0),),
        time_gap=((0.8, 1.0), (2.0, 2.2)),
        min_gain=((0.05, 0.2),),
    ),
}
"""Scenarios of the highway, by split."""
