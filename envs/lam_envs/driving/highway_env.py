"""highway-env's own environments as tasks (extra `highway`), each with its own constants, and experts for them.

    require("highway_env", "highway")                                     (lam_envs.third_party) registers the ids
    gymnasium.make("highway-env/highway-fast-v0")                         highway-env's highway-fast-v0
    gymnasium.make("highway-env/highway-v0", view="native")               seen and driven like LamDrive/Highway-v0

highway-env 1.12.1's intersection-v0 changes class attributes of its vehicles (IDMVehicle.DISTANCE_WANTED and others),
so that every other environment of the process behaves differently from then on. Here each environment keeps the class
attributes that it has set, puts them in place for its own calls alone, and leaves everything else as it was.

With `view="native"` the straight highways show what `LamDrive/Highway-v0` shows (native kinematics) and take its speed
levels of 0 to 30 m/s, so that a policy trained there can be evaluated here.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.envs.registration import register, registry
from numpy.typing import NDArray

from lam_envs.driving import parity
from lam_envs.driving.highway import LEVELS, PRESETS, HighwayEnv, HighwayVectorEnv
from lam_envs.driving.highway_experts import RuleDriver, margin_lookahead
from lam_envs.driving.metrics import (
    GAP_MIN,
    NUM_ACCUMULATORS,
    TIME_TO_COLLISION_BOUND,
    accumulate_gaps,
    start_metrics,
)

NAMESPACE = "highway-env"

TIME_LIMITS: Mapping[str, int] = {
    "highway-v0": 40,
    "highway-fast-v0": 30,
    "merge-v0": 30,
    "intersection-v0": 13,
    "roundabout-v0": 11,
    "parking-v0": 500,
    "racetrack-v0": 1500,
}
"""highway-env's ids that are tasks here -> steps of an episode."""

VIEWS = ("own", "native")

VEHICLE_MODULES = ("highway_env.vehicle.kinematics", "highway_env.vehicle.controller", "highway_env.vehicle.behavior")
"""Modules whose classes have the constants."""
UNTOUCHED: Mapping[str, float] = {"DISTANCE_WANTED": 10.0, "COMFORT_ACC_MAX": 3.0, "COMFORT_ACC_MIN": -5.0}
"""Constants of IDMVehicle that intersection-v0 changes, as highway-env 1.12.1 has them."""

Constants = dict[tuple[type, str], float]


def read_constants() -> Constants:
    """The numbers in capitals that highway-env's vehicle classes have at present."""
    found: Constants = {}
    for module in VEHICLE_MODULES:
        for each in vars(importlib.import_module(module)).values():
            if isinstance(each, type) and each.__module__ == module:
                numbers = {name: value for name, value in vars(each).items() if name.isupper()}
                found.update(
                    {(each, name): value for name, value in numbers.items() if isinstance(value, (int, float))}
                )
    return found


def write_constants(constants: Constants) -> None:
    """Give the vehicle classes these numbers."""
    for (owner, name), value in constants.items():
        if getattr(owner, name) != value:
            setattr(owner, name, value)


def untouched_constants() -> Constants:
    """The constants as highway-env has them; ValueError when an environment made elsewhere has changed them."""
    vehicle = importlib.import_module("highway_env.vehicle.behavior").IDMVehicle
    changed = [name for name, value in UNTOUCHED.items() if getattr(vehicle, name) != value]
    if changed:
        raise ValueError(
            f"expected IDMVehicle.{changed[0]} to be {UNTOUCHED[changed[0]]}, got {getattr(vehicle, changed[0])}: an"
            " intersection was made with gymnasium.make before; make it as 'highway-env/intersection-v0', or start anew"
        )
    return read_constants()


def reached_end(world: Any) -> bool:
    """The clock of highway-env has run out."""
    return bool(world.time >= world.config["duration"] - 1e-6)


SUCCESS: Mapping[str, Callable[[Any], bool]] = {
    "merge-v0": lambda world: bool(world.vehicle.position[0] > 370.0),
    "intersection-v0": lambda world: bool(world.has_arrived(world.vehicle)),
    "parking-v0": lambda world: bool(world._info(None, None)["is_success"]),
}
"""What succeeds, beside keeping clear of collisions and on the road; elsewhere it is to last until the clock's end."""


class HighwayEnvTask(gymnasium.Wrapper):  # type: ignore[type-arg]
    """An environment of highway-env that tells success and driving metrics, and keeps its constants to itself.

    `info` holds `success`, `collision`, `off_road`, `min_time_to_collision`, `time_to_collision_within_bound` and
    `mean_speed` of the episode so far, as `lam_envs.driving.metrics` defines them, looked at once a step.

    Args:
        name: highway-env's id, one of `TIME_LIMITS`.
        view: "own", or "native" for the straight highways.
        render_mode: None or "rgb_array".
    """

    def __init__(self, name: str, view: str = "own", render_mode: str | None = None) -> None:
        if view not in VIEWS or (view == "native" and name not in PRESETS):
            raise ValueError(f"expected view 'own', or 'native' for {', '.join(PRESETS)}, got {view!r}: choose another")
        self.name, self.view = name, view
        self._constants = untouched_constants()
        config: dict[str, Any] = {}
        if view == "native":
            config["action"] = {"type": "DiscreteMetaAction", "target_speeds": list(LEVELS["native"])}
        spec = gymnasium.spec(name)
        entry = str(spec.entry_point)
        with self._own_constants():
            maker = getattr(importlib.import_module(entry.partition(":")[0]), entry.partition(":")[2])
            super().__init__(maker(config=config or None, render_mode=render_mode, **spec.kwargs))
        self._mirror: HighwayVectorEnv | None = None
        if view == "native":
            self._mirror = mirror_of(self.env, "kinematics")
            self.observation_space = self._mirror.single_observation_space
        self._row = np.zeros(NUM_ACCUMULATORS)
        self._speeds: list[float] = []
        self._off_road = False

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode of highway-env."""
        with self._own_constants():
            observation, _ = self.env.reset(seed=seed, options=options)
        vehicle = self._world.vehicle
        start_metrics(self._row, float(vehicle.speed), float(vehicle.heading))
        self._speeds, self._off_road = [], False
        return self._look(observation), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One policy step of highway-env."""
        with self._own_constants():
            observation, reward, terminated, truncated, _ = self.env.step(action)
        info = self._measure()
        return self._look(observation), float(reward), bool(terminated), bool(truncated), info

    @property
    def _world(self) -> Any:
        return self.env.unwrapped

    @contextmanager
    def _own_constants(self) -> Iterator[None]:
        """Put this environment's constants in place, and afterwards those that were there before."""
        outside = read_constants()
        write_constants(self._constants)
        try:
            yield
        finally:
            self._constants = read_constants()
            write_constants(outside)

    def _look(self, observation: Any) -> Any:
        if self._mirror is None:
            return observation
        parity.load_highway_env(self._mirror, 0, self._world)
        return self._mirror.observations[0].copy()

    def _measure(self) -> dict[str, Any]:
        vehicle = self._world.vehicle
        others = [other for other in self._world.road.vehicles if other is not vehicle]
        poses = [(*each.position, each.heading, each.speed, each.LENGTH, each.WIDTH) for each in (vehicle, *others)]
        x, y, heading, speed, length, width = np.array(poses, dtype=np.float64).T.copy()
        collision = bool(vehicle.crashed)
        accumulate_gaps(self._row, x, y, heading, speed, length, width, np.ones(len(poses), np.bool_), False)
        if collision:
            self._row[GAP_MIN] = 0.0
        self._speeds.append(abs(float(vehicle.speed)))
        self._off_road |= self.name != "parking-v0" and not vehicle.on_road
        succeeds = SUCCESS.get(self.name, reached_end)(self._world)
        least = float(self._row[GAP_MIN])
        return {
            "success": succeeds and not collision and not self._off_road,
            "collision": collision,
            "off_road": self._off_road,
            "min_time_to_collision": least,
            "time_to_collision_within_bound": least >= TIME_TO_COLLISION_BOUND,
            "mean_speed": float(np.mean(self._speeds)),
        }


def mirror_of(env: gymnasium.Env[Any, Any], observation: str) -> HighwayVectorEnv:
    """A reference batch of one with room for a straight highway of highway-env, which must have been reset."""
    few = len(env.unwrapped.road.vehicles) <= 1 + PRESETS["highway-fast-v0"]["vehicles"]  # type: ignore[attr-defined]
    preset = "highway-fast-v0" if few else "highway-v0"
    mirror = HighwayVectorEnv(1, mode="reference", preset=preset, observation=observation, autoreset="disabled")
    mirror.reset(seed=0)
    return mirror


def make_highway_env(name: str, **arguments: Any) -> HighwayEnvTask:
    """The environment behind "highway-env/<name>"."""
    return HighwayEnvTask(name, **arguments)


def register_ids() -> None:
    """Register "highway-env/<id>" for every id of `TIME_LIMITS`."""
    for name, limit in TIME_LIMITS.items():
        if f"{NAMESPACE}/{name}" not in registry:
            register(
                id=f"{NAMESPACE}/{name}",
                entry_point="lam_envs.driving.highway_env:make_highway_env",
                max_episode_steps=limit,
                kwargs={"name": name},
            )


class MirrorDriver:
    """The lookahead of `highway_experts` on a copy of highway-env's live state: 25 plans on our kernels a step."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self._world = env.unwrapped
        preset = mirror_of(env, "kinematics_reference").preset
        self._single = HighwayEnv(mode="reference", preset=preset)
        self._single.reset(seed=0)
        self._expert = margin_lookahead(self._single)

    def act(self, observation: NDArray[Any]) -> int:
        """The action for highway-env's present state; the observation is not needed."""
        parity.load_highway_env(self._single.batch, 0, self._world)
        return self._expert.act(observation)


def lookahead_driver(env: gymnasium.Env[Any, Any]) -> MirrorDriver:
    """The expert of highway-env's straight highways, through the state copy."""
    return MirrorDriver(env)


def rule_driver(env: gymnasium.Env[Any, Any]) -> RuleDriver:
    """The rule driver, for `view="native"`; ValueError where the environment shows something else."""
    shown = env.observation_space.shape
    if len(shown or ()) != 2 or isinstance(env.action_space, spaces.Box) or shown[1] < 10:  # type: ignore[index]
        raise ValueError(f"expected native kinematics, got observations of shape {shown}: ask for view='native'")
    return RuleDriver()
