"""The stock of Shop: shelves of look-alike products, drawn around what the instruction asks for.

A shelf holds the products of one kind. On the shelf of a goal the products that fit its constraints are drawn first,
the others miss at least one constraint, half of them only one. Prices are in euros, ratings in tenths of a star.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lam_envs.text.engine import Widget
from lam_envs.text.language import Dice

COLORS = ("red", "blue", "green", "black", "white", "grey", "brown", "yellow", "pink", "purple")
SIZES = ("S", "M", "L", "XL")
STARS = ("3", "4")
PRICES = ("30", "50", "70")
"""Limits that the filters offer: at least so many stars, at most so many euros."""
CLOTHES = ("jacket", "sweater", "shirt", "dress", "coat", "skirt", "hoodie", "vest", "blouse", "cardigan")
THINGS = (
    *("lamp", "rug", "vase", "blanket", "mug", "chair", "clock", "kettle", "teapot", "pillow", "mirror", "bowl"),
    *("towel", "suitcase", "backpack", "wallet", "notebook", "table", "stool", "bench"),
)
BRANDS = (
    *("Alto", "Solvi", "Kimo", "Tarn", "Velo", "Marlo", "Finch", "Lumo", "Brisk", "Orla", "Quill", "Rovo", "Saga"),
    *("Terra", "Una", "Vico", "Wren", "Zuma", "Haven", "Juno", "Koba", "Mika", "Nordo", "Peri", "Runa", "Sorel"),
)
_RATINGS = tuple(range(20, 50))
_EUROS = tuple(range(12, 96))
_REVIEWS = tuple(range(3, 400))


ATTRIBUTES = ("only", "cheapest", "dearest", "best", "popular")
OBJECTS = {
    "easy": ("color", "color+size", "size"),
    "normal": (
        *("color", "color+size", "color+stars", "size+stars", "color+price", "stars+price", "color+size+stars"),
        "color+size+price",
    ),
    "hard": ("color+size+stars", "color+size+price", "color+stars+price", "color+size+stars+price"),
}
"""Constraints of each difficulty."""
VERBS = {
    "easy": ("open", "save", "add", "buy"),
    "normal": ("save", "add", "buy", "buy+gift", "buy+delivery"),
    "hard": ("buy", "buy+gift+delivery", "save|buy", "add|save", "buy|buy", "save|buy+gift"),
}
"""Verbs of each difficulty."""
SHELVES = {"easy": (5, 2), "normal": (13, 6), "hard": (17, 6)}
"""Smallest number of products of the kind that is asked for, and how many more there may be."""

Combination = tuple[str, str, str]


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, object, attribute) combinations of a difficulty and a split; every fourth one is held out."""
    chosen = []
    for verb_index, verb in enumerate(VERBS[difficulty]):
        for object_index, constraints in enumerate(OBJECTS[difficulty]):
            for attribute_index, attribute in enumerate(ATTRIBUTES):
                said_twice = {"cheapest": "price", "best": "stars"}.get(attribute, "-")
                if said_twice in constraints.split("+"):
                    continue
                held_out = (verb_index + 2 * object_index + attribute_index) % 4 == 0
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((verb, constraints, attribute))
    return tuple(chosen)


class Product:
    """One article; `shown` is what rows and pages call it."""

    __slots__ = ("color", "kind", "price", "rating", "reviews", "saved", "shown", "sizes", "widget")

    def __init__(
        self, kind: str, brand: str, color: str, sizes: tuple[str, ...], numbers: tuple[int, int, int]
    ) -> None:
        self.kind, self.color, self.sizes = kind, color, sizes
        self.price, self.rating, self.reviews = numbers
        self.shown = f"{brand} {kind}, {color}"
        self.saved = False
        self.widget: Widget | None = None

    @property
    def stars(self) -> str:
        """The rating as it is shown, such as "4.3"."""
        return f"{self.rating // 10}.{self.rating % 10}"

    def row(self, label: str) -> Widget:
        """The row of this product; kept, since products do not change."""
        if self.widget is None:
            text = label.format(shown=self.shown, price=self.price, stars=self.stars, reviews=self.reviews)
            self.widget = Widget("row", text, "open", self)
        return self.widget


RANKS: dict[str, Callable[[Product], int]] = {
    "cheapest": lambda product: product.price,
    "dearest": lambda product: -product.price,
    "best": lambda product: -product.rating,
    "popular": lambda product: -product.reviews,
}
"""Orders of a list, by what comes first."""


@dataclass
class Goal:
    """One product that is asked for and what to do with it."""

    verb: str
    """"open", "save", "add" or "buy"."""
    attribute: str
    """A key of RANKS, or "only": nothing else fits."""
    constraints: dict[str, str]
    """Filter -> value, in the order color, size, stars, price."""
    kind: str
    size: str
    """The size to choose, "" for things."""
    product: Any = None
    wanted: dict[str, str] = field(default_factory=dict)
    """How the controls of the list are to be set: constraints and "sort"."""


def fits(product: Product, constraints: dict[str, str]) -> bool:
    """Whether a product meets every constraint that is set; empty ones are not."""
    for name, value in constraints.items():
        if value and (
            (name == "color" and product.color != value)
            or (name == "size" and value not in product.sizes)
            or (name == "stars" and product.rating < 10 * int(value))
            or (name == "price" and product.price > int(value))
        ):
            return False
    return True


def draw_goal(
    dice: Dice, verb: str, names: list[str], attribute: str, palette: list[str], taken: Sequence[str]
) -> Goal:
    """A goal with these constraints, of a kind that is not taken; its product comes with its shelf."""
    values: dict[str, Sequence[str]] = {"color": palette, "size": SIZES, "stars": STARS, "price": PRICES}
    constraints = {name: dice.pick(values[name]) for name in values if name in names}
    kinds = [kind for kind in (CLOTHES if "size" in names else THINGS) if kind not in taken]
    wanted = constraints if attribute == "only" else {**constraints, "sort": attribute}
    return Goal(verb, attribute, constraints, dice.pick(kinds), constraints.get("size", ""), wanted=wanted)


def other_kinds(dice: Dice, taken: Sequence[str]) -> list[str]:
    """Three kinds that are not taken."""
    kinds = dice.sample(CLOTHES, 3) + dice.sample(THINGS, 3)
    return dice.sample([kind for kind in kinds if kind not in taken], 3)


def fill_shelf(dice: Dice, goal: Goal, difficulty: str, palette: list[str]) -> list[Product]:
    """Products of the goal's kind in random order; sets the goal's product."""
    constraints = goal.constraints
    least, more = SHELVES[difficulty]
    count = least + dice.below(more)
    fitting = 1 if goal.attribute == "only" else min(count - 2, 2 + dice.below(3))
    ratings = dice.sample([rating for rating in _RATINGS if rating >= 10 * int(constraints.get("stars", "0"))], fitting)
    prices = dice.sample([price for price in _EUROS if price <= int(constraints.get("price", "99"))], fitting)
    reviews = dice.sample(_REVIEWS, fitting)
    brands = dice.sample(BRANDS, count)
    shelf = []
    for numbers in zip(prices, ratings, reviews):
        color = constraints.get("color") or dice.pick(palette)
        sizes = _draw_sizes(dice, goal.kind, constraints.get("size", ""), True)
        shelf.append(Product(goal.kind, brands.pop(), color, sizes, numbers))
    goal.product = min(shelf, key=RANKS.get(goal.attribute, lambda product: 0))
    shelf += [_draw_other(dice, goal.kind, brands.pop(), constraints, palette) for _ in range(count - fitting)]
    return dice.sample(shelf, count)


def fill_other_shelf(dice: Dice, kind: str, count: int, palette: list[str]) -> list[Product]:
    """Products that nothing asks for."""
    return [_draw_other(dice, kind, brand, {}, palette) for brand in dice.sample(BRANDS, count)]


def _draw_other(dice: Dice, kind: str, brand: str, constraints: dict[str, str], palette: list[str]) -> Product:
    """A product that misses at least one constraint, if there are any."""
    names = list(constraints)
    missed = dice.pick(names) if names else ""
    near = dice.chance(0.5)
    kept = {name: value for name, value in constraints.items() if near and name != missed}
    color = kept.get("color") or dice.pick(palette)
    if missed == "color" and color == constraints["color"]:
        color = palette[palette.index(color) - 1]
    sizes = _draw_sizes(dice, kind, constraints.get("size", ""), missed != "size" and (near or dice.chance(0.5)))
    rating = _between(dice, 20, 50, kept.get("stars", ""), constraints["stars"] if missed == "stars" else "", 10)
    highest = int(kept.get("price", "95"))
    lowest = int(constraints["price"]) + 1 if missed == "price" else 12
    price = lowest + dice.below(highest + 1 - lowest)
    return Product(kind, brand, color, sizes, (price, rating, dice.pick(_REVIEWS)))


def _between(dice: Dice, lowest: int, end: int, least: str, below: str, unit: int) -> int:
    """A number in [lowest, end), at least `least` units or below `below` units where those are given."""
    lowest = int(least) * unit if least else lowest
    end = int(below) * unit if below else end
    return lowest + dice.below(end - lowest)


def _draw_sizes(dice: Dice, kind: str, size: str, present: bool) -> tuple[str, ...]:
    """Two or three sizes in order, with or without this one; things have none."""
    if kind not in CLOTHES:
        return ()
    others = [other for other in SIZES if other != size]
    chosen = dice.sample(others, 2)
    return tuple(other for other in SIZES if other in chosen or (present and other == size))
