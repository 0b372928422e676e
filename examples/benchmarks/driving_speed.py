"""How fast is `LamDrive/Highway-v0`, beside highway-env and beside EnvPool's highway in C++?

    pip install highway-env==1.12.1 envpool        both are optional: what is not there is left out
    python examples/benchmarks/driving_speed.py [--seconds 0.5] [--repeats 5]

Environment steps per second of processor time, with random actions, automatic resets and observations, at the settings
of highway-v0 (4 lanes, 50 vehicles, 15 simulation steps a step) and of highway-fast-v0 (3 lanes, 20 vehicles, 5). All
use one thread. The contenders take turns, and medians over the turns are printed and written to
examples/benchmarks/results/driving_speed.json. highway-env has no batch of its own: more environments cost more time,
so its one rate is what every batch is compared with.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import platform
import sys
import time
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import gymnasium
import numpy as np

import lam_envs.driving

RESULTS = Path(__file__).parent / "results" / "driving_speed.json"
SETTINGS = ("highway-v0", "highway-fast-v0")
BATCHES = (1, 16, 256, 1024)
ID = "LamDrive/Highway-v0"
Play = Callable[[], int]
"""Does some steps; gives their number."""


def actions_of(num_envs: int, kind: type) -> Any:
    """Random actions [200, num_envs], the same for everybody."""
    return np.random.default_rng(0).integers(5, size=(200, num_envs)).astype(kind)


def play_batch(environments: Any, num_envs: int, kind: type = np.int64) -> Play:
    """Steps of a vector environment that resets by itself."""
    actions = actions_of(num_envs, kind)
    environments.reset()

    def play() -> int:
        count = max(1, 200 // num_envs)
        for step in range(count):
            environments.step(actions[step])
        return count * num_envs

    return play


def play_single(env: Any, steps: int) -> Play:
    """Steps of a single environment, reset when its episode ends."""
    actions = actions_of(1, np.int64)[:, 0].tolist()
    env.reset(seed=0)

    def play() -> int:
        for step in range(steps):
            _, _, terminated, truncated, _ = env.step(actions[step])
            if terminated or truncated:
                env.reset()
        return steps

    return play


def load_envpool() -> Any:
    """EnvPool's registry with its highway alone, as other families of it want assets to be there; None without it."""
    spec = importlib.util.find_spec("envpool")
    if spec is None:
        return None
    package = types.ModuleType("envpool")
    package.__path__ = list(spec.submodule_search_locations or [])
    sys.modules["envpool"] = package
    try:
        importlib.import_module("envpool.highway.registration")
    except ImportError as problem:
        print(f"EnvPool is left out: {problem}", file=sys.stderr)
        return None
    return importlib.import_module("envpool.registration")


def contenders() -> dict[tuple[str, str, int], Play]:
    """(who, setting, environments) -> what is timed."""
    found: dict[tuple[str, str, int], Play] = {}
    envpool = load_envpool()
    has_highway_env = importlib.util.find_spec("highway_env") is not None
    if has_highway_env:
        importlib.import_module("highway_env")
    for setting in SETTINGS:
        keywords: dict[str, Any] = {"mode": "reference", "preset": setting}
        for num_envs in BATCHES:
            ours = lam_envs.driving.make_vec(ID, num_envs=num_envs, autoreset="same_step", **keywords)
            found["lam_envs", setting, num_envs] = play_batch(ours, num_envs)
            if envpool is not None:
                pool = envpool.make(setting, env_type="gymnasium", num_envs=num_envs, num_threads=1, seed=0)
                found["EnvPool", setting, num_envs] = play_batch(pool, num_envs, np.int32)
        found["lam_envs, gymnasium.make", setting, 1] = play_single(gymnasium.make(ID, **keywords), 200)
        if has_highway_env:
            found["highway-env", setting, 1] = play_single(gymnasium.make(setting).unwrapped, 5)
            found["highway-env, gymnasium.make", setting, 1] = play_single(gymnasium.make(setting), 5)
    return found


def rate(play: Play, seconds: float) -> float:
    """Environment steps per second of processor time, over at least `seconds` of it."""
    start, steps = time.process_time(), 0
    while True:
        steps += play()
        spent = time.process_time() - start
        if spent >= seconds:
            return steps / spent


def print_table(rates: dict[tuple[str, str, int], float]) -> list[dict[str, Any]]:
    """Print a row for each contender, with its ratio to highway-env (through the same way in); gives the rows."""
    rows = []
    print(f"{'setting':16} {'who':28} {'envs':>5} {'steps/s':>10} {'highway-env':>12} {'EnvPool':>8}")
    for (who, setting, num_envs), steps in sorted(rates.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])):
        through = ", gymnasium.make" if "gymnasium" in who else ""
        base, pool = rates.get((f"highway-env{through}", setting, 1)), rates.get(("EnvPool", setting, num_envs))
        row = {"who": who, "setting": setting, "num_envs": num_envs, "steps_per_second": round(steps, 1)}
        row["times_highway_env"] = None if base is None else round(steps / base, 1)
        row["times_envpool"] = None if pool is None or through else round(steps / pool, 2)
        rows.append(row)
        cells = [f"{row[name]:,.1f}x" if row[name] else "-" for name in ("times_highway_env", "times_envpool")]
        print(f"{setting:16} {who:28} {num_envs:5} {steps:10,.1f} {cells[0]:>12} {cells[1]:>8}")
    return rows


def version_of(package: str) -> str | None:
    """The installed version, or None."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def main() -> int:
    """Time everybody in turns, print the table, write the JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=0.5, help="processor time of one turn")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each contender")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    for package, name in (("highway_env", "highway-env==1.12.1"), ("envpool", "envpool")):
        if importlib.util.find_spec(package) is None:
            print(f"Without {package} there is nothing of it to compare with: pip install {name}", file=sys.stderr)
    found = contenders()
    for play in found.values():
        play()
    turns: dict[tuple[str, str, int], list[float]] = {who: [] for who in found}
    for _ in range(arguments.repeats):
        for who, play in found.items():
            turns[who].append(rate(play, arguments.seconds))
    rows = print_table({who: median(rates) for who, rates in turns.items()})
    versions = {name: version_of(name) for name in ("highway-env", "envpool", "numba", "numpy", "gymnasium")}
    told = {"python": platform.python_version(), "machine": platform.machine(), **versions, "rows": rows}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    temporary = RESULTS.with_suffix(".tmp")
    temporary.write_text(json.dumps(told, indent=2) + "\n")
    temporary.replace(RESULTS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
