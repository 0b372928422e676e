"""Steps a second of the text applications on one core, beside TextWorld's and MiniGrid's in the same run.

    python examples/benchmarks/text_speed.py [--seconds 2] [--turns 5] [--out FILE]

Every environment is driven by uniformly random (admissible) actions through `reset` and `step` alone, resets included;
a step of the applications and of TextWorld gives the screen and the list of admissible actions. CPU seconds are
counted, so that other processes on the machine disturb less; all are measured in turns, and medians compared.
What is not installed (textworld, minigrid) is left out. TextWorld plays one generated coin-collector game.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

from lam_gym.task import TASKS, get_task, make_plain_env

GOAL = 20_000
"""Steps a second that an application is to reach."""

Drive = Callable[[float], tuple[int, float]]
"""Acts for so many CPU seconds; gives steps and the CPU seconds that they took."""


def drive_task(name: str) -> Drive:
    """Random actions in a task of lam-gym, with its time limit."""
    task = get_task(name)
    env = make_plain_env(task)
    chooser = random.Random(0)
    draw, limit = chooser.random, task.max_episode_steps
    size = int(getattr(env.action_space, "n", 0))

    def drive(seconds: float) -> tuple[int, float]:
        steps, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            _, info = env.reset(seed=chooser.getrandbits(28))
            for _ in range(limit):
                steps += 1
                if size:
                    action: Any = int(draw() * size)
                else:
                    admissible = info["admissible_actions"]
                    action = admissible[int(draw() * len(admissible))]
                _, _, terminated, truncated, info = env.step(action)
                if terminated or truncated:
                    break
        return steps, time.process_time() - start

    return drive


def drive_textworld(folder: Path, limit: int = 30) -> Drive:
    """Random admissible commands in a generated coin-collector game."""
    import textworld
    from textworld.challenges.tw_coin_collector.coin_collector import make

    options = textworld.GameOptions()
    options.seeds, options.path = 1, str(folder / "coin.z8")
    game = make({"level": 5}, options)
    path = textworld.generator.compile_game(game, options)
    env = textworld.start(path, textworld.EnvInfos(admissible_commands=True, feedback=True))
    chooser = random.Random(0)

    def drive(seconds: float) -> tuple[int, float]:
        steps, start = 0, time.process_time()
        while time.process_time() - start < seconds:
            state = env.reset()
            for _ in range(limit):
                steps += 1
                state, _, done = env.step(chooser.choice(state.admissible_commands))
                if done:
                    break
        return steps, time.process_time() - start

    return drive


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU seconds of each measurement")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "text_speed.json")
    arguments = parser.parse_args()
    drives = {name: drive_task(name) for name, task in TASKS.items() if task.env_id.startswith("LamText/")}
    if find_spec("minigrid"):
        drives["babyai/GoToLocal (minigrid)"] = drive_task("babyai/GoToLocal")
    with tempfile.TemporaryDirectory() as folder:
        if find_spec("textworld"):
            drives["coin collector, level 5 (textworld)"] = drive_textworld(Path(folder))
        rates: dict[str, list[float]] = {name: [] for name in drives}
        for _ in range(arguments.turns):
            for name, drive in drives.items():
                steps, seconds = drive(arguments.seconds)
                rates[name].append(steps / seconds)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    print(f"{'environment':<38}{'steps/s':>10}")
    for name, rate in medians.items():
        print(f"{name:<38}{rate:>10,.0f}")
    slowest = min((rate, name) for name, rate in medians.items() if name.startswith("text/"))
    print(f"slowest application: {slowest[1]}, {slowest[0]:,.0f} steps/s (goal {GOAL:,})")
    report = {"python": platform.python_version(), "goal": GOAL, "steps_per_s": medians, "runs": rates}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
