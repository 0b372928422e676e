"""LamText/Mail-v0: find one message among look-alikes and do with it what the instruction asks.

A goal is a combination (verb, object, attribute): verb is one of VERBS or several joined by "+", object tells where the
message lies ("message": in the inbox, "filed message": in a named folder), attribute tells which one it is.
Views: home (folders), list (one page of a folder), message, and its panels more, move, reply, forward; compose.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.language import Dice, sentence
from lam_envs.text.layouts.mail import LAYOUTS
from lam_envs.text.mailbox import ARCHIVE, DELETED, INBOX, Message, build_people, fill_mailbox
from lam_envs.text.phrasings.mail import GRAMMAR

ATTRIBUTES = ("latest", "oldest", "subject", "sender and subject", "unread")
OBJECTS = ("message", "filed message")
SINGLE = ("open", "archive", "delete", "star", "unread", "move", "reply", "forward")
DOUBLE = (
    "forward+archive",
    "reply+archive",
    "star+move",
    "reply+star",
    "forward+delete",
    "reply+delete",
    "forward+move",
    "star+archive",
)
TRIPLE = ("reply+star+archive", "forward+star+move", "reply+forward+archive", "forward+star+archive")
VERBS = {"easy": SINGLE, "normal": SINGLE + DOUBLE, "hard": DOUBLE + TRIPLE}
"""Verbs of each difficulty."""
SIZES = {"easy": (1, 6, 6), "normal": (2, 9, 9), "hard": (3, 9, 11)}
"""Pages of the folder that holds the message, rows a page, people."""

Combination = tuple[str, str, str]


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, object, attribute) combinations of a difficulty and a split; every fourth one is held out."""
    objects = OBJECTS[:1] if difficulty == "easy" else OBJECTS
    chosen = []
    for verb_index, verb in enumerate(SINGLE + DOUBLE + TRIPLE):
        for object_index, kind in enumerate(OBJECTS):
            for attribute_index, attribute in enumerate(ATTRIBUTES):
                if verb not in VERBS[difficulty] or kind not in objects or (verb == "unread" and attribute == "unread"):
                    continue
                held_out = (verb_index + 2 * object_index + attribute_index) % 4 == 0
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((verb, kind, attribute))
    return tuple(chosen)


class MailEnv(ScreenEnv):
    """A mail application shown as text.

    ## Description

    Find the message that the instruction describes (the latest or oldest from a sender, the one about a subject, the
    unread one) among look-alikes, pages and folders, and open, archive, delete, star, move, answer or forward it, or
    several of these. Rows are shown newest first. The status line says what has been done, so that instruction and
    screen determine the next step.

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

    The list of folders. Mailbox, instruction, labels and order of widgets are drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when something wrong was sent or deleted; truncated after 20 steps.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | pages, look-alikes, folders, sub-goals |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and nestings |
    | composition | train, held_out, all | train | set of (verb, object, attribute) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = verb, kind, attribute = dice.pick(combinations(self.difficulty, self.composition))
        self.verbs = tuple(verb.split("+"))
        pages, self.rows, people = SIZES[self.difficulty]
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._order = self._labels["order"].split()
        self._list_order = self._labels["list"].split()
        self._compose = Widget("button", self._labels["compose"], "compose")
        self._nested = frozenset(self._labels["nested"].split())
        self.people = build_people(dice, people, self.difficulty == "hard")
        self.mailbox = fill_mailbox(dice, self.people, kind, attribute, self.rows, pages, verb != "unread")
        self.target = target = self.mailbox.target
        self._names = {name: person for person in self.people for name in (person.short, person.full)}
        self.slots = {}
        if attribute != "subject":
            self.slots["person_sender"] = target.sender.short
        if "subject" in attribute:
            self.slots["subject"] = target.subject.spoken
        if kind == "filed message":
            self.slots["folder_place"] = target.folder
        self._draw_goal(dice)
        self._view: tuple[Any, ...] = ("home",)
        self.page = 0
        self._fields = {"to": "", "text": ""}

    def _draw_goal(self, dice: Dice) -> None:
        """Folder, person and phrase that the verbs need, and what the mailbox looks like at the goal."""
        target = self.target
        self.recipient = dice.pick([person for person in self.people if person is not target.sender])
        self.phrase = dice.pick(PHRASES)
        if "move" in self.verbs:
            target.wanted_folder = dice.pick(
                [name for name in self.mailbox.folders if name not in (INBOX, ARCHIVE, target.folder)]
            )
            self.slots["folder"] = target.wanted_folder
        elif "archive" in self.verbs:
            target.wanted_folder = ARCHIVE
        elif "delete" in self.verbs:
            target.wanted_folder = DELETED
        target.wanted_starred = "star" in self.verbs
        if "forward" in self.verbs:
            self.slots["person"] = self.recipient.short
        if "reply" in self.verbs:
            self.slots["phrase"] = self.phrase

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        verbs, slots = self.verbs, self.slots
        place = "in.moved message" if verbs == ("move",) and "folder_place" in slots else "in." + self.combination[1]
        words = {"message": "@message." + self.combination[2], "in": "@" + place}
        words |= {name: slots[slot] for name, slot in WORDS.items() if slot in slots}
        rules = GRAMMAR.rules[side]
        if len(verbs) > 1:
            words |= {"one": "@" + verbs[0], "two": f"@{verbs[1]}:it", "three": f"@{verbs[-1]}:it"}
            return sentence(GRAMMAR.say(f"join{len(verbs)}", words, side, dice, used))
        whole, clauses = len(rules[verbs[0] + "."]), len(rules[verbs[0]])
        if dice.below(whole + clauses) < whole:
            return sentence(GRAMMAR.say(verbs[0] + ".", words, side, dice, used))
        return sentence(GRAMMAR.say("frame", words | {"do": "@" + verbs[0]}, side, dice, used))

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        name = self._view[0]
        return getattr(self, f"_show_{name}")()  # type: ignore[no-any-return]

    def _show_home(self) -> Screen:
        folders = self.mailbox.folders
        widgets = [
            Widget("link", f"{name} ({_count(len(messages))})", "folder", name) for name, messages in folders.items()
        ]
        widgets.append(self._compose)
        return Screen(self._labels["application"], (), widgets, False)

    def _show_list(self) -> Screen:
        folder, labels = self._view[1], self._labels
        messages = self.mailbox.folders[folder]
        pages = max(1, -(-len(messages) // self.rows))
        page = self.page = min(self.page, pages - 1)
        shown = messages[page * self.rows : (page + 1) * self.rows]
        rows = [Widget("row", message.row or message.describe(labels), "open", message) for message in shown]
        after = [Widget("button", labels["next"], "page", page + 1)] if page + 1 < pages else []
        before = [Widget("button", labels["previous"], "page", page - 1)] if page else []
        groups = {"rows": rows, "next": after, "previous": before, "compose": [self._compose]}
        widgets = [widget for name in self._list_order for widget in groups[name]]
        lines = () if messages else ("This folder is empty.",)
        return Screen(f"{labels['application']} > {folder} (page {page + 1} of {pages})", lines, widgets)

    def _trail(self, message: Message) -> str:
        return f"{self._labels['application']} > {message.folder} > {message.subject.shown}"

    def _show_message(self) -> Screen:
        message = self._view[1]
        widgets = [self._button(name, message) for name in self._order if name not in self._nested]
        if self._nested:
            widgets.append(Widget("button", self._labels["more"], "more", message))
        return Screen(self._trail(message), message.lines(), widgets)

    def _panel(self, name: str, message: Message, widgets: list[Widget]) -> Screen:
        return Screen(f"{self._trail(message)} > {self._labels[name]}", message.lines()[:1], widgets)

    def _show_more(self) -> Screen:
        message = self._view[1]
        widgets = [self._button(name, message) for name in self._order if name in self._nested]
        return self._panel("more", message, widgets)

    def _button(self, name: str, message: Message) -> Widget:
        label = self._labels["unstar" if name == "star" and message.starred else name]
        return Widget("button", label, name, message)

    def _show_move(self) -> Screen:
        message = self._view[1]
        widgets = [Widget("link", name, "put", name) for name in self.mailbox.folders if name != message.folder]
        return self._panel("move", message, widgets)

    def _show_reply(self) -> Screen:
        message = self._view[1]
        widgets = [
            self._field("text"),
            Widget("button", self._labels["send"], "send", None, (), bool(self._fields["text"])),
        ]
        return self._panel("reply", message, widgets)

    def _show_forward(self) -> Screen:
        message = self._view[1]
        widgets = [
            self._field("to"),
            Widget("button", self._labels["send"], "send", None, (), bool(self._fields["to"])),
        ]
        return self._panel("forward", message, widgets)

    def _show_compose(self) -> Screen:
        ready = all(self._fields.values())
        widgets = [
            self._field("to"),
            self._field("text"),
            Widget("button", self._labels["send"], "send", None, (), ready),
        ]
        return Screen(f"{self._labels['application']} > {self._labels['compose']}", (), widgets)

    def _field(self, name: str) -> Widget:
        options = self._spans("person" if name == "to" else "phrase")
        return Widget("field", f"{self._labels[name]}: {self._fields[name] or '(empty)'}", name, None, options)

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        if event in ("to", "text"):
            self._fields[event] = self._names[value].full if event == "to" else value
        elif event == "page":
            self.page = argument
        elif event == "folder":
            self._view, self.page = ("list", argument), 0
        elif event == "open":
            self._open(argument)
        elif event == "send":
            self._send()
        elif event in ("archive", "delete", "put"):
            self._move(self._view[1], ARCHIVE if event == "archive" else DELETED if event == "delete" else argument)
        elif event == "star":
            argument.star(not argument.starred)
            self._report(f"{'starred' if argument.starred else 'star removed from'} {argument.subject.shown}")
            self._view = ("message", argument)
        elif event == "unread":
            argument.set_unread(True)
            self._report(f"marked {argument.subject.shown} as unread")
            self._view = ("list", argument.folder)
        else:  # a panel: more, move, reply, forward, compose
            self._fields = {"to": "", "text": ""}
            self._view = (event, argument)

    def _open(self, message: Message) -> None:
        message.set_unread(False)
        message.opened = True
        self._view = ("message", message)
        self._note("person", [person.full for person in (message.sender, *message.copies)])
        self._note("phrase", (message.subject.shown, *message.subject.sentences))

    def _send(self) -> None:
        kind, message = self._view
        if (
            kind == "reply"
            and message is self.target
            and not message.replied
            and self._fields["text"] == self.slots.get("phrase")
        ):
            message.replied = True
            self._report(f"replied {self._fields['text']}")
        elif kind == "forward" and message is self.target and not message.forwarded and self._forwards_right():
            message.forwarded = True
            self._report(f"forwarded to {self._fields['to']}")
        else:
            self._fail(f"a message went to {self._fields['to'] or message.sender.full} that was not asked for")
        self._view = ("message", message) if message else ("home",)

    def _forwards_right(self) -> bool:
        return "forward" in self.verbs and self._fields["to"] == self.recipient.full

    def _move(self, message: Message, folder: str) -> None:
        unsent = ("reply" in self.verbs and not message.replied) or ("forward" in self.verbs and not message.forwarded)
        if folder == DELETED and (message is not self.target or "delete" not in self.verbs or unsent):
            self._fail(f"{message.subject.shown} is deleted for good")
        self._view = ("list", message.folder)
        self.mailbox.move(message, folder)
        self._report(
            f"deleted {message.subject.shown}" if folder == DELETED else f"moved {message.subject.shown} to {folder}"
        )

    def _back(self) -> None:
        name, *rest = self._view
        if name == "message":
            self._view = ("list", rest[0].folder)
        elif name in ("list", "compose"):
            self._view = ("home",)
        else:
            self._view = ("message", rest[0])

    def _progress(self) -> float:
        target = self.target
        reached = {
            "open": True,
            "star": target.starred,
            "unread": target.unread,
            "reply": target.replied,
            "forward": target.forwarded,
        }
        done = (
            sum(reached.get(verb, target.folder == target.wanted_folder) for verb in self.verbs) if target.opened else 0
        )
        if done == len(self.verbs) and target.opened and not self.mailbox.is_disturbed():
            return 1.0
        return (target.opened + done) / (len(self.verbs) + 2)

    @property
    def view(self) -> tuple[Any, ...]:
        """What is shown: its name, then the message or folder that it shows."""
        return self._view

    @property
    def fields(self) -> dict[str, str]:
        """What the text fields of the current panel hold."""
        return self._fields


WORDS = {
    "sender": "person_sender",
    "person": "person",
    "subject": "subject",
    "place": "folder_place",
    "folder": "folder",
    "phrase": "phrase",
}
"""Name in a template -> slot."""

PHRASES = (
    "See you on Friday",
    "Thanks, I got it",
    "Yes, that works for me",
    "I will call you tomorrow",
    "Sorry, I cannot make it",
    "Great idea, let us do it",
    "I am on my way",
    "Please send me the details",
    "Count me in",
    "I will be late by ten minutes",
    "The answer is no",
    "Let us talk on Monday",
    "Well done, everybody",
    "Can we meet at noon?",
    "I have signed it",
    "We accept the offer",
    "Please wait until next week",
    "Happy to help",
)


def _count(messages: int) -> str:
    return f"{messages} message" if messages == 1 else f"{messages} messages"
