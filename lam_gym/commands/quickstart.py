"""`lam-gym quickstart`: the whole workflow on two tasks, as a list of the commands that a person would type."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lam_gym.commands.arguments import spell
from lam_gym.commands.data import Clean, Split
from lam_gym.commands.evaluate import Evaluate
from lam_gym.commands.record import Record
from lam_gym.commands.report import Report
from lam_gym.commands.train import Train
from lam_gym.errors import BadConfig
from lam_gym.training.config import LossConfig, Perturbation, TrainConfig

DRIVE, MAIL = "drive/lane-keeping", "text/mail"


class Runnable(Protocol):
    """A command of lam-gym."""

    def run(self) -> None:
        """Do it."""


@dataclass(frozen=True)
class Quickstart:
    """Record, clean, clone, train, evaluate and report, on a driving task and a text task, in under five minutes.

    Prints each step as the command that does it, so that you can go on by yourself.
    """

    out: Path = Path("lam-gym-quickstart")
    """New folder for demonstrations, models and the report."""
    drive_episodes: int = 100
    """Demonstrations of the driving task."""
    mail_episodes: int = 4000
    """Demonstrations of the text task."""
    steps: int = 900
    """Optimizer steps of the joint training."""
    episodes: int = 200
    """Held-out episodes of each clean evaluation."""
    attack_episodes: int = 50
    """Held-out episodes of each evaluation under noise or attack."""
    seed: int = 0
    """Seed of everything."""
    threads: int = 2
    """Threads of the training, and processes of the evaluation."""

    def run(self) -> None:
        """Run the recipe and print the closing table."""
        if self.out.exists() and any(self.out.iterdir()):
            raise BadConfig(f"expected a new folder, got '{self.out}' with files in it; choose another with --out.")
        start = time.monotonic()
        for title, commands in self.recipe():
            print(f"\n== {title}  ({time.monotonic() - start:.0f} s)", flush=True)
            for name, command in commands:
                print(f"$ lam-gym {name} {shlex.join(spell(command))}", flush=True)
                command.run()
        print(f"\nDone in {time.monotonic() - start:.0f} s. Open {self.out / 'run' / 'report.html'} in a browser.")

    def recipe(self) -> list[tuple[str, list[tuple[str, Runnable]]]]:
        """Every step of the workflow: its title, and the commands with their names."""
        raw = {DRIVE: self.out / "raw" / "drive", MAIL: self.out / "raw" / "mail"}
        demos = {DRIVE: self.out / "demos" / "drive", MAIL: self.out / "demos" / "mail"}
        episodes = {DRIVE: self.drive_episodes, MAIL: self.mail_episodes}
        run = self.out / "run"
        evaluation = Evaluate(
            run,
            (DRIVE, MAIL),
            self.episodes,
            self.seed,
            run / "evaluation",
            attack_episodes=self.attack_episodes,
            num_workers=self.threads,
            demos=tuple(demos.values()),
        )
        config = TrainConfig(
            tasks=(DRIVE, MAIL),
            out=str(run),
            preset="xs",
            steps=self.steps,
            loss=LossConfig(beta=0.1, rho=0.2),
            perturbation=Perturbation("pgd", 0.1, 2),
            perturb_every=16,
            augment_every=8,
            evaluate_episodes=min(self.episodes, 50),
            seed=self.seed,
            threads=self.threads,
        )
        return [
            ("Step 1: record the experts", [("record", Record(t, episodes[t], raw[t], self.seed)) for t in raw]),
            ("Step 1: drop bad episodes", [("data clean", Clean(raw[t], demos[t])) for t in raw]),
            ("Step 3: split", [("data split", Split(demos[t], seed=self.seed)) for t in raw]),
            (
                "Steps 2 to 5: train the behavior models B and the large action policy A",
                [("train", Train(tuple(demos.values()), settings=config))],
            ),
            ("Step 6: evaluate on held-out seeds", [("evaluate", evaluation)]),
            ("Step 6: report", [("report", Report(run))]),
        ]
