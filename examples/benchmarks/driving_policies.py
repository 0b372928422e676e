"""Learnt driving: plain cloning against relabelling by the expert on the policy's own states, beside the expert.

    python examples/benchmarks/driving_policies.py [--tasks drive/highway drive/merge] [--seeds 0 1 2] [--episodes 500]

Both learn the same large action policy with as many steps of the optimiser and about as many labelled steps: the clone
from demos alone, the other from a third of them or less and, in rounds, from its own episodes with the expert's labels
(DAgger). Evaluated is the last checkpoint on the held-out split, on seeds that no training used. Shares have Wilson's
95 % intervals, other numbers the bootstrap's. Runs that the file of results holds already are not repeated.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import lam_gym
from lam_gym import DemoStore, ExpertPolicy, Policy, get_task
from lam_gym.training.config import LossConfig, OptimizerConfig


@dataclass(frozen=True)
class Plan:
    """Settings of one task."""

    demos: int
    """Expert episodes that the relabelled policy begins with."""
    rounds: int
    episodes: int
    """Episodes of a round."""
    mixture: float
    """The expert's share in the first round, falling as its powers."""
    steps: int
    preset: str
    learning_rate: float
    batch_size: int = 128


PLANS = {
    task: Plan(300, rounds=8, episodes=100, mixture=0.7, steps=6000, preset="behavior", learning_rate=3e-3)
    for task in ("drive/highway", "drive/merge")
}
SPLIT = "held_out"
SHOWN = {"collision": 100, "at_fault_collision": 100, "mean_speed": 1, "driving_score": 1}
"""Measures that are printed, and what they are multiplied by."""


def learn(task: str, seed: int, plan: Plan, relabel: bool, folder: Path) -> tuple[Path, dict[str, float]]:
    """Record, train; gives the run and what it cost."""
    episodes = plan.demos if relabel else plan.demos + plan.rounds * plan.episodes
    demos = lam_gym.record(task, episodes, seed=seed, out=folder / "demos")
    config = lam_gym.TrainConfig(
        tasks=(task,),
        out=str(folder / "run"),
        preset=plan.preset,
        steps=plan.steps,
        batch_size=plan.batch_size,
        seed=seed,
        loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0),
        optimizer=OptimizerConfig(learning_rate=plan.learning_rate),
        evaluate_every=0,
        evaluate_episodes=0,
        save_every=plan.steps,
        tensorboard=False,
        relabel_rounds=plan.rounds if relabel else 0,
        relabel_episodes=plan.episodes,
        relabel_mixture=plan.mixture,
    )
    start, used = time.perf_counter(), time.process_time()
    run = lam_gym.train(config, [demos])
    relabeled = sum(DemoStore.open(path.parent).meta["steps"] for path in run.glob("relabeled/*/*/meta.json"))
    cost = {
        "wall_s": round(time.perf_counter() - start, 1),
        "cpu_s": round(time.process_time() - used, 1),
        "demo_steps": demos.meta["steps"],
        "relabeled_steps": relabeled,
    }
    return run, cost


def measure(name: str, policy: Policy, task: str, seed: int, episodes: int, cost: dict[str, float]) -> dict[str, Any]:
    """The figures of a policy on the held-out split."""
    figures = lam_gym.evaluate(policy, f"{task}@{SPLIT}", episodes=episodes, label=name).figures()
    row = {
        "task": task,
        "policy": name,
        "seed": seed,
        "episodes": episodes,
        "success": figures["success_rate"],
        "success_interval": figures["success_interval"],
        "metrics": figures["metrics"],
        "metric_intervals": figures["metric_intervals"],
        **cost,
    }
    cells = [describe(100, row["success"], row["success_interval"])]
    cells += [describe(scale, row["metrics"][key], row["metric_intervals"][key]) for key, scale in SHOWN.items()]
    labels = cost.get("demo_steps", 0) + cost.get("relabeled_steps", 0)
    shown = " ".join(f"{cell:>20}" for cell in cells)
    print(f"{task:<14} {name:<10} {seed:>4} {shown} {labels:>8,.0f} {cost.get('wall_s', 0):>7.0f}", flush=True)
    return row


def describe(scale: float, mean: float, interval: list[float]) -> str:
    """A mean and its interval."""
    return f"{scale * mean:.2f} [{scale * interval[0]:.2f}, {scale * interval[1]:.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="*", default=list(PLANS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--episodes", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "driving_policies.json")
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = json.loads(arguments.out.read_text())["rows"] if arguments.out.exists() else []
    done = {(row["task"], row["policy"], row["seed"]) for row in rows}
    titles = ("success %", "collision %", "at fault %", "mean speed", "score")
    print(
        f"{'task':<14} {'policy':<10} {'seed':>4}",
        *(f"{title:>20}" for title in titles),
        f"{'labels':>8} {'wall s':>7}",
    )
    for seed in arguments.seeds:
        for task in arguments.tasks:
            for name in ("expert", "relabelled", "clone"):
                if (task, name, 0 if name == "expert" else seed) in done:
                    continue
                with tempfile.TemporaryDirectory() as temporary:
                    policy: Policy
                    cost: dict[str, float] = {}
                    if name == "expert":
                        policy = ExpertPolicy(get_task(f"{task}@{SPLIT}"))
                    else:
                        run, cost = learn(task, seed, PLANS[task], name == "relabelled", Path(temporary))
                        policy = lam_gym.load_policy(run)
                    row = measure(name, policy, task, 0 if name == "expert" else seed, arguments.episodes, cost)
                rows.append(row)
                done.add((row["task"], row["policy"], row["seed"]))
                arguments.out.parent.mkdir(parents=True, exist_ok=True)
                content = {"split": SPLIT, "plans": {key: vars(plan) for key, plan in PLANS.items()}, "rows": rows}
                arguments.out.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
