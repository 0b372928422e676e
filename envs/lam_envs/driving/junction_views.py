"""Other observations of the merge, the intersection and the roundabout: the grid and the top-down picture.

`vehicles` [num_envs, VEHICLE_COLUMNS, num_vehicles] is the batch's state. At crossings, where no direction is the
road's, both are turned with the ego; on the merge they lie along the highway.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel
from lam_envs.driving.junction_scene import crossing_picture, merge_road
from lam_envs.driving.junction_vehicles import HEADING, LENGTH, PRESENT, SPEED, WIDTH, X_, Y_
from lam_envs.driving.lanes import LANE_WIDTH
from lam_envs.driving.merge_scenario import ENTRY, EXIT, RAMP_OFFSET, ZONE_START
from lam_envs.driving.observations import (
    EGO_COLUMN,
    PICTURE_HEIGHT,
    PICTURE_SCALE,
    PICTURE_WIDTH,
    VEHICLE_GRAY,
    paint_road_map,
    paint_vehicles,
    write_grid,
)
from lam_envs.driving.scene import draw_road_map

CELL = 0.5
"""Side of a cell of the road maps [m]."""
CROSSING_REACH = 180.0
"""A map of a crossing reaches this far from its middle, in x and y [m]."""
MERGE_TOP, MERGE_BOTTOM = -12.0, 24.0
"""Least and largest y of the map of the merge [m]."""
LONGEST_ZONE = 130.0
"""The ramp of the merge's map ends this far behind the zone's start; a bar across it shows its true end [m]."""
BAR_LENGTH = 1.5
"""Length of that bar along the road [m]."""

_crossing_maps: dict[tuple[int, bool], tuple[NDArray[np.float64], NDArray[np.uint8]]] = {}


def crossing_maps(lanes: NDArray[np.float64], ring: bool) -> NDArray[np.uint8]:
    """The road maps `[G, rows, columns]` of all geometries of `lanes` [G, L, LANE_COLUMNS], drawn once."""
    key = (id(lanes), ring)
    if key not in _crossing_maps:
        low, high = (-CROSSING_REACH, -CROSSING_REACH), (CROSSING_REACH, CROSSING_REACH)
        pictures = (crossing_picture(lanes, geometry, ring) for geometry in range(len(lanes)))
        _crossing_maps[key] = (lanes, np.stack([draw_road_map(picture, low, high, CELL) for picture in pictures]))
    return _crossing_maps[key][1]


@lru_cache(maxsize=1)
def merge_map() -> NDArray[np.uint8]:
    """The road map `[rows, columns]` of the merge with its longest zone."""
    return draw_road_map(merge_road(LONGEST_ZONE), (ENTRY, MERGE_TOP), (EXIT, MERGE_BOTTOM), CELL)


@kernel
def observe_cells(vehicles: NDArray[np.float64], turned: bool, observations: NDArray[np.float32]) -> None:
    """Write every environment's grid [num_envs, 3, 11, 11]."""
    for row in range(vehicles.shape[0]):
        own = vehicles[row]
        write_grid(observations[row], own[X_], own[Y_], own[HEADING], own[SPEED], own[PRESENT], True, turned)


@inlined
def paint_bar(picture: NDArray[Any], x: float, y: float, bar: float) -> None:
    """Paint the obstacle at the ramp's end, from x = `bar` on, into the picture seen from (x, y) along the road."""
    for row in range(PICTURE_HEIGHT):
        across = y + (row + 0.5 - 0.5 * PICTURE_HEIGHT) / PICTURE_SCALE - RAMP_OFFSET
        if abs(across) > 0.5 * LANE_WIDTH:
            continue
        for column in range(PICTURE_WIDTH):
            along = x + (column + 0.5 - EGO_COLUMN) / PICTURE_SCALE - bar
            if 0.0 <= along < BAR_LENGTH:
                picture[row, column] = VEHICLE_GRAY


@kernel
def observe_merge_from_above(
    vehicles: NDArray[np.float64],
    zones: NDArray[np.float64],
    road_map: NDArray[np.uint8],
    observations: NDArray[np.uint8],
) -> None:
    """Write every merge's picture [num_envs, 64, 128]; `zones` [num_envs] are the lengths of the zones [m]."""
    for row in range(vehicles.shape[0]):
        own, picture = vehicles[row], observations[row]
        x, y = own[X_, 0], own[Y_, 0]
        paint_road_map(picture, x, y, 0.0, road_map, ENTRY, MERGE_TOP, CELL)
        paint_bar(picture, x, y, ZONE_START + zones[row])
        paint_vehicles(picture, own[X_], own[Y_], own[HEADING], own[LENGTH], own[WIDTH], own[PRESENT], 0.0)


@kernel
def observe_from_above(
    vehicles: NDArray[np.float64],
    geometry: NDArray[np.float64],
    maps: NDArray[np.uint8],
    observations: NDArray[np.uint8],
) -> None:
    """Write every crossing's picture [num_envs, 64, 128]; `geometry` [num_envs], rounded down, says which map."""
    for row in range(vehicles.shape[0]):
        own, picture, road_map = vehicles[row], observations[row], maps[int(geometry[row])]
        heading = own[HEADING, 0]
        paint_road_map(picture, own[X_, 0], own[Y_, 0], heading, road_map, -CROSSING_REACH, -CROSSING_REACH, CELL)
        paint_vehicles(picture, own[X_], own[Y_], own[HEADING], own[LENGTH], own[WIDTH], own[PRESENT], heading)
