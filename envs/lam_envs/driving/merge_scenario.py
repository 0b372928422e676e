"""The merge: its road, its scenario parameters and their splits.

A two-lane highway runs along x; its lanes 0 and 1 have their centers at y = 0 and y = 4 m (y grows to the right). The
ramp is lane 2: straight at y = 14.5 m until x = 150 m, then a sine curve over 80 m down to y = 8 m, where it runs
beside the highway for the length of the zone and ends at an obstacle. Only in the zone does the ramp lead into lane 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lam_envs.driving.compilation import inlined
from lam_envs.driving.lanes import LANE_WIDTH, sine_lane, straight_lane
from lam_envs.driving.scenario import Range

RAMP_CURVE = 150.0
"""Where the ramp starts to curve towards the highway [m]."""
ZONE_START = 230.0
"""Where the ramp runs beside the highway and may be left [m]."""
BEYOND = 60.0
"""The goal lies this far behind the ramp's end [m]."""
ENTRY = -150.0
"""Traffic enters the highway here [m]."""
EXIT = 560.0
"""Traffic leaves the road here [m]."""
HIGHWAY_LIMIT, RAMP_LIMIT = 30.0, 25.0
"""Speed limits [m/s]."""
RAMP_OFFSET, RAMP_SWING = 2.0 * LANE_WIDTH, 3.25
"""Lateral place of the ramp beside the highway, and amplitude of its curve [m]."""

HIGHWAY_RIGHT, HIGHWAY_LEFT, RAMP = 1, 0, 2
"""Lanes."""

_BESIDE = RAMP_OFFSET + 2.0 * RAMP_SWING
_AXIS = RAMP_OFFSET + RAMP_SWING

LANES = np.stack(
    [
        straight_lane((ENTRY, 0.0), (EXIT, 0.0), HIGHWAY_LIMIT, 1.0),
        straight_lane((ENTRY, LANE_WIDTH), (EXIT, LANE_WIDTH), HIGHWAY_LIMIT, 1.0),
        straight_lane((ENTRY, _BESIDE), (RAMP_CURVE, _BESIDE), RAMP_LIMIT),
        sine_lane(
            (RAMP_CURVE, _AXIS),
            (ZONE_START, _AXIS),
            RAMP_SWING,
            math.pi / (ZONE_START - RAMP_CURVE),
            0.5 * math.pi,
            RAMP_LIMIT,
        ),
        straight_lane((ZONE_START, RAMP_OFFSET), (EXIT, RAMP_OFFSET), HIGHWAY_LIMIT),
    ]
)
"""The lanes' shapes `[5, LANE_COLUMNS]`: the highway's two, then the ramp's three parts."""


@dataclass(frozen=True)
class MergeScenario:
    """Ranges of what varies from merge to merge."""

    start: Range = ((0.0, 1.0),)
    """Where the ego starts: on the highway below `RAMP_SHARE`, else on the ramp."""
    density: Range = ((0.7, 0.9), (1.0, 1.2))
    """Traffic on the highway, as a multiple of one car every 60 m and lane."""
    speed: Range = ((21.0, 23.5), (24.5, 27.0))
    """Mean speed that the highway's traffic wants [m/s]; a driver's own is within 2 m/s of it."""
    headway: Range = ((1.2, 1.4), (1.5, 1.8))
    """Mean time headway of the drivers [s]; a driver's own is within 0.1 s of it."""
    courtesy: Range = ((0.5, 1.0),)
    """Share of drivers who make room for the ramp."""
    zone: Range = ((90.0, 105.0), (115.0, 130.0))
    """Length over which the ramp may be left [m]."""
    ramp_traffic: Range = ((0.0, 2.0),)
    """Other cars on the ramp: one from 0.5, two from 1.5."""
    gain: Range = ((0.2, 0.5),)
    """Acceleration that a lane change must gain for a driver [m/s^2]."""


START, DENSITY, DESIRED_SPEED, TIME_GAP, COURTESY, ZONE, RAMP_TRAFFIC, GAIN = range(8)
"""Columns of a drawn scenario, in the order of the fields of `MergeScenario`."""
RAMP_SHARE = 0.4
"""`start` from which on the ego starts on the ramp."""

SPLITS = {
    "train": MergeScenario(),
    "validation": MergeScenario(),
    "held_out": MergeScenario(
        density=((0.9, 1.0),), speed=((23.5, 24.5),), headway=((1.4, 1.5),), zone=((105.0, 115.0),)
    ),
    "extrapolation": MergeScenario(
        density=((1.3, 1.6),),
        speed=((17.0, 20.0),),
        headway=((0.9, 1.1),),
        courtesy=((0.3, 0.5),),
        zone=((75.0, 85.0),),
    ),
}
"""The scenarios of each split; "validation" has the ranges of "train" and other episodes."""


@inlined
def lane_piece(lane: int, x: float) -> int:
    """Row of `LANES` of a lane (0, 1, or 2 for the ramp) at x."""
    if lane < RAMP:
        return lane
    if x < RAMP_CURVE:
        return 2
    return 3 if x < ZONE_START else 4
