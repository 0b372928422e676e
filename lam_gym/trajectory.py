"""One episode of data: T+1 observations, T actions, T rewards, as NumPy arrays.

Letters: T steps of the episode. Nested observation spaces are flattened to one level, keys joined by "/";
text fields are object arrays of `str`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.errors import BadTrajectory

Observation = Any
"""One step's observation: an array, a string, or a flat dict of both (`flatten_observation`)."""
Action = Any
"""One action, as the environment's `step` takes it: an int, an array or a string."""
Observations = NDArray[Any] | dict[str, NDArray[Any]]


def flatten_observation(observation: Any, prefix: str = "") -> Observation:
    """Nested dicts and tuples as one flat dict with "/"-joined keys; anything else is returned as it is."""
    if isinstance(observation, Mapping):
        items = list(observation.items())
    elif isinstance(observation, tuple):
        items = [(str(index), value) for index, value in enumerate(observation)]
    else:
        return observation
    flat: dict[str, Any] = {}
    for key, value in items:
        name = f"{prefix}{key}"
        if isinstance(value, (Mapping, tuple)):
            flat.update(flatten_observation(value, f"{name}/"))
        else:
            flat[name] = value
    return flat


def stack(values: Sequence[Any]) -> NDArray[Any]:
    """Steps as one array with a leading time dimension; strings become an object array."""
    if isinstance(values[0], str):
        texts = np.empty(len(values), dtype=object)
        texts[:] = values
        return texts
    return np.array(values)


def stack_observations(observations: Sequence[Observation]) -> Observations:
    """Observations of successive steps as arrays with a leading time dimension."""
    if isinstance(observations[0], Mapping):
        return {key: stack([observation[key] for observation in observations]) for key in observations[0]}
    return stack(observations)


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One episode. Checked when it is built: what does not fit together raises `BadTrajectory`."""

    task: str
    """Name of the task that it was recorded in."""
    seed: int
    """Seed that the environment was reset with."""
    observations: Observations
    """Array [T+1, ...] or dict of such arrays."""
    actions: NDArray[Any]
    """[T] int64, [T, n] floats, or [T] strings (object)."""
    rewards: NDArray[np.float64]
    """[T] float64."""
    terminated: bool
    """The episode ended by the task."""
    truncated: bool
    """The episode ended by the clock."""
    success: bool
    """The task's goal was reached."""
    admissible_actions: tuple[tuple[str, ...], ...] | None = None
    """Text tasks: the actions that did something, for each of the T+1 observations."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Numbers of the last step's info."""
    explanations: NDArray[Any] | None = None
    """[T] strings (object), when asked for: why the expert chose each action, in words."""
    frames: NDArray[np.uint8] | tuple[str, ...] | None = None
    """Rendered pictures or screens, when asked for; never stored with demos."""

    def __post_init__(self) -> None:
        steps = len(self.actions)
        if steps < 1:
            raise BadTrajectory(
                f"A trajectory of '{self.task}' (seed {self.seed}) needs at least one action, got none."
            )
        if len(self.rewards) != steps:
            raise BadTrajectory(f"{steps} actions need {steps} rewards, got {len(self.rewards)} (seed {self.seed}).")
        if self.explanations is not None and len(self.explanations) != steps:
            raise BadTrajectory(f"{steps} actions need {steps} explanations, got {len(self.explanations)}.")
        for key, values in self.fields().items():
            if len(values) != steps + 1:
                name = f"observation '{key}'" if key else "observations"
                raise BadTrajectory(f"{steps} actions need {steps + 1} {name}, got {len(values)} (seed {self.seed}).")
        if self.admissible_actions is not None and len(self.admissible_actions) != steps + 1:
            raise BadTrajectory(
                f"{steps} actions need {steps + 1} lists of admissible actions, got {len(self.admissible_actions)}."
            )

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def episode_return(self) -> float:
        """Sum of rewards."""
        return float(self.rewards.sum())

    def fields(self) -> dict[str, NDArray[Any]]:
        """Observation arrays by key; a plain array has the key ""."""
        return self.observations if isinstance(self.observations, dict) else {"": self.observations}

    def observation(self, step: int) -> Observation:
        """The observation before action `step`, as a policy gets it (with its admissible actions)."""
        if not isinstance(self.observations, dict) and self.admissible_actions is None:
            return self.observations[step]
        observation = {key: values[step] for key, values in self.fields().items()}
        if self.admissible_actions is not None:
            observation["admissible_actions"] = self.admissible_actions[step]
        return observation

    def select(self, steps: Sequence[int]) -> Trajectory:
        """The trajectory with only these steps (in order), followed by the last observation."""
        rows = np.asarray(steps, dtype=np.int64)
        after = np.append(rows, len(self))
        fields = {key: values[after] for key, values in self.fields().items()}
        admissible = self.admissible_actions
        return replace(
            self,
            observations=fields if isinstance(self.observations, dict) else fields[""],
            actions=self.actions[rows],
            rewards=self.rewards[rows],
            admissible_actions=None if admissible is None else tuple(admissible[step] for step in after),
            explanations=None if self.explanations is None else self.explanations[rows],
            frames=None,
        )

    def equals(self, other: Trajectory) -> bool:
        """Whether both hold the same episode: every array equal in values, shape and dtype."""
        mine, theirs = self.fields(), other.fields()
        return (
            (self.task, self.seed, self.terminated, self.truncated, self.success)
            == (other.task, other.seed, other.terminated, other.truncated, other.success)
            and mine.keys() == theirs.keys()
            and all(_same(mine[key], theirs[key]) for key in mine)
            and _same(self.actions, other.actions)
            and _same(self.rewards, other.rewards)
            and self.admissible_actions == other.admissible_actions
            and dict(self.metrics) == dict(other.metrics)
            and _texts(self.explanations) == _texts(other.explanations)
        )


def _texts(values: NDArray[Any] | None) -> list[str] | None:
    return None if values is None else values.tolist()


def _same(left: NDArray[Any], right: NDArray[Any]) -> bool:
    return left.dtype == right.dtype and left.shape == right.shape and bool(np.array_equal(left, right))
