"""Fixed behavior models as guides: fitted once before joint training, their answers tabulated over the demos.

A decision tree or an `imitation` clone has no gradient to train it by, so lambda and kappa_B do not reach it; kappa
draws the large action policy towards its answers on the recorded observations.

Letters: S steps of a task's demos, A actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lam_gym.errors import BadConfig
from lam_gym.models.behavior import fit_behavior
from lam_gym.models.distributions import Categorical, Distribution, Gaussian
from lam_gym.training.batches import Batch, TaskData
from lam_gym.training.checkpoint import BEHAVIOR, load_fixed_behavior
from lam_gym.training.config import TrainConfig


@dataclass(frozen=True)
class FixedGuide:
    """A behavior model's distributions over all S steps of a task's demos."""

    table: Distribution

    def answer(self, batch: Batch) -> Distribution:
        """Its distributions on the frames of a batch."""
        return self.table.select(batch.steps)


def fit_guides(config: TrainConfig, data: Sequence[TaskData], run: Path, resume: bool) -> dict[str, FixedGuide]:
    """Fit (or, on resuming, load) the fixed behavior models of all tasks and tabulate their answers."""
    if config.behavior == "network":
        return {}
    guides: dict[str, FixedGuide] = {}
    for part in data:
        if config.augment.symmetries and part.task.symmetries and config.loss.kappa > 0:
            raise BadConfig(
                f"A '{config.behavior}' behavior model guides on the recorded observations only, and '{part.task.name}' "
                "declares symmetries: set augment.symmetries to false, or loss.kappa to 0."
            )
        folder = run / BEHAVIOR / part.task.name
        if resume and folder.exists():
            model = load_fixed_behavior(run, part.task.name, config.behavior)
        else:
            model = fit_behavior(config.behavior, part.task, part.trajectories, config.seed)
            model.save(folder)
        guides[part.task.name] = FixedGuide(tabulate(model, part))
    return guides


def tabulate(model: object, data: TaskData) -> Distribution:
    """The distributions of a fixed behavior model over all steps of a task's demos."""
    observations = [trajectory.observation(step) for trajectory in data.trajectories for step in range(len(trajectory))]
    answer = model.log_probs(observations)  # type: ignore[attr-defined]
    if isinstance(answer, tuple):
        mean, scale = (torch.from_numpy(np.asarray(part, dtype=np.float32)) for part in answer)
        return Gaussian(mean, scale.expand_as(mean).log())
    return Categorical(torch.from_numpy(np.asarray(answer, dtype=np.float32)))
