"""Evaluate a run on held-out seeds: clean, on variations of the task, and under noise and attack; write the report.

    python examples/04_evaluate.py                     trains a small policy first
    python examples/04_evaluate.py --run runs/example-03/run

The threat model: the policy sees each number of the observation moved by at most epsilon standard deviations.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lam_gym
from lam_gym.evaluation.report import write_report

TASK = "drive/lane-keeping"

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--run", type=Path, help="run folder with a policy for lane keeping")
parser.add_argument("--episodes", type=int, default=100, help="demonstrations, where a policy is trained first")
parser.add_argument("--steps", type=int, default=500)
parser.add_argument("--evaluate", type=int, default=100, help="episodes of each evaluation")
parser.add_argument("--out", type=Path, default=Path("runs/example-04"))
options = parser.parse_args()

run = options.run or options.out / "run"
if options.run is None:
    demos = lam_gym.record(TASK, episodes=options.episodes, seed=0, out=options.out / "demos", resume=True)
    lam_gym.train(lam_gym.TrainConfig(tasks=(TASK,), out=str(run), preset="xs", steps=options.steps), [demos])
policy = lam_gym.load_policy(run)

# Every policy gets the same episodes; their seeds are in no demonstration and in no validation.
evaluations = [
    lam_gym.evaluate(lam_gym.ExpertPolicy(TASK), TASK, episodes=options.evaluate, seed=0, label="expert"),
    lam_gym.evaluate(lam_gym.load_behavior(run, TASK), TASK, episodes=options.evaluate, seed=0, label="B"),
    lam_gym.evaluate(policy, TASK, episodes=options.evaluate, seed=0, label="A"),
    lam_gym.evaluate(policy, f"{TASK}@held_out", episodes=options.evaluate, seed=0, label="A"),
]
for kind in ("noise", "pgd"):
    attack = lam_gym.Perturbation(kind=kind, epsilon=0.2)
    evaluations.append(lam_gym.evaluate(policy, TASK, options.evaluate, seed=0, perturbation=attack, label="A"))

for number, evaluation in enumerate(evaluations):
    low, high = evaluation.interval
    seen = f"{evaluation.setting['perturbation']} {evaluation.setting['epsilon']:g}"
    print(
        f"{evaluation.policy:<8} {evaluation.task:<28} {seen:<10} {evaluation.success_rate:.3f} [{low:.3f}, {high:.3f}]"
    )
    evaluation.save(run / "evaluation" / f"{number}.parquet")  # one row an episode

# `lam-gym evaluate RUN && lam-gym report RUN` does all of this, with media and a comparison on held-out demonstrations.
print(f"report: {write_report(run)}")
