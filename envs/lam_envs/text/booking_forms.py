"""The contents of Form: booking forms with their entries, what is wanted in each, and what a form accepts.

An entry is a text field, a dropdown, a radio group or a checkbox. What an entry takes may be told only when the form is
sent: dates in one format, telephone numbers without spaces, a choice that is sold out with the one that is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from lam_envs.text.language import Dice
from lam_envs.text.mailbox import FIRST_NAMES, LAST_NAMES

TRAVEL, STAY, TABLE = ("flight", "train", "ferry"), ("hotel", "cabin"), ("table",)
SERVICES = (*TRAVEL, *STAY, *TABLE)
TEXTS = {
    **dict.fromkeys(TRAVEL, ("city_from", "city_to", "date")),
    **dict.fromkeys(STAY, ("city", "date", "date_to")),
    "table": ("restaurant", "date", "hour"),
}
"""Text fields of a service, besides those of the person."""
EXTRAS = {
    **dict.fromkeys(TRAVEL, ("seat", "meal", "baggage", "class", "insurance", "newsletter", "reminder")),
    **dict.fromkeys(STAY, ("bed", "view", "breakfast", "parking", "insurance", "newsletter", "reminder")),
    "table": ("area", "meal", "view", "highchair", "newsletter", "reminder"),
}
"""What else a service offers."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "seat": ("window", "aisle"),
    "bed": ("single", "double"),
    "area": ("inside", "terrace"),
    "meal": ("any meal", "vegetarian", "vegan", "fish"),
    "baggage": ("no baggage", "one bag", "two bags"),
    "class": ("second class", "first class", "business class"),
    "view": ("any view", "sea", "garden", "mountain"),
}
"""Options of radio groups and of dropdowns; a dropdown starts with its first."""
RADIOS = frozenset(("seat", "bed", "area"))
CHECKBOXES = frozenset(("insurance", "newsletter", "reminder", "breakfast", "parking", "highchair"))
SCARCE = frozenset(("seat", "bed", "area", "meal", "view"))
"""Choices that may be sold out."""

CITIES = (
    "Rome",
    "Oslo",
    "Lisbon",
    "Vienna",
    "Dublin",
    "Prague",
    "Madrid",
    "Athens",
    "Berlin",
    "Porto",
    "Genoa",
    "Turin",
)
RESTAURANTS = ("Blue Door", "Old Mill", "Golden Fork", "Green Lantern", "Red Lion", "Silver Spoon", "White Swan")
HOURS = ("12:00", "12:30", "13:00", "18:00", "18:30", "19:00", "19:30", "20:00")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
FORMATS = {
    "31 August": "{day} {month}",
    "31/08": "{day}/{number:02d}",
    "August 31": "{month} {day}",
    "08/31": "{number:02d}/{day}",
}
"""Example of a format -> the format; the first is how instructions say a date."""
SAID = "31 August"


class Date(NamedTuple):
    """A day from the 13th on, so that day and month cannot be confused."""

    day: int
    month: int

    def write(self, example: str) -> str:
        """The date in the format of an example."""
        return FORMATS[example].format(day=self.day, month=MONTHS[self.month - 1], number=self.month)


class Entry:
    """One entry of a form: what it holds, what it is to hold, and what the form will take."""

    __slots__ = ("accepted", "initial", "instead", "kind", "name", "options", "said", "soft", "told", "value", "wanted")

    def __init__(self, name: str, kind: str, initial: str, wanted: str, options: tuple[str, ...] = ()) -> None:
        self.name, self.kind, self.initial, self.options = name, kind, initial, options
        """Options: what can be chosen, or every way to write a date or number."""
        self.value = initial
        self.wanted = self.said = wanted
        """What is to be sent, and what the instruction says."""
        self.accepted = self.instead = ""
        """Example of the format that is taken; what is left when the wanted choice is sold out."""
        self.told = self.soft = False
        """Whether the screen tells what is accepted or left; whether the instruction says "if possible"."""

    def is_right(self) -> bool:
        """Whether it holds what it should, as far as the screen has told."""
        if self.told:
            return self.value == self.wanted
        return self.value == self.said or (self.kind == "field" and self.value in self.options)

    def aim(self) -> str:
        """What to enter, as far as the screen has told."""
        return self.wanted if self.told else self.said

    def problem(self) -> str:
        """Why the form does not take it, "" if it does."""
        if self.kind == "field" and not self.value:
            return "fill this in"
        if self.instead and self.value == self.said:
            return self.advice()
        return self.advice() if self.accepted and not self._fits() else ""

    def _fits(self) -> bool:
        """Whether what is typed has the accepted format."""
        if self.name == "phone":
            return self.value.isdigit() == (self.accepted == "digits")
        sample, example = self.value, self.accepted
        return (sample[:1].isdigit(), "/" in sample) == (example[:1].isdigit(), "/" in example) and (
            "/" not in sample or (int(sample[:2]) > 12) == (int(example[:2]) > 12)
        )

    def advice(self) -> str:
        """What the form tells once it has found a problem, or from the start."""
        if self.instead:
            return f"{self.said} is sold out, choose {self.instead}"
        if self.name == "phone":
            return "use digits only, without spaces" if self.accepted == "digits" else "use spaces"
        return f"write it like {self.accepted}"


class Form:
    """The entries of one service, by name."""

    def __init__(self, service: str, entries: list[Entry]) -> None:
        self.service = service
        self.entries = {entry.name: entry for entry in entries}

    def arrange(self, pages: str, order: list[str]) -> list[list[Entry]]:
        """The entries of each page; pages names sections as in "what who/extras", order gives that of the extras."""
        texts = [entry for entry in self.entries.values() if entry.kind == "field"]
        sections = {
            "what": [entry for entry in texts if entry.name not in ("person", "phone")],
            "who": [entry for entry in texts if entry.name in ("person", "phone")],
            "extras": [self.entries[name] for name in order if name in self.entries and name in EXTRAS[self.service]],
        }
        return [[entry for name in page.split() for entry in sections[name]] for page in pages.split("/")]


class Demands(NamedTuple):
    """How hard a difficulty is: odds and counts."""

    others: int
    """Extras shown besides those asked for."""
    phone: bool
    strict: float
    """Chance that a date is taken only in another format than the instruction's."""
    told: float
    """Chance that the format is shown from the start."""
    soft: float
    """Chance that a choice is asked for only if possible."""
    formats: tuple[int, int]
    """Formats of dates that there are besides the instruction's, and how many of those a field offers."""


DEMANDS = {
    "easy": Demands(1, False, 0.3, 1.0, 0.0, (1, 1)),
    "normal": Demands(2, False, 0.5, 0.4, 0.5, (2, 2)),
    "hard": Demands(3, True, 0.7, 0.2, 0.7, (3, 2)),
}


def blank_form(service: str) -> Form:
    """A form that nobody asks for: the first extras, nothing filled in."""
    texts = [Entry(name, "field", "", "") for name in (*TEXTS[service], "person")]
    return Form(service, [*texts, *(_draw_extra(name) for name in EXTRAS[service][:4])])


def _draw_extra(name: str, checked: bool = False) -> Entry:
    """An extra as it is at first, which is also how it is to stay."""
    if name in CHECKBOXES:
        return Entry(name, "checkbox", "on" if checked else "off", "on" if checked else "off")
    options = CHOICES[name]
    first = "" if name in RADIOS else options[0]
    return Entry(name, "radio" if name in RADIOS else "dropdown", first, first, options)


def build_form(dice: Dice, service: str, asked: list[str], difficulty: str) -> tuple[Form, dict[str, str]]:
    """Draw the form of a goal, and the words for its text fields."""
    demands = DEMANDS[difficulty]
    month = 1 + dice.below(12)
    dates = {"date": Date(13 + dice.below(6), month)}
    if "date_to" in TEXTS[service]:
        dates["date_to"] = Date(dates["date"].day + 1 + dice.below(9), month)
    cities = dice.sample(CITIES, 2)
    slots = {"city_from": cities[0], "city_to": cities[1], "city": cities[0], "hour": dice.pick(HOURS)}
    slots |= {"restaurant": dice.pick(RESTAURANTS), "person": f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"}
    slots |= {name: date.write(SAID) for name, date in dates.items()}
    slots["phone"] = f"0{100 + dice.below(900)} {100 + dice.below(900)} {100 + dice.below(900)}"
    names = [*TEXTS[service], "person", *(["phone"] if demands.phone else [])]
    entries = [Entry(name, "field", "", slots[name]) for name in names]
    _restrict(dice, entries, dates, demands)
    others = [name for name in EXTRAS[service] if name not in asked]
    shown = {*asked, *dice.sample(others, demands.others)}
    softest = next((name for name in asked if name in SCARCE), "") if dice.chance(demands.soft) else ""
    for name in EXTRAS[service]:
        if name in shown:
            entry = _draw_extra(name, dice.chance(0.2))
            if name in asked:
                _ask(dice, entry, name == softest)
            entries.append(entry)
    return Form(service, entries), {name: slots[name] for name in names}


def _restrict(dice: Dice, entries: list[Entry], dates: dict[str, Date], demands: Demands) -> None:
    """Draw the formats that a form takes; all dates of a form share one."""
    strict, told, digits = dice.chance(demands.strict), dice.chance(demands.told), dice.chance(demands.strict)
    there_are, offered = demands.formats
    examples = [SAID, *dice.sample(list(FORMATS)[1 : 1 + there_are], offered)]
    accepted = examples[1] if strict else SAID
    for entry in entries:
        if entry.name in dates:
            entry.accepted, entry.told = accepted, told
            entry.options = tuple(dates[entry.name].write(example) for example in examples)
            entry.wanted = dates[entry.name].write(accepted)
        elif entry.name == "phone":
            entry.accepted, entry.told = "digits" if digits else "spaces", told
            entry.options = (entry.said, entry.said.replace(" ", ""))
            entry.wanted = entry.options[digits]


def _ask(dice: Dice, entry: Entry, soft: bool) -> None:
    """Draw what the instruction asks of an extra; a soft one may be sold out."""
    if entry.kind == "checkbox":
        entry.wanted = entry.said = "on" if dice.chance(0.5) else "off"
        if dice.chance(0.8):
            entry.value = entry.initial = "off" if entry.wanted == "on" else "on"
        return
    options = list(entry.options) if entry.kind == "radio" else list(entry.options[1:])
    entry.wanted = entry.said = dice.pick(options)
    entry.soft = soft
    if soft and dice.chance(0.6):
        entry.instead = entry.wanted = dice.pick([option for option in options if option != entry.said])
