"""Clone an expert: plain behavior cloning is the joint loss with one task and every coefficient zero.

python examples/02_clone.py                        CartPole, cloned from its controller
python examples/02_clone.py --task text/mail --episodes 500 --steps 1000
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lam_gym
from lam_gym.training.config import LossConfig

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--task", default="control/cartpole")
parser.add_argument("--episodes", type=int, default=50)
parser.add_argument("--steps", type=int, default=500)
parser.add_argument("--evaluate", type=int, default=200, help="episodes of the evaluation")
parser.add_argument("--out", type=Path, default=Path("runs/example-02"))
options = parser.parse_args()

demos = lam_gym.record(options.task, episodes=options.episodes, seed=0, out=options.out / "demos", resume=True)

# No guidance, no adversary, no augmentation; lambda = 0 leaves the behavior model out as well. What remains of L_total
# is E[l(A(x), y)], the behavior-cloning loss.
config = lam_gym.TrainConfig(
    tasks=(options.task,),
    out=str(options.out / "run"),
    preset="behavior",
    steps=options.steps,
    loss=LossConfig(lambda_=0.0, kappa=0.0, kappa_behavior=0.0, beta=0.0, rho=0.0),
)
lam_gym.train(config, [demos])

policies = {
    "expert": lam_gym.ExpertPolicy(options.task),
    "clone": lam_gym.load_policy(config.out),
    "random": lam_gym.RandomPolicy(options.task),
}
for name, policy in policies.items():
    result = lam_gym.evaluate(policy, options.task, episodes=options.evaluate, seed=0)
    low, high = result.interval
    print(f"{name:<8} success {result.success_rate:.3f} [{low:.3f}, {high:.3f}]   return {result.return_mean:.2f}")
