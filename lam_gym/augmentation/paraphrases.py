"""Template paraphrase: other sentences for a demonstration's instruction, as its own environment would say them.

An environment that words its instructions by templates offers `paraphrases(count, seed)` on its unwrapped self: that
many other sentences of the same meaning for the episode just reset, from its training templates. Each is verified by
replaying the recorded actions under it (`verification`); what changes the episode is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lam_gym.augmentation.verification import instruction_of, verify_all
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Trajectory


@dataclass(frozen=True)
class Paraphrases:
    """Instructions of each demonstration, and what came of the others."""

    texts: tuple[tuple[str, ...], ...]
    """Of each demonstration: its own instruction, then the others."""
    offered: int = 0
    """Paraphrases that the environment offered."""
    rejected: int = 0
    """Those of them that the replay did not confirm."""


def paraphrase(
    task: Task | str,
    trajectories: Sequence[Trajectory],
    count: int,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Paraphrases:
    """Up to `count` paraphrases of each demonstration's instruction; `progress` takes how many of all are verified.

    Gives each demonstration's own instruction alone where the environment offers no paraphrases. Raises BadConfig where
    the task shows no instruction.
    """
    task = get_task(task)
    own = [instruction_of(trajectory) for trajectory in trajectories]
    env = make_env(task)
    offer = getattr(env.unwrapped, "paraphrases", None)
    sources: list[int] = []
    texts: list[str] = []
    if offer is not None:
        for index, trajectory in enumerate(trajectories):
            env.reset(seed=trajectory.seed)
            others = [text for text in offer(count, seed) if text != own[index]]
            sources += [index] * len(others)
            texts += others
    env.close()
    verified = None if progress is None else lambda done: progress(done, len(texts))
    verdicts = verify_all(task, [trajectories[index] for index in sources], texts, verified)
    kept: list[list[str]] = [[text] for text in own]
    for index, text, confirmed in zip(sources, texts, verdicts):
        if confirmed:
            kept[index].append(text)
    return Paraphrases(tuple(map(tuple, kept)), len(texts), len(texts) - sum(verdicts))
