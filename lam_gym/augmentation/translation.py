"""Back-translation: an instruction goes into another language and comes back in other words.

The translator is pluggable: anything with `translate(text, source, target)`. Two come along:

    PivotTranslator(rng)      word for word through a small bundled German dictionary (`vocabulary.PIVOT`). It is no
                              translator: it knows some twenty words and no grammar, needs nothing, and is exact.
    ArgosTranslator()         the offline models of argostranslate, where that package and its models are installed.

A back-translation counts only when every protected word, name, number, negation, order word, relation and command verb
came back in its order (`text.slots`); otherwise the stretches between those are translated one by one, and if that
fails too, the text stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from lam_gym.augmentation.text import join, slots, tokenize, with_case
from lam_gym.augmentation.vocabulary import PIVOT, STATES
from lam_gym.errors import BadConfig, MissingExtra


class Translator(Protocol):
    """Anything that translates between languages given by their two-letter codes."""

    def translate(self, text: str, source: str, target: str) -> str:
        """`text`, which is in language `source`, in language `target`."""
        ...


class PivotTranslator:
    """A word-for-word stand-in for a translator, English to German and back, from a bundled dictionary.

    Words that the dictionary does not have pass through. Where several English words share a German one, the generator
    draws the one that comes back, which is what makes a paraphrase.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._german = {phrase: german for german, english in PIVOT.items() for phrase in english}
        self._english_pattern, self._german_pattern = _pattern(self._german), _pattern(PIVOT)

    def translate(self, text: str, source: str, target: str) -> str:
        """`text` word for word; raises BadConfig for languages other than "en" and "de"."""
        if (source, target) == ("en", "de"):
            return self._english_pattern.sub(lambda m: with_case(self._german[m[0].lower()], m[0]), text)
        if (source, target) == ("de", "en"):
            return self._german_pattern.sub(lambda m: with_case(self._draw(PIVOT[m[0].lower()]), m[0]), text)
        raise BadConfig(f"PivotTranslator knows English (en) and German (de), not {source} to {target}.")

    def _draw(self, phrases: Sequence[str]) -> str:
        return phrases[int(self._rng.integers(len(phrases)))]


class ArgosTranslator:
    """The offline neural models of argostranslate. Raises MissingExtra where it or a needed model is not installed."""

    def __init__(self) -> None:
        try:
            import argostranslate.translate
        except ImportError as error:
            raise MissingExtra(
                "ArgosTranslator needs the package argostranslate: pip install argostranslate, or use PivotTranslator."
            ) from error
        self._argos = argostranslate.translate

    def translate(self, text: str, source: str, target: str) -> str:
        """`text` by the installed model of this pair of languages."""
        languages = {language.code: language for language in self._argos.get_installed_languages()}
        model = languages[source].get_translation(languages[target]) if {source, target} <= languages.keys() else None
        if model is None:
            raise MissingExtra(
                f"argostranslate has no model from {source} to {target}: argospm install translate-{source}_{target}."
            )
        return str(model.translate(text))


def back_translate(
    text: str, protected: frozenset[str], translator: Translator, source: str = "en", pivot: str = "de"
) -> str:
    """`text` in the words in which it comes back from language `pivot`, or `text` itself when a slot was lost."""
    needed = slots(text, protected, ())
    whole = _there_and_back(text, translator, source, pivot)
    if slots(whole, protected, ()) == needed:
        return whole
    pieces = _in_pieces(text, protected, translator, source, pivot)
    return pieces if slots(pieces, protected, ()) == needed else text


def _there_and_back(text: str, translator: Translator, source: str, pivot: str) -> str:
    return translator.translate(translator.translate(text, source, pivot), pivot, source)


def _in_pieces(text: str, protected: frozenset[str], translator: Translator, source: str, pivot: str) -> str:
    """Translate each stretch between slots by itself, keeping the spaces at its ends."""
    result, stretch = "", ""
    for token in tokenize(text, protected, ()):
        if token.firm or token.word in STATES:
            result += _stretch(stretch, translator, source, pivot) + join([token])
            stretch = ""
        else:
            stretch += join([token])
    return result + _stretch(stretch, translator, source, pivot)


def _stretch(text: str, translator: Translator, source: str, pivot: str) -> str:
    core = text.strip()
    if not re.search(r"\w", core):
        return text
    start = text.index(core)
    return text[:start] + _there_and_back(core, translator, source, pivot).strip() + text[start + len(core) :]


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Whole words and phrases, the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
