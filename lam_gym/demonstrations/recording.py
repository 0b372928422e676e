"""Recording an expert's episodes into a store, so that it can be stopped anywhere and go on.

    record("drive/lane-keeping", episodes=200, seed=0, out="demos/lane")
    record("drive/lane-keeping", episodes=200, seed=0, out="demos/lane", resume=True)     after a kill

Episode i has the i-th demo seed of `seed` and shard k holds episodes k * shard_episodes to (k + 1) * shard_episodes,
whatever the number of environments, workers or interruptions. So a resumed recording ends equal to an undisturbed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.demonstrations.metadata import META_FILE, task_entry
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig, BadDemos, LamGymError
from lam_gym.policy import ExpertPolicy, Memory, Policy
from lam_gym.rollouts import Progress, stream
from lam_gym.task import SEED_REGION, Task, episode_seeds, get_task, make_env
from lam_gym.trajectory import Action, Observation, Trajectory, stack

MOST_ABANDONED = 1000
"""Episodes in a row that a policy may give up before the recording stops."""


def record(
    task: Task | str,
    episodes: int,
    seed: int = 0,
    out: str | Path = "demos",
    policy: Policy | None = None,
    resume: bool = False,
    num_envs: int = 64,
    num_workers: int = 0,
    shard_episodes: int = 100,
    noise: float = 0.0,
    expert: str | None = None,
    progress: Progress | None = None,
    explanations: bool = False,
) -> DemoStore:
    """Record until the store at `out` holds `episodes` episodes, and return it.

    Args:
        task: a task or its name.
        episodes: episodes that the finished store holds. Episodes that the policy gives up are replaced by the
            following seeds and listed in meta.json under "abandoned_seeds".
        seed: picks the episodes' seeds, none of which is ever used for validation or evaluation.
        out: a new or empty folder; with `resume` also one that an earlier call with the same settings wrote.
        policy: who acts; the task's expert when None.
        resume: go on where an earlier call stopped. A larger `episodes` than then extends the store.
        num_envs, num_workers: as in `rollout`; the episodes do not depend on them.
        shard_episodes: episodes of one file, all that a kill can lose.
        noise: disturb the actions that are executed, and store those that the expert intended (see `Disturbed`).
        expert: the policy's name in meta.json; found from the policy when None.
        progress: called with the number of finished episodes.
        explanations: store the expert's reasons in words, one text an action.

    Errors: BadConfig when reasons are asked of a policy that gives none; BadDemos when `out` is taken, or was recorded
    with other settings.
    """
    task, out = get_task(task), Path(out)
    _check_settings(episodes, num_workers, shard_episodes, noise)
    policy = ExpertPolicy(task) if policy is None else policy
    if explanations:  # asked for once before the folder is made
        next(stream(policy, task, episode_seeds("demos", seed, 1), abandoned=[], explanations=True), None)
    settings = {"seed": seed, "shard_episodes": shard_episodes, "noise": noise}
    if explanations:
        settings["explanations"] = True
    store = _open(out, task, _policy_name(policy) if expert is None else expert, settings, episodes, resume)
    actor = Disturbed(policy, task, noise, seed) if noise > 0 else policy
    with store.writing():
        if len(store) < episodes:
            store.keep_shards(len(store) // shard_episodes)
        waiting: list[Trajectory] = []
        for trajectory in _episodes(actor, task, seed, episodes, store, num_envs, num_workers, progress, explanations):
            waiting.append(trajectory)
            if len(waiting) == shard_episodes:
                store.append(waiting)
                waiting = []
        store.append(waiting)
        _note_abandoned(store, seed)
    return store


class Disturbed:
    """A policy whose actions are disturbed when executed, while `restore` gives the trajectory the intended ones.

    The expert is thereby seen recovering from mistakes. Discrete and text actions: with probability `noise` a uniformly
    random (admissible) action is executed. Box actions: Gaussian noise of standard deviation `noise` times half the
    range of each component is added, then clipped to the bounds.
    Source: Laskey et al. 2017, "DART: noise injection for robust imitation learning".
    """

    def __init__(self, policy: Policy, task: Task, noise: float, seed: int) -> None:
        self._policy, self._noise, self._seed = policy, noise, seed
        self._begin = getattr(policy, "begin", None)
        self._memory_free = policy.start(task, 1) is None
        self._intended: dict[int, list[Action]] = {}
        env = make_env(task)
        self._space: Any = env.action_space
        env.close()

    def start(self, task: Task, num_envs: int) -> Memory:
        """Entries that `begin` replaces as each episode starts."""
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: Any) -> tuple[Any, np.random.Generator, list[Action]]:
        """The inner policy's memory entry, the episode's noise and the list of its intended actions."""
        if self._begin is not None:
            inner = self._begin(task, seed, env)
        else:
            memory = self._policy.start(task, 1)
            inner = None if memory is None else memory[0]
        self._intended[seed] = []
        return inner, np.random.default_rng((self._seed, seed)), self._intended[seed]

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        """Disturbed actions; the intended ones are kept."""
        assert memory is not None
        inner: Memory = None if self._memory_free else [entry[0] for entry in memory]
        actions, inner = self._policy.act(observations, inner)
        executed = []
        for action, observation, (_, rng, intended) in zip(actions, observations, memory):
            intended.append(action)
            executed.append(None if action is None else self._disturb(action, observation, rng))
        following = [None] * len(memory) if inner is None else inner
        return executed, [(entry, rng, kept) for entry, (_, rng, kept) in zip(following, memory)]

    def explain(self, memory: Memory) -> list[str]:
        """The inner policy's reasons for the actions that it intended."""
        reasons: list[str] = self._policy.explain([entry[0] for entry in memory or ()])  # type: ignore[attr-defined]
        return reasons

    def _disturb(self, action: Action, observation: Observation, rng: np.random.Generator) -> Action:
        if isinstance(action, str):
            choices = observation["admissible_actions"]
            return choices[int(rng.integers(len(choices)))] if rng.random() < self._noise else action
        if np.issubdtype(self._space.dtype, np.floating):
            half = np.where(
                np.isfinite(self._space.high - self._space.low), (self._space.high - self._space.low) / 2, 1
            )
            disturbed = action + self._noise * half * rng.standard_normal(self._space.shape)
            return np.clip(disturbed, self._space.low, self._space.high).astype(self._space.dtype)
        return int(self._space.start + rng.integers(self._space.n)) if rng.random() < self._noise else action

    def restore(self, trajectory: Trajectory) -> Trajectory:
        """The trajectory with the intended actions in place of the executed ones."""
        intended: NDArray[Any] = stack(self._intended.pop(trajectory.seed))
        return replace(trajectory, actions=intended.astype(trajectory.actions.dtype))


def _check_settings(episodes: int, num_workers: int, shard_episodes: int, noise: float) -> None:
    if episodes < 1 or shard_episodes < 1:
        raise BadConfig(f"episodes and shard_episodes must be positive, got {episodes} and {shard_episodes}.")
    if noise < 0:
        raise BadConfig(f"noise must not be negative, got {noise}.")
    if noise > 0 and num_workers > 0:
        raise BadConfig("noise needs the episodes in this process: use num_workers=0.")


def _policy_name(policy: Policy) -> str:
    if isinstance(policy, ExpertPolicy):
        return policy.task.expert
    return f"{type(policy).__module__}:{type(policy).__qualname__}"


def _open(out: Path, task: Task, expert: str, settings: dict[str, Any], episodes: int, resume: bool) -> DemoStore:
    """A new store, or with `resume` the one at `out`, provided that the same settings wrote it."""
    if not (resume and (out / META_FILE).exists()):
        return DemoStore.create(out, task, expert, settings["seed"], settings)
    store = DemoStore.open(out)
    asked = {**task_entry(task), "expert": expert, "explanations": None, **settings}
    found = {**store.meta, **store.meta["recording"]}
    for key, value in asked.items():
        if found.get(key) != value:
            raise BadDemos(
                f"'{out}' was recorded with {key} {found.get(key)!r}, not {value!r}: "
                "resume with that, or give a new folder."
            )
    if len(store) > episodes:
        raise BadDemos(f"'{out}' holds {len(store)} episodes already, more than the {episodes} asked for.")
    return store


def _episodes(
    policy: Policy,
    task: Task,
    seed: int,
    episodes: int,
    store: DemoStore,
    num_envs: int,
    num_workers: int,
    progress: Progress | None,
    explanations: bool,
) -> Iterator[Trajectory]:
    """The episodes that the store lacks, in the order of their seeds, without those that the policy gives up."""
    finished, position, in_a_row = len(store), _following_position(store, seed), 0
    while finished < episodes:
        seeds = episode_seeds("demos", seed, episodes - finished, start=position)
        position += len(seeds)
        abandoned: list[int] = []
        before = finished
        update = None if progress is None else (lambda done, before=before: progress(min(before + done, episodes)))
        for trajectory in stream(
            policy,
            task,
            seeds,
            num_envs,
            num_workers,
            progress=update,
            abandoned=abandoned,
            explanations=explanations,
        ):
            finished += 1
            yield policy.restore(trajectory) if isinstance(policy, Disturbed) else trajectory
        in_a_row = in_a_row + len(seeds) if finished == before else 0
        if in_a_row >= MOST_ABANDONED:
            raise LamGymError(f"The policy gave up {in_a_row} episodes of '{task.name}' in a row: record with another.")


def _following_position(store: DemoStore, seed: int) -> int:
    """The place, in the order of seeds, that follows the store's last episode."""
    if not store.meta["seeds"]:
        return 0
    first = episode_seeds("demos", seed, 1)[0]
    return int((store.meta["seeds"][-1] - first) % SEED_REGION + 1)


def _note_abandoned(store: DemoStore, seed: int) -> None:
    """Put the seeds that the policy gave up into meta.json: those between the first and the last that are not there."""
    kept = set(store.meta["seeds"])
    abandoned = [one for one in episode_seeds("demos", seed, _following_position(store, seed)) if one not in kept]
    if abandoned != store.meta.get("abandoned_seeds", []):
        store.set_meta("abandoned_seeds", abandoned)
