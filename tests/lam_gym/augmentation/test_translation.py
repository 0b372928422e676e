"""Back-translation through a pluggable translator: the slots come back, or the text stays."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from lam_gym.augmentation.text import slots
from lam_gym.augmentation.translation import ArgosTranslator, PivotTranslator, back_translate
from lam_gym.errors import BadConfig, MissingExtra

SENTENCE = "Please open the message from Anna. I want a big picture of order 12!"


def test_the_pivot_dictionary_goes_there_and_back() -> None:
    pivot = PivotTranslator(np.random.default_rng(0))
    assert (
        pivot.translate(SENTENCE, "en", "de")
        == "Bitte open die nachricht from Anna. Ich möchte ein groß bild of order 12!"
    )
    with pytest.raises(BadConfig, match="en to fr"):
        pivot.translate(SENTENCE, "en", "fr")


def test_back_translation_rewords_and_keeps_the_slots() -> None:
    pivot = PivotTranslator(np.random.default_rng(0))
    seen = {back_translate(SENTENCE, frozenset(), pivot) for _ in range(40)}
    assert len(seen) > 4
    assert all(slots(text) == slots(SENTENCE) for text in seen)
    assert any("large photo" in text for text in seen)


class Careless:
    """Loses names and shouts, but only in whole sentences or never: a translator that has to be checked."""

    def __init__(self, loses_always: bool) -> None:
        self.loses_always = loses_always

    def translate(self, text: str, source: str, target: str) -> str:
        if source == "en":
            return text
        if "Anna" in text:
            return text.replace("Anna", "Anne")
        return f"not {text}" if self.loses_always else text.replace("note", "paper")


def test_a_lost_name_is_translated_around_or_refused() -> None:
    assert back_translate("the note for Anna", frozenset(), Careless(False)) == "the paper for Anna"
    assert back_translate("the note for Anna", frozenset(), Careless(True)) == "the note for Anna"
    assert back_translate("the note for Anna", frozenset({"note"}), Careless(False)) == "the note for Anna"
    assert back_translate("  note  ", frozenset(), Careless(False)) == "  paper  "


def test_argos_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "argostranslate", None)
    with pytest.raises(MissingExtra, match="pip install argostranslate"):
        ArgosTranslator()


def test_argos_translates_by_its_installed_models(monkeypatch: pytest.MonkeyPatch) -> None:
    model = SimpleNamespace(translate=lambda text: text.upper())
    english = SimpleNamespace(code="en", get_translation=lambda target: model if target.code == "de" else None)
    german = SimpleNamespace(code="de", get_translation=lambda target: None)
    package, module = ModuleType("argostranslate"), ModuleType("argostranslate.translate")
    module.__dict__["get_installed_languages"] = lambda: [english, german]
    package.__dict__["translate"] = module
    monkeypatch.setitem(sys.modules, "argostranslate", package)
    monkeypatch.setitem(sys.modules, "argostranslate.translate", module)
    argos = ArgosTranslator()
    assert argos.translate("abc", "en", "de") == "ABC"
    with pytest.raises(MissingExtra, match="from de to en"):
        argos.translate("abc", "de", "en")
    with pytest.raises(MissingExtra, match="from en to fr"):
        argos.translate("abc", "en", "fr")
