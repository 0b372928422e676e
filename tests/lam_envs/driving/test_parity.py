"""The reference mode against highway-env: recorded runs of it, and the live thing where it is installed."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lam_envs.driving
from lam_envs.driving import parity

ROOT = Path(__file__).parents[3]
GOLDEN = json.loads(gzip.decompress((Path(__file__).parent / "golden" / "highway_env.json.gz").read_bytes()))
TOLERANCE = 1e-9


def world_of(run: dict[str, Any]) -> Any:
    """What `load_highway_env` reads of a highway-env environment, from a recorded run."""
    vehicles = [
        SimpleNamespace(**{**stored, "position": np.array(stored["position"])}, crashed=False, impact=None)
        for stored in run["vehicles"]
    ]
    lanes = [("0", "1", lane) for lane in range(run["config"]["lanes_count"])]
    network = SimpleNamespace(all_side_lanes=lambda index: lanes)
    world = SimpleNamespace(vehicle=vehicles[0], config=run["config"])
    world.road = SimpleNamespace(vehicles=vehicles, network=network)
    world.unwrapped = world
    return world


def batch_of(preset: str, num_envs: int = 1) -> Any:
    made = lam_envs.driving.make_vec(
        "LamDrive/Highway-v0", num_envs=num_envs, mode="reference", preset=preset, autoreset="disabled"
    )
    made.reset(seed=0)
    return made


@pytest.mark.parametrize("run", GOLDEN, ids=[run["scenario"] for run in GOLDEN])
def test_recorded_runs_of_highway_env_are_followed(run: dict[str, Any]) -> None:
    environments = batch_of(run["preset"], num_envs=2)
    parity.load_highway_env(environments, 1, world_of(run))
    for step in run["steps"]:
        observations, rewards, terminated, _, _ = environments.step(np.array([1, step["action"]]))
        state = parity.vehicle_state(environments, 1)
        for name in ("x", "y", "heading", "speed"):
            assert np.abs(state[name] - step[name]).max() < TOLERANCE
        for name in ("lane", "target_lane", "crashed"):
            assert state[name].tolist() == step[name]
        assert np.abs(observations[1] - np.array(step["observation"])).max() < TOLERANCE
        assert abs(rewards[1] - step["reward"]) < TOLERANCE
        assert terminated[1] == step["terminated"]


def test_a_loaded_state_has_its_own_vehicles_and_clock() -> None:
    run = next(run for run in GOLDEN if len(run["vehicles"]) == 3)
    environments = batch_of("highway-v0", num_envs=2)
    before = parity.vehicle_state(environments, 0)["x"]
    environments.step(np.array([1, 1]))
    parity.load_highway_env(environments, 1, world_of(run))
    state = parity.vehicle_state(environments, 1)
    assert state["x"].shape == (3,)
    assert state["crashed"].dtype == np.bool_
    assert len(before) == 51
    assert environments.state["steps"].tolist() == [1, 0]
    observations = environments.set_state(environments.get_state())
    assert observations[1, :, 0].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0]  # the others are far behind


def test_a_loaded_episode_ends_when_its_own_time_is_up() -> None:
    world = world_of(next(run for run in GOLDEN if len(run["vehicles"]) == 1))
    environments = batch_of("highway-fast-v0")
    for duration, elapsed, left in ((5, 0.0, 5), (50, 3.0, 47)):
        world.config.update(duration=duration)
        world.time = elapsed
        parity.load_highway_env(environments, 0, world)
        ends = [bool(environments.step(np.array([1]))[3][0]) for _ in range(left)]
        assert ends == [False] * (left - 1) + [True]


def test_states_that_do_not_fit_are_refused() -> None:
    crowd = next(run for run in GOLDEN if len(run["vehicles"]) == 51)
    with pytest.raises(ValueError, match="expected at most 21 vehicles"):
        parity.load_highway_env(batch_of("highway-fast-v0"), 0, world_of(crowd))
    strange = world_of(crowd)
    strange.road.objects = [SimpleNamespace()]
    with pytest.raises(ValueError, match="expected the ego first, then IDM vehicles"):
        parity.load_highway_env(batch_of("highway-v0"), 0, strange)
    native = lam_envs.driving.make_vec("LamDrive/Highway-v0")
    with pytest.raises(ValueError, match="expected a highway batch of mode 'reference'"):
        parity.load_highway_env(native, 0, world_of(crowd))


def load_benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("driving_parity", ROOT / "examples/benchmarks/driving_parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["driving_parity"] = module
    spec.loader.exec_module(module)
    return module


def test_live_runs_of_highway_env_are_followed() -> None:
    pytest.importorskip("highway_env")
    if not version("highway-env").startswith("1.12"):
        pytest.skip(f"the reference is highway-env 1.12, not {version('highway-env')}")
    benchmark = load_benchmark()
    for scenario in benchmark.SCENARIOS:
        row = benchmark.Row(scenario.name)
        for seed in range(1000, 1002):
            benchmark.play(scenario, seed, row)
        assert row.differing_decisions == 0
        assert max(row.x, row.y, row.heading, row.speed, row.observation, row.reward) < TOLERANCE
