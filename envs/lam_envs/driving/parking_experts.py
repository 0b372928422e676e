"""The driver for parking: a function of the observation alone, by planning afresh at every step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.parking_kernels import SCALES
from lam_envs.driving.parking_planner import Planner


class ParkingDriver:
    """Parks by Reeds-Shepp paths that keep clear of every spot but the goal, occupied or not."""

    def __init__(self) -> None:
        self._planner = Planner()

    def act(self, observation: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        """The action `[2]` for an observation of `ParkingEnv`."""
        x, y, vx, vy, cos, sin = (observation["achieved_goal"] * SCALES).tolist()
        goal_x, goal_y = (observation["desired_goal"][:2] * SCALES[:2]).tolist()
        pose = (x, y, math.atan2(sin, cos))
        return np.array(self._planner.decide(pose, vx * cos + vy * sin, (goal_x, goal_y)), dtype=np.float32)


def planner(env: gymnasium.Env[Any, Any]) -> ParkingDriver:
    """The parking driver; it looks at nothing but the observations."""
    return ParkingDriver()
