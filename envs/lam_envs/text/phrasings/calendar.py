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
    "in.this week": (
        "", "", "", "", "", " this week", " during this week", " in the week shown now",
        " in the week that is open now", " from this week", " on this week's schedule", " on this week's agenda",
        " on the calendar for this week", " this very week", " that is set for this week", " in the week we are in",
        " in the present week",
    ),
    "in.next week": (
        " next week", " next week", " of next week", " from next week", " on next week's schedule",
        " on next week's agenda", " on the calendar for next week", " that is set for next week", " (next week)",
    ),
    "on.this week": (
        "on {day}", "on {day}", "on {day} this week", "this week on {day}", "on this week's {day}", "{day} this week",
        "on {day} of the week shown now", "on {day} in the week that is open now", "on {day} during this week",
        "on {day} this very week", "on {day} in the week we are in", "on {day} (this week)",
        "on {day} of the present week",
    ),
    "on.next week": (
        "on {day} next week", "on {day} of next week", "on next week's {day}", "on the {day} of next week",
        "{day} next week", "next week on {day}", "on {day} (next week)",
    ),
    "to.this week": (
        "{day_to}", "{day_to}", "{day_to}", "{day_to}", "{day_to} this week", "this week's {day_to}",
        "{day_to} during this week", "{day_to} this very week", "{day_to} in the week shown now",
        "{day_to} of the week we are in",
    ),
    "to.next week": (
        "{day_to}", "{day_to}", "{day_to}", "{day_to} of that week", "{day_to} that week", "{day_to} in that week",
        "the {day_to} of that week", "that week's {day_to}", "{day_to} next week", "{day_to} of next week",
        "next week's {day_to}", "{day_to} within that week", "{day_to} during that week",
    ),
    "new.this week": (
        "{day_to}", "{day_to}", "{day_to}", "{day_to} this week", "this week's {day_to}",
        "{day_to} of the week shown now", "{day_to} in the week that is open now", "{day_to} during this week",
        "{day_to} this very week", "{day_to} in the week we are in", "{day_to} (this week)",
        "{day_to} of the present week", "{day_to} still this week",
    ),
    "new.next week": (
        "{day_to} next week", "{day_to} of next week", "the {day_to} of next week", "next week's {day_to}",
        "{day_to} (next week)",
    ),
    "when.": (
        "{to_day} at {hour_to}", "{hour_to} on {to_day}", "{hour_to}, {to_day}", "{to_day}, {hour_to}",
        "{to_day} starting at {hour_to}", "{to_day} at exactly {hour_to}", "{to_day} at {hour_to} sharp",
        "{to_day} with a start at {hour_to}", "the slot at {hour_to} on {to_day}", "the hour at {hour_to} on {to_day}",
        "the slot on {to_day} that starts at {hour_to}", "the free hour at {hour_to} on {to_day}",
        "the hour from {hour_to} on {to_day}",
    ),
    "when.first": (
        "the first free hour on {to_day}", "the first free slot on {to_day}", "the first open hour on {to_day}",
        "the first empty hour on {to_day}", "the first of the free hours on {to_day}",
        "the first unbooked hour on {to_day}", "the first vacant slot on {to_day}",
        "the first spot still open on {to_day}",
    ),
    "when.last": (
        "the last free hour on {to_day}", "the last free slot on {to_day}", "the last open hour on {to_day}",
        "the last empty hour on {to_day}", "the last of the free hours on {to_day}",
        "the last unbooked hour on {to_day}", "the last vacant slot on {to_day}",
        "the last spot still open on {to_day}",
    ),
    "when.after": (
        "the first free hour after {hour_to} on {to_day}", "the first free slot on {to_day} after {hour_to}",
        "the first free hour later than {hour_to} on {to_day}",
        "the first hour after {hour_to} that is free on {to_day}",
        "the first of the free hours after {hour_to} on {to_day}", "the closest free hour after {hour_to} on {to_day}",
        "the first unbooked hour after {hour_to} on {to_day}", "the first vacant slot later than {hour_to} on {to_day}",
        "the soonest free hour after {hour_to} on {to_day}",
    ),
    "at.": (
        "on {to_day} at {hour_to}", "at {hour_to} on {to_day}", "for {to_day} at {hour_to}",
        "for {hour_to} on {to_day}", "on {to_day}, at {hour_to}", "on {to_day} starting at {hour_to}",
        "on {to_day} at exactly {hour_to}", "on {to_day} at {hour_to} sharp", "at exactly {hour_to} on {to_day}",
        "in the slot at {hour_to} on {to_day}", "on {to_day} in the hour that starts at {hour_to}",
        "in the free hour at {hour_to} on {to_day}", "for {to_day} with a start at {hour_to}",
    ),
    "at.first": (
        "in the first free hour on {to_day}", "in the first free slot on {to_day}",
        "at the first free hour on {to_day}", "on {to_day} in the first free hour", "as early as possible on {to_day}",
        "in the first open hour on {to_day}", "in the first empty slot on {to_day}",
        "in the first of the free hours on {to_day}", "for the first free hour on {to_day}",
        "in the first unbooked hour on {to_day}", "in the first vacant slot on {to_day}",
    ),
    "at.last": (
        "in the last free hour on {to_day}", "in the last free slot on {to_day}", "at the last free hour on {to_day}",
        "on {to_day} in the last free hour", "as late as possible on {to_day}", "in the last open hour on {to_day}",
        "in the last empty slot on {to_day}", "in the last of the free hours on {to_day}",
        "for the last free hour on {to_day}", "in the last unbooked hour on {to_day}",
        "in the last vacant slot on {to_day}",
    ),
    "at.after": (
        "in the first free hour after {hour_to} on {to_day}", "in the first free slot on {to_day} after {hour_to}",
        "in the first free hour later than {hour_to} on {to_day}", "on {to_day} in the first free hour after {hour_to}",
        "at the first free hour after {hour_to} on {to_day}", "as early as possible after {hour_to} on {to_day}",
        "in the first of the free hours after {hour_to} on {to_day}",
        "in the closest free hour after {hour_to} on {to_day}", "for the first free hour after {hour_to} on {to_day}",
        "in the first unbooked hour after {hour_to} on {to_day}",
        "in the first vacant slot later than {hour_to} on {to_day}",
    ),
    "meeting.subject and person": (
        "the {subject} with {person}{in}", "my {subject} with {person}{in}", "the {subject}{in} with {person}",
        "our {subject} with {person}{in}", "that {subject} with {person}{in}", "the {subject} I have with {person}{in}",
        "the {subject} we have with {person}{in}", "the {subject}{in} that {person} and I have",
        "the {subject} between {person} and me{in}", "the {subject} scheduled with {person}{in}",
        "the {subject} set up with {person}{in}", "the {subject} in my calendar with {person}{in}",
        "the {subject} for {person} and me{in}", "the {subject} that I share with {person}{in}",
    ),
    "meeting.subject": (
        "the {subject} {on}", "my {subject} {on}", "our {subject} {on}", "the {subject} I have {on}",
        "the {subject} we have {on}", "the {subject} that I have {on}", "the {subject} in my calendar {on}",
        "the {subject} on my calendar {on}", "the {subject} in the calendar {on}", "the {subject} on my schedule {on}",
        "the {subject} on the agenda {on}",
    ),
    "meeting.person": (
        "the meeting with {person} {on}", "my meeting with {person} {on}", "my meeting {on} with {person}",
        "our meeting with {person} {on}", "that meeting with {person} {on}", "the meeting I have with {person} {on}",
        "the meeting that {person} and I have {on}", "the meeting {on} with {person}", "our meeting {on} with {person}",
        "the meeting between {person} and me {on}", "the one meeting with {person} {on}",
        "the meeting for {person} and me {on}", "the meeting in my calendar with {person} {on}",
        "the meeting scheduled with {person} {on}",
    ),
    "meeting.hour": (
        "the {hour} meeting {on}", "the meeting at {hour} {on}", "the meeting {on} at {hour}", "my {hour} meeting {on}",
        "that {hour} meeting {on}", "our {hour} meeting {on}", "the meeting I have at {hour} {on}",
        "the meeting {on} that starts at {hour}", "the meeting starting at {hour} {on}",
        "the meeting that is at {hour} {on}", "the meeting {on} from {hour}", "the meeting in the {hour} slot {on}",
        "the meeting in my calendar at {hour} {on}", "the meeting with a start at {hour} {on}",
    ),
    "meeting.first": (
        "the first meeting {on}", "my first meeting {on}", "our first meeting {on}", "that first meeting {on}",
        "the meeting I start with {on}", "the first of my meetings {on}", "the first of the meetings {on}",
        "the first meeting I have {on}", "the first meeting in my calendar {on}",
        "the first one of all the meetings {on}",
    ),
    "meeting.last": (
        "the last meeting {on}", "my last meeting {on}", "our last meeting {on}", "that last meeting {on}",
        "the last of my meetings {on}", "the last of the meetings {on}", "the last meeting I have {on}",
        "the last meeting in my calendar {on}", "the last one of all the meetings {on}",
    ),
    "thing.subject and person": (
        "{a_subject} with {person}", "{a_subject} for {person} and me", "{a_subject} to have with {person}",
        "{a_subject} to hold with {person}", "{a_subject} shared with {person}",
        "an hour for {a_subject} with {person}", "a slot for {a_subject} with {person}",
    ),
    "thing.subject": (
        "{a_subject}", "{a_subject}", "{a_subject}", "an hour for {a_subject}", "a slot for {a_subject}",
        "a meeting for {a_subject}", "{a_subject} for myself", "a one-hour slot for {a_subject}",
    ),
    "thing.person": (
        "a meeting with {person}", "a meeting for {person} and me", "a meeting between {person} and me",
        "a meeting to have with {person}", "just a meeting with {person}", "a slot with {person}",
        "an hour for {person} and me",
    ),
    "cancel": (
        "cancel {meeting}", "delete {meeting}", "remove {meeting}", "take {meeting} out of the calendar",
        "remove {meeting} from my calendar", "throw {meeting} out", "wipe {meeting} from the calendar",
        "cut {meeting} from my schedule", "have {meeting} canceled", "make sure {meeting} is gone from my calendar",
        "pull {meeting} from the calendar", "open {meeting} and cancel it", "eliminate {meeting}",
    ),
    "cancel.": (
        "find {meeting} and cancel it", "I want {meeting} canceled", "I cannot make {meeting}, so cancel it",
        "{meeting} should be canceled", "{meeting} can be canceled", "I no longer need {meeting}, so delete it",
        "I do not want {meeting} anymore, so cancel it", "I want {meeting} gone from my calendar",
        "there is no need for {meeting} anymore, so cancel it", "something came up, so {meeting} has to be canceled",
        "look for {meeting} in the calendar and delete it", "open {meeting} and cancel it",
    ),
    "rename": (
        'rename {meeting} to "{title}"', 'change the title of {meeting} to "{title}"',
        'change the name of {meeting} to "{title}"', 'give {meeting} the title "{title}"', 'call {meeting} "{title}"',
        'set the title of {meeting} to "{title}"', 'let {meeting} be called "{title}"',
        'have {meeting} renamed to "{title}"', 'write "{title}" as the title of {meeting}',
        'put the title "{title}" on {meeting}', 'change what {meeting} is called to "{title}"',
        'make sure {meeting} has the title "{title}"', 'swap the title of {meeting} for "{title}"',
    ),
    "rename.": (
        'find {meeting} and rename it to "{title}"', 'I want {meeting} renamed to "{title}"',
        '{meeting} should be called "{title}"', '{meeting} should have the title "{title}"',
        '{meeting} has the wrong title, it should be "{title}"', 'the title of {meeting} should be "{title}"',
        'the right title for {meeting} is "{title}", so please change it',
        'I do not like the title of {meeting}, so make it "{title}"',
        'look for {meeting} and change its title to "{title}"', 'open {meeting} and give it the title "{title}"',
        'instead of its old title, {meeting} should have the title "{title}"',
        'can the title of {meeting} be changed to "{title}"?',
    ),
    "rename:it": (
        'rename it to "{title}"', 'change its title to "{title}"', 'give it the title "{title}"', 'call it "{title}"',
        'name it "{title}"', 'change its name to "{title}"', 'set its title to "{title}"', 'give it the name "{title}"',
        'make "{title}" its title', 'let it be called "{title}"', 'change what it is called to "{title}"',
        'update its title to "{title}"',
    ),
    "invite": (
        "invite {guest} to {meeting}", "add {guest} to {meeting}", "send {guest} an invitation to {meeting}",
        "send an invitation to {meeting} to {guest}", "invite {guest} as well to {meeting}",
        "send {guest} an invite for {meeting}", "extend an invitation to {guest} for {meeting}",
        "add {guest} to the people in {meeting}", "let {guest} have an invitation to {meeting}",
        "make sure {guest} has an invitation to {meeting}", "give {guest} an invitation to {meeting}",
        "find {meeting} and add {guest}", "open {meeting} and send {guest} an invitation",
        "loop {guest} into {meeting}",
    ),
    "invite.": (
        "find {meeting} and invite {guest} to it", "I want {guest} invited to {meeting}",
        "{guest} should be invited to {meeting}", "{guest} is missing from {meeting}, so add them",
        "I want {guest} added to {meeting}", "I need {guest} at {meeting}, so invite them",
        "I forgot to invite {guest} to {meeting}, so do that for me", "we need {guest} in {meeting}, so add them to it",
        "look for {meeting} and add {guest} to it", "open {meeting} and invite {guest}",
        "for {meeting}, send an invitation to {guest}", "to {meeting}, invite {guest} as well",
        "can {guest} be invited to {meeting}?",
    ),
    "invite:it": (
        "invite {guest} to it", "invite {guest}", "add {guest} to it", "send {guest} an invitation to it",
        "send {guest} an invite", "send an invitation to {guest}", "have {guest} invited to it",
    ),
    "move": (
        "move {meeting} to {when}", "change {meeting} to {when}", "put {meeting} into my calendar for {when} instead",
        "move {meeting} over to {when}", "set {meeting} to {when}", "take {meeting} over to {when}",
        "schedule {meeting} for {when} instead", "set {meeting} for {when} instead", "have {meeting} moved to {when}",
        "take {meeting} and choose {when} for it instead", "open {meeting} and change its hour to {when}",
    ),
    "move.": (
        "find {meeting} and move it to {when}", "I want {meeting} moved to {when}", "{meeting} should move to {when}",
        "I cannot make {meeting}, so move it to {when}", "{meeting} should be moved to {when}",
        "{meeting} is to be set for {when} instead", "I want to move {meeting} to {when}",
        "can {meeting} be moved to {when}?", "is it possible to move {meeting} to {when}?",
    ),
    "create": (
        "schedule {thing} {when}", "create {thing} {when}", "set up {thing} {when}", "make {thing} {when}",
        "add {thing} to my calendar {when}", "put {thing} into my calendar {when}", "put {thing} on my calendar {when}",
        "put {thing} on the agenda {when}", "write {thing} into my calendar {when}",
        "note down {thing} in my calendar {when}", "insert {thing} into my calendar {when}",
        "make sure I have {thing} {when}", "save {thing} in my calendar {when}", "line up {thing} {when}",
    ),
    "create.": (
        "I need {thing} {when}", "I want to have {thing} {when}", "there should be {thing} in my calendar {when}",
        "{when}, I want {thing}", "I want {thing} scheduled {when}", "I need {thing} added to my calendar {when}",
        "I will have {thing} {when}, so put it into my calendar", "I wish to have {thing} in my calendar {when}",
        "we need {thing} {when}", "let me have {thing} {when}", "there has to be {thing} in my calendar {when}",
        "what I need is {thing} {when}", "{when}, please schedule {thing}", "can I have {thing} {when}?",
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
