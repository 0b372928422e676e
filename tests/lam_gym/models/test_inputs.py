"""Observations as tensors: every modality, padded candidates, and observations of other spaces refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.errors import BadCheckpoint
from lam_gym.models.inputs import Inputs, Windows, collate, encode_candidates, encode_field, screen_texts
from lam_gym.models.spaces import FieldSpaces, describe
from lam_gym.models.words import word_ids


def test_fields() -> None:
    vector = encode_field(FieldSpaces("", "vector", (2, 2)), [np.ones((2, 2), dtype=np.float64)])
    assert vector.dtype == torch.float32
    assert vector.tolist() == [[1.0] * 4]
    assert encode_field(FieldSpaces("", "codes", (), (5,)), [3, 4]).tolist() == [[3], [4]]
    grid = encode_field(FieldSpaces("", "grid", (1, 1, 2), (9, 9)), np.array([[[[1, 255]]]], dtype=np.uint8))
    assert grid.tolist() == [[[[1, 255]]]]
    assert encode_field(FieldSpaces("screen", "text"), ["a " * 500]).shape == (1, 256)
    assert encode_field(FieldSpaces("mission", "text"), ["a " * 500]).shape == (1, 64)


def test_candidates() -> None:
    screens = ["[1] row Anna\n[2] button Go", "[1] row Bob"]
    candidates = encode_candidates(screens, [("click 1", "click 2", "wait"), ("click 1",)])
    assert candidates.shape == (2, 3, 4)
    assert candidates[0, 0].tolist() == list(word_ids("click row | anna"))
    assert candidates[1, 0].tolist() == list(word_ids("click row | bob"))
    assert candidates[0, 2].tolist() == [*word_ids("wait"), 0, 0, 0]
    assert (candidates[1, 1:] == 0).all()


def test_screens_leave_the_instruction_out() -> None:
    spaces = describe(get_task("text/mail"))
    observation = {"instruction": "do", "screen": "here"}
    assert screen_texts(spaces, [observation]) == ["here"]
    assert screen_texts(describe(get_task("babyai/GoToLocal")), [{"mission": "go"}]) == [""]


@pytest.mark.parametrize("name", ["control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToLocal"])
def test_real_observations(name: str, real_demos: dict[str, list[Trajectory]]) -> None:
    spaces = describe(get_task(name))
    trajectory = real_demos[name][0]
    inputs = collate(spaces, [trajectory.observation(step) for step in range(3)])
    assert inputs.size == 3
    assert set(inputs.fields) == {field.key for field in spaces.fields}
    assert (inputs.candidates is not None) == (name == "text/mail")
    chosen = inputs.select(torch.tensor([2]))
    assert chosen.size == 1
    assert chosen.windows is None


@pytest.mark.parametrize(
    ("name", "observations"),
    [
        ("control/cartpole", [np.zeros(5, dtype=np.float32)]),
        ("control/cartpole", [{"position": np.zeros(4)}]),
        ("control/cartpole", ["a text"]),
        ("control/cartpole", [np.zeros(4), np.zeros(5)]),
        ("babyai/GoToLocal", [np.zeros(4)]),
        ("babyai/GoToLocal", [{"image": np.zeros((9, 9, 3), dtype=np.uint8), "direction": 0, "mission": "go"}]),
        ("babyai/GoToLocal", [{"image": np.zeros((7, 7, 3), dtype=np.uint8), "direction": 0}]),
        ("babyai/GoToLocal", [{"image": np.zeros((7, 7, 3), dtype=np.uint8), "direction": 0, "mission": 3}]),
        ("text/mail", [{"instruction": "do", "screen": "here"}]),
        ("text/mail", [{"instruction": "do", "screen": "here", "admissible_actions": ()}]),
        ("text/mail", ["here"]),
    ],
)
def test_observations_of_other_spaces(name: str, observations: list[Any]) -> None:
    with pytest.raises(BadCheckpoint) as caught:
        collate(describe(get_task(name)), observations)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_windows_can_be_exchanged() -> None:
    windows = Windows(1, 2, torch.tensor([0, 0]), torch.tensor([0, 1]))
    inputs = Inputs({"": torch.zeros(2, 3)})
    assert inputs.placed(windows).windows is windows
    assert inputs.placed(windows).placed(None).windows is None
