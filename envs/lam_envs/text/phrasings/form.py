"""Form: how requests are worded, train and held out.

Symbols: "book" is an imperative clause on {thing} and its {extras}, "book." a whole sentence; "<service>" is a noun
phrase with the text fields, "who.phone" a person with a number; "extras.1" and "extras.2" hold the extras together,
"<extra>", "<extra>.on" and "<extra>.off" are phrases for one of them and "soft" makes it a wish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lam_envs.text.booking_forms import Entry
from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("book", "reserve"),
    ("if possible", "if that is possible"),
    ("I want you to", "I would like you to"),
    ("without", "with no"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""


def _travel(templates: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Templates of the three services with a start and an end."""
    return {noun: tuple(text.replace("NOUN", noun) for text in templates) for noun in ("flight", "train", "ferry")}


def _stay(templates: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Templates of the two services with an arrival and a departure."""
    nouns = {"hotel": "hotel room", "cabin": "cabin"}
    return {name: tuple(text.replace("NOUN", noun) for text in templates) for name, noun in nouns.items()}


def _switched(items: Mapping[str, str], yes: Sequence[str], no: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Templates of the extras that are on or off; ITEM has its article, BARE has none."""
    rules = {}
    for name, item in items.items():
        bare = item.removeprefix("a ").removeprefix("the ")
        for suffix, templates in (("on", yes), ("off", no)):
            rules[f"{name}.{suffix}"] = tuple(text.replace("ITEM", item).replace("BARE", bare) for text in templates)
    return rules


# fmt: off
TRAIN: Rules = {
    **FRAMES["train"],
    "book": (
        "book {thing}{extras}", "reserve {thing}{extras}", "make a booking for {thing}{extras}",
        "order {thing}{extras}", "get {thing}{extras}",
    ),
    "book.": (
        "I need {thing}{extras}", "I want {thing}{extras}", "I would like to have {thing}{extras}",
    ),
    **_travel((
        "a NOUN from {city_from} to {city_to} on {date} for {who}",
        "a NOUN for {who} from {city_from} to {city_to} on {date}",
        "a NOUN to {city_to} from {city_from} for {who} on {date}",
        "a NOUN on {date} from {city_from} to {city_to} for {who}",
    )),
    **_stay((
        "a NOUN in {city} from {date} to {date_to} for {who}", "a NOUN for {who} in {city} from {date} to {date_to}",
        "a NOUN from {date} to {date_to} in {city} for {who}",
    )),
    "table": (
        "a table at the {restaurant} on {date} at {hour} for {who}",
        "a table for {who} at the {restaurant} at {hour} on {date}",
        "a table at {hour} on {date} at the {restaurant} for {who}",
    ),
    "who.phone": ("{person} (phone {phone})", "{person} with the phone number {phone}"),
    "extras.1": (" {one}", ", {one}"),
    "extras.2": (" {one} and {two}", ", {one} and {two}"),
    "soft": ("{wish} if possible", "{wish} if that is possible"),
    "seat": ("with {a_seat} seat", "in {a_seat} seat"),
    "bed": ("with a {bed} bed",),
    "area": ("with seats {a_area}",),
    "meal": ("with a {meal} meal",),
    "baggage": ("with {baggage}",),
    "class": ("in {class}", "with a {class} ticket"),
    "view": ("with a {view} view",),
    **_switched(
        {
            "insurance": "insurance", "newsletter": "the newsletter", "reminder": "a reminder",
            "breakfast": "breakfast", "parking": "parking", "highchair": "a high chair",
        },
        ("with ITEM",),
        ("without ITEM", "with no BARE"),
    ),
}

HELD_OUT: Rules = {
    **FRAMES["held_out"],
    "book": (
        "arrange {thing}{extras}", "secure {thing}{extras}", "organize {thing}{extras}", "sort out {thing}{extras}",
        "set up {thing}{extras}", "put in a request for {thing}{extras}", "obtain {thing}{extras}",
        "take care of {thing}{extras}",
    ),
    "book.": (
        "see to it that we get {thing}{extras}", "what I need is {thing}{extras}", "let us have {thing}{extras}",
        "I am looking for {thing}{extras}", "we ought to have {thing}{extras}",
    ),
    **_travel((
        "a NOUN that leaves {city_from} for {city_to} on {date}, passenger {who}",
        "a NOUN out of {city_from} bound for {city_to} on {date}, passenger {who}",
        "a NOUN taking {who} from {city_from} over to {city_to} on {date}",
        "the {date} NOUN for {who}, leaving {city_from} and heading for {city_to}",
    )),
    **_stay((
        "a NOUN in {city} for {who}, arriving on {date} and leaving on {date_to}",
        "a NOUN in {city} that {who} can use between {date} and {date_to}",
        "a NOUN in {city}, {date} until {date_to}, guest {who}",
    )),
    "table": (
        "a table in the {restaurant}, {date}, {hour}, guest {who}",
        "the {hour} table for {who} in the {restaurant}, to be ready on {date}",
        "a table where {who} can eat in the {restaurant} on {date}, from {hour} on",
    ),
    "who.phone": ("{person} (to be called at {phone})", "{person} (reachable under {phone})"),
    "extras.1": (", {one} this time", ", and {one}", ", but {one}"),
    "extras.2": (", {one} as well as {two}", ", {one}, and also {two}", ", {one} and, in addition, {two}"),
    "soft": ("{wish} where available", "ideally {wish}", "{wish} as far as available"),
    "seat": ("seated next to the {seat}", "seated by the {seat}", "with a place by the {seat}"),
    "bed": ("furnished with a {bed} bed", "with one {bed} bed in it"),
    "area": ("seated {a_area}", "with places {a_area}"),
    "meal": ("with a {meal} dish", "with {meal} dishes"),
    "baggage": ("bringing {baggage} along", "carrying {baggage}"),
    "class": ("seated in {class}", "traveling {class}"),
    "view": ("overlooking the {view}", "looking out on the {view}"),
    **_switched(
        {
            "insurance": "insurance cover", "newsletter": "the newsletter", "reminder": "the reminder",
            "breakfast": "the breakfast", "parking": "the parking space", "highchair": "the high chair",
        },
        ("including ITEM", "along with ITEM", "with ITEM added"),
        ("without any BARE", "with no BARE added", "leaving out ITEM"),
    ),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)

_ARTICLES = {"window": "a window", "aisle": "an aisle", "inside": "inside", "terrace": "on the terrace"}


def phrase_words(service: str, asked: Sequence[Entry], slots: Mapping[str, str]) -> dict[str, str]:
    """What the templates of a request may name: text fields, and a phrase for each extra that is asked for."""
    words = {"thing": "@" + service, "extras": f"@extras.{len(asked)}", **slots}
    words["who"] = "@who.phone" if "phone" in slots else slots["person"]
    for name, entry in zip(("one", "two"), asked):
        phrase = f"@{entry.name}.{entry.said}" if entry.kind == "checkbox" else f"@{entry.name}"
        words |= {entry.name: entry.said, f"a_{entry.name}": _ARTICLES.get(entry.said, "")}
        words |= {"wish": phrase, name: "@soft"} if entry.soft else {name: phrase}
    return words
