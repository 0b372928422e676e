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
    "in.message": (
        "", "", "", "", " in the inbox", " that is in the inbox", " lying in the inbox", " in the Inbox folder",
        " waiting in my inbox",
    ),
    "in.filed message": (
        " in the {place} folder", " in {place}", " in my {place} folder", " in the folder {place}",
        " that is in the {place} folder", " that is in {place}", " in the folder named {place}", " lying in {place}",
        " saved under {place}",
    ),
    "in.moved message": (
        " now in {place}", " now in the {place} folder", " lying in my {place} folder", " that is now in {place}",
        " that now lies in my {place} folder", " presently in the folder {place}",
    ),
    "message.latest": (
        "the latest message from {sender}{in}", "the newest message from {sender}{in}", "{sender}'s latest message{in}",
        "the most recent mail from {sender}{in}", "{sender}'s newest mail{in}", "the latest mail from {sender}{in}",
        "the newest of {sender}'s messages{in}", "the message{in} from {sender} with the most recent date",
        "the message{in} from {sender} that has the latest date",
        "the mail{in} from {sender} that arrived after all the others", "the freshest message from {sender}{in}",
        "the very newest message from {sender}{in}", "the mail{in} from {sender} that is the newest",
        "the latest message I have from {sender}{in}",
    ),
    "message.oldest": (
        "the oldest message from {sender}{in}", "{sender}'s oldest message{in}", "the oldest mail from {sender}{in}",
        "{sender}'s oldest mail{in}", "the oldest of the messages from {sender}{in}",
        "the message{in} that {sender} sent before all the others", "the oldest of all messages from {sender}{in}",
        "the oldest one of {sender}'s messages{in}", "the message{in} from {sender} that has the oldest date",
        "the very oldest message from {sender}{in}", "the message{in} from {sender} that was sent the longest time ago",
        "the oldest message I have from {sender}{in}",
    ),
    "message.subject": (
        "the message about {subject}{in}", "the mail about {subject}{in}", "the message{in} about {subject}",
        "the message concerning {subject}{in}", "the mail{in} concerning {subject}",
        "the message{in} that is about {subject}", "the mail{in} that concerns {subject}",
        "the message with regard to {subject}{in}", "the message related to {subject}{in}",
        "the mail{in} relating to {subject}", "the message on the topic of {subject}{in}",
        "the mail{in} that talks about {subject}", "the message{in} that I got about {subject}",
    ),
    "message.sender and subject": (
        "the message from {sender} about {subject}{in}", "{sender}'s message about {subject}{in}",
        "the mail{in} from {sender} about {subject}", "{sender}'s mail{in} concerning {subject}",
        "the message{in} that {sender} sent about {subject}", "the message about {subject} from {sender}{in}",
        "the message{in} from {sender} that is about {subject}", "the mail{in} where {sender} talks about {subject}",
        "the message{in} that I got from {sender} about {subject}", "{sender}'s message related to {subject}{in}",
        "the message{in} that is from {sender} and about {subject}",
        "the mail{in} that reached me from {sender} about {subject}",
    ),
    "message.unread": (
        "the unread message from {sender}{in}", "{sender}'s unread message{in}", "the unread mail from {sender}{in}",
        "the message from {sender}{in} that is still unread", "the only unread message from {sender}{in}",
        "the message{in} from {sender} that has not been read", "the one message from {sender}{in} that is unread",
        "the one unread mail{in} from {sender}", "{sender}'s unread mail{in}", "{sender}'s only unread message{in}",
        "the message{in} from {sender} still marked as unread", "the message from {sender}{in} that shows as unread",
        "the unread one of {sender}'s messages{in}", "the mail from {sender}{in} that is still waiting to be read",
    ),
    "open": (
        "open {message}", "read {message}", "show me {message}", "bring up {message}", "open {message} for me",
        "go to {message} and open it", "find {message} and show it to me", "show me the text of {message}",
        "click on {message} to open it", "get {message} open", "open {message} so that I can read it",
        "give me {message} to read", "access {message}", "search for {message} and bring it up",
    ),
    "open.": (
        "I want to read {message}", "I would like to read {message}", "let me read {message}",
        "find {message} and open it", "I would like to have {message} open in front of me",
        "{message} is what I want to read", "may I read {message}?", "I have to read {message} now, so open it",
        "it is {message} that you should open", "get {message} for me, since I want to read it",
    ),
    "archive": (
        "archive {message}", "move {message} to the archive", "put {message} into the archive",
        "archive {message} for me", "send {message} to the archive", "file {message} in the archive",
        "get {message} into the archive", "have {message} archived", "let {message} go into the archive",
        "add {message} to the archive", "bring {message} to the archive", "make {message} part of the archive",
        "move {message} over into my archive", "set {message} aside in the archive",
    ),
    "archive.": (
        "find {message} and archive it", "I want {message} archived", "I am done with {message}, so archive it",
        "{message} can be archived", "I want {message} in the archive", "I would like {message} to be in the archive",
        "{message} belongs in the archive", "{message} needs to be archived",
        "I am through with {message}, so move it to the archive", "the archive is where {message} should be",
        "{message} is one for the archive", "I would like to have {message} archived", "I need {message} archived",
        "from now on {message} should be in the archive",
    ),
    "archive:it": (
        "archive it", "put it in the archive", "move it to the archive", "file it in the archive",
        "send it to the archive", "get it into the archive", "have it archived", "let it go into the archive",
        "add it to the archive", "make it part of the archive", "archive that message",
        "put that message into the archive",
    ),
    "delete": (
        "delete {message}", "remove {message}", "throw away {message}", "delete {message} for good",
        "get rid of {message}", "do away with {message}", "permanently delete {message}", "delete {message} forever",
        "have {message} deleted", "make {message} go away for good", "dump {message}", "toss out {message}",
        "go to {message} and delete it", "let {message} be deleted",
    ),
    "delete.": (
        "find {message} and delete it", "I want {message} deleted", "I no longer need {message}, so delete it",
        "{message} can be deleted", "I want to delete {message}", "I want to get rid of {message}",
        "I want to be rid of {message}", "{message} should be deleted", "{message} has to go, so delete it",
        "{message} needs to be deleted", "I do not need {message} anymore, so get rid of it",
        "I would like {message} to be deleted", "I would like to have {message} removed for good",
        "{message} must not stay in my mail, so delete it",
    ),
    "delete:it": (
        "delete it", "remove it", "throw it away", "delete it for good", "delete it forever", "get rid of it",
        "throw it out", "do away with it", "have it deleted", "remove it for good", "make it go away for good",
        "delete that message", "throw that message away",
    ),
    "star": (
        "star {message}", "put a star on {message}", "mark {message} with a star", "add a star to {message}",
        "flag {message}", "give {message} a star", "set a star on {message}", "stick a star on {message}",
        "let {message} have a star", "have {message} starred", "make {message} a starred message",
        "click the star of {message}", "find {message} and put a star on it", "set the star for {message}",
    ),
    "star.": (
        "I want a star on {message}", "{message} matters, so star it", "{message} should have a star",
        "I want {message} starred", "I want to star {message}", "I would like to have {message} starred",
        "{message} needs a star", "{message} should get a star", "{message} is worth a star, so give it one",
        "I do not want to lose sight of {message}, so star it",
        "I want to be able to spot {message} later, so give it a star", "find {message} and star it",
        "there should be a star on {message}", "I must not forget {message}, so put a star on it",
    ),
    "star:it": (
        "star it", "put a star on it", "mark it with a star", "give it a star", "set a star on it",
        "stick a star on it", "have it starred", "flag it", "let it have a star", "turn on its star",
        "put a star on that message", "star that message",
    ),
    "unread": (
        "mark {message} as unread", "mark {message} unread", "set {message} to unread", "make {message} unread again",
        "turn {message} back to unread", "have {message} show up as unread", "have {message} marked as unread",
        "list {message} as unread again", "mark {message} as not yet read", "give {message} its unread mark back",
        "put the unread mark back on {message}", "set the status of {message} to unread",
        "turn {message} into an unread message again", "restore {message} to unread",
    ),
    "unread.": (
        "find {message} and mark it as unread", "I want {message} to show as unread",
        "{message} should be unread again", "I will read {message} later, so mark it as unread",
        "I want {message} marked as unread", "I want {message} to be unread again", "I want {message} back as unread",
        "I would like to have {message} unread again", "{message} needs to be set back to unread",
        "{message} has to go back to unread", "{message} is marked as read, but I want it unread",
        "I want to come back to {message} later, so set it to unread",
        "I have no time for {message} now, so turn it back to unread", "I need {message} to show up as unread",
    ),
    "unread:it": (
        "mark it as unread", "set it to unread", "make it unread again", "mark it unread", "put it back to unread",
        "set it back to unread", "turn it back to unread", "let it show as unread again", "have it marked as unread",
        "put the unread mark back on it", "make that message unread again", "mark that message as unread",
    ),
    "move": (
        "move {message} to the {folder} folder", "move {message} to {folder}", "put {message} into the {folder} folder",
        "file {message} under {folder}", "move {message} into {folder}", "put {message} into {folder}",
        "file {message} away under {folder}", "get {message} into the {folder} folder",
        "have {message} moved to {folder}", "let {message} go into the folder {folder}",
        "move {message} over to my {folder} folder",
    ),
    "move.": (
        "find {message} and move it to {folder}", "I want {message} moved to the {folder} folder",
        "{message} belongs in {folder}, so move it there", "{message} should go to the {folder} folder",
        "I want to have {message} in the {folder} folder from now on", "I want {message} to go to {folder}",
        "I want to move {message} to {folder}", "I would like to have {message} under {folder}",
        "{message} needs to go into the {folder} folder", "{message} is one for the {folder} folder, so put it there",
        "the {folder} folder is where {message} belongs", "from now on {message} should be in {folder}",
        "I need {message} in my {folder} folder", "I want to find {message} under {folder}, so file it there",
    ),
    "move:it": (
        "move it to {folder}", "move it to the {folder} folder", "put it in the {folder} folder",
        "file it under {folder}", "move it into {folder}", "move it over to {folder}", "put it into {folder}",
        "get it into {folder}", "have it moved to {folder}", "file it in the {folder} folder",
        "move that message to {folder}",
    ),
    "reply": (
        'reply to {message} with "{phrase}"', 'answer {message} with "{phrase}"',
        'respond to {message} with "{phrase}"', 'reply "{phrase}" to {message}',
        'write "{phrase}" as a reply to {message}', 'send the reply "{phrase}" to {message}',
        'answer {message} by writing "{phrase}"', 'give the answer "{phrase}" to {message}',
        'let "{phrase}" be the answer to {message}', 'tell the sender of {message} "{phrase}" in a reply',
        'get back to the sender of {message} with the reply "{phrase}"', 'have {message} answered with "{phrase}"',
        'put "{phrase}" into a reply to {message} and send it off', 'make "{phrase}" the reply to {message}',
    ),
    "reply.": (
        'I want to answer {message} with "{phrase}"', 'my answer to {message} is "{phrase}"',
        '{message} needs a reply: "{phrase}"', 'I want to reply "{phrase}" to {message}',
        'I want to write back "{phrase}" to {message}', 'I want {message} answered with "{phrase}"',
        'I would like to reply to {message} with "{phrase}"',
        'I would like "{phrase}" to go out as the reply to {message}',
        'the answer to {message} is "{phrase}", so send it', '{message} should be answered with "{phrase}"',
        '{message} is still without an answer, so reply "{phrase}"', 'find {message} and reply with "{phrase}"',
        'whoever sent {message} should get the reply "{phrase}"',
        'I have to answer {message}, so write back "{phrase}"',
    ),
    "reply:it": (
        'reply to it with "{phrase}"', 'answer it with "{phrase}"', 'reply "{phrase}" to it',
        'respond to it with "{phrase}"', 'answer it by writing "{phrase}"', 'write back "{phrase}"',
        'write "{phrase}" as a reply to it', 'send "{phrase}" as a reply to it', 'send the reply "{phrase}" to it',
        'let "{phrase}" be the answer to it', 'tell its sender "{phrase}" in a reply',
        'answer that message with "{phrase}"', 'reply to that message with "{phrase}"',
    ),
    "forward": (
        "forward {message} to {person}", "forward a copy of {message} to {person}", "send {message} on to {person}",
        "share {message} with {person}", "send a copy of {message} to {person}", "send {person} {message} as a forward",
        "send {message} along to {person}", "let {person} read {message} too by sending it on",
        "give {person} a copy of {message}", "get {message} over to {person}", "have {message} forwarded to {person}",
        "mail {message} on to {person}", "go to {message} and send it on to {person}",
        "bring {message} to {person} by forwarding it",
    ),
    "forward.": (
        "find {message} and forward it to {person}", "I want {person} to get {message}, so forward it",
        "{message} should go on to {person}", "{person} should get a copy of {message}",
        "I want {person} to have a copy of {message}", "I would like to share {message} with {person}",
        "{person} should read {message} too, so forward it", "{person} has not seen {message}, so forward it",
        "{person} asked for {message}, so send it on", "{person} ought to know about {message}, so forward it",
        "{message} should be forwarded to {person}", "{message} should be sent on to {person}",
        "{message} needs to go on to {person}", "{message} is something for {person} too, so send it on",
    ),
    "forward:it": (
        "forward it to {person}", "send it on to {person}", "share it with {person}", "send {person} a copy of it",
        "send a copy of it to {person}", "send it along to {person}", "let {person} have a copy of it",
        "give {person} a copy of it", "get a copy of it to {person}", "have it forwarded to {person}",
        "forward a copy of it to {person}", "forward that message to {person}", "mail it on to {person}",
    ),
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
