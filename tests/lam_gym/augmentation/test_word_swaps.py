"""Word swaps: what gives way and what stays."""

from __future__ import annotations

import numpy as np

from lam_gym.augmentation.word_swaps import FIXED, SHARE, swap_words, swappable_words

NEIGHBORS = {"delete": ("erase", "wipe"), "message": ("memo",), "anna": ("hanna",), "the": ("a",), "not": ("so",)}


def test_words_give_way_to_their_neighbors() -> None:
    rng = np.random.default_rng(0)
    said = [swap_words("Delete the message from Anna, please.", NEIGHBORS, {"anna"}, rng) for _ in range(400)]
    assert set(said) == {
        f"{verb} the {noun} from Anna, please." for verb in ("Delete", "Erase", "Wipe") for noun in ("message", "memo")
    }
    assert abs(np.mean(["memo" in text for text in said]) - SHARE) < 0.08
    assert abs(np.mean([text.startswith("Delete") for text in said]) - (1 - SHARE)) < 0.08


def test_protected_words_numbers_and_negations_stay() -> None:
    rng = np.random.default_rng(0)
    text = "Do not delete message 12 of the anna@delete.org account"
    assert all(swap_words(text, NEIGHBORS, {"delete", "message", "anna"}, rng) == text for _ in range(50))
    assert {"not", "the", "from", "for", "all"} <= FIXED


def test_swappable_words_recur_without_being_protected() -> None:
    texts = [("Delete the memo from Anna", "Erase the memo from Anna")] * 2 + [("Archive the mail from Piet",)]
    protected: list[set[str]] = [{"anna"}, {"anna"}, {"piet"}]
    assert swappable_words(texts, protected) == ["delete", "erase", "memo"]
    assert swappable_words([], []) == []
