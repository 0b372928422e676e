"""How close is `LamDrive/Highway-v0` in its reference mode to highway-env?

    pip install highway-env==1.12.1
    python examples/benchmarks/driving_parity.py [--runs 20]
    python examples/benchmarks/driving_parity.py --golden tests/lam_envs/driving/golden/highway_env.json.gz

Each row is a scenario. In each run both simulators start from the same state, get the same actions, and every vehicle
is compared after every policy step, up to and including the first step at which anything crashes. Printed, and
written to examples/benchmarks/results/driving_parity.json: the largest difference of x, y, heading and speed (of any
vehicle at any step), of the observation and of the reward, and how many lanes, target lanes, crashes and ends differ.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.metadata
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

from lam_envs.driving import parity
from lam_envs.driving.vector import DrivingVectorEnv, make_vec

RESULTS = Path(__file__).parent / "results" / "driving_parity.json"
ACTIONS = np.array([0, 1, 2, 3, 4])
Arrange = Callable[[Any, np.random.Generator], None]


@dataclass(frozen=True)
class Scenario:
    """One row of the table."""

    name: str
    env_id: str
    steps: int
    arrange: Arrange | None = None
    """Rebuilds the traffic of a fresh highway-env environment."""
    config: tuple[tuple[str, Any], ...] = ()
    idle: bool = False
    """The ego does nothing; else its actions are random."""


def _clear(world: Any, ego_lane: int, ego_x: float, ego_speed: float) -> None:
    """Leave the ego alone on the road, somewhere."""
    ego = world.vehicle
    world.road.vehicles = [ego]
    _put(ego, ego_lane, ego_x, ego_speed)


def _put(vehicle: Any, lane: int, x: float, speed: float) -> None:
    vehicle.position = np.array([x, 4.0 * lane])
    vehicle.speed = speed
    vehicle.on_state_update()
    vehicle.target_lane_index = vehicle.lane_index


def _add(world: Any, lane: int, x: float, speed: float, target_speed: float, generator: np.random.Generator) -> None:
    """A new IDM vehicle."""
    from highway_env.vehicle.behavior import IDMVehicle

    vehicle = IDMVehicle(world.road, [x, 4.0 * lane], 0.0, speed, target_speed=target_speed)
    vehicle.DELTA = generator.uniform(3.5, 4.5)
    world.road.vehicles.append(vehicle)


def alone(world: Any, generator: np.random.Generator) -> None:
    """The ego alone."""
    _clear(world, int(generator.integers(4)), generator.uniform(50, 300), generator.uniform(15, 30))


def follower(world: Any, generator: np.random.Generator) -> None:
    """An IDM car behind the ego."""
    alone(world, generator)
    x, lane = world.vehicle.position[0], world.vehicle.lane_index[2]
    _add(world, lane, x - generator.uniform(15, 60), generator.uniform(20, 30), generator.uniform(22, 30), generator)


def overtaking(world: Any, generator: np.random.Generator) -> None:
    """A fast IDM car behind a slow one; the ego far away."""
    _clear(world, 0, 2000.0, 20.0)
    lane, x = int(generator.integers(4)), generator.uniform(50, 300)
    _add(world, lane, x, generator.uniform(12, 18), generator.uniform(12, 18), generator)
    _add(world, lane, x - generator.uniform(25, 60), generator.uniform(25, 30), generator.uniform(25, 30), generator)


def mixed(world: Any, generator: np.random.Generator) -> None:
    """Eleven IDM cars of all speeds around the ego on three lanes."""
    _clear(world, int(generator.integers(3)), 300.0, 25.0)
    for number in range(11):
        x = 100.0 + 40.0 * number + generator.uniform(-8, 8) + (20.0 if number >= 5 else 0.0)
        speed = generator.uniform(15, 30)
        _add(world, int(generator.integers(3)), x, speed, generator.uniform(15, 30), generator)


SCENARIOS = (
    Scenario("ego alone, 15 Hz", "highway-v0", 20, alone),
    Scenario("ego alone, 5 Hz", "highway-v0", 20, alone, (("simulation_frequency", 5),)),
    Scenario("IDM car follows the ego", "highway-v0", 20, follower),
    Scenario("fast IDM car behind a slow one", "highway-v0", 20, overtaking, idle=True),
    Scenario("12 mixed vehicles, 3 lanes", "highway-v0", 20, mixed, (("lanes_count", 3), ("vehicles_count", 11))),
    Scenario("highway-v0, random actions", "highway-v0", 40),
    Scenario("highway-v0, idle", "highway-v0", 40, idle=True),
    Scenario("highway-fast-v0, random actions", "highway-fast-v0", 30),
    Scenario("highway-fast-v0, idle", "highway-fast-v0", 30, idle=True),
)


@dataclass
class Row:
    """What one scenario came to."""

    scenario: str
    runs: int = 0
    steps: int = 0
    crashes: int = 0
    x: float = 0.0
    y: float = 0.0
    heading: float = 0.0
    speed: float = 0.0
    observation: float = 0.0
    reward: float = 0.0
    differing_decisions: int = 0


def start(scenario: Scenario, seed: int) -> tuple[Any, DrivingVectorEnv, np.random.Generator]:
    """highway-env at the start of a run, our batch of one in the same state, and the run's generator."""
    theirs = gymnasium.make(scenario.env_id, config=dict(scenario.config)).unwrapped
    theirs.reset(seed=seed)
    generator = np.random.default_rng([seed, len(scenario.name)])
    if scenario.arrange is not None:
        scenario.arrange(theirs, generator)
    ours = make_vec("LamDrive/Highway-v0", mode="reference", preset=scenario.env_id, autoreset="disabled")
    ours.reset(seed=seed)
    parity.load_highway_env(ours, 0, theirs)
    return theirs, ours, generator


def play(scenario: Scenario, seed: int, row: Row) -> None:
    """One run, added to the row."""
    theirs, ours, generator = start(scenario, seed)
    row.runs += 1
    for _ in range(scenario.steps):
        action = 1 if scenario.idle else int(generator.choice(ACTIONS))
        observation, reward, terminated, _, _ = theirs.step(action)
        answer = ours.step(np.array([action]))
        expected, got = parity.highway_env_state(theirs), parity.vehicle_state(ours, 0)
        for name in ("x", "y", "heading", "speed"):
            setattr(row, name, max(getattr(row, name), float(np.abs(expected[name] - got[name]).max())))
        row.observation = max(row.observation, float(np.abs(observation - answer[0][0]).max()))
        row.reward = max(row.reward, abs(float(reward) - float(answer[1][0])))
        for name in ("lane", "target_lane", "crashed"):
            row.differing_decisions += int((expected[name] != got[name]).sum())
        row.differing_decisions += int(bool(terminated) != bool(answer[2][0]))
        row.steps += 1
        if expected["crashed"].any() or got["crashed"].any():
            row.crashes += 1
            break


def record(scenario: Scenario, seed: int, steps: int) -> dict[str, Any]:
    """A run of highway-env alone, up to its first crash: the state that it starts from, the actions, what followed."""
    theirs, _, generator = start(scenario, seed)
    vehicles = [
        {
            "position": vehicle.position.tolist(),
            "heading": float(vehicle.heading),
            "speed": float(vehicle.speed),
            "lane_index": ["0", "1", int(vehicle.lane_index[2])],
            "target_lane_index": ["0", "1", int(vehicle.target_lane_index[2])],
            "target_speed": float(vehicle.target_speed),
            "DELTA": float(getattr(vehicle, "DELTA", 4.0)),
            "timer": float(getattr(vehicle, "timer", 0.0)),
            "check_collisions": bool(vehicle.check_collisions),
        }
        for vehicle in theirs.road.vehicles
    ]
    names = ("simulation_frequency", "policy_frequency", "vehicles_density", "lanes_count")
    run: dict[str, Any] = {
        "scenario": scenario.name,
        "preset": scenario.env_id,
        "config": {name: theirs.config[name] for name in names},
        "vehicles": vehicles,
        "steps": [],
    }
    for _ in range(steps):
        action = 1 if scenario.idle else int(generator.choice(ACTIONS))
        observation, reward, terminated, _, _ = theirs.step(action)
        state = parity.highway_env_state(theirs)
        told = {"action": action, "observation": observation.tolist(), "reward": float(reward)}
        told["terminated"] = bool(terminated)
        run["steps"].append({**told, **{name: values.tolist() for name, values in state.items()}})
        if state["crashed"].any():
            break
    return run


def write(path: Path, data: bytes) -> None:
    """Write a file at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(data)
    temporary.replace(path)


def main() -> int:
    """Play all scenarios, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="runs of each scenario")
    parser.add_argument("--golden", type=Path, help="only write one short run of each scenario of highway-env here")
    arguments = parser.parse_args()
    try:
        importlib.import_module("highway_env")
    except ImportError:
        print("This needs highway-env: pip install highway-env==1.12.1", file=sys.stderr)
        return 2
    if arguments.golden is not None:
        runs = [record(scenario, 100, 12) for scenario in SCENARIOS]
        write(arguments.golden, gzip.compress(json.dumps(runs).encode(), mtime=0))
        return 0
    rows = []
    print(f"{'scenario':34} runs steps crashes      x       y    head.   speed   obs.   reward  decisions")
    for scenario in SCENARIOS:
        row = Row(scenario.name)
        for seed in range(arguments.runs):
            play(scenario, seed, row)
        rows.append(row)
        numbers = (row.x, row.y, row.heading, row.speed, row.observation, row.reward)
        cells = " ".join(f"{number:7.1e}" for number in numbers)
        print(
            f"{row.scenario:34} {row.runs:4} {row.steps:5} {row.crashes:7} {cells} {row.differing_decisions:9}",
            flush=True,
        )
    version = importlib.metadata.version("highway-env")
    text = json.dumps({"highway_env": version, "rows": [vars(row) for row in rows]}, indent=2) + "\n"
    write(RESULTS, text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
