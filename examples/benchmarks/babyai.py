"""BabyAI from few demonstrations: success on unseen missions, with and without the declared symmetries.

    python examples/benchmarks/babyai.py --level GoToLocal --demos 1000 [--steps 1500] [--episodes 512] [--out FILE]

Records demos from the bot, trains the large action policy on them once with the task's symmetries (mirror, joint
permutations of colors and object types) and once without, on one thread, and evaluates both on missions that no demo
and no validation used. Published for GoToLocal: 148 to 193 thousand bot demos to 99 % success (BabyAI 1.0).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import lam_gym
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig


def measure(
    store: lam_gym.DemoStore, symmetries: bool, arguments: argparse.Namespace, folder: Path
) -> dict[str, object]:
    """Train and evaluate once."""
    config = lam_gym.TrainConfig(
        tasks=(store.task,),
        out=str(folder),
        preset="xs",
        steps=arguments.steps,
        seed=arguments.seed,
        loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0),
        augment=AugmentConfig(symmetries=symmetries),
        optimizer=OptimizerConfig(learning_rate=1e-3, weight_decay=0.05),
        evaluate_every=max(1, arguments.steps // 4),
        evaluate_episodes=0,
        log_every=min(100, arguments.steps),
        tensorboard=False,
    )
    start = time.perf_counter()

    def show(step: int, loss: float) -> None:
        print(f"  step {step} loss {loss:.4f}", flush=True)

    run = lam_gym.train(config, [store], progress=show)
    trained = time.perf_counter()
    result = lam_gym.evaluate(lam_gym.load_policy(run), store.task, episodes=arguments.episodes, seed=arguments.seed)
    return {
        "symmetries": symmetries,
        "success_rate": result.success_rate,
        "interval": list(result.interval),
        "train_s": trained - start,
        "evaluate_s": time.perf_counter() - trained,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", default="GoToLocal", help="a BabyAI level that lam-gym has as babyai/<level>")
    parser.add_argument("--demos", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--episodes", type=int, default=512)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "babyai.json")
    arguments = parser.parse_args()
    task = f"babyai/{arguments.level}"
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        store = lam_gym.record(task, episodes=arguments.demos, seed=arguments.seed, out=f"{folder}/demos")
        record_s = time.perf_counter() - start
        print(f"{task}: {len(store)} demos recorded in {record_s:.0f} s")
        for symmetries in (True, False):
            rows.append(measure(store, symmetries, arguments, Path(folder) / f"run-{symmetries}"))
            print(rows[-1], flush=True)
    print(f"{'symmetries':>10} {'success':>8} {'95 % interval':>16} {'train s':>8} {'evaluate s':>10}")
    for row in rows:
        low, high = row["interval"]  # type: ignore[misc]
        print(
            f"{row['symmetries']!s:>10} {row['success_rate']:>8.3f} {f'[{low:.3f}, {high:.3f}]':>16} "
            f"{row['train_s']:>8.0f} {row['evaluate_s']:>10.0f}"
        )
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    settings = {key: getattr(arguments, key) for key in ("level", "demos", "steps", "episodes", "seed")}
    arguments.out.write_text(json.dumps({**settings, "record_s": record_s, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
