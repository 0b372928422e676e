"""How an instruction is worded and a screen labeled: templates with typed slots, in disjoint train and held-out sets.

A grammar is a table from a symbol to its templates; a template names slots and further symbols in braces:
"forward {message} to {person}". A side is "train" or "held_out". A template id is "symbol/side/index".
A dice draws numbers in bulk from one numpy Generator, so that building an episode costs no call per draw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Rules = Mapping[str, tuple[str, ...]]
"""Symbol -> alternatives."""

SPLITS = ("train", "held_out", "all")
SIDES = ("train", "held_out")

ORDERS = frozenset(("order", "list", "fields", "controls", "page", "cart", "tabs", "item", "write"))
"""Keys of a layout that name widgets or groups of them in the order in which they are shown."""
NESTED = "nested"
"""The key that names the widgets which stand behind another button."""

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("message", "mail"),
    ("latest", "newest", "most recent"),
    ("about", "concerning"),
    ("delete", "remove"),
    ("show me", "bring up"),
    ("put a star on", "add a star to"),
    ("mark it with a star", "put a star on it"),
    ("in the archive", "into the archive"),
    ("move it to the archive", "put it in the archive"),
    ("forward it", "send it on"),
    ("I want you to", "I would like you to"),
    ("can be", "should be"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""

PROTECTED = frozenset(
    [
        "not",
        "no",
        "never",
        "only",
        "latest",
        "newest",
        "recent",
        "oldest",
        "first",
        "then",
        "after",
        "before",
        "unread",
        "unopened",
        "archive",
        "delete",
        "remove",
        "star",
        "flag",
        "forward",
        "reply",
        "move",
        "back",
    ]
)
"""Words that carry meaning of their own: never dropped or swapped by augmentation, only exchanged within SYNONYMS."""


class Dice:
    """Random draws for one episode, taken in bulk from a numpy Generator."""

    def __init__(self, generator: np.random.Generator, size: int = 256) -> None:
        self._generator = generator
        self._size = size
        self._values: list[float] = []

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def uniform(self) -> float:
        """A number in [0, 1)."""
        self._refill()
        return self._values.pop()

    def fork(self, number: int) -> Dice:
        """Another dice, a function of the number and of what this one draws next, which it draws all the same."""
        self._refill()
        return Dice(np.random.default_rng([number, int(self._values[-1] * 2**53)]))

    def _refill(self) -> None:
        if not self._values:
            self._values = self._generator.random(self._size).tolist()

    def below(self, bound: int) -> int:
        """An integer in [0, bound)."""
        return int(self.uniform() * bound)

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[int(self.uniform() * len(items))]

    def sample(self, items: Sequence[Item], count: int) -> list[Item]:
        """`count` different items in random order (all of them in random order when count is their number)."""
        pool = list(items)
        chosen = []
        for _ in range(count):
            index = int(self.uniform() * len(pool))
            chosen.append(pool[index])
            pool[index] = pool[-1]
            pool.pop()
        return chosen


def choose_side(split: str, dice: Dice) -> str:
    """The side that an episode of this split uses; "all" draws one."""
    return split if split != "all" else dice.pick(SIDES)


def choose_layout(layouts: Mapping[str, Rules], split: str, dice: Dice) -> dict[str, str]:
    """One label (or order, or nesting) for each key of an application's layout table, all from one side."""
    side = layouts[choose_side(split, dice)]
    return {key: dice.pick(alternatives) for key, alternatives in side.items()}


def redraw_layout(layouts: Mapping[str, Rules], dice: Dice) -> dict[str, str]:
    """A drawing of the train side beyond its alternatives: its labels, in any order and nesting not held out."""
    train, held_out = layouts["train"], layouts["held_out"]
    drawn = {key: dice.pick(alternatives) for key, alternatives in train.items()}
    for key in (key for key in train if key in ORDERS):
        names = drawn[key].split()
        order = " ".join(dice.sample(names, len(names)))
        drawn[key] = drawn[key] if order in held_out[key] else order
    if NESTED in train:
        widgets = sorted({name for key in ("order", NESTED) for names in train.get(key, ()) for name in names.split()})
        nested = sorted(dice.sample(widgets, len(drawn[NESTED].split())))
        kept_out = [sorted(names.split()) for names in held_out[NESTED]]
        drawn[NESTED] = drawn[NESTED] if nested in kept_out else " ".join(nested)
    return drawn


class Grammar:
    """Templates of one application, by side; `say` words an instruction."""

    def __init__(self, train: Rules, held_out: Rules) -> None:
        self.rules: dict[str, Rules] = {"train": train, "held_out": held_out}
        self._parsed = {
            side: {symbol: _parse(symbol, side, templates) for symbol, templates in rules.items()}
            for side, rules in self.rules.items()
        }

    def say(self, symbol: str, slots: Mapping[str, str], side: str, dice: Dice, used: list[str]) -> str:
        """Expand a symbol, adding ids of templates to `used`; a slot holds words, or "@symbol" to expand instead."""
        identifier, parts = dice.pick(self._parsed[side][symbol])
        used.append(identifier)
        words = []
        for literal, name in parts:
            words.append(literal)
            if name:
                word = slots.get(name, "@" + name)
                words.append(self.say(word[1:], slots, side, dice, used) if word[:1] == "@" else word)
        return "".join(words)

    def request(self, verbs: Sequence[str], words: Mapping[str, str], side: str, dice: Dice, used: list[str]) -> str:
        """Word a request for one to three verbs: "<verb>." or "frame" around "<verb>", or "join<N>" of "<verb>:it"."""
        if len(verbs) > 1:
            clauses = {"one": "@" + verbs[0], "two": f"@{verbs[1]}:it", "three": f"@{verbs[-1]}:it"}
            return sentence(self.say(f"join{len(verbs)}", {**words, **clauses}, side, dice, used))
        whole, clause = self._parsed[side][verbs[0] + "."], self._parsed[side][verbs[0]]
        if dice.below(len(whole) + len(clause)) < len(whole):
            return sentence(self.say(verbs[0] + ".", words, side, dice, used))
        return sentence(self.say("frame", {**words, "do": "@" + verbs[0]}, side, dice, used))

    def templates(self, symbol: str, side: str = "train") -> tuple[str, ...]:
        """The templates of a symbol on one side."""
        return self.rules[side][symbol]


def sentence(text: str) -> str:
    """Capital first, end mark last."""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?!" else text + "."


def _parse(symbol: str, side: str, templates: tuple[str, ...]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    return tuple(
        (
            f"{symbol}/{side}/{index}",
            tuple((literal, name or "") for literal, name, _, _ in Formatter().parse(template)),
        )
        for index, template in enumerate(templates)
    )
