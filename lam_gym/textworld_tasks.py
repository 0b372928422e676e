"""TextWorld's generated games as tasks, with the symmetries of what they show.

A game is known by its words alone, so what may change places in them is what the games' own rules and tables treat
alike: the four directions (the map mirrored and turned), the rooms of the coin game, chopping, slicing and dicing, and
foods that are found in the same places and may be prepared in the same ways.
"""

from __future__ import annotations

from collections.abc import Mapping

from lam_gym.task_definition import Mirror, Permutation, Symmetry, Task

GAMES = (
    ("coin", 5, 30, 1),
    ("coin", 10, 60, 1),
    ("cooking", 1, 30, 1),
    ("cooking", 2, 30, 1),
    ("cooking", 3, 40, 1),
    ("cooking", 4, 60, 8),
)
"""Game, level, time limit in steps and window of each task: only in the last are there rooms to be remembered."""

COMPASS = tuple(
    Mirror(swap_words=pairs)
    for pairs in ((("east", "west"),), (("north", "south"),), (("north", "east"), ("south", "west")))
)
"""The eight ways to lay out the four directions."""

# fmt: off
ROOMS = (
    "washroom", "bathroom", "restroom", "launderette", "laundromat", "laundry place", "shower", "sauna", "steam room",
    "pantry", "basement", "closet", "garage", "vault", "cellar", "spare room", "kitchen", "kitchenette", "canteen",
    "cookery", "scullery", "cookhouse", "dish-pit", "bedroom", "bedchamber", "chamber", "lounge", "bar", "parlor",
    "salon", "playroom", "recreation zone", "studio", "workshop", "cubicle", "study",
)
# fmt: on
"""Rooms of the coin game, in which nothing depends on what a room is called; all take "a"."""

_BELL_PEPPERS = ("red bell pepper", "yellow bell pepper", "green bell pepper")
FOODS = (
    ("chicken wing", "chicken leg", "chicken breast"),
    ("pork chop", "red tuna", "white tuna"),
    ("carrot", "lettuce", "red onion", "white onion", "yellow onion", *_BELL_PEPPERS),
    ("red potato", "yellow potato", "purple potato"),
    ("banana", "tomato", "red apple", "yellow apple", "green apple", "red hot pepper", "green hot pepper"),
    ("vegetable oil", "peanut oil", "olive oil"),
    ("black pepper", "flour", "salt", "sugar"),
    ("cilantro", "parsley"),
    ("milk", "water"),
)
"""Foods that the cooking game treats alike; all take "a", or all take "some"."""

_CHOP_SLICE, _SLICE_DICE = (
    Mirror(swap_words=pairs)
    for pairs in ((("chop", "slice"), ("chopped", "sliced")), (("slice", "dice"), ("sliced", "diced")))
)
SYMMETRIES: Mapping[str, tuple[Symmetry, ...]] = {
    "coin": (*COMPASS, Permutation("rooms", "screen", 0, tuple(range(len(ROOMS))), ROOMS)),
    "cooking": (
        *COMPASS,
        *(Permutation("foods", "screen", 0, tuple(range(len(foods))), foods) for foods in FOODS),
        _CHOP_SLICE,
        _SLICE_DICE,
        _CHOP_SLICE,
    ),
}
"""Game -> symmetries; the three exchanges of ways to cut, one after the other, make all six orders."""


def textworld_task(game: str, level: int, steps: int, window: int) -> Task:
    """The task "textworld/<game>-<level>"."""
    return Task(
        name=f"textworld/{game}-{level}",
        env_id="LamTextWorld/Game-v0",
        instruction="find the coin" if game == "coin" else "prepare the meal of the cookbook and eat it",
        max_episode_steps=steps,
        kwargs={"game": game, "level": level},
        expert="lam_envs.textworld_games:planner",
        symmetries=SYMMETRIES[game],
        window=window,
        requires="textworld",
        extra="textworld",
    )


TEXTWORLD: Mapping[str, Task] = {task.name: task for task in (textworld_task(*game) for game in GAMES)}
"""The tasks by name."""
