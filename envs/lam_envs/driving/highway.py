"""The highway: a batch of episodes and a single one, in mode "reference" those of highway-env, in mode "native" better.

    make_vec("LamDrive/Highway-v0", num_envs=256, mode="reference", preset="highway-fast-v0")
    gymnasium.make("LamDrive/Highway-v0", split="held_out", observation="grid")

The kernels are in `highway_kernels` (steps), `highway_window` (native traffic) and `highway_views` (observations); the
model of the traffic is in `traffic` and `collision`, the scenarios in `scenario`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.highway_kernels import advance_highway, start_reference
from lam_envs.driving.highway_scene import render_highway
from lam_envs.driving.highway_views import (
    AGAIN,
    FEATURES,
    NEXT,
    START,
    observe_grid,
    observe_kinematics,
    observe_pictures,
    observe_reference,
)
from lam_envs.driving.highway_window import recycle_traffic, start_window
from lam_envs.driving.metrics import NUM_ACCUMULATORS
from lam_envs.driving.motion import LENGTH, WIDTH
from lam_envs.driving.observations import observation_space
from lam_envs.driving.scenario import HIGHWAY_SPLITS, HighwayScenario, parameter_names, range_table
from lam_envs.driving.traffic import (
    COMFORTABLE_BRAKING,
    CRASHED,
    HEADING,
    LANE,
    LANES,
    NUM_CODES,
    NUM_FLOATS,
    NUM_PARAMETERS,
    SPEED,
    SPEED_LIMIT,
    X,
    Y,
)
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv, choose

PRESETS: dict[str, dict[str, float]] = {
    "highway-v0": {"lanes": 4, "vehicles": 50, "frequency": 15, "duration": 40, "spacing": 2.0, "all_collide": 1},
    "highway-fast-v0": {"lanes": 3, "vehicles": 20, "frequency": 5, "duration": 30, "spacing": 1.5, "all_collide": 0},
}
"""highway-env's settings: lanes, vehicles beside the ego, simulation frequency [Hz], duration [s] at one policy step a
second, the ego's distance to the traffic in headways, whether traffic collides with traffic."""

NATIVE_VEHICLES = 48
"""Room for vehicles in the native mode, the ego among them."""
NATIVE_FREQUENCY = 15
"""Simulation steps per policy step, of 1 s, in the native mode."""
LEVELS = {"reference": (20.0, 25.0, 30.0), "native": (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)}
"""Target speeds of the ego [m/s]."""
ARRAYS = ("blocks", "codes", "counts", "parameters", "accumulators", "faults")


class HighwayVectorEnv(DrivingVectorEnv):
    """Many highway episodes at once; see `HighwayEnv` for the task, `DrivingVectorEnv` for the other arguments.

    Args:
        preset: with mode "reference", whose settings: "highway-v0" or "highway-fast-v0".
        vehicles: rows of the observation "kinematics", the ego's among them.
        stack: successive pictures of the observation "topdown", 1 to 4.
        scenario: with mode "native", ranges of its parameters instead of the split's.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012
    modes: ClassVar[tuple[str, ...]] = ("native", "reference")
    views: ClassVar[tuple[str, ...]] = ("kinematics", "grid", "topdown", "kinematics_reference")
    time_limit: ClassVar[int] = 40

    def __init__(
        self,
        num_envs: int = 1,
        *,
        preset: str = "highway-v0",
        vehicles: int = 10,
        stack: int = 1,
        scenario: HighwayScenario | None = None,
        observation: str | None = None,
        max_episode_steps: int | None = None,
        **arguments: Any,
    ) -> None:
        self.preset = choose("preset", preset, tuple(PRESETS))
        self._rows, self._stack, self._scenario = vehicles, stack, scenario
        if arguments.get("mode") == "reference":
            observation = observation or "kinematics_reference"
            max_episode_steps = max_episode_steps or int(PRESETS[preset]["duration"])
        super().__init__(num_envs, observation=observation, max_episode_steps=max_episode_steps, **arguments)

    @property
    def scenarios(self) -> dict[str, NDArray[np.float64]]:
        """The parameters of `HighwayScenario` that the present episodes have, an array `[num_envs]` each."""
        names = parameter_names(HighwayScenario)
        return {name: self.state["parameters"][:, column] for column, name in enumerate(names)}

    def _spaces(self) -> tuple[Any, Any]:
        if self.view == "kinematics_reference":
            return spaces.Box(-1.0, 1.0, (5, 5), np.float32), spaces.Discrete(5)
        return observation_space(self.view, self._rows, FEATURES, self._stack), spaces.Discrete(5)

    def _allocate(self) -> None:
        native, settings = self.mode == "native", PRESETS[self.preset]
        vehicles = NATIVE_VEHICLES if native else int(settings["vehicles"]) + 1
        state, num_envs = self.state, self.num_envs
        state["blocks"] = np.zeros((num_envs, NUM_FLOATS, vehicles))
        state["codes"] = np.zeros((num_envs, NUM_CODES, vehicles), np.int64)
        state["parameters"] = np.zeros((num_envs, NUM_PARAMETERS))
        state["accumulators"] = np.zeros((num_envs, NUM_ACCUMULATORS))
        for name in ("counts", "faults", "draws"):
            state[name] = np.zeros(num_envs, np.int64)
        state["counts"][:] = vehicles
        if self.view == "topdown" and self._stack > 1:
            state["pictures"] = self.observations
        self._sizes = np.ones((3, vehicles))
        self._sizes[0], self._sizes[1] = LENGTH, WIDTH
        self._levels = np.array(LEVELS[self.mode])
        self._everyone = np.ones(num_envs, np.bool_)
        self._table = range_table(self._scenario or HIGHWAY_SPLITS[self.split])
        highway_env = [settings["lanes"], 1.0, 21.0, 24.0, 1.5, 3.0, 0.0, 0.2]
        frequency = NATIVE_FREQUENCY if native else settings["frequency"]
        tick, delay = (1.0, frequency - 0.5) if native else (1.0 / frequency, 1.0)
        root = 0.5 / np.sqrt(3.0 * COMFORTABLE_BRAKING)
        all_collide = 0.0 if native else settings["all_collide"]
        state["parameters"][:] = [*highway_env, 1.0 / frequency, frequency, tick, delay, all_collide, root]

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        state = self.state
        arrays = [state[name] for name in ARRAYS]
        if self.mode == "native":
            start_window(rows, state["key"], self._table, state["draws"], *arrays)
        else:
            start_reference(rows, state["key"], PRESETS[self.preset]["spacing"], state["draws"], *arrays)
        self._look(rows, START)

    def _advance(self, actions: NDArray[Any]) -> None:
        state, native = self.state, self.mode == "native"
        arrays = [state[name] for name in ARRAYS]
        advance_highway(
            actions,
            self.skipped,
            self.truncated,
            native,
            SPEED_LIMIT * self.max_episode_steps,
            self._levels,
            self._sizes,
            self.rewards,
            self.terminated,
            self.metrics,
            *arrays,
        )
        if native:
            recycle_traffic(self.skipped, state["key"], state["draws"], *arrays[:4])
        self._look(~self.skipped, NEXT)

    def _observe(self) -> None:
        self._look(self._everyone, AGAIN)

    def _look(self, rows: NDArray[np.bool_], how: int) -> None:
        """Write the observations of `rows`; `how` is for stacks of pictures."""
        blocks, codes, counts, parameters = (self.state[name] for name in ARRAYS[:4])
        if self.view == "kinematics_reference":
            observe_reference(rows, blocks, counts, parameters, self.observations)
        elif self.view == "kinematics":
            observe_kinematics(rows, blocks, codes, counts, parameters, self._sizes, self.observations)
        elif self.view == "grid":
            observe_grid(rows, blocks, counts, self._sizes, self.observations)
        else:
            pictures = self.observations if self._stack > 1 else self.observations[:, None]
            observe_pictures(rows, how, blocks, counts, parameters, self._sizes, pictures)

    def _render(self, index: int) -> NDArray[np.uint8]:
        state, count = self.state, int(self.state["counts"][index])
        block = state["blocks"][index, :, :count]
        crashed = state["codes"][index, CRASHED, :count] != 0
        key, step = int(state["key"][index]), int(state["steps"][index])
        trail = self.trails.follow(index, key, step, block[X, 0], block[Y, 0])
        lanes = int(state["parameters"][index, LANES])
        text = f"LANE {int(state['codes'][index, LANE, 0]) + 1}   STEP {step}"
        return render_highway(lanes, block[X], block[Y], block[HEADING], block[SPEED], True, crashed, trail, text)


class HighwayEnv(DrivingEnv):
    """
    ## Description

    Drive fast and safely among the traffic of a straight highway. Other drivers follow by the Intelligent Driver Model
    and change lanes by MOBIL, some of them in front of the ego. Lanes are 4 m wide, vehicles 5 m x 2 m; y and headings
    grow to the right. Physics runs at 15 Hz, the policy at 1 Hz.

    The mode "native" keeps the traffic in a window around the ego, so that there is always traffic ahead and behind,
    and its observation shows all that the ego itself decides by. The mode "reference" equals highway-env 1.12.1 in its
    model, start, reward and observation (presets "highway-v0" and "highway-fast-v0"): from equal states equal actions
    lead to equal states.

    ## Action Space

    `Discrete(5)`. The ego steers by itself toward its target lane and its target speed: 0, 5, ..., 30 m/s, in the mode
    "reference" 20, 25 or 30 m/s.

    | Num | Action |
    | --- | --- |
    | 0 | target lane one to the left |
    | 1 | idle: keep the targets |
    | 2 | target lane one to the right |
    | 3 | faster: target speed one level up |
    | 4 | slower: target speed one level down |

    ## Observation Space

    By `observation`:

    * `"kinematics"` (native default): `Box(-1, 1, (10, 10), float32)`. The first row is the ego's, the others are a
      set: up to 9 vehicles within 100 m, ahead and behind, the nearest first, relative to the ego; then rows of zeros.

    | Num | Observation | Ego | Others | Unit |
    | --- | --- | --- | --- | --- |
    | 0 | presence | 1 | 1 | 1 |
    | 1 | x | 0 | distance ahead | 100 m |
    | 2 | y | right of the road's center line | distance to the right | 24 m |
    | 3 | vx | velocity | velocity difference | 30 m/s |
    | 4 | vy | velocity | velocity difference | 30 m/s |
    | 5 | cosine of the heading | of the ego | of the difference | 1 |
    | 6 | sine of the heading | of the ego | of the difference | 1 |
    | 7 | target lane | distance to its center | 0 | 8 m |
    | 8 | target speed | target speed | 0 | 30 m/s |
    | 9 | road | width of the road | 0 | 24 m |

    * `"kinematics_reference"` (default of the mode "reference"): `Box(-1, 1, (5, 5), float32)`, highway-env's presence,
      x, y, vx, vy of the ego (absolute) and the next 4 vehicles within 200 m (relative).
    * `"grid"`: `Box(-1, 1, (3, 11, 11), float32)`, presence and relative velocity in cells of 5 m around the ego.
    * `"topdown"`: `Box(0, 255, (64, 128), uint8)`, a gray picture; `stack` > 1 gives `(stack, 64, 128)`.

    ## Rewards

    In [0, 1] a step: the forward speed over 30 m/s; 0 after a collision and off the lanes. In the mode "reference" it
    is highway-env's: (-1 for a crash + 0.1 for the right lane + 0.4 for 30 m/s + 1) / 1.5, and 0 off the lanes.

    ## Starting State

    Drawn from the seed: the scenario (lanes, density, speeds and style of the traffic), the ego's lane at 25 m/s (less
    in dense traffic), and the traffic from 100 m behind to 200 m ahead of it.

    ## Episode End

    1. Termination: the ego has collided.
    2. Truncation: 40 steps (40 s) pass; 30 in the mode "reference" with the preset "highway-fast-v0".

    `info["success"]` is true on the last step if and only if the clock ended the episode, without a collision and
    always on the road. `info` of the last step holds all of `lam_envs.driving.metrics.METRICS`; progress is the
    distance driven over that of 30 m/s.

    ## Arguments

    * `split`: `"train"`, `"validation"` (the same ranges, other episodes), `"held_out"` or `"extrapolation"`; see
      `lam_envs.driving.scenario.HIGHWAY_SPLITS`.
    * `mode`: `"native"` or `"reference"`; `preset`: `"highway-v0"` or `"highway-fast-v0"`, for the latter mode.
    * `observation`, as above; `vehicles`: rows of `"kinematics"`; `stack`: pictures of `"topdown"`, 1 to 4.
    * `scenario`: a `HighwayScenario` of one's own instead of the split's.
    * `max_episode_steps`: the clock. `render_mode`: `None` or `"rgb_array"` (600 x 150).

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012
    vector_class: ClassVar[type[DrivingVectorEnv]] = HighwayVectorEnv
