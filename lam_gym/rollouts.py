"""Running a policy in environments: the only code that calls `env.step`.

Environments run in lock-step: one batched policy call a step for all of them. Every episode depends on its seed and
the policy alone, so the number of environments and of worker processes changes the speed and nothing else.

    rollout(policy, "text/mail", seeds=range(100))      -> 100 trajectories, in the order of the seeds
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lam_gym.errors import BadConfig, LamGymError
from lam_gym.policy import Memory, Policy
from lam_gym.task import Task, get_task, make_plain_env, read_success
from lam_gym.trajectory import Action, Observation, Trajectory, flatten_observation, stack, stack_observations

Progress = Callable[[int], None]
"""Called with the number of finished episodes."""


def rollout(
    policy: Policy,
    task: Task | str,
    seeds: Sequence[int],
    num_envs: int = 64,
    num_workers: int = 0,
    frames: bool = False,
    progress: Progress | None = None,
    abandoned: list[int] | None = None,
) -> list[Trajectory]:
    """One episode for each seed, in the order of `seeds`.

    Args:
        policy: acts on all running environments at once.
        task: a task or its name.
        seeds: the seed of each episode's reset.
        num_envs: environments that run side by side (in each worker).
        num_workers: processes for slow environments; 0 runs in this one. Each gets a copy of the policy.
        frames: keep a rendered picture or screen of every step.
        progress: called with the number of finished episodes.
        abandoned: gets the seeds that the policy gave up (None as an action); without it, giving up is an error.
    """
    return list(stream(policy, task, seeds, num_envs, num_workers, frames, progress, abandoned))


def stream(
    policy: Policy,
    task: Task | str,
    seeds: Sequence[int],
    num_envs: int = 64,
    num_workers: int = 0,
    frames: bool = False,
    progress: Progress | None = None,
    abandoned: list[int] | None = None,
) -> Iterator[Trajectory]:
    """`rollout`, trajectory by trajectory, in the order of `seeds`, as they finish."""
    task = get_task(task)
    if num_envs < 1 or num_workers < 0:
        raise BadConfig(f"num_envs must be positive and num_workers not negative, got {num_envs} and {num_workers}.")
    seeds = list(seeds)
    if num_workers > 0:
        finished = _run_in_workers(policy, task, seeds, num_envs, num_workers, frames)
    else:
        finished = _run_here(policy, task, seeds, num_envs, frames)
    waiting: dict[int, Trajectory | None] = {}
    following = 0
    for done, (index, result) in enumerate(finished, start=1):
        waiting[index] = result
        if progress is not None:
            progress(done)
        while following in waiting:
            trajectory = waiting.pop(following)
            if trajectory is not None:
                yield trajectory
            elif abandoned is not None:
                abandoned.append(seeds[following])
            else:
                raise LamGymError(f"The policy gave up on seed {seeds[following]} of '{task.name}'.")
            following += 1


@dataclass
class _Episode:
    """What is being recorded in one environment."""

    index: int
    seed: int
    observations: list[Observation]
    admissible: list[tuple[str, ...]] | None
    frames: list[Any] | None
    actions: list[Action] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)


class _Slot:
    """One environment, the episode in it and the policy's memory of it."""

    def __init__(self, policy: Policy, task: Task, frames: bool) -> None:
        self.env = make_plain_env(task, render_mode=_render_mode(task) if frames else None)
        self.policy = policy
        self.task = task
        self.begin = getattr(policy, "begin", None)
        self.frames = frames
        self.observation: Observation = None
        self.memory: Any = None

    def reset(self, index: int, seed: int) -> None:
        """Start the episode of `seed`."""
        observation, info = self.env.reset(seed=seed)
        observation = self.keep(observation)
        choices = info.get("admissible_actions")
        self.episode = _Episode(
            index=index,
            seed=seed,
            observations=[observation],
            admissible=None if choices is None else [tuple(choices)],
            frames=[self.env.render()] if self.frames else None,
        )
        self.observation = self.seen(observation)
        if self.begin is not None:
            self.memory = self.begin(self.task, seed, self.env)
        else:
            memory = self.policy.start(self.task, 1)
            self.memory = None if memory is None else memory[0]

    @staticmethod
    def keep(observation: Observation) -> Observation:
        """The observation in the form that is recorded: flat, and copied, as some environments reuse their arrays."""
        if type(observation) is np.ndarray:
            return observation.copy()
        flat = flatten_observation(observation)
        if isinstance(flat, dict):
            return {key: value.copy() if isinstance(value, np.ndarray) else value for key, value in flat.items()}
        return flat

    def seen(self, observation: Observation) -> Observation:
        """The observation as the policy gets it: with the admissible actions, where the task has them."""
        if self.episode.admissible is None:
            return observation
        return {**observation, "admissible_actions": self.episode.admissible[-1]}

    def step(self, action: Action) -> tuple[bool, bool, dict[str, Any]]:
        """Act, record, and say whether the episode ended by the task or by the clock."""
        episode = self.episode
        observation, reward, terminated, truncated, info = self.env.step(action)
        observation = self.keep(observation)
        episode.observations.append(observation)
        episode.actions.append(action)
        episode.rewards.append(reward)
        if episode.admissible is not None:
            episode.admissible.append(tuple(info["admissible_actions"]))
            observation = self.seen(observation)
        if episode.frames is not None:
            episode.frames.append(self.env.render())
        self.observation = observation
        return terminated, truncated or (len(episode.actions) >= self.task.max_episode_steps and not terminated), info

    def finish(self, terminated: bool, truncated: bool, info: dict[str, Any]) -> Trajectory:
        """The recorded episode."""
        episode = self.episode
        rewards = np.array(episode.rewards, dtype=np.float64)
        return Trajectory(
            task=self.task.name,
            seed=episode.seed,
            observations=stack_observations(episode.observations),
            actions=stack(episode.actions),
            rewards=rewards,
            terminated=bool(terminated),
            truncated=bool(truncated),
            success=read_success(self.task, episode.rewards, info),
            admissible_actions=None if episode.admissible is None else tuple(episode.admissible),
            metrics=_read_metrics(info),
            frames=_stack_frames(episode.frames),
        )


def _run_here(
    policy: Policy, task: Task, seeds: Sequence[int], num_envs: int, frames: bool
) -> Iterator[tuple[int, Trajectory | None]]:
    """(index, trajectory) of each episode as it ends; None where the policy gave up."""
    waiting = iter(enumerate(seeds))
    slots: list[_Slot] = []
    try:
        for index, seed in zip(range(min(num_envs, len(seeds))), seeds):
            slot = _Slot(policy, task, frames)
            slots.append(slot)
            slot.reset(index, seed)
            next(waiting)
        memory_free = policy.start(task, 1) is None
        while slots:
            memory: Memory = None if memory_free else [slot.memory for slot in slots]
            actions, memory = policy.act([slot.observation for slot in slots], memory)
            ended: list[int] = []
            for row, (slot, action) in enumerate(zip(slots, actions)):
                if memory is not None:
                    slot.memory = memory[row]
                if action is None:
                    yield slot.episode.index, None
                    ended.append(row)
                    continue
                terminated, truncated, info = slot.step(action)
                if terminated or truncated:
                    yield slot.episode.index, slot.finish(terminated, truncated, info)
                    ended.append(row)
            for row in reversed(ended):
                following = next(waiting, None)
                if following is None:
                    slots.pop(row).env.close()
                else:
                    slots[row].reset(*following)
    finally:
        for slot in slots:
            slot.env.close()


def _run_in_workers(
    policy: Policy, task: Task, seeds: Sequence[int], num_envs: int, num_workers: int, frames: bool
) -> Iterator[tuple[int, Trajectory | None]]:
    """The same as `_run_here`, over processes that each take a chunk of seeds at a time."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor, as_completed

    import cloudpickle

    chunk = max(1, min(num_envs, -(-len(seeds) // (4 * num_workers))))
    payload = cloudpickle.dumps((policy, task, num_envs, frames))
    with ProcessPoolExecutor(num_workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        first = {
            pool.submit(_run_chunk, payload, seeds[start : start + chunk]): start
            for start in range(0, len(seeds), chunk)
        }
        for future in as_completed(first):
            for offset, trajectory in future.result():
                yield first[future] + offset, trajectory


def _run_chunk(payload: bytes, seeds: Sequence[int]) -> list[tuple[int, Trajectory | None]]:
    import cloudpickle

    policy, task, num_envs, frames = cloudpickle.loads(payload)
    return list(_run_here(policy, task, seeds, num_envs, frames))


def _render_mode(task: Task) -> str:
    """"rgb_array" where the environment draws pictures, else "ansi"."""
    env = make_plain_env(task)
    modes = env.metadata.get("render_modes", [])
    env.close()
    for mode in ("rgb_array", "ansi"):
        if mode in modes:
            return mode
    raise LamGymError(f"Task '{task.name}' can draw neither pictures nor screens: its render modes are {modes}.")


def _stack_frames(frames: list[Any] | None) -> Any:
    if frames is None:
        return None
    return tuple(frames) if isinstance(frames[0], str) else np.stack(frames)


def _read_metrics(info: dict[str, Any]) -> dict[str, float]:
    """The numbers in an info, as floats."""
    return {
        key: float(value)
        for key, value in info.items()
        if isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating))
    }
