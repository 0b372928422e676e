"""Parking: drive into a given spot of a parking lot, as a goal-conditioned task; a batch, and one environment.

The lot is `parking_lot`, the physics `parking_kernels`, the driver `parking_experts`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.metrics import NUM_ACCUMULATORS
from lam_envs.driving.parking_kernels import (
    MAX_STEERING,
    advance_episodes,
    goal_rewards,
    observe_episodes,
    start_episodes,
)
from lam_envs.driving.parking_lot import LENGTH, NUM_SPOTS, REFERENCE_BOX, SPLITS, WIDTH
from lam_envs.driving.parking_scene import render_lot
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv

GOAL_BOUND = np.array([1.0, 1.0, 10.0, 10.0, 1.0, 1.0], dtype=np.float32)
"""Largest absolute value of each of the six numbers of a goal."""


class ParkingVectorEnv(DrivingVectorEnv):
    """Many episodes of `ParkingEnv` at once; see there, and `DrivingVectorEnv` for the arguments."""

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012
    modes: ClassVar[tuple[str, ...]] = ("native", "reference")
    views: ClassVar[tuple[str, ...]] = ("goal", "goal_and_cars")
    time_limit: ClassVar[int] = 500

    def _spaces(self) -> tuple[spaces.Space[Any], spaces.Space[Any]]:
        goal = spaces.Box(-GOAL_BOUND, GOAL_BOUND, dtype=np.float32)
        low, high = -GOAL_BOUND, GOAL_BOUND
        if self.view == "goal_and_cars":
            low = np.concatenate([low, np.zeros(NUM_SPOTS, np.float32)])
            high = np.concatenate([high, np.ones(NUM_SPOTS, np.float32)])
        observation = spaces.Box(low, high, dtype=np.float32)
        fields: dict[str, spaces.Space[Any]] = {"observation": observation, "achieved_goal": goal, "desired_goal": goal}
        return spaces.Dict(fields), spaces.Box(-1.0, 1.0, (2,), dtype=np.float32)

    def _allocate(self) -> None:
        cars = (self.num_envs, NUM_SPOTS + 1)
        for name in ("x", "y", "heading", "speed"):
            self.state[name] = np.zeros(cars)
        self.state["present"] = np.zeros(cars, np.bool_)
        self.state["goal"] = np.zeros(self.num_envs, np.int64)
        self.state["distance"] = np.ones(self.num_envs)
        self.state["accumulators"] = np.zeros((self.num_envs, NUM_ACCUMULATORS))
        box = REFERENCE_BOX if self.mode == "reference" else SPLITS[self.split]
        self._box = box.as_array()
        self._size = np.repeat([[LENGTH], [WIDTH]], NUM_SPOTS + 1, axis=1)
        self._cars = tuple(self.state[name] for name in ("x", "y", "heading", "speed", "present"))
        self._outputs = tuple(self.observations[name] for name in ("observation", "achieved_goal", "desired_goal"))

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        state = self.state
        goal = (state["goal"], state["distance"], state["accumulators"])
        arguments: Any = (rows, state["key"], self._box, *self._cars, *goal)
        start_episodes(*arguments)
        self._observe(rows)

    def _advance(self, actions: NDArray[Any]) -> None:
        state = self.state
        goal = (state["goal"], state["distance"], state["accumulators"])
        ends = (self.rewards, self.terminated, self.truncated, self.metrics)
        rule = (self.skipped, self.mode == "native")
        arguments: Any = (actions, *rule, *self._cars, self._size, *goal, *self._outputs, *ends)
        advance_episodes(*arguments)

    def _observe(self, rows: NDArray[np.bool_] | None = None) -> None:
        chosen = np.ones(self.num_envs, np.bool_) if rows is None else rows
        arguments: Any = (chosen, *self._cars, self.state["goal"], *self._outputs)
        observe_episodes(*arguments)

    def _render(self, index: int) -> NDArray[np.uint8]:
        key, step, x, y = (self.state[name][index] for name in ("key", "steps", "x", "y"))
        trail = self.trails.follow(index, int(key), int(step), x[0], y[0])
        return render_lot(self.state, index, MAX_STEERING * float(self.actions[index, 1]), trail)

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any = None) -> NDArray[np.float64]:
        """Rewards `[...]` of goals `[..., 6]`, without the penalty of a crash; see `ParkingEnv`."""
        return goal_rewards(achieved_goal, desired_goal)


class ParkingEnv(DrivingEnv):
    """
    ## Description

    Drive a car, forwards and backwards, into a given one of 28 spots of a parking lot and stop there, nose first,
    without touching the parked cars or the walls. The lot, the car (a kinematic bicycle), the goal and the reward are
    those of highway-env 1.12.1's parking-v0. Physics runs at 15 Hz, the policy at 5 Hz.

    The task is goal-conditioned as in Gymnasium-Robotics: `compute_reward(achieved_goal, desired_goal, info)` gives
    the reward of any pair of goals, also of batches `[..., 6]` of them.

    ## Action Space

    `Box(-1, 1, (2,), float32)`; values outside are clipped, a value that is not finite is an error.

    | Num | Action | Min | Max | Physical range |
    | --- | --- | --- | --- | --- |
    | 0 | acceleration | -1 | 1 | -5 to 5 m/s^2 |
    | 1 | steering angle | -1 | 1 | -45 to 45 degrees, taken on at once |

    ## Observation Space

    A `Dict` of `observation`, `achieved_goal` and `desired_goal`, each a float32 `Box` of these six numbers. With
    `observation="goal_and_cars"` the field `observation` has 28 more, from 0 to 1: whether a car is parked in each
    spot (14 spots of the row at positive y, then 14 at negative y, by increasing x).

    | Num | Observation | Min | Max | Unit |
    | --- | --- | --- | --- | --- |
    | 0 | x | -1 | 1 | 100 m |
    | 1 | y | -1 | 1 | 100 m |
    | 2 | x velocity, along the heading | -10 | 10 | 5 m/s |
    | 3 | y velocity, along the heading | -10 | 10 | 5 m/s |
    | 4 | cosine of the heading | -1 | 1 | 1 |
    | 5 | sine of the heading | -1 | 1 | 1 |

    ## Rewards

    A step earns -(|dx| + 0.3 |dy| + 0.02 |dcos| + 0.02 |dsin|)^0.5 with the differences of the six numbers between
    `achieved_goal` and `desired_goal`, and 5 less where the car hits something.

    ## Starting State

    Drawn from the seed: the goal, any of the spots; the car stands in the aisle at x in [-8, 8] m, y in [-2, 2] m, at
    any heading; each spot but the goal holds a parked car with the episode's probability. The splits differ in these
    ranges. In the reference mode the lot is empty and the car starts in its middle.

    ## Episode End

    1. Termination: the goal is reached. In the native mode the reward is above -0.12, the whole car is within the
       lines of the spot, and it is slower than 1 m/s. In the reference mode, as in highway-env, the reward alone
       counts: it is above -0.12 as soon as the nose of an aligned car enters the spot, at any speed.
    2. Termination: the car hits a parked car or leaves the lot, which cuts the step short: a failure.
    3. Truncation: 500 steps (100 s) pass; a failure.

    `info` of the last step holds the metrics of `lam_envs.driving.metrics`; `progress` is the share of the distance to
    the goal that was made good, and the speed limit is 5 m/s.

    ## Arguments

    * `split`: the scenarios. Probability that a spot holds a car: `"train"` and `"validation"` 0 to 0.5 (different
      episodes for the same seed), `"held_out"` 0.5 to 0.8, `"extrapolation"` 0.8 to 1, with cars parked
      badly, and starts at x in [-14, 14] m and y in [-4, 4] m.
    * `observation`: `"goal"` or `"goal_and_cars"`.
    * `mode`: `"native"`, or `"reference"` for the empty lot and the success of highway-env.
    * `render_mode`: `None` or `"rgb_array"`.

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012
    vector_class = ParkingVectorEnv

    def compute_reward(self, achieved_goal: Any, desired_goal: Any, info: Any = None) -> Any:
        """Reward of a pair of goals `[6]` as a float, or of batches `[..., 6]` as an array `[...]`.

        It is what `step` gives with the observation's two goals, but for the penalty of a crash.
        """
        rewards = goal_rewards(achieved_goal, desired_goal)
        return float(rewards) if rewards.ndim == 0 else rewards
