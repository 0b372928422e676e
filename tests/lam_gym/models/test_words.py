"""Words: stable hashes, shared rows, and actions that read as the screen does."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from lam_gym.models.words import (
    NUM_ROWS,
    PIECE,
    ROWS_PER_WORD,
    describe_action,
    embedding_rows,
    encode_texts,
    numbered_lines,
    other_lines,
    word_id,
    word_ids,
)

SCREEN = "Inbox\n[1] row from Anna | Lunch\n[2] button Reply\n[12] field To:\n[3]\nnot [4] a widget"


def test_ids_are_stable() -> None:
    """Checkpoints hold rows of words: the numbers may never change, in no process and no version."""
    assert word_id("mail") == 1302190477409138311
    code = "from lam_gym.models.words import word_ids; print(word_ids('Archive the mail 2!'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(word_ids("archive THE mail 2 !"))


def test_words_numbers_and_signs() -> None:
    assert word_ids("Send 2 mails + 1 now!") == tuple(map(word_id, ("send", "2", "mails", "+", "1", "now", "!")))
    assert word_ids("a2b") == tuple(map(word_id, ("a", "2", "b")))
    assert word_ids("") == word_ids(" \n\t ") == ()
    assert len(word_ids("café")) == 2, "a letter beyond a to z is a sign of its own"
    assert all(0 < identity < 2**62 for identity in word_ids("the quick brown fox"))


def test_rows_of_a_word() -> None:
    ids = np.array([0, *word_ids("archive archived a communication")])
    rows = embedding_rows(ids)
    assert rows.shape == (5, ROWS_PER_WORD)
    assert (rows[0] == 0).all()
    assert (rows[1:, 0] > 0).all()
    assert rows.max() < NUM_ROWS
    assert set(rows[1]) & set(rows[2]) - {0}, "words that look alike share rows"
    assert (rows[3, 1:] == 0).all(), "a short word has no 3-grams"
    assert embedding_rows(np.array([], dtype=np.int64)).shape == (0, ROWS_PER_WORD)


def test_encoded_texts_are_padded_and_cut() -> None:
    encoded = encode_texts(["one", "one two three", ""], 2)
    assert encoded.shape == (3, 2)
    assert encoded[0].tolist() == [word_id("one"), 0]
    assert encoded[1].tolist() == [word_id("one"), word_id("two")]
    assert (encoded[2] == 0).all()
    assert encode_texts([], 5).shape == (0, 1)
    assert encode_texts([""], 5).shape == (1, 1)


def test_actions_read_as_the_screen_does() -> None:
    assert describe_action("click 1", SCREEN) == "click row | from Anna | Lunch"
    assert describe_action("type 12 hello 2", SCREEN) == "type field | To: = hello 2"
    assert describe_action("click 2", SCREEN) == "click button | Reply"
    assert describe_action("click 3", SCREEN) == "click "
    assert describe_action("click 4", SCREEN) == "click 4", "a number that no line has"
    assert describe_action("go back", SCREEN) == "go back"
    assert describe_action("click 1", "") == "click 1"
    assert numbered_lines(SCREEN)["12"] == "field To:"


def test_what_no_action_refers_to() -> None:
    screen = "Mail > Inbox\n[1] row from Anna | Lunch\n[2] button Reply (dimmed)\n\nunread: 3"
    assert other_lines(["click 1", "back"], screen) == ["Mail > Inbox", "button Reply (dimmed)", "unread: 3"]
    assert other_lines([], screen)[1] == "row from Anna | Lunch"
    assert other_lines(["click 1"], "") == []
    long = " ".join(map(str, range(2 * PIECE + 1)))
    assert [len(piece.split()) for piece in other_lines(["look"], long)] == [PIECE, PIECE, 1]
