"""Desk: how requests are worded, train and held out.

Symbols: "<verb>" is an imperative clause on {value}, "<verb>." a whole sentence, "value.<source>" says which value,
"field.<field>" names it, "sent.*" and "addressee.*" say which message; "frame" and "join" hold clauses together.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

# fmt: off
TRAIN: Rules = {
    "frame": FRAMES["train"]["frame"],
    "join": FRAMES["train"]["join2"],
    "field.phone": ("phone number", "phone"),
    "field.email": ("email address",),
    "field.address": ("address", "street address"),
    "field.time": ("time",),
    "field.code": ("code",),
    "value.contact": (
        "the {field} in {person}'s contact", "the {field} from {person}'s contact",
        "the {field} that {person}'s contact shows", "the {field} of {person} in the contacts",
    ),
    "value.event": (
        "the {field} of the {event}", "the {field} of my {event}",
        "the {field} that the calendar shows for the {event}",
        "the {field} that the {event} has",
    ),
    "value.note": (
        "the {field} in the note about the {note}", "the {field} from the {note} note",
        "the {field} in my note on the {note}", "the {field} that the {note} note shows",
    ),
    "value.message": (
        "the {field} in {sent}", "the {field} from {sent}", "the {field} that {sent} gives",
        "the {field} that stands in {sent}",
    ),
    "sent.one": ("{person}'s message", "the message from {person}"),
    "sent.two": ("{person}'s message about {subject}", "the message from {person} about {subject}"),
    "addressee.one": ("{to_person}", "{to_person}'s message", "the message from {to_person}"),
    "addressee.two": ("{to_person}'s message about {to_subject}", "the message from {to_person} about {to_subject}"),
    "reply": (
        "reply to {addressee} with {value}", "answer {addressee} with {value}", "respond to {addressee} with {value}",
        "send {value} as a reply to {addressee}", "reply to {addressee} and give {value}",
    ),
    "reply.": (
        "I want to answer {addressee} with {value}", "find {value} and reply to {addressee} with it",
        "{addressee} needs an answer with {value}", "I would like to reply to {addressee} with {value}",
    ),
    "send": (
        "send {value} to {to_person} in a new message", "write {to_person} a new message with {value}",
        "send {to_person} a new message with {value}", "send a new message with {value} to {to_person}",
        "write a new message with {value} to {to_person}",
    ),
    "send.": (
        "I want to send {value} to {to_person} in a new message",
        "find {value} and send it to {to_person} in a new message", "{to_person} should get {value} in a new message",
        "{to_person} needs {value}, so send a new message",
    ),
    "note": (
        "add {value} to the note about the {to_note}", "write {value} into the note about the {to_note}",
        "add {value} to the {to_note} note", "put {value} into my note on the {to_note}",
        "write {value} down in the {to_note} note",
    ),
    "note.": (
        "I want {value} in the note about the {to_note}", "find {value} and add it to the {to_note} note",
        "the note about the {to_note} should show {value}", "the {to_note} note needs {value}, so add it",
    ),
    "card": (
        "save {value} in {to_person}'s contact", "add {value} to {to_person}'s contact",
        "put {value} into the contact of {to_person}", "add {value} to the contact of {to_person}",
        "save {value} in the contact of {to_person}",
    ),
    "card.": (
        "I want {value} in {to_person}'s contact", "find {value} and add it to {to_person}'s contact",
        "{to_person}'s contact should show {value}", "{to_person}'s contact needs {value}, so add it",
    ),
    "event": (
        "add {value} to the {to_event} in the calendar", "enter {value} for the {to_event}",
        "put {value} into the calendar for the {to_event}", "save {value} for the {to_event} in the calendar",
        "add {value} to the {to_event}",
    ),
    "event.": (
        "I want {value} in the calendar for the {to_event}", "find {value} and enter it for the {to_event}",
        "the {to_event} should show {value}", "the {to_event} needs {value}, so enter it",
    ),
}

HELD_OUT: Rules = {
    "frame": FRAMES["held_out"]["frame"],
    "join": FRAMES["held_out"]["join2"],
    "field.phone": ("telephone number", "number of the phone"),
    "field.email": ("e-mail address", "address for email"),
    "field.address": ("postal address", "full address"),
    "field.time": ("exact time", "starting time"),
    "field.code": ("secret code", "access code"),
    "value.contact": (
        "the {field} on {person}'s contact card", "the {field} that {person}'s contact card names",
        "the {field} listed under {person}'s contact", "the {field} stored for {person} among my contacts",
    ),
    "value.event": (
        "the {field} set for the {event}", "the {field} planned for the {event}",
        "the {field} on my calendar for the {event}", "the {field} that my calendar gives for the {event}",
    ),
    "value.note": (
        "the {field} on the note about the {note}", "the {field} kept in the {note} note",
        "the {field} that I wrote down in the {note} note", "the {field} listed in the note for the {note}",
    ),
    "value.message": (
        "the {field} mentioned in {sent}", "the {field} found in {sent}", "the {field} given in {sent}",
        "the {field} to be read in {sent}",
    ),
    "sent.one": ("{person}'s mail message", "the mail message from {person}", "the message that {person} sent me"),
    "sent.two": ("{person}'s message regarding {subject}", "the message that {person} sent regarding {subject}"),
    "addressee.one": (
        "{to_person}'s mail message", "the mail message from {to_person}", "the message that {to_person} sent me",
    ),
    "addressee.two": (
        "{to_person}'s message regarding {to_subject}", "the message from {to_person} regarding {to_subject}",
        "the message that {to_person} sent regarding {to_subject}",
    ),
    "reply": (
        "write back to {addressee} with {value}", "write {value} back to {addressee}",
        "let {value} be the response to {addressee}", "give {value} in response to {addressee}",
        "use {value} in a response to {addressee}", "return {value} in response to {addressee}",
        "put {value} into a response to {addressee}", "provide {value} in response to {addressee}",
        "react to {addressee} by writing back {value}",
    ),
    "reply.": (
        "{addressee} deserves a response with {value}", "in response to {addressee}, state {value}",
        "the response to {addressee} is to be {value}", "{addressee} calls for a response that names {value}",
    ),
    "send": (
        "compose a new mail message with {value} for {to_person}", "let {to_person} have {value} in a new mail message",
        "drop {to_person} a new mail message with {value}", "inform {to_person} of {value} in a new mail message",
        "pass {value} on to {to_person} in a new mail message", "share {value} with {to_person} in a new mail message",
        "compose a mail message to {to_person} with {value}", "get {value} to {to_person} by a new mail message",
        "start a new mail message to {to_person} with {value}",
    ),
    "send.": (
        "{to_person} has to know {value}, so compose a new mail message",
        "make sure {to_person} receives {value} in a new mail message",
        "{to_person} is still without {value}, so compose a mail message",
        "{to_person} was asking for {value}, so start a new mail message",
    ),
    "note": (
        "jot down {value} in the note for the {to_note}", "append {value} to the {to_note} note",
        "record {value} in the note for the {to_note}", "append {value} to the note called {to_note}",
        "extend the note for the {to_note} by {value}", "jot {value} down in the {to_note} note",
        "keep {value} in my note for the {to_note}", "include {value} in the note for the {to_note}",
        "place {value} in the note called {to_note}",
    ),
    "note.": (
        "the note for the {to_note} still lacks {value}", "I would like to have {value} in the {to_note} note",
        "let the note for the {to_note} mention {value}", "make {value} part of the note for the {to_note}",
    ),
    "card": (
        "store {value} on {to_person}'s contact card", "write {value} on the contact card of {to_person}",
        "fill in {value} on {to_person}'s contact card", "register {value} on the contact card of {to_person}",
        "attach {value} to {to_person}'s contact card", "update {to_person}'s contact card with {value}",
        "record {value} on {to_person}'s contact card", "keep {value} on the contact card of {to_person}",
        "complete {to_person}'s contact card with {value}",
    ),
    "card.": (
        "{to_person}'s contact card still lacks {value}", "{value} belongs on {to_person}'s contact card",
        "see to it that {value} ends up on {to_person}'s contact card",
        "have {value} stored on {to_person}'s contact card",
    ),
    "event": (
        "fill in {value} for the {to_event} on my calendar", "complete the {to_event} on my calendar with {value}",
        "write {value} beside the {to_event} on my calendar", "note {value} for the {to_event} on my calendar",
        "set down {value} for the {to_event}", "record {value} for the {to_event} on my calendar",
        "attach {value} to the {to_event}", "update the {to_event} with {value}",
        "register {value} for the {to_event} on my calendar",
    ),
    "event.": (
        "{value} goes with the {to_event} on my calendar", "the {to_event} still lacks {value}",
        "let the {to_event} on my calendar show {value}", "have {value} down for the {to_event}",
    ),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("I want you to", "I would like you to"),
    ("I want to", "I would like to"),
    ("note about", "note on"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""
