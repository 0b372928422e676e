"""The parking lot: its spots and walls, and the boxes from which an episode's scenario is drawn.

The lot lies in x from -34.5 to 34.5 m and y from -20.5 to 20.5 m. Two rows of 14 spots, each 4 m wide and 8 m deep,
face an aisle 20 m wide along y = 0; a car is parked with its nose away from the aisle. The sizes are those of
highway-env 1.12.1's parking-v0. Letters: x, y [m], heading [rad].
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined

NUM_SPOTS = 28
"""Spots of the lot: 0 to 13 at positive y, 14 to 27 at negative y, each row by increasing x."""

SPOTS_IN_ROW = 14
"""Spots of one row."""

SPOT_WIDTH, SPOT_DEPTH = 4.0, 8.0
"""Size of a spot [m]."""

AISLE_HALF_WIDTH = 10.0
"""Where the spots begin, from the middle of the aisle [m]."""

LOT_HALF_LENGTH, LOT_HALF_WIDTH = 34.5, 20.5
"""Distance of the walls from the middle of the lot, in x and in y [m]."""

LENGTH, WIDTH = 5.0, 2.0
"""Size of every car [m]."""


@dataclass(frozen=True)
class ParkingBox:
    """The box from which an episode's scenario is drawn uniformly: (lowest, highest) of each field."""

    occupied: tuple[float, float] = (0.0, 0.5)
    """Probability with which each spot but the goal holds a parked car."""
    start_x: tuple[float, float] = (-8.0, 8.0)
    """x at the start [m]."""
    start_y: tuple[float, float] = (-2.0, 2.0)
    """y at the start [m]."""
    start_heading: tuple[float, float] = (-math.pi, math.pi)
    """Heading at the start [rad]."""
    parked_across: tuple[float, float] = (-0.2, 0.2)
    """Offset of a parked car from the middle of its spot, across the spot [m]."""
    parked_along: tuple[float, float] = (-0.3, 0.3)
    """The same along the spot [m]."""
    parked_heading: tuple[float, float] = (-0.05, 0.05)
    """How far a parked car is turned [rad]."""

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = getattr(self, field.name)
            if not low <= high:
                raise ValueError(f"expected {field.name} as (lowest, highest), got {(low, high)}: swap the two")

    def as_array(self) -> NDArray[np.float64]:
        """The ranges as `[7, 2]`, in the order of the fields, as the kernels read them."""
        return np.array([getattr(self, field.name) for field in fields(self)], dtype=np.float64)


SPLITS: Mapping[str, ParkingBox] = MappingProxyType(
    {
        "train": ParkingBox(),
        "validation": ParkingBox(),
        "held_out": ParkingBox(occupied=(0.5, 0.8)),
        "extrapolation": ParkingBox(
            occupied=(0.8, 1.0),
            start_x=(-14.0, 14.0),
            start_y=(-4.0, 4.0),
            parked_across=(-0.4, 0.4),
            parked_along=(-0.5, 0.5),
            parked_heading=(-0.1, 0.1),
        ),
    }
)
"""split -> its box. `validation` has the box of `train` with other episodes; `extrapolation` is fuller, its cars are
parked badly, and it starts from further away."""

REFERENCE_BOX = ParkingBox(
    occupied=(0.0, 0.0),
    start_x=(0.0, 0.0),
    start_y=(0.0, 0.0),
    start_heading=(0.0, 2.0 * math.pi),
)
"""The start of highway-env's parking-v0: an empty lot, from its middle."""


@inlined
def spot_pose(spot: int) -> tuple[float, float, float]:
    """Center and heading (x, y, heading) of a car parked in a spot."""
    spot = int(spot)
    x = SPOT_WIDTH * (spot % SPOTS_IN_ROW - SPOTS_IN_ROW // 2) + 0.5 * SPOT_WIDTH
    if spot < SPOTS_IN_ROW:
        return x, AISLE_HALF_WIDTH + 0.5 * SPOT_DEPTH, 0.5 * math.pi
    return x, -AISLE_HALF_WIDTH - 0.5 * SPOT_DEPTH, -0.5 * math.pi
