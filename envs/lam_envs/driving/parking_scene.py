"""The picture of a parking lot: pavement, walls, the lines of the spots, the parked cars, the goal and the car."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.parking_lot import (
    AISLE_HALF_WIDTH,
    LENGTH,
    LOT_HALF_LENGTH,
    LOT_HALF_WIDTH,
    NUM_SPOTS,
    SPOT_DEPTH,
    SPOT_WIDTH,
    SPOTS_IN_ROW,
    WIDTH,
    spot_pose,
)
from lam_envs.driving.road_pictures import ASPHALT, MARK_WIDTH, PAVEMENT, WHITE, Road, join, rectangles
from lam_envs.driving.scene import Camera, Scene, render_scene

FRAME_HEIGHT, FRAME_WIDTH = 380, 600
"""Size of a frame [pixels]."""

WALL_WIDTH = 1.0
"""Thickness of the walls [m]."""

CAMERA = Camera(0.0, 0.0, scale=8.2, at=(0.5, 0.46))
"""It shows the whole lot."""


@cache
def draw_lot() -> Road:
    """The lot without cars."""
    length, width = LOT_HALF_LENGTH, LOT_HALF_WIDTH
    half, row = 0.5 * MARK_WIDTH, 0.5 * SPOT_WIDTH * SPOTS_IN_ROW
    lines = SPOT_WIDTH * np.arange(SPOTS_IN_ROW + 1) - row
    near, far = AISLE_HALF_WIDTH, AISLE_HALF_WIDTH + SPOT_DEPTH
    marks = [(line - half, line + half, side[0], side[1]) for line in lines for side in ((near, far), (-far, -near))]
    backs = [(-row, row, side * far - half, side * far + half) for side in (-1.0, 1.0)]
    outside = (-length - WALL_WIDTH, length + WALL_WIDTH, -width - WALL_WIDTH, width + WALL_WIDTH)
    return join(
        [
            rectangles([outside], PAVEMENT),
            rectangles([(-length, length, -width, width)], ASPHALT),
            rectangles([*marks, *backs], WHITE),
        ]
    )


def render_lot(
    state: Mapping[str, NDArray[Any]], index: int, steering: float, trail: Sequence[tuple[float, float]] = ()
) -> NDArray[np.uint8]:
    """The frame `[380, 600, 3]` of environment `index` of a batch's state; steering angle of the wheels [rad]."""
    x, y, heading, speed, present = (state[name][index] for name in ("x", "y", "heading", "speed", "present"))
    spot = int(state["goal"][index])
    scene = Scene(
        draw_lot(),
        x,
        y,
        heading,
        length=np.full(NUM_SPOTS + 1, LENGTH),
        width=np.full(NUM_SPOTS + 1, WIDTH),
        present=present,
        steering=steering,
        trail=trail,
        goal=spot_pose(spot),
        text=f"SPEED {speed[0]:+5.1f} M/S   SPOT {spot}",
    )
    return render_scene(scene, CAMERA, FRAME_HEIGHT, FRAME_WIDTH, still=True)
