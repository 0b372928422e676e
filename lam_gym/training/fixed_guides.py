"""Fixed behavior models as guides: fitted once before joint training, their answers tabulated over the demos.

A decision tree or an `imitation` clone has no gradient to train it by, so lambda and kappa_B do not reach it; kappa
draws the large action policy towards its answers on the recorded observations.

Letters: S steps of a task's demos, A actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from lam_gym.errors import BadConfig
from lam_gym.models.behavior import fit_behavior
from lam_gym.models.distributions import Categorical, Distribution
from lam_gym.task import Task
from lam_gym.training.batches import Batch, TaskData
from lam_gym.training.checkpoint import BEHAVIOR, load_fixed_behavior
from lam_gym.training.config import TrainConfig
from lam_gym.trajectory import Observation


@runtime_checkable
class FixedModel(Protocol):
    """A tree or an imitation clone."""

    def distribution(self, task: Task | str, observations: Sequence[Observation]) -> Distribution:
        """The distributions over the actions of these observations."""
        ...

    def save(self, folder: Path) -> Path:
        """Write the model."""
        ...


@dataclass(frozen=True)
class FixedGuide:
    """A behavior model's distributions over all S steps of a task's demos."""

    table: Distribution

    def answer(self, batch: Batch) -> Distribution:
        """Its distributions on the frames of a batch."""
        table, candidates = self.table.select(batch.steps), batch.inputs.candidates
        if isinstance(table, Categorical) and candidates is not None:
            offered = table.log_probs[:, : candidates.shape[1]]
            return Categorical(offered if batch.order is None else offered.gather(1, batch.order))
        return table


def fit_guides(config: TrainConfig, data: Sequence[TaskData], run: Path, resume: bool) -> dict[str, FixedGuide]:
    """Fit (or, on resuming, load) the fixed behavior models of all tasks and tabulate their answers."""
    if config.behavior == "network":
        return {}
    guides: dict[str, FixedGuide] = {}
    for part in data:
        if config.augment.symmetries and part.task.symmetries and config.loss.kappa > 0:
            raise BadConfig(
                f"A '{config.behavior}' behavior model guides on the recorded observations only, and "
                f"'{part.task.name}' declares symmetries: set augment.symmetries to false, or loss.kappa to 0."
            )
        folder = run / BEHAVIOR / part.task.name
        model: Any
        if resume and folder.exists():
            model = load_fixed_behavior(run, part.task.name, config.behavior)
        else:
            model = fit_behavior(config.behavior, part.task, part.trajectories, config.seed)
            model.save(folder)
        guides[part.task.name] = FixedGuide(tabulate(model, part))
    return guides


def tabulate(model: FixedModel, data: TaskData) -> Distribution:
    """The distributions of a fixed behavior model over all steps of a task's demos."""
    observations = [trajectory.observation(step) for trajectory in data.trajectories for step in range(len(trajectory))]
    return model.distribution(data.task, observations)
