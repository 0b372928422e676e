"""`lam-gym evaluate`: how a run does on seeds that nothing was trained or selected on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from lam_gym.commands.arguments import OptionalCount, OptionalFolder, RunFolder, Switch
from lam_gym.commands.bars import progress
from lam_gym.errors import BadConfig


@dataclass(frozen=True)
class Evaluate:
    """Evaluate a run on held-out seeds: expert, random policy, behavior models B and large action policy A.

    Clean, under random noise and under PGD; A on every variation of the task as well. Success rates carry Wilson
    intervals, returns bootstrap intervals. Each task leaves a Parquet table with one row an episode.
    """

    run_folder: RunFolder
    """Run folder that `lam-gym train` wrote."""
    tasks: tuple[str, ...] = ()
    """Tasks to evaluate on; those of the run by default. Variations are tasks as well: TASK@VARIATION."""
    episodes: int = 200
    """Episodes of each clean evaluation; 200 give an interval of about +-3 % at 95 % success."""
    seed: int = 0
    """Seed of the episodes; every policy gets the same ones."""
    out: OptionalFolder = None
    """Folder of the tables; RUN/evaluation by default, where `lam-gym report` looks for them."""
    epsilons: Annotated[tuple[float, ...] | None, tyro.conf.arg(metavar="FLOAT ...")] = None
    """Sizes of noise and attacks; half of and the whole training epsilon by default."""
    clean: Switch = False
    """Leave out noise and attacks."""
    attack_episodes: OptionalCount = None
    """Episodes of each evaluation under noise or attack; as many as of the clean ones by default."""
    demos: tuple[Path, ...] = ()
    """Split demonstrations, to compare B and A with the expert on their test part."""
    num_envs: int = 64
    """Environments stepped side by side; changes the speed, never the result."""
    num_workers: int = 0
    """Processes among which the evaluations are shared out; 0 stays in one. Changes the speed, never the result."""
    no_media: Switch = False
    """Record neither a success nor a failure of A to look at."""

    def run(self) -> None:
        """Evaluate with progress on stderr, print the tables, and say where they are."""
        from lam_gym.evaluation.evaluate import evaluate_run

        if self.episodes < 1:
            raise BadConfig(f"expected at least one episode, got {self.episodes}; raise --episodes.")
        evaluate_run(
            self.run_folder,
            self.tasks,
            self.episodes,
            self.seed,
            epsilons=() if self.clean else self.epsilons,
            out=self.out,
            demos=self.demos,
            attack_episodes=self.attack_episodes,
            num_envs=self.num_envs,
            num_workers=self.num_workers,
            media=not self.no_media,
            progress=progress,
        )
        print(
            f"Tables: {self.out or self.run_folder / 'evaluation'}; lam-gym report {self.run_folder} writes the page."
        )
