"""Labels: which texts are labels, what unknown ones are read as, and how known ones are confused in training."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lam_gym.models.labels import KnownLabels, find_labels, find_parts, names_of
from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.strangers import pack
from lam_gym.models.words import encode_texts, read_words

LABELS = (
    "click button | Delete",
    "click button | Remove",
    "click button | Reply",
    "click button | Answer",
    "type field | To",
    "type field | Recipient",
    "select dropdown | Sort by",
    "select dropdown = cheapest first",
    "select dropdown = most expensive first",
)
DATA = ("dr", "select dropdown = red")
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
    "sort by": (0.5, 0.5, 1.0),
    "order": (0.5, 0.5, 0.9),
    "cheapest first": (0.2, 1.0, 0.1),
    "low prices first": (0.2, 0.9, 0.1),
    "most expensive first": (1.0, 0.2, 0.1),
    "high prices first": (0.9, 0.2, 0.1),
}
"""Directions: the nearest ones are the closest in angle."""


class Meanings(PretrainedText):
    """Stands for an encoder: knows the words of this file."""

    def __init__(self) -> None:
        self.name, self.width, self.depths = "meanings", 3, 1

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
    return KnownLabels("text/mail@held_out_layout", LABELS, DATA, Meanings())


def screen(*texts: str) -> Tensor:
    return torch.from_numpy(encode_texts(texts, 32)).unsqueeze(0)


def read(candidates: Tensor, guessed: Tensor) -> list[str]:
    """The texts of the first screen; those that are guesses end in "?"."""
    marks = ["?" if guess else "" for guess in guessed[0].tolist()]
    return [" ".join(read_words(row)) + mark for row, mark in zip(candidates[0].tolist(), marks)]


def test_names_are_columns_and_what_can_be_chosen() -> None:
    assert names_of("click button | Archive") == ["click button | Archive"]
    assert names_of("type field | To | (empty) = Anna") == ["type field | To"], "what is typed is data"
    assert names_of("select dropdown | Sort by | featured = best rated") == [
        "select dropdown | Sort by",
        "select dropdown = best rated",
        "select dropdown = featured",
    ]
    assert names_of("check checkbox | Gift wrap = yes") == ["check checkbox | Gift wrap"]
    assert names_of("click row | 09:00 | free") == ["click row | 09:00", "click row | free"], "columns may say a state"
    assert all(names_of(text) == [] for text in ("back", "go east", "take the red key"))


def test_labels_recur_and_most_of_their_kind_do() -> None:
    offers = [
        ["click button | Send", f"click row | from {name} | Lunch", "type field | To | Anna = Piet", "back"]
        for name in "abcdefghijklmnopqrst"
    ]
    offers[0].append("click tab | Rare")
    assert find_labels(offers, list(range(20))) == (("click button | Send", "type field | To"), ())
    assert find_labels(offers, [0] * 20) == ((), ()), "one episode shows nothing that recurs"
    assert find_labels([], []) == ((), ())
    for number, name in enumerate("abcdefghijklmnopqrst"):
        offers[number] += ["click button | Buy now", f"click button | Remove {name} chair", "click button | Page 2"]
    labels, data = find_labels(offers, list(range(20)))
    assert labels == ("click button | Buy now", "click button | Send", "type field | To")
    assert data == tuple(sorted([*"abcdefghijklmnopqrst", "chair", "click button | Page 2", "page", "remove"]))


def test_a_state_among_data_is_a_label_where_other_episodes_call_it_otherwise() -> None:
    rows = [
        [f"click row | {number}:00 | Lunch with {name}" for number in (9, 10, 11)] for name in "abcdefghijklmnopqrst"
    ]
    for number, texts in enumerate(rows):
        texts += ["click row | 12:00 | free" if number % 2 else "click row | 12:00 | free hour", "click row | Lunch"]
    labels, data = find_labels(rows, list(range(20)))
    assert labels == ("click row | free", "click row | free hour"), "lunch is lunch everywhere"
    assert {"lunch", "with", "click row | Lunch", "click row | 12:00"} <= set(data)
    assert (
        find_labels([[text for text in texts if text != "click row | 12:00 | free"] for texts in rows], range(20))[0]
        == ()
    )


def test_options_are_labels_where_other_episodes_call_them_otherwise() -> None:
    one = [f"select dropdown | Sort by | none = {name}" for name in ("cheapest first", "best first")]
    two = [f"select dropdown | Sort by | none = {name}" for name in ("lowest price first", "best first")]
    both = [f"select dropdown | Color | any = {name}" for name in ("red", "blue")]
    labels, data = find_labels([one + both, two + both] * 10, list(range(20)))
    assert labels == (
        "select dropdown = cheapest first",
        "select dropdown = lowest price first",
        "select dropdown | Color",
        "select dropdown | Sort by",
    )
    assert data == tuple(f"select dropdown = {name}" for name in ("any", "best first", "blue", "none", "red"))


def test_names_are_found_in_the_words_of_candidates() -> None:
    shown = screen(
        "select dropdown | Sort by | none = best", "click row | from Anna | Mon", "back", "type field | To = a"
    )
    begins, ends = find_parts(shown)
    assert torch.stack([begins, ends], dim=3)[0].tolist() == [
        [[3, 5], [6, 7], [8, 9], [0, 0]],
        [[3, 5], [6, 7], [0, 0], [0, 0]],
        [[0, 0], [0, 0], [0, 0], [0, 0]],
        [[3, 4], [5, 6], [0, 0], [0, 0]],
    ]


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


def test_options_are_read_like_labels_and_data_never() -> None:
    labels = KnownLabels("text/mail", LABELS, DATA, Meanings())
    shown = screen(
        "select dropdown | Order | red = Low prices first",
        "select dropdown | Order | High prices first = red",
        "select dropdown | Order | Low prices first = Level 3",
        "click button | Dr Bin",
        "click button | Page 3",
    )
    assert read(*labels.recognize(shown)) == [
        "select dropdown | sort by | red = cheapest first?",
        "select dropdown | sort by | most expensive first = red?",
        "select dropdown | sort by | cheapest first = level 3?",
        "click button | dr bin",
        "click button | page 3",
    ]


def test_states_are_read_like_labels() -> None:
    labels = KnownLabels("text/mail", ("click row | Delete", "click row | Remove"), ("anna",), Meanings())
    shown = screen("click row | 09:00 | Bin", "click row | Anna | 10:00", "click row | Remove | 11:00")
    assert read(*labels.recognize(shown)) == [
        "click row | 09 00 | delete?",
        "click row | anna | 10 00",
        "click row | remove | 11 00",
    ]


def know_strangers(*pairs: tuple[int, int]) -> KnownLabels:
    """The labels of this file and the words "inbox", "page" and "sent"; these of them are strangers."""
    strangers = torch.zeros(len(LABELS), len(LABELS) + 3, dtype=torch.bool)
    for label, other in pairs:
        strangers[label, other] = True
        if other < len(LABELS):
            strangers[other, label] = True
    return KnownLabels("text/mail", LABELS, DATA, Meanings(), ("inbox", "page", "sent"), pack(strangers))


def test_a_label_is_not_read_as_a_stranger_of_what_stands_beside_it() -> None:
    remove, answer, inbox, page, sent = 1, 3, len(LABELS), len(LABELS) + 1, len(LABELS) + 2
    shown = screen("click button | Discard", "click button | Answer")
    lines = screen("inbox , page 1")
    assert read(*know_strangers().recognize(shown, lines))[0] == "click button | remove?"
    assert read(*know_strangers((remove, answer)).recognize(shown, lines))[0] == "click button | delete?"
    assert read(*know_strangers((remove, inbox)).recognize(shown, lines))[0] == "click button | delete?"
    assert read(*know_strangers((remove, page)).recognize(shown, lines))[0] == "click button | delete?"
    assert read(*know_strangers((remove, sent)).recognize(shown, lines))[0] == "click button | remove?"
    assert read(*know_strangers((remove, page)).recognize(shown))[0] == "click button | remove?"


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


def test_confusion_seldom_shows_strangers_beside_each_other() -> None:
    known = ("click button | Bin", "click button | Delete", "click button | Remove", "click button | Reply")
    strangers = torch.zeros(4, 4, dtype=torch.bool)
    strangers[2, 3] = strangers[3, 2] = True
    frames = screen("click button | Delete", "click button | Reply").repeat(400, 1, 1)

    def count(packed: tuple[str, ...]) -> int:
        torch.manual_seed(0)
        found, _ = KnownLabels("text/mail", known, DATA, Meanings(), (), packed).confuse(frames, 0.5)
        texts = [[" ".join(read_words(row)) for row in frame] for frame in found.tolist()]
        return sum(pair == ["click button | remove", "click button | reply"] for pair in texts)

    assert count(()) > 4 * count(pack(strangers))


def test_words_of_labels_are_overlooked_in_instructions_and_data_never(labels: KnownLabels) -> None:
    torch.manual_seed(0)
    asked = torch.from_numpy(encode_texts(["remove the red one of dr Anna", "sort it, cheapest first"], 9))
    assert not labels.overlook(asked, 0.0).any()
    found = [
        [read_words([word])[0] for word in row[hidden].tolist()]
        for row, hidden in zip(asked, labels.overlook(asked, 1.0))
    ]
    assert found == [["remove"], ["sort", "cheapest", "first"]]
    share = labels.overlook(asked.repeat(500, 1), 0.3).sum() / (500 * 4)
    assert 0.25 < share < 0.35
