"""Beside highway-env: its live state into a batch, and the batch's state in its order and words.

    environments = make_vec("LamDrive/Highway-v0", num_envs=1, mode="reference", preset="highway-fast-v0")
    load_highway_env(environments, 0, gymnasium.make("highway-fast-v0"))       after both have been reset
    vehicle_state(environments, 0)["x"]

From equal states equal actions lead to equal states, up to rounding. highway-env is not imported here: whoever has an
environment of it brings it along.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.metrics import start_metrics
from lam_envs.driving.traffic import (
    ACCELERATION_MAX,
    ALL_COLLIDE,
    CHECKS,
    COMFORTABLE_BRAKING,
    COS,
    CRASHED,
    DELAY,
    DENSITY,
    EXPONENT,
    FRAMES,
    HALF_INVERSE_ROOT,
    HEADING,
    IMPACT,
    IMPACT_X,
    IMPACT_Y,
    LANE,
    LANES,
    MIN_GAIN,
    ORDER,
    POLITENESS,
    SIN,
    SPEED,
    SPEED_HIGH,
    SPEED_LOW,
    STEP,
    TARGET,
    TARGET_SPEED,
    TICK,
    TIME_GAP,
    TIMER,
    X,
    Y,
)
from lam_envs.driving.vector import DrivingVectorEnv

FIELDS = {"x": X, "y": Y, "heading": HEADING, "speed": SPEED}
"""Names of `vehicle_state` and the rows behind them."""


def load_highway_env(vector_env: DrivingVectorEnv, index: int, highway_env: Any) -> None:
    """Copy a highway-env state (highway-v0 or a relative of it) into environment `index` of a reference batch.

    Copied are the pose, speed, lane, target lane, target speed, timer, IDM exponent and crash of every vehicle, the
    lanes, the frequencies, which vehicles check collisions, and the time left. Fewer vehicles than the batch has room
    for are fine: the rest is absent. Metrics start anew. ValueError when the batch is not of mode "reference", or when
    the state is not the ego's and IDM vehicles' on a road without obstacles, or has more vehicles than there is room.
    """
    world = highway_env.unwrapped
    vehicles = world.road.vehicles
    state = vector_env.state
    if vector_env.mode != "reference" or "blocks" not in state:
        raise ValueError(f"expected a highway batch of mode 'reference', got mode {vector_env.mode!r}: make such a one")
    room = state["blocks"].shape[2]
    if len(vehicles) > room:
        raise ValueError(f"expected at most {room} vehicles, got {len(vehicles)}: use the preset 'highway-v0'")
    others_drive = all(hasattr(vehicle, "timer") for vehicle in vehicles[1:])
    if vehicles[0] is not world.vehicle or not others_drive or getattr(world.road, "objects", None):
        raise ValueError("expected the ego first, then IDM vehicles, no obstacles, got others: arrange the road so")
    block, codes = state["blocks"][index], state["codes"][index]
    for who, vehicle in enumerate(vehicles):
        _load_vehicle(block[:, who], codes[:, who], vehicle)
    state["counts"][index] = len(vehicles)
    codes[ORDER, : len(vehicles)] = np.argsort(block[X, : len(vehicles)], kind="stable")
    _load_parameters(state["parameters"][index], world)
    state["steps"][index] = vector_env.max_episode_steps - _steps_left(world, vector_env.max_episode_steps)
    state["faults"][index] = -1
    state["terminated"][index] = state["truncated"][index] = False
    start_metrics(state["accumulators"][index], block[SPEED, 0], block[HEADING, 0])
    vector_env.set_state(vector_env.get_state())


def vehicle_state(vector_env: DrivingVectorEnv, index: int) -> dict[str, NDArray[Any]]:
    """x, y [m], heading [rad], speed [m/s], lane, target_lane and crashed of the vehicles of environment `index`.

    Arrays `[num_vehicles]` in highway-env's order: the ego, then the traffic.
    """
    state = vector_env.state
    count = int(state["counts"][index])
    block, codes = state["blocks"][index, :, :count], state["codes"][index, :, :count]
    named: dict[str, NDArray[Any]] = {name: block[row].copy() for name, row in FIELDS.items()}
    named.update(lane=codes[LANE].copy(), target_lane=codes[TARGET].copy(), crashed=codes[CRASHED].astype(np.bool_))
    return named


def highway_env_state(highway_env: Any) -> dict[str, NDArray[Any]]:
    """The same of a live highway-env environment."""
    vehicles = highway_env.unwrapped.road.vehicles
    return {
        "x": np.array([vehicle.position[0] for vehicle in vehicles]),
        "y": np.array([vehicle.position[1] for vehicle in vehicles]),
        "heading": np.array([vehicle.heading for vehicle in vehicles], dtype=np.float64),
        "speed": np.array([vehicle.speed for vehicle in vehicles], dtype=np.float64),
        "lane": np.array([vehicle.lane_index[2] for vehicle in vehicles]),
        "target_lane": np.array([vehicle.target_lane_index[2] for vehicle in vehicles]),
        "crashed": np.array([vehicle.crashed for vehicle in vehicles], dtype=np.bool_),
    }


def _load_vehicle(block: NDArray[np.float64], codes: NDArray[np.int64], vehicle: Any) -> None:
    heading = float(vehicle.heading)
    block[X], block[Y] = vehicle.position
    block[HEADING], block[SPEED] = heading, vehicle.speed
    block[COS], block[SIN] = math.cos(heading), math.sin(heading)
    block[TARGET_SPEED] = vehicle.target_speed
    block[EXPONENT] = getattr(vehicle, "DELTA", 4.0)
    block[TIMER] = getattr(vehicle, "timer", 0.0) if getattr(vehicle, "enable_lane_change", True) else -math.inf
    codes[LANE], codes[TARGET] = vehicle.lane_index[2], vehicle.target_lane_index[2]
    codes[CRASHED], codes[IMPACT] = vehicle.crashed, vehicle.impact is not None
    codes[CHECKS] = vehicle.check_collisions
    block[IMPACT_X], block[IMPACT_Y] = (0.0, 0.0) if vehicle.impact is None else vehicle.impact


def _load_parameters(row: NDArray[np.float64], world: Any) -> None:
    vehicles, config = world.road.vehicles, world.config
    lane_index = world.vehicle.lane_index
    row[LANES] = len(world.road.network.all_side_lanes(lane_index))
    row[DENSITY], row[SPEED_LOW], row[SPEED_HIGH] = config["vehicles_density"], 21.0, 24.0
    traffic = vehicles[1] if len(vehicles) > 1 else None
    row[TIME_GAP] = getattr(traffic, "TIME_WANTED", 1.5)
    row[ACCELERATION_MAX] = getattr(traffic, "COMFORT_ACC_MAX", 3.0)
    row[POLITENESS] = getattr(traffic, "POLITENESS", 0.0)
    row[MIN_GAIN] = getattr(traffic, "LANE_CHANGE_MIN_ACC_GAIN", 0.2)
    row[STEP] = row[TICK] = 1 / config["simulation_frequency"]
    row[FRAMES] = config["simulation_frequency"] // config["policy_frequency"]
    row[DELAY] = getattr(traffic, "LANE_CHANGE_DELAY", 1.0)
    row[ALL_COLLIDE] = any(vehicle.check_collisions for vehicle in vehicles[1:])
    braking = -getattr(traffic, "COMFORT_ACC_MIN", -COMFORTABLE_BRAKING)
    row[HALF_INVERSE_ROOT] = 0.5 / math.sqrt(row[ACCELERATION_MAX] * braking)


def _steps_left(world: Any, usual: int) -> int:
    """Policy steps until highway-env's time is up; `usual` where it does not tell."""
    duration = world.config.get("duration")
    if duration is None:
        return usual
    left: int = math.ceil((duration - getattr(world, "time", 0.0)) * world.config["policy_frequency"] - 1e-9)
    return left
