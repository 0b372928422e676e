"""Text as numbers: words, their hashed rows, and what an action on a screen refers to.

A text is a row of word ids. A word id is a 62-bit hash of the word, so it never depends on what was read before; 0 is
"no word". Each word owns `ROWS_PER_WORD` rows of the hashed embedding: itself and its character 3-grams, which is how
unseen words stay close to the seen words that they resemble.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

NUM_ROWS = 4096
"""Rows of the hashed embedding; row 0 is empty."""
ROWS_PER_WORD = 6
"""The word's own row and up to five of its 3-grams."""
ARGUMENT = "="
"""Sign between the line that an action refers to and what it types or chooses there."""
BAR = "|"
"""Sign between the columns of a line."""
PIECE = 24
"""Words of a line of a screen that are read as one piece."""
CACHED_TEXTS = 200_000
"""Texts kept as word ids."""

_WORD = re.compile(r"[a-z]+|[0-9]+|[^\sa-z0-9:]")
"""Words, numbers and signs; the colons that lay out a screen are left out."""
_REFERENCE = re.compile(r"\b(\d+)\b")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little") >> 2


@lru_cache(maxsize=CACHED_TEXTS)
def word_id(word: str) -> int:
    """The id of a word, positive and the same in every process."""
    identity = _hash(word) or 1
    _ROWS[identity] = _word_rows(word)
    _WORDS[identity] = word
    return identity


_ROWS: dict[int, tuple[int, ...]] = {0: (0,) * ROWS_PER_WORD}
_WORDS: dict[int, str] = {}


def _word_rows(word: str) -> tuple[int, ...]:
    marked = f"<{word}>"
    grams = [marked[start : start + 3] for start in range(len(marked) - 2)] if len(word) > 2 else []
    step = max(1, -(-len(grams) // (ROWS_PER_WORD - 1)))
    rows = [1 + _hash(f"word {word}") % (NUM_ROWS - 1)]
    rows += [1 + _hash(f"gram {gram}") % (NUM_ROWS - 1) for gram in grams[::step]]
    return tuple(rows + [0] * (ROWS_PER_WORD - len(rows)))


def read_words(ids: Sequence[int]) -> list[str]:
    """The words of a row of ids, without the places that hold none."""
    return [_WORDS[identity] for identity in ids if identity]


def embedding_rows(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows [U, ROWS_PER_WORD] of the hashed embedding for word ids [U]; unused places hold row 0."""
    return np.array([_ROWS[word] for word in words.tolist()], dtype=np.int64).reshape(-1, ROWS_PER_WORD)


def split_words(text: str) -> list[str]:
    """Lower-case words, numbers and signs of a text, in order, without colons."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=CACHED_TEXTS)
def word_ids(text: str) -> tuple[int, ...]:
    """Ids of the words of a text (`split_words`)."""
    return tuple(map(word_id, split_words(text)))


def encode_texts(texts: Sequence[str], longest: int) -> NDArray[np.int64]:
    """Word ids [N, L] of N texts, zero after the end of each; L is the longest text's, at most `longest`."""
    rows = [word_ids(text)[:longest] for text in texts]
    width = max(1, max(map(len, rows), default=1))
    encoded = np.zeros((len(rows), width), dtype=np.int64)
    for row, words in zip(encoded, rows):
        row[: len(words)] = words
    return encoded


@lru_cache(maxsize=4096)
def numbered_lines(screen: str) -> dict[str, str]:
    """Number -> line for the lines of a screen that start with "[number]"."""
    lines = {}
    for line in screen.split("\n"):
        if line.startswith("[") and "]" in line:
            number, _, rest = line[1:].partition("]")
            lines[number] = rest.strip()
    return lines


def other_lines(actions: Sequence[str], screen: str) -> list[str]:
    """What a screen says besides what these actions refer to: every other line, long ones in pieces."""
    lines = numbered_lines(screen)
    used = {found.group(1) for found in map(_REFERENCE.search, actions) if found}
    others: list[str] = []
    for line in screen.split("\n"):
        number = line[1:].partition("]")[0] if line.startswith("[") else ""
        if number in lines and number in used:
            continue
        words = lines.get(number, line).split()
        others += [" ".join(words[start : start + PIECE]) for start in range(0, len(words), PIECE)]
    return others


def describe_action(action: str, screen: str) -> str:
    """An action in words: "click 2" becomes "click row | from Anna | Lunch" where line 2 is "row from Anna | Lunch".

    The first word of a line is its kind, and what it holds is a column behind its label. What is typed or chosen stands
    behind ARGUMENT: "select dropdown | Size | any = M".
    """
    lines = numbered_lines(screen)
    found = _REFERENCE.search(action)
    if found is None or found.group(1) not in lines:
        return action
    kind, _, rest = lines[found.group(1)].partition(" ")
    argument = action[found.end() :]
    first, bar, others = rest.partition(f" {BAR} ")
    columns = f" {BAR} {first.replace(': ', f' {BAR} ', 1)}{bar}{others}" if rest else ""
    described = f"{action[: found.start()]}{kind}{columns}"
    return f"{described} {ARGUMENT}{argument}" if argument else described
