"""Word lists of the text augmentation: what is never touched, what may be exchanged, and the pivot dictionary.

Everything is lower case. The lists are small and general on purpose: words of an application come with its environment
(the mail task has its own synonym groups) and are passed in. None of the exchangeable words is one that the held-out
phrasings of the native text tasks keep for themselves, so augmenting does not leak them; a test holds this.
"""

from __future__ import annotations

from types import MappingProxyType

Groups = tuple[tuple[str, ...], ...]
"""Groups of words or phrases that mean the same."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = _set(
    """
    not no never none nobody nothing nowhere neither nor without except unless cannot can't don't doesn't didn't
    won't isn't aren't wasn't weren't shouldn't wouldn't couldn't mustn't hasn't haven't
    """
)
"""Turn the meaning around."""

ORDER_WORDS = _set(
    """
    first second third fourth fifth last next previous then before after afterwards once until while finally
    again latest newest oldest earliest recent recently new old early late most least more less fewer best worst
    top bottom cheapest dearest cheap expensive largest smallest biggest nearest farthest highest lowest longest
    shortest
    """
)
"""Say which one, or in which order."""

RELATIONS = _set(
    """
    from to of by with in into inside on onto at under above below over about concerning between behind beside
    near next left right front back up down away off out and or but if so because that which who whose all every
    each both any some only also too as than it its them they their there this these those one two three four
    five six seven eight nine ten me my mine you your i he him his she her we us our
    """
)
"""Tie the words of a sentence together: who, what, where, how many."""

COMMANDS = _set(
    """
    go get take pick put drop place open close toggle push pull turn move forward reply answer respond send pass
    archive delete remove throw star flag mark unmark file read show find search copy paste save rename create
    compose write type select check uncheck click press book buy order add cancel accept decline schedule invite
    filter sort bring set make keep give look count label switch unread unopened starred
    """
)
"""Verbs that say what is to be done."""

STATES = NEGATIONS | ORDER_WORDS | RELATIONS | COMMANDS
"""What carries meaning in any sentence: a translation must keep all of it, in order."""

FILLERS = _set(
    "a an the please just simply really would like can want will be is are was should have has do does i'd i'm"
)
"""Words that may go, move or be interrupted without changing what is asked; every other word is locked."""

NEUTRAL_SYNONYMS: Groups = (
    ("would like", "want"),
    ("big", "large"),
    ("small", "little"),
    ("begin", "start"),
    ("quickly", "fast"),
    ("picture", "photo"),
    ("help", "assist"),
    ("maybe", "perhaps"),
    ("road", "street"),
    ("car", "automobile"),
    ("mistake", "error"),
    ("whole", "entire"),
)
"""General synonyms, used when no groups are passed."""

PIVOT = MappingProxyType(
    {
        "bitte": ("please", "can you please"),
        "die nachricht": ("the message", "the mail"),
        "nachricht": ("message", "mail"),
        "nachrichten": ("messages", "mails"),
        "ich möchte": ("i want", "i would like"),
        "ich brauche": ("i need", "i require"),
        "groß": ("big", "large"),
        "klein": ("small", "little"),
        "beginnen": ("begin", "start"),
        "schnell": ("quickly", "fast"),
        "bild": ("picture", "photo"),
        "fehler": ("mistake", "error"),
        "ganz": ("whole", "entire"),
        "ordner": ("folder",),
        "vielleicht": ("maybe", "perhaps"),
        "straße": ("road", "street"),
        "auto": ("car", "automobile"),
        "der": ("the",),
        "ein": ("a",),
    }
)
"""German word or phrase -> English ones. A word-for-word dictionary, not a translator."""
