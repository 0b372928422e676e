"""Merge: a ramp joins a two-lane highway, and the ego is on one of the two; a batch, and one environment.

The road and its splits are in `merge_scenario`, the traffic's drivers in `merge_traffic`, the kernels in
`merge_kernels`, the experts in `junction_experts`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.junction_scene import render_merge
from lam_envs.driving.junction_vehicles import VEHICLE_COLUMNS, frames_of
from lam_envs.driving.junction_views import merge_map, observe_cells, observe_merge_from_above
from lam_envs.driving.merge_kernels import FEATURES, NUM_VEHICLES, ROWS, observe_merge, reset_merge, step_merge
from lam_envs.driving.merge_scenario import LANES, SPLITS, ZONE
from lam_envs.driving.metrics import NUM_ACCUMULATORS
from lam_envs.driving.observations import observation_space
from lam_envs.driving.scenario import parameter_names, range_table
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv


class MergeVectorEnv(DrivingVectorEnv):
    """Many episodes of `MergeEnv` at once; see there, and `DrivingVectorEnv` for the arguments."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}  # noqa: RUF012
    views: ClassVar[tuple[str, ...]] = ("kinematics", "grid", "topdown")
    time_limit: ClassVar[int] = 80

    def __init__(self, num_envs: int = 1, *, policy_frequency: int = 2, **arguments: Any) -> None:
        self.frames = frames_of(policy_frequency)
        super().__init__(num_envs, **arguments)

    def _spaces(self) -> tuple[spaces.Space[Any], spaces.Space[Any]]:
        return observation_space(self.view, ROWS, FEATURES), spaces.Discrete(5)

    def _allocate(self) -> None:
        num_envs = self.num_envs
        self._table = range_table(SPLITS[self.split])
        self._ego = np.zeros(FEATURES - 1)
        self.state["vehicles"] = np.zeros((num_envs, VEHICLE_COLUMNS, NUM_VEHICLES))
        self.state["scenario"] = np.zeros((num_envs, len(self._table)))
        self.state["accumulators"] = np.zeros((num_envs, NUM_ACCUMULATORS))
        self.state["ticks"] = np.zeros(num_envs, np.int64)
        self.state["draws"] = np.zeros(num_envs, np.int64)
        self.state["start_x"] = np.zeros(num_envs)

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        state = self.state
        names = ("vehicles", "scenario", "accumulators", "ticks", "draws", "start_x")
        reset_merge(rows, state["key"], self._table, *(state[name] for name in names))
        self._observe()

    def _advance(self, actions: NDArray[Any]) -> None:
        state = self.state
        outputs: tuple[Any, ...] = (self.rewards, self.terminated, self.truncated, self.metrics)
        names = ("key", "vehicles", "scenario", "accumulators", "ticks", "draws", "steps", "start_x")
        clock = (self.frames, self.max_episode_steps)
        step_merge(actions, self.skipped, *clock, LANES, *outputs, *(state[name] for name in names))
        self._observe()

    def _observe(self) -> None:
        vehicles, scenario = self.state["vehicles"], self.state["scenario"]
        if self.view == "grid":
            observe_cells(vehicles, False, self.observations)
        elif self.view == "topdown":
            observe_merge_from_above(vehicles, scenario[:, ZONE], merge_map(), self.observations)
        else:
            observe_merge(self.observations, self._ego, vehicles, scenario)

    def _render(self, index: int) -> NDArray[np.uint8]:
        return render_merge(self.state, self.trails, index)

    @property
    def scenarios(self) -> dict[str, NDArray[np.float64]]:
        """The drawn parameters of `MergeScenario`, one entry an environment."""
        return {name: self.state["scenario"][:, i] for i, name in enumerate(parameter_names(type(SPLITS[self.split])))}


class MergeEnv(DrivingEnv):
    """
    ## Description

    A ramp joins a two-lane highway full of traffic, and the ego starts on the ramp (60 %) or on the highway. From the
    ramp it must find a gap before the ramp ends at an obstacle; on the highway it meets those who merge. The highway
    runs along x, y grows to the right, and lane 0 is the left one; the ramp (lane 2) may be left, to the left, only
    where it runs beside the highway. Drivers follow by the intelligent driver model, change lanes where they
    gain by it, and some of them make room for the ramp. Physics runs at 16 Hz, the policy at 2 Hz (or 1 Hz).

    ## Action Space

    `Discrete(5)`. The ego steers by itself towards its target lane and its target speed of 0, 5, ..., 30 m/s, with an
    acceleration within [-6, 3] m/s^2; a lane change that the road does not allow is ignored.

    | Num | Action |
    | --- | --- |
    | 0 | LANE_LEFT: the target lane becomes the one to the left |
    | 1 | IDLE: keep both targets |
    | 2 | LANE_RIGHT: the target lane becomes the one to the right (never the ramp) |
    | 3 | FASTER: the target speed becomes the next level above the present speed |
    | 4 | SLOWER: the target speed becomes the next level below the present speed |

    ## Observation Space

    `Box(-1, 1, (11, 13), float32)`: row 0 is the ego, then the 10 nearest vehicles within 120 m (also behind), then
    rows of zeros.

    | Num | Feature | Ego | Others |
    | --- | --- | --- | --- |
    | 0 | presence | 1 | 1 |
    | 1 | x | 0 | ahead of the ego / 120 m |
    | 2 | y | / 16 m | to the right of the ego / 16 m |
    | 3 | vx | / 30 m/s | relative to the ego / 30 m/s |
    | 4 | vy | / 30 m/s | relative to the ego / 30 m/s |
    | 5 | cos heading | of the road | relative to the ego |
    | 6 | sin heading | of the road | relative to the ego |
    | 7 | on the ramp | 1 on it, else 0 | 0 |
    | 8 | target lane | / 2 | 0 |
    | 9 | target speed | / 30 m/s | 0 |
    | 10 | distance to where the ramp may be left | / 400 m | 0 |
    | 11 | distance to the ramp's end | / 400 m | 0 |
    | 12 | distance to the goal | / 400 m | 0 |

    ## Rewards

    The share of the way to the goal that the step made, -1 for a collision, and at the goal the share of the clock
    that is left: a return is in [-1, 2].

    ## Starting State

    Drawn from the seed: the scenario, the ego on the ramp (x in [30, 70] m, 15 to 20 m/s) or on the highway (x in
    [0, 40] m, 20 to 25 m/s), and the traffic around it.

    ## Episode End

    1. Termination: the ego hits a vehicle or the obstacle at the ramp's end.
    2. Termination: the ego reaches the goal, 60 m beyond the ramp's end.
    3. Truncation: 80 steps (40 s) pass.

    `info` of the last step holds the metrics; `success` means that the goal was reached, without a collision and
    without leaving the road.

    ## Arguments

    * `split`: the scenarios, `"train"`, `"validation"` (the same ranges), `"held_out"` (values between those of
      training) or `"extrapolation"` (denser, slower, closer traffic, fewer who make room, a shorter zone).
    * `observation`: `"kinematics"` (above), `"grid"` (`Box(-1, 1, (3, 11, 11), float32)`, cells of 5 m around the ego:
      presence and relative velocity) or `"topdown"` (`Box(0, 255, (64, 128), uint8)`, a gray picture).
    * `policy_frequency`: 2 or 1 decisions per second.
    * `max_episode_steps`: the clock.
    * `render_mode`: `None` or `"rgb_array"` (a top-down frame, 600 x 200).

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 2}  # noqa: RUF012
    vector_class = MergeVectorEnv
