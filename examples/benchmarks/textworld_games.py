"""TextWorld: a policy cloned from 20 games, tried on 20 games of the same kind that it never saw.

    python examples/benchmarks/textworld_games.py [--tasks coin-5 cooking-3] [--steps 400] [--seed 0] [--out FILE]

Demos are TextWorld's own plans for the training games, one each (in the cooking games after reading the recipe). One
large action policy a task is trained, with the task's symmetries (the compass mirrored and turned) and without, and
played on the training games, on the unseen games, beside the plan itself and random commands. Compiling the games
takes seconds each, once. Tasks that are not asked for keep the rows that they have in FILE. Needs the extra:
pip install 'lam-gym[textworld]'.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import lam_gym
from lam_gym.evaluation.statistics import wilson_interval
from lam_gym.policy import Policy
from lam_gym.task import Task, episode_seeds, get_task
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig

GAMES = 20
"""Training games, and unseen ones."""


def train(task: Task, demos: lam_gym.DemoStore, symmetries: bool, arguments: argparse.Namespace, out: Path) -> Policy:
    """The large action policy, cloned from the demos."""
    config = lam_gym.TrainConfig(
        tasks=(task.name,),
        out=str(out),
        preset="xs",
        steps=arguments.steps,
        batch_size=16,
        seed=arguments.seed,
        loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0),
        augment=AugmentConfig(symmetries=symmetries),
        optimizer=OptimizerConfig(learning_rate=1e-3, weight_decay=0.05),
        evaluate_every=0,
        evaluate_episodes=0,
        tensorboard=False,
    )
    return lam_gym.load_policy(lam_gym.train(config, [demos]))


def play(policy: Policy, task: Task, seeds: list[int], label: str, games: str) -> dict[str, Any]:
    """Success of a policy on the games of these seeds."""
    abandoned: list[int] = []
    played = lam_gym.rollout(policy, task, seeds, abandoned=abandoned)
    won = sum(trajectory.success for trajectory in played)
    low, high = wilson_interval(won, len(seeds))
    print(f"{task.name:<22} {label:<28} {games:<9} {won:>3} of {len(seeds)} [{low:.2f}, {high:.2f}]", flush=True)
    return {"task": task.name, "policy": label, "games": games, "won": won, "of": len(seeds), "interval": [low, high]}


def measure(task: Task, arguments: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """Every policy on the training games and on the unseen ones."""
    seeds = {"training": episode_seeds("demos", 0, GAMES), "unseen": episode_seeds("evaluation", 0, GAMES)}
    demos = lam_gym.record(task, episodes=GAMES, seed=0, out=folder / "demos")
    policies: dict[str, Policy] = {"plan": lam_gym.ExpertPolicy(task), "random": lam_gym.RandomPolicy(task)}
    for symmetries in (True, False):
        start = time.perf_counter()
        label = f"A {'with' if symmetries else 'without'} symmetries"
        policies[label] = train(task, demos, symmetries, arguments, folder / label)
        print(f"{task.name}: {label} trained in {time.perf_counter() - start:.0f} s", flush=True)
    return [play(policy, task, seeds[games], label, games) for label, policy in policies.items() for games in seeds]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="*", default=["coin-5", "cooking-3"])
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "textworld_games.json")
    arguments = parser.parse_args()
    names = [f"textworld/{name}" for name in arguments.tasks]
    settings = {"games": GAMES, "steps": arguments.steps, "seed": arguments.seed}
    known = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"rows": []}
    if known["rows"] and {key: known[key] for key in settings} != settings:
        parser.error(f"{arguments.out} holds results of other settings: give the same, or another --out.")
    rows = [row for row in known["rows"] if row["task"] not in names]
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(get_task(name), arguments, Path(folder))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({**settings, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
