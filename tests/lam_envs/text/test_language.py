"""Splits are disjoint by template and by label, words of a train wording are never held out, instructions read well."""

from __future__ import annotations

import re

import numpy as np
import pytest

from lam_envs.text.language import PROTECTED, SYNONYMS, Dice, Grammar, choose_layout, choose_side, sentence
from lam_envs.text.layouts.mail import LAYOUTS
from lam_envs.text.phrasings import mail

WORDS = re.compile(r"[a-z]+")
IDENTICAL = {"{do}", ""}
"""The empty frame and the empty place wrap nothing: both sides have them."""


def words(rules: dict[str, tuple[str, ...]]) -> set[str]:
    return {word for templates in rules.values() for text in templates for word in WORDS.findall(text.lower())}


@pytest.mark.parametrize("symbol", sorted(mail.TRAIN))
def test_templates_are_disjoint(symbol: str) -> None:
    train, held_out = set(mail.TRAIN[symbol]), set(mail.HELD_OUT[symbol])
    assert not (train & held_out) - IDENTICAL
    assert len(train) == len(set(mail.TRAIN[symbol])) or symbol in ("frame", "in.message")


def test_sides_have_the_same_symbols_and_enough_templates() -> None:
    assert set(mail.TRAIN) == set(mail.HELD_OUT)
    for verb in ("open", "archive", "delete", "star", "unread", "move", "reply", "forward"):
        assert len(mail.TRAIN[verb]) + len(mail.TRAIN[verb + "."]) >= 16
        assert len(mail.HELD_OUT[verb]) + len(mail.HELD_OUT[verb + "."]) >= 12


def test_held_out_templates_have_unseen_words() -> None:
    unseen = words(dict(mail.HELD_OUT)) - words(dict(mail.TRAIN))
    assert {"relay", "bin", "email", "earliest", "unopened", "regarding"} <= unseen


@pytest.mark.parametrize("key", sorted(LAYOUTS["train"]))
def test_labels_are_disjoint(key: str) -> None:
    assert set(LAYOUTS["train"]) == set(LAYOUTS["held_out"])
    everything = {label for labels in LAYOUTS["train"].values() for label in labels}
    assert not everything & set(LAYOUTS["held_out"][key])


def test_synonyms_are_train_words() -> None:
    train = words(dict(mail.TRAIN))
    for group in SYNONYMS:
        assert len(group) >= 2
        for member in group:
            assert set(WORDS.findall(member.lower())) <= train, member
    assert all(word == word.lower() for word in PROTECTED)


def test_grammar_expands_and_names_its_templates() -> None:
    grammar = Grammar({"a": ("go {b}",), "b": ("to {place}",)}, {"a": ("walk {b}",), "b": ("up to {place}",)})
    used: list[str] = []
    dice = Dice(np.random.default_rng(0))
    assert grammar.say("a", {"place": "Rome"}, "train", dice, used) == "go to Rome"
    assert used == ["a/train/0", "b/train/0"]
    assert grammar.say("a", {"b": "@b", "place": "Rome"}, "held_out", dice, used) == "walk up to Rome"
    assert grammar.templates("b", "held_out") == ("up to {place}",)
    assert sentence("can you go?") == "Can you go?"
    assert sentence("go") == "Go."


def test_dice() -> None:
    dice = Dice(np.random.default_rng(3), size=4)
    assert sorted(dice.sample(range(9), 9)) == list(range(9))
    assert {dice.below(3) for _ in range(60)} == {0, 1, 2}
    assert {dice.pick("ab") for _ in range(60)} == {"a", "b"}
    assert {dice.chance(0.5) for _ in range(60)} == {True, False}
    assert {choose_side("all", dice) for _ in range(60)} == {"train", "held_out"}
    assert choose_side("held_out", dice) == "held_out"
    layout = choose_layout({"train": {"send": ("Send",)}, "held_out": {"send": ("Submit",)}}, "held_out", dice)
    assert layout == {"send": "Submit"}
