"""What a batch of episodes hands back: its own copies of observations, and infos as Gymnasium's versions shape them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.driving.metrics import FLAGS, METRICS, describe_metrics


def metric_arrays(metrics: NDArray[np.float64], mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Metrics of the episodes in `mask` as Gymnasium's vector infos: `[num_envs]` a name, with its mask "_<name>"."""
    infos: dict[str, Any] = {}
    for column, name in enumerate(METRICS):
        values = np.where(mask, metrics[:, column], 0.0)
        infos[name] = values.astype(np.bool_) if column in FLAGS else values
        infos[f"_{name}"] = mask.copy()
    return infos


def final_infos(observations: Any, metrics: NDArray[np.float64], mask: NDArray[np.bool_]) -> dict[str, Any]:
    """Last observations and metrics of the episodes in `mask`, before the automatic reset in the same step.

    Gymnasium 0.29 has objects "final_observation" and "final_info" for each environment, Gymnasium 1 has arrays
    "final_obs" and "final_info"; both come with their masks.
    """
    mask = mask.copy()
    if not gymnasium.__version__.startswith("0."):
        info = metric_arrays(metrics, mask)
        return {"final_obs": copy_of(observations), "_final_obs": mask, "final_info": info, "_final_info": mask}
    last, told = np.full(len(mask), None, object), np.full(len(mask), None, object)
    for row in np.flatnonzero(mask).tolist():
        last[row] = row_of(observations, row)
        told[row] = describe_metrics(metrics[row])
    return {"final_observation": last, "_final_observation": mask, "final_info": told, "_final_info": mask}


def autoreset_metadata(autoreset: str) -> dict[str, Any]:
    """The entry of `metadata` by which Gymnasium 1 learns of the automatic reset."""
    modes = getattr(gymnasium.vector, "AutoresetMode", None)
    return {} if modes is None else {"autoreset_mode": modes[autoreset.upper()]}


def zeros_of(space: Any) -> Any:
    """An array, or a dict of arrays, that fits a Box or a Dict of them."""
    if isinstance(space, spaces.Dict):
        return {name: zeros_of(inner) for name, inner in space.spaces.items()}
    return np.zeros(space.shape, space.dtype)


def copy_of(observations: Any) -> Any:
    """A copy of an array or of a dict of arrays."""
    if isinstance(observations, dict):
        return {name: array.copy() for name, array in observations.items()}
    return observations.copy()


def row_of(observations: Any, row: int) -> Any:
    """A copy of one environment's part of the batch's observations."""
    if isinstance(observations, dict):
        return {name: array[row].copy() for name, array in observations.items()}
    return observations[row].copy()
