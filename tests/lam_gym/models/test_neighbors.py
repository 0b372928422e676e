"""Neighbors: the words of a vocabulary by the known word that they are nearest to."""

from __future__ import annotations

import torch
from torch import Tensor

from lam_gym.models.neighbors import find_neighbors
from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.words import read_words

MEANINGS = {
    "delete": (1.0, 0.0, 0.0, 0.0),
    "erase": (1.0, 0.1, 0.0, 0.0),
    "wipe": (1.0, 0.4, 0.0, 0.0),
    "reply": (0.0, 1.0, 0.0, 0.0),
    "answer": (0.1, 1.0, 0.0, 0.0),
    "between": (0.8, 1.0, 0.0, 0.0),
    "anna": (0.9, 0.0, 0.1, 0.0),
    "far": (0.0, 0.0, 0.0, 1.0),
    "further": (0.0, 0.0, 1.0, 0.0),
    "back": (-1.0, -1.0, 0.0, 0.0),
}


class Vocabulary(PretrainedText):
    """Stands for an encoder that knows the words of this file."""

    def __init__(self) -> None:
        self.name, self.width, self.depths = "words", 4, 1

    def vocabulary(self) -> list[str]:
        return sorted(MEANINGS)

    def sentences(self, words: Tensor) -> Tensor:
        texts = [read_words(row) for row in words.tolist()]
        assert all(text[0] == text[2] == '"' for text in texts), "a word is quoted"
        return torch.tensor([MEANINGS[text[1]] for text in texts])


def test_words_go_to_the_nearest_known_one() -> None:
    found = find_neighbors(["delete", "reply"], Vocabulary(), {"anna"})
    assert found["delete"][:2] == ("erase", "wipe"), "the nearest first"
    assert set(found["reply"]) == {"answer", "between"}
    assert not {"anna", "far", "back", "delete", "reply"} & {word for near in found.values() for word in near}


def test_without_words_there_are_no_neighbors() -> None:
    assert find_neighbors([], Vocabulary()) == {}
    assert find_neighbors(["delete"], Vocabulary(), set(MEANINGS)) == {}
