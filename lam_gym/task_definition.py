"""What a task is: environment, instruction, time limit, how success is read, expert, references and symmetries.

`lam_gym.task` gives all of this out again; the rows are in `lam_gym.task_table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lam_gym.errors import BadConfig, UnknownTask, nearest


@dataclass(frozen=True)
class Mirror:
    """Left-right reflection: (x, a) -> (M x, M a) is as good a demonstration as (x, a)."""

    flip: Mapping[str, int] = field(default_factory=dict)
    """Grid observation key -> axis of one frame that is reversed."""
    negate: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Vector or set observation key ("" for a plain array) -> indices (of the features) whose sign changes."""
    remap: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Discrete observation key -> new code of each old code."""
    swap_actions: tuple[tuple[int, int], ...] = ()
    """Pairs of discrete actions that change places."""
    negate_actions: tuple[int, ...] = ()
    """Indices of a Box action whose sign changes."""
    swap_words: tuple[tuple[str, str], ...] = ()
    """Pairs of words that change places in every text."""


@dataclass(frozen=True)
class Permutation:
    """Joint permutation of one category over the grid and the words that name it, or over the words of a text alone."""

    name: str
    key: str
    """Observation key of the grid, or of the text."""
    channel: int
    """Channel of the grid that holds the category."""
    codes: tuple[int, ...]
    """Codes that are permuted; `codes[i]` is shown where `words[i]` is said."""
    words: tuple[str, ...]
    only: tuple[int, tuple[int, ...]] | None = None
    """(channel, codes): the permutation touches only cells whose `channel` holds one of `codes`."""


Symmetry = Mirror | Permutation


@dataclass(frozen=True)
class Task:
    """One task: environment, instruction, clock, success, expert, references, symmetries."""

    name: str
    """Family and name, such as "drive/lane-keeping"."""
    env_id: str
    """Gymnasium id."""
    instruction: str
    """What is asked, in words; environments with their own instruction per episode show that instead."""
    max_episode_steps: int
    """Steps after which an episode is truncated."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of `gymnasium.make`."""
    success: str = "info"
    """"info": the last info's "success"; "reward": the last reward is positive; "return>=475": the sum of rewards."""
    expert: str = ""
    """"package.module:factory" (`factory(env)` gives an object with `act(observation)`) or "sb3:<algorithm>:<file>"."""
    random_return: float | None = None
    """Mean return of uniformly random actions (500 episodes)."""
    expert_return: float | None = None
    """Mean return of the expert (500 episodes)."""
    symmetries: tuple[Symmetry, ...] = ()
    synonyms: str = ""
    """"package.module:NAME" of groups of words that may stand for each other in instructions of this task."""
    variations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Name -> keyword arguments that replace some of `kwargs`, such as held-out phrasings."""
    requires: str = ""
    """Module whose import registers the environment id."""
    extra: str = ""
    """Extra of lam-gym that installs `requires`."""
    window: int = 1
    """Successive observations that a policy needs to see: 1 where one observation tells all."""
    observation_scale: tuple[float, ...] | None = None
    """Vector tasks: the unit of epsilon, the standard deviation of each feature over a fixed mixture (half expert
    states, half random-policy states, 10,000 each, seed 0)."""
    modalities: Mapping[str, str] = field(default_factory=dict)
    """Observation key ("" for a plain array) -> how it is read where its space does not tell: "set" for rows of
    features whose order means nothing (row 0 is the agent's own, column 0 is 1 where a row is present and 0 where it
    only fills up), "picture", "grid" or "vector"."""

    def __post_init__(self) -> None:
        if self.max_episode_steps < 1:
            raise BadConfig(f"max_episode_steps of task '{self.name}' must be positive, not {self.max_episode_steps}.")
        if self.success not in ("info", "reward"):
            success_threshold(self.success)

    def vary(self, name: str) -> Task:
        """The variation `name` as a task of its own, called "<task>@<name>"."""
        if name not in self.variations:
            hint = nearest(name, self.variations) if self.variations else "it has none."
            raise UnknownTask(f"Task '{self.name}' has no variation '{name}'; {hint}")
        kwargs = {**self.kwargs, **self.variations[name]}
        return replace(self, name=f"{self.name}@{name}", kwargs=kwargs, variations={})


def success_threshold(rule: str) -> float:
    """The number in a success rule of the form "return>=475"."""
    head, separator, number = rule.partition(">=")
    try:
        if head.strip() == "return" and separator:
            return float(number)
    except ValueError:
        pass
    raise BadConfig(f"A success rule is 'info', 'reward' or 'return>=NUMBER', not '{rule}'.")


def read_success(task: Task, rewards: Sequence[float], info: Mapping[str, Any]) -> bool:
    """Whether an episode with these rewards and this last info succeeded, by the task's rule."""
    if task.success == "info":
        return bool(info.get("success", False))
    if task.success == "reward":
        return bool(rewards[-1] > 0)
    return bool(sum(rewards) >= success_threshold(task.success))
