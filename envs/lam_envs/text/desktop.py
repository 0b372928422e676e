"""What lies on the Desk: contacts, events, notes and messages that hold values, and what is to be carried where.

A value is a phone number, an email address, an address, a time or a code; it is the field of an item. A goal names the
source (an item and one of its fields) and the sink (an item, or a person to write to) that the value is to reach.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from lam_envs.text.engine import Widget
from lam_envs.text.language import Dice
from lam_envs.text.mailbox import Person, build_people, build_subjects

FIELDS = ("phone", "email", "address", "time", "code")
SOURCES = {
    "contact": ("phone", "email", "address"),
    "event": ("time", "address"),
    "note": ("code", "phone"),
    "message": ("code", "time", "phone"),
}
"""Kind of item -> fields that it has."""
APPS = {"contact": "contacts", "event": "calendar", "note": "notes", "message": "mail"}
SINKS = {
    "reply": ("message", FIELDS),
    "send": ("", FIELDS),
    "note": ("note", FIELDS),
    "card": ("contact", ("phone", "email", "address")),
    "event": ("event", ("time", "address")),
}
"""Verb -> kind of item that takes the value ("" for a new message), and the fields that it can take."""
VERBS = {
    "easy": ("reply", "send", "note"),
    "normal": ("reply", "send", "note", "card", "event"),
    "hard": ("reply", "card", "event", "reply|note", "send|card", "note|send", "note|reply", "card|reply"),
}
"""Verbs of each difficulty; two of them are two goals."""
COUNTS = {"easy": (5, 4, 4, 4), "normal": (9, 6, 6, 7), "hard": (13, 9, 9, 11)}
"""Contacts, events, notes and messages."""
EVENTS = (
    *("Review", "Dinner", "Interview", "Workshop", "Checkup", "Rehearsal", "Briefing", "Walk", "Concert", "Lesson"),
    *("Party", "Breakfast"),
)
NOTES = (
    *("Garage", "Gym locker", "Office safe", "Bicycle lock", "Alarm system", "Car rental", "Beach house", "Library"),
    *("Plumber", "Storage room", "Printer", "Boat", "School trip", "Garden gate", "Cinema club", "Night bus"),
)
STREETS = (
    *(
        "Mill Lane",
        "Park Road",
        "High Street",
        "Station Road",
        "Church Street",
        "Harbor Way",
        "Oak Avenue",
        "Bridge Road",
    ),
    *("Castle Hill", "Market Square", "River Walk", "Garden Street"),
)
TOWNS = ("Leeds", "Ghent", "Turin", "Basel", "Malmo", "Lyon", "Cork", "Graz", "Delft", "Turku")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Combination = tuple[str, str, str]


class Item:
    """A contact, event, note or message; `who` is what buttons call it, `origin` what the clipboard calls it."""

    __slots__ = ("fields", "kind", "missing", "origin", "person", "row", "subject", "title", "who", "written")

    def __init__(self, kind: str, title: str, origin: str, row: str, fields: dict[str, str]) -> None:
        self.kind, self.title, self.origin, self.fields = kind, title, origin, fields
        self.row = Widget("row", row, "open", self)
        self.missing: list[str] = []
        self.written: list[str] = []
        self.person: Person | None = None
        self.subject = ""
        self.who = title


@dataclass
class Goal:
    """A value to be carried: from a field of `source` into `sink`, which is an item or a person."""

    verb: str
    source: Item
    field: str
    sink: Any
    done: bool = False

    @property
    def value(self) -> str:
        """The text to be carried."""
        return self.source.fields[self.field]

    @property
    def gap(self) -> str:
        """The missing field of the sink that the value fills, "" where it is a line or a text."""
        return self.field if self.verb in ("card", "event") else ""


@dataclass
class Desktop:
    """Everything on the desk."""

    people: list[Person]
    items: dict[str, list[Item]] = field(default_factory=dict)
    """Kind -> items, in the order of their list."""


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, source, field) combinations of a difficulty and a split; every fourth one is held out."""
    chosen = []
    for verb_index, verb in enumerate(VERBS[difficulty]):
        for source_index, (source, names) in enumerate(SOURCES.items()):
            for name in names:
                if not all(name in SINKS[part][1] for part in verb.split("|")):
                    continue
                held_out = (verb_index + 2 * source_index + FIELDS.index(name)) % 4 == 0
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((verb, source, name))
    return tuple(chosen)


def build_desktop(dice: Dice, difficulty: str) -> Desktop:
    """Draw all items; some contacts and events lack a field."""
    contacts, events, notes, messages = COUNTS[difficulty]
    people = build_people(dice, contacts, difficulty == "hard")
    desktop = Desktop(people)
    desktop.items["contact"] = [_draw_contact(dice, person) for person in sorted(people)]
    desktop.items["event"] = _draw_events(dice, people, events)
    desktop.items["note"] = [
        Item("note", title, f"the note {title}", title, _draw_fields(dice, "note"))
        for title in sorted(dice.sample(NOTES, notes))
    ]
    desktop.items["message"] = _draw_messages(dice, people, messages)
    for kind in ("contact", "event"):
        for item in desktop.items[kind]:
            if dice.chance(0.3):
                _drop(item, dice.pick(SOURCES[kind]))
    return desktop


def draw_goal(dice: Dice, desktop: Desktop, verb: str, source: str, name: str, taken: list[Any]) -> Goal:
    """A goal with these parts among what is not taken; what it takes is added to `taken`."""
    having = [item for item in desktop.items[source] if item not in taken and name in item.fields]
    giver = dice.pick(having)
    taken.append(giver)
    kind = SINKS[verb][0]
    sink: Any
    if not kind:
        sink = dice.pick([person for person in desktop.people if person is not giver.person and person not in taken])
    else:
        sink = dice.pick(
            [
                item
                for item in desktop.items[kind]
                if item not in taken and (item.person is None or item.person is not giver.person)
            ]
        )
        if verb in ("card", "event") and name not in sink.missing:
            _drop(sink, name)
    taken.append(sink)
    return Goal(verb, giver, name, sink)


def _drop(item: Item, name: str) -> None:
    del item.fields[name]
    item.missing.append(name)


def _draw_value(dice: Dice, name: str) -> str:
    if name == "phone":
        return f"555 {1000 + dice.below(9000)}"
    if name == "address":
        return f"{dice.pick(STREETS)} {1 + dice.below(98)}"
    if name == "time":
        return f"{8 + dice.below(12)}:{dice.pick(('00', '15', '30', '45'))}"
    return f"{dice.pick('BCDFGHKLMPRTVWX')}{1000 + dice.below(9000)}"


def _draw_fields(dice: Dice, kind: str) -> dict[str, str]:
    return {name: _draw_value(dice, name) for name in SOURCES[kind] if name != "email"}


def _draw_contact(dice: Dice, person: Person) -> Item:
    fields = _draw_fields(dice, "contact")
    fields["email"] = person.full.lower().replace(" ", ".") + "@example.org"
    fields = {name: fields[name] for name in SOURCES["contact"]}
    item = Item("contact", person.full, f"the contact {person.full}", f"{person.full} | {dice.pick(TOWNS)}", fields)
    item.person = person
    return item


def _draw_events(dice: Dice, people: list[Person], count: int) -> list[Item]:
    """Events of few subjects, so that most have look-alikes; no subject twice with the same person."""
    subjects = dice.sample(EVENTS, max(2, count // 2))
    pairs = dice.sample([(subject, person) for subject in subjects for person in people], count)
    days = sorted(dice.below(7) for _ in pairs)
    items = []
    for day, (subject, person) in zip(days, pairs):
        title = f"{subject} with {person.full}"
        item = Item("event", title, title, f"{_DAYS[day]} | {title}", _draw_fields(dice, "event"))
        item.person, item.subject = person, f"{subject.lower()} with {person.short}"
        items.append(item)
    return items


def _draw_messages(dice: Dice, people: list[Person], count: int) -> list[Item]:
    """Messages, some senders with two."""
    items = []
    writers = dice.sample(people, min(len(people), max(3, count - 2)))
    for index, subject in enumerate(build_subjects(dice, count)):
        person = writers[index % len(writers)]
        row = f"from {person.full} | {subject.shown}"
        item = Item("message", subject.shown, f"the message from {person.full}", row, _draw_fields(dice, "message"))
        item.person, item.subject, item.who = person, subject.spoken, f"{person.full}, {subject.shown}"
        items.append(item)
    return dice.sample(items, count)
