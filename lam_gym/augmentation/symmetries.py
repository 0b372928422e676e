"""Symmetries that a task declares, applied to observations, words and actions together.

A symmetry maps a demonstration to another one that the same expert could have given: the mirror image of a drive, a
room with its colors exchanged. Each window (or episode) of a batch draws one element of the group that the task's
symmetries generate, and that element acts on everything at once, so the label stays right.

Letters: N packed frames, n windows (one group element each), C codes of a permutation.

    elements = draw(task.symmetries, rng, n)                        # one element a window
    observations, actions, admissible = transform(elements, window, observations, actions, admissible)

`window[i]` says which element acts on frame i. An observation that is a plain array has the key "". Text is an object
array of `str`. Nothing is changed in place, and every dtype is kept. The symmetries act in the order in which the task
declares them; words are exchanged all at the same time, at word boundaries, keeping a capital initial.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.errors import BadConfig
from lam_gym.task import Mirror, Permutation, Symmetry
from lam_gym.trajectory import Trajectory

Words = tuple[tuple[str, str], ...]
"""What is said instead of what: pairs (word, new word); words that stay are left out."""


@dataclass(frozen=True, eq=False)
class Elements:
    """One element of a task's symmetry group for each of n windows."""

    symmetries: tuple[Symmetry, ...]
    """The symmetries, in the order in which they act."""

    choices: tuple[NDArray[np.int64], ...]
    """One array a symmetry: Mirror [n] of 0 or 1; Permutation [n, C], where codes[i] becomes codes[choice[i]]."""

    def __len__(self) -> int:
        return len(self.choices[0]) if self.choices else 0

    def inverse(self) -> Elements:
        """The elements that undo these: each inverse, in the opposite order."""
        undone = (choice if choice.ndim == 1 else np.argsort(choice, axis=1) for choice in reversed(self.choices))
        return Elements(self.symmetries[::-1], tuple(undone))

    @cached_property
    def words(self) -> list[Words]:
        """For each window, the words that change: the exchange of each symmetry, one after the other."""
        return [self._words_of(index) for index in range(len(self))]

    def _words_of(self, index: int) -> Words:
        said: dict[str, str] = {}
        for symmetry, choice in zip(self.symmetries, self.choices):
            step = _exchange(symmetry, choice[index])
            said = {**step, **{word: step.get(new, new) for word, new in said.items()}}
        return tuple(sorted((word, new) for word, new in said.items() if word != new))


def identity(symmetries: Sequence[Symmetry], n: int) -> Elements:
    """The elements that change nothing, one for each of `n` windows."""
    for symmetry in symmetries:
        _check(symmetry)
    still = (
        np.zeros(n, np.int64) if isinstance(s, Mirror) else np.tile(np.arange(len(s.codes), dtype=np.int64), (n, 1))
        for s in symmetries
    )
    return Elements(tuple(symmetries), tuple(still))


def draw(symmetries: Sequence[Symmetry], rng: np.random.Generator, n: int) -> Elements:
    """Draw one element a window, uniformly from each symmetry's own group: 2 for a mirror, C! for a permutation.

    Raises BadConfig when a permutation's codes and words do not pair up.
    """
    still = identity(symmetries, n)
    choices = (
        rng.integers(0, 2, n, dtype=np.int64) if choice.ndim == 1 else rng.permuted(choice, axis=1)
        for choice in still.choices
    )
    return Elements(still.symmetries, tuple(choices))


def transform(
    elements: Elements,
    window: NDArray[Any],
    observations: Mapping[str, NDArray[Any]],
    actions: NDArray[Any] | None = None,
    admissible: Sequence[tuple[str, ...]] | None = None,
    action_window: NDArray[Any] | None = None,
) -> tuple[dict[str, NDArray[Any]], NDArray[Any] | None, tuple[tuple[str, ...], ...] | None]:
    """Let each window's element act on its frames, actions and admissible actions.

    `window` [N] gives the element of each frame (of `observations` [N, ...] and of `admissible`, N tuples);
    `action_window` gives that of each action where the actions are not one a frame. Returns new arrays.
    """
    window = np.asarray(window, dtype=np.int64)
    moved = {key: _turn_frames(elements, key, window, values) for key, values in observations.items()}
    which = window if action_window is None else np.asarray(action_window, dtype=np.int64)
    acted = None if actions is None else _turn_actions(elements, which, actions)
    offered = None if admissible is None else tuple(admissible)
    if admissible is not None and elements.symmetries:
        words = elements.words
        offered = tuple(_turn_offer(row, words[w]) for row, w in zip(admissible, window, strict=True))
    return moved, acted, offered


def transform_trajectory(elements: Elements, index: int, trajectory: Trajectory) -> Trajectory:
    """Let element `index` act on a whole trajectory. Frames for rendering, which show the original, are left out."""
    length = len(trajectory)
    observations, actions, admissible = transform(
        elements,
        np.full(length + 1, index),
        trajectory.fields(),
        trajectory.actions,
        trajectory.admissible_actions,
        action_window=np.full(length, index),
    )
    assert actions is not None
    return replace(
        trajectory,
        observations=observations if isinstance(trajectory.observations, dict) else observations[""],
        actions=actions,
        admissible_actions=admissible,
        frames=None,
    )


def _turn_offer(offer: tuple[str, ...], words: Words) -> tuple[str, ...]:
    """Exchange words in admissible actions; in alphabetical order if they stood in it, as in a moved environment."""
    turned = tuple(swap_words(text, words) for text in offer)
    return tuple(sorted(turned)) if offer == tuple(sorted(offer)) else turned


@lru_cache(maxsize=16384)
def swap_words(text: str, words: Words) -> str:
    """Exchange words at word boundaries, all at the same time. A capital initial stays a capital initial."""
    if not words:
        return text
    table = dict(words)

    def say(match: re.Match[str]) -> str:
        new = table[match[0].lower()]
        return new[0].upper() + new[1:] if match[0][0].isupper() else new

    return _pattern(tuple(table)).sub(say, text)


@lru_cache(maxsize=4096)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b", re.IGNORECASE)


def _exchange(symmetry: Symmetry, choice: Any) -> dict[str, str]:
    """Word by word, what one symmetry's `choice` says instead; all in lower case."""
    if isinstance(symmetry, Permutation):
        return {word.lower(): symmetry.words[new].lower() for word, new in zip(symmetry.words, choice)}
    pairs = symmetry.swap_words if choice else ()
    return {a.lower(): b.lower() for pair in pairs for a, b in (pair, pair[::-1])}


def _turn_frames(elements: Elements, key: str, window: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    """Apply every symmetry to the packed frames [N, ...] of one observation key."""
    if values.dtype == object:
        return _turn_text(elements, window, values)
    for symmetry, choice in zip(elements.symmetries, elements.choices):
        if isinstance(symmetry, Mirror):
            values = _reflect(symmetry, key, choice[window] == 1, values)
        elif symmetry.key == key:
            values = _permute(symmetry, choice, window, values)
    return values.copy()


def _reflect(mirror: Mirror, key: str, chosen: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[Any]:
    """Mirror the chosen frames: flip a grid, negate parts of a vector, give codes their mirrored code."""
    if not chosen.any():
        return values
    values = values.copy()
    if key in mirror.flip:
        values[chosen] = np.flip(values[chosen], axis=mirror.flip[key] + 1)
    if key in mirror.negate:
        negated = np.asarray(mirror.negate[key], dtype=np.int64)
        reflected = values[chosen]
        reflected[..., negated] = -reflected[..., negated]
        values[chosen] = reflected
    if key in mirror.remap:
        values[chosen] = np.asarray(mirror.remap[key]).astype(values.dtype)[values[chosen]]
    return values


def _permute(
    symmetry: Permutation, choice: NDArray[np.int64], window: NDArray[np.int64], values: NDArray[Any]
) -> NDArray[Any]:
    """Permute the codes in one channel (the last axis) of grid frames [N, ..., channels], or packed codes [N].

    With `only = (channel, codes)` a cell takes part only where that other channel shows one of those codes.
    """
    old = values[..., symmetry.channel] if values.ndim > 1 else values
    codes = np.asarray(symmetry.codes, dtype=np.int64)
    width = int(codes.max()) + 1
    table = np.tile(np.arange(width, dtype=values.dtype), (len(choice), 1))
    table[:, codes] = codes[choice]
    takes_part = (old >= 0) & (old < width)
    if symmetry.only is not None:
        channel, shown = symmetry.only
        takes_part &= np.isin(values[..., channel], shown)
    rows = window.reshape((-1,) + (1,) * (old.ndim - 1))
    new = np.where(takes_part, table[rows, np.where(takes_part, old, 0).astype(np.int64)], old)
    if values.ndim == 1:
        return new
    values = values.copy()
    values[..., symmetry.channel] = new
    return values


def _turn_text(elements: Elements, window: NDArray[np.int64], values: NDArray[Any]) -> NDArray[Any]:
    if not elements.symmetries:
        return values.copy()
    words = elements.words
    turned = np.empty(len(values), dtype=object)
    turned[:] = [swap_words(text, words[w]) for text, w in zip(values, window, strict=True)]
    return turned


def _turn_actions(elements: Elements, window: NDArray[np.int64], actions: NDArray[Any]) -> NDArray[Any]:
    """Exchange discrete actions [N], negate parts of continuous ones [N, n], or exchange words of text actions [N]."""
    if actions.dtype == object:
        return _turn_text(elements, window, actions)
    actions = actions.copy()
    for symmetry, choice in zip(elements.symmetries, elements.choices):
        if not isinstance(symmetry, Mirror):
            continue
        chosen = choice[window] == 1
        if np.issubdtype(actions.dtype, np.floating):
            index = np.ix_(np.flatnonzero(chosen), np.asarray(symmetry.negate_actions, dtype=np.int64))
            actions[index] = -actions[index]
            continue
        before = actions.copy()
        for a, b in symmetry.swap_actions:
            actions[chosen & (before == a)] = b
            actions[chosen & (before == b)] = a
    return actions


def _check(symmetry: Symmetry) -> None:
    if isinstance(symmetry, Mirror):
        return
    if not symmetry.codes or len(set(symmetry.codes)) != len(symmetry.codes) or min(symmetry.codes) < 0:
        raise BadConfig(f"The permutation '{symmetry.name}' needs distinct codes >= 0, not {symmetry.codes}.")
    if symmetry.words and len(symmetry.words) != len(symmetry.codes):
        raise BadConfig(
            f"The permutation '{symmetry.name}' has {len(symmetry.codes)} codes and {len(symmetry.words)} words; "
            "give one word a code, or none."
        )
    if symmetry.only is not None and symmetry.only[0] == symmetry.channel:
        raise BadConfig(
            f"The permutation '{symmetry.name}' may not choose cells by channel {symmetry.channel}, which it permutes."
        )
