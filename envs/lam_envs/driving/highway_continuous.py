"""The highway under throttle and steering: a batch of episodes, and a single one.

Traffic, scenarios, observations and rendering are those of `highway` in its native mode; the step is in
`highway_continuous_kernels`, the driver in `highway_continuous_experts`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.highway import ARRAYS, NATIVE_FREQUENCY, HighwayVectorEnv
from lam_envs.driving.highway_continuous_kernels import advance_controls
from lam_envs.driving.highway_views import FEATURES, NEXT, observe_kinematics
from lam_envs.driving.highway_window import recycle_traffic
from lam_envs.driving.traffic import FRAMES, SPEED_LIMIT
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv

POLICY_FREQUENCY = 5
"""Policy steps a second."""


class HighwayContinuousVectorEnv(HighwayVectorEnv):
    """Many episodes of `HighwayContinuousEnv` at once; see there, and `HighwayVectorEnv` for the other arguments."""

    modes: ClassVar[tuple[str, ...]] = ("native",)
    views: ClassVar[tuple[str, ...]] = ("kinematics", "grid", "topdown")
    time_limit: ClassVar[int] = 200

    def _spaces(self) -> tuple[Any, Any]:
        observation, _ = super()._spaces()
        return observation, spaces.Box(-1.0, 1.0, (2,), dtype=np.float32)

    def _allocate(self) -> None:
        super()._allocate()
        self.state["parameters"][:, FRAMES] = NATIVE_FREQUENCY // POLICY_FREQUENCY

    def _advance(self, actions: NDArray[Any]) -> None:
        state = self.state
        arrays = [state[name] for name in ARRAYS]
        distance = SPEED_LIMIT * self.max_episode_steps / POLICY_FREQUENCY
        ends = (self.rewards, self.terminated, self.metrics)
        arguments: Any = (actions, self.skipped, self.truncated, distance, self._sizes, *ends, *arrays)
        advance_controls(*arguments)
        recycle_traffic(self.skipped, state["key"], state["draws"], *arrays[:4])
        self._look(~self.skipped, NEXT)

    def kinematics(self) -> NDArray[np.float32]:
        """The observation "kinematics" of the present state `[num_envs, 10, 10]`, whatever the agent is shown."""
        blocks, codes, counts, parameters = (self.state[name] for name in ARRAYS[:4])
        seen = np.zeros((self.num_envs, 10, FEATURES), np.float32)
        observe_kinematics(np.ones(self.num_envs, np.bool_), blocks, codes, counts, parameters, self._sizes, seen)
        return seen


class HighwayContinuousEnv(DrivingEnv):
    """
    ## Description

    Drive fast and safely among the traffic of a straight highway by throttle and steering. Other drivers follow by the
    Intelligent Driver Model and change lanes by MOBIL, in a window around the ego, so that there is always traffic
    ahead and behind. Lanes are 4 m wide, vehicles 5 m x 2 m (kinematic bicycles); y and headings grow to the right.
    Physics runs at 15 Hz, the policy at 5 Hz.

    ## Action Space

    `Box(-1, 1, (2,), float32)`; values outside are clipped, a value that is not finite is an error.

    | Num | Action | Min | Max | Physical range |
    | --- | --- | --- | --- | --- |
    | 0 | acceleration | -1 | 1 | -5 to 5 m/s^2; there is no reverse gear |
    | 1 | steering angle, positive to the right | -1 | 1 | -0.2 to 0.2 rad, taken on at once |

    ## Observation Space

    By `observation`:

    * `"kinematics"` (default): `Box(-1, 1, (10, 10), float32)`. The first row is the ego's, the others are a set: up to
      9 vehicles within 100 m, ahead and behind, the nearest first, relative to the ego; then rows of zeros.

    | Num | Observation | Ego | Others | Unit |
    | --- | --- | --- | --- | --- |
    | 0 | presence | 1 | 1 | 1 |
    | 1 | x | 0 | distance ahead | 100 m |
    | 2 | y | right of the road's center line | distance to the right | 24 m |
    | 3 | vx | velocity | velocity difference | 30 m/s |
    | 4 | vy | velocity | velocity difference | 30 m/s |
    | 5 | cosine of the heading | of the ego | of the difference | 1 |
    | 6 | sine of the heading | of the ego | of the difference | 1 |
    | 7 | lane | distance to the center of its lane | 0 | 8 m |
    | 8 | speed | speed | 0 | 30 m/s |
    | 9 | road | width of the road | 0 | 24 m |

    * `"grid"`: `Box(-1, 1, (3, 11, 11), float32)`, presence and relative velocity in cells of 5 m around the ego.
    * `"topdown"`: `Box(0, 255, (64, 128), uint8)`, a gray picture; `stack` > 1 gives `(stack, 64, 128)`.

    ## Rewards

    In [0, 1] a step: the forward speed over 30 m/s, times 1 - 0.2 min(|distance to the lane's center| / 2 m, 1)^2; 0
    after a collision and off the road.

    ## Starting State

    Drawn from the seed: the scenario (lanes, density, speeds and style of the traffic), the ego's lane at 25 m/s (less
    in dense traffic), and the traffic from 100 m behind to 200 m ahead of it.

    ## Episode End

    1. Termination: the ego has collided, or one of its corners has left the road: a failure.
    2. Truncation: 200 steps (40 s) pass.

    `info["success"]` is true on the last step if and only if the clock ended the episode. `info` of the last step holds
    all of `lam_envs.driving.metrics.METRICS`; progress is the distance driven over that of 30 m/s.

    ## Arguments

    * `split`: `"train"`, `"validation"` (the same ranges, other episodes), `"held_out"` or `"extrapolation"`; see
      `lam_envs.driving.scenario.HIGHWAY_SPLITS`.
    * `observation`, as above; `vehicles`: rows of `"kinematics"`; `stack`: pictures of `"topdown"`, 1 to 4.
    * `scenario`: a `HighwayScenario` of one's own instead of the split's. `mode`: `"native"`, the only one.
    * `max_episode_steps`: the clock. `render_mode`: `None` or `"rgb_array"` (600 x 150).

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 5}  # noqa: RUF012
    vector_class: ClassVar[type[DrivingVectorEnv]] = HighwayContinuousVectorEnv
