"""Calendar: how the application is labeled, train and held out.

Keys name buttons, fields and rows; "order", "list", "nested" and "fields" list such names.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Calendar", "Planner"),
        "agenda": ("All meetings of the week", "All meetings"),
        "next": ("Next week", "Go to next week"),
        "previous": ("This week", "Go to this week"),
        "move": ("Move", "Change time", "Move to another time"),
        "rename": ("Rename", "Change title", "Change name"),
        "cancel": ("Cancel meeting", "Cancel", "Remove"),
        "invite": ("Invite", "Add person", "Invite person"),
        "more": ("More", "More actions"),
        "title": ("Title", "Name of the meeting"),
        "person": ("Person", "With"),
        "save": ("Save", "Save meeting"),
        "send": ("Send", "Send invitation"),
        "confirm": ("Yes, cancel it", "Cancel it"),
        "new": ("New meeting", "Create meeting"),
        "free": ("free", "free hour"),
        "day": ("{day} {date}", "{day}, {date}"),
        "entry": ("{day} {hour} | {what}", "{what} | {day} {hour}"),
        "row": ("{hour} | {what}", "{what} | {hour}"),
        "order": ("move rename cancel invite", "invite move cancel rename", "rename invite move cancel"),
        "nested": ("", "rename invite", "cancel invite"),
        "list": ("days agenda turns", "agenda days turns"),
        "fields": ("title person",),
    },
    "held_out": {
        "application": ("Diary", "Schedule"),
        "agenda": ("The whole week", "List of meetings"),
        "next": ("Week after this", "Show next week"),
        "previous": ("Week before", "Show this week"),
        "move": ("Move meeting", "Another time", "Set new time"),
        "rename": ("New title", "Give another name", "Rename meeting"),
        "cancel": ("Cancel this", "Delete meeting", "Take out of calendar"),
        "invite": ("Invite somebody", "Add somebody", "Send an invitation"),
        "more": ("Other actions", "Show more"),
        "title": ("Called", "Title of meeting"),
        "person": ("Who", "Meeting with"),
        "save": ("Submit", "Done, save"),
        "send": ("Submit invitation", "Invite now"),
        "confirm": ("Really cancel", "Cancel for good"),
        "new": ("Add meeting", "Make a meeting"),
        "free": ("still free", "free slot"),
        "day": ("{date}, {day}", "{date} ({day})"),
        "entry": ("{hour} on {day} | {what}", "{day} | {what} | {hour}"),
        "row": ("at {hour} | {what}", "{what} | at {hour}"),
        "order": ("cancel invite rename move", "move cancel invite rename", "invite rename cancel move"),
        "nested": ("move cancel", "rename cancel", "move rename invite"),
        "list": ("turns days agenda", "turns agenda days"),
        "fields": ("person title",),
    },
}
# fmt: on
