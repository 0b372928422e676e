"""LamText/Desk-v0: carry a value from one application to another.

A goal is a combination (verb, source, field): verb tells where the value goes ("reply", "send" a new message, "note"
adds a line to a note, "card" fills a contact, "event" fills an event; two verbs joined by "|" are two goals), source is
the kind of item that shows it, field the kind of value.
Views: home, list (one page of an application), item and its panel more, write (one field of an item), new (message).
"""

from __future__ import annotations

from typing import Any

from lam_envs.text.desktop import APPS, SINKS, Goal, Item, build_desktop, draw_goal
from lam_envs.text.desktop import combinations as combinations
from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice, sentence
from lam_envs.text.layouts.desk import LAYOUTS
from lam_envs.text.phrasings.desk import GRAMMAR

ROWS = 7
"""Rows of a page."""
KINDS = {app: kind for kind, app in APPS.items()}


class DeskEnv(ScreenEnv):
    """A desk with mail, contacts, calendar and notes, shown as text.

    ## Description

    Find the value that the instruction describes (a phone number, an email address, an address, a time or a code) in a
    contact, an event, a note or a message, copy it, and put it where it is asked for: into a reply, a new message, a
    note, a contact or an event. The clipboard holds what was copied last; every screen shows it with its origin, and
    the status line says what has been done, so that instruction and screen determine the next step.

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

    The desk, with no application open and an empty clipboard. What the applications hold, instruction, labels and order
    of widgets are drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when something wrong was sent or saved; truncated after 30 steps.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | items, look-alikes, kinds of goals, number of goals |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and nestings |
    | composition | train, held_out, all | train | set of (verb, source, field) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = verb, source, name = dice.pick(combinations(self.difficulty, self.composition))
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._orders = {name: self._labels[name].split() for name in ("tabs", "list", "item", "write")}
        self._nested = frozenset(self._labels["nested"].split())
        self.desktop = build_desktop(dice, self.difficulty)
        self._people = {text: person for person in self.desktop.people for text in (person.short, person.full)}
        self.goals: list[Goal] = []
        taken: list[Any] = []
        for index, part in enumerate(verb.split("|")):
            if index:
                same = [each for each in combinations(self.difficulty, self.composition) if each[0] == verb]
                _, source, name = dice.pick(same)
            self.goals.append(draw_goal(dice, self.desktop, part, source, name, taken))
        self.slots = {}
        self._words = [self._name_goal(goal, str(index)) for index, goal in enumerate(self.goals)]
        self._tabs = [Widget("tab", self._labels[app], "app", KINDS[app]) for app in self._orders["tabs"]]
        self._view: tuple[Any, ...] = ("home",)
        self.page = 0
        self.fields = {"to": "", "text": ""}
        self.clipboard: tuple[Item, str] | None = None
        self._shown_clipboard = f"{self._labels['clipboard']}: empty"

    def _name_goal(self, goal: Goal, index: str) -> dict[str, str]:
        """Words for the templates; names of people, subjects, events and notes become slots."""
        words = {"value": "@value." + goal.source.kind, "field": "@field." + goal.field}
        words |= {"sent": "@sent." + self._name_item(goal.source, words, index + "source")}
        if isinstance(goal.sink, Item):
            named: dict[str, str] = {}
            words["addressee"] = "@addressee." + self._name_item(goal.sink, named, index + "sink")
            words |= {"to_" + name: text for name, text in named.items()}
        else:
            words["to_person"] = self.slots["person_" + index + "sink"] = goal.sink.short
        return words

    def _name_item(self, item: Item, words: dict[str, str], role: str) -> str:
        """Fill in how an item is called; "two" for a message whose sender wrote another one, else "one"."""
        several = "one"
        if item.kind in ("contact", "message") and item.person:
            words["person"] = self.slots["person_" + role] = item.person.short
        if item.kind == "message":
            if sum(other.person is item.person for other in self.desktop.items["message"]) > 1:
                words["subject"] = self.slots["subject_" + role] = item.subject
                several = "two"
        elif item.kind == "event":
            words["event"] = self.slots["event_" + role] = item.subject
        elif item.kind == "note":
            words["note"] = self.slots["note_" + role] = item.title.lower()
        return several

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        rules = GRAMMAR.rules[side]
        if len(self.goals) > 1:
            one, two = (GRAMMAR.say(goal.verb, words, side, dice, used) for goal, words in zip(self.goals, self._words))
            return sentence(GRAMMAR.say("join", {"one": one, "two": two}, side, dice, used))
        verb, words = self.goals[0].verb, self._words[0]
        if dice.below(len(rules[verb]) + len(rules[verb + "."])) < len(rules[verb + "."]):
            return sentence(GRAMMAR.say(verb + ".", words, side, dice, used))
        return sentence(GRAMMAR.say("frame", words | {"do": "@" + verb}, side, dice, used))

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        return getattr(self, f"_show_{self._view[0]}")()  # type: ignore[no-any-return]

    def _trail(self, *parts: str) -> str:
        return " > ".join((self._labels["application"], *parts))

    def _lay(self, view: str, groups: dict[str, list[Widget]]) -> list[Widget]:
        return [widget for name in self._orders[view] for widget in groups[name]]

    def _show_home(self) -> Screen:
        return Screen(self._labels["application"], (self._shown_clipboard,), self._tabs, False)

    def _show_list(self) -> Screen:
        kind, labels = self._view[1], self._labels
        items, page = self.desktop.items[kind], self.page
        pages = -(-len(items) // ROWS)
        turn = [Widget("button", labels["next"], "page", page + 1)] if page + 1 < pages else []
        if page:
            turn.append(Widget("button", labels["previous"], "page", page - 1))
        new = [Widget("button", labels["new"], "new")] if kind == "message" else []
        rows = [item.row for item in items[page * ROWS : (page + 1) * ROWS]]
        tabs = [tab for tab in self._tabs if tab.argument != kind]
        widgets = self._lay("list", {"rows": rows, "turn": turn, "new": new, "tabs": tabs})
        return Screen(
            self._trail(f"{labels[APPS[kind]]} (page {page + 1} of {pages})"), (self._shown_clipboard,), widgets
        )

    def _show_item(self) -> Screen:
        item, labels = self._view[1], self._labels
        copies = [
            Widget("button", labels["copy"].format(field=labels[name], who=item.who, value=value), "copy", name)
            for name, value in item.fields.items()
        ]
        actions = self._actions(item)
        if item.kind in self._nested and actions:
            actions = [Widget("button", labels["more"].format(who=item.who), "more", item)]
        lines = [self._shown_clipboard, item.row.text, *(f"Added: {text}" for text in item.written)]
        widgets = self._lay("item", {"copies": copies, "actions": actions, "tabs": self._tabs})
        return Screen(self._trail(labels[APPS[item.kind]], item.title), lines, widgets)

    def _actions(self, item: Item) -> list[Widget]:
        """What can be written to an item."""
        labels = self._labels
        if item.kind == "message":
            return [Widget("button", labels["reply"].format(who=item.who), "write", "")]
        if item.kind == "note":
            return [Widget("button", labels["line"].format(who=item.who), "write", "")]
        label = labels["fill"]
        return [
            Widget("button", label.format(field=labels[name], who=item.who), "write", name) for name in item.missing
        ]

    def _show_more(self) -> Screen:
        item = self._view[1]
        trail = self._trail(self._labels[APPS[item.kind]], self._labels["more"].format(who=item.who))
        return Screen(trail, (self._shown_clipboard,), self._actions(item))

    def _show_write(self) -> Screen:
        _, item, gap = self._view
        labels = self._labels
        mails = item.kind == "message"
        action = labels["fill" if gap else "reply" if mails else "line"]
        commit = Widget("button", labels["send" if mails else "save"], "commit", None, (), self._ready())
        field = self._field("text", labels[gap] if gap else labels["text"])
        widgets = self._lay("write", {"to": [], "text": [field], "commit": [commit]})
        trail = self._trail(labels[APPS[item.kind]], action.format(field=labels[gap] if gap else "", who=item.who))
        return Screen(trail, (self._shown_clipboard,), widgets)

    def _show_new(self) -> Screen:
        labels = self._labels
        commit = Widget("button", labels["send"], "commit", None, (), self._ready())
        fields = {"to": [self._field("to", labels["to"])], "text": [self._field("text", labels["text"])]}
        widgets = self._lay("write", {**fields, "commit": [commit]})
        return Screen(self._trail(labels["mail"], labels["new"]), (self._shown_clipboard,), widgets)

    def _field(self, name: str, label: str) -> Widget:
        """A field; the text is what the clipboard holds, the recipient a person."""
        options = self._spans("person") if name == "to" else [self.copied] if self.copied else []
        options = [text for text in options if text != self.fields[name]]
        return Widget("field", f"{label}: {self.fields[name] or '(empty)'}", name, None, options)

    def _ready(self) -> bool:
        return bool(self.fields["text"] and (self.fields["to"] or self._view[0] == "write"))

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event == "app":
            self._view, self.page = ("list", argument), 0
        elif event == "page":
            self.page = argument
        elif event == "open":
            self._open(argument)
        elif event == "copy":
            self._copy(self._view[1], argument)
        elif event in ("to", "text"):
            self.fields[event] = self._people[value].full if event == "to" else value
        elif event == "commit":
            self._commit()
        else:  # a panel: more, write, new
            self.fields = {"to": "", "text": ""}
            self._view = (event, self._view[1], argument) if event == "write" else (event, argument)

    def _open(self, item: Item) -> None:
        self._view = ("item", item)
        if item.person:
            self._note("person", [item.person.full])

    def _copy(self, item: Item, name: str) -> None:
        self.clipboard = item, name
        what = f"{self._labels[name]} of {item.origin}"
        self._shown_clipboard = f"{self._labels['clipboard']}: {what}: {item.fields[name]}"
        self._report(f"copied {what}")

    def _commit(self) -> None:
        """Send or save the text; what no goal asks for cannot be taken back."""
        text, sink = self.fields["text"], self._view[1]
        gap = self._view[2] if self._view[0] == "write" else ""
        if self._view[0] == "new":
            sink = self._people[self.fields["to"]]
        fitting = [
            goal for goal in self.goals if not goal.done and (goal.sink, goal.gap, goal.value) == (sink, gap, text)
        ]
        if fitting:
            fitting[0].done = True
            self._report(f"{SENT[fitting[0].verb]} {text}")
        else:
            self._fail(f"{text} went where it was not asked for")
        if isinstance(sink, Item):
            sink.written.append(text)
            self._view = ("item", sink)
        else:
            self._view, self.page = ("list", "message"), 0

    def _back(self) -> None:
        name, *rest = self._view
        if name in ("list", "new"):
            self._view, self.page = (("home",) if name == "list" else ("list", "message")), 0
        elif name == "item":
            items = self.desktop.items[rest[0].kind]
            self._view, self.page = ("list", rest[0].kind), items.index(rest[0]) // ROWS
        else:
            self._view = ("item", rest[0])

    def _progress(self) -> float:
        done = sum(goal.done for goal in self.goals)
        if done == len(self.goals) and not self._failure:
            return 1.0
        ready = any(self.holds(goal) and not goal.done for goal in self.goals)
        return (2 * done + ready) / (2 * len(self.goals) + 1)

    # ---- for experts -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> tuple[Any, ...]:
        """What is shown: its name, then the kind of items or the item that it shows."""
        return self._view

    @property
    def copied(self) -> str:
        """What the clipboard holds."""
        return self.clipboard[0].fields[self.clipboard[1]] if self.clipboard else ""

    def holds(self, goal: Goal) -> bool:
        """Whether the clipboard holds the value of a goal."""
        return self.copied == goal.value


SENT = {"reply": "replied", "send": "sent", "note": "added to the note", "card": "saved", "event": "entered"}
"""Verb -> how the status line reports it."""
assert set(SENT) == set(SINKS)
