"""Spaces of every kind as data that a network is built from, or refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from lam_gym import TASKS, Task, get_task
from lam_gym.errors import BadConfig
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces, describe

BOX = spaces.Box(-1, 1, (2,), np.float32)
TWO = spaces.Discrete(2)
BABYAI = ("babyai/GoToLocal", "babyai/GoToRedBallGrey")


class SpacesEnv(gymnasium.Env[Any, Any]):
    """Any two spaces."""

    def __init__(self, observation_space: Any, action_space: Any) -> None:
        self.observation_space, self.action_space = observation_space, action_space


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    gymnasium.register(id="LamTest/Spaces-v0", entry_point=SpacesEnv, disable_env_checker=True)
    yield
    del gymnasium.registry["LamTest/Spaces-v0"]


def described(observation: Any, action: Any = TWO, window: int = 1, **modalities: str) -> TaskSpaces:
    kwargs = {"observation_space": observation, "action_space": action}
    said = {key.replace("plain", ""): modality for key, modality in modalities.items()}
    return describe(Task("test/spaces", "LamTest/Spaces-v0", "do", 5, kwargs=kwargs, window=window, modalities=said))


@pytest.mark.parametrize(
    ("space", "fields"),
    [
        (BOX, [FieldSpaces("", "vector", (2,))]),
        (spaces.Box(-1, 1, (2, 3), np.float32), [FieldSpaces("", "vector", (2, 3))]),
        (spaces.Box(0, 1, (), np.float32), [FieldSpaces("", "vector", ())]),
        (spaces.Box(0, 255, (4,), np.uint8), [FieldSpaces("", "vector", (4,))]),
        (spaces.MultiBinary(3), [FieldSpaces("", "vector", (3,))]),
        (spaces.MultiBinary((2, 2, 3)), [FieldSpaces("", "grid", (2, 2, 3), (2, 2, 2))]),
        (spaces.Discrete(5), [FieldSpaces("", "codes", (), (5,))]),
        (spaces.Discrete(5, start=3), [FieldSpaces("", "codes", (), (8,))]),
        (spaces.MultiDiscrete([2, 7]), [FieldSpaces("", "codes", (2,), (2, 7))]),
        (spaces.Box(0, 9, (3, 4, 2), np.int64), [FieldSpaces("", "grid", (3, 4, 2), (10, 10))]),
        (spaces.Box(0, 255, (84, 90, 3), np.uint8), [FieldSpaces("", "picture", (84, 90, 3), (256,))]),
        (spaces.Box(0, 16, (8, 8), np.uint8), [FieldSpaces("", "picture", (8, 8), (17,))]),
        (spaces.Box(0, 1, (8, 8, 1), np.float32), [FieldSpaces("", "vector", (8, 8, 1))]),
        (spaces.Text(9), [FieldSpaces("", "text")]),
        (
            spaces.Dict({"b": BOX, "a": spaces.Tuple([spaces.Discrete(2), spaces.Text(4)])}),
            [FieldSpaces("a/0", "codes", (), (2,)), FieldSpaces("a/1", "text"), FieldSpaces("b", "vector", (2,))],
        ),
    ],
)
def test_observations(space: Any, fields: list[FieldSpaces]) -> None:
    got = described(space)
    assert sorted(got.fields, key=lambda field: field.key) == fields
    assert TaskSpaces.from_json(json.loads(json.dumps(got.to_json()))) == got
    assert TaskSpaces.from_json({k: v for k, v in got.to_json().items() if k != "repeats"}) == got, "as 0.1 wrote it"


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (spaces.Box(0, 255, (257, 84, 3), np.uint8), r"picture of shape \(257, 84, 3\)"),
        (spaces.Box(0, 255, (84, 84, 17), np.uint8), "up to 16 channels"),
        (spaces.Box(0, 255, (17, 4, 3), np.int64), "picture of shape .* and type int64"),
        (spaces.Box(-1, 1, (3, 3, 1), np.int8), "from -1 to 1"),
        (spaces.Box(0, 256, (3, 3, 1), np.int64), "from 0 to 256"),
        (spaces.Discrete(3, start=-1), "Discrete"),
        (spaces.MultiDiscrete(np.array([[2, 2], [2, 2]])), "MultiDiscrete"),
        (spaces.Dict({"inner": spaces.Sequence(BOX)}), "'inner' is a Sequence"),
    ],
)
def test_observations_that_no_encoder_reads(space: Any, words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        described(space)


def test_what_a_task_says_of_its_arrays() -> None:
    """A set looks like any array of floats, a small picture like a grid."""
    rows = spaces.Box(-1, 1, (5, 7), np.float32)
    assert described(rows, plain="set").fields == (FieldSpaces("", "set", (5, 7)),)
    small = spaces.Dict({"digit": spaces.Box(0, 16, (8, 8, 1), np.uint8)})
    assert described(small, digit="picture").fields == (FieldSpaces("digit", "picture", (8, 8, 1), (17,)),)
    assert described(small, digit="vector").fields[0].modality == "vector"
    assert described(small).fields[0].modality == "grid"
    for space, said, words in (
        (BOX, {"plain": "set"}, r"set of shape \(2,\)"),
        (BOX, {"plain": "picture"}, "type float32"),
        (BOX, {"plain": "grid"}, r"grid of shape \(2,\)"),
        (BOX, {"plain": "sets"}, "did you mean 'set'"),
        (BOX, {"rows": "set"}, "modality for 'rows', which its observations do not show"),
    ):
        with pytest.raises(BadConfig, match=words):
            described(space, **said)


@pytest.mark.parametrize(
    ("shape", "layout"),
    [((8, 9), (8, 9, 1)), ((8, 9, 3), (8, 9, 3)), ((3, 8, 9), (8, 9, 3)), ((4, 64, 128), (64, 128, 4))],
)
def test_layouts_of_pictures(shape: tuple[int, ...], layout: tuple[int, ...]) -> None:
    assert FieldSpaces("", "picture", shape, (256,)).picture_shape == layout


@pytest.mark.parametrize(
    ("space", "action"),
    [
        (spaces.Discrete(4), ActionSpaces("categorical", 4)),
        (spaces.Discrete(4, start=-2), ActionSpaces("categorical", 4, -2)),
        (spaces.Box(-2, 3, (2,), np.float32), ActionSpaces("continuous", 2, 0, (-2.0, -2.0), (3.0, 3.0))),
        (spaces.Text(5), ActionSpaces("text")),
    ],
)
def test_actions(space: Any, action: ActionSpaces) -> None:
    assert described(BOX, space).action == action


def test_unbounded_actions_survive_json() -> None:
    got = described(BOX, spaces.Box(-np.inf, np.inf, (1,), np.float32))
    assert TaskSpaces.from_json(json.loads(json.dumps(got.to_json()))) == got


@pytest.mark.parametrize("space", [spaces.MultiDiscrete([2, 2]), spaces.Box(-1, 1, (2, 2)), spaces.Dict({"a": BOX})])
def test_actions_without_a_head(space: Any) -> None:
    with pytest.raises(BadConfig, match="have no head"):
        described(BOX, space)


def test_what_the_properties_say() -> None:
    vector = described(BOX)
    assert vector.memory_free
    assert vector.is_vector
    assert vector.instruction_key is None
    assert not described(BOX, window=3).is_vector
    assert not described(spaces.Discrete(2)).is_vector
    text = described(spaces.Dict({"mission": spaces.Text(5), "image": spaces.Box(0, 3, (2, 2, 1), np.uint8)}))
    assert text.instruction_key == "mission"
    assert described(spaces.Dict({"mission": BOX})).instruction_key is None
    assert described(spaces.MultiDiscrete([2, 7])).fields[0].width == 9
    assert described(spaces.Box(-1, 1, (2, 3))).fields[0].width == 6
    assert vector.signature == described(spaces.Dict({"other": BOX})).signature
    assert vector.signature != described(BOX, spaces.Discrete(3)).signature
    assert describe(get_task("control/cartpole"), window=5).window == 5


def test_tasks_of_the_table() -> None:
    own = [name for name, task in TASKS.items() if task.requires == "lam_envs"]
    found = {name: describe(get_task(name)) for name in (*own, *BABYAI, "control/cartpole")}
    kinds = {name: spaces.action.kind for name, spaces in found.items()}
    assert [field.modality for field in found["drive/highway"].fields] == ["set"]
    assert [field.modality for field in found["data/digits"].fields][:1] == ["picture"]
    assert kinds["drive/lane-keeping"] == "continuous"
    assert kinds["text/mail"] == "text"
    assert kinds["control/cartpole"] == kinds["babyai/GoToLocal"] == "categorical"
    assert found["babyai/GoToLocal"].signature == found["babyai/GoToRedBallGrey"].signature
    assert [field.modality for field in found["babyai/GoToLocal"].fields] == ["codes", "grid", "text"]
