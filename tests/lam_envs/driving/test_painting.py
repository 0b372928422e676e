"""Shapes on a frame: how much of each pixel they cover."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from lam_envs.driving import painting

IDENTITY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
WHITE = np.array([[255, 255, 255, 255]], dtype=np.uint8)


def quad(corners: Any, opacity: int = 255, view: Any = IDENTITY, size: int = 12) -> np.ndarray:
    frame = np.zeros((size, size, 3), dtype=np.uint8)
    color = WHITE.copy()
    color[0, 3] = opacity
    painting.paint_quads(frame, np.array(view), np.array([corners], dtype=np.float64), color)
    return frame[:, :, 0]


def box(left: float, right: float, top: float, bottom: float) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_a_box_covers_whole_and_part_pixels() -> None:
    shown = quad(box(2.0, 6.0, 3.0, 5.5))
    assert (shown[3:5, 2:6] == 255).all()
    assert (shown[5, 2:6] == 128).all()
    assert (shown[:3] == 0).all()
    assert (shown[:, 6:] == 0).all()
    assert (shown[6:] == 0).all()


def test_the_order_of_the_corners_does_not_matter() -> None:
    corners = [[3.0, 1.0], [9.0, 4.0], [7.0, 8.0], [1.0, 5.0]]
    assert np.array_equal(quad(corners), quad(corners[::-1]))


def test_a_turned_box_keeps_its_area() -> None:
    corners = np.array([[3.0, 1.0], [9.0, 4.0], [7.0, 8.0], [1.0, 5.0]]) + 1.0  # sides of sqrt 45 and sqrt 20
    assert quad(corners).sum() / 255 == pytest.approx(30.0, rel=0.02)


def test_a_line_thinner_than_a_pixel_is_faint() -> None:
    assert (quad(box(0.0, 12.0, 4.3, 4.7))[4, 1:11] == 102).all()


def test_opacity_and_view() -> None:
    assert (quad(box(2.0, 6.0, 3.0, 5.0), opacity=51)[3:5, 2:6] == 51).all()
    mirrored = quad(box(0.5, 1.5, -2.0, -1.0), view=[[2.0, 0.0, 3.0], [0.0, -2.0, 4.0]])
    assert (mirrored[6:8, 4:6] == 255).all()
    assert mirrored.sum() == 4 * 255


def test_flat_and_outside_shapes_paint_nothing() -> None:
    assert not quad(box(2.0, 2.0, 3.0, 5.0)).any()
    assert not quad(box(-9.0, -2.0, 3.0, 5.0)).any()
    assert not quad([[1.0, 1.0], [1.0, 1.0], [5.0, 1.0], [5.0, 5.0]]).any()
    assert (quad(box(-50.0, 50.0, -50.0, 50.0)) == 255).all()


def test_a_disc_covers_its_area() -> None:
    frame = np.zeros((20, 20, 3), dtype=np.uint8)
    painting.paint_discs(frame, 2.0 * IDENTITY, np.array([[5.0, 5.0, 3.0]]), WHITE)
    assert frame[:, :, 0].sum() / 255 == pytest.approx(np.pi * 36, rel=0.02)
    assert frame[10, 10, 0] == 255


def test_a_line_has_its_width_and_skips_where_it_stands() -> None:
    frame = np.zeros((12, 20, 3), dtype=np.uint8)
    points = np.array([[2.0, 6.0], [2.0, 6.0], [10.0, 6.0], [16.0, 6.0]])
    painting.paint_line(frame, IDENTITY, points, 2.0, WHITE[0])
    assert (frame[5:7, 2:16, 0] == 255).all()
    assert not frame[:5].any()


def test_vehicles_have_their_parts_and_colors() -> None:
    frame = np.zeros((20, 40, 3), dtype=np.uint8)
    poses = np.array([[10.0, 10.0, 0.0], [30.0, 10.0, np.pi / 2], [20.0, 10.0, 0.0]])
    sizes = np.array([[8.0, 4.0], [8.0, 4.0], [0.0, 0.0]])
    parts = np.array([[-1.0, 1.0, -1.0, 1.0], [0.5, 1.0, -1.0, 1.0]])
    colors = np.array([[0, 0, 0, 0], [255, 0, 0, 255]], dtype=np.uint8)
    bodies = np.array([[0, 0, 255, 255], [0, 255, 0, 255], [9, 9, 9, 255]], dtype=np.uint8)
    painting.paint_boxes(frame, IDENTITY, poses, sizes, parts, colors, bodies)
    assert frame[10, 8].tolist() == [0, 0, 255]
    assert frame[10, 13].tolist() == [255, 0, 0]
    assert frame[8, 30].tolist() == [0, 255, 0]
    assert frame[13, 30].tolist() == [255, 0, 0]
    assert not frame[10, 18:22].any()


def test_text_is_written_in_dots() -> None:
    frame = np.zeros((20, 20, 3), dtype=np.uint8)
    painting.write_text(frame, "1-", row=1, column=2, size=2)
    lit = frame[1:11:2, 2:18:2, 0] > 0
    assert lit.astype(int).tolist() == [
        [0, 1, 0, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0, 0, 0],
        [0, 1, 0, 0, 1, 1, 1, 0],
        [0, 1, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0, 0, 0],
    ]


def test_unknown_characters_and_what_does_not_fit() -> None:
    first, second = np.zeros((2, 8, 9, 3), dtype=np.uint8)
    painting.write_text(first, "a\u00fcbc", row=5, column=0, size=1)
    painting.write_text(second, "A?BC", row=5, column=0, size=1)
    assert np.array_equal(first, second)
    assert first.any()


def test_rows_are_darkened() -> None:
    frame = np.full((4, 2, 3), 200, dtype=np.uint8)
    painting.darken(frame, 1, 3, 64)
    assert frame[:, 0, 0].tolist() == [200, 50, 50, 200]


def told() -> str:
    """A few shapes, as text."""
    shapes = [quad([[3.3, 1.0], [9.0, 4.1], [7.0, 8.0], [1.0, 5.2]]), quad(box(1.2, 5.3, 2.1, 2.6), 99)]
    return str([shape.tolist() for shape in shapes])


def test_numba_changes_no_pixel() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import test_painting; print(test_painting.told())"
    command = [sys.executable, "-c", code, os.path.dirname(__file__)]
    off = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    assert subprocess.run(command, env=off, capture_output=True, text=True, check=True).stdout.strip() == told()
