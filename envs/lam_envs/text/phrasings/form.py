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
        "order {thing}{extras}", "get {thing}{extras}", "make a reservation for {thing}{extras}",
        "fill in the form for {thing}{extras}", "fill out and send the booking form for {thing}{extras}",
        "complete the booking form for {thing}{extras}", "submit a booking for {thing}{extras}",
        "find and reserve {thing}{extras}", "let me have {thing}{extras}", "make the arrangements for {thing}{extras}",
        "do the booking for {thing}{extras}",
    ),
    "book.": (
        "I need {thing}{extras}", "I want {thing}{extras}", "I would like to have {thing}{extras}",
        "can I have {thing}{extras}?", "what I want is {thing}{extras}", "we need {thing}{extras}",
        "I require {thing}{extras}", "here is what has to be booked: {thing}{extras}", "we should have {thing}{extras}",
    ),
    **_travel((
        "a NOUN from {city_from} to {city_to} on {date} for {who}",
        "a NOUN for {who} from {city_from} to {city_to} on {date}",
        "a NOUN to {city_to} from {city_from} for {who} on {date}",
        "a NOUN on {date} from {city_from} to {city_to} for {who}",
        "a NOUN in the name of {who} from {city_from} to {city_to} on {date}",
        "a NOUN under the name {who} from {city_from} to {city_to} for {date}",
        "the {date} NOUN from {city_from} to {city_to} for {who}",
        "a NOUN to get {who} to {city_to} from {city_from} on {date}",
        "a NOUN ticket for {who} from {city_from} to {city_to} on {date}",
        "a NOUN ({city_from} to {city_to}, {date}) for {who}",
        "a NOUN for {who} on {date} from {city_from} to {city_to}",
        "a NOUN for {who}, {city_from} to {city_to}, on {date}",
    )),
    **_stay((
        "a NOUN in {city} from {date} to {date_to} for {who}", "a NOUN for {who} in {city} from {date} to {date_to}",
        "a NOUN from {date} to {date_to} in {city} for {who}", "a NOUN in {city} for {who} from {date} until {date_to}",
        "a NOUN in {city} in the name of {who} from {date} to {date_to}",
        "a NOUN in {city} between {date} and {date_to} for {who}",
        "a NOUN in {city} with check-in on {date} and check-out on {date_to} for {who}",
        "a NOUN where {who} can stay in {city} from {date} to {date_to}",
        "a NOUN for the stay of {who} in {city} from {date} to {date_to}",
        "a NOUN under the name {who} in {city} from {date} up to {date_to}",
        "a NOUN ({city}, {date} to {date_to}) for {who}",
        "a NOUN for {who} from {date} to {date_to} in the city of {city}",
        "a NOUN for {who} from {date} to {date_to} in {city}", "a NOUN from {date} to {date_to} for {who} in {city}",
    )),
    "table": (
        "a table at the {restaurant} on {date} at {hour} for {who}",
        "a table for {who} at the {restaurant} at {hour} on {date}",
        "a table at {hour} on {date} at the {restaurant} for {who}",
        "a table at the {restaurant} for {who} on {date} at {hour}",
        "a table for {who} on {date} at {hour} at the {restaurant}",
        "a table for {who} at {hour} on {date} in the {restaurant}",
        "a table at the restaurant {restaurant} for {who} at {hour} on {date}",
        "a table under the name {who} at the {restaurant} for {hour} on {date}",
        "a table for {who} to have at the {restaurant} on {date} from {hour}",
        "a table on {date} for {who} at the {restaurant}, starting at {hour}",
        "a table that {who} can have at {hour} on {date} at the {restaurant}",
        "a table waiting for {who} at the {restaurant} on {date} at {hour}",
        "a table at the {restaurant} that is held for {who} on {date} at {hour}",
        "a table for {who} to dine at the {restaurant} on {date} at {hour}",
    ),
    "who.phone": (
        "{person} (phone {phone})", "{person} with the phone number {phone}", "{person} ({phone})",
        "{person} (phone number {phone})", "{person} (phone: {phone})", "{person} (telephone {phone})",
        "{person} (tel. {phone})", "{person} (number {phone})", "{person} (contact number {phone})",
        "{person} (who can be reached at {phone})", "{person} whose phone number is {phone}",
        "{person} whose number is {phone}", "{person} with the number {phone}",
        "{person} who has the phone number {phone}",
    ),
    "extras.1": (" {one}", ", {one}", " {one}", ", {one}", " {one}", ", {one}", " ({one})"),
    "extras.2": (
        " {one} and {two}", ", {one} and {two}", " {one} and {two}", ", {one} and {two}", " {one} and {two}",
        ", {one} and {two}", " ({one} and {two})", " ({one}, {two})", ", {one}, {two}",
    ),
    "soft": (
        "{wish} if possible", "{wish} if that is possible", "preferably {wish}", "if possible {wish}",
        "{wish} if at all possible", "{wish} where possible", "{wish} if you can", "{wish} if that can be done",
        "{wish} (if possible)",
    ),
    "seat": (
        "with {a_seat} seat", "in {a_seat} seat", "beside the {seat}", "on the {seat} side",
        "with a seat at the {seat}", "with a spot at the {seat}", "asking for {a_seat} seat", "with {seat} seating",
        "on {a_seat} seat", "to sit at the {seat}",
    ),
    "bed": (
        "with a {bed} bed", "with a {bed} bed to sleep in", "to sleep in a {bed} bed", "sleeping in a {bed} bed",
        "asking for a {bed} bed",
    ),
    "area": (
        "with seats {a_area}", "to sit {a_area}", "sitting {a_area}", "with seating {a_area}", "with a spot {a_area}",
        "with the table {a_area}", "dining {a_area}",
    ),
    "meal": (
        "with a {meal} meal", "asking for a {meal} meal", "ordering a {meal} meal", "along with a {meal} meal",
        "with {meal} food", "with the {meal} menu", "with {meal} cuisine", "with a {meal} meal served",
    ),
    "baggage": (
        "with {baggage}", "packing {baggage}", "with {baggage} along", "with {baggage} coming along",
        "with {baggage} on board", "with {baggage} for the journey",
    ),
    "class": (
        "in {class}", "with a {class} ticket", "going {class}", "riding in {class}", "sitting in {class}",
        "on a {class} ticket", "with a {class} booking",
    ),
    "view": (
        "with a {view} view", "with a view of the {view}", "with a view over the {view}",
        "with a view toward the {view}", "with a view out to the {view}", "facing the {view}", "on the {view} side",
        "with sight of the {view}",
    ),
    **_switched(
        {
            "insurance": "insurance", "newsletter": "the newsletter", "reminder": "a reminder",
            "breakfast": "breakfast", "parking": "parking", "highchair": "a high chair",
        },
        (
            "with ITEM", "together with ITEM", "saying yes to the BARE", "opting for ITEM",
            "with ITEM as an extra",
        ),
        (
            "without ITEM", "with no BARE", "skipping the BARE", "excluding the BARE", "omitting the BARE",
            "doing without ITEM", "saying no to the BARE", "opting out of the BARE", "declining the BARE",
        ),
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
