"""Instruction and screen determine the expert's action: readers that know only what words and labels mean agree."""

from __future__ import annotations

from typing import Any

import pytest

from lam_envs.text.agenda import HOURS, SUBJECTS
from lam_envs.text.booking_forms import MONTHS, Date
from lam_envs.text.calendar import CalendarEnv
from lam_envs.text.calendar_expert import calendar
from lam_envs.text.files import FilesEnv
from lam_envs.text.files_expert import files
from lam_envs.text.form import FormEnv
from lam_envs.text.form_expert import form

TITLES = {subject.spoken: subject.title for subject in SUBJECTS}


class Reader:
    """What a screen shows: breadcrumb, status, lines, and widgets by number."""

    def __init__(self, env: Any) -> None:
        self.labels, self.slots, self.env = dict(env._labels), dict(env.slots), env

    def read(self, screen: str) -> None:
        lines = screen.split("\n")
        self.trail, self.status = lines[0].split(" > "), lines[1]
        self.widgets = [line.partition("] ")[2] for line in lines if line.startswith("[")]

    def find(self, *parts: str, last: bool = False) -> int:
        """Number of the first or last widget that contains all parts, 0 if none."""
        found = [number for number, text in enumerate(self.widgets, 1) if all(part in text for part in parts)]
        return found[-1 if last else 0] if found else 0

    def click(self, text: str) -> str:
        number = next((number for number, each in enumerate(self.widgets, 1) if each == text), 0)
        return f"click {number}" if number else ""

    def button(self, name: str) -> str:
        """Click a button, or the one that shows more."""
        return self.click(f"button {self.labels[name]}") or self.click(f"button {self.labels['more']}")


class CalendarReader(Reader):
    """Knows verbs, attribute and week of the request."""

    def act(self, screen: str) -> str:
        self.read(screen)
        verbs, (_, week, attribute) = self.env.verbs, self.env.combination
        if len(self.trail) == 2 and self.trail[1].lower() != week:
            return self.click(f"button {self.labels['next']}")
        if len(self.trail) == 2:
            day = self.slots["day_to"] if verbs == ("create",) else self.slots.get("day", "")
            return f"click {self.find(day)}" if day else self.click(f"link {self.labels['agenda']}")
        if len(self.trail) == 3:
            return f"click {self.hour() if verbs == ('create',) else self.meeting(attribute)}"
        if verbs == ("create",):
            return self.fill(self.env.screen_fields, "save")
        done = {"moved": "move", "renamed": "rename", "invited": "invite"}
        finished = {verb for word, verb in done.items() if word in self.status}
        return self.handle(next(verb for verb in verbs if verb not in finished))

    def meeting(self, attribute: str) -> int:
        """The row of the meeting that the request describes."""
        free = self.labels["free"]
        busy = [number for number, text in enumerate(self.widgets, 1) if free not in text]
        if attribute in ("first", "last"):
            return busy[0 if attribute == "first" else -1]
        title = TITLES[self.slots["subject"]] + " with" if "subject" in self.slots else ""
        person = f"with {self.slots['person']}" if "person" in self.slots else ""
        return self.find(title, person, self.slots.get("hour", ""))

    def hour(self) -> int:
        """The row of the hour aimed at."""
        place, free = self.env.place, self.labels["free"]
        if place in ("first", "last"):
            return self.find(free, last=place == "last")
        hour = self.slots["hour_to"]
        if not place:
            return self.find(hour)
        return next(self.find(clock) for clock in HOURS if clock > hour and free in self.widgets[self.find(clock) - 1])

    def fill(self, names: list[str], button: str) -> str:
        """Type what a field must hold, or press the button."""
        for number, name in enumerate(names, 1):
            words = self.slots.get(name, "") if name == "title" or len(names) > 1 else self.slots["person_guest"]
            if words and self.widgets[number - 1].endswith("(empty)"):
                return f"type {number} {words}"
        return self.click(f"button {self.labels[button]}")

    def handle(self, verb: str) -> str:
        """One step of a verb at the meeting."""
        if len(self.trail) == 6:
            return f"click {self.hour()}"
        if len(self.trail) == 4 or self.trail[4] != self.labels[verb]:
            return self.button(verb)
        if verb == "move":
            return f"click {self.find(self.slots['day_to'])}"
        if verb == "cancel":
            return self.click(f"button {self.labels['confirm']}")
        return self.fill(["title"], "save") if verb == "rename" else self.fill(["person"], "send")


class FilesReader(Reader):
    """Knows the steps of the request and how its files are described."""

    def act(self, screen: str) -> str:
        self.read(screen)
        done = 0 if "nothing yet" in self.status else self.status.count("; ") + 1
        step = self.env.steps[done]
        kind = {"create": "new"}.get(step.verb, step.verb)
        panels = {self.labels[name]: name for name in ("more", "move", "copy", "delete", "rename", "new")}
        panel = panels.get(self.trail[-1], "")
        folder = "" if step.verb == "create" else self.env.place
        here = "/".join(self.trail[2 : len(self.trail) - bool(panel)])
        if folder != here and not folder.startswith(here):
            return "back"
        if folder != here:
            inside = folder[len(here) :].lstrip("/").partition("/")[0]
            return "back" if panel else f"click {self.find(self.labels['folder'] + f' {inside} (')}"
        if panel and panel != "more":
            return self.finish(panel, step)
        chosen = self.choose(step.documents) if not panel and step.documents else ""
        return chosen or self.button(kind)

    def choose(self, documents: frozenset[int]) -> str:
        """Check the first row that is meant and not selected."""
        group = next(group for group in self.env.groups if group.documents == documents)
        off = self.env._off
        for number, text in enumerate(self.widgets, 1):
            if not text.startswith("checkbox"):
                continue
            parts = text.removeprefix("checkbox ").split(" | ")
            name = next(part for part in parts if "." in part and part != off)
            fits = {
                "all": True,
                "file": name == group.value,
                "extension": name.endswith("." + group.value),
                "word": name.startswith(group.value + "-"),
            }[group.kind]
            if fits and off in parts:
                return f"check {number}"
        return ""

    def finish(self, panel: str, step: Any) -> str:
        """The step in a panel."""
        if panel == "delete":
            return self.click(f"button {self.labels['confirm']}")
        if panel in ("move", "copy"):
            return self.click(f"link {step.folder}")
        if self.widgets[0].endswith("(empty)"):
            return f"type 1 {step.name or self.slots['title']}"
        return self.click(f"button {self.labels['save']}")


class FormReader(Reader):
    """Knows the service, and what the request says of each entry."""

    def act(self, screen: str) -> str:
        self.read(screen)
        if len(self.trail) == 1:
            return self.click(f"link {self.labels[self.env.combination[0]]}")
        for number, text in enumerate(self.widgets[:-1], 1):
            action = self.enter(number, text)
            if action:
                return action
        return f"click {len(self.widgets)}"

    def enter(self, number: int, text: str) -> str:
        """What to do with an entry, "" if it is right."""
        kind, _, rest = text.partition(" ")
        label, _, rest = rest.partition(": ")
        value, *remarks = rest.split(" | ")
        name = next(entry.name for entry in self.env.goal.entries.values() if self.labels[entry.name] == label)
        said = self.slots.get(name) or self.slots.get(f"extra_{name}", "")
        if kind == "checkbox":
            wanted = next((entry.said for entry in self.env._asked if entry.name == name), value)
            return f"check {number}" if value != wanted else ""
        if not said:
            return ""
        told = remarks[-1] if remarks else ""
        if "sold out" in told:
            said = told.rpartition("choose ")[2]
        elif told.startswith("write it like"):
            day, month = said.split()
            said = Date(int(day), MONTHS.index(month) + 1).write(told.removeprefix("write it like "))
        elif told.startswith("use digits"):
            said = said.replace(" ", "")
        if kind == "radio":
            return f"click {number}" if value == said and remarks[0] == "off" else ""
        verb = "type" if kind == "field" else "select"
        return f"{verb} {number} {said}" if value != said else ""


@pytest.mark.parametrize("split", ["train", "held_out"])
@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
@pytest.mark.parametrize(
    ("made", "factory", "reading"),
    [(CalendarEnv, calendar, CalendarReader), (FilesEnv, files, FilesReader), (FormEnv, form, FormReader)],
)
def test_screen_and_instruction_determine_the_action(
    made: Any, factory: Any, reading: Any, difficulty: str, split: str
) -> None:
    env = made(difficulty, phrasing=split, layout=split, composition=split)
    for seed in range(60):
        observation, info = env.reset(seed=seed)
        expert, reader = factory(env), reading(env)
        while not info["success"]:
            action = expert.act(observation)
            assert reader.act(observation["screen"]) == action, (seed, observation)
            observation, _, _, _, info = env.step(action)
