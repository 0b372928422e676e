"""On-policy relabelling: the policy acts, the task's expert says what it would have done in every state that came up.

    lam-gym train ... --relabel-rounds 3 --relabel-episodes 50

A clone sees only the states of its expert, and does not know the way back from its own mistakes. In each round the
policy as it is acts for some episodes, all its states get the expert's actions as labels, and they join the demos.
They are kept as stores of demos, RUN/relabeled/round-<n>/<task>, whose actions are the labels while rewards and success
are what the policy's own actions led to: meta.json says so under "relabeled".

Source: Ross, Gordon and Bagnell 2011, "A Reduction of Imitation Learning and Structured Prediction to No-Regret Online
Learning" (DAgger).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.demonstrations.metadata import RELABELED
from lam_gym.demonstrations.store import DemoStore
from lam_gym.models.heads import MOST_CANDIDATES
from lam_gym.policy import ExpertPolicy, Memory, Policy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, episode_seeds
from lam_gym.training.batches import TaskData
from lam_gym.training.config import TrainConfig
from lam_gym.trajectory import Action, Observation, Trajectory

FOLDER = "relabeled"
FIRST_SEED = 2000
"""Relabelled episodes take their seeds where recordings with a `seed` below this take none."""
SEEDS = 600


@dataclass
class _Lane:
    """One environment: the policy's memory, the expert that watches, and what they said so far."""

    memory: Any
    expert: Any
    rng: np.random.Generator
    labels: list[Action | None]
    agreed: list[float]
    done: Action | None = None
    """The last action where it was not the expert's."""


@dataclass
class WatchedPolicy:
    """A policy that acts while the expert of its task labels every state; now and then the expert's own action is done.

    `labels` and `agreed` hold, by episode seed and step, the expert's action (None where it gave up) and 1 where the
    policy's action was the same (continuous actions: the mean absolute difference).
    """

    policy: Policy
    expert: ExpertPolicy
    mixture: float = 0.0
    """Chance that a step's action is the expert's."""
    seed: int = 0
    labels: dict[int, list[Action | None]] = field(default_factory=dict)
    agreed: dict[int, list[float]] = field(default_factory=dict)

    def start(self, task: Task, num_envs: int) -> Memory:
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: Any) -> _Lane:
        memory = self.policy.start(task, 1)
        labels, agreed = self.labels.setdefault(seed, []), self.agreed.setdefault(seed, [])
        rng = np.random.default_rng((self.seed, seed))
        return _Lane(None if memory is None else memory[0], self.expert.begin(task, seed, env), rng, labels, agreed)

    def act(
        self, observations: Sequence[Observation] | NDArray[Any], memory: Memory
    ) -> tuple[Sequence[Action], Memory]:
        lanes: list[_Lane] = list(memory or [])
        observations = list(observations)
        chosen, memories = self.policy.act(observations, [lane.memory for lane in lanes])
        labels = self.expert.advise(observations, [lane.expert for lane in lanes], [lane.done for lane in lanes])
        executed = []
        for row, (lane, action, label) in enumerate(zip(lanes, chosen, labels)):
            lane.memory = None if memories is None else memories[row]
            lane.labels.append(label)
            if label is None:
                lane.expert = None
            else:
                lane.agreed.append(_agreement(action, label))
            follows = label is not None and self.mixture > 0 and lane.rng.random() < self.mixture
            lane.done = None if follows else action
            executed.append(label if follows else action)
        return executed, lanes


def _agreement(action: Action, label: Action) -> float:
    """1 for the same action, else 0; continuous actions: the mean absolute difference."""
    if isinstance(label, np.ndarray) and label.dtype.kind == "f":
        return float(np.abs(np.asarray(action, np.float64) - label).mean())
    return float(action == label)


def label(trajectory: Trajectory, labels: Sequence[Action | None]) -> Trajectory | None:
    """The trajectory with the expert's actions in place of those that were done, without the steps that have none.

    A label that is no admissible text action counts as none. Gives None where no step is left.
    """
    offered = trajectory.admissible_actions
    actions = trajectory.actions.copy()
    kept = []
    for step, action in enumerate(labels):
        if action is None or (offered is not None and action not in offered[step][:MOST_CANDIDATES]):
            continue
        actions[step] = action
        kept.append(step)
    return replace(trajectory, actions=actions, frames=None).select(kept) if kept else None


class Relabeling:
    """The rounds of a run: when they are, what they gave, and the demos with all of it."""

    def __init__(self, config: TrainConfig, tasks: Sequence[Task], run: Path) -> None:
        self.config, self.run = config, run
        count = config.relabel_rounds
        self.rounds = {2 * number * config.steps // (3 * count + 1): number for number in range(1, count + 1)}
        """Step before which a round takes place -> its number, from 1 on."""
        self.experts = [ExpertPolicy(task) for task in tasks] if count else []

    def carry_out(self, step: int, policy: Policy) -> dict[str, float]:
        """The round before `step`, or what is left of it: act, label, store; gives its metrics."""
        started = time.perf_counter()
        metrics: dict[str, float] = {}
        for expert in self.experts:
            folder = self._folder(self.rounds[step], expert.task)
            store = DemoStore.open(folder) if folder.exists() else self._relabel(step, expert, policy)
            for name, value in store.meta[RELABELED]["figures"].items():
                metrics[f"relabel/{expert.task.name}/{name}"] = value
        return {**metrics, "time/relabel_s": time.perf_counter() - started}

    def grow(self, data: Sequence[TaskData], step: int) -> list[TaskData]:
        """The demos of all tasks with the steps of every round before `step` that they do not hold yet."""
        grown = list(data)
        for number in (number for before, number in self.rounds.items() if before < step):
            for index, part in enumerate(grown):
                if number > part.rounds:
                    fresh = DemoStore.open(self._folder(number, part.task)).load()
                    grown[index] = TaskData(part.task, part.spaces, part.trajectories + fresh, number, part.paraphrases)
        return grown

    def _folder(self, number: int, task: Task) -> Path:
        return self.run / FOLDER / f"round-{number}" / task.name.replace("/", "-")

    def _relabel(self, step: int, expert: ExpertPolicy, policy: Policy) -> DemoStore:
        """One task's part of a round, written aside and then in place."""
        config, task, number = self.config, expert.task, self.rounds[step]
        mixture = config.relabel_mixture**number
        first = (number - 1) * config.relabel_episodes
        seeds = episode_seeds("demos", FIRST_SEED + config.seed % SEEDS, config.relabel_episodes, first)
        watched = WatchedPolicy(policy, expert, mixture, config.seed)
        played = rollout(watched, task, seeds)
        labeled = [each for each in (label(each, watched.labels[each.seed]) for each in played) if each is not None]
        agreed = [value for values in watched.agreed.values() for value in values]
        figures = {
            "steps": sum(map(len, labeled)),
            "policy_success": sum(each.success for each in played) / len(played),
            "difference" if played[0].actions.dtype.kind == "f" else "agreement": float(np.mean(agreed or [0.0])),
        }
        folder = self._folder(number, task)
        aside = folder.with_name(f".{folder.name}.{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        store = DemoStore.create(aside, task, recording={"episodes": len(played), "first_seed": seeds[0]})
        store.append(labeled)
        acting = "the policy in training" + (f", and the expert in {mixture:.3g} of the steps" if mixture else "")
        store.set_meta(RELABELED, {"round": number, "step": step, "acting": acting, "figures": figures})
        os.replace(aside, folder)
        return DemoStore.open(folder)
