"""Classification as a task: digits as pictures and requests as texts, by one policy over both and by a model each.

    python examples/benchmarks/classification.py [--steps 1000] [--seed 0] [--out FILE]

Demos are the training rows of the tables, each once, with the true label as the action. One large action policy A is
trained on both tasks, once beside behavior networks B and once beside trees B. Evaluated are the test rows, which
neither demos nor validation show, and for the requests as many worded by templates that training never used.
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
from lam_gym.evaluation.classification import class_names, classify, report_lines
from lam_gym.task import get_task, make_env
from lam_gym.training.checkpoint import load_behavior
from lam_gym.training.config import LossConfig, OptimizerConfig

TASKS = ("data/digits", "data/requests")
EVALUATED = ("data/digits", "data/requests", "data/requests@held_out_phrasing")


def rows_of(task: str, part: int) -> int:
    """Rows of train (0), validation (1) or test (2)."""
    env: Any = make_env(task).unwrapped
    return len(env.table.parts[part])


def train(behavior: str, demos: list[lam_gym.DemoStore], arguments: argparse.Namespace, folder: Path) -> Path:
    """One run of A on both tasks, with behavior models of one kind."""
    config = lam_gym.TrainConfig(
        tasks=TASKS,
        out=str(folder / behavior),
        preset="xs",
        behavior=behavior,
        steps=arguments.steps,
        seed=arguments.seed,
        loss=LossConfig(kappa=0, kappa_behavior=0),
        optimizer=OptimizerConfig(learning_rate=1e-3, weight_decay=0.05),
        evaluate_every=0,
        evaluate_episodes=0,
        tensorboard=False,
    )
    return lam_gym.train(config, demos)


def measure(name: str, policy: lam_gym.Policy, task: str) -> dict[str, Any]:
    """The figures of one policy on the test rows of one task."""
    evaluation = lam_gym.evaluate(policy, task, episodes=rows_of(task, 2), label=name)
    figures = classify(evaluation.rows, class_names(get_task(task)))
    assert figures is not None
    print("\n".join(report_lines(figures, f"{task}, {name}")), end="\n\n", flush=True)
    return {"task": task, "policy": name, **figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "classification.json")
    arguments = parser.parse_args()
    rows, seconds = [], {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        demos = [lam_gym.record(task, rows_of(task, 0), seed=0, out=folder / task) for task in TASKS]
        for behavior in ("network", "tree"):
            start = time.perf_counter()
            run = train(behavior, demos, arguments, folder)
            seconds[behavior] = time.perf_counter() - start
            if behavior == "network":
                policy = lam_gym.load_policy(run)
                rows += [measure("A", policy, task) for task in EVALUATED]
            for task in EVALUATED:
                clone = load_behavior(run, get_task(task.partition("@")[0]))
                rows.append(measure(f"B {behavior}", clone, task))
    print(f"{'task':<32} {'policy':<10} {'rows':>5} {'accuracy':>25} {'macro F1':>25}")
    for row in rows:
        cells = [
            f"{row[key]:.3f} [{low:.3f}, {high:.3f}]"
            for key in ("accuracy", "macro_f1")
            for low, high in [row[f"{key}_interval"]]
        ]
        print(f"{row['task']:<32} {row['policy']:<10} {row['n']:>5} {cells[0]:>25} {cells[1]:>25}")
    settings = {"steps": arguments.steps, "seed": arguments.seed, "train_s": seconds}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({**settings, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
