"""`lam-gym expert`: train a stable-baselines3 agent that can be a task's expert."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lam_gym.commands.arguments import TaskName
from lam_gym.commands.bars import progress
from lam_gym.experts import train_expert
from lam_gym.task import get_task


@dataclass(frozen=True)
class Expert:
    """Train an SB3 agent by reinforcement learning, to record demonstrations from.

    Use the file as an expert: lam-gym record TASK --expert sb3:ppo:FILE.zip --episodes 100 --out DIR
    """

    task: TaskName
    """Task to be learned; its observations must be arrays (`lam-gym tasks` lists the tasks)."""
    out: Path
    """Folder that gets policy.zip and expert.json, or a file ending in .zip. Such a file executes code when it is
    loaded: load only files that you made or trust."""
    algorithm: Literal["ppo", "a2c", "dqn", "sac", "td3", "ddpg"] = "ppo"
    """Algorithm of stable-baselines3."""
    steps: int = 60_000
    """Environment steps to learn from."""
    num_envs: int = 8
    """Environments that are stepped side by side."""
    episodes: int = 50
    """Episodes of the evaluation at the end."""
    seed: int = 0
    """Seed of the learner and of the environments."""

    def run(self) -> None:
        """Train, evaluate, save, and say how to record from the agent."""
        task = get_task(self.task)
        with progress(f"training {self.algorithm} on {task.name}", self.steps, "steps") as update:
            trained = train_expert(
                task, self.out, self.algorithm, self.steps, self.seed, self.num_envs, self.episodes, update
            )
        low, high = trained.return_interval
        print(
            f"{task.name}: {trained.success_rate:.0%} of {trained.episodes} episodes succeed, "
            f"mean return {trained.return_mean:.1f} [{low:.1f}, {high:.1f}]."
        )
        print(f"Record from it: lam-gym record {task.name} --expert {trained.expert} --episodes 100 --out DIR")
