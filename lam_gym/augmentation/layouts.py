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
    rejected: int = 0
    """Those that did not."""


def redraw(
    task: Task | str,
    trajectories: Sequence[Trajectory],
    count: int,
    progress: Callable[[int], None] | None = None,
) -> Redrawn:
    """Each demonstration's scenario in `count` other layouts, acted by the task's expert.

    Gives none where the environment has one layout only. `progress` is called with the number of finished episodes.

    Raises BadConfig where the environment has several and the task has no expert.
    """
    task = get_task(task)
    env = make_env(task)
    known = hasattr(env.unwrapped, KEYWORD)
    env.close()
    found = Redrawn([], [])
    if not known:
        return found
    rejected = 0
    for number in range(1, count + 1):
        other = replace(task, kwargs={**task.kwargs, KEYWORD: number})
        done = (number - 1) * len(trajectories)
        say = None if progress is None else (lambda finished, done=done: progress(done + finished))
        # An abandoned seed leaves no trajectory, so episodes are matched by seed.
        shown = rollout(ExpertPolicy(other), other, [each.seed for each in trajectories], progress=say, abandoned=[])
        by_seed = {each.seed: each for each in shown if each.success}
        for index, source in enumerate(trajectories):
            copy = by_seed.get(source.seed)
            if copy is None or instruction_of(copy) != instruction_of(source):
                rejected += 1
                continue
            found.trajectories.append(copy)
            found.sources.append(index)
    return replace(found, rejected=rejected)
