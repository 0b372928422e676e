"""LamText/Shop-v0: find one product among look-alikes by filters and sorting, and save it or buy it.

A goal is a combination (verb, object, attribute): verb is one of VERBS ("buy+gift" has the order wrapped; "save|buy"
asks for two products), object lists the constraints ("color+size"), attribute tells which fitting product it is.
Views: home (search), list (one page of results), product and its panel more, basket and its panel options, saved.
"""

from __future__ import annotations

from typing import Any

from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice, sentence
from lam_envs.text.layouts.shop import LAYOUTS
from lam_envs.text.phrasings.shop import GRAMMAR
from lam_envs.text.stock import (
    CLOTHES,
    COLORS,
    PRICES,
    RANKS,
    SIZES,
    STARS,
    Goal,
    Product,
    draw_goal,
    fill_other_shelf,
    fill_shelf,
    fits,
    other_kinds,
)
from lam_envs.text.stock import combinations as combinations

ROWS = 7
"""Rows of a page of results."""
FILTERS = ("color", "size", "stars", "price")
DELIVERIES = ("express", "evening", "weekend")


class ShopEnv(ScreenEnv):
    """A shop shown as text.

    ## Description

    Find the product that the instruction describes and open it, save it for later, put it into the basket or buy it,
    with gift wrap or a kind of delivery where asked. A list has dropdowns for color, size, stars, price and sorting;
    once they are set as asked, the product is the first row. The screens show how every control is set and the status
    line says what has been done, so that instruction and screen determine the next step.

    ## Action Space

    `Text`: `click N`, `type N text`, `select N option`, `check N`, `back`; `info["admissible_actions"]` lists those
    that do something now.

    ## Observation Space

    | key | space | content |
    | --- | --- | --- |
    | instruction | Text | the request |
    | screen | Text | breadcrumb, status line, lines to read, then one widget a line |

    ## Rewards

    1 when the goal is reached, else 0.

    ## Starting State

    The shop's first page; basket and saved products are empty. Stock, instruction, labels and order of widgets are
    drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when something wrong was ordered; truncated after 30 steps.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | stock, constraints, number of products asked for |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and nestings |
    | composition | train, held_out, all | train | set of (verb, object, attribute) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = dice.pick(combinations(self.difficulty, self.composition))
        verbs = self.combination[0].split("|")
        self.extras = tuple(verbs[-1].split("+")[1:])
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._orders = {name: self._labels[name].split() for name in ("list", "page", "cart")}
        self._nested = frozenset(self._labels["nested"].split())
        palette = dice.sample(COLORS, 4)
        self.goals: list[Goal] = []
        self.shelves: dict[str, list[Product]] = {}
        self.slots = {}
        for index, verb in enumerate(verbs):
            self._add_goal(dice, verb.split("+")[0], index, palette)
        if "delivery" in self.extras:
            self.slots["delivery"] = dice.pick(DELIVERIES)
        for kind in other_kinds(dice, self._asked()):
            self.shelves[kind] = fill_other_shelf(dice, kind, 4 + dice.below(3), palette)
        self._palette = sorted(palette)
        self._popular = "Popular today: " + ", ".join(kind for kind in self.shelves if kind not in self._asked())
        self._note("kind", [kind for kind in self.shelves if kind not in self._asked()])
        self.names = self._name_options()
        self._view: tuple[Any, ...] = ("home",)
        self._before: tuple[Any, ...] = ("home",)
        self.query, self.page = "", 0
        self.filters: dict[str, str] = {}
        self.results: list[Product] = []
        self.size = ""
        self.basket: list[tuple[Product, str]] = []
        self.checkout = {"gift": "", "delivery": ""}
        self.bought = False
        self._seen: set[str] = set()
        self._count()

    def _asked(self) -> list[str]:
        return [goal.kind for goal in self.goals]

    def _add_goal(self, dice: Dice, verb: str, index: int, palette: list[str]) -> None:
        """Draw one goal and its shelf; the second goal has another kind and constraints of its own."""
        _, names, attribute = self.combination
        if index:
            _, names, attribute = dice.pick(
                [each for each in combinations(self.difficulty, self.composition) if each[0] == self.combination[0]]
            )
        goal = draw_goal(dice, verb, names.split("+"), attribute, palette, self._asked())
        self.shelves[goal.kind] = fill_shelf(dice, goal, self.difficulty, palette)
        self.goals.append(goal)
        suffix = "_second" if index else ""
        self.slots |= {name + suffix: value for name, value in goal.constraints.items()}
        self.slots["kind" + suffix] = goal.kind

    def _name_options(self) -> dict[str, dict[str, str]]:
        """Control -> value -> how it is shown."""
        labels = self._labels
        return {
            "color": {"": "any"} | {color: color for color in self._palette},
            "size": {"": "any"} | {size: size for size in SIZES},
            "stars": {"": "any"} | {stars: labels["at least"].format(stars) for stars in STARS},
            "price": {"": "any"} | {price: labels["at most"].format(price) for price in PRICES},
            "sort": {"": labels["unsorted"]} | {rank: labels[rank] for rank in RANKS},
            "delivery": {"": "standard"} | {delivery: delivery for delivery in DELIVERIES},
        }

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        extra = "".join(GRAMMAR.say(name, self.slots, side, dice, used) for name in self.extras)
        if len(self.goals) > 1:
            one, two = (self._say_goal(goal, side, dice, used) for goal in self.goals)
            pair = "pair" if self.goals[0].verb == self.goals[1].verb else "join"
            clause = GRAMMAR.say(pair, {"one": one, "two": two, "product": one, "other": two}, side, dice, used)
            return sentence(GRAMMAR.say("frame", {"do": clause + extra}, side, dice, used))
        verb, rules = self.goals[0].verb, GRAMMAR.rules[side]
        words = {"product": self._say_product(self.goals[0], side, dice, used), "extra": extra}
        if dice.below(len(rules[verb]) + len(rules[verb + "."])) < len(rules[verb + "."]):
            return sentence(GRAMMAR.say(verb + ".", words, side, dice, used))
        return sentence(GRAMMAR.say("frame", words | {"do": "@" + verb}, side, dice, used))

    def _say_goal(self, goal: Goal, side: str, dice: Dice, used: list[str]) -> str:
        """A clause about one of two products; of two products to buy, the product alone."""
        product = self._say_product(goal, side, dice, used)
        if self.goals[0].verb == self.goals[1].verb:
            return product
        return GRAMMAR.say(goal.verb, {"product": product, "extra": ""}, side, dice, used)

    def _say_product(self, goal: Goal, side: str, dice: Dice, used: list[str]) -> str:
        constraints = goal.constraints
        words = {"kind": goal.kind, "shade": f"{constraints['color']} " if "color" in constraints else ""}
        words["tail"] = "".join(
            GRAMMAR.say(name, constraints, side, dice, used) for name in FILTERS[1:] if name in constraints
        )
        return GRAMMAR.say("product." + goal.attribute, words, side, dice, used)

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        return getattr(self, f"_show_{self._view[0]}")()  # type: ignore[no-any-return]

    def _count(self) -> None:
        """The links to basket and saved products, with how many there are."""
        saved = sum(product.saved for shelf in self.shelves.values() for product in shelf)
        self._links = [
            Widget("link", f"{self._labels['basket']} ({len(self.basket)})", "go", "basket"),
            Widget("link", f"{self._labels['saved']} ({saved})", "go", "saved"),
        ]

    def _show_home(self) -> Screen:
        search = Widget("field", f"{self._labels['search']}: (empty)", "search", None, self._spans("kind"))
        return Screen(self._labels["application"], (self._popular,), [search, *self._links], False)

    def _show_list(self) -> Screen:
        labels, page = self._labels, self.page
        pages = max(1, -(-len(self.results) // ROWS))
        label = labels["row"]
        rows = [product.widget or product.row(label) for product in self.results[page * ROWS : (page + 1) * ROWS]]
        turn = [Widget("button", labels["next"], "page", page + 1)] if page + 1 < pages else []
        if page:
            turn.append(Widget("button", labels["previous"], "page", page - 1))
        groups = {"controls": self._controls, "rows": rows, "turn": turn, "links": self._links}
        widgets = [widget for name in self._orders["list"] for widget in groups[name]]
        lines = () if rows else ("No product fits.",)
        return Screen(f"{labels['application']} > {self.query} (page {page + 1} of {pages})", lines, widgets)

    def _dropdown(self, name: str, chosen: str) -> Widget:
        names = self.names[name]
        options = [shown for value, shown in names.items() if value != chosen]
        return Widget("dropdown", f"{self._labels[name]}: {names[chosen]}", name, None, options)

    def _show_product(self) -> Screen:
        product, labels = self._view[1], self._labels
        groups: dict[str, list[Widget]] = {"links": self._links, "size": []}
        if product.sizes:
            text = f"{labels['choose']}: {self.size or '(not chosen)'}"
            options = [size for size in product.sizes if size != self.size]
            groups["size"] = [Widget("dropdown", text, "choose", None, options)]
        ready = (bool(self.size) or not product.sizes) and (product, self.size) not in self.basket
        groups["add"] = [Widget("button", labels["add"], "add", None, (), ready)]
        groups["save"] = [self._save_button(product)]
        if "save" in self._nested:
            groups["save"] = [Widget("button", labels["more"], "more", product)]
        widgets = [widget for name in self._orders["page"] for widget in groups[name]]
        saved = " | saved" if product.saved else ""
        lines = (f"{product.shown} | {product.price} euros{saved}", f"{product.stars} stars, {product.reviews} reviews")
        return Screen(f"{labels['application']} > {product.kind} > {product.shown}", lines, widgets)

    def _save_button(self, product: Product) -> Widget:
        return Widget("button", self._labels["unsave" if product.saved else "save"], "save")

    def _show_more(self) -> Screen:
        product = self._view[1]
        trail = f"{self._labels['application']} > {product.kind} > {product.shown} > {self._labels['more']}"
        return Screen(trail, (), [self._save_button(product)])

    def _show_basket(self) -> Screen:
        labels = self._labels
        items = [describe(product, size) for product, size in self.basket]
        removals = [Widget("button", f"{labels['remove']} {item}", "remove", item) for item in items]
        groups = {"items": removals, "gift": [self._gift()], "delivery": [self._delivery()]}
        groups["buy"] = [Widget("button", labels["buy"], "buy", None, (), bool(self.basket))]
        groups["options"] = [Widget("button", labels["options"], "options")] if "checkout" in self._nested else []
        hidden = ("gift", "delivery") if "checkout" in self._nested else ()
        widgets = [widget for name in self._orders["cart"] if name not in hidden for widget in groups[name]]
        lines: tuple[str, ...] = ("In it: " + "; ".join(items) if items else "It is empty.",)
        if hidden:
            lines += (f"{self._gift().text}; {self._delivery().text}",)
        return Screen(f"{labels['application']} > {labels['basket']}", lines, widgets)

    def _gift(self) -> Widget:
        return Widget("checkbox", f"{self._labels['gift']}: {self.checkout['gift'] or 'no'}", "gift")

    def _delivery(self) -> Widget:
        return self._dropdown("delivery", self.checkout["delivery"])

    def _show_options(self) -> Screen:
        trail = f"{self._labels['application']} > {self._labels['basket']} > {self._labels['options']}"
        return Screen(trail, (), [self._gift(), self._delivery()])

    def _show_saved(self) -> Screen:
        saved = [product for shelf in self.shelves.values() for product in shelf if product.saved]
        widgets = [Widget("button", f"{self._labels['remove']} {item.shown}", "forget", item) for item in saved]
        lines = () if saved else ("Nothing is saved.",)
        return Screen(f"{self._labels['application']} > {self._labels['saved']}", lines, widgets)

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event == "search":
            self.query, self.filters = value, {}
            self._view = ("list",)
            self._refresh()
        elif event in self.names and event != "delivery":
            self.filters[event] = next(key for key, shown in self.names[event].items() if shown == value)
            self._refresh()
        elif event == "page":
            self.page = argument
        elif event == "open":
            self._view, self.size = ("product", argument), ""
            self._seen.add(argument.shown)
        elif event in ("more", "options"):
            self._view = (event, argument)
        elif event == "go":
            self._before, self._view = self._view, (argument,)
        elif event == "choose":
            self.size = value
        else:
            self._handle(event, argument, value)
            self._count()

    def _refresh(self) -> None:
        """Filter and sort the results, and show the first page."""
        filters = self.filters
        rank = RANKS.get(filters.get("sort", ""))
        self.results = [product for product in self.shelves[self.query] if fits(product, filters)]
        if rank:
            self.results.sort(key=rank)
        self.page = 0
        names = [name for name in self._labels["controls"].split() if name != "size" or self.query in CLOTHES]
        self._controls = [self._dropdown(name, filters.get(name, "")) for name in names]

    def _handle(self, event: str, argument: Any, value: str) -> None:
        """What changes basket, saved products or the order."""
        if event == "add":
            self.basket.append((self._view[1], self.size))
            self._report(f"added {describe(*self.basket[-1])} to the basket")
        elif event == "save":
            self._save(self._view[1])
            self._view = ("product", self._view[1])
        elif event == "forget":
            self._save(argument)
        elif event == "remove":
            self.basket = [item for item in self.basket if describe(*item) != argument]
            self._report(f"removed {argument} from the basket")
        elif event == "gift":
            self.checkout["gift"] = "" if self.checkout["gift"] else "yes"
        elif event == "delivery":
            self.checkout["delivery"] = "" if value == "standard" else value
        else:
            self._buy()

    def _save(self, product: Product) -> None:
        product.saved = not product.saved
        self._report(f"saved {product.shown}" if product.saved else f"no longer saved {product.shown}")

    def _buy(self) -> None:
        self.bought = True
        items = "; ".join(describe(*item) for item in self.basket)
        right = self.buys and all(self.is_done(goal) for goal in self.goals) and not self._disturbed()
        if not right or self.checkout != self.wanted_checkout():
            self._fail(f"{items} was ordered, which is not what was asked for")
        self._report(f"bought {items}")

    def _back(self) -> None:
        name, *rest = self._view
        if name == "more":
            self._view = ("product", rest[0])
        elif name == "options":
            self._view = ("basket",)
        elif name in ("basket", "saved"):
            self._view = self._before
        else:
            self._view = ("list",) if name == "product" else ("home",)

    def _disturbed(self) -> bool:
        """Whether something is saved or in the basket that was not asked for."""
        return bool(self.stray_items() or self.stray_saved())

    def _progress(self) -> float:
        done = [self.is_done(goal) for goal in self.goals]
        seen = [goal.product.shown in self._seen for goal in self.goals]
        if self._failure or not all(done) or self._disturbed() or self.bought != self.buys:
            return (sum(done) + sum(seen)) / (2 * len(done) + 1)
        return 1.0

    # ---- for experts -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> tuple[Any, ...]:
        """What is shown: its name, then the product that it shows."""
        return self._view

    @property
    def buys(self) -> bool:
        """Whether an order is asked for."""
        return any(goal.verb == "buy" for goal in self.goals)

    def is_done(self, goal: Goal) -> bool:
        """Whether a goal is reached, short of the order."""
        if goal.verb == "open":
            return self._view == ("product", goal.product)
        return goal.product.saved if goal.verb == "save" else (goal.product, goal.size) in self.basket

    def stray_items(self) -> list[str]:
        """Items in the basket that were not asked for."""
        wanted = [(goal.product, goal.size) for goal in self.goals if goal.verb in ("add", "buy")]
        return [describe(*item) for item in self.basket if item not in wanted]

    def stray_saved(self) -> list[Product]:
        """Saved products that were not to be saved."""
        wanted = [goal.product for goal in self.goals if goal.verb == "save"]
        return [item for shelf in self.shelves.values() for item in shelf if item.saved and item not in wanted]

    def wanted_checkout(self) -> dict[str, str]:
        """How gift wrap and delivery are to be set."""
        return {"gift": "yes" if "gift" in self.extras else "", "delivery": self.slots.get("delivery", "")}


def describe(product: Product, size: str) -> str:
    """An item in the basket in words."""
    return f"{product.shown}, size {size}" if size else product.shown
