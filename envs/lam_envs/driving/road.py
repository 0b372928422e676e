"""The road and the start of an episode: scenario boxes, their splits, and the curvature of a clothoid road.

Letters: s station along the center line [m], kappa curvature [1/m] (positive turns left), e lateral error [m]
(positive is left of the center line), psi heading error [rad]. `num_envs` is the size of a batch.

A road is a curvature that is piecewise linear in s, with a knot every 40 m (clothoids). A vehicle's motion is written
in the road's own coordinates (s, e, psi), so no point is ever projected onto a curve; world poses exist for drawing
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.arithmetic import Arithmetic, Number

KNOT_SPACING = 40.0
"""Distance between two knots of the curvature [m]."""

ROUTE_LENGTH = 200.0
"""Distance from the start to the end of the route [m]."""

NUM_KNOTS = 9
"""Knots of a road: they cover the first knot span, the route, the preview and the last step's overshoot."""

DRIVEN_KNOTS = slice(1, 6)
"""Knots that lie on the route wherever within the first span it starts."""

ROAD_HALF_WIDTH = 3.0
"""Distance from the center line to either edge of the road [m]."""


@dataclass(frozen=True)
class ScenarioBox:
    """The box from which a scenario is drawn uniformly, (lowest, highest) of each, and its generator's key."""

    key: int
    """First word of the generator's key; the episode's seed is the second. Two boxes never share a stream."""
    curvature_max: tuple[float, float]
    """Largest |curvature| among the knots of the road [1/m]."""
    lateral_error: tuple[float, float] = (-1.0, 1.0)
    """Lateral error at the start [m]."""
    heading_error: tuple[float, float] = (-0.1, 0.1)
    """Heading error at the start [rad]."""
    speed: tuple[float, float] = (6.0, 12.0)
    """Speed at the start [m/s]."""
    steering: tuple[float, float] = (-0.05, 0.05)
    """Steering angle at the start [rad]."""
    start: tuple[float, float] = (0.0, KNOT_SPACING)
    """Station at which the route starts [m]."""

    def __post_init__(self) -> None:
        for name in ("curvature_max", "lateral_error", "heading_error", "speed", "steering", "start"):
            low, high = getattr(self, name)
            if not low <= high:
                raise ValueError(f"expected {name} as (lowest, highest), got {(low, high)}: swap the two")


SPLITS: Mapping[str, ScenarioBox] = MappingProxyType(
    {
        "train": ScenarioBox(key=1, curvature_max=(0.005, 0.03)),
        "validation": ScenarioBox(key=2, curvature_max=(0.005, 0.03)),
        "held_out": ScenarioBox(key=3, curvature_max=(0.0301, 0.04)),
        "extrapolation": ScenarioBox(key=4, curvature_max=(0.05, 0.06)),
    }
)
"""split -> its box. `validation` has the box of `train` with other roads; the other two are sharper than both."""


@dataclass(frozen=True)
class Scenario:
    """What the seed decides of an episode; each field is one number, or an array with leading dimension `num_envs`."""

    knots: Any
    """Curvature at stations 0, 40, 80, ... [1/m]: `[NUM_KNOTS]`."""
    start: Number
    """Station at which the route starts [m]."""
    lateral_error: Number
    """Lateral error at the start [m]."""
    heading_error: Number
    """Heading error at the start [rad]."""
    speed: Number
    """Speed at the start [m/s]."""
    steering: Number
    """Steering angle at the start [rad]."""


def find_box(split: str) -> ScenarioBox:
    """The box of a split; ValueError when there is no such split."""
    if split not in SPLITS:
        raise ValueError(f"expected split to be one of {', '.join(SPLITS)}, got {split!r}: choose one of them")
    return SPLITS[split]


def sample_scenario(box: ScenarioBox, seed: int) -> Scenario:
    """Draw the scenario of one seed from a box, as plain Python numbers.

    Knots are uniform in [-1, 1], then scaled so that the largest |knot| on the route is the sampled `curvature_max`,
    which no other knot exceeds. The generator is counter-based (Philox) with the key (box.key, seed): nothing else
    enters the scenario.
    """
    generator = np.random.Generator(np.random.Philox(key=np.array([box.key, seed], dtype=np.uint64)))
    shape = generator.uniform(-1.0, 1.0, NUM_KNOTS)
    peak = float(generator.uniform(*box.curvature_max))
    start, lateral_error, heading_error, speed, steering = (
        float(generator.uniform(low, high))
        for low, high in (box.start, box.lateral_error, box.heading_error, box.speed, box.steering)
    )
    scaled = np.clip(shape * (peak / np.abs(shape[DRIVEN_KNOTS]).max()), -peak, peak)
    return Scenario(tuple(scaled.tolist()), start, lateral_error, heading_error, speed, steering)


def stack_scenarios(scenarios: Sequence[Scenario]) -> Scenario:
    """Scenarios of single episodes as one scenario of arrays, `[num_envs]` and `[num_envs, NUM_KNOTS]`."""
    names = ("knots", "start", "lateral_error", "heading_error", "speed", "steering")
    return Scenario(
        *(np.array([getattr(scenario, name) for scenario in scenarios], dtype=np.float64) for name in names)
    )


def curvature(knots: Any, station: Number, arithmetic: Arithmetic) -> Number:
    """Curvature of the road at a station [1/m], linear between knots.

    kappa(s) = k_i + (s/40 - i) (k_{i+1} - k_i),  i = floor(s/40)
    """
    position = station / KNOT_SPACING
    index = arithmetic.floor(position)
    left = arithmetic.take(knots, index)
    return left + (position - index) * (arithmetic.take(knots, index + 1) - left)


def center_line(knots: Sequence[float], spacing: float = 0.25) -> NDArray[np.float64]:
    """World poses (x [m], y [m], heading [rad]) of the center line from station 0 to the last knot, `[N, 3]`, for
    drawing.

    heading' = kappa (exact for a linear curvature by the trapezoid rule), x' = cos heading, y' = sin heading
    (midpoint rule).
    """
    stations = np.arange(0.0, KNOT_SPACING * (len(knots) - 1) + 0.5 * spacing, spacing)
    kappa = np.interp(stations, KNOT_SPACING * np.arange(len(knots)), knots)
    heading = np.concatenate([[0.0], np.cumsum(0.5 * (kappa[1:] + kappa[:-1]) * spacing)])
    middle = 0.5 * (heading[1:] + heading[:-1])
    x = np.concatenate([[0.0], np.cumsum(np.cos(middle) * spacing)])
    y = np.concatenate([[0.0], np.cumsum(np.sin(middle) * spacing)])
    return np.stack([x, y, heading], axis=1)
