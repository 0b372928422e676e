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

INBOX, ARCHIVE, DELETED = "Inbox", "Archive", "Deleted"
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


def _say(body: str) -> tuple[str, ...]:
    """The sentences of a body."""
    return tuple(sentence + "." for sentence in body[:-1].split(". "))


TOPICS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Budget for {}",
        "the budget for {}",
        _MONTHS,
        _say("The figures are in the table. Please check page two. I can explain it."),
    ),
    (
        "Invoice {}",
        "invoice {}",
        _NUMBERS,
        _say("The amount is due in two weeks. Please pay by transfer. A copy is attached."),
    ),
    ("Lunch on {}", "lunch on {}", _DAYS, _say("I booked a table for four. We meet at the entrance. It is my treat.")),
    (
        "Trip to {}",
        "the trip to {}",
        _CITIES,
        _say("The train leaves early. I found a small hotel. Bring warm clothes."),
    ),
    (
        "Photos from {}",
        "the photos from {}",
        _CITIES,
        _say("There are forty pictures. The best ones come last. Enjoy."),
    ),
    (
        "Report for {}",
        "the report for {}",
        _MONTHS,
        _say("The draft is ready. I still miss two numbers. Comments are welcome."),
    ),
    ("Meeting on {}", "the meeting on {}", _DAYS, _say("We start at nine. The agenda is short. Bring your notes.")),
    ("Order {}", "order {}", _NUMBERS, _say("The parcel is on its way. Delivery takes three days. Keep the receipt.")),
    (
        "Tickets for {}",
        "the tickets for {}",
        _CITIES,
        _say("They are valid all day. Print them before you leave. Seats are free."),
    ),
    (
        "Plan for {}",
        "the plan for {}",
        _DAYS,
        _say("Tell me what you think. I left the evening open. Nothing is fixed yet."),
    ),
    (
        "Flat in {}",
        "the flat in {}",
        _CITIES,
        _say("It has two rooms and a balcony. The rent includes heating. It is quiet."),
    ),
    (
        "Contract {}",
        "contract {}",
        _NUMBERS,
        _say("It needs a signature. The terms have not changed. Send it by post."),
    ),
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
    sentences: tuple[str, ...]


_SUBJECTS = tuple(
    tuple(Subject(shown.format(word), spoken.format(word), sentences) for word in words)
    for shown, spoken, words, sentences in TOPICS
)


class Message:
    """One message, `age` minutes old; `wanted_*` is how it should be at the end of the episode."""

    __slots__ = (
        *("age", "copies", "folder", "forwarded", "opened", "replied", "row", "sender", "starred", "subject", "time"),
        *("unread", "wanted_folder", "wanted_starred"),
    )

    def __init__(
        self, sender: Person, subject: Subject, folder: str, unread: bool, starred: bool, copies: list[Person]
    ) -> None:
        self.sender, self.subject, self.folder, self.unread, self.starred = sender, subject, folder, unread, starred
        self.wanted_folder, self.wanted_starred = folder, starred
        self.opened = self.replied = self.forwarded = False
        self.age = 0
        self.time = self.row = ""
        self.copies = copies

    def describe(self, labels: dict[str, str]) -> str:
        """The row of this message; kept until the message changes."""
        mark = (labels["mark"] if self.unread else "") + ("starred, " if self.starred else "")
        self.row = labels["row"].format(mark=mark, sender=self.sender.full, subject=self.subject.shown, time=self.time)
        return self.row

    def lines(self) -> tuple[str, str, str]:
        """What its own screen shows above the buttons."""
        marks = [mark for mark in ("starred", "replied", "forwarded") if getattr(self, mark)]
        sent = f"From: {self.sender.full} | {self.time}{''.join(f' | {mark}' for mark in marks)}"
        return sent, f"Copy to: {', '.join(person.full for person in self.copies)}", " ".join(self.subject.sentences)

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
        """Whether anything but the goal has changed; the star of a deleted message does not matter."""
        target = self.target
        starred = target.folder != DELETED and target.starred != target.wanted_starred
        return starred or target.folder != target.wanted_folder or self.stray() is not None


def build_people(dice: Dice, count: int, namesakes: bool) -> list[Person]:
    """Different people; with namesakes the first two share a first name and are called by their full names."""
    first, last = dice.sample(FIRST_NAMES, count), dice.sample(LAST_NAMES, count)
    if namesakes:
        first[1] = first[0]
    return [
        Person(f"{a} {b}", f"{a} {b}" if namesakes and index < 2 else a)
        for index, (a, b) in enumerate(zip(first, last))
    ]


def build_subjects(dice: Dice, count: int) -> list[Subject]:
    """Different subjects of a few topics, so that most have look-alikes."""
    pool: list[Subject] = []
    for topic in dice.sample(_SUBJECTS, 9):
        pool += topic
    return dice.sample(pool, count)


def fill_mailbox(
    dice: Dice, people: list[Person], kind: str, attribute: str, rows: int, pages: int, may_be_unread: bool
) -> Mailbox:
    """Draw all folders; exactly one message of its folder, the target, fits the attribute."""
    sender = people[dice.below(2)] if dice.chance(0.5) else dice.pick(people)
    others = [person for person in people if person is not sender]
    names = dice.sample(FOLDERS, 3 if pages == 1 else 5)
    folders: dict[str, list[Message]] = {INBOX: [], **{name: [] for name in sorted(names)}, ARCHIVE: []}
    home = INBOX if kind == "message" else dice.pick(names)
    count = rows - dice.below(2) if pages == 1 else (pages - 1) * rows + 2 + dice.below(rows - 2)
    elsewhere = [1 + dice.below(4) for _ in range(len(folders) - 1)]
    fresh = iter(build_subjects(dice, count + sum(elsewhere) + 1))
    unread = attribute == "unread" or (may_be_unread and dice.chance(0.3))
    target = Message(sender, next(fresh), home, unread, False, dice.sample(others, 2))
    folders[home] = _fill_home(dice, target, others, fresh, attribute, count, (pages - 1) * rows)
    for name in folders:
        if name != home:
            writers = others if home == INBOX else people
            folders[name] = [_draw(dice, dice.pick(writers), others, next(fresh), name) for _ in range(elsewhere.pop())]
    _date(dice, folders)
    return Mailbox(folders, target)


def _date(dice: Dice, folders: dict[str, list[Message]]) -> None:
    """Give every message its time, each folder newest first."""
    today = 150 + dice.below(215)
    for messages in folders.values():
        age = dice.below(600)
        for message in messages:
            message.age = age
            message.time = f"{_YEAR[today - age // 1440]} {_CLOCK[1439 - age % 1440]}"
            age += 17 + dice.below(2000)


def _draw(
    dice: Dice, sender: Person, others: list[Person], subject: Subject, folder: str, unread: float = 0.3
) -> Message:
    first = dice.below(len(others))
    copies = [person for person in (others[first], others[first - 1]) if person is not sender]
    return Message(sender, subject, folder, dice.chance(unread), dice.chance(0.15), copies)


def _fill_home(
    dice: Dice, target: Message, others: list[Person], fresh: Iterator[Subject], attribute: str, count: int, last: int
) -> list[Message]:
    """The target's folder, newest first, with look-alikes around the target; `last` is where the last page begins."""
    home = target.folder
    alike = dice.below(2) if attribute == "subject" else 1 + dice.below(2 if count < 10 else 3)
    spots = sorted(dice.sample(range(count), alike + 1))
    if attribute == "oldest" and spots[-1] < last:
        spots[-1] = last + dice.below(count - last)
    messages = [_draw(dice, dice.pick(others), others, next(fresh), home) for _ in range(count)]
    unread = 0.0 if attribute == "unread" else 0.3
    for spot in spots:
        messages[spot] = _draw(dice, target.sender, others, messages[spot].subject, home, unread)
    messages[{"latest": spots[0], "oldest": spots[-1]}.get(attribute, dice.pick(spots))] = target
    if attribute == "sender and subject":
        free = [spot for spot in range(count) if spot not in spots]
        for spot in dice.sample(free, min(2, len(free))):
            messages[spot] = _draw(dice, messages[spot].sender, others, target.subject, home)
    return messages
