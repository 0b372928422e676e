"""Checking a reworded demonstration by execution: the environment says whether the recorded actions still fit.

    verify_by_execution("text/mail", trajectory, "Kindly open the latest message from Anna.")    -> True or False
    reworded = reword(task, trajectories, lambda text, protected: edit(text, protected, rng))
    reworded.trajectories, reworded.rejected

What this shows: with the new instruction in place of the old one, under the same seed, the recorded actions are still
offered and give the same screens, rewards and success. It catches a lost name, phrase or number, since the environment
offers for typing what the instruction says. It does not read the sentence: an edit that keeps every span but says
"delete" for "archive" passes, and it is the locks of `text` that prevent those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lam_gym.augmentation.text import protected_words
from lam_gym.errors import BadConfig
from lam_gym.policy import Memory
from lam_gym.rollouts import rollout
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Action, Observation, Trajectory

if TYPE_CHECKING:
    import gymnasium

KEY = "instruction"
"""The observation, and the option of `reset`, that carries the instruction."""


@dataclass(frozen=True)
class Reworded:
    """Demonstrations with other instructions, and what came of the rest."""

    trajectories: list[Trajectory]
    """Those that were reworded and passed, in the order in which they came."""
    unchanged: int
    """Instructions in which nothing could be edited."""
    rejected: int
    """Edits that the environment did not confirm."""


class _Replay:
    """Plays recorded actions again, each episode reset with another instruction.

    Gives up when the environment refuses the instruction or the actions run out.
    """

    def __init__(self, trajectories: dict[int, Trajectory], instructions: dict[int, str]) -> None:
        self._trajectories = trajectories
        self._instructions = instructions

    def start(self, task: Task, num_envs: int) -> Memory:
        return [None] * num_envs

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> tuple[int, int]:
        try:
            env.reset(seed=seed, options={KEY: self._instructions[seed]})
        except ValueError:
            return seed, len(self._trajectories[seed])
        return seed, 0

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action | None], Memory]:
        assert memory is not None
        actions = []
        for seed, step in memory:
            recorded = self._trajectories[seed].actions
            actions.append(recorded[step] if step < len(recorded) else None)
        return actions, [(seed, step + 1) for seed, step in memory]


def verify_by_execution(task: Task | str, trajectory: Trajectory, instruction: str) -> bool:
    """Whether the recorded episode stays the same, step by step, when the environment shows `instruction` instead.

    Raises BadConfig for a task whose environment shows no instruction or does not take one at `reset`.
    """
    return verify_all(task, [trajectory], [instruction])[0]


def verify_all(
    task: Task | str,
    trajectories: Sequence[Trajectory],
    instructions: Sequence[str],
    progress: Callable[[int], None] | None = None,
) -> list[bool]:
    """`verify_by_execution` for many episodes, side by side; `progress` is called with the number verified so far."""
    task = get_task(task)
    verdicts = [False] * len(trajectories)
    waiting = list(range(len(trajectories)))
    while waiting:
        chosen = {trajectories[index].seed: index for index in reversed(waiting)}
        waiting = [index for index in waiting if chosen[trajectories[index].seed] != index]
        recorded = {seed: trajectories[index] for seed, index in chosen.items()}
        shown = {seed: instructions[index] for seed, index in chosen.items()}
        if progress is not None:
            progress(len(trajectories) - len(waiting) - len(chosen))
        for replayed in rollout(_Replay(recorded, shown), task, list(chosen), abandoned=[]):
            seed = replayed.seed
            verdicts[chosen[seed]] = _confirms(task, replayed, _say(recorded[seed], shown[seed]))
    return verdicts


def reword(
    task: Task | str,
    trajectories: Sequence[Trajectory],
    rewrite: Callable[[str, frozenset[str]], str],
    verify: bool = True,
) -> Reworded:
    """Demonstrations whose instruction went through `rewrite(instruction, protected)`, each verified by execution.

    `rewrite` is an edit of `text` or a back-translation; `protected` are the words that the episode's screens, offers
    and actions also say.
    """
    edited: list[tuple[Trajectory, str]] = []
    for trajectory in trajectories:
        before = instruction_of(trajectory)
        after = rewrite(before, episode_words(trajectory))
        if after != before:
            edited.append((trajectory, after))
    sources, texts = [trajectory for trajectory, _ in edited], [text for _, text in edited]
    verdicts = verify_all(task, sources, texts) if verify else [True] * len(edited)
    kept = [_say(source, text) for source, text, fits in zip(sources, texts, verdicts) if fits]
    return Reworded(kept, len(trajectories) - len(edited), len(edited) - len(kept))


def instruction_of(trajectory: Trajectory) -> str:
    """The instruction that the episode shows. Raises BadConfig when it shows none."""
    texts = trajectory.fields().get(KEY)
    if texts is None or texts.dtype != object:
        raise BadConfig(f"Episodes of '{trajectory.task}' show no text under '{KEY}': there is nothing to reword.")
    return str(texts[0])


def episode_words(trajectory: Trajectory) -> frozenset[str]:
    """The words of the instruction that the episode's screens, offered actions and own actions also say."""
    screens = {
        text for key, texts in trajectory.fields().items() if key != KEY and texts.dtype == object for text in texts
    }
    screens |= {action for offered in trajectory.admissible_actions or () for action in offered}
    own = trajectory.actions.tolist() if trajectory.actions.dtype == object else []
    return protected_words(instruction_of(trajectory), screens, own)


def _say(trajectory: Trajectory, instruction: str) -> Trajectory:
    texts = np.full(len(trajectory) + 1, instruction, dtype=object)
    return replace(trajectory, observations={**trajectory.fields(), KEY: texts}, frames=None)


def _confirms(task: Task, replayed: Trajectory, expected: Trajectory) -> bool:
    """Whether the replayed episode is the expected one; its first observation came before the instruction was set."""
    wanted, shown = instruction_of(expected), str(replayed.fields().get(KEY, [""])[-1])
    if shown == wanted:
        return expected.equals(_say(replayed, wanted))
    if wanted.startswith(shown) and shown:
        return False
    raise BadConfig(
        f"The environment of '{task.name}' does not show an instruction given as reset(options={{'{KEY}': ...}}), "
        "so a reworded episode cannot be verified by execution: pass verify=False to trust the edit."
    )
