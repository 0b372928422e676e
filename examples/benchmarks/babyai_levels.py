"""Every BabyAI level: demos recorded from the bot, replayed from seed and actions, and how fast recording is.

    python examples/benchmarks/babyai_levels.py [--demos 100] [--levels GoToLocal PutNextLocal ...] [--out FILE]

For each level: so many demos are recorded into a store; each is replayed in a fresh environment from its seed and its
list of actions, and every observation, reward and end must be equal; and the same episodes are played by the bot in
the bare environment, without wrappers and without a record. The speed is the bare loop's CPU time over the recording's:
1 means that recording costs nothing. Both are measured in turns, the same seeds in each turn, and medians compared.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

import lam_gym
from lam_envs import third_party
from lam_gym.babyai_tasks import LEVELS
from lam_gym.task import Task, episode_seeds, get_task
from lam_gym.trajectory import Trajectory

TURNS = 3
"""Times that bare loop and recording are measured for each level."""
ENOUGH = 4.0
"""CPU seconds after which no further turn begins."""


def play_bare(task: Task, seeds: list[int]) -> int:
    """The bot in the bare environment, keeping nothing; the number of steps."""
    env = third_party.make(task.env_id).unwrapped
    steps = 0
    for seed in seeds:
        observation, _ = env.reset(seed=seed)
        try:
            bot = third_party.babyai_bot(env)
            over = False
            while not over:
                observation, _, terminated, truncated, _ = env.step(bot.act(observation))
                over = terminated or truncated
                steps += 1
        except third_party.ExpertFailure:
            pass
    return steps


def replays(env: Any, demo: Trajectory) -> bool:
    """Whether an environment gives the demo again, from its seed and its actions."""
    observations: Any = demo.observations
    observation, _ = env.reset(seed=demo.seed)
    over = False
    for step in range(len(demo) + 1):
        if any(not np.array_equal(observation[key], observations[key][step]) for key in observations):
            return False
        if step < len(demo):
            observation, reward, terminated, truncated, _ = env.step(int(demo.actions[step]))
            over = terminated or truncated
            if reward != demo.rewards[step]:
                return False
    return over


def measure(level: str, demos: int, folder: Path) -> dict[str, Any]:
    """Record, replay and time one level. Slow levels are timed in fewer turns."""
    task = get_task(f"babyai/{level}")
    bare: list[float] = []
    recorded: list[float] = []
    while len(bare) < TURNS and sum(bare) + sum(recorded) < ENOUGH:
        start = time.process_time()
        store = lam_gym.record(task, episodes=demos, seed=0, out=folder / f"{level}-{len(bare)}")
        recorded.append(time.process_time() - start)
        abandoned = len(store.meta.get("abandoned_seeds", ()))
        start = time.process_time()
        play_bare(task, episode_seeds("demos", 0, demos + abandoned))
        bare.append(time.process_time() - start)
    env = third_party.make(task.env_id).unwrapped
    trajectories = list(store)
    return {
        "level": level,
        "demos": len(trajectories),
        "success": sum(demo.success for demo in trajectories),
        "abandoned": abandoned,
        "replayed": sum(replays(env, demo) for demo in trajectories),
        "length": float(np.mean([len(demo) for demo in trajectories])),
        "demos_per_s": demos / statistics.median(recorded),
        "speed": statistics.median(bare) / statistics.median(recorded),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demos", type=int, default=100)
    parser.add_argument("--levels", nargs="*", default=list(LEVELS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "babyai_levels.json")
    arguments = parser.parse_args()
    rows = []
    heads = ("demos", "success", "given up", "replayed", "length", "demos/s", "speed")
    print(f"{'level':<24}" + "".join(f"{head:>9}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments.levels[0], 2, Path(folder) / "warm-up")
        for level in arguments.levels:
            row = measure(level, arguments.demos, Path(folder))
            rows.append(row)
            print(
                f"{level:<24}{row['demos']:>9}{row['success']:>9}{row['abandoned']:>9}{row['replayed']:>9}"
                f"{row['length']:>9.1f}{row['demos_per_s']:>9.1f}{row['speed']:>9.2f}",
                flush=True,
            )
    speeds = [row["speed"] for row in rows]
    print(
        f"{len(rows)} levels, {sum(row['replayed'] for row in rows):,} of {sum(row['demos'] for row in rows):,} demos "
        f"replayed; speed of the bare loop: median {statistics.median(speeds):.2f}, least {min(speeds):.2f}"
    )
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"demos": arguments.demos, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
