"""Word swaps: instructions in which some words give way to words of a similar meaning.

A swap is not a synonym: it may say a little more, less or other than the word that it stands for. What must stay is
passed in as protected (names, titles, everything that the screens show as data); words that tie a sentence together
and numbers stay as well. So a policy learns to hear what is asked from words that its templates do not use.

Source: Wei and Zou 2019, "EDA"; Alzantot et al. 2018 (neighbours of an embedding instead of a thesaurus).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from lam_gym.augmentation.text import with_case
from lam_gym.augmentation.vocabulary import FILLERS, NEGATIONS, RELATIONS

SHARE = 0.4
"""Share of the words with neighbours that give way."""
FIXED = FILLERS | NEGATIONS | RELATIONS | {"for"}
"""Words that are never swapped."""

_WORD = re.compile(r"[A-Za-z]+")


def swap_words(
    text: str, neighbors: Mapping[str, Sequence[str]], protected: Collection[str], rng: np.random.Generator
) -> str:
    """The text with a share of its words, none of them protected (lower case), as one of their neighbours."""

    def swap(match: re.Match[str]) -> str:
        word = match[0].lower()
        near = neighbors.get(word, ())
        if not near or word in protected or word in FIXED or rng.random() >= SHARE:
            return match[0]
        return with_case(near[int(rng.integers(len(near)))], match[0])

    return _WORD.sub(swap, text)


def swappable_words(texts: Sequence[Sequence[str]], protected: Sequence[Collection[str]]) -> list[str]:
    """Words that may be swapped and recur: in one of a hundred demos, whose texts and protected words these are."""
    count: dict[str, int] = {}
    for group, kept in zip(texts, protected):
        for word in {word.lower() for text in group for word in _WORD.findall(text)} - FIXED - set(kept):
            count[word] = count.get(word, 0) + 1
    return sorted(word for word, number in count.items() if number >= max(2, len(texts) // 100))
