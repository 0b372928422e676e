"""What the lane keeper observes, how it is paid, and what is told of an episode.

Every value is an array `[num_envs]` or a Python number (`lam_envs.driving.arithmetic`).
"""

from __future__ import annotations

import numpy as np

from lam_envs.driving.arithmetic import Arithmetic, Number
from lam_envs.driving.metrics import HORIZON, LEAST_PROGRESS, OVERSPEED_UNIT
from lam_envs.driving.road import ROUTE_LENGTH, Scenario, curvature
from lam_envs.driving.vehicle import (
    COMFORT_LATERAL,
    MAX_SPEED,
    MAX_STEERING,
    SIMULATION_STEP,
    SPEED_LIMIT,
    SUBSTEPS,
    State,
)

PREVIEW_DISTANCES = (0.0, 4.0, 8.0, 12.0, 18.0, 24.0, 32.0, 40.0)
"""Distances ahead along the center line at which the curvature is observed [m]."""

OBSERVATION_LOW = np.array([-6.0, -2.5, 0.0, -MAX_STEERING, *[-0.1] * len(PREVIEW_DISTANCES)], dtype=np.float32)
"""Lower bounds of the observation, `[12]`."""

OBSERVATION_HIGH = np.array([6.0, 2.5, MAX_SPEED, MAX_STEERING, *[0.1] * len(PREVIEW_DISTANCES)], dtype=np.float32)
"""Upper bounds of the observation, `[12]`."""

LATERAL_SCALE = 2.0
"""|e| at which the lateral term of the reward is gone [m]."""

SUCCESS_LATERAL_ERROR = 0.75
"""Largest mean |e| of a successful episode [m]."""

MIRRORED_OBSERVATION = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11)
"""Indices negated by a left-right reflection of the scene: every one but the speed."""

MIRRORED_ACTION = (1,)
"""Indices of the action negated by a left-right reflection: the steering."""


def observe(state: State, scenario: Scenario, arithmetic: Arithmetic) -> tuple[Number, ...]:
    """The 12 observed quantities, in order: e, psi, v, delta, then kappa(s + d) for each d of `PREVIEW_DISTANCES`."""
    preview = [curvature(scenario.knots, state.station + distance, arithmetic) for distance in PREVIEW_DISTANCES]
    return (state.lateral_error, state.heading_error, state.speed, state.steering, *preview)


def reward(old: State, new: State, arithmetic: Arithmetic) -> Number:
    """Reward of one policy step, in [0, 1].

    r = progress (0.8 (1 - min(|e| / LATERAL_SCALE, 1)^2) + 0.2 (1 - min(|a_lat| / COMFORT_LATERAL, 1)^2))
    progress = min(max(ds / (SPEED_LIMIT dt), 0), 1)

    and 0 when off the road; ds is the progress along the center line and a_lat = v * yaw rate.
    """
    per_step = SPEED_LIMIT * SIMULATION_STEP * SUBSTEPS
    progress = arithmetic.minimum(arithmetic.maximum((new.station - old.station) / per_step, 0.0), 1.0)
    lateral = arithmetic.minimum(abs(new.lateral_error) / LATERAL_SCALE, 1.0)
    comfort = arithmetic.minimum(abs(new.speed * new.yaw_rate) / COMFORT_LATERAL, 1.0)
    earned = progress * (0.8 * (1.0 - lateral * lateral) + 0.2 * (1.0 - comfort * comfort))
    return arithmetic.where(new.off_road, 0.0, earned)


def report(state: State, scenario: Scenario, arithmetic: Arithmetic) -> dict[str, Number]:
    """The `info` of a step: success so far, and the running metrics of the episode.

    | key | meaning |
    | --- | --- |
    | success | the end of the route was reached on the road, with a mean |e| of at most `SUCCESS_LATERAL_ERROR` |
    | progress | fraction of the route done, in [0, 1] |
    | lateral_error | e now [m] |
    | off_road | whether a corner left the road |
    | mean_speed | mean of v over the steps so far [m/s] |
    | mean_lateral_error, max_lateral_error | of |e| over the episode so far [m] |
    | max_lateral_acceleration | largest |v * yaw rate| so far [m/s^2] |
    | comfort | whether acceleration (also lateral), yaw rate and yaw acceleration stayed within nuPlan's bounds |
    | speed_limit_compliance | 1 - mean speed above `SPEED_LIMIT` / `OVERSPEED_UNIT`, at least 0 |
    | driving_score | (5 + 5 progress + 4 compliance + 2 comfort) / 16; 0 off the road or with little progress |
    | collision, at_fault_collision, min_time_to_collision, time_to_collision_within_bound | of an empty road |

    Source of the last six: `lam_envs.driving.metrics`.
    """
    steps = arithmetic.maximum(state.steps, 1.0)
    mean_lateral_error = state.lateral_sum / steps
    done = (state.station - scenario.start) / ROUTE_LENGTH
    progress = arithmetic.minimum(arithmetic.maximum(done, 0.0), 1.0)
    comfort = arithmetic.where(state.uncomfortable, False, True)
    compliance = arithmetic.maximum(1.0 - state.overspeed_sum / (OVERSPEED_UNIT * steps), 0.0)
    score = (5.0 + 5.0 * progress + 4.0 * compliance + 2.0 * comfort) / 16.0
    nothing = 0.0 * steps
    return {
        "success": state.arrived & (mean_lateral_error <= SUCCESS_LATERAL_ERROR),
        "progress": progress,
        "lateral_error": state.lateral_error,
        "off_road": state.off_road,
        "mean_speed": state.speed_sum / steps,
        "mean_lateral_error": mean_lateral_error,
        "max_lateral_error": state.lateral_max,
        "max_lateral_acceleration": state.lateral_acceleration_max,
        "comfort": comfort,
        "speed_limit_compliance": compliance,
        "driving_score": arithmetic.where(state.off_road | (progress < LEAST_PROGRESS), 0.0, score),
        "collision": nothing,
        "at_fault_collision": nothing,
        "min_time_to_collision": nothing + HORIZON,
        "time_to_collision_within_bound": nothing + 1.0,
    }
