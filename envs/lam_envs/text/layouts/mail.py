"""Mail: how the application is labeled, train and held out.

Keys name the buttons and fields; "order", "list" and "nested" list such names.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Mail", "Mailbox"),
        "compose": ("Compose", "New message"),
        "next": ("Next page", "Older messages"),
        "previous": ("Previous page", "Newer messages"),
        "reply": ("Reply", "Answer", "Respond"),
        "forward": ("Forward", "Send on", "Pass on"),
        "archive": ("Archive", "Put in archive", "Store in archive"),
        "delete": ("Delete", "Remove", "Erase"),
        "star": ("Star", "Add star", "Flag"),
        "unstar": ("Remove star", "Unstar"),
        "unread": ("Mark as unread", "Mark unread", "Set to unread"),
        "move": ("Move to folder", "Move", "Transfer to folder"),
        "more": ("More", "More actions"),
        "to": ("To", "Recipient"),
        "text": ("Text", "Message"),
        "send": ("Send", "Send now"),
        "mark": ("unread, ", "new, unread, "),
        "row": ("{mark}from {sender} | {subject} | {time}", "{mark}{subject} | from {sender} | {time}"),
        "order": (
            "reply forward archive delete star unread move", "archive delete move star unread reply forward",
            "star unread move reply forward delete archive",
        ),
        "nested": ("", "star unread move", "archive unread move"),
        "list": ("rows previous next compose", "compose previous next rows"),
    },
    "held_out": {
        "application": ("Post", "Messages"),
        "compose": ("Write", "Create message"),
        "next": ("Go to next page", "Further messages"),
        "previous": ("Go to previous page", "Back to newer messages"),
        "reply": ("Write a reply", "Send an answer"),
        "forward": ("Forward to", "Send to someone else", "Relay"),
        "archive": ("Move to archive", "To the archive", "Archive this"),
        "delete": ("Delete forever", "Discard", "Remove for good"),
        "star": ("Put a star", "Mark with star", "Attach star"),
        "unstar": ("Take star off", "No star"),
        "unread": ("Keep as unread", "Unread again", "Not read"),
        "move": ("Put in folder", "Choose folder", "Move to another folder"),
        "more": ("Other actions", "Show more"),
        "to": ("Send to", "Addressee"),
        "text": ("Body", "Your text"),
        "send": ("Submit", "Send message"),
        "mark": ("not read yet, unread, ", "unread mail, "),
        "row": ("{time} | {mark}from {sender} | {subject}", "{mark}{subject} | {time} | from {sender}"),
        "order": (
            "delete archive forward reply move unread star", "move unread star archive reply delete forward",
            "forward star reply move archive unread delete",
        ),
        "nested": ("delete star", "archive delete move", "forward archive star"),
        "list": ("next compose previous rows", "next rows previous compose"),
    },
}
# fmt: on
