"""What a task shows and takes, in a form that a model is built from and a checkpoint keeps.

Modalities: "vector" (floats), "codes" (one or several categorical values, shown one-hot), "grid" (cells of small
integers, H x W x C), "set" (K rows of F features in no order, see `Task.modalities`), "picture" (uint8, H x W,
H x W x C or C x H x W) and "text". Action kinds: "categorical" (Discrete), "continuous" (Box), "text" (one of the
admissible strings). An array of floats is a vector, a small three-dimensional one of integers a grid, a two-dimensional
or large one of uint8 a picture, unless the task says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lam_gym.errors import BadConfig, nearest
from lam_gym.task import Task, make_env

if TYPE_CHECKING:
    import gymnasium

GRID_LIMIT = 16
"""Largest height and width of a grid of cells."""
PICTURE_LIMIT = 256
"""Largest height and width of a picture."""
MOST_CHANNELS = 16
"""Most channels (colors, or pictures of a stack) of a picture."""
CELL_VALUES = 256
"""Values that one channel of a cell may take."""
INSTRUCTION_KEYS = ("instruction", "mission")
"""Text fields that say what is asked in an episode."""
ACTIONS_KEY = "admissible_actions"
"""Key under which a policy gets the admissible text actions of a step."""


@dataclass(frozen=True)
class FieldSpaces:
    """One observation field."""

    key: str
    """Flat key; "" for a plain array."""
    modality: str
    """"vector", "codes", "grid", "set", "picture" or "text"."""
    shape: tuple[int, ...] = ()
    """Shape of one observation (text: empty)."""
    sizes: tuple[int, ...] = ()
    """Codes: one more than the highest value of each entry; grid: the same for each channel; picture: of a pixel."""

    @property
    def width(self) -> int:
        """Numbers that a vector or one-hot codes take."""
        return sum(self.sizes) if self.modality == "codes" else int(np.prod(self.shape))

    @property
    def channel_axis(self) -> int | None:
        """Pictures: the axis of the channels; None where there is none. A stack of up to 4 pictures may come first."""
        if len(self.shape) == 2:
            return None
        return 0 if self.shape[0] <= 4 and self.shape[0] < min(self.shape[1:]) else 2

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """Pictures: height, width and channels."""
        sizes = list(self.shape)
        channels = 1 if self.channel_axis is None else sizes.pop(self.channel_axis)
        return sizes[0], sizes[1], channels


@dataclass(frozen=True)
class ActionSpaces:
    """What the task takes."""

    kind: str
    """"categorical", "continuous" or "text"."""
    size: int = 0
    """Categorical: number of actions; continuous: number of dimensions."""
    first: int = 0
    """Categorical: the lowest action."""
    low: tuple[float, ...] = ()
    """Continuous: lower bounds."""
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class TaskSpaces:
    """All fields and the action of one task."""

    task: str
    instruction: str
    """The task's own words, for environments that show none."""
    window: int
    fields: tuple[FieldSpaces, ...]
    action: ActionSpaces
    repeats: bool = True
    """Text actions: whether a demo takes one again on the same screen. Where none does, a policy does not either."""
    labels: tuple[str, ...] = ()
    """Text actions: names that recur all over the demos, such as "click button | Archive"; see `labels`."""
    data_names: tuple[str, ...] = ()
    """Text actions: names that recur but are no labels, and the words that only rare names have."""
    screen_words: tuple[str, ...] = ()
    """Text actions: words of the screens' lines that never stand beside some label; see `strangers`."""
    strangers: tuple[str, ...] = ()
    """Text actions: what never stands beside each label, among labels and these words, packed."""

    @property
    def memory_free(self) -> bool:
        """One observation decides the action."""
        return self.window == 1

    @property
    def is_vector(self) -> bool:
        """One plain vector in, no text, no memory."""
        return self.memory_free and len(self.fields) == 1 and self.fields[0].modality == "vector"

    @property
    def instruction_key(self) -> str | None:
        """The field with the episode's instruction, where there is one."""
        keys = [field.key for field in self.fields if field.key in INSTRUCTION_KEYS and field.modality == "text"]
        return keys[0] if keys else None

    @property
    def signature(self) -> str:
        """Spaces without names: tasks of one signature share encoders and heads."""
        parts = [f"{field.modality}{list(field.shape)}{list(field.sizes)}" for field in self.fields]
        return f"{','.join(parts)}->{self.action.kind}{self.action.size}"

    def to_json(self) -> dict[str, Any]:
        """Plain data for a checkpoint."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TaskSpaces:
        """The inverse of `to_json`."""
        fields = tuple(
            FieldSpaces(entry["key"], entry["modality"], tuple(entry["shape"]), tuple(entry["sizes"]))
            for entry in data["fields"]
        )
        action = data["action"]
        return cls(
            task=data["task"],
            instruction=data["instruction"],
            window=data["window"],
            fields=fields,
            action=ActionSpaces(
                action["kind"], action["size"], action["first"], tuple(action["low"]), tuple(action["high"])
            ),
            repeats=data.get("repeats", True),
            labels=tuple(data.get("labels", ())),
            data_names=tuple(data.get("data_names", ())),
            screen_words=tuple(data.get("screen_words", ())),
            strangers=tuple(data.get("strangers", ())),
        )


def describe(task: Task, window: int = 0) -> TaskSpaces:
    """The task's spaces, read from its environment; `window` 0 takes the task's own."""
    env = make_env(task)
    try:
        fields = tuple(_describe_fields("", env.observation_space, task.modalities))
        for key in set(task.modalities) - {field.key for field in fields}:
            raise BadConfig(f"Task '{task.name}' gives a modality for '{key}', which its observations do not show.")
        return TaskSpaces(
            task=task.name,
            instruction=task.instruction,
            window=window or task.window,
            fields=fields,
            action=_describe_action(env.action_space),
        )
    finally:
        env.close()


def _describe_fields(key: str, space: gymnasium.Space[Any], modalities: Mapping[str, str]) -> list[FieldSpaces]:
    from gymnasium import spaces

    if isinstance(space, (spaces.Dict, spaces.Tuple)):
        items = space.spaces.items() if isinstance(space, spaces.Dict) else enumerate(space.spaces)
        prefix = f"{key}/" if key else ""
        return [field for name, inner in items for field in _describe_fields(f"{prefix}{name}", inner, modalities)]
    if isinstance(space, spaces.Discrete) and space.start >= 0:
        return [FieldSpaces(key, "codes", (), (int(space.start + space.n),))]
    first = np.asarray(getattr(space, "start", 0))  # of MultiDiscrete: Gymnasium 1.0 and later
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1 and (first >= 0).all():
        return [FieldSpaces(key, "codes", space.nvec.shape, tuple(int(top) for top in space.nvec + first))]
    if isinstance(space, (spaces.Box, spaces.MultiBinary)):
        shape = tuple(int(size) for size in space.shape)
        modality = modalities.get(key) or _guess_modality(shape, np.dtype(space.dtype or np.float64))
        if modality not in _ARRAYS:
            raise BadConfig(f"Observation field '{key}' is an array: {nearest(modality, _ARRAYS)}")
        return [_ARRAYS[modality](key, shape, space)]
    if isinstance(space, spaces.Text) or isinstance(space.sample(), str):
        return [FieldSpaces(key, "text")]
    raise BadConfig(f"Observation field '{key}' is a {type(space).__name__}, which no encoder reads.")


def _guess_modality(shape: tuple[int, ...], dtype: np.dtype[Any]) -> str:
    if len(shape) == 3 and np.issubdtype(dtype, np.integer):
        return "grid" if max(shape[:2]) <= GRID_LIMIT else "picture"
    return "picture" if len(shape) == 2 and dtype == np.uint8 else "vector"


def _describe_vector(key: str, shape: tuple[int, ...], space: Any) -> FieldSpaces:
    return FieldSpaces(key, "vector", shape)


def _describe_grid(key: str, shape: tuple[int, ...], space: Any) -> FieldSpaces:
    low, high = getattr(space, "low", np.zeros(shape)), getattr(space, "high", np.ones(shape))  # Box, MultiBinary
    if low.min() < 0 or high.max() >= CELL_VALUES or len(shape) != 3 or max(shape[:2]) > GRID_LIMIT:
        raise BadConfig(
            f"Observation field '{key}' is a grid of shape {shape} and values from {low.min()} to {high.max()}; grids "
            f"H x W x C up to {GRID_LIMIT}x{GRID_LIMIT} of values from 0 to {CELL_VALUES - 1} are read: wrap the "
            "environment to shift them, or to show floats."
        )
    return FieldSpaces(key, "grid", shape, tuple(int(value) + 1 for value in high.max(axis=(0, 1))))


def _describe_picture(key: str, shape: tuple[int, ...], space: Any) -> FieldSpaces:
    field = FieldSpaces(key, "picture", shape, (int(np.max(getattr(space, "high", 1))) + 1,))
    fits = space.dtype == np.uint8 and len(shape) in (2, 3)
    if not fits or max(field.picture_shape[:2]) > PICTURE_LIMIT or field.picture_shape[2] > MOST_CHANNELS:
        raise BadConfig(
            f"Observation field '{key}' is a picture of shape {shape} and type {space.dtype}; pictures of uint8 up to "
            f"{PICTURE_LIMIT}x{PICTURE_LIMIT} with up to {MOST_CHANNELS} channels are read: wrap the environment to "
            "scale them."
        )
    return field


def _describe_set(key: str, shape: tuple[int, ...], space: Any) -> FieldSpaces:
    if len(shape) != 2 or shape[1] < 2:
        raise BadConfig(
            f"Observation field '{key}' is a set of shape {shape}; a set has rows, and in each one a presence flag and "
            "features: show it as [rows, 1 + features]."
        )
    return FieldSpaces(key, "set", shape)


_ARRAYS = {"vector": _describe_vector, "grid": _describe_grid, "picture": _describe_picture, "set": _describe_set}


def _describe_action(space: gymnasium.Space[Any]) -> ActionSpaces:
    from gymnasium import spaces

    if isinstance(space, spaces.Discrete):
        return ActionSpaces("categorical", int(space.n), int(space.start))
    if isinstance(space, spaces.Box) and len(space.shape) == 1:
        low, high = (tuple(float(value) for value in bound) for bound in (space.low, space.high))
        return ActionSpaces("continuous", int(space.shape[0]), 0, low, high)
    if isinstance(space, spaces.Text):
        return ActionSpaces("text")
    raise BadConfig(f"Actions in {space} have no head: Discrete, one-dimensional Box and Text are taken.")
