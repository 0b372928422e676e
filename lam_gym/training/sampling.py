"""Which windows a step trains on: the task mixture, the draws, symmetries and augmented copies.

Everything is a function of (seed, task, step), so a resumed run draws what the undisturbed one would have drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.augmentation.candidates import shuffle_kinds
from lam_gym.augmentation.symmetries import draw, transform
from lam_gym.augmentation.text import edit, protected_words
from lam_gym.augmentation.trajectories import inject_noise, redundant_frames
from lam_gym.augmentation.translation import ArgosTranslator, PivotTranslator, Translator, back_translate
from lam_gym.augmentation.vocabulary import Groups
from lam_gym.models.spaces import INSTRUCTION_KEYS
from lam_gym.training.batches import Batch, Frames, TaskData
from lam_gym.training.config import AugmentConfig, TrainConfig

BLOCK = 256
"""Steps whose windows are drawn at once."""
SMALLEST_WEIGHT = 0.02
"""Least share of a task in the mixture."""


def mixture_weights(sizes: Sequence[int], power: float) -> NDArray[np.float64]:
    """Share of each task [K]: p_i ~ n_i^power with a floor of 2 %, summing to 1."""
    shares = np.asarray(sizes, dtype=np.float64) ** power
    shares = np.maximum(shares / shares.sum(), min(SMALLEST_WEIGHT, 1 / len(shares)))
    weights: NDArray[np.float64] = shares / shares.sum()
    return weights


class Sampler:
    """Draws the batches of every step."""

    def __init__(self, data: Sequence[TaskData], config: TrainConfig) -> None:
        self.data = list(data)
        self.config = config
        self.weights = mixture_weights([len(part) for part in data], config.mixture)
        self._every_task: list[tuple[int, float]] = []
        if len(self.data) <= config.tasks_per_step:
            self._every_task = list(enumerate(self.weights.tolist()))
        self._blocks: dict[int, tuple[int, Int[Tensor, "R B"]]] = {}

    def tasks(self, step: int) -> list[tuple[int, float]]:
        """Numbers of the tasks of a step and the weight of each one's loss; the weights sum to 1."""
        if self._every_task:
            return self._every_task
        rng = np.random.default_rng((self.config.seed, 1, step))
        chosen = rng.choice(len(self.data), self.config.tasks_per_step, p=self.weights)
        return [(int(index), 1.0 / len(chosen)) for index in chosen]

    def ends(self, index: int, step: int) -> Int[Tensor, " B"]:
        """The demo steps of task `index` whose windows make up its batch in `step`, uniform over all its steps."""
        block, place = divmod(step, BLOCK)
        held = self._blocks.get(index)
        if held is None or held[0] != block:
            rng = np.random.default_rng((self.config.seed, 2, index, block))
            rows = rng.integers(len(self.data[index]), size=(BLOCK, self.config.batch_size))
            held = self._blocks[index] = (block, torch.from_numpy(rows))
        return held[1][place]

    def batch(self, index: int, step: int) -> tuple[Batch, Batch | None]:
        """The batch of task `index` in `step`, and its augmented copy where rho asks for one."""
        data, ends = self.data[index], self.ends(index, step)
        symmetric = self.config.augment.symmetries and bool(data.task.symmetries)
        augmented = self.config.loss.rho > 0 and step % self.config.augment_every == 0
        reordered = self.config.augment.reorder and data.admissible is not None
        if not symmetric and not augmented and not reordered and data.paraphrases is None:
            return data.batch(ends), None
        rng = np.random.default_rng((self.config.seed, 3, index, step))
        draws = None if data.paraphrases is None else rng.random(len(ends))
        if not symmetric and not augmented:
            batch = data.batch(ends, draws)
            return reorder(batch, rng) if reordered else batch, None
        frames = data.frames(ends.numpy(), draws)
        if symmetric:
            frames = symmetrize(data, frames, rng)
        batch = data.encode(frames) if symmetric else data.batch(ends, draws)
        if reordered:
            batch = reorder(batch, rng)
        if not augmented:
            return batch, None
        return batch, data.encode(augment(data, frames, self.config.augment, rng))


def symmetrize(data: TaskData, frames: Frames, rng: np.random.Generator) -> Frames:
    """Each window under a random element of the task's symmetry group, observation and action together."""
    elements = draw(data.task.symmetries, rng, int(frames.row[-1]) + 1)
    fields, actions, admissible = transform(elements, frames.row, frames.fields, frames.actions, frames.admissible)
    assert actions is not None
    return replace(frames, fields=fields, actions=actions, admissible=admissible)


def reorder(batch: Batch, rng: np.random.Generator) -> Batch:
    """The batch with the kinds of each frame's candidates in any order, its actions pointing to their new places."""
    assert batch.inputs.candidates is not None
    order = torch.from_numpy(shuffle_kinds(batch.inputs.candidates.numpy(), rng))
    candidates = batch.inputs.candidates.gather(1, order.unsqueeze(2).expand_as(batch.inputs.candidates))
    actions = order.argsort(1).gather(1, batch.actions.unsqueeze(1)).squeeze(1)
    return replace(batch, inputs=replace(batch.inputs, candidates=candidates), actions=actions, order=order)


def augment(data: TaskData, frames: Frames, config: AugmentConfig, rng: np.random.Generator) -> Frames:
    """A synthesised copy of the frames with the expert's labels: noise, edited instructions, pruned pauses."""
    fields = dict(frames.fields)
    if config.noise > 0:
        fields = inject_noise(fields, data.scales, config.noise, rng)
    if config.text > 0 or config.translator != "none":
        for key in (key for key in INSTRUCTION_KEYS if key in fields):
            fields[key] = reword(fields[key], frames, config, data.synonyms, rng)
    frames = replace(frames, fields=fields)
    return prune(frames) if config.prune and not data.spaces.memory_free else frames


def reword(
    texts: NDArray[Any], frames: Frames, config: AugmentConfig, synonyms: Groups, rng: np.random.Generator
) -> NDArray[Any]:
    """Instructions [N] in other words, the same words in all frames of a window that say the same."""
    translator: Translator | None = None
    if config.translator != "none":
        translator = PivotTranslator(rng) if config.translator == "pivot" else ArgosTranslator()
    spoken = frames.actions if frames.actions.dtype == object else None
    known: dict[tuple[int, str], str] = {}
    reworded = texts.copy()
    for index, (row, text) in enumerate(zip(frames.row.tolist(), texts)):
        if (row, text) not in known:
            protected = protected_words(text, (), () if spoken is None else (spoken[index],))
            other = text if translator is None else back_translate(text, protected, translator)
            known[row, text] = edit(other, protected, rng, config.text, synonyms=synonyms) if config.text > 0 else other
        reworded[index] = known[row, text]
    return reworded


def prune(frames: Frames) -> Frames:
    """The frames without those that only repeat the one before them in their window."""
    idle = redundant_frames(frames.fields, frames.actions, frames.row)
    if not idle.any():
        return frames
    kept = np.flatnonzero(~idle)
    row = frames.row[kept]
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1]))
    time = np.arange(len(kept)) - np.repeat(starts, np.diff(np.append(starts, len(kept))))
    admissible = None if frames.admissible is None else tuple(frames.admissible[index] for index in kept)
    fields = {key: values[kept] for key, values in frames.fields.items()}
    return Frames(fields, frames.actions[kept], admissible, frames.steps[kept], row, time)
