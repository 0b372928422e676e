"""Words that stand near others in a pretrained encoder's space: what might have been said instead.

Letters: V words of the encoder's vocabulary, W words, E numbers of the encoder.
Source: Alzantot et al. 2018, "Generating Natural Language Adversarial Examples" (word swaps by embedding); Jiao et al.
2020, "TinyBERT" (such swaps as augmentation).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.words import encode_texts

Neighbors = dict[str, tuple[str, ...]]
"""Word -> words near it, the nearest first."""

NEAR = 0.35
"""Least cosine of neighbours."""
MOST = 12
"""Neighbours of a word."""


def find_neighbors(words: Sequence[str], pretrained: PretrainedText, avoid: Collection[str] = ()) -> Neighbors:
    """The vocabulary's words that are nearer to one of `words` than to all others, by that word.

    A word of the vocabulary that is itself among `words` or `avoid` is no neighbour, nor is one that lies nearer to
    another of the words: "erase" goes to "delete" even where "open" is not far.
    """
    apart = {*words, *avoid}
    others = [word for word in pretrained.vocabulary() if word not in apart]
    if not words or not others:
        return {}
    vectors = _read(others, pretrained)
    center = vectors.mean(0)
    known = pretrained.directions(_read(words, pretrained), center)
    cosines, nearest = (pretrained.directions(vectors, center) @ known.T).max(1)
    found: dict[str, list[str]] = {}
    for index in cosines.argsort(descending=True, stable=True).tolist():
        if cosines[index] < NEAR:
            break
        near = found.setdefault(words[int(nearest[index])], [])
        if len(near) < MOST:
            near.append(others[index])
    return {word: tuple(near) for word, near in found.items()}


def _read(words: Sequence[str], pretrained: PretrainedText) -> Float[Tensor, "W E"]:
    """What the encoder makes of each word by itself, in quotation marks."""
    return torch.cat(
        [
            pretrained.sentences(
                torch.from_numpy(encode_texts([f'" {word} "' for word in words[start : start + 1024]], 4))
            )
            for start in range(0, len(words), 1024)
        ]
    )
