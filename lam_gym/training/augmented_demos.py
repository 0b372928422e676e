"""Demos as a training shows them: under other wordings, and in other layouts.

Paraphrases and layouts are confirmed by the environment; swapped words are not, since they are meant to be inexact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lam_gym.augmentation.layouts import redraw
from lam_gym.augmentation.paraphrases import Paraphrases, paraphrase
from lam_gym.augmentation.verification import KEY, instruction_of
from lam_gym.augmentation.word_swaps import swap_words, swappable_words
from lam_gym.models.neighbors import find_neighbors
from lam_gym.models.pretrained import load_pretrained
from lam_gym.training.batches import TaskData
from lam_gym.training.config import TrainConfig

Notice = Callable[[str], None]
"""Called with what is under way before the first step."""
SWAPS = 7
"""Stream of random numbers of the swaps."""


def augment_demos(
    data: Sequence[TaskData], config: TrainConfig, notice: Notice | None = None
) -> tuple[list[TaskData], dict[str, float]]:
    """The demos of tasks that show instructions with the paraphrases and copies that the settings ask for.

    Gives the demos, and the shares of paraphrases and copies that execution did not confirm, by metric.
    """
    augmented: list[TaskData] = []
    rejected: dict[str, float] = {}
    for part in data:
        worded = part.spaces.instruction_key == KEY
        if worded and config.augment.paraphrases:
            part.paraphrases = offer_paraphrases(part, config, notice)
            share = part.paraphrases.rejected / max(1, part.paraphrases.offered)
            rejected[f"augment/{part.task.name}/rejected"] = share
        if worded and config.augment.swaps and part.admissible is not None:
            part.paraphrases = add_swaps(part, config, notice)
        if worded and config.augment.layouts:
            part, share = add_layouts(part, config, notice)
            rejected[f"augment/{part.task.name}/rejected_layouts"] = share
        augmented.append(part)
    return augmented, rejected


def offer_paraphrases(data: TaskData, config: TrainConfig, notice: Notice | None) -> Paraphrases:
    """Paraphrases of the demos' instructions."""

    def say(done: int, total: int) -> None:
        if notice is not None:
            notice(f"verifying paraphrases of {data.task.name}: {done:,} of {total:,}")

    return paraphrase(data.task, data.trajectories, config.augment.paraphrases, config.seed, say)


def add_layouts(data: TaskData, config: TrainConfig, notice: Notice | None) -> tuple[TaskData, float]:
    """The demos with their copies in other layouts, under the same paraphrases; the share of copies that failed."""
    total = config.augment.layouts * len(data.trajectories)

    def say(done: int) -> None:
        if notice is not None:
            notice(f"redrawing layouts of {data.task.name}: {done:,} of {total:,}")

    found = redraw(data.task, data.trajectories, config.augment.layouts, say)
    paraphrases = data.paraphrases
    if paraphrases is not None:
        shared = tuple(paraphrases.texts[source] for source in found.sources)
        paraphrases = replace(paraphrases, texts=paraphrases.texts + shared)
    grown = TaskData(data.task, data.spaces, data.trajectories + found.trajectories, data.rounds, paraphrases)
    return grown, found.rejected / total


def add_swaps(data: TaskData, config: TrainConfig, notice: Notice | None) -> Paraphrases:
    """The demos' wordings, and copies of them in which words give way to their neighbors for the text encoder."""
    if notice is not None:
        notice(f"reading the words of {data.task.name}")
    known = data.paraphrases or Paraphrases(tuple((instruction_of(each),) for each in data.trajectories))
    protected = data.protect_words()
    avoid = frozenset().union(*protected)
    neighbors = find_neighbors(swappable_words(known.texts, protected), load_pretrained(config.text_encoder), avoid)
    texts = []
    for index, (group, kept) in enumerate(zip(known.texts, protected)):
        rng = np.random.default_rng([config.seed, SWAPS, index])
        chosen = (group[int(rng.integers(len(group)))] for _ in range(config.augment.swaps))
        texts.append(group + tuple(swap_words(text, neighbors, kept, rng) for text in chosen))
    return replace(known, texts=tuple(texts))
