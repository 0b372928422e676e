"""Slot-safe edits of instructions: other words, the same task.

An edit that changes a name, a number, a negation, a color or a command verb changes the task, and with it the right
actions. So only words of a closed list of fillers ("the", "please", "would like") are free; every other word is locked:

    protected = protected_words(instruction, screens, actions)            # what the screens and actions also say
    edit("Please forward the latest message to Anna.", protected, rng)    # "Forward the latest message to Anna."

A locked word changes in one way only: inside a group of synonyms that is passed in, because whoever passes ("forward",
"pass on") vouches for it. Firm words do not change even so: words in `protected`, names (capitalized inside a sentence,
or unknown at its start), anything with a digit or an @, quoted spans.

Operations: synonym, swap, delete (Wei and Zou 2019, "EDA"), punctuation (Karimi et al. 2021, "AEDA").
`verification` replays an edited demonstration in its environment; it can tell a lost span, not every change of meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lam_gym.augmentation.vocabulary import FILLERS, NEUTRAL_SYNONYMS, STATES, Groups
from lam_gym.errors import BadConfig

MARKS = (".", ";", "?", ":", "!", ",")
"""AEDA's punctuation marks."""

_TOKEN = re.compile(r"\"[^\"]*\"|“[^”]*”|(?<!\w)'[^'\n]+'(?!\w)|[\w@]+(?:[.’'/+\-_@:][\w@]+)*|[^\w\s]")
_WORD = re.compile(r"\w")
_QUOTES = "\"“'"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quoted span or a punctuation mark, with what stood before it."""

    text: str
    gap: str
    """White space before the token."""
    firm: bool = False
    """Never touched: protected, a name, a number, quoted."""
    locked: bool = True
    """Firm, or no filler: exchanged within its synonyms only."""

    @property
    def word(self) -> str:
        """The token in lower case."""
        return self.text.lower()


def protected_words(instruction: str, screens: Iterable[str] = (), actions: Iterable[str] = ()) -> frozenset[str]:
    """The words of `instruction` (lower case) that a screen or an action also says: the task may hang on each of them.

    `screens` are what is shown and offered during the episode, where fillers do not count; `actions` are the expert's
    own, where every word does.
    """
    said = {word for text in screens for word in _words(text)} - FILLERS
    said |= {word for text in actions for word in _words(text)}
    return frozenset(word for word in _words(instruction) if word in said)


def tokenize(text: str, protected: frozenset[str] = frozenset(), synonyms: Groups = NEUTRAL_SYNONYMS) -> list[Token]:
    """The tokens of `text`, each marked firm, locked or free; `join` gives the text back to the letter.

    `synonyms` are known words too: one of them at the start of a sentence is no name.
    """
    return list(_tokenize(text, protected, synonyms))


@lru_cache(maxsize=16384)
def _tokenize(text: str, protected: frozenset[str], synonyms: Groups) -> tuple[Token, ...]:
    ordinary = _ordinary(synonyms)
    tokens: list[Token] = []
    end, opens = 0, True
    for match in _TOKEN.finditer(text):
        word, lower = match[0], match[0].lower()
        is_word = bool(_WORD.search(word))
        quoted = len(word) > 1 and word[0] in _QUOTES
        name = word[0].isupper() and lower not in {"i", "i'd", "i'm"} and not (opens and lower in ordinary)
        firm = is_word and (
            quoted or name or any(c.isdigit() or c == "@" for c in word) or not protected.isdisjoint(_words(word))
        )
        tokens.append(Token(word, text[end : match.start()], firm, firm or lower not in FILLERS))
        end = match.end()
        opens = word in ".!?" if not is_word else False
    if end < len(text):
        tokens.append(Token("", text[end:], firm=True))
    return tuple(tokens)


def join(tokens: Sequence[Token]) -> str:
    """The text of the tokens, with their gaps."""
    return "".join(token.gap + token.text for token in tokens)


def slots(text: str, protected: frozenset[str] = frozenset(), synonyms: Groups = NEUTRAL_SYNONYMS) -> list[str]:
    """The words of `text` that no rewording may lose, in order, in lower case: the firm ones, and those that carry
    meaning in any sentence (`vocabulary.STATES`)."""
    return [token.word for token in tokenize(text, protected, synonyms) if token.firm or token.word in STATES]


def edit(
    text: str,
    protected: frozenset[str],
    rng: np.random.Generator,
    alpha: float = 0.1,
    operations: Sequence[str] = ("synonym", "swap", "delete", "punctuation"),
    synonyms: Groups = NEUTRAL_SYNONYMS,
) -> str:
    """`text` after one operation, drawn from `operations`; the next one is tried when the text offers nothing to it.

    `alpha` is the share of candidates to edit (at least one). Returns `text` itself when nothing may be edited.
    Raises BadConfig for an unknown operation or an alpha outside [0, 1].
    """
    unknown = [name for name in operations if name not in _OPERATIONS]
    if unknown or not 0.0 <= alpha <= 1.0:
        raise BadConfig(
            f"Text edits take operations of {', '.join(_OPERATIONS)} and alpha in [0, 1], got {unknown or alpha}."
        )
    tokens = tokenize(text, protected, synonyms)
    for index in rng.permutation(len(operations)):
        edited = join(_OPERATIONS[operations[index]](tokens, rng, alpha, synonyms))
        if edited != text:
            return edited
    return text


def replace_synonyms(tokens: list[Token], rng: np.random.Generator, alpha: float, synonyms: Groups) -> list[Token]:
    """Exchange words or phrases for others of their group: `alpha` of those found. Firm tokens never match."""
    found = list(_matches(tokens, synonyms))
    wanted = max(1, round(alpha * len(found)))
    chosen = {found[i][0]: found[i] for i in rng.permutation(len(found))[:wanted]}
    result, at = [], 0
    while at < len(tokens):
        if at in chosen:
            _, length, others = chosen[at]
            other = others[int(rng.integers(len(others)))]
            result.append(Token(with_case(other, tokens[at].text), tokens[at].gap))
            at += length
        else:
            result.append(tokens[at])
            at += 1
    return result


def swap_tokens(tokens: list[Token], rng: np.random.Generator, alpha: float, synonyms: Groups) -> list[Token]:
    """Let two free words change places, `alpha` times the number of free words."""
    free = [i for i, token in enumerate(tokens) if not token.locked]
    if len(free) < 2:
        return tokens
    words = {i: tokens[i].text for i in free}
    for _ in range(_count(tokens, alpha)):
        a, b = (free[i] for i in rng.choice(len(free), 2, replace=False))
        words[a], words[b] = with_case(words[b], words[a]), with_case(words[a], words[b])
    return [Token(words.get(i, token.text), token.gap, token.firm, token.locked) for i, token in enumerate(tokens)]


def delete_words(tokens: list[Token], rng: np.random.Generator, alpha: float, synonyms: Groups) -> list[Token]:
    """Leave out free words, each with probability `alpha`, at least one; one word of the text always stays.

    A comma that then stands before another mark or at the end goes too.
    """
    free = [i for i, token in enumerate(tokens) if not token.locked]
    words = sum(bool(_WORD.search(token.text)) for token in tokens)
    gone = [i for i in free if rng.random() < alpha] or [free[int(rng.integers(len(free)))]] if free else []
    if len(gone) >= words:
        return tokens
    kept = [token for i, token in enumerate(tokens) if i not in gone]
    after = [*(token.text for token in kept[1:]), ""]
    kept = [token for token, following in zip(kept, after) if token.text != "," or following not in ("", *MARKS)]
    if 0 in gone:
        first = kept[0]
        kept[0] = Token(with_case(first.text, tokens[0].text), tokens[0].gap, first.firm, first.locked)
    return kept


def insert_punctuation(tokens: list[Token], rng: np.random.Generator, alpha: float, synonyms: Groups) -> list[Token]:
    """Insert punctuation marks beside free words: between 1 and `alpha` times the number of tokens."""
    places = [i for i in range(1, len(tokens)) if not (tokens[i - 1].locked and tokens[i].locked)]
    if not places:
        return tokens
    most = max(1, int(alpha * len(tokens)))
    chosen = set(rng.choice(places, min(int(rng.integers(1, most + 1)), len(places)), replace=False).tolist())
    result: list[Token] = []
    for i, token in enumerate(tokens):
        if i in chosen:
            result.append(Token(MARKS[int(rng.integers(len(MARKS)))], " "))
        result.append(token)
    return result


Operation = Callable[[list[Token], np.random.Generator, float, Groups], list[Token]]
_OPERATIONS: dict[str, Operation] = {
    "synonym": replace_synonyms,
    "swap": swap_tokens,
    "delete": delete_words,
    "punctuation": insert_punctuation,
}


def _matches(tokens: list[Token], synonyms: Groups) -> Iterable[tuple[int, int, list[str]]]:
    """Where a phrase of a group stands: (first token, tokens, the other phrases). The longest phrase wins."""
    phrases = _phrases(synonyms)
    at = 0
    while at < len(tokens):
        for parts, others in phrases.get(tokens[at].word, ()):
            span = tokens[at : at + len(parts)]
            if [token.word for token in span] == parts and not any(token.firm for token in span):
                yield at, len(parts), others
                at += len(parts) - 1
                break
        at += 1


@lru_cache(maxsize=64)
def _phrases(synonyms: Groups) -> dict[str, list[tuple[list[str], list[str]]]]:
    """By first word: the words of each phrase and the other phrases of its group, the longest phrase first."""
    phrases: dict[str, list[tuple[list[str], list[str]]]] = {}
    for group in synonyms:
        for phrase in group:
            others = [other for other in group if other.lower() != phrase.lower()]
            if others:
                phrases.setdefault(phrase.lower().split()[0], []).append((phrase.lower().split(), others))
    for found in phrases.values():
        found.sort(key=lambda entry: -len(entry[0]))
    return phrases


@lru_cache(maxsize=64)
def _ordinary(synonyms: Groups) -> frozenset[str]:
    """Words that are no names, even with a capital at the start of a sentence."""
    return FILLERS | STATES | {word for group in synonyms for phrase in group for word in _words(phrase)}


def _count(tokens: list[Token], alpha: float) -> int:
    return max(1, round(alpha * sum(not token.locked for token in tokens)))


def with_case(new: str, old: str) -> str:
    """`new` with a capital initial where `old` has one; "I" stays as it is."""
    if not new or new == "I" or new.startswith(("I ", "I'")):
        return new
    return (new[0].upper() if old[:1].isupper() and old != "I" else new[0].lower()) + new[1:]


@lru_cache(maxsize=65536)
def _words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case; a compound ("anna@example.org", "Anna's") counts whole and in parts."""
    compounds = re.findall(r"[\w@]+(?:[.’'/+\-_@:][\w@]+)*", text.lower())
    return tuple(word for compound in compounds for word in {compound, *re.findall(r"\w+", compound)})
