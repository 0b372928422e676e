"""Environment steps a second of `lam_gym.rollout` against imitation's `rollout` and SB3's `evaluate_policy`.

CartPole-v1, deterministic actions of the same network (two hidden layers of 64) in all three, one thread.
imitation and SB3 drive the network through SB3's policy class in a DummyVecEnv, which is how both are meant to be used;
`lam_gym.rollout` drives it through ten lines of `Policy`. lam_gym and imitation record every observation, action and
reward; `evaluate_policy` keeps nothing but returns. The network is trained first to balance the pole, so that episodes
run their full 500 steps. A first pass finds each one's best number of environments; the repeats then interleave the
three, each at its best and over the same number of episodes, and the ratio is the median over the repeats. The clock
counts CPU seconds of the one thread, which are wall seconds on an idle machine and less disturbed by other processes.

    python examples/benchmarks/rollout_throughput.py
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import torch
from imitation.data import rollout as imitation_rollout
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.policies import ActorCriticPolicy

import lam_gym

TASK = lam_gym.TASKS["control/cartpole"]
TARGETS = {"imitation rollout": 4.5, "SB3 evaluate_policy": 2.8}
Run = Callable[[int], int]
"""Runs at least this many episodes and gives the number of environment steps."""


class NumpyPolicy:
    """The actor of an SB3 policy as NumPy arrays: at a few hundred rows, three products and two activations."""

    def __init__(self, policy: ActorCriticPolicy) -> None:
        layers = [*policy.mlp_extractor.policy_net, policy.action_net]
        linear = [layer for layer in layers if isinstance(layer, torch.nn.Linear)]
        self.weights = [(layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy()) for layer in linear]
        self.relu = isinstance(layers[1], torch.nn.ReLU)

    def start(self, task: lam_gym.Task, num_envs: int) -> None:
        return None

    def act(self, observations: Any, memory: Any) -> tuple[Any, Any]:
        hidden = observations
        for weight, bias in self.weights[:-1]:
            hidden = hidden @ weight
            hidden += bias
            hidden = np.maximum(hidden, 0, out=hidden) if self.relu else np.tanh(hidden, out=hidden)
        weight, bias = self.weights[-1]
        return (hidden @ weight + bias).argmax(-1), memory


ACTIVATIONS: dict[str, type[torch.nn.Module]] = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}


def train_policy(activation: str, seed: int = 0) -> ActorCriticPolicy:
    """A 64x64 network that balances the pole: it imitates a linear controller on random states."""
    torch.manual_seed(seed)
    env = lam_gym.make_env(TASK)
    policy = ActorCriticPolicy(
        env.observation_space,
        env.action_space,
        lambda _: 1e-2,
        net_arch=[64, 64],
        activation_fn=ACTIVATIONS[activation],
    )
    network = torch.nn.Sequential(*policy.mlp_extractor.policy_net, policy.action_net)
    states = torch.randn(4000, 4) * torch.tensor([1.0, 1.0, 0.1, 1.0])
    push_right = (states @ torch.tensor([0.02, 0.05, 1.0, 0.3]) > 0).long()
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(300):
        loss = torch.nn.functional.cross_entropy(network(states), push_right)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
    return policy


def lam_gym_run(policy: ActorCriticPolicy, num_envs: int) -> Run:
    """`lam_gym.rollout`: trajectories recorded, environments made anew in each call."""
    ours = NumpyPolicy(policy)
    return lambda episodes: sum(map(len, lam_gym.rollout(ours, TASK, seeds=range(episodes), num_envs=num_envs)))


def imitation_run(policy: ActorCriticPolicy, num_envs: int) -> Run:
    """`imitation.data.rollout.rollout`: trajectories recorded, infos left out, no wrapper but SB3's own."""
    venv = make_vec_env(TASK.env_id, n_envs=num_envs, seed=0)

    def run(episodes: int) -> int:
        until = imitation_rollout.make_sample_until(min_episodes=episodes)
        trajectories = imitation_rollout.rollout(
            policy, venv, until, rng=np.random.default_rng(0), unwrap=False, deterministic_policy=True, verbose=False
        )
        return sum(map(len, trajectories))

    return run


def sb3_run(policy: ActorCriticPolicy, num_envs: int) -> Run:
    """`stable_baselines3.common.evaluation.evaluate_policy`: returns and lengths only."""
    venv = make_vec_env(TASK.env_id, n_envs=num_envs, seed=0)

    def run(episodes: int) -> int:
        _, lengths = evaluate_policy(policy, venv, n_eval_episodes=episodes, return_episode_rewards=True)
        return int(sum(lengths))  # type: ignore[arg-type]

    return run


PEERS: dict[str, Callable[[ActorCriticPolicy, int], Run]] = {
    "lam_gym rollout": lam_gym_run,
    "imitation rollout": imitation_run,
    "SB3 evaluate_policy": sb3_run,
}


def rate(run: Run, num_envs: int, rounds: int) -> float:
    """Environment steps a second of CPU time over `rounds` episodes in each environment."""
    start = time.process_time()
    steps = run(rounds * num_envs)
    return steps / (time.process_time() - start)


def scan(policy: ActorCriticPolicy, sizes: Sequence[int], rounds: int) -> dict[str, dict[int, float]]:
    """Rates by peer and number of environments: the better of two passes."""
    rates: dict[str, dict[int, float]] = {name: {} for name in PEERS}
    for size in sizes:
        for name, make in PEERS.items():
            run = make(policy, size)
            run(1)
            rates[name][size] = max(rate(run, size, rounds) for _ in range(2))
    return rates


def compare(policy: ActorCriticPolicy, best: dict[str, int], repeats: int, rounds: int) -> dict[str, list[float]]:
    """Rates of each peer at its best number of environments, interleaved."""
    runs = {name: make(policy, best[name]) for name, make in PEERS.items()}
    rates: dict[str, list[float]] = {name: [] for name in PEERS}
    for _ in range(repeats):
        for name, run in runs.items():
            rates[name].append(rate(run, best[name], rounds))
    return rates


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the repeats of how much faster ours was in the same repeat."""
    return statistics.median(mine / other for mine, other in zip(ours, theirs))


def print_table(scanned: dict[str, dict[int, float]], summary: dict[str, Any]) -> None:
    """Steps a second by number of environments, the medians at the best one, and the ratios."""
    sizes = list(scanned["lam_gym rollout"])
    print(f"{'steps/s, num_envs =':22}" + "".join(f"{size:>10}" for size in sizes) + f"{'median':>10}{'ours is':>9}")
    for name, row in scanned.items():
        ratio = f"{summary['ratios'][name]:8.2f}x" if name in TARGETS else ""
        print(f"{name:22}" + "".join(f"{row[size]:10,.0f}" for size in sizes) + f"{summary[name]:10,.0f}{ratio}")
    for name, target in TARGETS.items():
        print(f"target over {name}: {target}x, {'reached' if summary['ratios'][name] >= target else 'missed'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 8, 32, 64, 128, 256], help="numbers of envs")
    parser.add_argument("--activation", choices=list(ACTIVATIONS), default="relu", help="of the network")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=6, help="episodes of 500 steps in each environment")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "rollout_throughput.json")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    policy = train_policy(arguments.activation)
    scanned = scan(policy, arguments.sizes, rounds=1)
    best = {name: max(row, key=row.__getitem__) for name, row in scanned.items()}
    rates = compare(policy, best, arguments.repeats, arguments.rounds)
    medians = {name: statistics.median(values) for name, values in rates.items()}
    packages = ("gymnasium", "stable-baselines3", "imitation", "torch", "numpy")
    summary = {
        **medians,
        "ratios": {name: median_ratio(rates["lam_gym rollout"], rates[name]) for name in TARGETS},
        "targets": TARGETS,
        "best_num_envs": best,
        "rates": rates,
        "scan": scanned,
        "network": f"MLP 64x64 {arguments.activation}",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
    }
    print_table(scanned, summary)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
