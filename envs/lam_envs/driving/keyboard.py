"""A window and the keyboard: what a person sees of a driving task and how keys become actions.

Needs pygame-ce (extra `human`) once a window is opened; importing this module does not. In tasks with meta-actions the
world waits for a key; in tasks with pedals and a wheel it runs at its own pace while keys are held.

    up, down      to the lane on the left, on the right (meta-actions); accelerate, brake (pedals and wheel)
    right, left   faster, slower (meta-actions); steer (pedals and wheel)
    space         keep on
    r, q          start the episode over; stop
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEYS = ("up", "down", "left", "right", "space", "r", "q")
"""Keys that mean something; Escape and closing the window are "q"."""

LANES_AND_SPEED: Mapping[str, int] = {"up": 0, "space": 1, "down": 2, "right": 3, "left": 4}
"""Key -> meta-action of LANE_LEFT, IDLE, LANE_RIGHT, FASTER, SLOWER."""
SPEED_ALONE: Mapping[str, int] = {"left": 0, "space": 1, "right": 2}
"""Key -> meta-action of SLOWER, IDLE, FASTER."""
LEFT_IS_POSITIVE = ("LamDrive/LaneKeeping-v0",)
"""Ids whose steering angles are positive to the left; in all others they are positive to the right."""

WHEEL_STEP = 0.2
"""The wheel turns by this much of its range in one policy step towards where it is held, and back."""
WINDOW_WIDTH = 1200
"""Least width of the window; smaller frames are shown enlarged by a whole number [pixels]."""


def load_pygame() -> Any:
    """The module pygame, or a ModuleNotFoundError that names the extra which installs it."""
    if importlib.util.find_spec("pygame") is None:
        raise ModuleNotFoundError("A window needs the module 'pygame', which is missing: pip install 'lam-gym[human]'.")
    return importlib.import_module("pygame")


class Window:
    """One window that shows frames and reads keys; it opens with the first frame."""

    def __init__(self, title: str = "lam-gym") -> None:
        self.title = title
        self.held: set[str] = set()
        self._pygame = load_pygame()
        self._screen: Any = None
        self._shown = 0.0

    def show(self, frame: NDArray[np.uint8], words: str = "") -> None:
        """Show a frame `[height, width, 3]`, with words in the title."""
        pygame = self._pygame
        height, width = frame.shape[:2]
        factor = max(1, WINDOW_WIDTH // width)
        size = (width * factor, height * factor)
        if self._screen is None or self._screen.get_size() != size:
            pygame.display.init()
            self._screen = pygame.display.set_mode(size)
        pygame.display.set_caption(f"{self.title}   {words}")
        picture = pygame.surfarray.make_surface(frame.swapaxes(0, 1))
        self._screen.blit(pygame.transform.scale(picture, size), (0, 0))
        pygame.display.flip()
        self._shown = time.perf_counter()

    def read(self) -> list[str]:
        """The keys that were pressed since the last call; `held` is what is down now. Escape and closing are "q"."""
        pygame, pressed = self._pygame, []
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                pressed.append("q")
            elif event.type in (pygame.KEYDOWN, pygame.KEYUP):
                name = pygame.key.name(event.key)
                name = "q" if name == "escape" else name
                if event.type == pygame.KEYDOWN:
                    pressed.append(name)
                    self.held.add(name)
                else:
                    self.held.discard(name)
        return pressed

    def wait_for(self, keys: Sequence[str]) -> str:
        """The first of these keys that is pressed from now on."""
        while True:
            for name in self.read():
                if name in keys:
                    return name
            time.sleep(0.01)

    def wait_until(self, seconds: float) -> list[str]:
        """Wait until so long after the last frame was shown; gives the keys pressed meanwhile."""
        pressed = self.read()
        while time.perf_counter() - self._shown < seconds:
            time.sleep(0.002)
            pressed += self.read()
        return pressed

    def close(self) -> None:
        """Close the window."""
        if self._screen is not None:
            self._pygame.display.quit()
            self._screen = None


def meta_actions(count: int) -> Mapping[str, int]:
    """Key -> action of a task with `count` meta-actions; ValueError for a number that no driving task has."""
    for actions in (LANES_AND_SPEED, SPEED_ALONE):
        if len(actions) == count:
            return actions
    raise ValueError(f"expected 3 or 5 meta-actions, got {count}: drive another task by keyboard")


class Wheel:
    """Pedals and a wheel by arrow keys: the pedal is all or nothing, the wheel turns gradually."""

    def __init__(self, left_is_positive: bool = False) -> None:
        self._left = 1.0 if left_is_positive else -1.0
        self.steering = 0.0
        """In [-1, 1], positive to the left."""

    def act(self, held: set[str]) -> NDArray[np.float32]:
        """The action [acceleration, steering] in [-1, 1] for the keys that are held."""
        wanted = float("left" in held) - float("right" in held)
        self.steering += min(max(wanted - self.steering, -WHEEL_STEP), WHEEL_STEP)
        pedal = float("up" in held) - float("down" in held)
        return np.array([pedal, self._left * self.steering], dtype=np.float32)
