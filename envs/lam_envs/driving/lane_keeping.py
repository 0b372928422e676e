"""Lane keeping on a curved road: one Gymnasium environment, and a batch of them with the same numbers.

Both are views of the same equations: `vehicle.advance` moves, `observation.observe`, `reward` and `report` read. The
batch hands them arrays `[num_envs]`, the single environment Python floats; an episode depends on its seed (and split)
alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.arithmetic import ARRAYS, SCALARS
from lam_envs.driving.observation import OBSERVATION_HIGH, OBSERVATION_LOW, observe, report, reward
from lam_envs.driving.rendering import render_road
from lam_envs.driving.road import Scenario, find_box, sample_scenario, stack_scenarios
from lam_envs.driving.vehicle import State, advance, choose, start_state

SEED_LIMIT = 2**31
"""Seeds that `reset` draws for itself, when it is given none, lie below this."""

TRAIL_LENGTH = 40
"""Past poses that a frame shows."""


class LaneKeepingBatch:
    """Many lane-keeping episodes at once, without automatic reset: an ended episode stands still and earns nothing.

    There is no time limit here; whoever steps decides when to stop.
    """

    def __init__(self, split: str = "train") -> None:
        self._box = find_box(split)
        self.scenario: Scenario
        self.state: State

    def reset(self, seeds: Sequence[int]) -> NDArray[np.float32]:
        """Start one episode a seed; gives the observations `[num_envs, 12]`."""
        self.scenario = stack_scenarios([sample_scenario(self._box, int(seed)) for seed in seeds])
        self.state = start_state(self.scenario, ARRAYS)
        return self._observations()

    def step(
        self, actions: NDArray[Any]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_], dict[str, NDArray[Any]]]:
        """Advance every unfinished episode by one policy step.

        `actions` is `[num_envs, 2]` in [-1, 1] (clipped); gives observations `[num_envs, 12]`, rewards `[num_envs]`,
        terminated `[num_envs]` and the info as one array `[num_envs]` a key. ValueError when the shape differs or a
        value is not finite.
        """
        shape = (len(self.state.speed), 2)
        if np.shape(actions) != shape or not np.isfinite(actions).all():
            raise ValueError(
                f"expected finite actions of shape {shape}, got {np.shape(actions)}: give one row an episode"
            )
        clipped = np.clip(np.asarray(actions, dtype=np.float64), -1.0, 1.0)
        old, ended = self.state, self.state.off_road | self.state.arrived
        moved = advance(old, self.scenario, clipped[:, 0], clipped[:, 1], ARRAYS)
        self.state = choose(ended, old, moved, ARRAYS)
        rewards = np.where(ended, 0.0, reward(old, moved, ARRAYS))
        terminated = self.state.off_road | self.state.arrived
        return self._observations(), rewards, terminated, report(self.state, self.scenario, ARRAYS)

    def _observations(self) -> NDArray[np.float32]:
        return np.stack(observe(self.state, self.scenario, ARRAYS), axis=1).astype(np.float32)


class LaneKeepingEnv(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """
    ## Description

    Drive a car along a curved road to the end of a 200 m route, near the center line and without a corner of the car
    leaving the 6 m wide road. The road's curvature is piecewise linear (clothoids, a knot every 40 m) and the car is
    a kinematic bicycle whose steering angle follows its target at a limited rate. Physics runs at 20 Hz, the policy
    at 10 Hz. The observation holds the car's whole motion and the road up to 40 m ahead, so that driving well needs
    no memory.

    ## Action Space

    `Box(-1, 1, (2,), float32)`; values outside are clipped, a value that is not finite is an error.

    | Num | Action | Min | Max | Physical range |
    | --- | --- | --- | --- | --- |
    | 0 | acceleration | -1 | 1 | -3 to 3 m/s^2 |
    | 1 | target steering angle, positive to the left | -1 | 1 | -0.5 to 0.5 rad, followed at up to 0.5 rad/s |

    ## Observation Space

    `Box((12,), float32)` in physical units; positive errors and curvatures are to the left.

    | Num | Observation | Min | Max | Unit |
    | --- | --- | --- | --- | --- |
    | 0 | lateral error | -6 | 6 | m |
    | 1 | heading error | -2.5 | 2.5 | rad |
    | 2 | speed | 0 | 20 | m/s |
    | 3 | steering angle | -0.5 | 0.5 | rad |
    | 4 | road curvature here | -0.1 | 0.1 | 1/m |
    | 5 | road curvature 4 m ahead | -0.1 | 0.1 | 1/m |
    | 6 | road curvature 8 m ahead | -0.1 | 0.1 | 1/m |
    | 7 | road curvature 12 m ahead | -0.1 | 0.1 | 1/m |
    | 8 | road curvature 18 m ahead | -0.1 | 0.1 | 1/m |
    | 9 | road curvature 24 m ahead | -0.1 | 0.1 | 1/m |
    | 10 | road curvature 32 m ahead | -0.1 | 0.1 | 1/m |
    | 11 | road curvature 40 m ahead | -0.1 | 0.1 | 1/m |

    ## Rewards

    In [0, 1] a step: progress along the center line as a fraction of what 15 m/s would make, times
    0.8 (1 - min(|lateral error| / 2 m, 1)^2) + 0.2 (1 - min(|lateral acceleration| / 4.89 m/s^2, 1)^2); 0 when off
    the road. Every meter is paid once, so a return is at most about 133, and standing still earns nothing.

    ## Starting State

    Drawn from the seed: the road, the place on it (within the first 40 m), lateral error in [-1, 1] m, heading error in
    [-0.1, 0.1] rad, speed in [6, 12] m/s, steering angle in [-0.05, 0.05] rad.

    ## Episode End

    1. Termination: a corner of the car leaves the road, or it is turned more than 1.5 rad from the road's direction:
       a failure.
    2. Termination: the end of the route is reached.
    3. Truncation: 300 steps (30 s) pass; a failure.

    `info["success"]` is true on the last step if and only if the end was reached, never off the road, with a mean
    |lateral error| of at most 0.75 m. `info` also holds, at every step, `progress`, `lateral_error`, and the running
    metrics `off_road`, `mean_speed`, `mean_lateral_error`, `max_lateral_error`, `max_lateral_acceleration` and
    `comfort` (nuPlan's bounds on acceleration, lateral acceleration, yaw rate and yaw acceleration; the model has no
    jerk, as acceleration follows at once), `speed_limit_compliance` (15 m/s), `driving_score`, and `collision` and its
    kin, as all driving environments give them; the road is empty.

    ## Arguments

    * `split`: the scenarios, by the largest curvature on the route: `"train"` and `"validation"` 0.005 to 0.03 1/m
      (different roads for the same seed), `"held_out"` 0.0301 to 0.04, `"extrapolation"` 0.05 to 0.06.
    * `observation`: `"frenet"`, the only one; `mode`: `"native"`, the only one.
    * `render_mode`: `None` or `"rgb_array"` (a top-down frame, 600 x 300).

    `lam_envs.driving.make_vec("LamDrive/LaneKeeping-v0", num_envs)` gives many episodes at once, with the same numbers.

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 10}  # noqa: RUF012

    def __init__(
        self,
        split: str = "train",
        observation: str | None = None,
        mode: str | None = None,
        render_mode: str | None = None,
    ) -> None:
        for keyword, given, only in (("observation", observation, "frenet"), ("mode", mode, "native")):
            if given not in (None, only):
                raise ValueError(f"expected {keyword} to be {only!r}, got {given!r}: leave it out")
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"expected render_mode None or 'rgb_array', got {render_mode!r}: choose one of them")
        self.split = split
        self.render_mode = render_mode
        self.observation_space = spaces.Box(OBSERVATION_LOW, OBSERVATION_HIGH, dtype=np.float32)
        self.action_space = spaces.Box(-1.0, 1.0, (2,), dtype=np.float32)
        self._box = find_box(split)
        self._scenario: Scenario
        self._state: State
        self._trail: list[tuple[float, float]] = []

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Start the episode of a seed, or of a seed drawn from the environment's own generator."""
        super().reset(seed=seed)
        drawn = int(self.np_random.integers(SEED_LIMIT)) if seed is None else seed
        self._scenario = sample_scenario(self._box, drawn)
        self._state = start_state(self._scenario, SCALARS)
        self._trail = []
        return self._observation(), report(self._state, self._scenario, SCALARS)

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Advance by one policy step of 0.1 s; after the end of an episode nothing moves and nothing is earned."""
        acceleration, steering = float(action[0]), float(action[1])
        if not (math.isfinite(acceleration) and math.isfinite(steering)):
            raise ValueError(f"expected a finite action, got {action!r}: check what the policy computed")
        old, earned = self._state, 0.0
        if not (old.off_road or old.arrived):
            clipped = min(max(acceleration, -1.0), 1.0), min(max(steering, -1.0), 1.0)
            self._state = advance(old, self._scenario, *clipped, SCALARS)
            earned = reward(old, self._state, SCALARS)
            if self.render_mode is not None:
                self._trail = [*self._trail[1 - TRAIL_LENGTH :], (old.station, old.lateral_error)]
        info = report(self._state, self._scenario, SCALARS)
        return self._observation(), earned, self._state.off_road or self._state.arrived, False, info

    def render(self) -> NDArray[np.uint8] | None:  # type: ignore[override]
        """The frame `[300, 600, 3]` uint8 of the present state, or None without a render mode."""
        if self.render_mode is None:
            return None
        return render_road(self._state, self._scenario, self._trail)

    def get_state(self) -> dict[str, Any]:
        """Everything that decides the rest of the episode and the seeds of later ones; later steps do not alter it."""
        return {
            "split": self.split,
            "scenario": self._scenario,
            "state": self._state,
            "trail": list(self._trail),
            "random": self.np_random.bit_generator.state,
        }

    def set_state(self, state: Mapping[str, Any]) -> NDArray[np.float32]:
        """Return to what `get_state` gave (by an environment of the same split); gives the observation there."""
        if state["split"] != self.split:
            raise ValueError(
                f"expected a state of split {self.split!r}, got one of {state['split']!r}: use its own environment"
            )
        self._scenario, self._state, self._trail = state["scenario"], state["state"], list(state["trail"])
        self.np_random.bit_generator.state = state["random"]
        return self._observation()

    def _observation(self) -> NDArray[np.float32]:
        return np.array(observe(self._state, self._scenario, SCALARS), dtype=np.float32)
