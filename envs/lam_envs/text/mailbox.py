"""The contents of Mail: people, subjects, messages in folders, drawn around one target message and its look-alikes.

Messages of a folder are kept newest first. "Deleted" is no folder: a deleted message is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from lam_envs.text.language import Dice

INBOX, DELETED = "Inbox", "Deleted"
FOLDERS = ("Work", "Travel", "Family", "Receipts", "Projects", "Clients", "School", "Health", "Sports", "Taxes")
FIRST_NAMES = (
    "Anna",
    "Piet",
    "Lena",
    "Omar",
    "Ruth",
    "Hugo",
    "Nora",
    "Ivan",
    "Maya",
    "Otto",
    "Elif",
    "Sven",
    "Rosa",
    "Karl",
    "Aiko",
    "Emma",
    "Theo",
    "Lucia",
    "Pablo",
    "Ingrid",
    "Diego",
    "Clara",
    "Felix",
    "Marta",
    "Jonah",
    "Greta",
    "Bruno",
    "Alice",
    "Viktor",
    "Selma",
)
LAST_NAMES = (
    "Berg",
    "Vos",
    "Keller",
    "Haddad",
    "Lind",
    "Moreau",
    "Okafor",
    "Petrov",
    "Tanaka",
    "Silva",
    "Novak",
    "Weber",
    "Rossi",
    "Dahl",
    "Costa",
    "Murphy",
    "Jansen",
    "Yilmaz",
    "Fischer",
    "Lopez",
    "Kowalski",
    "Olsen",
    "Brandt",
    "Marino",
)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CITIES = ("Rome", "Oslo", "Lisbon", "Vienna", "Dublin", "Prague", "Madrid", "Athens", "Berlin", "Porto")
_NUMBERS = tuple(str(1207 + 389 * step) for step in range(20))
TOPICS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("Budget for {}", "the budget for {}", _MONTHS, ("The figures are in the table.", "Please check the second page.")),
    ("Invoice {}", "invoice {}", _NUMBERS, ("The amount is due in two weeks.", "Please pay by bank transfer.")),
    ("Lunch on {}", "lunch on {}", _DAYS, ("I booked a table for four.", "Shall we meet at the entrance?")),
    ("Trip to {}", "the trip to {}", _CITIES, ("The train leaves early.", "I found a small hotel near the river.")),
    ("Photos from {}", "the photos from {}", _CITIES, ("There are forty pictures.", "The best ones come last.")),
    ("Report for {}", "the report for {}", _MONTHS, ("The draft is ready.", "I still miss two numbers.")),
    ("Meeting on {}", "the meeting on {}", _DAYS, ("We start at nine.", "The agenda is short.")),
    ("Order {}", "order {}", _NUMBERS, ("The parcel is on its way.", "Delivery takes three days.")),
    ("Tickets for {}", "the tickets for {}", _CITIES, ("They are valid all day.", "Print them before you leave.")),
    ("Plan for {}", "the plan for {}", _DAYS, ("Tell me what you think.", "I left the evening open.")),
    ("Flat in {}", "the flat in {}", _CITIES, ("It has two rooms and a balcony.", "The rent includes heating.")),
    ("Contract {}", "contract {}", _NUMBERS, ("It needs a signature.", "The terms have not changed.")),
)
"""Subject line, how it is spoken of, what completes it, and sentences of the body."""
_YEAR = tuple(
    f"{day.day} {_MONTHS[day.month - 1][:3]}"
    for day in (date(2026, 1, 1) + timedelta(days=step) for step in range(365))
)
_CLOCK = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))


class Person(NamedTuple):
    """Somebody who writes; `short` is how an instruction calls them."""

    full: str
    short: str


class Subject(NamedTuple):
    """A subject line, how it is spoken of, and what the body says."""

    shown: str
    spoken: str
    topic: int
    sentences: tuple[str, ...]


class Message:
    """One message, `age` minutes old; `wanted_*` is how it should be at the end of the episode."""

    __slots__ = (
        "age",
        "body",
        "folder",
        "forwarded",
        "opened",
        "replied",
        "row",
        "sender",
        "sentences",
        "starred",
        "subject",
        "time",
        "unread",
        "wanted_folder",
        "wanted_starred",
    )

    def __init__(self, sender: Person, subject: Subject, folder: str, unread: bool, starred: bool) -> None:
        self.sender, self.subject, self.folder, self.unread, self.starred = sender, subject, folder, unread, starred
        self.wanted_folder, self.wanted_starred = folder, starred
        self.opened = self.replied = self.forwarded = False
        self.age = 0
        self.time = self.row = ""
        self.sentences = subject.sentences
        self.body = " ".join(subject.sentences)

    def describe(self, labels: dict[str, str]) -> str:
        """The row of this message; kept until the message changes."""
        mark = (labels["mark"] if self.unread else "") + ("starred, " if self.starred else "")
        self.row = labels["row"].format(mark=mark, sender=self.sender.full, subject=self.subject.shown, time=self.time)
        return self.row

    def flags(self) -> str:
        """What has been done to it, for the line below the subject."""
        return f"{' | starred' if self.starred else ''}{' | replied' if self.replied else ''}{' | forwarded' if self.forwarded else ''}"

    def star(self, starred: bool) -> None:
        """Set or remove the star."""
        self.starred, self.row = starred, ""

    def set_unread(self, unread: bool) -> None:
        """Mark as unread or read."""
        if self.unread != unread:
            self.unread, self.row = unread, ""


@dataclass
class Mailbox:
    """Folders of messages, newest first, and the message that the instruction is about."""

    folders: dict[str, list[Message]]
    target: Message

    def move(self, message: Message, folder: str) -> None:
        """Put a message into another folder at the place of its age; DELETED drops it."""
        self.folders[message.folder].remove(message)
        message.folder = folder
        if folder != DELETED:
            self.folders[folder].append(message)
            self.folders[folder].sort(key=attrgetter("age"))

    def stray(self) -> Message | None:
        """A message other than the target that is not as it was."""
        for messages in self.folders.values():
            for message in messages:
                if message is not self.target and (
                    message.folder != message.wanted_folder or message.starred != message.wanted_starred
                ):
                    return message
        return None

    def is_disturbed(self) -> bool:
        """Whether anything but the goal has changed."""
        target = self.target
        return (
            target.starred != target.wanted_starred or target.folder != target.wanted_folder or self.stray() is not None
        )


def build_people(dice: Dice, count: int, namesakes: bool) -> list[Person]:
    """Different people; with namesakes the first two share a first name and are called by their full names."""
    first, last = dice.sample(FIRST_NAMES, count), dice.sample(LAST_NAMES, count)
    if namesakes:
        first[1] = first[0]
    return [
        Person(f"{a} {b}", f"{a} {b}" if namesakes and index < 2 else a)
        for index, (a, b) in enumerate(zip(first, last))
    ]


def build_subjects(dice: Dice) -> list[Subject]:
    """Some fifty different subjects, few topics of many, so that every one has look-alikes."""
    subjects = []
    for topic in dice.sample(range(len(TOPICS)), 8):
        shown, spoken, words, sentences = TOPICS[topic]
        subjects += [
            Subject(shown.format(word), spoken.format(word), topic, sentences) for word in dice.sample(words, 6)
        ]
    return dice.sample(subjects, len(subjects))


def fill_mailbox(
    dice: Dice,
    people: list[Person],
    subjects: list[Subject],
    place: str,
    attribute: str,
    rows: int,
    pages: int,
    unread: bool,
) -> Mailbox:
    """Draw all folders; exactly one message of the target's folder fits the attribute. unread: whether the target may be unread."""
    sender = people[dice.below(2)] if dice.chance(0.5) else dice.pick(people)
    others = [person for person in people if person is not sender]
    names = dice.sample(FOLDERS, 3 + (pages > 1))
    folders: dict[str, list[Message]] = {INBOX: [], **{name: [] for name in sorted(names)}, "Archive": []}
    home = INBOX if place == "message" else dice.pick(names)
    count = (pages - 1) * rows + 2 + dice.below(rows - 2) if pages > 1 else rows - dice.below(2)
    fresh = iter(subjects)
    target = Message(sender, next(fresh), home, attribute == "unread" or (unread and dice.chance(0.3)), False)
    folders[home] = _fill_home(dice, target, others, fresh, attribute, count, (pages - 1) * rows)
    for name, messages in folders.items():
        if name != home:
            writers = others if home == INBOX else people
            for _ in range(1 + dice.below(min(rows, 5))):
                messages.append(_stranger(dice, dice.pick(writers), next(fresh), name))
    today = 150 + dice.below(215)
    for messages in folders.values():
        age = dice.below(600)
        for message in messages:
            message.age = age
            message.time = f"{_YEAR[today - age // 1440]} {_CLOCK[1439 - age % 1440]}"
            age += 17 + dice.below(2000)
    return Mailbox(folders, target)


def _stranger(dice: Dice, sender: Person, subject: Subject, folder: str, unread: float = 0.3) -> Message:
    return Message(sender, subject, folder, dice.chance(unread), dice.chance(0.15))


def _fill_home(
    dice: Dice, target: Message, others: list[Person], fresh: Iterator[Subject], attribute: str, count: int, last: int
) -> list[Message]:
    """The target's folder, newest first: look-alikes placed around the target. `last` is the first index of the last page."""
    sender, home = target.sender, target.folder
    alike = 1 + dice.below(2 + (count > 10))
    if attribute == "subject":
        alike = dice.below(2)
    spots = sorted(dice.sample(range(count), alike + 1))
    if attribute == "oldest" and spots[-1] < last:
        spots[-1] = last + dice.below(count - last)
    place = {"latest": spots[0], "oldest": spots[-1]}.get(attribute, dice.pick(spots))
    messages = [_stranger(dice, dice.pick(others), next(fresh), home) for _ in range(count)]
    for spot in spots:
        messages[spot] = _stranger(dice, sender, messages[spot].subject, home, 0.0 if attribute == "unread" else 0.3)
    messages[place] = target
    if attribute == "sender and subject":
        for spot in dice.sample([spot for spot in range(count) if spot not in spots], min(2, count - len(spots))):
            messages[spot] = _stranger(dice, messages[spot].sender, target.subject, home)
    return messages
