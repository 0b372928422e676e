"""LamText/Form-v0: fill in a booking form as the instruction says, read what it does not take, mend it and send it.

A goal is a combination (verb, object, attribute): verb is the service to book, object and attribute are the extras that
the instruction speaks of (attribute "alone" where there is one).
Views: home (services), form (one page of one service's form).
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lam_envs.text.booking_forms import (
    CITIES,
    EXTRAS,
    HOURS,
    RESTAURANTS,
    SERVICES,
    Entry,
    Form,
    blank_form,
    build_form,
)
from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice
from lam_envs.text.layouts.form import LAYOUTS
from lam_envs.text.mailbox import FIRST_NAMES, LAST_NAMES
from lam_envs.text.phrasings.form import GRAMMAR, phrase_words

Combination = tuple[str, str, str]


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, object, attribute) combinations of a difficulty and a split; every fourth one is held out."""
    chosen = []
    for service_index, service in enumerate(SERVICES):
        extras = EXTRAS[service]
        for first_index, first in enumerate(extras):
            seconds = ["alone"] if difficulty == "easy" else extras
            for second_index, second in enumerate(seconds):
                if first == second or (difficulty != "easy" and second_index < first_index):
                    continue
                held_out = (service_index + first_index + second_index) % 4 == 2
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((service, first, second))
    return tuple(chosen)


class FormEnv(ScreenEnv):
    """Booking forms shown as text.

    ## Description

    Choose the service that the instruction asks for, fill in text fields, dropdowns, radio buttons and checkboxes over
    one to three pages, leave alone what is not asked for, and send the form. A form that does not take an entry comes
    back and says what it takes: dates in another format, or a choice that is left where the one asked for is sold out.
    What it has said stays on the screen, so that instruction and screen determine the next step.

    ## Action Space

    `Text`: `click N` (a chosen radio button is cleared so), `type N text`, `select N option`, `check N`, `back`;
    `info["admissible_actions"]` lists those that do something now.

    ## Observation Space

    | key | space | content |
    | --- | --- | --- |
    | instruction | Text | the request |
    | screen | Text | breadcrumb, status line, lines to read, then one widget a line |

    ## Rewards

    1 when the right booking is made, else 0.

    ## Starting State

    The list of services. Form, instruction, labels, order and pages are drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when a form is taken with anything else than what was asked for;
    truncated after 40 steps.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | entries, extras, formats, choices that are sold out |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and pages |
    | composition | train, held_out, all | train | set of (verb, object, attribute) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = service, first, second = dice.pick(combinations(self.difficulty, self.composition))
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._order = self._labels["order"].split()
        asked = [first] if second == "alone" else [first, second]
        self.goal, self.slots = build_form(dice, service, asked, self.difficulty)
        self._asked = [self.goal.entries[name] for name in dice.sample(asked, len(asked))]
        for entry in self._asked:
            if entry.kind != "checkbox":
                self.slots[f"extra_{entry.name}"] = entry.said
        self._forms: dict[str, tuple[Form, list[list[Entry]]]] = {}
        self._prepare(self.goal)
        self._user = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
        self._offers = (dice.sample(CITIES, 2), dice.sample(RESTAURANTS, 2), sorted(dice.sample(HOURS, 2)))
        self._note("person", [self._user])
        self._note("city", self._offers[0])
        self._note("restaurant", self._offers[1])
        self._note("hour", self._offers[2])
        self.form: Form | None = None
        self.page, self.sent_back = 0, False
        self._missing: set[str] = set()
        self.booked = False
        self._needed = sum(entry.value != entry.wanted for entry in self.goal.entries.values())

    def _prepare(self, form: Form) -> None:
        self._forms[form.service] = form, form.arrange(self._labels["pages"], self._order)

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        words = phrase_words(self.combination[0], self._asked, self.slots)
        return GRAMMAR.request(("book",), words, side, dice, used)

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        return self._show_home() if self.form is None else self._show_form(self.form, self.pages)

    @property
    def pages(self) -> list[list[Entry]]:
        """The entries of each page of the form shown, in the order of the screen."""
        return self._forms[self.form.service][1] if self.form else []

    def _show_home(self) -> Screen:
        cities, restaurants, hours = (" or ".join(offers) for offers in self._offers)
        lines = (f"Signed in as {self._user}.", f"Offers: {cities}. Tables: {restaurants}, {hours}.")
        links = [Widget("link", self._labels[name], "service", name) for name in self._order if name in SERVICES]
        return Screen(self._labels["application"], lines, links, False)

    def _show_form(self, form: Form, pages: list[list[Entry]]) -> Screen:
        labels, lines = self._labels, []
        if self.page:
            entries = [entry for page in pages[: self.page] for entry in page]
            lines.append(f"So far: {', '.join(filter(None, map(self._summary, entries))) or 'nothing'}.")
        if self.sent_back:
            lines.append("Sent back: see the remarks beside the entries.")
        widgets: list[Widget] = []
        for entry in pages[self.page]:
            widgets += self._widgets(entry)
        if self.page + 1 < len(pages):
            widgets.append(Widget("button", labels["next"], "page", self.page + 1))
        else:
            widgets.append(Widget("button", labels["submit"], "submit"))
        name = f"{labels['application']} > {labels[form.service]} > page {self.page + 1} of {len(pages)}"
        return Screen(name, lines, widgets)

    def _summary(self, entry: Entry) -> str:
        if entry.kind == "checkbox":
            return self._labels[entry.name] if entry.value == "on" else ""
        return entry.value if entry.kind == "field" or entry.value != entry.options[0] else ""

    def _widgets(self, entry: Entry) -> list[Widget]:
        """An entry's lines: one, or one for each radio button."""
        label = self._labels[entry.name]
        remark = f" | {entry.advice()}" if entry.told else ""
        if entry.name in self._missing:
            remark = " | fill this in"
        if entry.kind == "radio":
            marks = {option: "on" if option == entry.value else "off" for option in entry.options}
            return [
                Widget("radio", f"{label}: {option} | {mark}{remark}", "radio", (entry, option))
                for option, mark in marks.items()
            ]
        text = f"{label}: {entry.value or '(empty)'}{remark}"
        if entry.kind == "checkbox":
            return [Widget("checkbox", text, "check", entry)]
        options = entry.options if entry.kind == "dropdown" else self._texts(entry)
        return [Widget(entry.kind, text, "enter", entry, [option for option in options if option != entry.value])]

    def _texts(self, entry: Entry) -> list[str]:
        """What a field offers: words of its type, dates and numbers in several formats."""
        kind = entry.name.partition("_")[0]
        spans = self._spans(kind)
        if kind not in ("date", "phone"):
            return spans
        written = [each for each in self.goal.entries.values() if each.name.partition("_")[0] == kind]
        return [text for each in written if each.said in spans for text in each.options]

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event == "service":
            if argument not in self._forms:
                self._prepare(blank_form(argument))
            self.form, self.page, self.sent_back = self._forms[argument][0], 0, False
        elif event == "page":
            self.page = argument
        elif event == "check":
            argument.value = "off" if argument.value == "on" else "on"
        elif event == "radio":
            entry, option = argument
            entry.value = "" if entry.value == option else option
        elif event == "enter":
            argument.value = value
            self._missing.discard(argument.name)
        elif self.form is not None:
            self._submit(self.form)

    def _submit(self, form: Form) -> None:
        problems = {entry.name: entry.problem() for entry in form.entries.values()}
        problems = {name: problem for name, problem in problems.items() if problem}
        if not problems:
            if form is not self.goal or any(entry.value != entry.wanted for entry in form.entries.values()):
                self._fail("a booking was made that was not asked for")
            else:
                self.booked = True
                self._report(f"booked the {form.service}")
            return
        for name in problems:
            entry = form.entries[name]
            if not entry.value and entry.kind == "field":
                self._missing.add(name)
            else:
                entry.told = True
        self.sent_back = True
        self._report("the form was sent back")
        self.page = next(
            index for index, page in enumerate(self.pages) if any(entry.name in problems for entry in page)
        )

    def _back(self) -> None:
        if self.page:
            self.page -= 1
        else:
            self.form = None

    # ---- the goal ----------------------------------------------------------------------------------------------------

    def _progress(self) -> float:
        if self.booked:
            return 1.0
        wrong = sum(entry.value != entry.wanted for entry in self.goal.entries.values())
        return max(0.0, 1.0 - (wrong + 1) / (self._needed + 1))
