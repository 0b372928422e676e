"""LamText/Calendar-v0: find a meeting in a calendar of days and hours, and move, rename, cancel or create one.

A goal is a combination (verb, object, attribute): verb is one or several joined by "+" ("move first" is to the first
free hour of a day), object tells in which week, attribute how the meeting is described. Views: week (days), agenda
(every meeting of a week), day (hours), meeting, and its panels more, rename, invite, cancel, move (days) and hours (of
a day to move to); new (a meeting at a free hour).
"""

from __future__ import annotations

from typing import Any

from lam_envs.text.agenda import HOURS, SUBJECTS, WEEK, Meeting, build_agenda, day_name, describe_day
from lam_envs.text.calendar_goals import OBJECTS, SIZES, SUBJECT_POOL, combinations
from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice
from lam_envs.text.layouts.calendar import LAYOUTS
from lam_envs.text.mailbox import build_people
from lam_envs.text.phrasings.calendar import GRAMMAR


class CalendarEnv(ScreenEnv):
    """A calendar shown as text.

    ## Description

    Find the meeting that the instruction describes (by subject, person, day and hour, or as the first or last one of
    a day) and move, rename or cancel it or invite somebody, or several of these; or make a new meeting. Hours of a day
    are listed with what fills them; a taken one is refused. The status line says what has been done.

    ## Action Space

    `Text`: `click N`, `type N text`, `back`; `info["admissible_actions"]` lists those that do something now.

    ## Observation Space

    | key | space | content |
    | --- | --- | --- |
    | instruction | Text | the request |
    | screen | Text | breadcrumb, status line, lines to read, then one widget a line |

    ## Rewards

    1 when the goal is reached, else 0.

    ## Starting State

    The days of this week. Meetings, instruction, labels and order of widgets are drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when a meeting was canceled, changed or made that was not to be, since
    everybody in it is told at once; truncated after 30 steps. The right meeting at a wrong hour can be moved again.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | weeks, meetings a day, sub-goals |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and nestings |
    | composition | train, held_out, all | train | set of (verb, object, attribute) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = verb, week, attribute = dice.pick(combinations(self.difficulty, self.composition))
        verbs = verb.split("+")
        self.place = verbs[0].partition(" ")[2]
        """Which hour a meeting moves to: "first", "last" or "after" a time; "" where the hour is named."""
        self.verbs = (verbs[0].partition(" ")[0], *verbs[1:])
        weeks, most, people = SIZES[self.difficulty]
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._orders = {name: self._labels[name].split() for name in ("order", "list", "nested", "fields")}
        self.people = build_people(dice, people, self.difficulty == "hard")
        subjects = dice.sample(SUBJECTS, SUBJECT_POOL + 1)
        self.title = subjects.pop()
        """What the meeting is to be called, where a verb asks for it."""
        self.agenda = build_agenda(dice, self.people, subjects, weeks, most)
        self.goal_week = OBJECTS.index(week)
        self._names = {name: person for person in self.people for name in (person.short, person.full)}
        self.slots = {}
        self.target: Meeting | None = None
        if "create" not in self.verbs:
            self._choose_target(dice, attribute)
        self._draw_goal(dice, attribute)
        self.canceled = self.created = self.opened = False
        self.week = 0
        self._view: tuple[Any, ...] = ("week",)
        self._refused = ""
        self._fields = {"title": "", "person": ""}
        self._screens: dict[Any, Screen] = {}

    def _choose_target(self, dice: Dice, attribute: str) -> None:
        """The meeting that the instruction is about, and the words that describe it."""
        if attribute in ("first", "last"):
            day = self.agenda.days[self.goal_week * WEEK + dice.below(WEEK)]
            self.target = target = day[min(day) if attribute == "first" else max(day)]
        else:
            self.target = target = dice.pick(self.agenda.meetings(self.goal_week))
        if "subject" in attribute:
            self.slots["subject"] = target.subject.spoken
        if "person" in attribute:
            self.slots["person"] = target.person.short
        if attribute == "hour":
            self.slots["hour"] = HOURS[target.hour]
        if attribute != "subject and person":
            self.slots["day"] = day_name(target.day)

    def _draw_goal(self, dice: Dice, attribute: str) -> None:
        """Day, hour, title and guest that the verbs need."""
        target = self.target
        days = [self.goal_week * WEEK + day for day in range(WEEK)]
        self.goal_day = dice.pick([day for day in days if target is None or day != target.day])
        free = self.agenda.free_hours(self.goal_day)
        self.goal_hour = dice.pick(free) if not self.place else free[-1 if self.place == "last" else 0]
        if self.place == "after":
            taken = dice.pick([hour for hour in self.agenda.days[self.goal_day] if hour < free[-1]] or [0])
            self.goal_hour = next(hour for hour in free if hour > taken)
            self.slots["hour_to"] = HOURS[taken]
        elif not self.place:
            self.slots["hour_to"] = HOURS[self.goal_hour]
        others = [person for person in self.people if target is None or person is not target.person]
        self.person = dice.pick(others)
        if target is None:
            self.slots["day_to"] = day_name(self.goal_day)
            if "subject" in attribute:
                self.slots["title"] = self.title.spoken
            if "person" in attribute:
                self.slots["person"] = self.person.short
            return
        if "move" not in self.verbs:
            self.slots.pop("hour_to", None)
        else:
            self.slots["day_to"] = day_name(self.goal_day)
        if "rename" in self.verbs:
            self.slots["title"] = self.title.title
        if "invite" in self.verbs:
            self.slots["person_guest"] = self.person.short

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        _, week, attribute = self.combination
        words = {**self.slots, "in": f"@in.{week}", "on": f"@on.{week}", "meeting": f"@meeting.{attribute}"}
        if "create" in self.verbs:
            words |= {"thing": f"@thing.{attribute}", "a_subject": self.title.one}
            words |= {"to_day": f"@new.{week}", "when": f"@at.{self.place}"}
        else:
            words |= {"guest": self.slots.get("person_guest", "")}
            words |= {"to_day": f"@to.{week}", "when": f"@when.{self.place}"}
        return GRAMMAR.request(self.verbs, words, side, dice, used)

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        key = (self.week, self._view)
        screen = self._screens.get(key)
        if screen is None:
            screen = getattr(self, f"_show_{self._view[0]}")()
            if self._view[0] in KEPT:
                self._screens[key] = screen
        return screen

    def _top(self, *parts: str) -> str:
        return " > ".join((self._labels["application"], OBJECTS[self.week].capitalize(), *parts))

    def _show_week(self) -> Screen:
        labels, agenda = self._labels, self.agenda
        days = [
            Widget("link", f"{describe_day(labels, agenda, day)} | {agenda.count(day)}", "day", day)
            for day in range(self.week * WEEK, (self.week + 1) * WEEK)
        ]
        turn = "next" if self.week == 0 else "previous"
        turns = [Widget("button", labels[turn], "turn", 1 - self.week)] if len(agenda.days) > WEEK else []
        groups = {"days": days, "agenda": [Widget("link", labels["agenda"], "agenda")], "turns": turns}
        return Screen(self._top(), (), [widget for name in self._orders["list"] for widget in groups[name]], False)

    def _show_agenda(self) -> Screen:
        form = self._labels["entry"]
        rows = [
            Widget(
                "row", form.format(day=day_name(each.day), hour=HOURS[each.hour], what=each.describe()), "open", each
            )
            for each in self.agenda.meetings(self.week)
        ]
        return Screen(self._top(self._labels["agenda"]), (), rows)

    def _hours(self, day: int, moving: Meeting | None) -> list[Widget]:
        """A row for each hour of a day: what fills it, or free."""
        form, free, taken = self._labels["row"], self._labels["free"], self.agenda.days[day]
        rows = []
        for hour, clock in enumerate(HOURS):
            meeting = taken.get(hour)
            text = form.format(hour=clock, what=meeting.describe() if meeting else free)
            if moving:
                rows.append(Widget("row", text, "put", (day, hour)))
            elif meeting:
                rows.append(Widget("row", text, "open", meeting))
            else:
                rows.append(Widget("row", text, "new", (day, hour)))
        return rows

    def _show_day(self) -> Screen:
        day = self._view[1]
        return Screen(self._top(describe_day(self._labels, self.agenda, day)), (), self._hours(day, None))

    def _trail(self, meeting: Meeting, *parts: str) -> str:
        return self._top(describe_day(self._labels, self.agenda, meeting.day), meeting.describe(), *parts)

    def _show_meeting(self) -> Screen:
        meeting = self._view[1]
        guests = ", ".join(person.full for person in (meeting.person, *meeting.guests))
        lines = (f"Time: {day_name(meeting.day)} {HOURS[meeting.hour]}", f"With: {guests}")
        return Screen(self._trail(meeting), lines, self._buttons(nested=False))

    def _show_more(self) -> Screen:
        return Screen(self._trail(self._view[1], self._labels["more"]), (), self._buttons(nested=True))

    def _buttons(self, nested: bool) -> list[Widget]:
        """What can be done with a meeting, in its own screen or behind `more`."""
        meeting, hidden = self._view[1], self._orders["nested"]
        buttons = [
            Widget("button", self._labels[name], name, meeting)
            for name in self._orders["order"]
            if (name in hidden) == nested
        ]
        if hidden and not nested:
            buttons.append(Widget("button", self._labels["more"], "more", meeting))
        return buttons

    def _show_move(self) -> Screen:
        meeting, labels, agenda = self._view[1], self._labels, self.agenda
        first = meeting.day - meeting.day % WEEK
        days = [
            Widget("link", describe_day(labels, agenda, day), "hours", (meeting, day))
            for day in range(first, first + 5)
        ]
        return Screen(self._trail(meeting, labels["move"]), (), days)

    def _show_hours(self) -> Screen:
        meeting, day = self._view[1]
        lines = (self._refused,) if self._refused else ()
        trail = self._trail(meeting, self._labels["move"], describe_day(self._labels, self.agenda, day))
        return Screen(trail, lines, self._hours(day, meeting))

    def _show_cancel(self) -> Screen:
        meeting = self._view[1]
        buttons = [Widget("button", self._labels["confirm"], "confirm", meeting)]
        return Screen(self._trail(meeting, self._labels["cancel"]), ("Everybody in it will be told.",), buttons)

    def _typing(self, names: list[str], button: str) -> list[Widget]:
        """Fields, and the button that takes what they hold."""
        widgets = [
            Widget("field", f"{self._labels[name]}: {self._fields[name] or '(empty)'}", name, None, self._spans(name))
            for name in names
        ]
        return [*widgets, Widget("button", self._labels[button], button, None, (), any(self._fields.values()))]

    def _show_rename(self) -> Screen:
        return Screen(self._trail(self._view[1], self._labels["rename"]), (), self._typing(["title"], "save"))

    def _show_invite(self) -> Screen:
        return Screen(self._trail(self._view[1], self._labels["invite"]), (), self._typing(["person"], "send"))

    def _show_new(self) -> Screen:
        day, hour = self._view[1]
        trail = self._top(describe_day(self._labels, self.agenda, day), f"{HOURS[hour]} {self._labels['new']}")
        return Screen(trail, (), self._typing(self._orders["fields"], "save"))

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        self._refused = ""
        if event in ("title", "person"):
            self._fields[event] = self._names[value].full if event == "person" else value
        elif event == "turn":
            self.week = argument
        elif event == "open":
            self._open(argument)
        elif event == "put":
            self._put(*argument)
        elif event in ("save", "send", "confirm"):
            getattr(self, f"_{self._view[0]}")(self._view[1])
        else:  # another view: day, agenda, new, more, move, hours, rename, invite, cancel
            self._fields = {"title": "", "person": ""}
            self._view = (event, argument)

    def _open(self, meeting: Meeting) -> None:
        self.opened = self.opened or meeting is self.target
        self._view = ("meeting", meeting)
        beside = list(self.agenda.days[meeting.day].values())
        self._note("title", [each.title for each in beside])
        self._note("person", [each.person.full for each in beside])

    def _change(self, meeting: Meeting, verb: str, what: str) -> bool:
        """Whether this meeting may be changed so; otherwise the episode fails, since everybody is told."""
        if meeting is not self.target or verb not in self.verbs:
            self._fail(f"{what} although nobody asked for it")
            return False
        self._report(what)
        self._screens.clear()
        return True

    def _put(self, day: int, hour: int) -> None:
        meeting = self._view[1][0]
        taken = self.agenda.days[day].get(hour)
        when = f"{day_name(day)} {HOURS[hour]}"
        if taken is not None:
            self._refused = f"Refused: {when} is taken by {taken.describe()}."
        elif self._change(meeting, "move", f"moved {meeting.describe()} to {when}"):
            self.agenda.move(meeting, day, hour)
            self._view = ("meeting", meeting)

    def _cancel(self, meeting: Meeting) -> None:
        self.canceled = self._change(meeting, "cancel", f"canceled {meeting.describe()}")
        del self.agenda.days[meeting.day][meeting.hour]
        self._view = ("day", meeting.day)

    def _rename(self, meeting: Meeting) -> None:
        title = self._fields["title"]
        if self._change(meeting, "rename", f"renamed {meeting.title} to {title}"):
            meeting.title = title
        self._view = ("meeting", meeting)

    def _invite(self, meeting: Meeting) -> None:
        name = self._fields["person"]
        if self._change(meeting, "invite", f"invited {name}"):
            if name != self.person.full:
                self._fail(f"{name} was not to be invited")
            meeting.guests = (*meeting.guests, self._names[name])
        self._view = ("meeting", meeting)

    def _new(self, when: tuple[int, int]) -> None:
        day, hour = when
        title, name = self._fields["title"], self._fields["person"]
        made = f"made {title or 'a meeting'}{' with ' * bool(name)}{name} on {day_name(day)} {HOURS[hour]}"
        right = (self.goal_day, self.goal_hour, *self.wanted_fields.values())
        self.created = self.target is None and right == (day, hour, title, name)
        self._view = ("day", day)
        if self.created:
            self._report(made)
        else:
            self._fail(f"{made}, which was not asked for")

    def _back(self) -> None:
        self._refused = ""
        name = self._view[0]
        if name in ("day", "agenda"):
            self._view = ("week",)
        elif name == "new":
            self._view = ("day", self._view[1][0])
        elif name == "meeting":
            self._view = ("day", self._view[1].day)
        elif name == "hours":
            self._view = ("move", self._view[1][0])
        else:
            self._view = ("meeting", self._view[1])

    # ---- the goal ----------------------------------------------------------------------------------------------------

    @property
    def wanted_fields(self) -> dict[str, str]:
        """What a new meeting's fields must hold: title, and full name of the person; "" is an empty field."""
        return {"title": self.slots.get("title", ""), "person": self.person.full if "person" in self.slots else ""}

    def is_done(self, verb: str) -> bool:
        """Whether this verb of the goal is reached."""
        target = self.target
        if target is None or verb == "cancel":
            return self.created if target is None else self.canceled
        if verb == "move":
            return (target.day, target.hour) == (self.goal_day, self.goal_hour)
        return target.title == self.title.title if verb == "rename" else self.person in target.guests

    def _progress(self) -> float:
        done = sum(self.is_done(verb) for verb in self.verbs)
        return 1.0 if done == len(self.verbs) else (self.opened + done) / (len(self.verbs) + 2)

    @property
    def view(self) -> tuple[Any, ...]:
        """What is shown: its name, then what it shows."""
        return self._view

    @property
    def screen_fields(self) -> list[str]:
        """Names of a new meeting's fields in the order of the screen."""
        return self._orders["fields"]

    @property
    def fields(self) -> dict[str, str]:
        """What the text fields of the current panel hold."""
        return self._fields


KEPT = frozenset(("week", "agenda", "day", "meeting", "more", "move"))
"""Views whose screens stay as they are until a meeting changes."""
