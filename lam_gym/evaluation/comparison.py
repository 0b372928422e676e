"""B and A against the expert on held-out demonstrations, and against each other: one row a step.

Both models are asked for an action at every observation that the expert saw (teacher forcing), with their memory
carried along each episode. Actions are compared by kind: "discrete" and "text" exactly, "continuous" in every
dimension within a tolerance in action units. For text the verb (first word) is the class of precision and recall.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lam_gym.errors import BadConfig, BadDemos
from lam_gym.evaluation.statistics import classification_figures, clustered_interval, regression_figures
from lam_gym.policy import Memory, Policy
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Action, Observation, Trajectory

TOLERANCE = 0.05
"""Continuous actions within this share of the action range count as the same."""

EXAMPLES = 8
"""Differences between B and A that are listed."""

SUMMARY_LENGTH = 400
"""Characters of an observation's summary."""


def predict(policy: Policy, task: Task | str, demos: Sequence[Trajectory], num_envs: int = 64) -> list[list[Action]]:
    """The policy's action at each step of each trajectory, with its memory carried along; `num_envs` in lock-step."""
    task = get_task(task)
    predicted: list[list[Action]] = [[] for _ in demos]
    for first in range(0, len(demos), num_envs):
        running = list(range(first, min(first + num_envs, len(demos))))
        memory: Memory = policy.start(task, len(running))
        step = 0
        while running:
            actions, memory = policy.act([demos[episode].observation(step) for episode in running], memory)
            for episode, action in zip(running, actions):
                predicted[episode].append(action)
            step += 1
            kept = [row for row, episode in enumerate(running) if step < len(demos[episode])]
            running = [running[row] for row in kept]
            memory = None if memory is None else [memory[row] for row in kept]
    return predicted


@dataclass(frozen=True)
class Comparison:
    """Steps of held-out demos with the actions of the expert and of each policy; figures are computed from the rows."""

    task: str
    kind: str
    """"discrete", "text" or "continuous"."""
    policies: tuple[str, ...]
    """Names of the policies, such as ("B", "A")."""
    rows: list[dict[str, Any]]
    """One dict a step: seed, step, "expert" and each policy's action as text, and what was seen where they differ."""
    tolerance: tuple[float, ...] = ()
    """Continuous actions: largest difference of each dimension that counts as the same, in action units."""

    def __post_init__(self) -> None:
        if not self.rows:
            raise BadDemos(f"A comparison on '{self.task}' needs at least one step of held-out demos, got none.")

    @cached_property
    def _episodes(self) -> list[int]:
        return [row["seed"] for row in self.rows]

    def actions(self, name: str) -> Any:
        """The actions of "expert" or a policy: a list of words, or an array [N, n] of numbers."""
        texts = [row[name] for row in self.rows]
        return np.array([json.loads(text) for text in texts]) if self.kind == "continuous" else texts

    def same(self, left: str, right: str) -> NDArray[np.bool_]:
        """Where two of them act the same [N]."""
        if self.kind != "continuous":
            return np.array([row[left] == row[right] for row in self.rows])
        close: NDArray[np.bool_] = (np.abs(self.actions(left) - self.actions(right)) <= np.array(self.tolerance)).all(1)
        return close

    def against_expert(self, name: str) -> dict[str, Any]:
        """Accuracy of one policy with its interval (whole episodes resampled), and its classes or errors."""
        right = self.same(name, "expert")
        figures: dict[str, Any] = {
            "accuracy": float(right.mean()),
            "accuracy_interval": list(clustered_interval(right, self._episodes)),
        }
        if self.kind == "continuous":
            errors = regression_figures(self.actions("expert"), self.actions(name), self.tolerance)
            return {**figures, "regression": asdict(errors)}
        truth, guess = self.actions("expert"), self.actions(name)
        if self.kind == "text":
            truth, guess = [verb(text) for text in truth], [verb(text) for text in guess]
        return {**figures, "classification": asdict(classification_figures(truth, guess))}

    def agreement(self, left: str, right: str) -> dict[str, Any]:
        """How often two policies act the same, and who acts as the expert where they do not."""
        same = self.same(left, right)
        left_right, right_right = self.same(left, "expert")[~same], self.same(right, "expert")[~same]
        return {
            "policies": [left, right],
            "rate": float(same.mean()),
            "interval": list(clustered_interval(same, self._episodes)),
            "same": int(same.sum()),
            "different": int((~same).sum()),
            f"{left}_right": int((left_right & ~right_right).sum()),
            f"{right}_right": int((right_right & ~left_right).sum()),
            "both_right": int((left_right & right_right).sum()),
            "both_wrong": int((~left_right & ~right_right).sum()),
            "examples": [self.rows[index] for index in np.flatnonzero(~same)[:EXAMPLES]],
        }

    def figures(self) -> dict[str, Any]:
        """Everything as JSON-able numbers."""
        names = self.policies
        return {
            "task": self.task,
            "kind": self.kind,
            "episodes": len(set(self._episodes)),
            "steps": len(self.rows),
            "tolerance": list(self.tolerance),
            "policies": {name: self.against_expert(name) for name in names},
            "agreement": self.agreement(names[0], names[1]) if len(names) == 2 else None,
        }

    def save(self, path: str | Path) -> Path:
        """Write the figures as JSON to `path`, and the rows as Parquet beside it (folder "steps")."""
        path = Path(path)
        steps = path.parent / "steps" / f"{path.stem}.parquet"
        steps.parent.mkdir(parents=True, exist_ok=True)
        about = {"task": self.task, "kind": self.kind, "policies": self.policies, "tolerance": self.tolerance}
        table = pa.Table.from_pylist(self.rows).replace_schema_metadata({"comparison": json.dumps(about)})
        aside = steps.with_name(f".{steps.name}.{os.getpid()}")
        pq.write_table(table, aside, compression="zstd")
        os.replace(aside, steps)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.write_text(json.dumps(self.figures(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(aside, path)
        return path

    @classmethod
    def load(cls, path: str | Path) -> Comparison:
        """The comparison whose rows `save` wrote beside the JSON file `path`."""
        steps = Path(path).parent / "steps" / f"{Path(path).stem}.parquet"
        try:
            table = pq.ParquetFile(steps).read()
            about = json.loads(table.schema.metadata[b"comparison"])
        except (OSError, pa.ArrowInvalid, KeyError, TypeError) as error:
            raise BadConfig(f"'{steps}' holds no readable comparison: {error}; evaluate again.") from error
        return cls(about["task"], about["kind"], tuple(about["policies"]), table.to_pylist(), tuple(about["tolerance"]))


def compare(
    policies: Mapping[str, Policy],
    task: Task | str,
    demos: Sequence[Trajectory],
    num_envs: int = 64,
    tolerance: Sequence[float] | None = None,
) -> Comparison:
    """Ask each policy for its action at every step of the demos.

    Args:
        policies: by name, usually {"B": behavior model, "A": large action policy}.
        task: the demos' task.
        demos: episodes that no policy was trained on.
        num_envs: episodes that are asked about together.
        tolerance: continuous actions: largest difference that counts as the same; a share of the range by default.
    """
    task = get_task(task)
    kind = _kind(demos[0].actions) if demos else "discrete"
    names = _action_names(task) if kind == "discrete" else {}
    predicted = {name: predict(policy, task, demos, num_envs) for name, policy in policies.items()}
    rows = []
    for index, demo in enumerate(demos):
        for step in range(len(demo)):
            row = {"seed": demo.seed, "step": step, "expert": _say(demo.actions[step], kind, names)}
            row.update({name: _say(actions[index][step], kind, names) for name, actions in predicted.items()})
            different = len({row[name] for name in policies}) > 1
            row["observation"] = summarize(demo.observation(step)) if different else ""
            rows.append(row)
    allowed: tuple[float, ...] = ()
    if kind == "continuous":
        allowed = _tolerance(task, demos[0].actions.shape[1:]) if tolerance is None else tuple(map(float, tolerance))
    return Comparison(task.name, kind, tuple(policies), rows, allowed)


def verb(action: str) -> str:
    """The first word of a text action: its class."""
    return action.split(" ", 1)[0] if action else "(nothing)"


def summarize(observation: Observation) -> str:
    """An observation in a few words: its texts, its short vectors, the shapes of the rest."""
    if isinstance(observation, Mapping):
        shown = {key: value for key, value in observation.items() if key != "admissible_actions"}
        text = "\n".join(f"{key}: {summarize(value)}" for key, value in shown.items())
    elif isinstance(observation, str):
        text = observation
    else:
        values = np.asarray(observation)
        if values.size > 32:
            return f"array of shape {values.shape}"
        text = np.array2string(values, precision=3, suppress_small=True, max_line_width=10_000, separator=", ")
    return text if len(text) <= SUMMARY_LENGTH else text[: SUMMARY_LENGTH - 1] + "…"


def _kind(actions: NDArray[Any]) -> str:
    if actions.dtype == object:
        return "text"
    return "discrete" if actions.dtype.kind in "iu" and actions.ndim == 1 else "continuous"


def _say(action: Action, kind: str, names: Mapping[int, str]) -> str:
    """An action as the text that is stored and compared."""
    if kind == "text":
        return "" if action is None else str(action)
    if kind == "discrete":
        return names.get(int(action), str(int(action)))
    return json.dumps([float(value) for value in np.asarray(action).ravel()])


def _action_names(task: Task) -> dict[int, str]:
    """Names of discrete actions, where the environment has `action_names` or an enumeration `actions` (MiniGrid)."""
    env = make_env(task)
    actions, names = (getattr(env.unwrapped, key, None) for key in ("actions", "action_names"))
    env.close()
    if names is not None:
        return dict(enumerate(names))
    if isinstance(actions, type) and issubclass(actions, Enum):
        return {int(member.value): member.name for member in actions}
    return {}


def _tolerance(task: Task, shape: tuple[int, ...]) -> tuple[float, ...]:
    """The default tolerance of each action dimension, in action units."""
    env = make_env(task)
    low, high = getattr(env.action_space, "low", None), getattr(env.action_space, "high", None)
    env.close()
    if low is None or high is None or not np.isfinite([low, high]).all():
        return (TOLERANCE,) * int(np.prod(shape))
    return tuple(float(width) for width in TOLERANCE * (high - low).ravel())
