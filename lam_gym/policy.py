"""Policies: what acts. Expert, clone, large action policy, SB3 agent and random baseline are all one `Policy`.

Memory is passed in and out, never hidden: a list with one opaque entry per environment, or None for a policy that
needs no memory. `rollout` gives `act` the observations of the running environments and their memory entries.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from lam_gym.errors import BadCheckpoint, BadConfig
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Action, Observation

if TYPE_CHECKING:
    import gymnasium
    from stable_baselines3.common.base_class import BaseAlgorithm

Memory = list[Any] | None
"""One entry per environment; None for memory-free policies."""


@runtime_checkable
class Policy(Protocol):
    """Anything that acts on batches of observations with explicit memory."""

    def start(self, task: Task, num_envs: int) -> Memory:
        """Memory at the first step of `num_envs` episodes of `task`."""
        ...

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        """One action per observation, and the memory after them."""
        ...


@runtime_checkable
class EpisodePolicy(Policy, Protocol):
    """A policy that needs each episode's seed or environment: experts that read the true state, random streams."""

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> Any:
        """The memory entry of an episode that was just reset with `seed`."""
        ...


class RandomPolicy:
    """Uniformly random actions; text tasks: a uniformly random admissible action.

    Each episode has its own stream, drawn from (`seed`, the episode's seed), so results do not depend on the batch.
    """

    def __init__(self, task: Task | str, seed: int = 0) -> None:
        self.task = get_task(task)
        self.seed = seed
        env = make_env(self.task)
        self._space = env.action_space
        env.close()

    def start(self, task: Task, num_envs: int) -> Memory:
        return [np.random.default_rng((self.seed, index)) for index in range(num_envs)]

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> np.random.Generator:
        return np.random.default_rng((self.seed, seed))

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        assert memory is not None
        return [self._draw(observation, rng) for observation, rng in zip(observations, memory)], memory

    def _draw(self, observation: Observation, rng: np.random.Generator) -> Action:
        from gymnasium.spaces import Box, Discrete

        if isinstance(observation, dict) and "admissible_actions" in observation:
            choices = observation["admissible_actions"]
            return choices[int(rng.integers(len(choices)))]
        if isinstance(self._space, Discrete):
            return int(self._space.start + rng.integers(self._space.n))
        if isinstance(self._space, Box) and self._space.is_bounded():
            return rng.uniform(self._space.low, self._space.high).astype(self._space.dtype)
        self._space.seed(int(rng.integers(2**31)))
        return self._space.sample()


class ExpertPolicy:
    """The task's expert: a scripted one built from the live environment of each episode, or an SB3 policy file.

    A scripted expert that returns None or raises `lam_envs.third_party.ExpertFailure` gives the episode up; `rollout`
    then reports the seed instead of a trajectory. An expert that keeps a plan takes `last_action` in its `act`, which
    says what was done where that was not its own advice.
    """

    def __init__(self, task: Task | str) -> None:
        from lam_envs.third_party import ExpertFailure

        self.task = get_task(task)
        self._failure = ExpertFailure
        self._sb3: SB3Policy | None = None
        if not self.task.expert:
            raise BadConfig(f"Task '{self.task.name}' has no expert: give one, such as expert='sb3:ppo:policy.zip'.")
        if self.task.expert.startswith("sb3:"):
            _, kind, path = [*self.task.expert.split(":", 2), ""][:3]
            self._sb3 = SB3Policy(self.task, path, kind)
        else:
            self._factory = _find_factory(self.task)

    def start(self, task: Task, num_envs: int) -> Memory:
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> Any:
        if self._sb3:
            return None
        try:
            return self._factory(env)
        except self._failure:
            return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        return self.advise(observations, memory, [None] * len(observations)), memory

    def explain(self, memory: Memory) -> list[str]:
        """Why each environment's last action was chosen, in the expert's words; "" where it has given up.

        Errors: BadConfig when the expert gives no reasons.
        """
        if self._sb3 or not all(expert is None or hasattr(expert, "explain") for expert in memory or ()):
            raise BadConfig(f"The expert of '{self.task.name}' gives no reasons: record it without explanations.")
        return ["" if expert is None else expert.explain() for expert in memory or ()]

    def advise(
        self, observations: Sequence[Observation], memory: Memory, done: Sequence[Action | None]
    ) -> list[Action | None]:
        """What it would do in the environments' present states, whoever brought them there; None where it gives up.

        Args:
            observations: one per environment.
            memory: as `begin` gave it for each.
            done: the last action of each environment where it was not this expert's advice, else None.
        """
        if self._sb3:
            return list(self._sb3.act(observations, None)[0])
        assert memory is not None
        return [self._ask(*each) for each in zip(observations, memory, done)]

    def _ask(self, observation: Observation, expert: Any, done: Action | None) -> Action | None:
        """The expert's action; None where it gives up."""
        try:
            if expert is None:
                return None
            if done is not None and "last_action" in inspect.signature(expert.act).parameters:
                return expert.act(observation, last_action=done)
            return expert.act(observation)
        except self._failure:
            return None


def _find_factory(task: Task) -> Any:
    module_name, separator, name = task.expert.partition(":")
    if not separator:
        raise BadConfig(f"The expert of '{task.name}' must read 'package.module:factory', not '{task.expert}'.")
    try:
        return getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise BadConfig(f"The expert '{task.expert}' of task '{task.name}' cannot be imported: {error}.") from error


class SB3Policy:
    """A stable-baselines3 algorithm as a policy (deterministic actions).

    `algorithm` may be a trained algorithm or the path of the zip file that its `save` wrote. Loading such a file
    unpickles it, which executes code in it: load only files that you trust.
    """

    def __init__(self, task: Task | str, algorithm: BaseAlgorithm | str | Path, kind: str = "ppo") -> None:
        self.task = get_task(task)
        self.algorithm = load_sb3(algorithm, kind) if isinstance(algorithm, (str, Path)) else algorithm
        env = make_env(self.task)
        expected, came = env.action_space, self.algorithm.action_space
        env.close()
        if expected != came:
            raise BadCheckpoint(f"The SB3 policy acts in {came}, but task '{self.task.name}' takes {expected}.")

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        batch: Any
        if isinstance(observations[0], dict):
            batch = {key: np.stack([observation[key] for observation in observations]) for key in observations[0]}
        else:
            batch = np.stack(observations)
        actions, _ = self.algorithm.predict(batch, deterministic=True)
        return (actions.tolist() if actions.ndim == 1 else list(actions)), memory


def load_sb3(path: str | Path, kind: str) -> BaseAlgorithm:
    """The SB3 algorithm of class `kind` ("ppo", "a2c", "dqn", "sac", "td3", "ddpg") saved at `path`."""
    import stable_baselines3

    algorithms = {name.lower(): name for name in ("PPO", "A2C", "DQN", "SAC", "TD3", "DDPG")}
    if kind.lower() not in algorithms:
        raise BadConfig(f"An SB3 algorithm is one of {', '.join(algorithms)}, not '{kind}'.")
    if not Path(path).is_file():
        raise BadCheckpoint(f"There is no SB3 policy file at '{path}'.")
    algorithm: BaseAlgorithm = getattr(stable_baselines3, algorithms[kind.lower()]).load(path, device="cpu")
    return algorithm
