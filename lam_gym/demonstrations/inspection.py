"""What can be wrong with an episode, each thing one function of arrays: the finders behind `cleaning`.

Letters: T steps of an episode, N packed steps, n components of a continuous action.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.trajectory import Trajectory

LEAST_VOTES = 3
"""So many steps of at least two episodes must show an observation before its majority counts."""


def nonfinite(trajectory: Trajectory) -> str:
    """Where the episode holds a NaN or an infinity, in words; "" when it holds none."""
    for name, values in _columns(trajectory):
        if np.issubdtype(values.dtype, np.inexact) and not np.isfinite(values).all():
            step = int(np.argwhere(~np.isfinite(values))[0][0])
            return f"{name} of step {step} is not finite"
    return ""


def out_of_space(trajectory: Trajectory, spaces: Mapping[str, Any]) -> str:
    """Where the episode leaves the task's spaces, in words; "" when it stays inside.

    `spaces` is the store's description ("observation" and "action", as `metadata.describe_space` writes them). Kinds of
    space that it describes in words only, and the alphabets of texts, are not checked.
    """
    leaves = dict(_leaves(spaces.get("observation", {})))
    for key, values in trajectory.fields().items():
        step = _first_outside(values, leaves.get(key, {}))
        if step is not None:
            return f"observation{f' {key}' if key else ''} of step {step} is outside its space"
    step = _first_outside(trajectory.actions, spaces.get("action", {}))
    return "" if step is None else f"action of step {step} is outside its space"


def content_key(trajectory: Trajectory) -> bytes:
    """A digest of what happened: observations, actions, rewards and endings; equal episodes of other seeds share it."""
    digest = hashlib.blake2b(digest_size=16)
    for name, values in _columns(trajectory):
        digest.update(f"{name}:{values.dtype}:{values.shape};".encode())
        digest.update("\0".join(values).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    digest.update(f"{trajectory.terminated}{trajectory.truncated}{trajectory.success}".encode())
    return digest.digest()


def step_keys(trajectory: Trajectory) -> list[bytes]:
    """For each of the T steps a digest of its observation; for text tasks of its instruction, screen and other keys."""
    steps = len(trajectory)
    rows = [
        [str(text).encode() for text in values[:steps]]
        if values.dtype == object
        else [row.tobytes() for row in np.ascontiguousarray(values[:steps])]
        for values in trajectory.fields().values()
    ]
    return [hashlib.blake2b(b"\0".join(parts), digest_size=16).digest() for parts in zip(*rows)]


class Majority:
    """The usual action on each observation, by the votes of many episodes.

    Discrete and text actions vote for themselves: the usual action is the one with strictly more votes than any other.
    Continuous ones give the component-wise median, and an action further than `tolerance` from it in one component
    contradicts. An observation needs `LEAST_VOTES` votes from two episodes: two that disagree decide nothing.
    """

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._votes: dict[bytes, list[tuple[int, Any]]] = defaultdict(list)

    def vote(self, episode: int, keys: list[bytes], actions: NDArray[Any]) -> None:
        """Count each step's action for its observation."""
        for key, action in zip(keys, actions if actions.ndim > 1 else actions.tolist()):
            self._votes[key].append((episode, action))

    def contradicting_steps(self) -> Counter[int]:
        """For each episode, how many of its steps contradict the usual action on their observation."""
        against: Counter[int] = Counter()
        for votes in self._votes.values():
            if len(votes) < LEAST_VOTES or len({episode for episode, _ in votes}) < 2:
                continue
            against.update(self._minority(votes))
        return against

    def _minority(self, votes: list[tuple[int, Any]]) -> Iterator[int]:
        if isinstance(votes[0][1], np.ndarray):
            actions = np.stack([action for _, action in votes])
            far = (np.abs(actions - np.median(actions, axis=0)) > self._tolerance).any(axis=1)
            return (episode for (episode, _), contradicts in zip(votes, far) if contradicts)
        counts = Counter(action for _, action in votes).most_common(2)
        if len(counts) > 1 and counts[0][1] == counts[1][1]:
            return iter(())
        return (episode for episode, action in votes if action != counts[0][0])


def idle_steps(
    observations: Mapping[str, NDArray[Any]],
    actions: NDArray[Any],
    longest: int,
    starts: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which of N packed steps only repeat the step before, beyond the first `longest` of such a run. Returns [N].

    A step repeats when its observation and action equal those of the step before. `starts` [N] marks steps that begin
    a window or an episode and so repeat nothing. Arrays of observations may be longer than the actions.
    """
    count = len(actions)
    repeats = np.ones(count, dtype=bool)
    repeats[:1] = False
    for values in (actions, *observations.values()):
        equal = np.asarray(values[1:count] == values[: count - 1], dtype=bool)
        repeats[1:] &= equal.all(axis=tuple(range(1, equal.ndim)))
    if starts is not None:
        repeats &= ~starts
    steps = np.arange(count)
    place = steps - np.maximum.accumulate(np.where(repeats, 0, steps))
    idle: NDArray[np.bool_] = repeats & (place >= longest)
    return idle


def prune_steps(trajectory: Trajectory, idle: NDArray[np.bool_]) -> Trajectory:
    """The trajectory without the steps marked in `idle` [T] (never the first).

    The reward of a step that goes is added to the last step kept before it, so the return stays. Replaying the
    remaining actions in the environment need not give the same episode.
    """
    kept = np.flatnonzero(~idle)
    owner = np.cumsum(~idle) - 1
    rewards: NDArray[Any] = np.bincount(owner, weights=trajectory.rewards, minlength=len(kept))
    return replace(trajectory.select(kept.tolist()), rewards=rewards)


def _columns(trajectory: Trajectory) -> Iterator[tuple[str, NDArray[Any]]]:
    for key, values in trajectory.fields().items():
        yield f"observation {key}".rstrip(), values
    yield "action", trajectory.actions
    yield "reward", trajectory.rewards


def _leaves(space: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The parts of a described space by the flat keys that trajectories use."""
    parts = space.get("spaces")
    if parts is None:
        yield name, space
        return
    for key, part in parts.items() if isinstance(parts, Mapping) else enumerate(parts):
        yield from _leaves(part, f"{name}/{key}" if name else str(key))


def _first_outside(values: NDArray[Any], space: Mapping[str, Any]) -> int | None:
    """The first step whose value is outside the described space, or None."""
    inside = _INSIDE.get(str(space.get("type")))
    if inside is None or len(values) == 0:
        return None
    fits = inside(values, space)
    bad = np.flatnonzero(~fits.all(axis=tuple(range(1, fits.ndim))))
    return int(bad[0]) if len(bad) else None


def _in_box(values: NDArray[Any], space: Mapping[str, Any]) -> NDArray[np.bool_]:
    shape = tuple(space["shape"])
    if values.dtype == object or values.shape[1:] != shape:
        return np.zeros(len(values), dtype=bool)
    low, high = (np.array(space[side], dtype=np.float64) for side in ("low", "high"))
    low, high = (bound.reshape(shape) if bound.ndim else bound for bound in (low, high))
    inside: NDArray[np.bool_] = (values >= low) & (values <= high)
    return inside


def _in_discrete(values: NDArray[Any], space: Mapping[str, Any]) -> NDArray[np.bool_]:
    if not np.issubdtype(values.dtype, np.integer) or values.ndim != 1:
        return np.zeros(len(values), dtype=bool)
    inside: NDArray[np.bool_] = (values >= space["start"]) & (values < space["start"] + space["n"])
    return inside


def _in_multi_discrete(values: NDArray[Any], space: Mapping[str, Any]) -> NDArray[np.bool_]:
    sizes = np.array(space["nvec"])
    if values.shape[1:] != sizes.shape:
        return np.zeros(len(values), dtype=bool)
    inside: NDArray[np.bool_] = (values >= 0) & (values < sizes)
    return inside


def _in_text(values: NDArray[Any], space: Mapping[str, Any]) -> NDArray[np.bool_]:
    least, most = space["min_length"], space["max_length"]
    return np.array([isinstance(text, str) and least <= len(text) <= most for text in values], dtype=bool)


_INSIDE = {"Box": _in_box, "Discrete": _in_discrete, "MultiDiscrete": _in_multi_discrete, "Text": _in_text}
