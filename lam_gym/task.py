"""Tasks: what is trained on and evaluated, one row of `TASKS` each.

A task is an environment id with its keyword arguments, an instruction, a time limit, how success is read, an expert,
reference returns and the symmetries that hold in it. Everything is data, so that a task needs no code in the toolkit.

    lam-gym tasks                          lists them
    make_env("text/mail")                  the environment, ready for use by any Gymnasium code
    get_task("text/mail@held_out_phrasing")   a variation: some keyword arguments replaced
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from lam_gym.errors import BadConfig, MissingExtra, UnknownTask, nearest

if TYPE_CHECKING:
    import gymnasium

SEED_REGION = 2**28
"""Episode seeds of demos, validation and evaluation lie in three disjoint regions of this size."""

SEED_KINDS = ("demos", "validation", "evaluation")
SEED_STRIDE = 100_003
"""Distance between the first episode seeds of two neighboring values of a `seed` argument."""


@dataclass(frozen=True)
class Mirror:
    """Left-right reflection: (x, a) -> (M x, M a) is as good a demonstration as (x, a)."""

    flip: Mapping[str, int] = field(default_factory=dict)
    """Grid observation key -> axis of one frame that is reversed."""
    negate: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Vector observation key ("" for a plain array) -> indices whose sign changes."""
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
    """Joint permutation of one category over the grid and the words that name it."""

    name: str
    key: str
    """Grid observation key."""
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


_COLORS = ("red", "green", "blue", "purple", "yellow", "grey")
_BABYAI_MIRROR = Mirror(flip={"image": 0}, remap={"direction": (2, 1, 0, 3)}, swap_actions=((0, 1),))
_BABYAI_COLORS = Permutation("colors", "image", 1, (0, 1, 2, 3, 4, 5), _COLORS, only=(0, (5, 6, 7)))
_BABYAI_TYPES = Permutation("types", "image", 0, (5, 6, 7), ("key", "ball", "box"))
_BABYAI_GREY_TYPES = Permutation("grey types", "image", 0, (5, 6, 7), (), only=(1, (5,)))

_LANE_SCALE = (0.5756, 0.08046, 3.124, 0.07679, 0.01118, 0.0112, 0.01122, 0.01124, 0.01129, 0.01135, 0.01139, 0.01134)

_TABLE: dict[str, Task] = {
    "drive/lane-keeping": Task(
        name="drive/lane-keeping",
        env_id="LamDrive/LaneKeeping-v0",
        instruction="keep the lane to the end of the road",
        max_episode_steps=300,
        expert="lam_envs.driving.experts:stanley",
        random_return=10.69,
        expert_return=129.74,
        symmetries=(Mirror(negate={"": (0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11)}, negate_actions=(1,)),),
        observation_scale=_LANE_SCALE,
        variations={
            "validation": {"split": "validation"},
            "held_out": {"split": "held_out"},
            "extrapolation": {"split": "extrapolation"},
        },
        requires="lam_envs",
    ),
    "text/mail": Task(
        name="text/mail",
        env_id="LamText/Mail-v0",
        instruction="do what the instruction asks in the mail application",
        max_episode_steps=20,
        expert="lam_envs.text.experts:mail",
        random_return=0.0018,
        expert_return=1.0,
        synonyms="lam_envs.text.language:SYNONYMS",
        variations={
            "held_out_phrasing": {"phrasing": "held_out"},
            "held_out_layout": {"layout": "held_out"},
            "held_out_composition": {"composition": "held_out"},
        },
        requires="lam_envs",
    ),
    "babyai/GoToRedBallGrey": Task(
        name="babyai/GoToRedBallGrey",
        env_id="BabyAI-GoToRedBallGrey-v0",
        instruction="go to the red ball",
        max_episode_steps=64,
        success="reward",
        expert="lam_envs.third_party:babyai_bot",
        random_return=0.113,
        expert_return=0.919,
        symmetries=(_BABYAI_MIRROR, _BABYAI_GREY_TYPES),
        window=8,
        requires="minigrid",
        extra="babyai",
    ),
    "babyai/GoToLocal": Task(
        name="babyai/GoToLocal",
        env_id="BabyAI-GoToLocal-v0",
        instruction="go to the object that the mission names",
        max_episode_steps=64,
        success="reward",
        expert="lam_envs.third_party:babyai_bot",
        random_return=0.161,
        expert_return=0.926,
        symmetries=(_BABYAI_MIRROR, _BABYAI_COLORS, _BABYAI_TYPES),
        window=8,
        requires="minigrid",
        extra="babyai",
    ),
    "control/cartpole": Task(
        name="control/cartpole",
        env_id="CartPole-v1",
        instruction="balance the pole",
        max_episode_steps=500,
        success="return>=475",
        expert="lam_envs.control:cartpole_controller",
        random_return=22.9,
        expert_return=500.0,
        observation_scale=(0.09447, 0.4049, 0.07129, 0.6056),
        symmetries=(Mirror(negate={"": (0, 1, 2, 3)}, swap_actions=((0, 1),)),),
    ),
}

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
    name, _, variation = task.partition("@")
    if name not in _TABLE:
        raise UnknownTask(f"There is no task '{name}'; {nearest(name, _TABLE)}")
    return _TABLE[name].vary(variation) if variation else _TABLE[name]


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
    except gymnasium.error.Error as error:
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
