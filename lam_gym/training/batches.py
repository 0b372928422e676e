"""The steps of one task's demos as flat arrays, and the batches drawn from them.

Dimension letters, here and in all of `training`: B batch (windows), T window, N valid frames of a batch (packed),
S steps of all demos, D observation width, A actions, L words, E embedding, K tasks.

Windows never cross an episode. A frame of a window is what the policy would have seen when it acted there: the frames
before it, at most T - 1, from the start of the episode on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.augmentation.paraphrases import Paraphrases
from lam_gym.augmentation.verification import instruction_of
from lam_gym.augmentation.vocabulary import NEUTRAL_SYNONYMS, Groups
from lam_gym.errors import BadDemos
from lam_gym.models.encoders import LONGEST_INSTRUCTION
from lam_gym.models.heads import MOST_CANDIDATES
from lam_gym.models.inputs import (
    Inputs,
    Windows,
    describe_candidates,
    encode_candidates,
    encode_field,
    encode_lines,
    remaining_lines,
    screen_texts,
)
from lam_gym.models.labels import data_words, find_labels, names_of
from lam_gym.models.large_action import Statistics
from lam_gym.models.set_encoder import PRESENT
from lam_gym.models.spaces import TaskSpaces
from lam_gym.models.strangers import find_strangers, pack
from lam_gym.models.text_reader import LONGEST_ACTION
from lam_gym.models.words import encode_texts, split_words
from lam_gym.task import Task, read_synonyms
from lam_gym.trajectory import Trajectory


@dataclass(frozen=True)
class Batch:
    """Windows of one task, packed: `inputs.windows` says where each of the N frames stands in [B, T]."""

    task: str
    inputs: Inputs
    actions: Tensor
    """[N] action or candidate numbers, or [N, n] floats."""
    steps: Tensor
    """[N] the demo step that each frame shows."""
    order: Tensor | None = None
    """[N, A] the place that each candidate has in the demo, where they are shown in another order."""

    @property
    def valid(self) -> Bool[Tensor, "B T"]:
        """Which places of the padded windows hold a frame."""
        windows = self.inputs.windows
        if windows is None:
            return torch.ones(len(self.steps), 1, dtype=torch.bool)
        valid = torch.zeros(windows.batch, windows.length, dtype=torch.bool)
        valid[windows.row, windows.time] = True
        return valid


@dataclass(frozen=True)
class Frames:
    """Packed frames in the environment's own form, for augmentation: texts are strings, actions the environment's."""

    fields: dict[str, NDArray[Any]]
    actions: NDArray[Any]
    admissible: tuple[tuple[str, ...], ...] | None
    steps: NDArray[np.int64]
    row: NDArray[np.int64]
    """The window of each frame, 0 to B - 1."""
    time: NDArray[np.int64]
    """The place of each frame in its window."""


class TaskData:
    """All steps of one task's demos, as arrays for augmentation and as tensors for batches."""

    def __init__(
        self,
        task: Task,
        spaces: TaskSpaces,
        trajectories: Sequence[Trajectory],
        rounds: int = 0,
        paraphrases: Paraphrases | None = None,
    ) -> None:
        if not trajectories:
            raise BadDemos(f"There are no demos of task '{task.name}' to train on: record some, or check the split.")
        self.task, self.spaces, self.trajectories = task, spaces, list(trajectories)
        self.rounds = rounds
        """Rounds of relabelling whose steps are among these."""
        self.paraphrases = paraphrases
        """Paraphrases of the first trajectories' instructions, of which every window shows one at random."""
        self.fields = {
            field.key: np.concatenate([trajectory.fields()[field.key][:-1] for trajectory in trajectories])
            for field in spaces.fields
        }
        self.actions = np.concatenate([trajectory.actions for trajectory in trajectories])
        lengths = np.array([len(trajectory) for trajectory in trajectories])
        self.lengths = np.repeat(lengths, lengths)
        """[S] length of the episode of each step."""
        self.first = np.repeat(np.cumsum(lengths) - lengths, lengths)
        """[S] first step of the episode of each step."""
        self.admissible: tuple[tuple[str, ...], ...] | None = None
        if spaces.action.kind == "text":
            self.admissible = _admissible(task, trajectories)
            self.spaces = self._name(replace(spaces, repeats=self._repeats()))

    def __len__(self) -> int:
        return len(self.actions)

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """Every field of all S steps as the encoders take it."""
        return {field.key: encode_field(field, self.fields[field.key]) for field in self.spaces.fields}

    @cached_property
    def targets(self) -> Tensor:
        """Actions of all S steps as the loss takes them."""
        return encode_actions(self.spaces, self.actions, self.admissible)

    @cached_property
    def _worded(self) -> tuple[NDArray[Any], Tensor, NDArray[np.int64], NDArray[np.int64]]:
        """All paraphrases [W] and their words [W, L]; of each step, its episode's first [S] and how many [S]."""
        assert self.paraphrases is not None
        groups = list(self.paraphrases.texts)
        groups += [(instruction_of(trajectory),) for trajectory in self.trajectories[len(groups) :]]
        texts = np.array([text for group in groups for text in group], dtype=object)
        words = torch.from_numpy(encode_texts(list(texts), LONGEST_INSTRUCTION))
        counts = np.array([len(group) for group in groups])
        lengths = [len(trajectory) for trajectory in self.trajectories]
        return texts, words, np.repeat(np.cumsum(counts) - counts, lengths), np.repeat(counts, lengths)

    def word(self, steps: NDArray[np.int64], row: NDArray[np.int64], draws: NDArray[np.float64]) -> NDArray[np.int64]:
        """Numbers of the paraphrases [N] of frames, the same in a whole window: `draws` [B] in [0, 1) chooses one."""
        _, _, first, count = self._worded
        chosen: NDArray[np.int64] = first[steps] + (draws[row] * count[steps]).astype(np.int64)
        return chosen

    @cached_property
    def _candidates(self) -> tuple[Tensor, Tensor]:
        """Words of each distinct described action [U, L], and which of them each step offers [S, A] (0: none)."""
        return _number(self._offers)

    @cached_property
    def _lines(self) -> tuple[Tensor, Tensor]:
        """Words of each distinct line [U, L], and which of them each step shows beside its actions [S, R]."""
        return _number(self._rest)

    @cached_property
    def _offers(self) -> list[list[str]]:
        """The described actions of each of the S steps."""
        return self._read(describe_candidates)

    @cached_property
    def _rest(self) -> list[list[str]]:
        """The lines beside the actions of each of the S steps."""
        return self._read(remaining_lines)

    def _read(self, read: Callable[[str, Sequence[str]], list[str]]) -> list[list[str]]:
        """What `read` gives for each screen; equal texts are kept once."""
        assert self.admissible is not None
        known: dict[str, str] = {}
        pairs = zip(self._screens, self.admissible)
        return [[known.setdefault(text, text) for text in read(*pair)] for pair in pairs]

    def _repeats(self) -> bool:
        """Whether an episode takes an action again on a screen where it took it before."""
        return len(set(zip(self.first.tolist(), self._screens, self.actions))) < len(self)

    def _name(self, spaces: TaskSpaces) -> TaskSpaces:
        """The spaces with the names that recur all over the demos, data beside them, and their strangers."""
        labels, data = find_labels(self._offers, self.first.tolist())
        number = {label: index for index, label in enumerate(labels)}
        named = [{name for text in texts for name in names_of(text)} for texts in self._offers]
        shown = [[number[name] for name in names if name in number] for names in named]
        said = [list(set(split_words(" ".join(texts)))) for texts in self._rest]
        seeds = [each.seed for each in self.trajectories for _ in range(len(each))]
        words, strangers = find_strangers(len(labels), shown, said, seeds)
        return replace(spaces, labels=labels, data_names=data, screen_words=words, strangers=pack(strangers))

    def protect_words(self) -> list[frozenset[str]]:
        """Words of each demo's instruction that must stay: those that its admissible actions show as data."""
        labels = frozenset(self.spaces.labels)
        known: dict[str, frozenset[str]] = {"": frozenset()}
        words: list[set[str]] = [set() for _ in self.trajectories]
        steps = [index for index, each in enumerate(self.trajectories) for _ in range(len(each))]
        for index, texts in zip(steps, self._offers):
            for text in texts:
                if text not in known:
                    known[text] = data_words(text, labels)
                words[index] |= known[text]
        return [frozenset(each) for each in words]

    @cached_property
    def _screens(self) -> list[str]:
        """The screen of each of the S steps."""
        texts = {field.key: self.fields[field.key] for field in self.spaces.fields if field.modality == "text"}
        return screen_texts(self.spaces, [{key: texts[key][i] for key in texts} for i in range(len(self))])

    @cached_property
    def synonyms(self) -> Groups:
        """Words that may stand for each other in this task's instructions: general ones, and the task's own."""
        return NEUTRAL_SYNONYMS + read_synonyms(self.task)

    @cached_property
    def scales(self) -> dict[str, NDArray[Any]]:
        """Standard deviation of each vector field and set, in its own shape; 0 for the flags of a set."""
        scales = {}
        for field in self.spaces.fields:
            if field.modality == "vector":
                scales[field.key] = self.fields[field.key].astype(np.float64).std(0)
            elif field.modality == "set":
                own, others = row_statistics(self.fields[field.key])[1]
                scales[field.key] = np.stack([own] + [others] * (field.shape[0] - 1))
                scales[field.key][:, 0] = 0.0
        return scales

    def statistics(self) -> Statistics:
        """Mean and deviation of each vector and set, and of continuous actions."""
        means, scales = {}, {}
        for field in self.spaces.fields:
            values = self.fields[field.key]
            if field.modality == "vector":
                flat = values.reshape(len(self), -1).astype(np.float64)
                means[field.key], scales[field.key] = flat.mean(0).tolist(), flat.std(0).tolist()
            elif field.modality == "set":
                mean, scale = row_statistics(values)
                means[field.key], scales[field.key] = mean.reshape(-1).tolist(), scale.reshape(-1).tolist()
        continuous = self.spaces.action.kind == "continuous"
        actions = self.actions.astype(np.float64) if continuous else np.zeros((1, 0))
        return Statistics(means, scales, actions.mean(0).tolist(), actions.std(0).tolist())

    def window_steps(self, ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Steps, rows and times of the windows around B drawn steps.

        A window ends at the drawn step, or later where the episode's first T steps would otherwise be cut short.
        """
        length = self.spaces.window
        first = self.first[ends]
        last = np.maximum(ends, first + np.minimum(length, self.lengths[ends]) - 1)
        start = np.maximum(first, last - length + 1)
        sizes = last - start + 1
        row = np.repeat(np.arange(len(ends)), sizes)
        time = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return start[row] + time, row, time

    def batch(self, ends: Tensor, draws: NDArray[np.float64] | None = None) -> Batch:
        """The windows around B drawn steps, as recorded; `draws` [B] in [0, 1) chooses a paraphrase for each."""
        if self.spaces.memory_free:
            inputs = self._inputs(ends, None)
            if draws is not None:
                inputs = self._reworded(inputs, ends.numpy(), np.arange(len(ends)), draws)
            return Batch(self.task.name, inputs, self.targets[ends], ends)
        steps, row, time = (torch.from_numpy(part) for part in self.window_steps(ends.numpy()))
        inputs = self._inputs(steps, Windows(len(ends), self.spaces.window, row, time))
        if draws is not None:
            inputs = self._reworded(inputs, steps.numpy(), row.numpy(), draws)
        return Batch(self.task.name, inputs, self.targets[steps], steps)

    def _reworded(
        self, inputs: Inputs, steps: NDArray[np.int64], row: NDArray[np.int64], draws: NDArray[np.float64]
    ) -> Inputs:
        """The same frames under paraphrases."""
        words = self._worded[1][torch.from_numpy(self.word(steps, row, draws))]
        key = self.spaces.instruction_key
        assert key is not None
        return replace(inputs, fields={**inputs.fields, key: _trim(words)})

    def _inputs(self, steps: Tensor, windows: Windows | None) -> Inputs:
        texts = {field.key for field in self.spaces.fields if field.modality == "text"}
        fields = {key: _trim(rows[steps]) if key in texts else rows[steps] for key, rows in self.tensors.items()}
        if self.admissible is None:
            return Inputs(fields, windows=windows)
        return Inputs(fields, _look_up(*self._candidates, steps), _look_up(*self._lines, steps), windows)

    def frames(self, ends: NDArray[np.int64], draws: NDArray[np.float64] | None = None) -> Frames:
        """The windows around B drawn steps in the environment's own form; `draws` [B] chooses a paraphrase for each."""
        steps, row, time = self.window_steps(ends)
        admissible = None if self.admissible is None else tuple(self.admissible[step] for step in steps)
        fields = {key: values[steps] for key, values in self.fields.items()}
        if draws is not None and self.spaces.instruction_key is not None:
            fields[self.spaces.instruction_key] = self._worded[0][self.word(steps, row, draws)]
        return Frames(fields, self.actions[steps], admissible, steps, row, time)

    def encode(self, frames: Frames) -> Batch:
        """Frames as a batch."""
        fields = {field.key: encode_field(field, frames.fields[field.key]) for field in self.spaces.fields}
        candidates = lines = None
        if frames.admissible is not None:
            texts = {field.key: frames.fields[field.key] for field in self.spaces.fields if field.modality == "text"}
            observations = [{key: texts[key][i] for key in texts} for i in range(len(frames.steps))]
            screens = screen_texts(self.spaces, observations)
            candidates = encode_candidates(screens, frames.admissible)
            lines = encode_lines(screens, frames.admissible)
        windows = None
        if not self.spaces.memory_free:
            row, time = torch.from_numpy(frames.row), torch.from_numpy(frames.time)
            windows = Windows(int(frames.row[-1]) + 1, self.spaces.window, row, time)
        actions = encode_actions(self.spaces, frames.actions, frames.admissible)
        inputs = Inputs(fields, candidates, lines, windows)
        return Batch(self.task.name, inputs, actions, torch.from_numpy(frames.steps))


def row_statistics(rows: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and deviation of the features of a set [S, K, F]: [2, F] each, of its own row and of others present."""
    rows = rows.astype(np.float64)
    others = rows[:, 1:][rows[:, 1:, 0] > PRESENT]
    parts = [rows[:, 0], others if len(others) else np.zeros((1, rows.shape[2]))]
    return np.stack([part.mean(0) for part in parts]), np.stack([part.std(0) for part in parts])


def encode_actions(spaces: TaskSpaces, actions: NDArray[Any], admissible: Any) -> Tensor:
    """Actions as the loss takes them: numbers from 0, floats, or places among the admissible actions."""
    if spaces.action.kind == "continuous":
        return torch.from_numpy(actions.astype(np.float32))
    if spaces.action.kind == "categorical":
        return torch.from_numpy(actions.astype(np.int64) - spaces.action.first)
    return torch.tensor([offered.index(action) for action, offered in zip(actions, admissible)], dtype=torch.int64)


def _admissible(task: Task, trajectories: Sequence[Trajectory]) -> tuple[tuple[str, ...], ...]:
    """The admissible actions of all S steps; the expert's own must be among the first `MOST_CANDIDATES`."""
    offered: list[tuple[str, ...]] = []
    for trajectory in trajectories:
        if trajectory.admissible_actions is None:
            raise BadDemos(f"The demos of '{task.name}' lack the admissible actions that a text action is chosen from.")
        for step, action in enumerate(trajectory.actions):
            actions = trajectory.admissible_actions[step]
            if action not in actions[:MOST_CANDIDATES]:
                raise BadDemos(
                    f"Step {step} of seed {trajectory.seed} of '{task.name}' does '{action}', which is not among its "
                    f"first {MOST_CANDIDATES} admissible actions: clean the demos."
                )
            offered.append(actions)
    return tuple(offered)


def _number(texts: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
    """Words [U, L] of the distinct texts of S steps, and the numbers [S, K] of each step's texts (0: none)."""
    numbers: dict[str, int] = {"": 0}
    rows = [[numbers.setdefault(text, len(numbers)) for text in each] for each in texts]
    found = np.zeros((len(rows), max(1, *map(len, rows))), dtype=np.int64)
    for row, each in zip(found, rows):
        row[: len(each)] = each
    return torch.from_numpy(encode_texts(list(numbers), LONGEST_ACTION)), torch.from_numpy(found)


def _look_up(words: Tensor, found: Tensor, steps: Tensor) -> Tensor:
    """Words [N, K, L] of the texts of these steps, as `_number` gives both, without needless padding."""
    chosen = found[steps]
    texts = words[chosen[:, : max(1, int((chosen != 0).sum(1).max()))]]
    return texts[:, :, : max(1, int((texts != 0).any(0).any(0).sum()))]


def _trim(rows: Tensor) -> Tensor:
    """Word ids [N, L] without the places that no text of the batch reaches."""
    if rows.shape[1] <= 8:
        return rows
    return rows[:, : max(1, int((rows != 0).any(0).sum()))]
