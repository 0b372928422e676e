"""The experts of the text applications: success and plan lengths on many seeds, beside random actions.

    python examples/benchmarks/text_experts.py [--episodes 2000] [--tasks text/mail ...] [--out FILE]

For each application, difficulty and side (train, held_out, all: phrasing, layout and composition together) the expert
acts on so many seeds; on normal difficulty, uniformly random admissible actions act on the train side too.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from lam_gym import ExpertPolicy, Policy, RandomPolicy, Task, get_task
from lam_gym.rollouts import stream
from lam_gym.task import TASKS, episode_seeds

DIFFICULTIES = ("easy", "normal", "hard")
SIDES = ("train", "held_out", "all")
APPLICATIONS = tuple(name for name, task in TASKS.items() if task.env_id.startswith("LamText/"))


def count(policy: Policy, task: Task, episodes: int) -> dict[str, Any]:
    """Successes of a policy, and the lengths of its successful episodes."""
    lengths = [
        len(trajectory) if trajectory.success else 0
        for trajectory in stream(policy, task, episode_seeds("evaluation", 0, episodes))
    ]
    plans = np.array([length for length in lengths if length] or [0])
    return {
        "episodes": episodes,
        "success": sum(length > 0 for length in lengths),
        "mean_length": float(plans.mean()),
        "shortest": int(plans.min()),
        "longest": int(plans.max()),
    }


def measure(name: str, episodes: int) -> list[dict[str, Any]]:
    """One application: the expert in every cell, random actions in one."""
    rows = []
    for difficulty in DIFFICULTIES:
        for side in SIDES:
            kwargs = {"difficulty": difficulty, "phrasing": side, "layout": side, "composition": side}
            task = replace(get_task(name), kwargs=kwargs)
            cell = {"task": name, "difficulty": difficulty, "side": side}
            rows.append({**cell, "policy": "expert", **count(ExpertPolicy(task), task, episodes)})
            if (difficulty, side) == ("normal", "train"):
                rows.append({**cell, "policy": "random", **count(RandomPolicy(task), task, episodes)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=2000)
    parser.add_argument("--tasks", nargs="*", default=list(APPLICATIONS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "text_experts.json")
    arguments = parser.parse_args()
    start, rows = time.monotonic(), []
    print(f"{'task':<14}{'difficulty':<12}{'side':<10}{'policy':<8}{'success':>14}{'mean length':>13}{'range':>9}")
    for name in arguments.tasks:
        for row in measure(name, arguments.episodes):
            rows.append(row)
            success = f"{row['success']} / {row['episodes']}"
            lengths = f"{row['shortest']}-{row['longest']}"
            print(
                f"{row['task']:<14}{row['difficulty']:<12}{row['side']:<10}{row['policy']:<8}{success:>14}"
                f"{row['mean_length']:>13.2f}{lengths:>9}",
                flush=True,
            )
    cells = [row for row in rows if row["policy"] == "expert"]
    perfect = sum(row["success"] == row["episodes"] for row in cells)
    print(f"{perfect} of {len(cells)} cells without a failure, {time.monotonic() - start:.0f} s")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"episodes": arguments.episodes, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
