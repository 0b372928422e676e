"""`lam-gym render`: one episode of a policy to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from lam_gym.commands.arguments import TaskName
from lam_gym.errors import BadConfig
from lam_gym.evaluation.films import film, watch
from lam_gym.evaluation.media import transcript
from lam_gym.policy import ExpertPolicy, Policy, RandomPolicy
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Trajectory

OptionalFile = Annotated[Path | None, tyro.conf.arg(metavar="FILE")]
OptionalRate = Annotated[float | None, tyro.conf.arg(metavar="FLOAT")]


@dataclass(frozen=True)
class Render:
    """Run one episode and write it as a GIF or an MP4; print it where the task shows text.

    A split or another variation is named in the task: drive/highway@held_out.
    """

    task: TaskName
    """Task to look at, such as drive/highway (`lam-gym tasks` lists them)."""
    out: OptionalFile = None
    """File that ends in .gif, .mp4 (extra `video`) or .txt; without it, text is printed and pictures become
    TASK-SEED.gif."""
    policy: str = "expert"
    """Who acts: "expert", "random", or the folder of a run, whose large action policy acts."""
    seed: int = 0
    """Seed of the episode, as it stands in evaluation tables and in the names of media files."""
    rate: OptionalRate = None
    """Frames per second; the environment's own by default."""

    def run(self) -> None:
        """Run the episode, write the file, and say how it ended."""
        task = get_task(self.task)
        if self.seed < 0:
            raise BadConfig(f"expected a seed of at least 0, got {self.seed}; choose another.")
        policy = find_policy(self.policy, task)
        if self.out is None and shows_text(task):
            print(transcript(watch(policy, task, self.seed)), end="")
            return
        out = self.out or Path(f"{task.name.replace('/', '-').replace('@', '-')}-{self.seed}.gif")
        print(f"{describe(film(policy, task, self.seed, out, self.rate))} Wrote '{out}'.")


def find_policy(name: str, task: Task) -> Policy:
    """The expert, a random policy, or the large action policy of a run."""
    if name == "expert":
        return ExpertPolicy(task)
    if name == "random":
        return RandomPolicy(task)
    if not Path(name).exists():
        raise BadConfig(f"expected 'expert', 'random' or the folder of a run, got '{name}'; there is no such folder.")
    from lam_gym.training.checkpoint import load_policy

    return load_policy(name)


def shows_text(task: Task) -> bool:
    """Whether the task's environment draws no pictures."""
    env = make_env(task)
    modes = env.metadata.get("render_modes", [])
    env.close()
    return "rgb_array" not in modes


def describe(trajectory: Trajectory) -> str:
    """How an episode ended, in one sentence."""
    outcome = "success" if trajectory.success else "out of time" if trajectory.truncated else "failure"
    return (
        f"{trajectory.task}, seed {trajectory.seed}: {outcome} after {len(trajectory)} steps,"
        f" return {trajectory.episode_return:.4g}."
    )
