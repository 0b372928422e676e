"""Train one large action policy on two tasks that share neither observations nor actions, guided by a clone of each.

    python examples/03_train.py

Driving has numbers in and numbers out, mail has text in and text out; one network learns both.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lam_gym
from lam_gym.demonstrations.splits import split
from lam_gym.training.config import LossConfig, Perturbation

TASKS = ("drive/lane-keeping", "text/mail")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--episodes", type=int, default=300, help="demonstrations of each task")
parser.add_argument("--steps", type=int, default=800)
parser.add_argument("--evaluate", type=int, default=200, help="episodes of each evaluation")
parser.add_argument("--out", type=Path, default=Path("runs/example-03"))
options = parser.parse_args()

demos = []
for task in TASKS:
    folder = options.out / task.replace("/", "-")
    demos.append(lam_gym.record(task, episodes=options.episodes, seed=0, out=folder, resume=True))
    split(demos[-1], seed=0)

# Every coefficient of the joint loss is a setting: kappa lets B guide A, kappa_behavior pulls B to A,
# beta makes A smooth under an adversary, rho adds augmented trajectories.
config = lam_gym.TrainConfig(
    tasks=TASKS,
    out=str(options.out / "run"),
    preset="xs",
    steps=options.steps,
    loss=LossConfig(lambda_=1.0, kappa=0.1, kappa_behavior=0.1, beta=0.1, rho=0.5),
    perturbation=Perturbation(kind="fgsm", epsilon=0.1),
    perturb_every=4,
    evaluate_episodes=min(50, options.evaluate),
)
lam_gym.train(config, demos)

for task in TASKS:
    for name, policy in (("A", lam_gym.load_policy(config.out)), ("B", lam_gym.load_behavior(config.out, task))):
        result = lam_gym.evaluate(policy, task, episodes=options.evaluate, seed=0)
        low, high = result.interval
        print(f"{task:<20} {name}   success {result.success_rate:.3f} [{low:.3f}, {high:.3f}]")
