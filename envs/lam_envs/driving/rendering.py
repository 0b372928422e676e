"""Top-down frames of the road by NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.road import Scenario
from lam_envs.driving.vehicle import State


def render_road(state: State, scenario: Scenario, trail: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    """A frame `[300, 600, 3]`."""
    return np.zeros((300, 600, 3), dtype=np.uint8)
