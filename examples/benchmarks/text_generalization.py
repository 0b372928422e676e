"""One policy over the six text applications: success on phrasings, layouts and combinations that it never saw.

    python examples/benchmarks/text_generalization.py [--settings best plain ...] [--seeds 0 1 2] [--episodes 300]

At most 500 demonstrations a task on normal difficulty, one large action policy (preset xs) over all six. Settings
differ in augmentation (demos in other wordings, by template paraphrase verified by replay, and in other training
layouts, acted anew by the expert; labels as one of their neighbours; words of labels not found again on the screen; the
kinds of actions of a screen in any order) and in the text encoder: hashed words learnt from the demos, or a frozen
pretrained sentence encoder, which also reads labels that the demos do not show. Evaluated is the last checkpoint, on
episodes that no training used, on each axis apart: what is not named is as in training. Rates over all tasks pool their
episodes; intervals are Wilson's 95 %. Runs that the results hold already are not repeated; `--merge FILES` adds the
runs of other results, so that two processes can share the work. `--runs FOLDER` keeps the trained runs, and goes on
with those that it holds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import lam_gym
from lam_gym.evaluation.statistics import wilson_interval
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig

APPLICATIONS = ("mail", "calendar", "form", "files", "shop", "desk")
AXES = {
    "train": ("", 0.97),
    "held-out phrasing": ("@held_out_phrasing", 0.92),
    "held-out layout": ("@held_out_layout", 0.85),
    "held-out composition": ("@held_out_composition", 0.90),
}
"""Axis -> variation of the task, rate to reach with the best setting."""


@dataclass(frozen=True)
class Setting:
    """What a setting trains with."""

    paraphrases: int = 0
    layouts: int = 0
    labels: float = 0.0
    reorder: bool = False
    text_encoder: str = "hashed"
    swaps: int = 0
    overlooked: float = 0.0


SETTINGS = {
    "best": Setting(paraphrases=16, layouts=8, labels=0.25, reorder=True, text_encoder="minilm", overlooked=0.3),
    "plain": Setting(),
    "augmented": Setting(paraphrases=32, layouts=8, reorder=True),
    "pretrained": Setting(text_encoder="minilm"),
}


def describe(name: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """All settings of a training, for the results."""
    common = ("demos", "steps", "batch_size", "learning_rate", "dropout")
    return {**asdict(SETTINGS[name]), **{key: getattr(arguments, key) for key in common}}


def learn(name: str, seed: int, arguments: argparse.Namespace, stores: list[lam_gym.DemoStore]) -> lam_gym.Policy:
    """One policy over all tasks."""
    setting = SETTINGS[name]
    with contextlib.ExitStack() as stack:
        folder = arguments.runs or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        run = folder / f"{name}-{seed}"
        config = lam_gym.TrainConfig(
            out=str(run),
            preset="xs",
            steps=arguments.steps,
            batch_size=arguments.batch_size,
            tasks_per_step=len(stores),
            text_encoder=setting.text_encoder,
            loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0),
            dropout=arguments.dropout,
            augment=AugmentConfig(
                paraphrases=setting.paraphrases,
                layouts=setting.layouts,
                labels=setting.labels,
                swaps=setting.swaps,
                overlooked=setting.overlooked,
                reorder=setting.reorder,
            ),
            optimizer=OptimizerConfig(learning_rate=arguments.learning_rate),
            seed=seed,
            log_every=100,
            save_every=arguments.steps,
            evaluate_episodes=0,
            tensorboard=False,
        )
        resume = (run / "config.toml").exists()
        lam_gym.train(config, stores, resume, lambda done, loss: print(f"  {done} {loss:.4f}", flush=True))
        return lam_gym.load_policy(run)


def measure(policy: lam_gym.Policy, tasks: list[str], episodes: int) -> dict[str, dict[str, int]]:
    """Successes by axis and task."""
    counts: dict[str, dict[str, int]] = {}
    for axis, (variation, _) in AXES.items():
        counts[axis] = {}
        for task in tasks:
            result = lam_gym.evaluate(policy, task + variation, episodes=episodes, seed=0)
            counts[axis][task] = sum(bool(row["success"]) for row in result.rows)
    return counts


def print_table(rows: list[dict[str, Any]]) -> None:
    """Pooled rates of every setting and axis over its training seeds, and the rates of each task."""
    tasks = list(dict.fromkeys(task for row in rows for task in row["counts"]["train"]))
    print(f"{'setting':12}{'axis':24}{'seeds':>6}{'rate':>8}{'interval':>18}{'to reach':>10}  by task")
    for name in dict.fromkeys(row["setting"] for row in rows):
        runs = [row for row in rows if row["setting"] == name]
        for axis, (_, target) in AXES.items():
            episodes = sum(row["episodes"] for row in runs)
            successes = [sum(row["counts"][axis][task] for row in runs) for task in tasks]
            low, high = wilson_interval(sum(successes), episodes * len(tasks))
            rate = sum(successes) / (episodes * len(tasks))
            each = "  ".join(
                f"{task.partition('/')[2]} {count / episodes:.3f}" for task, count in zip(tasks, successes)
            )
            reach = f"{target:10.2f}" if name == "best" else " " * 10
            print(f"{name:12}{axis:24}{len(runs):>6}{rate:>8.3f}  [{low:.3f}, {high:.3f}]{reach}  {each}")


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Results so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0, 1, 2], help="of best and plain; others take the first"
    )
    parser.add_argument("--tasks", nargs="+", default=[f"text/{name}" for name in APPLICATIONS])
    parser.add_argument("--demos", type=int, default=500)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--episodes", type=int, default=300)
    parser.add_argument("--merge", type=Path, nargs="*", default=[])
    parser.add_argument("--runs", type=Path, help="folder of the trained runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "text_generalization.json")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = json.loads(arguments.out.read_text())["rows"] if arguments.out.exists() else []
    for path in arguments.merge:
        rows += json.loads(path.read_text())["rows"]
    known = {(row["setting"], row["seed"]) for row in rows}
    if any({**asdict(Setting()), **row["settings"]} != describe(row["setting"], arguments) for row in rows):
        parser.error(f"{arguments.out} or --merge holds runs of other settings: give the same, or another --out.")
    with tempfile.TemporaryDirectory() as folder:
        stores = [
            lam_gym.record(task, arguments.demos, seed=0, out=f"{folder}/{task.replace('/', '-')}")
            for task in arguments.tasks
        ]
        for name in arguments.settings:
            for seed in arguments.seeds if name in ("best", "plain") else arguments.seeds[:1]:
                if (name, seed) in known:
                    continue
                print(f"{name}, seed {seed}", flush=True)
                policy = learn(name, seed, arguments, stores)
                counts = measure(policy, arguments.tasks, arguments.episodes)
                settings = describe(name, arguments)
                rows.append(
                    {"setting": name, "seed": seed, "episodes": arguments.episodes}
                    | {"counts": counts, "settings": settings}
                )
                write(rows, arguments.out)
                print_table(rows)
    write(rows, arguments.out)
    print_table(rows)


if __name__ == "__main__":
    main()
