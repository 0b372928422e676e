"""Desk: how requests are worded and how the applications are labeled, train and held out.

Symbols: "<verb>" is an imperative clause on {value}, "<verb>." a whole sentence, "value.<source>" says which value,
"field.<field>", "sent.*", "addressee.*", "two", "frame",
"join" hold clauses together. Layout keys name applications, buttons and fields; "tabs", "list", "item" and "write" are
orders, "nested" lists the kinds of items whose actions lie behind another button.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules

# fmt: off
TRAIN: Rules = {
    "frame": (
        "{do}", "{do}", "please {do}", "{do}, please", "can you {do}?", "I would like you to {do}",
        "I want you to {do}",
    ),
    "join": (
        "{one} and {two}", "{one} and then {two}", "{one}, then {two}", "first {one} and then {two}",
        "{one}, and then {two}",
    ),
    "field.phone": ("phone number", "phone"),
    "field.email": ("email address", "email"),
    "field.address": ("address", "street address"),
    "field.time": ("time",),
    "field.code": ("code",),
    "value.contact": (
        "{person}'s {field}", "the {field} that {person}'s contact shows", "the {field} in {person}'s contact",
        "the {field} from {person}'s contact", "the {field} of {person}",
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
        "send {value} to {to_person}", "write {to_person} a new message with {value}",
        "send {to_person} a new message with {value}", "send a new message with {value} to {to_person}",
        "mail {value} to {to_person}",
    ),
    "send.": (
        "I want to send {value} to {to_person}", "find {value} and send it to {to_person}",
        "{to_person} should get {value} in a new message", "{to_person} needs {value}, so send a new message",
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
    "frame": (
        "{do}", "{do}", "could you {do}?", "would you {do}?", "kindly {do}", "I need you to {do}",
        "when you have a moment, {do}", "go ahead and {do}", "it would be great if you could {do}",
        "do me a favor and {do}",
    ),
    "join": (
        "{one}, and afterwards {two}", "{one}; once that is done, {two}", "{one} and also {two}",
        "{one}, and after that {two}", "{one}, and when you are finished, {two}", "{one}, and next {two}",
    ),
    "field.phone": ("telephone number", "number to call"),
    "field.email": ("e-mail address", "address for email"),
    "field.address": ("postal address", "location"),
    "field.time": ("hour", "starting time"),
    "field.code": ("secret code", "access code"),
    "value.contact": (
        "the {field} listed for {person}", "the {field} on {person}'s card", "the {field} stored for {person}",
        "the {field} that belongs to {person}", "the {field} that I have of {person}",
    ),
    "value.event": (
        "the {field} set for the {event}", "the {field} planned for the {event}",
        "the {field} that I put down for the {event}", "the {field} on the entry of the {event}",
    ),
    "value.note": (
        "the {field} that I wrote down about the {note}", "the {field} noted for the {note}",
        "the {field} kept in the note called {note}", "the {field} that my note for the {note} names",
    ),
    "value.message": (
        "the {field} mentioned in {sent}", "the {field} found in {sent}", "the {field} given in {sent}",
        "the {field} to be read in {sent}",
    ),
    "sent.one": ("{person}'s email", "the email from {person}", "what {person} wrote me"),
    "sent.two": ("{person}'s email regarding {subject}", "the email that {person} sent regarding {subject}"),
    "addressee.one": ("{to_person}'s email", "the email from {to_person}", "what {to_person} wrote me"),
    "addressee.two": (
        "{to_person}'s email regarding {to_subject}", "what {to_person} wrote me regarding {to_subject}",
        "the email that {to_person} sent regarding {to_subject}",
    ),
    "reply": (
        "write back to {addressee} with {value}", "react to {addressee} with {value}",
        "let {value} be the response to {addressee}", "give {value} in response to {addressee}",
        "use {value} in a response to {addressee}", "return {value} in response to {addressee}",
        "put {value} into a response to {addressee}", "provide {value} in response to {addressee}",
        "follow up on {addressee} with {value}",
    ),
    "reply.": (
        "{addressee} deserves a response with {value}", "in response to {addressee}, state {value}",
        "the response to {addressee} is to be {value}", "{addressee} calls for a response that names {value}",
    ),
    "send": (
        "let {to_person} know {value}", "pass {value} on to {to_person}", "drop {to_person} a line with {value}",
        "inform {to_person} of {value}", "share {value} with {to_person}", "email {value} over to {to_person}",
        "compose a message to {to_person} with {value}", "get {value} to {to_person}", "tell {to_person} about {value}",
    ),
    "send.": (
        "{to_person} has to know {value}", "make sure {to_person} receives {value}",
        "{to_person} is still without {value}, so mail it over", "{to_person} was asking for {value}, so pass it on",
    ),
    "note": (
        "jot down {value} in the note for the {to_note}", "note {value} under the {to_note}",
        "record {value} in the note for the {to_note}", "append {value} to the note called {to_note}",
        "extend the note for the {to_note} by {value}", "scribble {value} into the note for the {to_note}",
        "keep {value} under the {to_note} in my notes", "include {value} in the note for the {to_note}",
        "place {value} in the note called {to_note}",
    ),
    "note.": (
        "the note for the {to_note} still lacks {value}",
        "I would like to find {value} under the {to_note} in my notes",
        "let the note for the {to_note} mention {value}", "make {value} part of the note for the {to_note}",
    ),
    "card": (
        "store {value} on {to_person}'s card", "enter {value} on the card of {to_person}",
        "fill in {value} on {to_person}'s card", "register {value} for {to_person} among my contacts",
        "attach {value} to {to_person}'s card", "update {to_person}'s card with {value}",
        "record {value} on {to_person}'s card", "list {value} for {to_person} among my contacts",
        "complete {to_person}'s card with {value}",
    ),
    "card.": (
        "{to_person}'s card still lacks {value}", "{value} belongs on {to_person}'s card",
        "see to it that {value} ends up on {to_person}'s card", "have {value} stored on {to_person}'s card",
    ),
    "event": (
        "fill in {value} for the {to_event}", "complete the entry of the {to_event} with {value}",
        "write {value} beside the {to_event} on my agenda", "use {value} for the {to_event}",
        "set down {value} for the {to_event}", "record {value} with the {to_event}", "attach {value} to the {to_event}",
        "update the {to_event} with {value}", "register {value} for the {to_event} on my agenda",
    ),
    "event.": (
        "{value} goes with the {to_event}", "the {to_event} still lacks {value}", "let the {to_event} show {value}",
        "have {value} down for the {to_event}",
    ),
}

GRAMMAR = Grammar(TRAIN, HELD_OUT)

SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("reply to", "answer", "respond to"),
    ("I want you to", "I would like you to"),
    ("a new message with", "a message with"),
    ("address", "street address"),
    ("phone", "phone number"),
)
"""Groups that mean the same in every train template, without held-out words; augmentation may exchange them."""

LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Desk", "My desk"),
        "mail": ("Mail", "Messages"),
        "contacts": ("Contacts", "People"),
        "calendar": ("Calendar", "Events"),
        "notes": ("Notes", "My notes"),
        "clipboard": ("Clipboard", "Copied"),
        "phone": ("phone", "phone number"),
        "email": ("email", "email address"),
        "address": ("address", "street address"),
        "time": ("time", "time of day"),
        "code": ("code", "code word"),
        "copy": ("Copy {field}: {value}", "Copy {value} ({field})"),
        "fill": ("Add {field}", "Enter {field}"),
        "reply": ("Reply", "Answer", "Respond"),
        "line": ("Add a line", "Write a line", "Add to this note"),
        "new": ("New message", "Write a message"),
        "more": ("More", "More actions"),
        "to": ("To", "Recipient"),
        "text": ("Text", "Words"),
        "send": ("Send", "Send now"),
        "save": ("Save", "Save it"),
        "next": ("Next page", "More rows"),
        "previous": ("Previous page", "Earlier rows"),
        "tabs": ("mail contacts calendar notes", "calendar notes mail contacts", "contacts mail notes calendar"),
        "list": ("tabs rows turn new", "rows turn new tabs"),
        "item": ("tabs copies actions", "copies actions tabs"),
        "write": ("to text commit",),
        "nested": ("", "message", "note contact event"),
    },
    "held_out": {
        "application": ("Desktop", "Work place"),
        "mail": ("My mail", "Mail and messages"),
        "contacts": ("My contacts", "People I know"),
        "calendar": ("My calendar", "Calendar of events"),
        "notes": ("Notebook with notes", "All notes"),
        "clipboard": ("You copied", "On the clipboard"),
        "phone": ("telephone", "phone to call"),
        "email": ("mail address", "email to write to"),
        "address": ("full address", "street and number"),
        "time": ("starting time", "hour or time"),
        "code": ("secret code", "code to enter"),
        "copy": ("{field} {value}: copy it", "Take a copy of {field}: {value}"),
        "fill": ("Fill in {field}", "Missing: {field}"),
        "reply": ("Write a reply", "Send an answer"),
        "line": ("Write more", "One more line"),
        "new": ("Create new message", "Write to somebody"),
        "more": ("Other actions", "Show more"),
        "to": ("Send to", "Addressee"),
        "text": ("Body", "Your text"),
        "send": ("Submit and send", "Send message"),
        "save": ("Save this", "Done, save"),
        "next": ("Go to next page", "Further rows"),
        "previous": ("Go to previous page", "Rows before these"),
        "tabs": ("notes calendar contacts mail", "mail notes contacts calendar", "contacts notes calendar mail"),
        "list": ("new turn tabs rows", "turn rows tabs new"),
        "item": ("actions copies tabs", "tabs actions copies"),
        "write": ("text to commit", "commit to text"),
        "nested": ("message note", "contact event message"),
    },
}
# fmt: on
