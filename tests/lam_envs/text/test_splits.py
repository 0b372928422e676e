"""Train and held-out sides of every application are disjoint by template, by label and by combination."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

import lam_envs
from lam_envs.text.language import NESTED, ORDERS

APPLICATIONS = [name[8:-3].lower() for name in lam_envs.ENTRY_POINTS if name.startswith("LamText/")]
DIFFICULTIES = ("easy", "normal", "hard")
NOTHING = {"{do}", "{one}", ""}
"""Templates that wrap nothing may be on both sides."""
WORDS = re.compile(r"[a-z]+")
SLOTS = re.compile(r"\{[^}]*\}")

each_application = pytest.mark.parametrize("name", APPLICATIONS)


def phrasings(name: str) -> Any:
    return importlib.import_module(f"lam_envs.text.phrasings.{name}")


def layouts(name: str) -> Any:
    return importlib.import_module(f"lam_envs.text.layouts.{name}").LAYOUTS


def application(name: str) -> Any:
    return importlib.import_module(f"lam_envs.text.{name}")


def words(texts: Any) -> set[str]:
    return {word for text in texts for word in WORDS.findall(SLOTS.sub("", text).lower())}


@each_application
def test_templates(name: str) -> None:
    train, held_out = phrasings(name).GRAMMAR.rules["train"], phrasings(name).GRAMMAR.rules["held_out"]
    assert set(train) == set(held_out)
    for symbol in train:
        assert not set(train[symbol]) & set(held_out[symbol]) - NOTHING, symbol
    seen = {word for templates in train.values() for word in words(templates)}
    unseen = {word for templates in held_out.values() for word in words(templates)} - seen
    assert len(unseen) >= 40


def bags(templates: Any) -> set[tuple[str, ...]]:
    """Words of each template without endings, order, marks and slots; templates of one word are left out."""
    stems = (sorted(re.sub(r"(ing|ed|s)$", "", word) for word in words_in_order(text)) for text in templates)
    return {tuple(bag) for bag in stems if len(bag) > 1}


def words_in_order(text: str) -> list[str]:
    return WORDS.findall(SLOTS.sub("", text).lower())


@each_application
def test_no_template_is_another_in_other_order(name: str) -> None:
    """Marks, endings and the order of words make no unseen template: "call it off" would be "call off it"."""
    rules = phrasings(name).GRAMMAR.rules
    for symbol in rules["train"]:
        assert not bags(rules["train"][symbol]) & bags(rules["held_out"][symbol]), symbol
    anywhere = {
        side: {bag for texts in templates.values() for bag in bags(texts) if len(bag) > 2}
        for side, templates in rules.items()
    }
    assert not anywhere["train"] & anywhere["held_out"]


@each_application
def test_labels(name: str) -> None:
    train, held_out = layouts(name)["train"], layouts(name)["held_out"]
    assert set(train) == set(held_out)
    for key in train:
        assert not set(train[key]) & set(held_out[key]), key
    everything = {label for labels in train.values() for label in labels} - {""}
    assert not everything & {label for labels in held_out.values() for label in labels}


@each_application
def test_synonyms_are_train_words(name: str) -> None:
    """Augmentation must not show what is held out."""
    groups = getattr(phrasings(name), "SYNONYMS", ())
    seen = {word for templates in phrasings(name).GRAMMAR.rules["train"].values() for word in words(templates)}
    assert all(len(group) >= 2 for group in groups)
    assert words(phrase for group in groups for phrase in group) <= seen


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
@each_application
def test_combinations(name: str, difficulty: str) -> None:
    draw = application(name).combinations
    train, held_out = set(draw(difficulty, "train")), set(draw(difficulty, "held_out"))
    assert train
    assert held_out
    assert not train & held_out
    assert train | held_out == set(draw(difficulty, "all"))
    for position in range(3):
        assert {each[position] for each in held_out} <= {each[position] for each in train}


@pytest.mark.parametrize("side", ["train", "held_out"])
@each_application
def test_episodes(name: str, side: str) -> None:
    """Ids of templates, labels and combinations that episodes show are of the side that was asked for."""
    make = getattr(application(name), f"{name.capitalize()}Env")
    labels = layouts(name)[side]
    for difficulty in DIFFICULTIES:
        env = make(difficulty, phrasing=side, layout=side, composition=side)
        for seed in range(40):
            env.reset(seed=seed)
            assert {identifier.split("/")[-2] for identifier in env.template_ids} == {side}
            assert env.combination in application(name).combinations(difficulty, side)
            assert all(value in labels[key] for key, value in env._labels.items() if key in labels)


@each_application
def test_redrawn_layouts(name: str) -> None:
    """Other layouts of one scenario: labels of the train side, no order or nesting that is held out, the same goal."""
    make = getattr(application(name), f"{name.capitalize()}Env")
    experts = "experts" if name == "mail" else f"{name}_expert"
    expert = getattr(importlib.import_module(f"lam_envs.text.{experts}"), name)
    train, held_out = layouts(name)["train"], layouts(name)["held_out"]
    plain, seen = make(), set()
    for seed in range(12):
        plain.reset(seed=seed)
        for number in (1, 2):
            env = make(redraw=number)
            observation, info = env.reset(seed=seed)
            assert (env.instruction, env.slots, env.combination) == (plain.instruction, plain.slots, plain.combination)
            layout = {key: env._labels[key] for key in train}
            seen.add(tuple(layout.values()))
            for key, value in layout.items():
                if key in ORDERS:
                    assert sorted(value.split()) in [sorted(names.split()) for names in train[key]]
                elif key != NESTED:
                    assert value in train[key]
                if key in ORDERS or key == NESTED:
                    assert value not in held_out[key]
            if NESTED in layout:
                assert set(layout[NESTED].split()) not in [set(names.split()) for names in held_out[NESTED]]
            actor = expert(env)
            for _ in range(30):
                if info["success"]:
                    break
                observation, _, _, _, info = env.step(actor.act(observation))
            assert info["success"]
    assert len(seen) > 20
    again, other = make(redraw=1), make(redraw=1)
    assert again.reset(seed=3)[0] == other.reset(seed=3)[0]
    with pytest.raises(ValueError, match="number of another layout"):
        make(redraw=-1)
