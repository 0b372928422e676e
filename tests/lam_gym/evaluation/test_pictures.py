"""Charts: axes with round numbers, smoothing, SVG that is well-formed and inside its frame."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from lam_gym.evaluation.pictures import (
    HEIGHT,
    WIDTH,
    Series,
    bar,
    legend,
    line_chart,
    linear_axis,
    log_axis,
    nice_ticks,
    percent_axis,
    short_number,
    smooth,
    thin,
)


def test_ticks_are_round_and_cover_the_range() -> None:
    assert nice_ticks(0, 1) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert nice_ticks(0.13, 9.2) == (0.0, 2.5, 5.0, 7.5, 10.0)
    assert nice_ticks(-0.3, 0.2)[0] <= -0.3
    assert nice_ticks(5, 5)[-1] >= 10
    assert nice_ticks(0, 0) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert linear_axis([]).ticks == (0.0, 1.0)
    assert linear_axis([math.nan, 3, 7]).low <= 3


def test_log_axes_span_decades() -> None:
    wide = log_axis([1e-6, 2.0])
    assert (wide.low, wide.high) == (1e-6, 10.0)
    assert wide.position([1e-6, 10.0]).tolist() == [0.0, 1.0]
    assert 2 <= len(wide.ticks) <= 6
    narrow = log_axis([0.3, 4.0])
    assert narrow.low == pytest.approx(0.2)
    assert narrow.high == 5.0
    assert log_axis([3.0, 3.0]).high > 3


def test_numbers_are_short() -> None:
    texts = [short_number(value) for value in (0, 0.25, 1500, 20_000, 3e6, 2e9, 0.00002, -0.5)]
    assert texts == ["0", "0.25", "1500", "20k", "3M", "2G", "2e-5", "-0.5"]


def test_smoothing_keeps_constants_and_starts_at_the_first_value() -> None:
    assert smooth([2.0] * 5, 3) == pytest.approx([2.0] * 5)
    values = smooth([1.0, 5.0, math.nan, 5.0], 3)
    assert values[0] == pytest.approx(1.0)
    assert values[2] == values[1]
    assert values[1] < values[3] < 5.0
    assert math.isnan(smooth([math.nan], 3)[0])


def test_thinning_keeps_the_ends() -> None:
    kept = thin(list(range(1000)), 100)
    assert (kept[0], kept[-1]) == (0, 999)
    assert len(kept) <= 102
    assert thin([]) == []


def test_charts_are_well_formed_and_stay_inside() -> None:
    series = [
        Series("A & B", [0, 1, 2], [0.1, 0.5, 2.0], "blue", low=[0, 0.4, 1], high=[0.2, 0.6, 3], dash="1 6", dots=True),
        Series("raw", [0, 1, 2], [0.1, math.nan, 0.3], "orange", raw=[0.0, 0.2, 0.4]),
        Series("one", [1], [0.5], "green"),
    ]
    svg = line_chart(series, linear_axis([0, 2]), percent_axis(), "epsilon <", "Success & more")
    root = ElementTree.fromstring(svg)
    tags = [element.tag for element in root.iter()]
    assert tags.count("polyline") == 4
    assert tags.count("polygon") == 1
    assert tags.count("circle") == 4
    numbers = [pair.split(",") for points in re.findall(r'points="([^"]*)"', svg) for pair in points.split()]
    assert all(0 <= float(left) <= WIDTH and 0 <= float(top) <= HEIGHT for left, top in numbers)
    assert "100%" in svg
    ElementTree.fromstring(legend(series))
    ElementTree.fromstring(bar(0.5, 0.4, 0.6, "blue"))
