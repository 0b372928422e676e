"""The window and the keys, on a display that shows nothing."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lam_envs.driving import keyboard
from lam_envs.driving.keyboard import LANES_AND_SPEED, SPEED_ALONE, Wheel, Window, meta_actions

FRAME = np.zeros((150, 600, 3), dtype=np.uint8)
FRAME[:, 300:] = (38, 88, 168)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    opened = Window("test")
    opened.show(FRAME)
    yield opened
    opened.close()


def press(window: Window, name: str, up: bool = False) -> None:
    pygame: Any = keyboard.load_pygame()
    kind = pygame.KEYUP if up else pygame.KEYDOWN
    pygame.event.post(pygame.event.Event(kind, key=pygame.key.key_code(name)))


def test_frames_are_shown_enlarged(window: Window) -> None:
    pygame: Any = keyboard.load_pygame()
    screen = pygame.display.get_surface()
    assert screen.get_size() == (1200, 300)
    assert tuple(screen.get_at((599, 299)))[:3] == (0, 0, 0)
    assert tuple(screen.get_at((600, 0)))[:3] == (38, 88, 168)
    assert pygame.display.get_caption()[0].startswith("test")


def test_keys_are_pressed_and_held(window: Window) -> None:
    press(window, "up")
    press(window, "left")
    press(window, "left", up=True)
    assert window.read() == ["up", "left"]
    assert window.held == {"up"}
    assert window.read() == []


def test_escape_and_closing_are_q(window: Window) -> None:
    pygame: Any = keyboard.load_pygame()
    press(window, "escape")
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    assert window.read() == ["q", "q"]


def test_waiting_for_a_key_and_for_time(window: Window) -> None:
    press(window, "a")
    press(window, "down")
    assert window.wait_for(("up", "down")) == "down"
    window.show(FRAME)
    press(window, "r")
    begun = time.perf_counter()
    assert window.wait_until(0.05) == ["r"]
    assert 0.04 < time.perf_counter() - begun < 1.0


def test_keys_of_meta_actions() -> None:
    assert meta_actions(5) is LANES_AND_SPEED
    assert meta_actions(3) is SPEED_ALONE
    assert sorted(LANES_AND_SPEED.values()) == [0, 1, 2, 3, 4]
    assert sorted(SPEED_ALONE.values()) == [0, 1, 2]
    with pytest.raises(ValueError, match="3 or 5 meta-actions"):
        meta_actions(4)


def test_the_wheel_turns_gradually_and_comes_back() -> None:
    wheel = Wheel()
    assert wheel.act({"up", "left"}).tolist() == pytest.approx([1.0, -0.2])
    for _ in range(9):
        wheel.act({"left"})
    assert wheel.act({"left", "down"}).tolist() == pytest.approx([-1.0, -1.0])
    assert wheel.act(set()).tolist() == pytest.approx([0.0, -0.8])
    assert Wheel(left_is_positive=True).act({"left"})[1] == pytest.approx(0.2)


def test_without_pygame_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"lam-gym\[human\]"):
        Window()


def test_gymnasium_shows_driving_environments_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """`render_mode="human"` is Gymnasium's own wrapper around the pictures; it needs pygame alone."""
    gymnasium = pytest.importorskip("gymnasium")
    pytest.importorskip("pygame")
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    with pytest.warns(UserWarning, match="HumanRendering"):
        env = gymnasium.make("LamDrive/Highway-v0", render_mode="human", disable_env_checker=True)
    env.reset(seed=0)
    env.step(1)
    assert env.window.get_size() == (600, 150)
    env.close()
