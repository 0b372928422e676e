"""Observations as plain numbers with names, for models that know only tables: trees and SB3 networks.

Vectors, codes, grids and sets are flattened, pictures too after their pixels are averaged in blocks; a text becomes one
0/1 column per word of a vocabulary learnt from the demos.
Tasks with text actions have a table of candidates instead: one row for each admissible action, which says how it reads
on the screen and how well its words match the instruction.

Letters: N observations, F features, C candidates of all observations together.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.errors import BadCheckpoint
from lam_gym.models.heads import MOST_CANDIDATES
from lam_gym.models.inputs import channels_last
from lam_gym.models.spaces import ACTIONS_KEY, FieldSpaces, TaskSpaces
from lam_gym.models.words import describe_action
from lam_gym.trajectory import Observation, Trajectory

ObservationBatch = Sequence[Observation] | NDArray[Any]
"""N observations as policies get them: a list, or one array [N, ...] where an observation is an array."""
MOST_WORDS = 128
"""Words of a vocabulary."""
MOST_BLOCKS = 16
"""Blocks of pixels down and across a picture."""
_WORD = re.compile(r"[a-z]+|[0-9]+")
_ARGUMENT = re.compile(r"^\S+ \d+ (.+)$")
_CACHED_TEXTS = 50_000


@lru_cache(maxsize=_CACHED_TEXTS)
def words_of(text: str) -> frozenset[str]:
    """The distinct lower-case words and numbers of a text."""
    return frozenset(_WORD.findall(text.lower()))


def choices_of(observation: Observation) -> Sequence[str]:
    """The admissible actions that are considered."""
    choices: Sequence[str] = observation[ACTIONS_KEY][:MOST_CANDIDATES]
    return choices


def learn_words(texts: Iterable[str], most: int = MOST_WORDS) -> tuple[str, ...]:
    """The words that tell texts apart: in at least two of them but not in all, the most frequent ones first."""
    distinct = set(texts)
    counts = Counter(word for text in distinct for word in words_of(text))
    useful = [word for word, count in counts.items() if 2 <= count < len(distinct)]
    return tuple(sorted(useful, key=lambda word: (-counts[word], word))[:most])


def mark_words(words: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
    """[N, words] 1 where the text has the word."""
    columns = {word: column for column, word in enumerate(words)}
    marks = np.zeros((len(texts), len(words)), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in words_of(text):
            column = columns.get(word)
            if column is not None:
                marks[row, column] = 1
    return marks


@dataclass(frozen=True)
class FeatureTable:
    """One row of numbers per observation."""

    spaces: TaskSpaces
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Text field -> its vocabulary."""

    @classmethod
    def learn(cls, spaces: TaskSpaces, trajectories: Sequence[Trajectory]) -> FeatureTable:
        """The table of a task, with the vocabularies of its demos."""
        texts = [entry.key for entry in spaces.fields if entry.modality == "text"]
        return cls(spaces, {key: learn_words(_texts(trajectories, key)) for key in texts})

    @property
    def names(self) -> list[str]:
        """Names of the F columns."""
        return [name for entry in self.spaces.fields for name in self._names(entry)]

    def _names(self, entry: FieldSpaces) -> list[str]:
        name = entry.key or "observation"
        if entry.modality == "text":
            return [f"'{word}' in {name}" for word in self.words[entry.key]]
        if not entry.shape:
            return [name]
        shape = block_shape(entry) if entry.modality == "picture" else entry.shape
        places = product(*(range(size) for size in shape))
        return [f"{name}[{','.join(map(str, place))}]" for place in places]

    def encode(self, observations: ObservationBatch) -> NDArray[np.float32]:
        """[N, F] float32."""
        parts = []
        for entry in self.spaces.fields:
            try:
                values: Any = [each[entry.key] for each in observations] if entry.key else observations
            except (KeyError, IndexError, TypeError) as error:
                raise BadCheckpoint(
                    f"The model of '{self.spaces.task}' reads the observation field '{entry.key}', which is missing."
                ) from error
            if entry.modality == "text":
                parts.append(mark_words(self.words[entry.key], values))
                continue
            array = np.asarray(values, dtype=np.float32)
            if entry.modality == "picture" and array.shape[1:] == entry.shape:
                parts.append(average_blocks(entry, array).reshape(len(array), -1))
                continue
            array = array.reshape(len(observations), -1)
            width = math.prod(entry.shape)
            if array.shape[1] != width:
                raise BadCheckpoint(
                    f"The model of '{self.spaces.task}' reads {width} numbers from '{entry.key or 'observation'}', "
                    f"got {array.shape[1]}: use it on a task with the same spaces."
                )
            parts.append(array)
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        return {"spaces": self.spaces.to_json(), "words": {key: list(words) for key, words in self.words.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FeatureTable:
        """The inverse of `to_json`."""
        words = {key: tuple(words) for key, words in data["words"].items()}
        return cls(TaskSpaces.from_json(data["spaces"]), words)


@dataclass(frozen=True)
class CandidateTable:
    """One row of numbers per admissible action of each observation."""

    spaces: TaskSpaces
    action_words: tuple[str, ...]
    instruction_words: tuple[str, ...]
    heading_words: tuple[str, ...]
    """Words of the lines of a screen that are no widgets."""

    MATCHES = (
        "words shared with the instruction",
        "share of its words in the instruction",
        "shares most words",
        "typed text is in the instruction",
        "typed text is on the screen",
        "place in the list",
        "place from the end",
    )

    @classmethod
    def learn(cls, spaces: TaskSpaces, trajectories: Sequence[Trajectory]) -> CandidateTable:
        """The table of a task, with the vocabularies of its demos."""
        table = cls(spaces, (), (), ())
        observations = [each.observation(step) for each in trajectories for step in range(len(each))]
        described = {text for each in observations for text in table.describe(each)}
        instructions = {table.instruction(each) for each in observations}
        headings = {_heading(table.screen(each)) for each in observations}
        return cls(spaces, learn_words(described), learn_words(instructions), learn_words(headings))

    @property
    def names(self) -> list[str]:
        """Names of the F columns."""
        return [
            *self.MATCHES,
            *(f"'{word}' in action" for word in self.action_words),
            *(f"'{word}' in instruction" for word in self.instruction_words),
            *(f"'{word}' in heading" for word in self.heading_words),
        ]

    def instruction(self, observation: Observation) -> str:
        """What is asked in this episode."""
        key = self.spaces.instruction_key
        return self.spaces.instruction if key is None else str(observation[key])

    @cached_property
    def _screen_keys(self) -> list[str]:
        texts = [entry.key for entry in self.spaces.fields if entry.modality == "text"]
        return [key for key in texts if key != self.spaces.instruction_key]

    def screen(self, observation: Observation) -> str:
        """Every text field but the instruction."""
        return "\n".join(observation[key] for key in self._screen_keys)

    def describe(self, observation: Observation) -> list[str]:
        """The admissible actions as they read on the screen."""
        screen = self.screen(observation)
        return [describe_action(action, screen) for action in choices_of(observation)]

    def encode(self, observations: ObservationBatch) -> NDArray[np.float32]:
        """[C, F] float32, the candidates of the observations one after the other."""
        described = [self.describe(each) for each in observations]
        counts = [len(texts) for texts in described]
        matches = [self._match(each, texts) for each, texts in zip(observations, described)]
        per_action = mark_words(self.action_words, [text for texts in described for text in texts])
        asked = mark_words(self.instruction_words, [self.instruction(each) for each in observations])
        headed = mark_words(self.heading_words, [_heading(self.screen(each)) for each in observations])
        context = np.repeat(np.concatenate([asked, headed], axis=1), counts, axis=0)
        return np.concatenate([np.concatenate(matches), per_action, context], axis=1)

    def _match(self, observation: Observation, described: Sequence[str]) -> NDArray[np.float32]:
        """[candidates, len(MATCHES)] of one observation."""
        instruction, screen = self.instruction(observation).lower(), self.screen(observation).lower()
        asked = words_of(instruction)
        shared = [len(words_of(text) & asked) for text in described]
        most = max(shared, default=0)
        rows = []
        for place, (action, text) in enumerate(zip(choices_of(observation), described)):
            found = _ARGUMENT.match(action)
            typed = found.group(1).lower() if found else ""
            rows.append(
                (
                    shared[place],
                    shared[place] / max(1, len(words_of(text))),
                    shared[place] == most,
                    bool(typed) and typed in instruction,
                    bool(typed) and typed in screen,
                    place,
                    len(described) - place,
                )
            )
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(self.MATCHES))

    def to_json(self) -> dict[str, Any]:
        """Plain data for a file."""
        return {
            "spaces": self.spaces.to_json(),
            "action_words": list(self.action_words),
            "instruction_words": list(self.instruction_words),
            "heading_words": list(self.heading_words),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CandidateTable:
        """The inverse of `to_json`."""
        words = [tuple(data[name]) for name in ("action_words", "instruction_words", "heading_words")]
        return cls(TaskSpaces.from_json(data["spaces"]), *words)


def block_shape(picture: FieldSpaces) -> tuple[int, ...]:
    """Rows and columns of blocks, and channels."""
    height, breadth, channels = picture.picture_shape
    rows, columns = (-(-size // -(-size // MOST_BLOCKS)) for size in (height, breadth))
    return rows, columns, channels


def average_blocks(picture: FieldSpaces, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of each block [N, rows, columns, C] of pictures [N, ...]; blocks at the edges may be smaller."""
    pixels = channels_last(picture, pixels)
    for axis in (1, 2):
        size = pixels.shape[axis]
        starts = np.arange(0, size, -(-size // MOST_BLOCKS))
        counts = np.diff(np.append(starts, size)).astype(np.float32)
        sums = np.add.reduceat(pixels, starts, axis=axis)
        pixels = (sums / counts.reshape((-1,) + (1,) * (pixels.ndim - axis - 1))).astype(np.float32)
    return pixels


def _texts(trajectories: Sequence[Trajectory], key: str) -> Iterable[str]:
    for trajectory in trajectories:
        yield from trajectory.fields()[key][:-1]


def _heading(screen: str) -> str:
    """The lines of a screen that are no widgets."""
    return "\n".join(line for line in screen.split("\n") if not line.startswith("["))
