"""The bookkeeping of a batch of episodes, compiled: actions are checked, clocks count, ends are found."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import kernel
from lam_envs.driving.random_streams import stream_key


@kernel
def read_choices(given: NDArray[np.int64], size: int, actions: NDArray[np.int64]) -> int:
    """Copy discrete actions; gives the row of the first one outside [0, size), or -1."""
    for row in range(given.shape[0]):
        if given[row] < 0 or given[row] >= size:
            return row
        actions[row] = given[row]
    return -1


@kernel
def read_controls(
    given: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], actions: NDArray[np.float64]
) -> int:
    """Clip continuous actions [num_envs, n] into their box; gives the row of the first one not finite, or -1."""
    for row in range(given.shape[0]):
        for column in range(given.shape[1]):
            value = given[row, column]
            if not (abs(value) < np.inf):
                return row
            actions[row, column] = min(max(value, low[column]), high[column])
    return -1


@kernel
def start_episodes(
    rows: NDArray[np.bool_],
    code: int,
    seed: NDArray[np.int64],
    episode: NDArray[np.int64],
    steps: NDArray[np.int64],
    key: NDArray[np.int64],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
) -> None:
    """Clear the clock and the end of `rows`, and derive the key of their random numbers. `code` is the split's."""
    for row in range(rows.shape[0]):
        if rows[row]:
            steps[row] = 0
            terminated[row] = False
            truncated[row] = False
            key[row] = stream_key(int(seed[row]), 4 * int(episode[row]) + code)


@kernel
def open_step(
    keep: bool,
    limit: int,
    steps: NDArray[np.int64],
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    rewards: NDArray[np.float64],
    skipped: NDArray[np.bool_],
) -> int:
    """Mark episodes that have ended as `skipped` and count the step of the others; gives the number of skipped ones.

    `keep` leaves the flags of skipped rows as they are. `truncated` of the others says whether this is the last step.
    """
    count = 0
    for row in range(steps.shape[0]):
        rewards[row] = 0.0
        skipped[row] = terminated[row] or truncated[row]
        if skipped[row]:
            count += 1
            if not keep:
                terminated[row] = False
                truncated[row] = False
        else:
            steps[row] += 1
            truncated[row] = steps[row] >= limit
    return count


@kernel
def find_ended(
    terminated: NDArray[np.bool_],
    truncated: NDArray[np.bool_],
    skipped: NDArray[np.bool_],
    ended: NDArray[np.bool_],
) -> int:
    """Mark the episodes that ended by this step; gives their number."""
    count = 0
    for row in range(ended.shape[0]):
        ended[row] = (terminated[row] or truncated[row]) and not skipped[row]
        count += ended[row]
    return count
