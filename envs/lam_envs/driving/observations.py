"""Observation formats of the driving tasks, written by the kernels from the vehicles of one environment.

| name | space | what it holds |
| --- | --- | --- |
| kinematics | Box(-1, 1, (K, F), float32) | row 0 the ego, then the nearest others relative to it, then rows of zeros |
| grid | Box(-1, 1, (3, 11, 11), float32) | cells of 5 m around the ego: presence, relative vx, relative vy |
| topdown | Box(0, 255, (64, 128), uint8) | a gray picture of road and vehicles; (S, 64, 128) for a stack of S |

Every writer is inlined, takes the arrays of one environment (`[num_vehicles]`, ego at index 0) and fills a buffer that
the caller owns, so that a kernel calls it on a view and nothing is allocated. The frame is that of the road: x ahead,
y to the right, heading positive to the right; with `turned` it is the ego's own (for junctions, where no direction is
the road's). Units before scaling: m, m/s, rad. Reference kinematics (highway-env's own 5 x 5) are not here: they
belong to the reference mode of the highway.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined

KINEMATICS_FEATURES = ("presence", "x", "y", "vx", "vy", "cos_h", "sin_h")
"""Columns of a kinematics row: 0 or 1, position / `reach`, velocity / 30 m/s, heading; all in [-1, 1].

Of the others all is relative to the ego; the ego's own row is written by the task, which may append columns (such as
the target lane) that are 0 for the others.
"""
NUM_KINEMATICS = len(KINEMATICS_FEATURES)

SPEED_SCALE = 30.0
"""Speed that a kinematics row and a grid cell show as 1 [m/s]."""

BEHIND = 10.0
"""Without `see_behind`, vehicles further than this behind the ego are left out [m]."""

GRID_CHANNELS = ("presence", "vx", "vy")
GRID_SIZE = 11
"""Cells of the grid along x and along y; the ego is in the middle."""
GRID_CELL = 5.0
"""Side of a grid cell [m]."""

PICTURE_HEIGHT, PICTURE_WIDTH = 64, 128
"""Size of a top-down picture [pixels]."""
PICTURE_SCALE = 1.5
"""Pixels of a top-down picture to the meter."""
EGO_COLUMN = 32
"""Column of a top-down picture at which the ego's center is; its row is the middle one."""
OUTSIDE_GRAY, ROAD_GRAY, MARK_GRAY, VEHICLE_GRAY, EGO_GRAY = 0, 70, 120, 190, 255
"""Gray values of a top-down picture."""
MARK_PERIOD = 12.0
"""Lane marks repeat after this distance, the first half of which is painted [m]."""
MARK_HALF_WIDTH = 0.4
"""Pixels whose centers are this near to a line show it [m]: one or two rows of them."""

OBSERVATIONS = ("kinematics", "grid", "topdown")

Array = NDArray[Any]


def observation_space(name: str, vehicles: int = 10, features: int = NUM_KINEMATICS, stack: int = 1) -> spaces.Box:
    """The space of one environment's observation called `name`.

    `vehicles` (K, the ego among them) and `features` (F) size kinematics, `stack` is the number of successive top-down
    pictures, 1 to 4. ValueError for another name or size.
    """
    if name == "kinematics":
        if vehicles < 1 or features < NUM_KINEMATICS:
            raise ValueError(
                f"expected at least 1 vehicle and {NUM_KINEMATICS} features, got {vehicles}, {features}: ask for more"
            )
        return spaces.Box(-1.0, 1.0, (vehicles, features), dtype=np.float32)
    if name == "grid":
        return spaces.Box(-1.0, 1.0, (len(GRID_CHANNELS), GRID_SIZE, GRID_SIZE), dtype=np.float32)
    if name == "topdown":
        if not 1 <= stack <= 4:
            raise ValueError(f"expected a stack of 1 to 4 pictures, got {stack}: choose one of these")
        shape = (PICTURE_HEIGHT, PICTURE_WIDTH)
        return spaces.Box(0, 255, shape if stack == 1 else (stack, *shape), dtype=np.uint8)
    raise ValueError(f"expected observation to be one of {', '.join(OBSERVATIONS)}, got {name!r}: choose one of them")


@inlined
def limit_unit(value: float) -> float:
    """The value clipped to [-1, 1]."""
    return min(max(value, -1.0), 1.0)


@inlined
def write_relative(
    row: Array, other: int, x: Array, y: Array, heading: Array, speed: Array, cos: float, sin: float, reach: float
) -> None:
    """One kinematics row of a vehicle relative to the ego, in axes turned by the angle of `cos` and `sin`."""
    dx, dy = x[other] - x[0], y[other] - y[0]
    vx = speed[other] * math.cos(heading[other]) - speed[0] * math.cos(heading[0])
    vy = speed[other] * math.sin(heading[other]) - speed[0] * math.sin(heading[0])
    turn = heading[other] - heading[0]
    row[0] = 1.0
    row[1] = limit_unit((dx * cos + dy * sin) / reach)
    row[2] = limit_unit((dy * cos - dx * sin) / reach)
    row[3] = limit_unit((vx * cos + vy * sin) / SPEED_SCALE)
    row[4] = limit_unit((vy * cos - vx * sin) / SPEED_SCALE)
    row[5] = math.cos(turn)
    row[6] = math.sin(turn)
    for column in range(NUM_KINEMATICS, row.shape[0]):
        row[column] = 0.0


@inlined
def write_kinematics(
    out: Array,
    ego: Array,
    x: Array,
    y: Array,
    heading: Array,
    speed: Array,
    present: Array,
    reach: float,
    see_behind: bool,
    turned: bool,
) -> None:
    """Fill `out` [K, F] with the ego's row, the K-1 nearest vehicles in order of distance, and zeros.

    `ego` [F - 1] is what the ego's row holds after its presence. Vehicles beyond `reach` [m], which is also the unit
    of positions, are left out; so are those more than 10 m behind without `see_behind`. Equal distances: the lower
    index first.
    """
    out[0, 0] = 1.0
    for column in range(1, out.shape[1]):
        out[0, column] = limit_unit(ego[column - 1])
    cos_ego, sin_ego = math.cos(heading[0]), math.sin(heading[0])
    cos, sin = (cos_ego, sin_ego) if turned else (1.0, 0.0)
    limit = reach * reach
    last, last_index = -1.0, 0
    for row in range(1, out.shape[0]):
        nearest, nearest_index = math.inf, 0
        for other in range(1, x.shape[0]):
            if not present[other]:
                continue
            dx, dy = x[other] - x[0], y[other] - y[0]
            distance = dx * dx + dy * dy
            if distance > limit or distance >= nearest:
                continue
            if distance < last or (distance == last and other <= last_index):
                continue
            if not see_behind and dx * cos + dy * sin < -BEHIND:
                continue
            nearest, nearest_index = distance, other
        if nearest_index == 0:
            for empty in range(row, out.shape[0]):
                for column in range(out.shape[1]):
                    out[empty, column] = 0.0
            return
        write_relative(out[row], nearest_index, x, y, heading, speed, cos, sin, reach)
        last, last_index = nearest, nearest_index


@inlined
def write_grid(
    out: Array, x: Array, y: Array, heading: Array, speed: Array, present: Array, see_behind: bool, turned: bool
) -> None:
    """Fill `out` [3, 11, 11]: channel, cell along x (from behind to ahead), cell along y (from left to right).

    A vehicle is in the cell of its center: presence 1, then its velocity relative to the ego's / 30 m/s. The middle
    cell holds the ego's own velocity. Where two share a cell, the nearer to the ego is shown.
    """
    for channel in range(3):
        for row in range(GRID_SIZE):
            for column in range(GRID_SIZE):
                out[channel, row, column] = 0.0
    cos_ego, sin_ego = math.cos(heading[0]), math.sin(heading[0])
    cos, sin = (cos_ego, sin_ego) if turned else (1.0, 0.0)
    middle = GRID_SIZE // 2
    for other in range(x.shape[0] - 1, -1, -1):
        if other > 0 and not present[other]:
            continue
        dx, dy = x[other] - x[0], y[other] - y[0]
        along, left = dx * cos + dy * sin, dy * cos - dx * sin
        row, column = math.floor(along / GRID_CELL + 0.5) + middle, math.floor(left / GRID_CELL + 0.5) + middle
        if row < 0 or row >= GRID_SIZE or column < 0 or column >= GRID_SIZE:
            continue
        if not see_behind and along < -BEHIND:
            continue
        vx, vy = speed[other] * math.cos(heading[other]), speed[other] * math.sin(heading[other])
        if other > 0:
            vx -= speed[0] * cos_ego
            vy -= speed[0] * sin_ego
        out[0, row, column] = 1.0
        out[1, row, column] = limit_unit((vx * cos + vy * sin) / SPEED_SCALE)
        out[2, row, column] = limit_unit((vy * cos - vx * sin) / SPEED_SCALE)


@inlined
def paint_straight_road(out: Array, x: float, y: float, low: float, lanes: int, lane_width: float) -> None:
    """Paint a straight road along x into a picture [64, 128] seen from (x, y); its left edge is at y = low [m]."""
    high = low + lanes * lane_width
    for row in range(PICTURE_HEIGHT):
        across = y + (row + 0.5 - 0.5 * PICTURE_HEIGHT) / PICTURE_SCALE
        if across < low or across >= high:
            for column in range(PICTURE_WIDTH):
                out[row, column] = OUTSIDE_GRAY
            continue
        for column in range(PICTURE_WIDTH):
            out[row, column] = ROAD_GRAY
        line = math.floor((across - low) / lane_width + 0.5)
        if abs(across - low - line * lane_width) > MARK_HALF_WIDTH:
            continue
        for column in range(PICTURE_WIDTH):
            along = (x + (column + 0.5 - EGO_COLUMN) / PICTURE_SCALE) / MARK_PERIOD
            if line == 0 or line == lanes or along - math.floor(along) < 0.5:
                out[row, column] = MARK_GRAY


@inlined
def paint_road_map(
    out: Array, x: float, y: float, heading: float, road_map: Array, map_x: float, map_y: float, cell: float
) -> None:
    """Paint a road of any shape into a picture [64, 128] seen from a pose, by looking it up in a map.

    `road_map` is uint8 [rows along y, columns along x] of cells with side `cell` [m], its corner at (map_x, map_y); see
    `scene.draw_road_map`. The picture's columns run along `heading`.
    """
    cos, sin = math.cos(heading) / (PICTURE_SCALE * cell), math.sin(heading) / (PICTURE_SCALE * cell)
    for row in range(PICTURE_HEIGHT):
        right = row + 0.5 - 0.5 * PICTURE_HEIGHT
        along = 0.5 - EGO_COLUMN
        map_column = (x - map_x) / cell + along * cos - right * sin
        map_row = (y - map_y) / cell + along * sin + right * cos
        for column in range(PICTURE_WIDTH):
            if 0.0 <= map_row < road_map.shape[0] and 0.0 <= map_column < road_map.shape[1]:
                out[row, column] = road_map[int(map_row), int(map_column)]
            else:
                out[row, column] = OUTSIDE_GRAY
            map_column += cos
            map_row += sin


@inlined
def paint_vehicles(
    out: Array, x: Array, y: Array, heading: Array, length: Array, width: Array, present: Array, view_heading: float
) -> None:
    """Paint the vehicles over the road of a picture [64, 128], the ego last; columns run along `view_heading`.

    A pixel belongs to a vehicle when its center is in the rectangle.
    """
    cos_view, sin_view = math.cos(view_heading), math.sin(view_heading)
    for other in range(x.shape[0] - 1, -1, -1):
        if other > 0 and not present[other]:
            continue
        dx, dy = x[other] - x[0], y[other] - y[0]
        column = EGO_COLUMN + PICTURE_SCALE * (dx * cos_view + dy * sin_view)
        row = 0.5 * PICTURE_HEIGHT + PICTURE_SCALE * (dy * cos_view - dx * sin_view)
        half_length, half_width = 0.5 * PICTURE_SCALE * length[other], 0.5 * PICTURE_SCALE * width[other]
        reach = half_length + half_width
        if column < -reach or column > PICTURE_WIDTH + reach or row < -reach or row > PICTURE_HEIGHT + reach:
            continue
        turn = heading[other] - view_heading
        cos, sin = math.cos(turn), math.sin(turn)
        wide, high = half_length * abs(cos) + half_width * abs(sin), half_length * abs(sin) + half_width * abs(cos)
        gray = VEHICLE_GRAY if other > 0 else EGO_GRAY
        for pixel_row in range(max(math.floor(row - high), 0), min(math.ceil(row + high) + 1, PICTURE_HEIGHT)):
            for pixel_column in range(
                max(math.floor(column - wide), 0), min(math.ceil(column + wide) + 1, PICTURE_WIDTH)
            ):
                ahead, aside = pixel_column + 0.5 - column, pixel_row + 0.5 - row
                if abs(ahead * cos + aside * sin) <= half_length and abs(aside * cos - ahead * sin) <= half_width:
                    out[pixel_row, pixel_column] = gray
