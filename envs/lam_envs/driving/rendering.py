"""Top-down frames of the road, the car and its trail, painted by NumPy alone.

The view follows the car, with the road ahead to the right. Shapes are painted as palette indices on a canvas of twice
the frame's size, which is then averaged down for smooth edges; text comes last, from a bitmap font of 3 x 5 dots.
Letters: s station [m], e lateral offset to the left of the center line [m], both as in `lam_envs.driving.road`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.road import ROAD_HALF_WIDTH, ROUTE_LENGTH, Scenario, center_line
from lam_envs.driving.vehicle import AXLE_DISTANCE, LENGTH, WIDTH, State

FRAME_HEIGHT, FRAME_WIDTH = 300, 600
"""Size of a frame [pixels]."""

SCALE = 12.0
"""Canvas pixels per meter; the canvas has twice the resolution of the frame."""

CAR_COLUMN = 260
"""Canvas column at which the car stays."""

VIEW_BEHIND, VIEW_AHEAD = 36.0, 84.0
"""Stretch of road that is painted, behind and ahead of the car [m]."""

STEP = 0.06
"""Distance between two painted points [m], below a canvas pixel."""

PALETTE = np.array(
    [
        (104, 142, 84),  # 0 grass
        (74, 112, 62),  # 1 tree
        (92, 134, 74),  # 2 tree top
        (78, 81, 87),  # 3 asphalt
        (236, 236, 232),  # 4 white paint
        (200, 64, 56),  # 5 red kerb
        (228, 190, 88),  # 6 center line
        (92, 148, 214),  # 7 trail
        (38, 88, 168),  # 8 car
        (170, 205, 235),  # 9 glass
        (24, 26, 30),  # 10 tire, dark squares of the finish
        (248, 214, 92),  # 11 headlight
    ],
    dtype=np.uint8,
)
GRASS, TREE, TREE_TOP, ASPHALT, WHITE, RED, CENTER, TRAIL, CAR, GLASS, DARK, LIGHT = range(12)

_GLYPHS = {
    "0": (7, 5, 5, 5, 7),
    "1": (2, 6, 2, 2, 7),
    "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7),
    "7": (7, 1, 1, 2, 2),
    "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7),
    ".": (0, 0, 0, 0, 2),
    "-": (0, 0, 7, 0, 0),
    "+": (0, 2, 7, 2, 0),
    "/": (1, 1, 2, 4, 4),
    "%": (5, 1, 2, 4, 5),
    "D": (6, 5, 5, 5, 6),
    "E": (7, 4, 6, 4, 7),
    "M": (5, 7, 7, 5, 5),
    "O": (7, 5, 5, 5, 7),
    "P": (7, 5, 7, 4, 4),
    "R": (6, 5, 6, 5, 5),
    "S": (3, 4, 2, 1, 6),
    "T": (7, 2, 2, 2, 2),
    "U": (5, 5, 5, 5, 7),
    " ": (0, 0, 0, 0, 0),
}
"""Character -> five rows of three dots, the left dot being the bit of value 4."""


class Camera(NamedTuple):
    """Where the canvas looks: the world point at the car's column and the world direction that points right."""

    x: float
    y: float
    heading: float

    def pixels(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Canvas rows and columns of world points [m]."""
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        along = (x - self.x) * cos + (y - self.y) * sin
        left = (y - self.y) * cos - (x - self.x) * sin
        rows = np.floor(FRAME_HEIGHT - SCALE * left).astype(np.int32)
        return rows, np.floor(CAR_COLUMN + SCALE * along).astype(np.int32)


class Road(NamedTuple):
    """The center line of the road as world poses, straight before station 0."""

    line: NDArray[np.float64]
    spacing: float

    def points(self, stations: NDArray[Any], offsets: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """World points of (s, e) pairs, broadcast against each other."""
        x, y, heading = self.pose(stations)
        return x - offsets * np.sin(heading), y + offsets * np.cos(heading)

    def pose(self, stations: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """World x, y and heading at stations."""
        known = self.spacing * np.arange(len(self.line))
        x, y, heading = (np.interp(stations, known, column) for column in self.line.T)
        return x + np.minimum(stations, 0.0), y, heading


def paint(canvas: NDArray[np.uint8], rows: NDArray[np.int32], columns: NDArray[np.int32], color: Any) -> None:
    """Set canvas points to a palette index (one, or one a point); points outside are left out."""
    inside = (rows >= 0) & (rows < canvas.shape[0]) & (columns >= 0) & (columns < canvas.shape[1])
    canvas[rows[inside], columns[inside]] = color if np.ndim(color) == 0 else np.broadcast_to(color, rows.shape)[inside]


def paint_strip(
    canvas: NDArray[np.uint8], camera: Camera, road: Road, stations: NDArray[Any], low: float, high: float, color: Any
) -> None:
    """Paint the strip of road between offsets `low` and `high` [m]; `color` is an index, or one a station `[N, 1]`."""
    offsets = np.arange(low, high, STEP)
    paint(canvas, *camera.pixels(*road.points(stations[:, None], offsets[None, :])), color)


def paint_box(
    canvas: NDArray[np.uint8], camera: Camera, pose: tuple[float, float, float], box: tuple[float, ...], color: int
) -> None:
    """Paint a rectangle (back, front, right, left) [m] given in the frame of a world pose."""
    x, y, heading = pose
    along, left = np.meshgrid(np.arange(box[0], box[1], STEP), np.arange(box[2], box[3], STEP))
    cos, sin = math.cos(heading), math.sin(heading)
    paint(canvas, *camera.pixels(x + along * cos - left * sin, y + along * sin + left * cos), color)


def paint_trees(canvas: NDArray[np.uint8], camera: Camera, road: Road, station: float) -> None:
    """Trees beside the road, the same ones at the same stations in every frame."""
    along, left = np.meshgrid(np.arange(-1.2, 1.2, STEP), np.arange(-1.2, 1.2, STEP))
    radius = np.hypot(along, left).ravel()
    for k in range(math.floor((station - VIEW_BEHIND) / 6.0), math.ceil((station + VIEW_AHEAD) / 6.0)):
        scatter = (k * 0.618034) % 1.0
        side = 1.0 if k % 2 else -1.0
        x, y = road.points(np.array(6.0 * k + 4.0 * scatter), np.array(side * (6.0 + 6.0 * scatter)))
        for share, color in ((1.0, TREE), (0.6, TREE_TOP)):
            disc = radius < share * (0.8 + 0.4 * scatter)
            paint(canvas, *camera.pixels(x + along.ravel()[disc], y + left.ravel()[disc]), color)


def paint_road(canvas: NDArray[np.uint8], camera: Camera, road: Road, station: float, finish: float) -> None:
    """Kerbs, asphalt, edge lines, dashed center line and the checkered finish."""
    stations = np.arange(station - VIEW_BEHIND, station + VIEW_AHEAD, STEP)
    kerb = np.where(np.floor(stations / 2.0) % 2 == 0, WHITE, RED).astype(np.uint8)[:, None]
    edge = ROAD_HALF_WIDTH
    for offset in (-edge - 0.4, edge):
        paint_strip(canvas, camera, road, stations, offset, offset + 0.4, kerb)
    paint_strip(canvas, camera, road, stations, -edge, edge, ASPHALT)
    for offset in (-edge + 0.2, edge - 0.35):
        paint_strip(canvas, camera, road, stations, offset, offset + 0.15, WHITE)
    paint_strip(canvas, camera, road, stations[stations % 6.0 < 3.0], -0.09, 0.09, CENTER)
    for column in range(2):
        for row in range(8):
            squares = finish + 0.75 * column + np.arange(0.0, 0.75, STEP)
            low = -edge + 0.75 * row
            paint_strip(canvas, camera, road, squares, low, low + 0.75, DARK if (row + column) % 2 else WHITE)


def paint_trail(canvas: NDArray[np.uint8], camera: Camera, road: Road, trail: NDArray[np.float64]) -> None:
    """A thin band through past (s, e) pairs `[N, 2]`, oldest first."""
    stations = np.arange(trail[0, 0], trail[-1, 0], STEP)
    offsets = np.interp(stations, trail[:, 0], trail[:, 1])[:, None] + np.arange(-0.2, 0.2, STEP)
    paint(canvas, *camera.pixels(*road.points(stations[:, None], offsets)), TRAIL)


def paint_car(canvas: NDArray[np.uint8], camera: Camera, pose: tuple[float, float, float], steering: float) -> None:
    """The car from above: wheels (the front ones steered), body, glass and headlights."""
    x, y, heading = pose
    half_length, half_width = 0.5 * LENGTH, 0.5 * WIDTH
    for axle, angle in ((-0.6 * AXLE_DISTANCE, 0.0), (0.6 * AXLE_DISTANCE, steering)):
        for side in (-half_width, half_width):
            wheel_x = x + axle * math.cos(heading) - side * math.sin(heading)
            wheel_y = y + axle * math.sin(heading) + side * math.cos(heading)
            paint_box(canvas, camera, (wheel_x, wheel_y, heading + angle), (-0.45, 0.45, -0.18, 0.18), DARK)
    paint_box(canvas, camera, pose, (-half_length, half_length, -half_width + 0.1, half_width - 0.1), CAR)
    paint_box(canvas, camera, pose, (-half_length + 0.15, half_length - 0.15, -half_width, half_width), CAR)
    paint_box(canvas, camera, pose, (0.45, 1.15, -0.72, 0.72), GLASS)
    paint_box(canvas, camera, pose, (-1.75, -1.35, -0.65, 0.65), GLASS)
    for low in (-0.85, 0.5):
        paint_box(canvas, camera, pose, (half_length - 0.25, half_length, low, low + 0.35), LIGHT)


def average_colors(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame `[H, W, 3]` of a canvas `[2H, 2W]`: each pixel is the mean color of four canvas points.

    The three channels of a color travel in one integer, ten bits each, so that four of them add up without a carry.
    """
    packed = (PALETTE.astype(np.uint32) << np.array([20, 10, 0], dtype=np.uint32)).sum(axis=1, dtype=np.uint32)
    colors = packed.take(canvas)
    rows = colors[::2] + colors[1::2]
    total = rows[:, ::2] + rows[:, 1::2]
    return np.stack([(total >> shift & 1023) // 4 for shift in (20, 10, 0)], axis=2).astype(np.uint8)


def write_text(frame: NDArray[np.uint8], text: str, row: int, column: int, size: int = 3) -> None:
    """Write white text on the frame with its top left dot at (row, column); a dot is `size` pixels wide."""
    bits = np.array([[_GLYPHS[character][line] for character in text] for line in range(5)], dtype=np.uint8)
    dots = (bits[:, :, None] >> np.array([2, 1, 0, 0], dtype=np.uint8)) & np.array([1, 1, 1, 0], dtype=np.uint8)
    large = np.kron(dots.reshape(5, -1), np.ones((size, size), dtype=np.uint8)).astype(bool)
    frame[row : row + large.shape[0], column : column + large.shape[1]][large] = (245, 245, 240)


def render_road(state: State, scenario: Scenario, trail: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """A frame `[300, 600, 3]` of one state (of Python numbers); `trail` holds past (s, e) pairs, oldest first.

    The strip below shows the speed, the lateral error and the share of the route done.
    """
    spacing = 0.25
    road = Road(center_line(scenario.knots, spacing), spacing)
    station = float(state.station)
    x, y, tangent = (float(value) for value in road.pose(np.array(station)))
    far_x, far_y, _ = (float(value) for value in road.pose(np.array(station + 35.0)))
    camera = Camera(x, y, math.atan2(far_y - y, far_x - x))
    canvas = np.full((2 * FRAME_HEIGHT, 2 * FRAME_WIDTH), GRASS, dtype=np.uint8)
    paint_trees(canvas, camera, road, station)
    paint_road(canvas, camera, road, station, scenario.start + ROUTE_LENGTH)
    car_x, car_y = (float(value) for value in road.points(np.array(station), np.array(state.lateral_error)))
    if len(trail) > 1:
        paint_trail(canvas, camera, road, np.array(trail))
    paint_car(canvas, camera, (car_x, car_y, tangent + state.heading_error), state.steering)
    frame = average_colors(canvas)
    frame[-27:] //= 3
    share = min(max((station - scenario.start) / ROUTE_LENGTH, 0.0), 1.0)
    frame[-4:, : round(FRAME_WIDTH * share)] = PALETTE[LIGHT]
    text = f"SPEED {state.speed:4.1f} M/S   ERROR {state.lateral_error:+5.2f} M   ROUTE {100 * share:3.0f} %"
    write_text(frame, text, FRAME_HEIGHT - 22, 12)
    return frame
