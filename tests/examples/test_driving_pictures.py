"""The picture of the driving tasks: one frame with its name, and how frames are arranged."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "driving_pictures.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("driving_pictures", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_frame_has_its_name_above(script: ModuleType) -> None:
    picture = script.shoot("drive/lane-keeping")
    assert picture.shape == (300 + script.LABEL, 600, 3)
    assert (picture[: script.LABEL] == script.INK).any()
    assert (picture[: script.LABEL, 500:] == script.PAPER).all()


def test_the_tallest_come_first_and_columns_are_even(script: ModuleType) -> None:
    pictures = [np.full((height, 20, 3), shade, np.uint8) for height, shade in ((10, 1), (30, 2), (24, 3))]
    page = script.arrange(pictures)
    assert page.shape == (24 + script.GAP + 10, 2 * 20 + script.GAP, 3)
    assert page[0, 0, 0] == 2
    assert page[0, -1, 0] == 3
    assert page[-1, -1, 0] == 1
