"""`lam-gym record`: an expert's episodes into a folder of demonstrations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lam_gym.commands.arguments import Switch, TaskName
from lam_gym.commands.bars import progress
from lam_gym.demonstrations.recording import record
from lam_gym.policy import ExpertPolicy, Policy, RandomPolicy
from lam_gym.task import Task, get_task


@dataclass(frozen=True)
class Record:
    """Record an expert's episodes into a folder of demonstrations.

    Episodes are written in shards as they finish; a recording that was stopped goes on with --resume and ends equal
    to one that was not.
    """

    task: TaskName
    """Task to record (`lam-gym tasks` lists them)."""
    episodes: int
    """Number of episodes in the finished folder."""
    out: Path
    """Folder of the demonstrations; made if it is not there."""
    seed: int = 0
    """Seed of the recording; two seeds share no episode."""
    resume: Switch = False
    """Go on where an earlier recording with the same arguments stopped."""
    expert: str = ""
    """Act by this instead of the task's own expert: sb3:ppo:FILE.zip, package.module:factory, or random."""
    noise: float = 0.0
    """Disturb the executed actions and keep the intended ones, so that the expert is seen recovering (0: off)."""
    explanations: Switch = False
    """Store the expert's reasons in words, one text an action, where the expert gives any."""
    num_envs: int = 64
    """Environments stepped side by side; changes the speed, never the episodes."""
    num_workers: int = 0
    """Processes for slow environments; 0 stays in one."""

    def run(self) -> None:
        """Record, and say what was written."""
        task = get_task(self.task)
        with progress(f"recording {task.name}", self.episodes) as update:
            store = record(
                task,
                episodes=self.episodes,
                seed=self.seed,
                out=self.out,
                policy=find_policy(task, self.expert, self.seed),
                resume=self.resume,
                num_envs=self.num_envs,
                num_workers=self.num_workers,
                noise=self.noise,
                progress=update,
                explanations=self.explanations,
            )
        rate = store.meta["success_rate"]
        print(f"{len(store)} episodes of {task.name} in '{self.out}', success rate {rate:.3f}.")


def find_policy(task: Task, expert: str, seed: int) -> Policy | None:
    """The policy that `expert` names; None for the task's own expert."""
    if expert == "random":
        return RandomPolicy(task, seed)
    return ExpertPolicy(replace(task, expert=expert)) if expert else None
