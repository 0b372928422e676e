"""Demos under other wordings: which words may be swapped is read off what the demos show as data."""

from __future__ import annotations

from pathlib import Path

import pytest

import lam_gym
from lam_gym.errors import BadConfig
from lam_gym.models.labels import data_words
from lam_gym.training import augmented_demos
from lam_gym.training.augmented_demos import augment_demos
from lam_gym.training.config import AugmentConfig, TrainConfig
from lam_gym.training.joint import load_task

MAIL = "text/mail"


def test_data_are_the_words_that_no_label_has() -> None:
    labels = {"click button | Put in archive", "select dropdown = cheapest first"}
    assert data_words("click button | Put in archive", labels) == frozenset()
    assert data_words("click row | from Anna Berg | Lunch", labels) == {"from", "anna", "berg", "lunch"}
    assert data_words("select dropdown | Sort | Anna = cheapest first", labels) == {"sort", "anna"}
    assert data_words("take red key", labels) == {"take", "red", "key"}


def test_swaps_are_further_wordings_that_keep_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = lam_gym.record(MAIL, episodes=30, seed=0, out=tmp_path / "demos")
    asked: list[tuple[list[str], frozenset[str]]] = []

    def find(words: list[str], pretrained: None, avoid: frozenset[str]) -> dict[str, tuple[str, ...]]:
        asked.append((words, avoid))
        return {word: (f"{word}x",) for word in (*words, *avoid)}

    monkeypatch.setattr(augmented_demos, "find_neighbors", find)
    monkeypatch.setattr(augmented_demos, "load_pretrained", lambda name: None)
    augment = AugmentConfig(paraphrases=2, layouts=1, swaps=3)
    config = TrainConfig(text_encoder="minilm", augment=augment)
    data = load_task(lam_gym.get_task(MAIL), [store], "train")
    said: list[str] = []
    (grown,), _ = augment_demos([data], config, said.append)
    assert any("words of text/mail" in text for text in said)
    ((words, avoid),) = asked
    assert {"delete", "forward", "reply"} & set(words)
    assert {"lunch", "monday"} & avoid
    assert grown.paraphrases is not None
    assert len(grown.paraphrases.texts) == len(grown.trajectories) == 60
    assert grown.paraphrases.texts[30:] == grown.paraphrases.texts[:30]
    swapped = 0
    for texts, kept in zip(grown.paraphrases.texts, grown.protect_words()):
        own, swaps = texts[:-3], texts[-3:]
        assert 1 <= len(own) <= 3
        for text in swaps:
            plain = text.replace("x ", " ").replace("x.", ".").replace("x?", "?").replace("x,", ",")
            swapped += plain != text
            assert not any(f"{word}x" in text.lower() for word in kept), "data stay"
    assert swapped > 50
    (again,), _ = augment_demos([load_task(lam_gym.get_task(MAIL), [store], "train")], config)
    assert again.paraphrases == grown.paraphrases


@pytest.mark.parametrize("augment", [AugmentConfig(swaps=1), AugmentConfig(labels=0.2), AugmentConfig(overlooked=0.2)])
def test_what_reads_by_meaning_asks_for_an_encoder(augment: AugmentConfig) -> None:
    name = next(name for name in ("swaps", "labels", "overlooked") if getattr(augment, name))
    with pytest.raises(BadConfig, match=rf"augment\.{name}.*pretrained text encoder"):
        TrainConfig(augment=augment)
