"""Tapes: what is recorded while environments step together.

Letters: n environments that run side by side (lanes, one row each), t lock-steps.
A tape holds the latest observation of every lane, which is what the policy acts on next, and everything since the start
of each lane's episode. `ArrayTape` is for observations that are one array: it writes each lock-step once, into a block
[t, n, ...] whose newest row is the policy's batch, and cuts an episode out of the blocks when it ends.
`ListTape` is for dicts and text.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lam_gym.trajectory import Action, Observation, Observations, flatten_observation, stack, stack_observations

Cut = tuple[Observations, NDArray[Any], NDArray[np.float64], tuple[tuple[str, ...], ...] | None]
"""One episode: observations [T+1], actions [T], rewards [T], admissible actions or None."""

BLOCK_BYTES = 2**22
"""Size of a block of observations, within 2 to 256 lock-steps."""

SMALL_BYTES = 1024
"""Observations up to this size are joined as bytes."""
_dtype_of = operator.attrgetter("dtype")


class Tape(Protocol):
    """The record of lanes that step together."""

    def batch(self) -> Any:
        """The latest observation of each lane, as policies get it: an array [n, ...] or a list."""
        ...

    def append(
        self,
        actions: Sequence[Action],
        observations: Sequence[Observation],
        rewards: Sequence[float],
        infos: Sequence[dict[str, Any]],
    ) -> None:
        """Record one lock-step of all lanes."""
        ...

    def cut(self, row: int) -> Cut:
        """The episode in lane `row`, up to its latest observation."""
        ...

    def restart(self, row: int, observation: Observation, info: dict[str, Any]) -> None:
        """Begin another episode in lane `row`."""
        ...

    def remove(self, rows: Sequence[int]) -> None:
        """Take lanes out; those behind them move up."""
        ...


def make_tape(
    observations: Sequence[Observation], infos: Sequence[dict[str, Any]], action: NDArray[Any] | None
) -> Tape:
    """The tape that fits the first observations; `action` is an action as an array, None when actions are no arrays."""
    plain = isinstance(observations[0], (np.ndarray, np.generic, int, float))
    if plain and action is not None and "admissible_actions" not in infos[0]:
        return ArrayTape(np.array(observations), action)
    return ListTape(observations, infos)


def fill(row: NDArray[Any], observations: Sequence[Any]) -> None:
    """Copy n observations into `row` [n, ...].

    Small arrays of one dtype go as one string of bytes, which takes a quarter of the time of NumPy's own conversion.
    """
    if row.nbytes <= SMALL_BYTES * len(observations):
        try:
            if [*map(_dtype_of, observations)].count(row.dtype) == len(observations):
                row[...] = np.frombuffer(b"".join(observations), row.dtype).reshape(row.shape)
                return
        except (AttributeError, BufferError, TypeError, ValueError):
            pass  # numbers, arrays that are not contiguous or of another size: NumPy knows what to do, or says why not
    row[...] = observations


class ArrayTape:
    """Array observations and array actions, in blocks of lock-steps."""

    def __init__(self, observations: NDArray[Any], action: NDArray[Any]) -> None:
        self._action = action
        self._starts = [0] * len(observations)
        self._pieces: list[list[tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]]] = [[] for _ in observations]
        self._open(observations)

    def _open(self, observations: NDArray[Any]) -> None:
        """Begin a block whose first row is `observations`."""
        lanes = len(observations)
        steps = max(2, min(256, BLOCK_BYTES // max(1, observations.nbytes)))
        self._observations = np.empty((steps + 1, *observations.shape), observations.dtype)
        self._observations[0] = observations
        self._actions = np.empty((steps, lanes, *self._action.shape), self._action.dtype)
        self._rewards = np.empty((steps, lanes))
        self._starts = [0] * lanes
        self._time = 0

    def batch(self) -> NDArray[Any]:
        newest: NDArray[Any] = self._observations[self._time]
        return newest

    def append(
        self,
        actions: Sequence[Action],
        observations: Sequence[Observation],
        rewards: Sequence[float],
        infos: Sequence[dict[str, Any]],
    ) -> None:
        time = self._time
        if time == len(self._actions):
            self._turn(range(len(self._starts)))
            time = 0
        self._actions[time] = actions
        self._rewards[time] = rewards
        fill(self._observations[time + 1], observations)
        self._time = time + 1

    def cut(self, row: int) -> Cut:
        end = self._time
        pieces = [*self._pieces[row], self._piece(row, end)]
        observations = np.concatenate([*(piece[0] for piece in pieces), self._observations[end : end + 1, row]])
        return (
            observations,
            np.concatenate([piece[1] for piece in pieces]),
            np.concatenate([piece[2] for piece in pieces]),
            None,
        )

    def restart(self, row: int, observation: Observation, info: dict[str, Any]) -> None:
        self._observations[self._time, row] = observation
        self._starts[row] = self._time
        self._pieces[row] = []

    def remove(self, rows: Sequence[int]) -> None:
        gone = set(rows)
        self._turn([row for row in range(len(self._starts)) if row not in gone])

    def _turn(self, rows: Sequence[int]) -> None:
        """Put the block away and begin one that holds only the lanes `rows`."""
        end = self._time
        for row in rows:
            if self._starts[row] < end:
                self._pieces[row].append(self._piece(row, end))
        self._pieces = [self._pieces[row] for row in rows]
        self._open(self._observations[end, list(rows)])

    def _piece(self, row: int, end: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
        """The steps of lane `row` in this block before `end`: a copy, so that no old block stays alive."""
        steps = slice(self._starts[row], end)
        return self._observations[steps, row].copy(), self._actions[steps, row].copy(), self._rewards[steps, row].copy()


class _Page:
    """The steps of one lane since its episode began."""

    def __init__(self, observation: Observation, info: dict[str, Any]) -> None:
        self.observations: list[Observation] = []
        self.actions: list[Action] = []
        self.rewards: list[float] = []
        self.admissible: list[tuple[str, ...]] | None = [] if "admissible_actions" in info else None
        self.add(observation, info)

    def add(self, observation: Observation, info: dict[str, Any]) -> None:
        """Keep an observation: flat, and copied, as some environments reuse their arrays."""
        kept: Observation = flatten_observation(observation)
        if isinstance(kept, Mapping):
            kept = {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in kept.items()}
        elif isinstance(kept, np.ndarray):
            kept = kept.copy()
        self.observations.append(kept)
        if self.admissible is None:
            self.latest = kept
        else:
            self.admissible.append(tuple(info["admissible_actions"]))
            shown = kept if isinstance(kept, dict) else {"": kept}
            self.latest = {**shown, "admissible_actions": self.admissible[-1]}


class ListTape:
    """Observations of any form, and text with its admissible actions, in a list per lane."""

    def __init__(self, observations: Sequence[Observation], infos: Sequence[dict[str, Any]]) -> None:
        self._pages = [_Page(observation, info) for observation, info in zip(observations, infos)]

    def batch(self) -> list[Observation]:
        return [page.latest for page in self._pages]

    def append(
        self,
        actions: Sequence[Action],
        observations: Sequence[Observation],
        rewards: Sequence[float],
        infos: Sequence[dict[str, Any]],
    ) -> None:
        for page, action, observation, reward, info in zip(self._pages, actions, observations, rewards, infos):
            page.actions.append(action)
            page.rewards.append(reward)
            page.add(observation, info)

    def cut(self, row: int) -> Cut:
        page = self._pages[row]
        admissible = None if page.admissible is None else tuple(page.admissible)
        rewards = np.array(page.rewards, dtype=np.float64)
        return stack_observations(page.observations), stack(page.actions), rewards, admissible

    def restart(self, row: int, observation: Observation, info: dict[str, Any]) -> None:
        self._pages[row] = _Page(observation, info)

    def remove(self, rows: Sequence[int]) -> None:
        gone = set(rows)
        self._pages = [page for row, page in enumerate(self._pages) if row not in gone]
