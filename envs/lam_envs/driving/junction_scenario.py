"""What varies from junction to junction."""

from __future__ import annotations

from dataclasses import dataclass

from lam_envs.driving.scenario import Range


@dataclass(frozen=True)
class JunctionScenario:
    """Ranges of what varies at an intersection or a roundabout."""

    turn: Range = ((0.0, 3.0),)
    """Where the ego wants to go, rounded down: 0 left, 1 straight on, 2 right."""
    geometry: Range = ((0.0, 1.0),)
    """Which of the task's geometries, rounded down."""
    flow: Range = ((0.06, 0.1), (0.12, 0.14))
    """Cars that come from west and from east [1/s]; from south and north come half as many."""
    speed: Range = ((7.0, 7.75), (8.25, 9.0))
    """Mean speed that the traffic wants [m/s]; a driver's own is within 1 m/s of it."""
    time_gap: Range = ((1.0, 1.2), (1.3, 1.6))
    """Mean time headway of the drivers [s]; a driver's own is within 0.1 s of it."""
    margin: Range = ((0.8, 1.0), (1.2, 1.5))
    """Time that the drivers want between themselves and others in a zone [s]."""


TURN, GEOMETRY, FLOW, DESIRED_SPEED, HEADWAY, CAUTION = range(6)
"""Columns of a drawn scenario, in the order of the fields of `JunctionScenario`."""
