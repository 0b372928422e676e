"""The driving experts: how often they collide, arrive and leave the road on the training split and on each other one.

    python examples/benchmarks/driving_experts.py [--tasks drive/highway ...] [--episodes 1000] [--others 500]

Every expert drives 1,000 evaluation episodes on the training split and 500 on each other split but validation, which
has the ranges of training. Shares have Wilson's 95 % intervals, other numbers the bootstrap's. A split is admitted
where the expert of the task succeeds in at least 95 %. Results of tasks that are not named stay as they are.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import lam_gym
from lam_gym import TASKS, ExpertPolicy, get_task

ADMITTED = 0.95
FURTHER = {
    "drive/highway": (
        "lam_envs.driving.highway_experts:margin_lookahead",
        "lam_envs.driving.highway_experts:lookahead",
    ),
}
"""Experts beside the one that a task is imitated from."""
UPPER_BOUNDS = ("lam_envs.driving.highway_experts:lookahead",)
"""Experts that maximise the return and are not to be imitated: a quarter of the episodes tells enough of them."""
SHOWN = {"collision": 100, "off_road": 100, "mean_speed": 1, "driving_score": 1}
"""Measures that are printed, and what they are multiplied by."""


def measure(task: lam_gym.Task, episodes: int) -> dict[str, Any]:
    """The figures of the task's expert."""
    start = time.perf_counter()
    figures = lam_gym.evaluate(ExpertPolicy(task), task, episodes=episodes, label=task.expert).figures()
    return {
        "task": task.name.partition("@")[0],
        "split": task.name.partition("@")[2] or "train",
        "expert": task.expert,
        "imitable": task.expert not in UPPER_BOUNDS,
        "episodes": episodes,
        "success": figures["success_rate"],
        "success_interval": figures["success_interval"],
        "return": figures["return_mean"],
        "return_interval": figures["return_interval"],
        "metrics": figures["metrics"],
        "metric_intervals": figures["metric_intervals"],
        "wall_s": round(time.perf_counter() - start, 1),
    }


def measure_task(name: str, episodes: int, others: int) -> list[dict[str, Any]]:
    """All experts of a task on all its splits."""
    rows = []
    for expert in (get_task(name).expert, *FURTHER.get(name, ())):
        task, share = replace(get_task(name), expert=expert), 4 if expert in UPPER_BOUNDS else 1
        for split in ("", *(split for split in task.variations if split != "validation")):
            rows.append(measure(task.vary(split) if split else task, (others if split else episodes) // share))
            show(rows[-1])
    return rows


def show(row: dict[str, Any]) -> None:
    """Print one line."""
    cells = [describe(100, row["success"], row["success_interval"])]
    for name, scale in SHOWN.items():
        known = name in row["metrics"]
        cells.append(describe(scale, row["metrics"][name], row["metric_intervals"][name]) if known else "-")
    admitted = "" if row["success"] >= ADMITTED else "not admitted"
    expert = row["expert"].partition(":")[2]
    shown = " ".join(f"{cell:>20}" for cell in cells)
    print(f"{row['task']:<24} {row['split']:<13} {expert:<16} {row['episodes']:>5} {shown} {admitted}", flush=True)


def describe(scale: float, mean: float, interval: list[float]) -> str:
    """A mean and its interval."""
    return f"{scale * mean:.2f} [{scale * interval[0]:.2f}, {scale * interval[1]:.2f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    driving = [name for name, task in TASKS.items() if name.startswith("drive/") and task.expert]
    parser.add_argument("--tasks", nargs="*", default=driving)
    parser.add_argument("--episodes", type=int, default=1000)
    parser.add_argument("--others", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "driving_experts.json")
    arguments = parser.parse_args()
    titles = " ".join(f"{title:>20}" for title in ("success %", "collision %", "off road %", "mean speed", "score"))
    print(f"{'task':<24} {'split':<13} {'expert':<16} {'n':>5} {titles}")
    known = json.loads(arguments.out.read_text())["rows"] if arguments.out.exists() else []
    for name in arguments.tasks:
        known = [row for row in known if row["task"] != name] + measure_task(name, arguments.episodes, arguments.others)
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps({"admitted": ADMITTED, "rows": known}, indent=1) + "\n")


if __name__ == "__main__":
    main()
