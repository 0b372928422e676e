"""What the intersection and the roundabout share: a batch of junction episodes with three actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.junction_kernels import (
    FEATURES,
    NUM_VEHICLES,
    ROWS,
    observe_junction,
    reset_junction,
    step_junction,
)
from lam_envs.driving.junction_roads import JunctionRoad
from lam_envs.driving.junction_rules import junction_actions
from lam_envs.driving.junction_scenario import GEOMETRY, JunctionScenario
from lam_envs.driving.junction_scene import render_crossing
from lam_envs.driving.junction_vehicles import VEHICLE_COLUMNS, frames_of
from lam_envs.driving.junction_views import crossing_maps, observe_cells, observe_from_above
from lam_envs.driving.metrics import NUM_ACCUMULATORS
from lam_envs.driving.observations import observation_space
from lam_envs.driving.scenario import parameter_names, range_table
from lam_envs.driving.vector import DrivingVectorEnv


class JunctionVectorEnv(DrivingVectorEnv):
    """Many junction episodes at once; a task names its `road`, `splits`, `top_speed` and whether it is a `ring`."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}  # noqa: RUF012
    views: ClassVar[tuple[str, ...]] = ("kinematics", "grid", "topdown")
    road: ClassVar[JunctionRoad]
    splits: ClassVar[Mapping[str, JunctionScenario]]
    top_speed: ClassVar[float]
    """Largest target speed of the ego [m/s]."""
    ring: ClassVar[bool] = False

    def __init__(self, num_envs: int = 1, *, policy_frequency: int = 2, **arguments: Any) -> None:
        self.frames = frames_of(policy_frequency)
        super().__init__(num_envs, **arguments)

    def _spaces(self) -> tuple[spaces.Space[Any], spaces.Space[Any]]:
        return observation_space(self.view, ROWS, FEATURES), spaces.Discrete(3)

    def _allocate(self) -> None:
        num_envs, road = self.num_envs, self.road
        self._table = range_table(self.splits[self.split])
        self._road: tuple[Any, ...] = (road.lanes, road.routes, road.starts, road.offsets, road.zones, road.lines)
        self.state["vehicles"] = np.zeros((num_envs, VEHICLE_COLUMNS, NUM_VEHICLES))
        self.state["scenario"] = np.zeros((num_envs, len(self._table)))
        self.state["accumulators"] = np.zeros((num_envs, NUM_ACCUMULATORS))
        self.state["draws"] = np.zeros(num_envs, np.int64)
        self.state["start"] = np.zeros(num_envs)
        self.state["target"] = np.zeros(num_envs)
        names = ("key", "vehicles", "scenario", "accumulators", "draws", "start", "target")
        self._arrays: tuple[Any, ...] = tuple(self.state[name] for name in names)

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        reset_junction(rows, self._table, self.top_speed, *self._road, *self._arrays)
        self._observe()

    def _advance(self, actions: NDArray[Any]) -> None:
        clock = (self.frames, self.max_episode_steps, self.top_speed)
        outputs: tuple[Any, ...] = (self.rewards, self.terminated, self.truncated, self.metrics)
        arrays = (*self._arrays, self.state["steps"])
        step_junction(actions, self.skipped, *clock, self.road.exits, *self._road, *outputs, *arrays)
        self._observe()

    def _observe(self) -> None:
        road, state = self.road, self.state
        if self.view == "grid":
            return observe_cells(state["vehicles"], True, self.observations)
        if self.view == "topdown":
            maps, geometry = crossing_maps(road.lanes, self.ring), state["scenario"][:, GEOMETRY]
            return observe_from_above(state["vehicles"], geometry, maps, self.observations)
        arrays = (state["vehicles"], state["scenario"], state["target"])
        observe_junction(self.observations, self.ring, road.exits, road.routes, road.lines, *arrays)

    def _render(self, index: int) -> NDArray[np.uint8]:
        return render_crossing(self.road, self.ring, self.state, self.trails, index)

    def rule_actions(self, actions: NDArray[np.int64]) -> None:
        """Write the action of the rule driver (`junction_rules`) for every environment into `actions` [num_envs]."""
        arrays: tuple[Any, ...] = (self.state["vehicles"], self.state["scenario"], self.state["target"])
        junction_actions(actions, self.top_speed, *(*self._road, *arrays))

    @property
    def scenarios(self) -> dict[str, NDArray[np.float64]]:
        """The drawn parameters of `JunctionScenario`, one entry an environment."""
        return {name: self.state["scenario"][:, i] for i, name in enumerate(parameter_names(JunctionScenario))}
