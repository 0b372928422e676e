"""Observations as tensors, packed: N frames without padding, and where each stands in its window.

Letters: N frames, B windows of T frames, D numbers of a vector, L words of a text, A admissible actions, R lines of a
screen, K words of a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadCheckpoint
from lam_gym.models.encoders import LONGEST_INSTRUCTION
from lam_gym.models.heads import MOST_CANDIDATES, MOST_LINES
from lam_gym.models.spaces import ACTIONS_KEY, INSTRUCTION_KEYS, FieldSpaces, TaskSpaces
from lam_gym.models.text_reader import LONGEST_ACTION
from lam_gym.models.words import describe_action, encode_texts, other_lines
from lam_gym.trajectory import Observation

LONGEST_TEXT = 256
"""Words of a screen that are read."""


@dataclass(frozen=True)
class Windows:
    """Places of N packed frames in a padded [B, T] layout; time 0 is the first frame of a window."""

    batch: int
    length: int
    row: Int[Tensor, " N"]
    time: Int[Tensor, " N"]


@dataclass(frozen=True)
class Inputs:
    """What a network reads: one tensor per field, [N, ...]."""

    fields: dict[str, Tensor]
    """vector: floats [N, D]; codes: integers [N, n]; grid: integers [N, H, W, C]; set: floats [N, K, F]; picture: uint8
    [N, H, W, C]; text: word ids [N, L]."""
    candidates: Int[Tensor, "N A L"] | None = None
    """Text tasks: the words of each admissible action."""
    lines: Int[Tensor, "N R K"] | None = None
    """Text tasks: the words of each line of the screen that no admissible action refers to."""
    windows: Windows | None = None
    """None: each frame is a window of its own."""

    @property
    def size(self) -> int:
        """N."""
        return len(next(iter(self.fields.values())))

    def select(self, rows: Int[Tensor, " M"]) -> Inputs:
        """These frames, each a window of its own."""
        fields = {key: values[rows] for key, values in self.fields.items()}
        candidates = None if self.candidates is None else self.candidates[rows]
        return Inputs(fields, candidates, None if self.lines is None else self.lines[rows])

    def placed(self, windows: Windows | None) -> Inputs:
        """The same frames in other windows."""
        return replace(self, windows=windows)


def encode_field(field: FieldSpaces, values: Any) -> Tensor:
    """One observation field of N steps as the tensor that its encoder takes."""
    if field.modality == "text":
        longest = LONGEST_INSTRUCTION if field.key in INSTRUCTION_KEYS else LONGEST_TEXT
        return torch.from_numpy(encode_texts(list(values), longest))
    array = np.asarray(values)
    if field.modality == "vector":
        return torch.from_numpy(np.ascontiguousarray(array.reshape(len(array), -1), dtype=np.float32))
    if field.modality == "codes":
        return torch.from_numpy(array.reshape(len(array), -1).astype(np.int64))
    if field.modality == "set":
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
    if field.modality == "picture":
        return torch.from_numpy(channels_last(field, array).copy())
    return torch.from_numpy(array.astype(np.int64))


def channels_last(field: FieldSpaces, pictures: NDArray[Any]) -> NDArray[Any]:
    """Pictures [N, ...] of any layout as [N, H, W, C]."""
    axis = field.channel_axis
    return pictures[..., None] if axis is None else np.moveaxis(pictures, axis + 1, -1)


def encode_candidates(screens: Sequence[str], admissible: Sequence[Sequence[str]]) -> Int[Tensor, "N A L"]:
    """Words of each admissible action as it reads on its screen; rows of zeros behind the last one."""
    return _encode_lists([describe_candidates(*pair) for pair in zip(screens, admissible)])


def encode_lines(screens: Sequence[str], admissible: Sequence[Sequence[str]]) -> Int[Tensor, "N R K"]:
    """Words of each line to which no admissible action refers; rows of zeros behind the last one."""
    return _encode_lists([remaining_lines(*pair) for pair in zip(screens, admissible)])


def describe_candidates(screen: str, actions: Sequence[str]) -> list[str]:
    """The admissible actions that are considered, as they read on the screen."""
    return [describe_action(action, screen) for action in actions[:MOST_CANDIDATES]]


def remaining_lines(screen: str, actions: Sequence[str]) -> list[str]:
    """The lines that are read beside the candidates."""
    return other_lines(actions[:MOST_CANDIDATES], screen)[:MOST_LINES]


def _encode_lists(lists: Sequence[Sequence[str]]) -> Int[Tensor, "N K L"]:
    """Words of each text of N lists; rows of zeros behind the last one of a list."""
    words = encode_texts([text for texts in lists for text in texts], LONGEST_ACTION)
    encoded = np.zeros((len(lists), max(1, *map(len, lists)), words.shape[1]), dtype=np.int64)
    places = np.array([index for texts in lists for index in range(len(texts))], dtype=np.int64)
    rows = np.repeat(np.arange(len(lists)), [len(texts) for texts in lists])
    encoded[rows, places] = words
    return torch.from_numpy(encoded)


def screen_texts(spaces: TaskSpaces, observations: Sequence[Observation]) -> list[str]:
    """The text on which numbered actions are looked up: every text field but the instruction, joined."""
    keys = [field.key for field in spaces.fields if field.modality == "text" and field.key not in INSTRUCTION_KEYS]
    if not keys:
        return [""] * len(observations)
    return ["\n".join(observation[key] for key in keys) for observation in observations]


def collate(spaces: TaskSpaces, observations: Sequence[Observation]) -> Inputs:
    """Observations of N environments as inputs."""
    fields: dict[str, Tensor] = {}
    for field in spaces.fields:
        try:
            values: Any = (
                [observation[field.key] for observation in observations]
                if field.key or isinstance(observations[0], dict)
                else np.array(observations)
            )
            fields[field.key] = encode_field(field, values)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise BadCheckpoint(
                f"The policy was trained on observations of '{spaces.task}' with a {field.modality} field "
                f"'{field.key}', which the observations given do not show: evaluate it on a task with the same spaces."
            ) from error
        _check_shape(spaces, field, fields[field.key])
    candidates = lines = None
    if spaces.action.kind == "text":
        admissible = [observation.get(ACTIONS_KEY, ()) for observation in observations]
        if not all(admissible):
            raise BadCheckpoint(
                f"The policy of '{spaces.task}' chooses among admissible actions, and an observation given has none "
                f"under '{ACTIONS_KEY}'."
            )
        screens = screen_texts(spaces, observations)
        candidates, lines = encode_candidates(screens, admissible), encode_lines(screens, admissible)
    return Inputs(fields, candidates, lines)


def _check_shape(spaces: TaskSpaces, field: FieldSpaces, values: Tensor) -> None:
    shape = tuple(values.shape[1:])
    shapes: dict[str, tuple[int, ...]] = {
        "vector": (field.width,),
        "codes": (len(field.sizes),),
        "grid": field.shape,
        "set": (*shape[:1], *field.shape[1:]),  # any number of rows
    }
    expected = field.picture_shape if field.modality == "picture" else shapes.get(field.modality)
    if expected is not None and shape != expected:
        raise BadCheckpoint(
            f"The policy was trained on observations of '{spaces.task}' with shape {field.shape}, "
            f"got {shape}: evaluate it on a task with the same spaces."
        )
