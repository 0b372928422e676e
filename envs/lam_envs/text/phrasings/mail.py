"""Mail: how requests are worded, train and held out.

Symbols: "<verb>" is an imperative clause on {message}, "<verb>." a whole sentence, "<verb>:it" a clause on a message
already named, "message.<attribute>" a noun phrase, "in.<object>" where the message lies; "frame", "join2", "join3" hold
clauses together.
"""

from __future__ import annotations

from lam_envs.text.language import Grammar, Rules
from lam_envs.text.phrasings.frames import FRAMES

# fmt: off
TRAIN: Rules = {
    **FRAMES["train"],
    "in.message": ("", "", "", " in the inbox"),
    "in.filed message": (" in the {place} folder", " in {place}", " in my {place} folder", " in the folder {place}"),
    "in.moved message": (" now in {place}", " now in the {place} folder", " lying in my {place} folder"),
    "message.latest": (
        "the latest message from {sender}{in}", "the newest message from {sender}{in}",
        "{sender}'s latest message{in}", "the most recent mail from {sender}{in}", "{sender}'s newest mail{in}",
        "the latest mail from {sender}{in}",
    ),
    "message.oldest": (
        "the oldest message from {sender}{in}", "{sender}'s oldest message{in}", "the oldest mail from {sender}{in}",
        "{sender}'s oldest mail{in}", "the oldest of the messages from {sender}{in}",
    ),
    "message.subject": (
        "the message about {subject}{in}", "the mail about {subject}{in}", "the message{in} about {subject}",
        "the message concerning {subject}{in}", "the mail{in} concerning {subject}",
    ),
    "message.sender and subject": (
        "the message from {sender} about {subject}{in}", "{sender}'s message about {subject}{in}",
        "the mail{in} from {sender} about {subject}", "{sender}'s mail{in} concerning {subject}",
        "the message{in} that {sender} sent about {subject}",
    ),
    "message.unread": (
        "the unread message from {sender}{in}", "{sender}'s unread message{in}", "the unread mail from {sender}{in}",
        "the message from {sender}{in} that is still unread", "the only unread message from {sender}{in}",
    ),
    "open": ("open {message}", "read {message}", "show me {message}", "bring up {message}", "open {message} for me"),
    "open.": (
        "I want to read {message}", "I would like to read {message}", "let me read {message}",
        "find {message} and open it",
    ),
    "archive": (
        "archive {message}", "move {message} to the archive", "put {message} into the archive",
        "archive {message} for me", "send {message} to the archive",
    ),
    "archive.": (
        "find {message} and archive it", "I want {message} archived", "I am done with {message}, so archive it",
        "{message} can be archived",
    ),
    "archive:it": ("archive it", "put it in the archive", "move it to the archive"),
    "delete": (
        "delete {message}", "remove {message}", "throw away {message}", "delete {message} for good",
        "get rid of {message}",
    ),
    "delete.": (
        "find {message} and delete it", "I want {message} deleted", "I no longer need {message}, so delete it",
        "{message} can be deleted",
    ),
    "delete:it": ("delete it", "remove it", "throw it away"),
    "star": (
        "star {message}", "put a star on {message}", "mark {message} with a star", "add a star to {message}",
        "flag {message}", "give {message} a star",
    ),
    "star.": ("I want a star on {message}", "{message} matters, so star it", "{message} should have a star"),
    "star:it": ("star it", "put a star on it", "mark it with a star"),
    "unread": (
        "mark {message} as unread", "mark {message} unread", "set {message} to unread",
        "make {message} unread again", "turn {message} back to unread",
    ),
    "unread.": (
        "find {message} and mark it as unread", "I want {message} to show as unread",
        "{message} should be unread again", "I will read {message} later, so mark it as unread",
    ),
    "unread:it": ("mark it as unread", "set it to unread", "make it unread again"),
    "move": (
        "move {message} to the {folder} folder", "move {message} to {folder}",
        "put {message} into the {folder} folder", "file {message} under {folder}", "move {message} into {folder}",
    ),
    "move.": (
        "find {message} and move it to {folder}", "I want {message} moved to the {folder} folder",
        "{message} belongs in {folder}, so move it there", "{message} should go to the {folder} folder",
    ),
    "move:it": (
        "move it to {folder}", "move it to the {folder} folder", "put it in the {folder} folder",
        "file it under {folder}",
    ),
    "reply": (
        'reply to {message} with "{phrase}"', 'answer {message} with "{phrase}"',
        'respond to {message} with "{phrase}"', 'reply "{phrase}" to {message}',
        'write "{phrase}" as a reply to {message}', 'send the reply "{phrase}" to {message}',
    ),
    "reply.": (
        'I want to answer {message} with "{phrase}"', 'my answer to {message} is "{phrase}"',
        '{message} needs a reply: "{phrase}"',
    ),
    "reply:it": ('reply to it with "{phrase}"', 'answer it with "{phrase}"'),
    "forward": (
        "forward {message} to {person}", "forward a copy of {message} to {person}", "send {message} on to {person}",
        "share {message} with {person}", "send a copy of {message} to {person}",
    ),
    "forward.": (
        "find {message} and forward it to {person}", "I want {person} to get {message}, so forward it",
        "{message} should go on to {person}", "{person} should get a copy of {message}",
    ),
    "forward:it": ("forward it to {person}", "send it on to {person}", "share it with {person}"),
}

HELD_OUT: Rules = {
    **FRAMES["held_out"],
    "in.message": ("", "", "", " in my inbox"),
    "in.filed message": (
        " filed under {place}", " kept in {place}", " stored in the {place} folder", " inside the {place} folder",
        " in the folder called {place}",
    ),
    "in.moved message": (" sitting in {place}", " currently under {place}", " sitting in the folder called {place}"),
    "message.latest": (
        "the last email from {sender}{in}", "{sender}'s most recent email{in}",
        "the email{in} that {sender} sent last", "the email{in} that {sender} wrote most recently",
        "{sender}'s last email{in}", "the most recent of the emails{in} from {sender}",
    ),
    "message.oldest": (
        "the earliest email from {sender}{in}", "{sender}'s earliest email{in}",
        "the very first email from {sender}{in}", "the email{in} that {sender} sent first",
        "the email from {sender}{in} that goes back the furthest",
    ),
    "message.subject": (
        "the email regarding {subject}{in}", "the email{in} on the subject of {subject}",
        "the email{in} that has to do with {subject}", "the email{in} that deals with {subject}",
        "the email{in} that mentions {subject}",
    ),
    "message.sender and subject": (
        "the email{in} that {sender} wrote regarding {subject}", "{sender}'s email{in} regarding {subject}",
        "the email{in} on {subject} that came from {sender}", "{sender}'s note{in} on {subject}",
        "the email{in} in which {sender} writes about {subject}",
    ),
    "message.unread": (
        "the unopened email from {sender}{in}", "{sender}'s unopened email{in}",
        "the email from {sender}{in} that I have not opened yet",
        "the email from {sender}{in} that I have yet to read",
        "the one email from {sender}{in} that I have not looked at",
    ),
    "open": (
        "pull up {message}", "display {message}", "take me to {message}", "look up {message}",
        "let me see {message}", "call up {message}", "go to {message}", "have a look at {message}", "view {message}",
        "put {message} on the screen",
    ),
    "open.": ("I would like to see {message}", "what does {message} say?", "let us see what is in {message}"),
    "archive": (
        "place {message} in the archive", "transfer {message} to the archive", "store {message} in the archive",
        "file away {message} in the archive", "drop {message} into the archive",
        "stow away {message} in the archive", "tuck away {message} in the archive", "shift {message} to the archive",
        "get {message} archived", "keep {message} in the archive",
    ),
    "archive.": (
        "I am finished with {message}, it can go to the archive", "see to it that {message} ends up in the archive",
        "have {message} archived",
    ),
    "archive:it": (
        "store it in the archive", "place it in the archive", "shift it to the archive",
        "file it away in the archive",
    ),
    "delete": (
        "erase {message}", "bin {message}", "discard {message}", "trash {message}", "wipe {message}",
        "scrap {message}", "dispose of {message}", "destroy {message}", "clear out {message}",
        "make {message} disappear",
    ),
    "delete.": (
        "I want {message} gone", "nobody needs {message}, so erase it",
        "{message} is of no use to anyone, so bin it",
    ),
    "delete:it": ("erase it", "bin it", "discard it", "get it out of the mailbox for good"),
    "star": (
        "attach a star to {message}", "tag {message} with a star", "pin a star to {message}",
        "highlight {message} with a star", "single out {message} with a star", "set the star on {message}",
        "label {message} with a star", "flag up {message}", "add {message} to my favorites",
        "turn on the star for {message}",
    ),
    "star.": (
        "make {message} stand out with a star", "I need {message} to carry a star",
        "{message} is important, so tag it with a star",
    ),
    "star:it": ("tag it with a star", "attach a star to it", "highlight it with a star", "flag it up"),
    "unread": (
        "label {message} as unread", "mark {message} as not read", "reset {message} to unread",
        "switch {message} to unread", "return {message} to unread", "show {message} as new again",
        "treat {message} as not read", "let {message} count as unread", "change {message} to unread",
        "keep {message} as unread",
    ),
    "unread.": (
        "pretend I never opened {message}", "I have not really read {message}, so mark it as not read",
        "{message} ought to appear as unread",
    ),
    "unread:it": ("mark it as not read", "switch it to unread", "reset it to unread", "leave it as unread"),
    "move": (
        "transfer {message} to {folder}", "shift {message} over to the {folder} folder",
        "drop {message} into {folder}", "place {message} in the {folder} folder", "relocate {message} to {folder}",
        "sort {message} into {folder}", "stash {message} in the {folder} folder", "store {message} under {folder}",
        "assign {message} to the {folder} folder", "bring {message} over to {folder}",
    ),
    "move.": (
        "{message} is to be kept under {folder}", "see to it that {message} ends up in {folder}",
        "the right place for {message} is {folder}",
    ),
    "move:it": (
        "transfer it to {folder}", "shift it over to the {folder} folder", "store it under {folder}",
        "drop it into {folder}",
    ),
    "reply": (
        'write back to {message} with "{phrase}"', 'react to {message} with "{phrase}"',
        'say "{phrase}" in response to {message}', 'give "{phrase}" as the answer to {message}',
        'send "{phrase}" back in response to {message}', 'reply to {message}, saying "{phrase}"',
        'make "{phrase}" the response to {message}', 'use "{phrase}" to answer {message}',
        'type "{phrase}" as the response to {message}', 'return the words "{phrase}" in response to {message}',
    ),
    "reply.": (
        'in response to {message}, say "{phrase}"', 'the response to {message} is to be "{phrase}"',
        '{message} deserves a response, namely "{phrase}"',
    ),
    "reply:it": ('write back with "{phrase}"', 'respond with "{phrase}"'),
    "forward": (
        "pass {message} on to {person}", "relay {message} to {person}", "hand {message} on to {person}",
        "redirect {message} to {person}", "make sure {person} sees {message}", "let {person} see {message}",
        "get {message} to {person}", "pass {message} along to {person}", "let {person} have {message}",
        "dispatch {message} to {person}",
    ),
    "forward.": (
        "{person} needs to see {message}", "{person} ought to have {message} too",
        "{message} is something that {person} has to see",
    ),
    "forward:it": ("pass it on to {person}", "relay it to {person}", "hand it on to {person}", "let {person} see it"),
}
# fmt: on

GRAMMAR = Grammar(TRAIN, HELD_OUT)
