"""Tasks: what is trained on and evaluated, one row of `TASKS` each (`lam_gym.task_table`).

A task is an environment id with its keyword arguments, an instruction, a time limit, how success is read, an expert,
reference returns and the symmetries that hold in it. Everything is data, so that a task needs no code in the toolkit.

    lam-gym tasks                          lists them
    make_env("text/mail")                  the environment, ready for use by any Gymnasium code
    get_task("text/mail@held_out_phrasing")   a variation: some keyword arguments replaced
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from lam_gym.errors import BadConfig, MissingExtra, UnknownTask, nearest
from lam_gym.task_definition import Mirror, Permutation, Symmetry, Task, read_success, success_threshold
from lam_gym.task_table import TABLE as _TABLE

if TYPE_CHECKING:
    import gymnasium

__all__ = [
    "SEED_KINDS",
    "SEED_REGION",
    "SEED_STRIDE",
    "TASKS",
    "Mirror",
    "Permutation",
    "Symmetry",
    "Task",
    "classification",
    "episode_seeds",
    "get_task",
    "iterate_tasks",
    "make_env",
    "make_plain_env",
    "read_success",
    "read_synonyms",
    "register_task",
    "success_threshold",
]

SEED_REGION = 2**28
"""Episode seeds of demos, validation and evaluation lie in three disjoint regions of this size."""

SEED_KINDS = ("demos", "validation", "evaluation")
SEED_STRIDE = 100_003
"""Distance between the first episode seeds of two neighboring values of a `seed` argument."""

TASKS: Mapping[str, Task] = MappingProxyType(_TABLE)
"""Every task by name. Read-only; `register_task` adds one."""


def register_task(task: Task) -> Task:
    """Add a task to `TASKS` for this process, so that its name works wherever a task is asked for."""
    _TABLE[task.name] = task
    return task


def get_task(task: Task | str) -> Task:
    """The task of this name ("family/name" or "family/name@variation"); a Task is returned as it is."""
    if isinstance(task, Task):
        return task
    if task in _TABLE:
        return _TABLE[task]
    name, _, variation = task.partition("@")
    if name not in _TABLE:
        raise UnknownTask(f"There is no task '{name}'; {nearest(name, _TABLE)}")
    return _TABLE[name].vary(variation)


def classification(
    path: str | Path,
    name: str = "",
    label: str = "label",
    text: str = "",
    image: str = "",
    features: Sequence[str] = (),
    instruction: str = "say which class this belongs to",
) -> Task:
    """A labeled table as a one-step task: the row is the observation, its label the action, 1 the reward if right.

    `register_task(classification("mails.csv", text="subject", label="folder"))` makes it known by its name. Its expert
    says the true label; demos, validation and evaluation get rows of their own.

    Args:
        path: a .csv or .parquet file.
        name: name of the task; "data/<name of the file>" by default.
        label: column of the labels.
        text, image, features: columns of what is shown. Without any of them: "text" and "image" where there is such a
            column, else every other column as a number.
        instruction: what is asked.

    Raises BadConfig where the file is no such table.
    """
    from lam_envs.data.classify import open_table

    path = Path(path).resolve()
    columns = {"label": label, "text": text, "image": image, "features": tuple(features)}
    try:
        table = open_table(str(path), label, text, image, tuple(features))
    except ValueError as error:
        raise BadConfig(str(error)) from error
    return Task(
        name=name or f"data/{path.stem}",
        env_id="LamData/Classify-v0",
        instruction=instruction,
        max_episode_steps=1,
        kwargs={"table": str(path), **{key: value for key, value in columns.items() if value}},
        expert="lam_envs.data.classify:true_label",
        random_return=1 / len(table.labels),
        expert_return=1.0,
        requires="lam_envs",
        modalities={("" if len(table.fields) == 1 else "picture"): "picture"} if "picture" in table.fields else {},
    )


def make_env(task: Task | str, render_mode: str | None = None) -> gymnasium.Env[Any, Any]:
    """The task's environment with its time limit and Gymnasium's usual wrappers."""
    import gymnasium

    from lam_envs import third_party

    task = get_task(task)
    if task.requires:
        try:
            third_party.require(task.requires, task.extra)
        except ImportError as error:
            fix = f"pip install 'lam-gym[{task.extra}]'" if task.extra else f"install '{task.requires}'"
            raise MissingExtra(f"Task '{task.name}' needs the package '{task.requires}': {fix}.") from error
    rendering: dict[str, Any] = {} if render_mode is None else {"render_mode": render_mode}
    try:
        return gymnasium.make(task.env_id, max_episode_steps=task.max_episode_steps, **rendering, **task.kwargs)
    except (gymnasium.error.Error, ValueError) as error:
        raise BadConfig(f"Task '{task.name}' could not make environment '{task.env_id}': {error}") from error


def make_plain_env(task: Task | str, render_mode: str | None = None) -> gymnasium.Env[Any, Any]:
    """The task's environment without clock and checks, for code that keeps the time limit itself (rollouts)."""
    from gymnasium.wrappers import OrderEnforcing, TimeLimit
    from gymnasium.wrappers import PassiveEnvChecker as _PassiveEnvChecker

    env = make_env(task, render_mode)
    while isinstance(env, (TimeLimit, OrderEnforcing, _PassiveEnvChecker)):
        env = env.env
    return env


def episode_seeds(
    kind: Literal["demos", "validation", "evaluation"], seed: int, episodes: int, start: int = 0
) -> list[int]:
    """Seeds of episodes `start` to `start + episodes` of a recording or an evaluation.

    The three kinds never share a seed, so nothing is evaluated on an episode that was recorded or selected on.
    Two `seed` arguments below 2684 give disjoint seeds as long as neither asks for more than 100,003 episodes.
    """
    if kind not in SEED_KINDS:
        raise BadConfig(f"Seeds are for {', '.join(SEED_KINDS)}, not '{kind}'.")
    if seed < 0 or episodes < 0 or start < 0:
        raise BadConfig(f"Seed, episodes and start must not be negative, got {seed}, {episodes} and {start}.")
    base = SEED_KINDS.index(kind) * SEED_REGION
    first = seed * SEED_STRIDE + start
    return [base + (first + episode) % SEED_REGION for episode in range(episodes)]


def read_synonyms(task: Task) -> tuple[tuple[str, ...], ...]:
    """The groups of words that `task.synonyms` names; none where it names nothing."""
    if not task.synonyms:
        return ()
    module, _, name = task.synonyms.partition(":")
    try:
        groups = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadConfig(f"The synonyms '{task.synonyms}' of task '{task.name}' cannot be imported: {error}.") from error
    return tuple(tuple(group) for group in groups)


def iterate_tasks(names: Sequence[str]) -> Iterator[Task]:
    """The tasks of these names, in order; a repeated name is an error."""
    if len(set(names)) != len(names):
        raise BadConfig(f"Each task may be named once, got {', '.join(names)}.")
    for name in names:
        yield get_task(name)
