"""Desk: how the applications are labeled, train and held out.

Keys name applications, buttons and fields; "tabs", "list", "item" and "write" are orders, "nested" lists the kinds of
items whose actions lie behind another button.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Desk", "My desk"),
        "mail": ("Mail", "Messages"),
        "contacts": ("Contacts", "People", "Contact cards"),
        "calendar": ("Calendar", "Events"),
        "notes": ("Notes", "My notes"),
        "clipboard": ("Clipboard", "Copied"),
        "phone": ("phone", "phone number", "telephone number"),
        "email": ("email", "email address"),
        "address": ("address", "street address", "location"),
        "time": ("time", "time of day", "hour"),
        "code": ("code", "code word", "access code"),
        "copy": ("Copy {field} of {who}: {value}", "{who}: copy {field} {value}"),
        "fill": ("Add {field} to {who}", "Enter {field} for {who}", "Fill in {field} for {who}"),
        "reply": ("Reply to {who}", "Answer {who}", "Write back to {who}", "Response to {who}"),
        "line": ("Add a line to {who}", "Write a line in {who}", "Append to {who}", "Jot down in {who}"),
        "new": ("New message", "Write a message", "Compose a mail"),
        "more": ("More for {who}", "More actions for {who}"),
        "to": ("To", "Recipient"),
        "text": ("Text", "Words"),
        "send": ("Send", "Send now"),
        "save": ("Save", "Save it", "Store"),
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
        "contacts": ("My contacts", "People and contacts"),
        "calendar": ("My calendar", "Calendar of events"),
        "notes": ("All notes", "Notes I wrote"),
        "clipboard": ("You copied", "On the clipboard"),
        "phone": ("telephone", "phone to call"),
        "email": ("email to write to", "email account"),
        "address": ("full address", "postal address"),
        "time": ("starting time", "time to be there"),
        "code": ("secret code", "code to enter"),
        "copy": ("{who}: take a copy of {field} {value}", "Copy this {field} of {who}: {value}"),
        "fill": ("Write {field} for {who}", "{who}: add {field}"),
        "reply": ("Write a reply to {who}", "Send {who} an answer"),
        "line": ("Write more in {who}", "Add something to {who}"),
        "new": ("Create new message", "Write to somebody"),
        "more": ("Other actions for {who}", "Show more for {who}"),
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
