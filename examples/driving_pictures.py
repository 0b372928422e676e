"""One frame of every driving task, driven by its expert, in one picture for the README.

python examples/driving_pictures.py            writes examples/driving.png
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lam_envs.driving.painting import write_text
from lam_gym import TASKS, ExpertPolicy
from lam_gym.evaluation.films import watch

OUT = Path(__file__).parent / "driving.png"
SHOTS: Mapping[str, tuple[int, float]] = {
    "drive/highway": (0, 0.43),
    "drive/parking": (3, 0.62),
    "drive/intersection": (3, 0.5),
    "drive/roundabout": (3, 0.5),
}
"""Task -> seed and moment of its frame, as a share of the episode."""
SEED, MOMENT = 3, 0.4
"""The same for tasks that are not in `SHOTS`."""
GAP, LABEL = 14, 24
"""Space between pictures, and the height of a label above each [pixels]."""
PAPER, INK = 255, 40
"""Gray of the background and of the labels."""


def shoot(name: str) -> NDArray[np.uint8]:
    """The frame of one task, with its name above."""
    seed, moment = SHOTS.get(name, (SEED, MOMENT))
    frames = watch(ExpertPolicy(name), name, seed).frames
    frame = frames[int(moment * (len(frames) - 1))]
    label = np.zeros((LABEL, frame.shape[1], 3), dtype=np.uint8)
    write_text(label, name.replace("-", " "), 4, 2, 3)
    label = np.where(label > 0, INK, PAPER).astype(np.uint8)
    return np.concatenate([label, frame])


def arrange(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """All pictures in two columns of as equal height as can be, the tallest first."""
    tallest = sorted(pictures, key=len, reverse=True)

    def columns(places: Sequence[int]) -> list[list[NDArray[np.uint8]]]:
        return [[each for each, place in zip(tallest, places) if place == column] for column in (0, 1)]

    def height(column: Sequence[NDArray[np.uint8]]) -> int:
        return sum(len(each) + GAP for each in column)

    best = min(product((0, 1), repeat=len(tallest)), key=lambda places: max(map(height, columns(places))))
    width = max(picture.shape[1] for picture in pictures)
    page = np.full((max(map(height, columns(best))) - GAP, 2 * width + GAP, 3), PAPER, dtype=np.uint8)
    for number, column in enumerate(columns(best)):
        top, left = 0, number * (width + GAP)
        for picture in column:
            page[top : top + len(picture), left : left + picture.shape[1]] = picture
            top += len(picture) + GAP
    return page


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args(arguments)
    names = [name for name, task in TASKS.items() if name.startswith("drive/") and not task.extra]
    page = Image.fromarray(arrange([shoot(name) for name in names]))
    page.save(given.out, optimize=True)
    print(f"{len(names)} tasks: '{given.out}'")


if __name__ == "__main__":
    main()
