"""Edits of instructions: whatever is drawn, no slot is lost."""

from __future__ import annotations

import numpy as np
import pytest

from lam_gym.augmentation.text import (
    MARKS,
    delete_words,
    edit,
    insert_punctuation,
    join,
    protected_words,
    replace_synonyms,
    slots,
    swap_tokens,
    tokenize,
    with_case,
)
from lam_gym.augmentation.vocabulary import FILLERS, NEUTRAL_SYNONYMS, PIVOT, STATES
from lam_gym.errors import BadConfig

SENTENCES = (
    "Please forward the latest message from Anna to Piet Vos, and archive it.",
    'I would like you to reply "Please wait, I am on my way" to the mail about invoice 4312.',
    "Anna's oldest mail should be moved to the folder Taxes, not to anna@example.org.",
    "go to the red ball",
    "Do you want a big picture? Never delete the second one!",
)
SYNONYMS = (("forward", "pass on"), ("latest", "newest", "most recent"), ("message", "mail"), ("reply to", "answer"))


def firm(text: str, protected: frozenset[str] = frozenset()) -> list[str]:
    return [token.text for token in tokenize(text, protected, SYNONYMS) if token.firm]


@pytest.mark.parametrize("sentence", [*SENTENCES, "", "  two  spaces ", "...", "a\nb “quoted words” c"])
def test_tokens_join_to_the_text(sentence: str) -> None:
    assert join(tokenize(sentence)) == sentence


def test_names_numbers_and_quotes_are_firm() -> None:
    assert firm(SENTENCES[0]) == ["Anna", "Piet", "Vos"]
    assert firm(SENTENCES[1]) == ['"Please wait, I am on my way"', "4312"]
    assert firm(SENTENCES[2]) == ["Anna's", "Taxes", "anna@example.org"]
    assert firm("Marta sent it. Please open it. Friday is late") == ["Marta", "Friday"]


def test_only_fillers_are_free() -> None:
    free = [token.word for token in tokenize("Please do not go to the red ball") if not token.locked]
    assert free == ["please", "do", "the"]
    assert not FILLERS & STATES


def test_protected_words_come_from_screens_and_actions() -> None:
    protected = protected_words(
        "Please tell Anna the code Blue", ["Inbox: the blue box, anna.berg@x.org, please"], ["type 3 please hurry"]
    )
    assert protected == {"anna", "blue", "please"}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_operation_loses_a_slot(sentence: str) -> None:
    rng = np.random.default_rng(0)
    protected = frozenset({"folder", "please"})
    locked = [t.word for t in tokenize(sentence, protected) if t.locked and t.text not in MARKS]
    changed = 0
    for _ in range(200):
        edited = edit(sentence, protected, rng, 0.3, ("swap", "delete", "punctuation"))
        changed += edited != sentence
        assert [t.word for t in tokenize(edited, protected) if t.locked and t.text not in MARKS] == locked
        assert slots(edited, protected) == slots(sentence, protected)
    assert changed == 200


def test_synonyms_change_locked_words_but_no_firm_ones() -> None:
    rng = np.random.default_rng(0)
    seen = {edit(SENTENCES[0], frozenset(), rng, 1.0, ("synonym",), SYNONYMS) for _ in range(60)}
    assert seen == {
        f"Please pass on the {which} mail from Anna to Piet Vos, and archive it." for which in ("newest", "most recent")
    }
    protected = frozenset({"forward", "latest", "message"})
    assert edit(SENTENCES[0], protected, rng, 1.0, ("synonym",), SYNONYMS) == SENTENCES[0]
    assert edit("Answer the newest mail", frozenset(), rng, 1.0, ("synonym",), (("reply to", "answer"),)) == (
        "Reply to the newest mail"
    )
    assert edit("A reply to it", frozenset(), rng, 1.0, ("synonym",), (("reply to", "answer"),)) == "A answer it"


def test_alpha_sets_how_much_is_edited() -> None:
    rng = np.random.default_rng(0)
    tokens = tokenize("the a please would like the a please would like")
    few = [len(tokens) - len(delete_words(tokens, rng, 0.1, ())) for _ in range(300)]
    many = [len(tokens) - len(delete_words(tokens, rng, 0.6, ())) for _ in range(300)]
    assert 0.9 < np.mean(few) < 1.8
    assert 5 < np.mean(many) < 7
    marks = [len(insert_punctuation(tokens, rng, 0.3, ())) - len(tokens) for _ in range(300)]
    assert set(marks) == {1, 2, 3}


def test_deletion_keeps_a_capital_and_drops_a_loose_comma() -> None:
    rng = np.random.default_rng(0)
    assert join(delete_words(tokenize("Please go"), rng, 1.0, ())) == "Go"
    assert join(delete_words(tokenize("go there, please."), rng, 1.0, ())) == "go there."
    assert join(delete_words(tokenize("please"), rng, 1.0, ())) == "please"


def test_swaps_exchange_free_words_only() -> None:
    rng = np.random.default_rng(3)
    tokens = tokenize("Please open the door")
    assert join(swap_tokens(tokens, rng, 0.5, ())) == "The open please door"
    assert swap_tokens(tokenize("open it"), rng, 0.5, ()) == tokenize("open it")


def test_what_cannot_be_edited_stays() -> None:
    rng = np.random.default_rng(0)
    assert edit("Anna Berg", frozenset(), rng) == "Anna Berg"
    assert edit("", frozenset(), rng) == ""
    assert join(replace_synonyms(tokenize("open it"), rng, 1.0, ())) == "open it"


def test_equal_generators_give_equal_edits() -> None:
    def edits() -> list[str]:
        rng = np.random.default_rng(7)
        return [edit(sentence, frozenset(), rng, 0.3) for sentence in SENTENCES for _ in range(5)]

    assert edits() == edits()


def test_case_follows_the_place() -> None:
    assert [with_case("open", "Show"), with_case("Open", "show"), with_case("I", "the"), with_case("the", "I")] == [
        "Open",
        "open",
        "I",
        "the",
    ]


def test_wrong_settings_are_answered() -> None:
    with pytest.raises(BadConfig, match="'shout'"):
        edit("go", frozenset(), np.random.default_rng(0), operations=("shout",))
    with pytest.raises(BadConfig, match=r"1\.5"):
        edit("go", frozenset(), np.random.default_rng(0), alpha=1.5)


def test_the_bundled_words_give_no_held_out_phrasing_away() -> None:
    from lam_envs.text.phrasings.mail import GRAMMAR

    def words(side: str) -> set[str]:
        templates = (template for rule in GRAMMAR.rules[side].values() for template in rule)
        return {token.word for template in templates for token in tokenize(template)}

    bundled = {word for group in (*NEUTRAL_SYNONYMS, *PIVOT.values()) for phrase in group for word in phrase.split()}
    assert not bundled & (words("held_out") - words("train"))
