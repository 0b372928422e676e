"""Lane keeping as a Gymnasium vector environment, with the numbers of `lane_keeping.LaneKeepingEnv` to the last bit.

    environments = make_vec("LamDrive/LaneKeeping-v0", num_envs=256, autoreset="same_step")

Environment `i`, reset with the seed `s`, plays the episodes that a single environment plays which is reset with the
seed `s + i` once and without a seed afterwards.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from gymnasium.utils import seeding
from numpy.typing import NDArray

from lam_envs.driving.arithmetic import ARRAYS
from lam_envs.driving.lane_keeping import SEED_LIMIT
from lam_envs.driving.metrics import METRICS
from lam_envs.driving.observation import OBSERVATION_HIGH, OBSERVATION_LOW, observe, report, reward
from lam_envs.driving.rendering import render_road
from lam_envs.driving.road import NUM_KNOTS, Scenario, find_box, sample_scenario, stack_scenarios
from lam_envs.driving.vector import DrivingVectorEnv
from lam_envs.driving.vehicle import State, advance, choose, start_state

FLAGS = ("uncomfortable", "off_road", "arrived")
"""Fields of the vehicle's state that are bool."""


def episode_seed(seed: int, episode: int) -> int:
    """The seed of a scenario: the given one for episode 0, then what the environment's own generator draws."""
    if episode == 0:
        return seed
    generator, _ = seeding.np_random(seed)
    return int(generator.integers(SEED_LIMIT, size=episode)[-1])


class LaneKeepingVectorEnv(DrivingVectorEnv):
    """Many episodes of `LaneKeepingEnv` at once; see there, and `DrivingVectorEnv` for the arguments.

    `info` at an episode's end holds the metrics of `lam_envs.driving.metrics`, of which `comfort` is `LaneKeepingEnv`'s
    (this model has no jerk), and nothing is ever hit. The speed limit is 15 m/s.
    """

    views: ClassVar[tuple[str, ...]] = ("frenet",)
    time_limit: ClassVar[int] = 300

    def _spaces(self) -> tuple[spaces.Space[Any], spaces.Space[Any]]:
        observation = spaces.Box(OBSERVATION_LOW, OBSERVATION_HIGH, dtype=np.float32)
        return observation, spaces.Box(-1.0, 1.0, (2,), dtype=np.float32)

    def _allocate(self) -> None:
        for name in State._fields:
            self.state["vehicle_" + name] = np.zeros(self.num_envs, np.bool_ if name in FLAGS else np.float64)
        self.state["knots"] = np.zeros((self.num_envs, NUM_KNOTS))
        self.state["start"] = np.zeros(self.num_envs)
        self._vehicle = State(*(self.state["vehicle_" + name] for name in State._fields))
        unused = np.zeros(self.num_envs)
        self._scenario = Scenario(self.state["knots"], self.state["start"], unused, unused, unused, unused)

    def _reset(self, rows: NDArray[np.bool_]) -> None:
        chosen = np.flatnonzero(rows)
        seeds = zip(self.state["seed"][chosen].tolist(), self.state["episode"][chosen].tolist())
        box = find_box(self.split)
        scenario = stack_scenarios([sample_scenario(box, episode_seed(*pair)) for pair in seeds])
        started = start_state(scenario, ARRAYS)
        for target, values in zip(self._vehicle, started):
            target[chosen] = values
        self.state["knots"][chosen], self.state["start"][chosen] = scenario.knots, scenario.start
        self.observations[chosen] = np.stack(observe(started, scenario, ARRAYS), axis=1)

    def _advance(self, actions: NDArray[Any]) -> None:
        old = State(*(field.copy() for field in self._vehicle))
        moved = advance(old, self._scenario, actions[:, 0], actions[:, 1], ARRAYS)
        for target, values in zip(self._vehicle, choose(self.skipped, old, moved, ARRAYS)):
            target[:] = values
        self.rewards[:] = np.where(self.skipped, 0.0, reward(old, moved, ARRAYS))
        np.logical_or(self._vehicle.off_road, self._vehicle.arrived, out=self.terminated, where=~self.skipped)
        self.truncated[self.terminated] = False
        self._observe()
        if (self.terminated | self.truncated).any():
            self._measure()

    def _observe(self) -> None:
        np.stack(observe(self._vehicle, self._scenario, ARRAYS), axis=1, out=self.observations, casting="same_kind")

    def _measure(self) -> None:
        """Write the metrics of the episodes so far."""
        told = report(self._vehicle, self._scenario, ARRAYS)
        told["success"] = told["success"] & ~told["off_road"]
        for column, name in enumerate(METRICS):
            self.metrics[:, column] = told[name]

    def _render(self, index: int) -> NDArray[np.uint8]:
        vehicle = State(*(field[index].item() for field in self._vehicle))
        scenario = Scenario(tuple(self.state["knots"][index].tolist()), float(self.state["start"][index]), 0, 0, 0, 0)
        key, step = int(self.state["key"][index]), int(self.state["steps"][index])
        place = (float(vehicle.station), float(vehicle.lateral_error))
        return render_road(vehicle, scenario, self.trails.follow(index, key, step, *place)[:-1])
