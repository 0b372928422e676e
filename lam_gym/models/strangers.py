"""What is never on one screen, though each is seen often: it tells which label an unknown one can stand for.

Two names of one button are strangers, for a layout has one of them; so are the buttons of different screens, and a
button for newer messages and "page 1". A label that would stand among strangers is less likely what an unknown one
means, however near it may be.

Letters: S screens, M labels, I labels and words of the lines beside the actions, U unknown labels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float
from numpy.typing import NDArray
from torch import Tensor

EXPECTED = 8.0
"""Episodes that would show both, if one told nothing of the other, for their never being seen together to count."""
ODD = 0.3
"""What a label's cosine loses for a stranger on its screen."""
NONE = -1.0
"""What it counts as to read a label as none that is known."""
READINGS = 6
"""Known labels that are considered for an unknown one."""
BEAM = 32
"""Readings of a whole screen that are followed."""


def find_strangers(
    labels: int, shown: Sequence[Sequence[int]], lines: Sequence[Sequence[str]], episodes: Sequence[int]
) -> tuple[tuple[str, ...], Bool[Tensor, "M I"]]:
    """The words that are a stranger to some label, sorted, and the strangers of each label among labels and words.

    Args:
        labels: how many there are.
        shown: numbers of the labels on each of the S screens.
        lines: words of the lines beside the actions of each screen.
        episodes: number of each screen's episode; drawings of one episode in other layouts share theirs.
    """
    words = sorted({word for each in lines for word in each})
    places = {word: labels + index for index, word in enumerate(words)}
    _, episode = np.unique(np.asarray(episodes, dtype=np.int64), return_inverse=True)
    held = np.zeros((int(episode.max(initial=-1)) + 1, labels + len(words)), dtype=bool)
    together = np.zeros((labels, held.shape[1]), dtype=bool)
    for number, known, said in zip(episode, shown, lines):
        here = [*known, *(places[word] for word in said)]
        held[number, here] = True
        together[np.ix_(known, here)] = True
    counts: NDArray[np.float64] = held.sum(0).astype(np.float64)
    expected = np.outer(counts[:labels], counts) / max(1, len(held))
    strangers = ~together & (expected >= EXPECTED)
    kept = np.concatenate([np.ones(labels, dtype=bool), strangers[:, labels:].any(0)])
    return tuple(word for word, keep in zip(words, kept[labels:]) if keep), torch.from_numpy(strangers[:, kept])


def pack(strangers: Bool[Tensor, "M I"]) -> tuple[str, ...]:
    """One string of hexadecimal digits a label, for a checkpoint."""
    return tuple(np.packbits(row.numpy()).tobytes().hex() for row in strangers)


def unpack(packed: Sequence[str], items: int) -> Bool[Tensor, "M I"]:
    """The inverse of `pack`, for so many labels and words."""
    rows = [np.unpackbits(np.frombuffer(bytes.fromhex(row), np.uint8), count=items).astype(bool) for row in packed]
    return torch.from_numpy(np.array(rows, dtype=bool).reshape(len(packed), items))


def choose_readings(cosines: Float[Tensor, "U M"], strangers: Bool[Tensor, "M M"]) -> list[int]:
    """The label that each of U unknown ones is read as, no two as the same; -1 for none.

    The sum of the cosines, less ODD for every two strangers, is the highest that a beam search finds. A label whose
    cosine is -inf is not considered.
    """
    order = cosines.max(1).values.argsort(descending=True, stable=True).tolist()
    apart = strangers.tolist()
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for row in order:
        best = cosines[row].topk(min(READINGS + len(order), cosines.shape[1]))
        near = [
            (score, label) for score, label in zip(best.values.tolist(), best.indices.tolist()) if score > -torch.inf
        ]
        grown = [(total + NONE, (*read, -1)) for total, read in beam]
        for total, read in beam:
            free = [(score, label) for score, label in near if label not in read][:READINGS]
            for score, label in free:
                odd = sum(apart[label][other] for other in read if other >= 0)
                grown.append((total + score - ODD * odd, (*read, label)))
        beam = sorted(grown, key=lambda each: -each[0])[:BEAM]
    chosen = dict(zip(order, beam[0][1]))
    return [chosen[row] for row in range(len(cosines))]
