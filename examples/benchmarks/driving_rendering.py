"""CPU milliseconds of a rendered frame of each driving task, and of highway-env's where it is installed.

Each task plays random actions and draws one frame a step, on one thread; only the drawing is timed (`render()`, trail,
text and copies included). The number is the median over the repeats of the mean over their frames. Frames of different
tasks have different sizes, so the pixels are given beside. Needs neither pygame nor a display.

    python examples/benchmarks/driving_rendering.py
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import gymnasium

import lam_envs

RESULTS = Path(__file__).parent / "results" / "driving_rendering.json"
TARGET = 0.2
"""Largest CPU time of a 600 x 150 frame [ms]."""


def play(env: gymnasium.Env[Any, Any], frames: int, seed: int) -> tuple[float, tuple[int, ...]]:
    """CPU milliseconds of a frame, and the frame's shape; episodes that end are followed by others."""
    env.reset(seed=seed)
    env.action_space.seed(seed)
    shape = env.render().shape  # type: ignore[union-attr]
    spent = 0.0
    for _ in range(frames):
        _, _, terminated, truncated, _ = env.step(env.action_space.sample())
        begun = time.process_time()
        env.render()
        spent += time.process_time() - begun
        if terminated or truncated:
            env.reset()
    return 1000.0 * spent / frames, shape


def measure(name: str, frames: int, repeats: int, **arguments: Any) -> dict[str, Any]:
    """One row of the table."""
    env = gymnasium.make(name, render_mode="rgb_array", **arguments)
    play(env, 20, 0)
    timed = [play(env, frames, seed) for seed in range(1, repeats + 1)]
    env.close()
    height, width = timed[0][1][:2]
    return {
        "environment": name,
        "width": width,
        "height": height,
        "milliseconds": statistics.median(milliseconds for milliseconds, _ in timed),
        "repeats": [round(milliseconds, 4) for milliseconds, _ in timed],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Time all tasks, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=400, help="frames of each repeat")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS)
    drives = sorted(name for name in lam_envs.ENTRY_POINTS if name.startswith("LamDrive/"))
    parser.add_argument("--environments", nargs="+", default=drives, help="ids; all driving tasks by default")
    given = parser.parse_args(arguments)
    rows = [measure(name, given.frames, given.repeats) for name in given.environments]
    if given.environments == drives and importlib.util.find_spec("highway_env") is not None:
        importlib.import_module("highway_env")
        rows.append(measure("highway-fast-v0", max(given.frames // 20, 5), given.repeats, disable_env_checker=True))
    print(f"{'environment':32} {'size':>9}  CPU ms a frame")
    for row in rows:
        size = f"{row['width']}x{row['height']}"
        print(f"{row['environment']:32} {size:>9}  {row['milliseconds']:.3f}")
    given.out.parent.mkdir(exist_ok=True)
    aside = given.out.with_suffix(".tmp")
    aside.write_text(json.dumps({"target_milliseconds_600x150": TARGET, "rows": rows}, indent=2) + "\n")
    aside.replace(given.out)
    small = [row["milliseconds"] for row in rows[: len(given.environments)] if row["height"] <= 150]
    return 0 if max(small, default=0.0) < TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
