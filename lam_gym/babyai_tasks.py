"""The BabyAI levels as tasks: every level of minigrid that the planner `BabyAIBot` solves, with its symmetries.

A symmetry is declared where a demonstration that it moves is a demonstration of the same level, shown as often:

    M  mirror: the view flipped left to right, the turns and the words left and right exchanged
    C  joint permutation of the colors of doors, keys, balls and boxes, and of their words
    O  the same without gray: "pick up the grey object" means the walls too, which are gray
    T  joint permutation of key, ball and box, and of their words: no locked doors, which only keys open
    B  the same of ball and box alone, where keys are tools and every ball might as well be a box
    G  permutation of key, ball and box among the gray distractors of GoToRedBallGrey
    R  levels about a red ball: permutation of the other five colors, and of key and box
    P  the level about a red or a blue ball: permutation of red and blue, of the other four colors, of key and box

Not here: KeyInBox and the levels that start with an object in the hands (the bot gives up at once), and the strict
OpenDoorsOrderN*Debug, where the bot opens the other door first in most episodes.
Time limits are the levels' own. Levels that draw their limit from the length of the mission end episodes at it; theirs
is the largest that they can draw.
"""

from __future__ import annotations

from collections.abc import Mapping

from lam_gym.task_definition import Mirror, Permutation, Symmetry, Task

COLORS = ("red", "green", "blue", "purple", "yellow", "grey")
OBJECTS = (4, 5, 6, 7)
"""Codes of door, key, ball and box in channel 0 of the view."""


def _colors(name: str, *codes: int, said: bool = True) -> Permutation:
    words = tuple(COLORS[code] for code in codes) if said else ()
    return Permutation(name, "image", 1, codes, words, only=(0, OBJECTS))


_MIRROR = Mirror(
    flip={"image": 0}, remap={"direction": (2, 1, 0, 3)}, swap_actions=((0, 1),), swap_words=(("left", "right"),)
)
_KEY_AND_BOX = Permutation("key and box", "image", 0, (5, 7), ("key", "box"))
SYMMETRIES: Mapping[str, tuple[Symmetry, ...]] = {
    "M": (_MIRROR,),
    "C": (_colors("colors", 0, 1, 2, 3, 4, 5),),
    "O": (_colors("colors but gray", 0, 1, 2, 3, 4),),
    "T": (Permutation("types", "image", 0, (5, 6, 7), ("key", "ball", "box")),),
    "B": (Permutation("ball and box", "image", 0, (6, 7), ("ball", "box")),),
    "G": (Permutation("grey types", "image", 0, (5, 6, 7), (), only=(1, (5,))),),
    "R": (_colors("other colors", 1, 2, 3, 4, 5), _KEY_AND_BOX),
    "P": (_colors("red and blue", 0, 2), _colors("other colors", 1, 3, 4, 5), _KEY_AND_BOX),
}
"""Letter -> symmetries."""

LEVELS: Mapping[str, tuple[int, str]] = {
    "GoToRedBallGrey": (64, "MG"),
    "GoToRedBall": (64, "MR"),
    "GoToRedBallNoDists": (64, "M"),
    "GoToRedBlueBall": (64, "MP"),
    "GoToObj": (64, "MCT"),
    "GoToObjS4": (16, "MCT"),
    "GoToObjS6": (36, "MCT"),
    "GoToLocal": (64, "MCT"),
    "GoToLocalS5N2": (25, "MCT"),
    "GoToLocalS6N2": (36, "MCT"),
    "GoToLocalS6N3": (36, "MCT"),
    "GoToLocalS6N4": (36, "MCT"),
    "GoToLocalS7N4": (49, "MCT"),
    "GoToLocalS7N5": (49, "MCT"),
    "GoToLocalS8N2": (64, "MCT"),
    "GoToLocalS8N3": (64, "MCT"),
    "GoToLocalS8N4": (64, "MCT"),
    "GoToLocalS8N5": (64, "MCT"),
    "GoToLocalS8N6": (64, "MCT"),
    "GoToLocalS8N7": (64, "MCT"),
    "GoTo": (576, "MCT"),
    "GoToOpen": (576, "MCT"),
    "GoToObjMaze": (576, "MCT"),
    "GoToObjMazeOpen": (576, "MCT"),
    "GoToObjMazeS4R2": (64, "MCT"),
    "GoToObjMazeS4": (144, "MCT"),
    "GoToObjMazeS5": (225, "MCT"),
    "GoToObjMazeS6": (324, "MCT"),
    "GoToObjMazeS7": (441, "MCT"),
    "GoToImpUnlock": (576, "MCB"),
    "GoToSeq": (2304, "MCT"),
    "GoToSeqS5R2": (400, "MCT"),
    "GoToDoor": (441, "MC"),
    "GoToObjDoor": (576, "MCT"),
    "Open": (576, "MCT"),
    "OpenRedDoor": (50, "M"),
    "OpenDoor": (576, "MC"),
    "OpenDoorDebug": (576, "MC"),
    "OpenDoorColor": (576, "MC"),
    "OpenDoorLoc": (576, "MC"),
    "OpenTwoDoors": (720, "MC"),
    "OpenRedBlueDoors": (720, "M"),
    "OpenRedBlueDoorsDebug": (720, "M"),
    "OpenDoorsOrderN2": (720, "MC"),
    "OpenDoorsOrderN4": (720, "MC"),
    "Pickup": (576, "MCT"),
    "UnblockPickup": (576, "MCT"),
    "PickupLoc": (64, "MCT"),
    "PickupDist": (49, "MOT"),
    "PickupDistDebug": (49, "MOT"),
    "PickupAbove": (288, "MCT"),
    "PutNextLocal": (128, "MCT"),
    "PutNextLocalS5N3": (50, "MCT"),
    "PutNextLocalS6N4": (72, "MCT"),
    "PutNextS4N1": (128, "MCT"),
    "PutNextS5N1": (200, "MCT"),
    "PutNextS5N2": (200, "MCT"),
    "PutNextS6N3": (288, "MCT"),
    "PutNextS7N4": (392, "MCT"),
    "Unlock": (576, "MCB"),
    "UnlockLocal": (576, "MC"),
    "UnlockLocalDist": (576, "MCB"),
    "UnlockPickup": (72, "MC"),
    "UnlockPickupDist": (72, "MC"),
    "BlockedUnlockPickup": (576, "MC"),
    "UnlockToUnlock": (1080, "MC"),
    "ActionObjDoor": (441, "MCT"),
    "FindObjS5": (500, "MCT"),
    "FindObjS6": (720, "MCT"),
    "FindObjS7": (980, "MCT"),
    "KeyCorridor": (1080, "MC"),
    "KeyCorridorS3R1": (270, "MC"),
    "KeyCorridorS3R2": (270, "MC"),
    "KeyCorridorS3R3": (270, "MC"),
    "KeyCorridorS4R3": (480, "MC"),
    "KeyCorridorS5R3": (750, "MC"),
    "KeyCorridorS6R3": (1080, "MC"),
    "OneRoomS8": (64, "MC"),
    "OneRoomS12": (144, "MC"),
    "OneRoomS16": (256, "MC"),
    "OneRoomS20": (400, "MC"),
    "MoveTwoAcrossS5N2": (400, "MCT"),
    "MoveTwoAcrossS8N9": (1024, "MCT"),
    "Synth": (1152, "MCB"),
    "SynthS5R2": (300, "MCB"),
    "SynthLoc": (1152, "MCB"),
    "SynthSeq": (4608, "MCB"),
    "MiniBossLevel": (800, "MCB"),
    "BossLevel": (4608, "MCB"),
    "BossLevelNoUnlock": (4608, "MCT"),
}
"""Level -> time limit in steps, letters of its symmetries."""

INSTRUCTIONS = {
    "GoToRedBallGrey": "go to the red ball",
    "GoToLocal": "go to the object that the mission names",
}
"""What is asked where the mission does not say it; all other levels: do what the mission says."""

RETURNS = {"GoToRedBallGrey": (0.113, 0.919), "GoToLocal": (0.161, 0.926)}
"""Mean returns of random actions and of the bot, where measured."""


def babyai_task(level: str) -> Task:
    """The task "babyai/<level>"."""
    steps, letters = LEVELS[level]
    random_return, expert_return = RETURNS.get(level, (None, None))
    return Task(
        name=f"babyai/{level}",
        env_id=f"BabyAI-{level}-v{1 if level == 'GoToObjS6' else 0}",
        instruction=INSTRUCTIONS.get(level, "do what the mission says"),
        max_episode_steps=steps,
        success="reward",
        expert="lam_envs.third_party:babyai_bot",
        random_return=random_return,
        expert_return=expert_return,
        symmetries=tuple(symmetry for letter in letters for symmetry in SYMMETRIES[letter]),
        window=8,
        requires="minigrid",
        extra="babyai",
    )


BABYAI: Mapping[str, Task] = {f"babyai/{level}": babyai_task(level) for level in LEVELS}
"""The tasks by name."""
