"""What Calendar asks for: verbs by difficulty, and which combinations are trained on and held out."""

from __future__ import annotations

from functools import cache

ATTRIBUTES = ("subject and person", "subject", "person", "hour", "first", "last")
NEW_ATTRIBUTES = ATTRIBUTES[:3]
"""How a meeting that is yet to be made may be described."""
OBJECTS = ("this week", "next week")
EASY = ("cancel", "rename", "invite", "move", "create", "create first")
SINGLE = (*EASY, "move first", "move last", "create last")
DOUBLE = ("move+rename", "move first+invite", "rename+invite", "move+invite", "move first+rename", "move last+invite")
AFTER = ("move after", "create after")
TRIPLE = ("move+rename+invite", "move first+rename+invite", "move after+rename+invite", "move last+rename+invite")
VERBS = {"easy": EASY, "normal": SINGLE + DOUBLE, "hard": SINGLE[6:] + DOUBLE + AFTER + TRIPLE}
"""Verbs of each difficulty."""
SIZES = {"easy": (1, 3, 6), "normal": (2, 4, 7), "hard": (2, 5, 8)}
"""Weeks, most meetings a day, people."""
SUBJECT_POOL = 8

Combination = tuple[str, str, str]


@cache
def combinations(difficulty: str, split: str) -> tuple[Combination, ...]:
    """The (verb, object, attribute) combinations of a difficulty and a split; every fourth one is held out."""
    objects = OBJECTS[:1] if difficulty == "easy" else OBJECTS
    chosen = []
    for verb_index, verb in enumerate(SINGLE + DOUBLE + AFTER + TRIPLE):
        for object_index, week in enumerate(OBJECTS):
            for attribute_index, attribute in enumerate(NEW_ATTRIBUTES if "create" in verb else ATTRIBUTES):
                if verb not in VERBS[difficulty] or week not in objects:
                    continue
                held_out = (verb_index + 2 * object_index + attribute_index) % 4 == 0
                if split == "all" or held_out == (split == "held_out"):
                    chosen.append((verb, week, attribute))
    return tuple(chosen)
