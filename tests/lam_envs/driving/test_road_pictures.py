"""Roads as shapes: where bands, dashes, circles and trees lie."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lam_envs.driving.road_pictures import (
    ASPHALT,
    DASH_LENGTH,
    PERIOD,
    WHITE,
    Road,
    arc,
    circle,
    dashes,
    join,
    rectangles,
    straight_road,
    strip,
)


def areas(road: Road) -> np.ndarray:
    x, y = road.quads[..., 0], road.quads[..., 1]
    return 0.5 * np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(axis=1))


def test_a_strip_lies_to_the_right_of_a_line_along_x() -> None:
    band = strip([[0.0, 0.0], [10.0, 0.0]], 1.0, 3.0, ASPHALT)
    assert band.quads[0].min(axis=0).tolist() == [0.0, 1.0]
    assert band.quads[0].max(axis=0) == pytest.approx([10.0, 3.0], abs=0.3)
    assert band.colors.tolist() == [[*ASPHALT, 255]]


def test_a_closed_ring_has_the_area_of_a_ring() -> None:
    ring = strip(arc(5.0, 5.0, 20.0, 0.0, 2.0 * math.pi), -2.0, 2.0, ASPHALT, closed=True)
    assert areas(ring).sum() == pytest.approx(math.pi * (22.0**2 - 18.0**2), rel=0.3)
    assert np.allclose(ring.quads[0, 0], ring.quads[-1, 1], atol=0.3)
    assert np.allclose(np.linalg.norm(ring.quads[:, 0] - 5.0, axis=1), 22.0, atol=0.1)  # angles grow: inwards is left


def test_dashes_repeat_along_a_bent_line() -> None:
    marks = dashes([[0.0, 0.0], [20.0, 0.0], [20.0, 20.0]], 0.0)
    assert len(marks.quads) == 4  # 0-4, 12-16, 24-28, 36-40 of 40 m
    assert marks.quads[-1][:, 1].min() == pytest.approx(16.0)
    assert marks.quads[1][:, 0].min() == pytest.approx(12.0)
    assert marks.quads[0][:, 0].max() == pytest.approx(DASH_LENGTH, abs=0.3)


def test_rectangles_are_turned_with_their_pose() -> None:
    placed = rectangles([(0.0, 4.0, -1.0, 1.0)], WHITE, (10.0, 20.0, 0.5 * math.pi))
    assert placed.quads[0].min(axis=0) == pytest.approx([9.0, 20.0])
    assert placed.quads[0].max(axis=0) == pytest.approx([11.0, 24.0])


def test_roads_are_joined_in_order() -> None:
    both = strip([[0.0, 0.0], [1.0, 0.0]], 0.0, 1.0, ASPHALT) + circle(1.0, 2.0, 3.0, WHITE)
    assert both.quads.shape == (1, 4, 2)
    assert both.discs.tolist() == [[1.0, 2.0, 3.0]]
    assert join([]).quads.shape == (0, 4, 2)


def test_a_straight_road_repeats() -> None:
    road = straight_road(-2.0, 3)
    assert straight_road(-2.0, 3) is road
    assert road.passing is not None
    for shapes in (road.passing.quads[:, 0], road.passing.discs[:, :2]):
        starts = {(round(x, 6), round(y, 6)) for x, y in shapes.tolist()}
        inside = [(x, y) for x, y in starts if 0.0 <= x < PERIOD - 1.0]
        assert inside
        assert {(round(x + PERIOD, 6), y) for x, y in inside} <= starts
    lines = {round(float(y), 3) for y in road.passing.quads[:, :, 1].mean(axis=1)}
    assert lines == {2.0, 6.0}
