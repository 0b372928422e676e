"""Other layouts: the scenarios of demonstrations as an application of another make would show them.

An environment that can show one scenario in several layouts takes `redraw=n` as a keyword argument: the n-th other
drawing of its training layouts (labels, orders, what stands behind which button), with everything else as the seed has
it. The task's expert acts there anew, since other layouts ask for other steps, and the environment says whether it
succeeded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lam_gym.augmentation.verification import instruction_of
from lam_gym.policy import ExpertPolicy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Trajectory

KEYWORD = "redraw"
"""The keyword argument and attribute of an environment that shows a scenario in other layouts."""


@dataclass(frozen=True)
class Redrawn:
    """Demonstrations in other layouts, and what came of the rest."""

    trajectories: list[Trajectory]
    """Those that succeeded under the same instruction."""
    sources: list[int]
    """The number of the demonstration that each of them shows."""
    rejected: int
    """Those that did not."""


def redraw(
    task: Task | str,
    trajectories: Sequence[Trajectory],
    count: int,
    progress: Callable[[int], None] | None = None,
) -> Redrawn:
    """Each demonstration's scenario in `count` other layouts, acted by the task's expert.

    Gives none where the environment has one layout only. `progress` is called with the number
    of copies made or rejected so far.

    Raises BadConfig where the environment has several and the task has no expert.
    """
    task = get_task(task)
    env = make_env(task)
    known = hasattr(env.unwrapped, KEYWORD)
    env.close()
    copies: list[Trajectory] = []
    sources: list[int] = []
    seeds = [trajectory.seed for trajectory in trajectories]
    for number in range(1, count + 1) if known else ():
        other = replace(task, kwargs={**task.kwargs, KEYWORD: number})
        shown = rollout(ExpertPolicy(other), other, seeds, abandoned=[])
        # An abandoned seed leaves no trajectory, so episodes are matched by seed.
        by_seed = {copy.seed: copy for copy in shown if copy.success}
        for index, source in enumerate(trajectories):
            copy = by_seed.get(source.seed)
            if copy is not None and instruction_of(copy) == instruction_of(source):
                copies.append(copy)
                sources.append(index)
        if progress is not None:
            progress(number * len(seeds))
    return Redrawn(copies, sources, count * len(seeds) - len(copies) if known else 0)
