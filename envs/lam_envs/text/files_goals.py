"""What Files asks for: verbs by difficulty, which combinations are trained on and held out, and the goal as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lam_envs.text.folders import Drive, Place

OBJECTS = ("file", "extension", "word", "all")
PAIRED = OBJECTS[1:3]
"""Objects of which a goal may have two."""
ATTRIBUTES = ("top", "nested", "home")
VERBS: dict[str, tuple[str, ...]] = {
    "move": OBJECTS,
    "copy": OBJECTS,
    "delete": OBJECTS,
    "rename": OBJECTS[:1],
    "rename+move": OBJECTS[:1],
    "move+remove": OBJECTS[1:],
    "create+move": OBJECTS,
    "move+delete": PAIRED,
    "copy+delete": PAIRED,
    "move+move": PAIRED,
    "copy+move": PAIRED,
    "create+move+remove": OBJECTS[1:],
    "create+move+delete": PAIRED,
    "move+move+remove": PAIRED,
    "move+delete+remove": PAIRED,
}
"""Verbs -> what they may be about. "remove" is the folder that is empty in the end."""
_NAMES = tuple(VERBS)
LEVELS = {"easy": _NAMES[:4], "normal": _NAMES[:11], "hard": _NAMES[4:]}
SIZES = {"easy": (4, 0, (1, 2), 3), "normal": (5, 2, (2, 2), 3), "hard": (6, 3, (2, 3), 4)}
"""Folders in Home, folders in those, smallest group and how many sizes there are, files beside the groups."""

Combination = tuple[str, str, str]


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, object, attribute) combinations of a difficulty and a split; every fourth one is held out."""
    chosen = []
    for verb_index, (verb, objects) in enumerate(VERBS.items()):
        for object_index, kind in enumerate(objects):
            for attribute_index, attribute in enumerate(ATTRIBUTES):
                if verb not in LEVELS[difficulty] or (attribute == "home" and "remove" in verb):
                    continue
                if attribute == "nested" and difficulty == "easy":
                    continue
                held_out = (verb_index + object_index + 2 * attribute_index) % 4 == 1
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((verb, kind, attribute))
    return tuple(chosen)


@dataclass(frozen=True)
class Step:
    """One part of a goal, in the order of the instruction."""

    verb: str
    """create, rename, move, copy, delete or remove."""
    documents: frozenset[int] = frozenset()
    folder: str = ""
    """Where to, or the folder to make or remove."""
    name: str = ""


def wanted_places(drive: Drive, steps: tuple[Step, ...]) -> tuple[frozenset[Place], frozenset[str]]:
    """Files and folders as they are to be at the end."""
    folders, places = set(drive.folders), set()
    for step in steps:
        if step.verb == "create":
            folders.add(step.folder)
        elif step.verb == "remove":
            folders.remove(step.folder)
    for file in drive.files():
        found = [file.place]
        for step in steps:
            if file.document in step.documents:
                folder, name, document = found[-1]
                if step.verb == "rename":
                    found = [(folder, step.name, document)]
                elif step.verb == "move":
                    found = [(step.folder, name, document)]
                elif step.verb == "copy":
                    found.append((step.folder, name, document))
                else:
                    found = []
                    break
        places.update(found)
    return frozenset(places), frozenset(folders)
