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
    "field.phone": ("phone number", "phone", "number to dial", "contact number"),
    "field.email": (
        "email address", "email", "contact email", "email contact", "address to send email to",
    ),
    "field.address": (
        "address", "street address", "physical address", "street and number", "street and house number",
        "house address",
    ),
    "field.time": (
        "time", "hour", "clock time", "time of day", "scheduled time", "agreed time", "appointed time",
        "time on the clock", "arranged time",
    ),
    "field.code": ("code", "passcode", "entry code", "security code", "code number", "key code"),
    "value.contact": (
        "the {field} in {person}'s contact", "the {field} from {person}'s contact",
        "the {field} that {person}'s contact shows", "the {field} of {person} in the contacts",
        "the {field} of {person} from the contacts", "{person}'s {field} as shown in the contacts",
        "the {field} that the contacts give for {person}", "the {field} I have for {person} in the contacts",
        "the {field} you find in {person}'s contact", "the {field} saved with {person}'s contact",
        "the {field} that is in {person}'s contact", "the {field} in the contact entry of {person}",
        "the {field} from the contact details of {person}", "the {field} recorded in the contact of {person}",
    ),
    "value.event": (
        "the {field} of the {event}", "the {field} of my {event}",
        "the {field} that the calendar shows for the {event}", "the {field} that the {event} has",
        "the {field} for the {event}", "the {field} in the calendar entry for the {event}",
        "the {field} from the calendar entry of the {event}", "the {field} the calendar has for the {event}",
        "the {field} entered for the {event}", "the {field} that is in the calendar for the {event}",
        "the {field} I have down for the {event}", "the {field} you find in the calendar for the {event}",
        "the {field} recorded for the {event}", "the {field} in the calendar entry of my {event}",
    ),
    "value.note": (
        "the {field} in the note about the {note}", "the {field} from the {note} note",
        "the {field} in my note on the {note}", "the {field} that the {note} note shows",
        "the {field} written in the note about the {note}", "the {field} in the {note} note",
        "the {field} you find in the note on the {note}", "the {field} noted down for the {note}",
        "the {field} that my notes give for the {note}", "the {field} that is in the {note} note",
        "the {field} recorded in the note about the {note}", "the {field} of the {note} in the notes",
        "the {field} that the note about the {note} has", "the {field} that the note on the {note} contains",
    ),
    "value.message": (
        "the {field} in {sent}", "the {field} from {sent}", "the {field} that {sent} gives",
        "the {field} that stands in {sent}", "the {field} written in {sent}", "the {field} that {sent} has",
        "the {field} that {sent} contains", "the {field} you find in {sent}", "the {field} I was told in {sent}",
        "the {field} that came with {sent}", "the {field} contained in {sent}", "the {field} quoted in {sent}",
        "the {field} inside {sent}", "the {field} that {sent} tells me",
    ),
    "sent.one": (
        "{person}'s message", "the message from {person}", "{person}'s email", "the email from {person}",
        "the message by {person}", "the message I got from {person}", "the email that came from {person}",
        "the message whose sender is {person}", "{person}'s message to me", "the one message from {person}",
        "the only message I have from {person}", "the message with {person} as its sender",
        "the message that came in from {person}", "the email written by {person}",
    ),
    "sent.two": (
        "{person}'s message about {subject}", "the message from {person} about {subject}",
        "{person}'s email on {subject}", "the email from {person} about {subject}",
        "the message by {person} on {subject}", "the message I got from {person} about {subject}",
        "the email about {subject} that came from {person}", "the message on {subject} written by {person}",
        "the message on the subject of {subject} from {person}", "the message from {person} concerning {subject}",
        "{person}'s message to me about {subject}", "the message from {person} that deals with {subject}",
        "the message whose sender is {person} and whose subject is {subject}",
        "the message from {person} with {subject} as its subject",
    ),
    "addressee.one": (
        "{to_person}", "{to_person}'s message", "the message from {to_person}", "{to_person}'s email",
        "the email from {to_person}", "the message by {to_person}", "the message I got from {to_person}",
        "the message whose sender is {to_person}", "{to_person}'s message to me", "the one message from {to_person}",
        "the only message I have from {to_person}", "the message with {to_person} as its sender",
        "the message that came in from {to_person}", "the email written by {to_person}",
    ),
    "addressee.two": (
        "{to_person}'s message about {to_subject}", "the message from {to_person} about {to_subject}",
        "{to_person}'s email on {to_subject}", "the email from {to_person} about {to_subject}",
        "the message by {to_person} on {to_subject}", "the message I got from {to_person} about {to_subject}",
        "the email about {to_subject} that came from {to_person}", "the message on {to_subject} written by {to_person}",
        "the message on the subject of {to_subject} from {to_person}",
        "the message from {to_person} concerning {to_subject}", "{to_person}'s message to me about {to_subject}",
        "the message from {to_person} that deals with {to_subject}",
        "the message whose sender is {to_person} and whose subject is {to_subject}",
        "the message from {to_person} with {to_subject} as its subject",
    ),
    "reply": (
        "reply to {addressee} with {value}", "answer {addressee} with {value}", "respond to {addressee} with {value}",
        "send {value} as a reply to {addressee}", "reply to {addressee} and give {value}",
        "write a reply to {addressee} that gives {value}", "put {value} in a reply to {addressee}",
        "look up {value} and reply to {addressee} with that", "reply to {addressee}, giving {value}",
        "send an answer to {addressee} that has {value} in it", "copy {value} into a reply to {addressee}",
        "check what {value} is and answer {addressee} with it",
        "get back to {addressee} with a reply that says {value}", "let {value} be my reply to {addressee}",
    ),
    "reply.": (
        "I want to answer {addressee} with {value}", "find {value} and reply to {addressee} with it",
        "{addressee} needs an answer with {value}", "I would like to reply to {addressee} with {value}",
        "my reply to {addressee} should be {value}", "the answer to {addressee} should give {value}",
        "{value} is what I want to say in reply to {addressee}", "I have to respond to {addressee} with {value}",
        "in reply to {addressee}, write {value}", "as an answer to {addressee}, send {value}",
        "{addressee} has not been answered yet, so reply with {value}",
        "{addressee} is waiting for a reply with {value}", "let us answer {addressee} with {value}",
        "{addressee} should get {value} as an answer",
    ),
    "send": (
        "send {value} to {to_person} in a new message", "write {to_person} a new message with {value}",
        "send {to_person} a new message with {value}", "send a new message with {value} to {to_person}",
        "write a new message with {value} to {to_person}", "send {to_person} {value} in a fresh message",
        "send {value} to {to_person} as a new email, not as a reply",
        "create a new message for {to_person} with {value}",
        "open a new message, address it to {to_person} and put in {value}",
        "begin a new message to {to_person} that says {value}", "tell {to_person} {value} in a new message",
        "give {to_person} {value} in a new message", "copy {value} into a new message for {to_person} and send it",
        "send off a new message to {to_person} containing {value}",
    ),
    "send.": (
        "I want to send {value} to {to_person} in a new message",
        "find {value} and send it to {to_person} in a new message", "{to_person} should get {value} in a new message",
        "{to_person} needs {value}, so send a new message", "a new message to {to_person} should give {value}",
        "I would like {to_person} to get a new message with {value}",
        "{to_person} wants {value}, so put it in a new message", "{value} has to reach {to_person} in a new message",
        "in a new message, tell {to_person} {value}", "what {to_person} needs is a new message with {value}",
        "there should be a new message to {to_person} with {value} in it",
        "let us send {to_person} a new message with {value}",
        "{to_person} does not have {value} yet, so send it in a new message",
        "my new message to {to_person} should say {value}",
    ),
    "note": (
        "add {value} to the note about the {to_note}", "write {value} into the note about the {to_note}",
        "add {value} to the {to_note} note", "put {value} into my note on the {to_note}",
        "write {value} down in the {to_note} note", "enter {value} in my {to_note} note",
        "insert {value} into the {to_note} note", "copy {value} into the note about the {to_note}",
        "type {value} into the note on the {to_note}", "give the {to_note} note another line with {value}",
        "look up {value} and put it in the note about the {to_note}", "take {value} over into the {to_note} note",
        "let the {to_note} note hold {value} as well",
        "add {value} to what I have written in the note about the {to_note}",
    ),
    "note.": (
        "I want {value} in the note about the {to_note}", "find {value} and add it to the {to_note} note",
        "the note about the {to_note} should show {value}", "the {to_note} note needs {value}, so add it",
        "the {to_note} note should have {value}", "the note on the {to_note} should contain {value}",
        "{value} should be in the note about the {to_note}", "in the note about the {to_note}, write {value}",
        "the note about the {to_note} does not have {value} yet, so write it there",
        "there should be a line with {value} in the {to_note} note",
        "what is missing from the {to_note} note is {value}", "let us add {value} to the note about the {to_note}",
        "the next line of the {to_note} note should be {value}",
        "a new line in the note about the {to_note} should give {value}",
    ),
    "card": (
        "save {value} in {to_person}'s contact", "add {value} to {to_person}'s contact",
        "put {value} into the contact of {to_person}", "add {value} to the contact of {to_person}",
        "save {value} in the contact of {to_person}", "write {value} into {to_person}'s contact",
        "insert {value} into the contact for {to_person}", "copy {value} into {to_person}'s contact",
        "enter {value} under {to_person} in the contacts", "look up {value} and put it into {to_person}'s contact",
        "have {value} saved in {to_person}'s contact", "give {to_person}'s contact {value}",
        "take {value} over into {to_person}'s contact", "let {to_person}'s contact show {value}",
    ),
    "card.": (
        "I want {value} in {to_person}'s contact", "find {value} and add it to {to_person}'s contact",
        "{to_person}'s contact should show {value}", "{to_person}'s contact needs {value}, so add it",
        "{to_person}'s contact should have {value}", "the contact of {to_person} should contain {value}",
        "{value} should be in {to_person}'s contact", "in {to_person}'s contact, enter {value}",
        "to {to_person}'s contact, add {value}", "what is missing from {to_person}'s contact is {value}",
        "let us add {value} to {to_person}'s contact", "under {to_person} in the contacts there should be {value}",
    ),
    "event": (
        "add {value} to the {to_event} in the calendar", "enter {value} for the {to_event}",
        "put {value} into the calendar for the {to_event}", "save {value} for the {to_event} in the calendar",
        "add {value} to the {to_event}", "write {value} into the calendar entry of the {to_event}",
        "copy {value} into the {to_event} in the calendar",
        "look up {value} and put it in the calendar for the {to_event}",
        "open the {to_event} in the calendar and add {value}", "give the {to_event} {value} in the calendar",
        "type {value} into the calendar entry for the {to_event}",
        "take {value} over into the calendar for the {to_event}",
        "have {value} entered in the calendar entry of the {to_event}",
        "let the calendar show {value} for the {to_event}",
    ),
    "event.": (
        "I want {value} in the calendar for the {to_event}", "find {value} and enter it for the {to_event}",
        "the {to_event} should show {value}", "the {to_event} needs {value}, so enter it",
        "the {to_event} in the calendar should have {value}",
        "the calendar entry of the {to_event} should contain {value}",
        "{value} should be in the calendar for the {to_event}",
        "in the calendar entry of the {to_event}, enter {value}", "for the {to_event}, put {value} in the calendar",
        "what is missing from the {to_event} in the calendar is {value}", "let us add {value} to the {to_event}",
        "the calendar should give {value} for the {to_event}",
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
