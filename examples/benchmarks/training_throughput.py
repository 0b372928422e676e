"""Samples a second of behavior cloning: lam-gym's training loop against imitation's BC, in one run, on one thread.

    python examples/benchmarks/training_throughput.py [--batches 10000] [--repeats 3] [--out FILE]

Both clone the same CartPole demos with the same multilayer perceptron (tanh), AdamW, batch size and number of batches.
lam-gym runs `train` with every other term of the joint loss at zero; its rate is that between the first and the last
line of metrics, so it counts everything in the loop. imitation's BC is timed over `train(n_batches=...)`. Denormal
numbers are flushed for both. The clock counts CPU seconds of the one thread, which are wall seconds on an idle machine
and less disturbed by other processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from itertools import pairwise
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
from imitation.algorithms import bc
from imitation.util import logger
from stable_baselines3.common.policies import ActorCriticPolicy

import lam_gym
from lam_gym.demonstrations.exchange import to_imitation
from lam_gym.training.config import AugmentConfig, LossConfig, OptimizerConfig

TASK = "control/cartpole"
CELLS = [((32, 32), 32, 6.0), ((32, 32), 256, 9.0), ((256, 256), 32, 4.3), ((256, 256), 256, 3.5)]
"""Hidden layers, batch size, ratio to reach."""
LEARNING_RATE = 1e-3


def ours(store: lam_gym.DemoStore, hidden: tuple[int, ...], batch_size: int, batches: int, folder: Path) -> float:
    """Samples a second of `lam_gym.train`."""
    config = lam_gym.TrainConfig(
        tasks=(TASK,),
        out=str(folder),
        preset="mlp",
        behavior_hidden=hidden,
        steps=batches,
        batch_size=batch_size,
        loss=LossConfig(lambda_=0, kappa=0, kappa_behavior=0, beta=0, rho=0),
        augment=AugmentConfig(symmetries=False),
        optimizer=OptimizerConfig(
            learning_rate=LEARNING_RATE, schedule="constant", warmup=0, max_grad_norm=0, ema=0, beta_2=0.999
        ),
        log_every=min(500, batches),
        save_every=batches,
        evaluate_episodes=0,
        tensorboard=False,
    )
    lines: list[tuple[int, float]] = []
    lam_gym.train(config, [store], progress=lambda done, _: lines.append((done, time.process_time())))
    (first, start), (last, end) = lines[0], lines[-1]
    return batch_size * (last - first) / (end - start)


def theirs(store: lam_gym.DemoStore, hidden: tuple[int, ...], batch_size: int, batches: int, folder: Path) -> float:
    """Samples a second of imitation's BC."""
    env = lam_gym.make_env(TASK)
    policy = ActorCriticPolicy(env.observation_space, env.action_space, lambda _: LEARNING_RATE, net_arch=list(hidden))
    trainer = bc.BC(
        observation_space=env.observation_space,
        action_space=env.action_space,
        rng=np.random.default_rng(0),
        policy=policy,
        demonstrations=to_imitation(store),
        batch_size=batch_size,
        optimizer_cls=torch.optim.AdamW,
        optimizer_kwargs={"lr": LEARNING_RATE},
        device="cpu",
        custom_logger=logger.configure(folder / "imitation", format_strs=[]),
    )
    start = time.process_time()
    trainer.train(n_batches=batches, progress_bar=False, log_interval=10**9)
    return batch_size * batches / (time.process_time() - start)


def floor(hidden: tuple[int, ...], batch_size: int, batches: int) -> float:
    """Samples a second of PyTorch itself: the same step with nothing around it, on random numbers."""
    vectors, actions = torch.randn(10_000, 4), torch.randint(2, (10_000,))
    sizes = (4, *hidden)
    layers = [part for pair in pairwise(sizes) for part in (torch.nn.Linear(*pair), torch.nn.Tanh())]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], 2))
    optimizer = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
    start = time.process_time()
    for _ in range(batches):
        rows = torch.randint(len(vectors), (batch_size,))
        torch.nn.functional.cross_entropy(network(vectors[rows]), actions[rows]).backward()
        optimizer.step()
        optimizer.zero_grad()
    return batch_size * batches / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--episodes", type=int, default=20, help="CartPole demos of 500 steps")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "training_throughput.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        store = lam_gym.record(TASK, episodes=arguments.episodes, seed=0, out=f"{folder}/demos")
        titles = ("network", "batch", "imitation/s", "PyTorch/s", "lam-gym/s", "ratio", "to reach", "PyTorch's")
        print("{:>10} {:>6} {:>12} {:>12} {:>12} {:>7} {:>9} {:>10}".format(*titles))
        for hidden, batch_size, target in CELLS:
            pairs = []
            for repeat in range(arguments.repeats):
                run = Path(folder) / f"run-{hidden[0]}-{batch_size}-{repeat}"
                peer = theirs(store, hidden, batch_size, arguments.batches, run)
                bare = floor(hidden, batch_size, arguments.batches)
                pairs.append((peer, bare, ours(store, hidden, batch_size, arguments.batches, run)))
            ratio = statistics.median(mine / peer for peer, _, mine in pairs)
            bound = statistics.median(bare / peer for peer, bare, _ in pairs)
            peer, bare, mine = (statistics.median(values) for values in zip(*pairs))
            name = "x".join(map(str, hidden))
            print(
                f"{name:>10} {batch_size:>6} {peer:>12,.0f} {bare:>12,.0f} {mine:>12,.0f} {ratio:>6.1f}x "
                f"{target:>8.1f}x {bound:>9.1f}x",
                flush=True,
            )
            row = {"network": name, "batch": batch_size, "imitation": peer, "lam_gym": mine, "ratio": ratio}
            rows.append({**row, "pytorch": bare, "pytorch_ratio": bound})
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"batches": arguments.batches, "repeats": arguments.repeats, "torch": torch.__version__, "rows": rows}
    arguments.out.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
