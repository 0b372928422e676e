"""The contents of Calendar: weeks of working days with one-hour meetings, drawn around one target and its look-alikes.

A day is a number: 0 to 4 are Monday to Friday of this week, 5 to 9 those of next week. An hour is an index into HOURS.
On one day no two meetings share a title or a person, and in one week no two share both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from lam_envs.text.language import Dice
from lam_envs.text.mailbox import Person

HOURS = tuple(f"{hour:02d}:00" for hour in range(9, 18))
"""When a meeting may begin; each takes one hour."""
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WEEK = len(DAY_NAMES)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FIRST_MONDAY = date(2026, 1, 5)


class Subject(NamedTuple):
    """What a meeting is about: as its title, and as it is spoken of, without and with an article."""

    title: str
    spoken: str
    one: str


_TITLES = (
    *("Review", "Interview", "Workshop", "Training", "Planning session", "Budget talk", "Design review", "Team lunch"),
    *("Product demo", "Status call", "Coaching session", "Contract talk", "Sales call", "Retrospective", "Tutorial"),
    *("Rehearsal", "Briefing", "Audit", "Inspection", "Strategy session", "Safety training", "Press interview"),
    *("Data workshop", "Market briefing", "Quality audit", "Code review", "Salary talk", "Welcome lunch"),
)
SUBJECTS = tuple(
    Subject(title, title.lower(), f"{'an' if title[0] in 'AEIOU' else 'a'} {title.lower()}") for title in _TITLES
)


class Meeting:
    """One meeting of an hour; `guests` are those invited later."""

    __slots__ = ("day", "guests", "hour", "person", "subject", "title")

    def __init__(self, subject: Subject, person: Person, day: int, hour: int) -> None:
        self.subject, self.person, self.day, self.hour = subject, person, day, hour
        self.title = subject.title
        self.guests: tuple[Person, ...] = ()

    def describe(self) -> str:
        """Title and person, as rows show them."""
        return f"{self.title} with {self.person.full}"


@dataclass
class Agenda:
    """Every meeting by day and hour, and what the days are called."""

    dates: tuple[str, ...]
    days: list[dict[int, Meeting]]

    def free_hours(self, day: int) -> list[int]:
        """Hours of a day without a meeting, in order."""
        taken = self.days[day]
        return [hour for hour in range(len(HOURS)) if hour not in taken]

    def count(self, day: int) -> str:
        """How many meetings a day has, in words."""
        number = len(self.days[day])
        return f"{number} meeting" if number == 1 else f"{number} meetings"

    def move(self, meeting: Meeting, day: int, hour: int) -> None:
        """Put a meeting at a free hour."""
        del self.days[meeting.day][meeting.hour]
        meeting.day, meeting.hour = day, hour
        self.days[day][hour] = meeting

    def meetings(self, week: int) -> list[Meeting]:
        """Those of a week, in order of time."""
        return [
            meeting
            for day in self.days[week * WEEK : (week + 1) * WEEK]
            for _, meeting in sorted(day.items())
        ]  # fmt: skip


def day_name(day: int) -> str:
    """Monday to Friday."""
    return DAY_NAMES[day % WEEK]


def build_agenda(
    dice: Dice, people: list[Person], subjects: list[Subject], weeks: int, most: int
) -> Agenda:  # fmt: skip
    """Draw every week; a day has at most `most` meetings and at least two less, never none."""
    monday = _FIRST_MONDAY + timedelta(days=7 * dice.below(50))
    dates = []
    for day in range(WEEK * weeks):
        when = monday + timedelta(days=day % WEEK + 7 * (day // WEEK))
        dates.append(f"{when.day} {_MONTHS[when.month - 1]}")
    days: list[dict[int, Meeting]] = []
    pairs: set[tuple[Subject, Person]] = set()
    for day in range(WEEK * weeks):
        if day % WEEK == 0:
            pairs = set()
        hours = _draw_hours(dice, max(2, most - dice.below(3)))
        days.append(_fill_day(dice, day, hours, people, subjects, pairs))
    return Agenda(tuple(dates), days)


def _draw_hours(dice: Dice, count: int) -> list[int]:
    """Different hours, in order; the ends of the day are busier, so that the first free hour is seldom 9 o'clock."""
    hours = {0} if dice.chance(0.6) else {1 + dice.below(5)}
    if dice.chance(0.5):
        hours.add(len(HOURS) - 1)
    if count > 2 and dice.chance(0.5):
        hours.add(1)
    while len(hours) < count:
        hours.add(dice.below(len(HOURS)))
    return sorted(hours)


def _fill_day(
    dice: Dice,
    day: int,
    hours: list[int],
    people: list[Person],
    subjects: list[Subject],
    pairs: set[tuple[Subject, Person]],
) -> dict[int, Meeting]:
    """Meetings at these hours, with different people and subjects and a pair that the week does not have yet."""
    with_whom, about = dice.sample(people, len(hours)), dice.sample(subjects, len(subjects))
    meetings = {}
    for hour, person in zip(hours, with_whom):
        place = next((index for index, subject in enumerate(about) if (subject, person) not in pairs), 0)
        subject = about.pop(place)
        pairs.add((subject, person))
        meetings[hour] = Meeting(subject, person, day, hour)
    return meetings


def describe_day(labels: Mapping[str, str], agenda: Agenda, day: int) -> str:
    """A day as the application writes it."""
    return labels["day"].format(day=day_name(day), date=agenda.dates[day])
