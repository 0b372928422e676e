"""Labels: which texts are labels, what unknown ones are read as, and how known ones are confused in training."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lam_gym.models.labels import KnownLabels, find_labels, label_of
from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.words import encode_texts, read_words

LABELS = (
    "click button | Delete",
    "click button | Remove",
    "click button | Reply",
    "click button | Answer",
    "type field | To",
    "type field | Recipient",
)
MEANINGS = {
    "delete": (1.0, 0.0, 0.0),
    "remove": (1.0, 0.2, 0.0),
    "bin": (1.0, 0.05, 0.0),
    "discard": (1.0, 0.15, 0.0),
    "reply": (0.0, 1.0, 0.0),
    "answer": (0.2, 1.0, 0.0),
    "respond": (0.05, 1.0, 0.0),
    "to": (0.0, 0.0, 1.0),
    "recipient": (0.0, 0.2, 1.0),
    "addressee": (0.0, 0.05, 1.0),
}
"""Directions: the nearest ones are the closest in angle."""


class Meanings(PretrainedText):
    """Stands for an encoder: knows the words of this file."""

    def __init__(self) -> None:
        self.name, self.width = "meanings", 3

    def sentences(self, words: Tensor) -> Tensor:
        found = []
        for row in words.tolist():
            text = read_words(row)
            assert text[0] == text[-3] == '"', "a label is quoted"
            assert text[-2:] == ["in", "mail"], "and the application named"
            found.append(MEANINGS[" ".join(text[1:-3])])
        return torch.tensor(found)


@pytest.fixture
def labels() -> KnownLabels:
    return KnownLabels("text/mail@held_out_layout", LABELS, Meanings())


def screen(*texts: str) -> Tensor:
    return torch.from_numpy(encode_texts(texts, 32)).unsqueeze(0)


def read(candidates: Tensor, guessed: Tensor) -> list[str]:
    """The texts of the first screen; those that are guesses end in "?"."""
    marks = ["?" if guess else "" for guess in guessed[0].tolist()]
    return [" ".join(read_words(row)) + mark for row, mark in zip(candidates[0].tolist(), marks)]


def test_a_label_is_the_first_column_behind_a_kind() -> None:
    assert label_of("click button | Archive") == "click button | Archive"
    assert label_of("type field | To | (empty) = Anna") == "type field | To"
    assert label_of("select dropdown | Sort by | featured = best") == "select dropdown | Sort by"
    assert label_of("check checkbox | Gift wrap = yes") == "check checkbox | Gift wrap"
    assert label_of("back") == label_of("go east") == label_of("take the red key") == ""


def test_labels_recur_and_their_kind_holds_nothing_else() -> None:
    offers = [
        ["click button | Send", f"click row | from person {number} | Lunch", "type field | To | Anna = Piet", "back"]
        for number in range(20)
    ]
    offers[0].append("click tab | Rare")
    assert find_labels(offers, list(range(20))) == ("click button | Send", "type field | To")
    assert find_labels(offers, [0] * 20) == (), "one episode shows nothing that recurs"
    assert find_labels([], []) == ()


def test_known_labels_stay(labels: KnownLabels) -> None:
    shown = screen("click button | Delete", "type field | To | (empty) = Anna", "click row | Delete | Bin", "back")
    found, guessed = labels.recognize(shown)
    assert found is shown
    assert not guessed.any()
    assert labels.recognize(screen("back", "look"))[0].shape == (1, 2, 1)


def test_an_unknown_label_is_the_nearest_known_one_of_its_kind(labels: KnownLabels) -> None:
    shown = screen("click button | Bin", "type field | Addressee | (empty) = Anna Berg", "back")
    assert read(*labels.recognize(shown)) == [
        "click button | delete?",
        "type field | to | ( empty ) = anna berg?",
        "back",
    ]


def test_no_two_labels_of_a_screen_are_read_as_the_same(labels: KnownLabels) -> None:
    shown = screen("click button | Discard", "click button | Bin", "click button | Respond")
    assert read(*labels.recognize(shown))[:2] == ["click button | remove?", "click button | delete?"]
    shown = screen("click button | Delete", "click button | Bin")
    assert read(*labels.recognize(shown)) == ["click button | delete", "click button | remove?"]
    options = screen("type field | Addressee = Anna", "type field | Addressee = Piet")
    assert read(*labels.recognize(options)) == ["type field | to = anna?", "type field | to = piet?"]
    full = screen("click button | Delete", "click button | Remove", "click button | Reply", "click button | Answer")
    crowded = torch.cat([full, screen("click button | Bin")], dim=1)
    assert read(*labels.recognize(crowded))[-1] == "click button | bin", "nothing is left to read it as"


def test_frames_are_read_apart(labels: KnownLabels) -> None:
    frames = torch.cat([screen("click button | Bin"), screen("click button | Respond")])
    found, _ = labels.recognize(frames)
    assert [" ".join(read_words(frame[0])) for frame in found.tolist()] == [
        "click button | delete",
        "click button | reply",
    ]


def test_confusion_shows_neighbors_of_the_kind(labels: KnownLabels) -> None:
    torch.manual_seed(0)
    texts = ("click button | Delete", "type field | To | (empty) = Anna", "type field | To | (empty) = Piet", "back")
    shown = screen(*texts)
    assert labels.confuse(shown, 0.0)[0] is shown
    kept, seen = 0, set()
    for _ in range(50):
        other = read(*labels.confuse(shown, 0.5))
        kept += other[0] == "click button | delete"
        assert other[0] == "click button | delete" or other[0].endswith("?"), "what is changed is marked"
        seen.add(other[0].rstrip("?"))
        assert other[1].replace("anna", "piet") == other[2], "a label is the same in all its actions"
        assert other[1].rstrip("?") in (
            "type field | to | ( empty ) = anna",
            "type field | recipient | ( empty ) = anna",
        )
        assert other[3] == "back"
    assert 10 < kept < 40
    assert "click button | remove" in seen
    assert seen <= {f"click button | {name}" for name in ("delete", "remove", "reply", "answer")}


def test_confusion_never_shows_a_label_twice(labels: KnownLabels) -> None:
    torch.manual_seed(0)
    frames = screen("click button | Delete", "click button | Reply", "click button | Remove").repeat(200, 1, 1)
    found, guessed = labels.confuse(frames, 0.5)
    kept = int((~guessed.any(1)).sum())
    assert 0 < kept < 100, "some screens keep all their labels"
    for frame in found.tolist():
        assert len({tuple(row) for row in frame}) == 3
