"""Roads as colored shapes in world coordinates: built once from lines, painted from anywhere.

    straight_road(low=-2.0, lanes=4)                     a road along x without ends
    strip(points, -2.0, 2.0, ASPHALT) + dashes(points, 0.0)     a band and a dashed line along a curve [N, 2]

A positive offset from a line lies at +90 degrees from its direction: to the right where y grows to the right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Color = tuple[int, int, int]

GRASS, TREE, TREE_TOP = (104, 142, 84), (74, 112, 62), (92, 134, 74)
ASPHALT, WHITE, YELLOW, RED = (78, 81, 87), (236, 236, 232), (228, 190, 88), (200, 64, 56)
DARK, PAVEMENT = (24, 26, 30), (140, 142, 146)

MARK_WIDTH = 0.16
"""Width of a lane mark [m]."""
DASH_LENGTH, DASH_PERIOD = 4.0, 12.0
"""Length of a dash and the distance from one to the next [m]."""
SEAM = 0.25
"""Pieces of a curved strip overlap by this much, so that no seam shows [m]."""
SHOULDER = 0.9
"""Asphalt beyond the edge lines [m]."""
TREE_SPACING = 9.0
"""Mean distance of trees along a straight road [m]."""
PERIOD = 144.0
"""A straight road looks the same after this distance: 12 dashes, 16 trees [m]."""
FAR = 1e5
"""Where a straight road ends [m]."""


@dataclass(frozen=True, eq=False)
class Road:
    """Colored quadrilaterals in world coordinates, painted in order, then discs."""

    quads: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4, 2)))
    """Corners `[N, 4, 2]` [m]."""
    colors: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 4), np.uint8))
    """Red, green, blue and opacity of each."""
    discs: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    """x, y and radius `[M, 3]` [m]."""
    disc_colors: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 4), np.uint8))
    """Red, green, blue and opacity of each."""
    passing: Road | None = None
    """What repeats along x after `PERIOD`; the rest then is the same for every x."""

    def __add__(self, over: Road) -> Road:
        """This road with another one painted over it."""
        return join([self, over])


def join(roads: Sequence[Road]) -> Road:
    """Several roads as one, painted in order; nothing of it repeats."""
    if not roads:
        return Road()
    return Road(
        np.concatenate([road.quads for road in roads]),
        np.concatenate([road.colors for road in roads]),
        np.concatenate([road.discs for road in roads]),
        np.concatenate([road.disc_colors for road in roads]),
    )


def strip(points: ArrayLike, low: float, high: float, color: Color, closed: bool = False) -> Road:
    """A band along a line `[N, 2]`, between two offsets [m]; `closed` when the last point is the first one again."""
    line = np.asarray(points, dtype=np.float64)
    along = np.diff(line, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)[:, None]
    ends = (along[-1:] + along[:1],) * 2 if closed else (along[:1], along[-1:])
    direction = np.concatenate([ends[0], along[:-1] + along[1:], ends[1]])
    direction /= np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-12)[:, None]
    side = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    near, far = line + low * side, line + high * side
    ahead = SEAM * along
    quads = np.stack([near[:-1], near[1:] + ahead, far[1:] + ahead, far[:-1]], axis=1)
    return Road(quads, np.tile(np.array([*color, 255], np.uint8), (len(quads), 1)))


def line_mark(points: ArrayLike, offset: float, color: Color = WHITE, closed: bool = False) -> Road:
    """A continuous mark at an offset from a line `[N, 2]`."""
    return strip(points, offset - 0.5 * MARK_WIDTH, offset + 0.5 * MARK_WIDTH, color, closed)


def dashes(
    points: ArrayLike, offset: float, color: Color = WHITE, period: float = DASH_PERIOD, length: float = DASH_LENGTH
) -> Road:
    """A dashed mark at an offset from a line `[N, 2]`."""
    line = np.asarray(points, dtype=np.float64)
    steps = np.hypot(*np.diff(line, axis=0).T)
    station = np.concatenate([[0.0], np.cumsum(steps)])
    pieces = []
    for start in np.arange(math.ceil(station[-1] / period)) * period:
        end = min(start + length, station[-1])
        inside = station[(station > start) & (station < end)]
        where = np.concatenate([[start], inside, [end]])
        dash = np.stack([np.interp(where, station, line[:, 0]), np.interp(where, station, line[:, 1])], axis=1)
        pieces.append(line_mark(dash, offset, color))
    return join(pieces)


def turned(points: NDArray[np.float64], heading: float) -> NDArray[np.float64]:
    """Points `[..., 2]` turned by a heading."""
    cos, sin = math.cos(heading), math.sin(heading)
    moved: NDArray[np.float64] = points @ np.array([[cos, sin], [-sin, cos]])
    return moved


def rectangles(boxes: ArrayLike, color: Color, pose: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Road:
    """Rectangles (low x, high x, low y, high y) `[N, 4]` in the frame of a pose (x, y, heading) [m]."""
    low_x, high_x, low_y, high_y = np.asarray(boxes, np.float64).reshape(-1, 4).T
    corners = [(low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)]
    quads = turned(np.array(corners).transpose(2, 0, 1), pose[2]) + np.array(pose[:2])
    return Road(quads, np.tile(np.array([*color, 255], np.uint8), (len(quads), 1)))


def circle(x: float, y: float, radius: float, color: Color) -> Road:
    """One disc [m]."""
    return Road(discs=np.array([[x, y, radius]]), disc_colors=np.array([[*color, 255]], np.uint8))


def arc(x: float, y: float, radius: float, first: float, last: float, step: float = 1.0) -> NDArray[np.float64]:
    """Points `[N, 2]` of a circle around (x, y) from one angle to another, about `step` apart [m]."""
    count = max(int(abs(last - first) * radius / step), 2)
    angles = np.linspace(first, last, count + 1)
    return np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)


@lru_cache(maxsize=32)
def straight_road(low: float, lanes: int, lane_width: float = 4.0) -> Road:
    """A road along x without ends, its left edge at y = low [m]: asphalt, edge lines, dashed marks, trees beside it.

    The same arguments give the same object, whose background is then painted once.
    """
    high = low + lanes * lane_width
    line = np.array([[-FAR, 0.0], [FAR, 0.0]])
    still = strip(line, low - SHOULDER, high + SHOULDER, ASPHALT) + line_mark(line, low) + line_mark(line, high)
    stretch = np.array([[-PERIOD, 0.0], [2.0 * PERIOD, 0.0]])
    marks = join([dashes(stretch, low + lane_width * lane) for lane in range(1, lanes)])
    return Road(still.quads, still.colors, passing=marks + trees_beside(low - SHOULDER, high + SHOULDER))


def trees_beside(low: float, high: float, start: float = -PERIOD, end: float = 2.0 * PERIOD) -> Road:
    """Trees along x outside the band from y = low to y = high [m]; they repeat after `PERIOD`."""
    number = np.arange(math.floor(start / TREE_SPACING), math.ceil(end / TREE_SPACING))
    place = number % round(PERIOD / TREE_SPACING)
    scatter, radius = (place * 0.618034) % 1.0, 0.9 + 0.7 * ((place * 0.754877) % 1.0)
    aside = 2.6 + 6.0 * scatter
    centers = np.stack(
        [TREE_SPACING * (number + 0.6 * scatter), np.where(place % 2, high + aside, low - aside)], axis=1
    )
    return trees(centers, radius)


def trees(centers: NDArray[Any], radius: NDArray[Any]) -> Road:
    """Trees at points `[N, 2]` [m]: a dark disc and a lighter top, in the light from the upper left."""
    below = np.concatenate([centers, radius[:, None]], axis=1)
    above = np.concatenate([centers - 0.1 * radius[:, None], 0.55 * radius[:, None]], axis=1)
    colors = np.repeat(np.array([[*TREE, 255], [*TREE_TOP, 255]], np.uint8), len(centers), axis=0)
    return Road(discs=np.concatenate([below, above]), disc_colors=colors)
