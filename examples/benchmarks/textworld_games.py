"""TextWorld: a policy cloned from 20 games, tried on 20 games of the same kind that it never saw.

    python examples/benchmarks/textworld_games.py [--tasks coin-5 cooking-3] [--seeds 0 1 2] [--num-workers 2]

Demos are TextWorld's own plans for the training games, one each (in the cooking games after reading the recipe). For
each training seed one large action policy a task is trained with the task's symmetries (`lam_gym.textworld_tasks`: the
compass, and rooms, foods and ways to cut that the games treat alike) and one without, and played on the training games
and on the unseen games, beside the plan itself and random commands. Rates pool the seeds, which play the same games;
intervals are Wilson's 95 %. Compiling the games takes seconds each, once. Tasks that are not asked for keep the rows
that they have in the results. Needs the extra: pip install 'lam-gym[textworld]'.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import lam_gym
from lam_gym.evaluation.statistics import wilson_interval
from lam_gym.policy import Policy
from lam_gym.processes import send, start_workers
from lam_gym.task import Task, episode_seeds, get_task
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig

GAMES = 20
"""Training games, and unseen ones."""
STEPS = {"coin": 600, "cooking": 3000}
"""Game -> optimizer steps."""


def train(task: Task, demos: lam_gym.DemoStore, symmetries: bool, seed: int, out: Path) -> Policy:
    """The large action policy, cloned from the demos."""
    config = lam_gym.TrainConfig(
        tasks=(task.name,),
        out=str(out),
        preset="xs",
        steps=STEPS[task.kwargs["game"]],
        batch_size=32,
        seed=seed,
        loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0),
        augment=AugmentConfig(symmetries=symmetries),
        optimizer=OptimizerConfig(learning_rate=1e-3, weight_decay=0.05),
        evaluate_every=0,
        evaluate_episodes=0,
        tensorboard=False,
    )
    return lam_gym.load_policy(lam_gym.train(config, [demos]))


def play(policy: Policy, task: Task, about: dict[str, Any]) -> list[dict[str, Any]]:
    """Games won by a policy, of those of training and of unseen ones."""
    rows = []
    for games, kind in (("training", "demos"), ("unseen", "evaluation")):
        seeds = episode_seeds(kind, 0, GAMES)
        won = sum(trajectory.success for trajectory in lam_gym.rollout(policy, task, seeds, abandoned=[]))
        rows.append({"task": task.name, **about, "games": games, "won": won, "of": GAMES})
    return rows


def learn(name: str, demos: Path, symmetries: bool, seed: int) -> list[dict[str, Any]]:
    """Train one policy and let it play."""
    task = get_task(name)
    label = f"A {'with' if symmetries else 'without'} symmetries"
    with tempfile.TemporaryDirectory() as folder:
        policy = train(task, lam_gym.DemoStore.open(demos), symmetries, seed, Path(folder) / "run")
    rows = play(policy, task, {"policy": label, "seed": seed, "steps": STEPS[task.kwargs["game"]]})
    print(f"{name}: {label}, seed {seed}: {' and '.join(str(row['won']) for row in rows)} of {GAMES}", flush=True)
    return rows


def measure(names: Sequence[str], seeds: Sequence[int], num_workers: int) -> list[dict[str, Any]]:
    """Rows of all policies on all tasks; training seeds are shared out among the workers."""
    with tempfile.TemporaryDirectory() as folder, start_workers(num_workers) as workers:
        rows, runs = [], []
        for name in names:
            task, demos = get_task(name), Path(folder) / name
            lam_gym.record(task, episodes=GAMES, seed=0, out=demos)
            rows += play(lam_gym.ExpertPolicy(task), task, {"policy": "plan"})
            rows += play(lam_gym.RandomPolicy(task), task, {"policy": "random"})
            runs += [send(workers, learn, name, demos, chosen, seed) for chosen in (True, False) for seed in seeds]
        return rows + [row for run in runs for row in run.result()]


def print_table(rows: list[dict[str, Any]]) -> None:
    """Pooled rates of every policy over its training seeds."""
    for key in dict.fromkeys((row["task"], row["policy"], row["games"]) for row in rows):
        found = [row for row in rows if (row["task"], row["policy"], row["games"]) == key]
        won, of = (sum(row[count] for row in found) for count in ("won", "of"))
        low, high = wilson_interval(won, of)
        each = ", ".join(str(row["won"]) for row in found)
        print(
            f"{key[0]:<22}{key[1]:<22}{key[2]:<10}{won:>3} of {of:<4}[{low:.2f}, {high:.2f}]   of {GAMES} each: {each}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="*", default=["coin-5", "cooking-3"])
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--num-workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "textworld_games.json")
    arguments = parser.parse_args()
    names = [f"textworld/{name}" for name in arguments.tasks]
    known = json.loads(arguments.out.read_text())["rows"] if arguments.out.exists() else []
    rows = [row for row in known if row["task"] not in names]
    rows += measure(names, arguments.seeds, arguments.num_workers)
    rows.sort(key=lambda row: row["task"])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"rows": rows}, indent=1) + "\n")
    print_table(rows)


if __name__ == "__main__":
    main()
