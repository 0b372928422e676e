"""The picture of a highway: a straight road that follows the ego, and what its caption says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lam_envs.driving.road_pictures import straight_road
from lam_envs.driving.scene import Camera, Scene, render_scene

FRAME_HEIGHT, FRAME_WIDTH = 150, 600
"""Size of a frame [pixels]."""
CAPTION_HEIGHT = 18
"""Rows at the bottom that the caption takes [pixels]."""
LANE_WIDTH = 4.0
"""Width of a lane [m]; the center of lane l is at y = 4 l."""
VERGE = 3.6
"""Least grass and shoulder that is shown beside the road [m]."""
LARGEST_SCALE = 5.5
"""Pixels per meter of a narrow road; wider ones are drawn smaller, so that they fit."""
EGO_AT = 0.25
"""Place of the ego in the frame, as a share of its width."""


def render_highway(
    lanes: int,
    x: ArrayLike,
    y: ArrayLike,
    heading: ArrayLike,
    speed: ArrayLike,
    present: ArrayLike = True,
    crashed: ArrayLike = False,
    trail: Sequence[tuple[float, float]] = (),
    text: str = "",
) -> NDArray[np.uint8]:
    """The frame `[150, 600, 3]` of one environment's vehicles `[num_vehicles]`, the ego first.

    The caption says the ego's speed, then `text`.
    """
    visible = FRAME_HEIGHT - CAPTION_HEIGHT
    scale = min(LARGEST_SCALE, visible / (LANE_WIDTH * lanes + VERGE))
    ego_x = float(np.asarray(x).reshape(-1)[0])
    ego_speed = float(np.asarray(speed).reshape(-1)[0])
    camera = Camera(ego_x, 0.5 * LANE_WIDTH * (lanes - 1), scale=scale, at=(EGO_AT, 0.5 * visible / FRAME_HEIGHT))
    caption = f"SPEED {ego_speed:4.1f} M/S   {text}"
    road = straight_road(-0.5 * LANE_WIDTH, lanes, LANE_WIDTH)
    scene = Scene(road, x, y, heading, present=present, crashed=crashed, trail=trail, text=caption)
    return render_scene(scene, camera, FRAME_HEIGHT, FRAME_WIDTH)
