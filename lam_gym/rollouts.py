"""Running a policy in environments: the only code that calls `env.step`.

Environments run in lock-step: one batched policy call a step for all of them. Every episode depends on its seed and
the policy alone, so the number of environments and of worker processes changes the speed and nothing else.

    rollout(policy, "text/mail", seeds=range(100))      -> 100 trajectories, in the order of the seeds
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np

from lam_gym.errors import BadConfig, LamGymError
from lam_gym.policy import Memory, Policy
from lam_gym.processes import send, start_workers
from lam_gym.tapes import make_tape
from lam_gym.task import Task, get_task, make_plain_env, read_success
from lam_gym.trajectory import Action, Observation, Trajectory, stack

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
    explanations: bool = False,
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
        explanations: keep the policy's reasons, one text an action; only experts that `explain` have them.
    """
    return list(stream(policy, task, seeds, num_envs, num_workers, frames, progress, abandoned, explanations))


def stream(
    policy: Policy,
    task: Task | str,
    seeds: Sequence[int],
    num_envs: int = 64,
    num_workers: int = 0,
    frames: bool = False,
    progress: Progress | None = None,
    abandoned: list[int] | None = None,
    explanations: bool = False,
) -> Iterator[Trajectory]:
    """`rollout`, trajectory by trajectory, in the order of `seeds`, as they finish."""
    task = get_task(task)
    if num_envs < 1 or num_workers < 0:
        raise BadConfig(f"num_envs must be positive and num_workers not negative, got {num_envs} and {num_workers}.")
    if explanations and not hasattr(policy, "explain"):
        raise BadConfig(f"{type(policy).__name__} gives no reasons: record explanations of a task's expert.")
    seeds, keep = list(seeds), Keep(frames, explanations)
    if num_workers > 0:
        finished = _run_in_workers(policy, task, seeds, num_envs, num_workers, keep)
    else:
        finished = _run_here(policy, task, seeds, num_envs, keep)
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


GAVE_UP: dict[str, Any] = {"admissible_actions": ()}
"""Stands for the info of a lane whose policy gave the episode up."""


class Keep(NamedTuple):
    """What is kept of every step besides observations, actions and rewards."""

    frames: bool
    explanations: bool


class _Lanes:
    """Environments that step together, the episode in each, and its policy memory. `memory` is None without memory."""

    def __init__(self, policy: Policy, task: Task, episodes: Sequence[tuple[int, int]], keep: Keep) -> None:
        self.policy = policy
        self.task = task
        self.begin: Callable[[Task, int, Any], Any] | None = getattr(policy, "begin", None)
        self.memory: Memory = None if policy.start(task, 1) is None else [None] * len(episodes)
        render_mode = _render_mode(task) if keep.frames else None
        self.envs = [make_plain_env(task, render_mode=render_mode) for _ in episodes]
        self.steps = [env.step for env in self.envs]
        self.episodes = list(episodes)
        self.frames: list[list[Any]] | None = [[] for _ in episodes] if keep.frames else None
        self.reasons: list[list[str]] | None = [[] for _ in episodes] if keep.explanations else None
        self.clocks = [0] * len(episodes)
        starts = [self.reset(row, *episode) for row, episode in enumerate(episodes)]
        space: Any = self.envs[0].action_space
        plain = space.shape is not None and space.dtype is not None and np.dtype(space.dtype).kind in "iufb"
        self.action_type = np.zeros(space.shape, space.dtype) if plain else None
        self.tape = make_tape([start[0] for start in starts], [start[1] for start in starts], self.action_type)

    def reset(self, row: int, index: int, seed: int, clock: int = 0) -> tuple[Observation, dict[str, Any]]:
        """Start the episode `index`, of `seed`, in lane `row` at lock-step `clock`."""
        env = self.envs[row]
        observation, info = env.reset(seed=seed)
        self.episodes[row] = (index, seed)
        self.clocks[row] = clock + self.task.max_episode_steps
        if self.frames is not None:
            self.frames[row] = [env.render()]
        if self.reasons is not None:
            self.reasons[row] = []
        if self.begin is not None:
            entry = self.begin(self.task, seed, env)
        else:
            memory = self.policy.start(self.task, 1)
            entry = None if memory is None else memory[0]
        if self.memory is not None:
            self.memory[row] = entry
        return observation, info

    def choose(self) -> tuple[Sequence[Action], Any]:
        """The policy's actions as they are executed, and as they are recorded: None where one of them is None."""
        actions: Any
        actions, memory = self.policy.act(self.tape.batch(), self.memory)
        self.memory = memory if memory is None or type(memory) is list else list(memory)
        if self.reasons is not None:
            for reasons, reason in zip(self.reasons, self.policy.explain(self.memory)):  # type: ignore[attr-defined]
                reasons.append(reason)
        if not isinstance(actions, np.ndarray) and any(map(operator.is_, actions, repeat(None))):
            return actions, None
        if self.action_type is not None and self.action_type.ndim:
            actions = np.asarray(actions, self.action_type.dtype)
            return list(actions), actions
        return (actions.tolist() if isinstance(actions, np.ndarray) else actions), actions

    def step(self) -> tuple[Sequence[bool], Sequence[bool], Sequence[dict[str, Any]]]:
        """One lock-step: terminated, truncated and info of each lane; info is `GAVE_UP` where the policy gave up."""
        actions, recorded = self.choose()
        if recorded is None:
            stay = self.tape.batch()
            answers = [
                (stay[row], 0.0, True, False, GAVE_UP) if action is None else step(action)
                for row, (step, action) in enumerate(zip(self.steps, actions))
            ]
            substitute = "" if self.action_type is None else self.action_type
            recorded = [substitute if action is None else action for action in actions]
        else:
            answers = [step(action) for step, action in zip(self.steps, actions)]
        observations, rewards, terminated, truncated, infos = zip(*answers)
        self.tape.append(recorded, observations, rewards, infos)
        if self.frames is not None:
            for env, frames in zip(self.envs, self.frames):
                frames.append(env.render())
        return terminated, truncated, infos

    def finish(self, row: int, terminated: bool, info: dict[str, Any]) -> Trajectory:
        """The episode of lane `row`, which has just ended."""
        observations, actions, rewards, admissible = self.tape.cut(row)
        return Trajectory(
            task=self.task.name,
            seed=self.episodes[row][1],
            observations=observations,
            actions=actions,
            rewards=rewards,
            terminated=terminated,
            truncated=not terminated,
            success=read_success(self.task, rewards.tolist(), info),
            admissible_actions=admissible,
            metrics=_read_metrics(info),
            explanations=None if self.reasons is None else stack(self.reasons[row]),
            frames=None if self.frames is None else _stack_frames(self.frames[row]),
        )

    def remove(self, rows: Sequence[int]) -> None:
        """Close the lanes `rows`; those behind them move up."""
        self.tape.remove(rows)
        for row in reversed(rows):
            self.envs[row].close()
            for values in (self.envs, self.steps, self.episodes, self.clocks, self.memory, self.frames, self.reasons):
                if values is not None:
                    del values[row]


def _run_here(
    policy: Policy, task: Task, seeds: Sequence[int], num_envs: int, keep: Keep
) -> Iterator[tuple[int, Trajectory | None]]:
    """(index, trajectory) of each episode as it ends; None where the policy gave up."""
    episodes = list(enumerate(seeds))
    if not episodes:
        return
    waiting = iter(episodes[num_envs:])
    lanes = _Lanes(policy, task, episodes[:num_envs], keep)
    try:
        clock, deadline = 0, task.max_episode_steps
        while lanes.envs:
            terminated, truncated, infos = lanes.step()
            clock += 1
            if clock < deadline and not any(terminated) and not any(truncated):
                continue
            emptied: list[int] = []
            for row, info in enumerate(infos):
                if not (terminated[row] or truncated[row] or clock >= lanes.clocks[row]):
                    continue
                index = lanes.episodes[row][0]
                yield index, None if info is GAVE_UP else lanes.finish(row, bool(terminated[row]), info)
                following = next(waiting, None)
                if following is None:
                    emptied.append(row)
                else:
                    lanes.tape.restart(row, *lanes.reset(row, *following, clock))
            lanes.remove(emptied)
            deadline = min(lanes.clocks, default=0)
    finally:
        for env in lanes.envs:
            env.close()


def _run_in_workers(
    policy: Policy, task: Task, seeds: Sequence[int], num_envs: int, num_workers: int, keep: Keep
) -> Iterator[tuple[int, Trajectory | None]]:
    """The same as `_run_here`, over processes that each take a chunk of seeds at a time."""
    chunk = max(1, min(num_envs, -(-len(seeds) // (4 * num_workers))))
    with start_workers(num_workers) as workers:
        first = {
            send(workers, _run_chunk, policy, task, seeds[start : start + chunk], num_envs, keep): start
            for start in range(0, len(seeds), chunk)
        }
        for future in as_completed(first):
            for offset, trajectory in future.result():
                yield first[future] + offset, trajectory


def _run_chunk(
    policy: Policy, task: Task, seeds: Sequence[int], num_envs: int, keep: Keep
) -> list[tuple[int, Trajectory | None]]:
    return list(_run_here(policy, task, seeds, num_envs, keep))


def _render_mode(task: Task) -> str:
    """ "rgb_array" where the environment draws pictures, else "ansi"."""
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
