"""Calendar: how requests are worded, train and held out.

Symbols: "<verb>" is an imperative clause on {meeting} or {thing}, "<verb>." a whole sentence, "<verb>:it" a clause on a
meeting already named, "meeting.<attribute>" and "thing.<attribute>" noun phrases for what is there and what is to be
made, "in.<object>" and "on.<object>" its week and day, "to.<object>" and "new.<object>" the day aimed at,
"when.<place>" and "at.<place>" the hour.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("free hour", "free slot"),
    ("schedule", "set up"),
    ("change the title of", "change the name of"),
    ("I want you to", "I would like you to"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""

# fmt: off
TRAIN: Rules = {
    **FRAMES["train"],
    "in.this week": ("", "", " this week"),
    "in.next week": (" next week", " next week"),
    "on.this week": ("on {day}", "on {day}", "on {day} this week"),
    "on.next week": ("on {day} next week", "on {day} of next week"),
    "to.this week": ("{day_to}",),
    "to.next week": ("{day_to}", "{day_to} of that week"),
    "new.this week": ("{day_to}", "{day_to} this week"),
    "new.next week": ("{day_to} next week", "{day_to} of next week"),
    "when.": ("{to_day} at {hour_to}", "{hour_to} on {to_day}"),
    "when.first": ("the first free hour on {to_day}", "the first free slot on {to_day}"),
    "when.last": ("the last free hour on {to_day}", "the last free slot on {to_day}"),
    "when.after": (
        "the first free hour after {hour_to} on {to_day}", "the first free slot on {to_day} after {hour_to}",
    ),
    "at.": ("on {to_day} at {hour_to}", "at {hour_to} on {to_day}"),
    "at.first": ("in the first free hour on {to_day}", "in the first free slot on {to_day}"),
    "at.last": ("in the last free hour on {to_day}", "in the last free slot on {to_day}"),
    "at.after": (
        "in the first free hour after {hour_to} on {to_day}", "in the first free slot on {to_day} after {hour_to}",
    ),
    "meeting.subject and person": (
        "the {subject} with {person}{in}", "my {subject} with {person}{in}", "the {subject}{in} with {person}",
        "our {subject} with {person}{in}",
    ),
    "meeting.subject": ("the {subject} {on}", "my {subject} {on}", "our {subject} {on}"),
    "meeting.person": (
        "the meeting with {person} {on}", "my meeting with {person} {on}", "my meeting {on} with {person}",
        "our meeting with {person} {on}",
    ),
    "meeting.hour": (
        "the {hour} meeting {on}", "the meeting at {hour} {on}", "the meeting {on} at {hour}", "my {hour} meeting {on}",
    ),
    "meeting.first": ("the first meeting {on}", "my first meeting {on}", "our first meeting {on}"),
    "meeting.last": ("the last meeting {on}", "my last meeting {on}", "our last meeting {on}"),
    "thing.subject and person": ("{a_subject} with {person}", "{a_subject} for {person} and me"),
    "thing.subject": ("{a_subject}",),
    "thing.person": ("a meeting with {person}", "a meeting for {person} and me"),
    "cancel": (
        "cancel {meeting}", "delete {meeting}", "remove {meeting}", "take {meeting} out of the calendar",
        "remove {meeting} from my calendar",
    ),
    "cancel.": (
        "find {meeting} and cancel it", "I want {meeting} canceled", "I cannot make {meeting}, so cancel it",
        "{meeting} should be canceled",
    ),
    "rename": (
        'rename {meeting} to "{title}"', 'change the title of {meeting} to "{title}"',
        'change the name of {meeting} to "{title}"', 'give {meeting} the title "{title}"', 'call {meeting} "{title}"',
    ),
    "rename.": (
        'find {meeting} and rename it to "{title}"', 'I want {meeting} renamed to "{title}"',
        '{meeting} should be called "{title}"',
    ),
    "rename:it": ('rename it to "{title}"', 'change its title to "{title}"', 'give it the title "{title}"'),
    "invite": (
        "invite {guest} to {meeting}", "add {guest} to {meeting}", "send {guest} an invitation to {meeting}",
        "send an invitation to {meeting} to {guest}", "invite {guest} as well to {meeting}",
    ),
    "invite.": (
        "find {meeting} and invite {guest} to it", "I want {guest} invited to {meeting}",
        "{guest} should be invited to {meeting}",
    ),
    "invite:it": ("invite {guest} to it", "invite {guest}", "add {guest} to it"),
    "move": (
        "move {meeting} to {when}", "change {meeting} to {when}", "put {meeting} into my calendar for {when} instead",
        "move {meeting} over to {when}", "set {meeting} to {when}",
    ),
    "move.": (
        "find {meeting} and move it to {when}", "I want {meeting} moved to {when}", "{meeting} should move to {when}",
        "I cannot make {meeting}, so move it to {when}",
    ),
    "create": (
        "schedule {thing} {when}", "create {thing} {when}", "set up {thing} {when}", "make {thing} {when}",
        "add {thing} to my calendar {when}", "put {thing} into my calendar {when}",
    ),
    "create.": (
        "I need {thing} {when}", "I want to have {thing} {when}", "there should be {thing} in my calendar {when}",
        "{when}, I want {thing}",
    ),
}

HELD_OUT: Rules = {
    **FRAMES["held_out"],
    "in.this week": ("", "", " in the current week"),
    "in.next week": (" during next week", " in the coming week", " in the week after this one"),
    "on.this week": ("planned for {day}", "this {day}", "set for {day}", "on {day} in the current week"),
    "on.next week": (
        "planned for {day} next week", "during next week, on {day},", "on {day} in the coming week",
        "set for {day} of the week after this one",
    ),
    "to.this week": ("{day_to} instead", "{day_to} of the same week"),
    "to.next week": ("{day_to} of the same week", "{day_to} in that same week"),
    "new.this week": ("{day_to} of this week", "{day_to} in the current week"),
    "new.next week": (
        "{day_to} during next week", "{day_to} in the coming week", "{day_to} in the week after this one",
    ),
    "when.": ("the {hour_to} slot on {to_day}", "the hour beginning at {hour_to} on {to_day}"),
    "when.first": (
        "the very first free hour on {to_day}", "the first hour that is still free on {to_day}",
        "the earliest free hour on {to_day}", "the first gap on {to_day}",
    ),
    "when.last": (
        "the very last free hour on {to_day}", "the last hour that is still free on {to_day}",
        "the latest free hour on {to_day}", "the last gap on {to_day}",
    ),
    "when.after": (
        "the first hour that is still free after {hour_to} on {to_day}",
        "the next free hour past {hour_to} on {to_day}", "the first gap on {to_day} following {hour_to}",
    ),
    "at.": ("from {hour_to} on {to_day}", "in the {hour_to} slot on {to_day}", "beginning at {hour_to} on {to_day}"),
    "at.first": (
        "in the very first free hour on {to_day}", "in the earliest free hour on {to_day}",
        "in the first gap on {to_day}",
    ),
    "at.last": (
        "in the very last free hour on {to_day}", "in the latest free hour on {to_day}", "in the last gap on {to_day}",
    ),
    "at.after": (
        "in the first hour that is still free after {hour_to} on {to_day}",
        "in the next free hour past {hour_to} on {to_day}", "in the first gap on {to_day} following {hour_to}",
    ),
    "meeting.subject and person": (
        "the {subject} that I have with {person}{in}", "{person}'s {subject}{in}",
        "the {subject}{in} together with {person}", "the {subject}{in} to which {person} comes",
    ),
    "meeting.subject": (
        "the {subject} appointment {on}", "my {subject} appointment {on}", "that {subject} {on}",
    ),
    "meeting.person": (
        "the appointment with {person} {on}", "my appointment {on} with {person}",
        "the appointment that I have with {person} {on}",
        "{person}'s appointment with me {on}",
    ),
    "meeting.hour": (
        "the {hour} appointment {on}", "the appointment at {hour} {on}", "whatever begins at {hour} {on}",
        "the appointment {on} that begins at {hour}",
    ),
    "meeting.first": (
        "the very first appointment {on}", "my first appointment {on}", "the first appointment of the day {on}",
        "my earliest appointment {on}",
    ),
    "meeting.last": (
        "the very last appointment {on}", "my last appointment {on}", "the last appointment of the day {on}",
        "my final appointment {on}",
    ),
    "thing.subject and person": (
        "{a_subject} together with {person}", "{a_subject} that {person} attends",
        "{a_subject} between {person} and me",
    ),
    "thing.subject": ("{a_subject} for me", "just {a_subject}"),
    "thing.person": ("an appointment with {person}", "an appointment between {person} and me", "an hour with {person}"),
    "cancel": (
        "call off {meeting}", "scrap {meeting}", "drop {meeting}", "strike {meeting} from my calendar",
        "erase {meeting}",
        "clear {meeting} from the calendar", "get rid of {meeting}", "cross out {meeting}",
        "do away with {meeting}", "take {meeting} off my calendar",
    ),
    "cancel.": (
        "{meeting} is not going to happen, so call it off", "nobody has time for {meeting}, so drop it",
        "see to it that {meeting} gets canceled", "{meeting} is off, so strike it from my calendar",
    ),
    "rename": (
        'retitle {meeting} "{title}"', 'label {meeting} "{title}"', 'replace the title of {meeting} by "{title}"',
        'turn the heading of {meeting} into "{title}"', 'let {meeting} go by the name "{title}"',
        'relabel {meeting} as "{title}"', 'edit the heading of {meeting} so that it reads "{title}"',
        'use "{title}" as the new heading of {meeting}', 'make "{title}" the heading of {meeting}',
    ),
    "rename.": (
        'the heading of {meeting} ought to read "{title}"', 'see to it that {meeting} is listed as "{title}"',
        '{meeting} needs a better heading, namely "{title}"', 'from now on {meeting} goes by "{title}"',
    ),
    "rename:it": (
        'retitle it "{title}"', 'label it "{title}"', 'let it go by the name "{title}"', 'relabel it as "{title}"',
    ),
    "invite": (
        "ask {guest} to come to {meeting}", "ask {guest} to join {meeting}", "include {guest} in {meeting}",
        "bring {guest} into {meeting}", "get {guest} an invitation to {meeting}", "have {guest} invited to {meeting}",
        "let {guest} take part in {meeting}", "put {guest} down as a guest of {meeting}", "have {guest} join {meeting}",
    ),
    "invite.": (
        "{guest} ought to get an invitation to {meeting}", "{guest} wants to join {meeting}, so send an invitation",
        "we could use {guest} in {meeting}, so please ask", "see to it that {guest} is invited to {meeting}",
    ),
    "invite:it": ("ask {guest} to come", "include {guest} in it", "ask {guest} to join it", "bring {guest} into it"),
    "move": (
        "reschedule {meeting} to {when}", "shift {meeting} to {when}", "transfer {meeting} to {when}",
        "bring {meeting} to {when}", "relocate {meeting} to {when}", "switch {meeting} to {when}",
        "rebook {meeting} for {when}", "drag {meeting} to {when}", "let {meeting} take place in {when}",
    ),
    "move.": (
        "{meeting} fits better in {when}, so shift it there", "{meeting} ought to be rescheduled to {when}",
        "see to it that {meeting} ends up in {when}", "{meeting} has to give way, so reschedule it to {when}",
    ),
    "create": (
        "arrange {thing} {when}", "book {thing} {when}", "organize {thing} {when}", "plan {thing} {when}",
        "fix {thing} {when}", "pencil in {thing} {when}", "enter {thing} {when}", "reserve time for {thing} {when}",
        "block time for {thing} {when}",
    ),
    "create.": (
        "we ought to have {thing} {when}", "see to it that we get {thing} {when}", "{when}, please arrange {thing}",
        "let us have {thing} {when}",
    ),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)
