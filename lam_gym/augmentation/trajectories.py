"""Augmentation of trajectories: noise on vector observations, and pruning of steps that only repeat the step before.

Letters: N packed frames, T steps of an episode, D features of a vector. Noise is in units of the standard deviation of
each feature, so one `sigma` means the same for meters and for radians; the packed functions serve batches, the others
whole trajectories. Random draws come from the generator that is passed in, and nothing is changed in place.

The label stays the expert's own action: for small noise it is still the right one, and the policy learns to answer
alike around each demonstration. A mean-zero Gaussian of small sigma is the variant with the best published evidence
(Sinha et al. 2021, "S4RL"). Dropping *random* parts of a trajectory has none, so pruning takes only redundant steps and
keeps the first `longest` of each run: a functional pause stays a pause.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.demonstrations.inspection import idle_steps, prune_steps
from lam_gym.errors import BadConfig
from lam_gym.trajectory import Trajectory


def inject_noise(
    observations: Mapping[str, NDArray[Any]],
    std: Mapping[str, NDArray[Any]],
    sigma: float,
    rng: np.random.Generator,
) -> dict[str, NDArray[Any]]:
    """Add Gaussian noise to packed vector observations: x' = x + sigma * std * z with z ~ N(0, 1).

    `observations` [N, D] by key ("" for a plain array); `std` [D] in the same units. Only floating-point keys that
    `std` names change; grids, codes and words stay. dtypes are kept. Raises BadConfig for a negative sigma.
    """
    if not sigma >= 0:
        raise BadConfig(f"Noise needs sigma >= 0 (in units of the standard deviation), not {sigma}.")
    noisy = dict(observations)
    for key, values in observations.items():
        if key in std and np.issubdtype(values.dtype, np.floating):
            noise = rng.standard_normal(values.shape) * (sigma * np.asarray(std[key], dtype=np.float64))
            noisy[key] = (values + noise).astype(values.dtype)
    return noisy


def add_noise(
    trajectory: Trajectory, std: Mapping[str, NDArray[Any]], sigma: float, rng: np.random.Generator
) -> Trajectory:
    """The trajectory with noise on its vector observations and the expert's own actions (see `inject_noise`)."""
    noisy = inject_noise(trajectory.fields(), std, sigma, rng)
    plain = not isinstance(trajectory.observations, dict)
    return replace(trajectory, observations=noisy[""] if plain else noisy, frames=None)


def redundant_frames(
    observations: Mapping[str, NDArray[Any]],
    actions: NDArray[Any],
    window: NDArray[Any],
    longest: int = 1,
    share: float = 1.0,
    rng: np.random.Generator | None = None,
) -> NDArray[np.bool_]:
    """Which of N packed frames only repeat, beyond the first `longest` of a run, their window's previous step.

    A frame repeats when observation and action equal those of the frame before it in the same window. With `share` < 1
    each such frame is named with that probability. Mark the named frames invalid to prune them from a loss.
    Returns [N].
    """
    _check(longest, share, rng)
    boundary = np.append(True, np.asarray(window)[1:] != np.asarray(window)[:-1])[: len(actions)]
    idle = idle_steps(observations, actions, longest, boundary)
    return idle if rng is None or share == 1.0 else idle & (rng.random(len(idle)) < share)


def prune_idle(
    trajectory: Trajectory, longest: int = 1, share: float = 1.0, rng: np.random.Generator | None = None
) -> Trajectory:
    """The trajectory without the steps that repeat the step before them beyond the first `longest` of a run.

    With `share` < 1 each such step goes with that probability, so that a batch sees pauses of different lengths. The
    reward of a step that goes is added to the step before it: the return is kept.
    """
    _check(longest, share, rng)
    idle = idle_steps(trajectory.fields(), trajectory.actions, longest)
    if rng is not None and share < 1.0:
        idle &= rng.random(len(idle)) < share
    return prune_steps(trajectory, idle) if idle.any() else trajectory


def _check(longest: int, share: float, rng: np.random.Generator | None) -> None:
    if longest < 1:
        raise BadConfig(f"Pruning keeps at least the first step of a run: longest must be >= 1, not {longest}.")
    if not 0.0 <= share <= 1.0:
        raise BadConfig(f"The share of redundant steps to prune must lie in [0, 1], not {share}.")
    if share < 1.0 and rng is None:
        raise BadConfig("Pruning a share of the redundant steps draws at random: pass a generator.")
