"""Files: how the application is labeled, train and held out.

Keys name buttons, fields and rows; "order", "list" and "nested" list such names, "mark" is what a row shows when
selected and when not.
"""

from __future__ import annotations

from lam_envs.text.language import Rules

# fmt: off
LAYOUTS: dict[str, Rules] = {
    "train": {
        "application": ("Files", "Folders"),
        "folder": ("folder", "Folder"),
        "move": ("Move", "Move to", "Move selected"),
        "copy": ("Copy", "Copy to", "Copy selected"),
        "delete": ("Delete", "Delete selected", "Remove"),
        "rename": ("Rename", "Change name", "Rename file"),
        "new": ("New folder", "Create folder", "Make folder"),
        "remove": ("Delete this folder", "Remove folder", "Delete folder"),
        "more": ("More", "More actions"),
        "chosen": ("Selected", "Selected files"),
        "confirm": ("Yes, delete", "Delete for good"),
        "name": ("Name", "New name"),
        "title": ("Folder name", "Name of the folder"),
        "save": ("Save", "Save now"),
        "row": ("{name} | {size} | {mark}", "{mark} | {name} | {size}"),
        "mark": ("selected/not selected", "on/off"),
        "path": ("{parent} / {name}", "{name} in {parent}"),
        "order": ("move copy delete rename new remove", "new remove rename move copy delete"),
        "nested": ("", "rename new remove", "copy rename remove"),
        "list": ("folders files buttons", "files folders buttons"),
    },
    "held_out": {
        "application": ("Documents", "File manager"),
        "folder": ("open folder", "subfolder"),
        "move": ("Move elsewhere", "Put into folder", "Move files"),
        "copy": ("Make a copy", "Put copy into folder", "Copy files"),
        "delete": ("Delete files", "Throw away", "Remove selected"),
        "rename": ("Give name", "Rename selected", "Set name"),
        "new": ("Add folder", "Make a new folder"),
        "remove": ("Throw away folder", "Remove this folder"),
        "more": ("Other actions", "Show more"),
        "chosen": ("Files selected", "Selection"),
        "confirm": ("Really delete", "Delete now"),
        "name": ("File name", "Called"),
        "title": ("Name of new folder", "Folder called"),
        "save": ("Submit", "Done, save"),
        "row": ("{size} | {name} | {mark}", "{mark} | {size} | {name}"),
        "mark": ("file selected/file not selected", "is on/is off"),
        "path": ("{parent} > {name}", "{name}, in {parent}"),
        "order": ("delete rename copy move remove new", "remove new move delete copy rename"),
        "nested": ("delete copy", "move rename remove", "new copy move"),
        "list": ("buttons folders files", "buttons files folders"),
    },
}
# fmt: on
