"""Make any Gymnasium environment a task, with a stable-baselines3 policy file as its expert.

    python examples/05_own_env.py              Pendulum: swing a rod up and hold it there

Trains the expert by PPO, registers the task, then records, clones and evaluates like any other task.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

import lam_gym

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--expert-steps", type=int, default=100_000)
parser.add_argument("--episodes", type=int, default=200)
parser.add_argument("--steps", type=int, default=1500)
parser.add_argument("--evaluate", type=int, default=100, help="episodes of the evaluation")
parser.add_argument("--out", type=Path, default=Path("runs/example-05"))
options = parser.parse_args()
options.out.mkdir(parents=True, exist_ok=True)

# The expert: whatever SB3 can learn. `lam-gym expert TASK --out FILE.zip` does the same from the command line.
expert_file = options.out / "pendulum.zip"
if not expert_file.exists():
    envs = make_vec_env("Pendulum-v1", n_envs=4, seed=0)
    agent = PPO(
        "MlpPolicy",
        envs,
        n_steps=1024,
        gamma=0.9,
        gae_lambda=0.95,
        learning_rate=1e-3,
        use_sde=True,
        sde_sample_freq=4,
        seed=0,
    )
    agent.learn(options.expert_steps)
    agent.save(expert_file)

# The ten lines. From here on "own/pendulum" works wherever a task is asked for.
lam_gym.register_task(
    lam_gym.Task(
        name="own/pendulum",
        env_id="Pendulum-v1",
        instruction="swing the rod up and hold it there",
        max_episode_steps=200,
        success="return>=-400",
        expert=f"sb3:ppo:{expert_file}",
    )
)

demos = lam_gym.record("own/pendulum", episodes=options.episodes, seed=0, out=options.out / "demos", resume=True)
print(f"the expert reaches {demos.meta['mean_return']:.1f} on average over {len(demos)} episodes")

config = lam_gym.TrainConfig(tasks=("own/pendulum",), out=str(options.out / "run"), preset="xs", steps=options.steps)
lam_gym.train(config, [demos])

policies = {
    "expert": lam_gym.ExpertPolicy("own/pendulum"),
    "large action policy": lam_gym.load_policy(config.out),
    "random": lam_gym.RandomPolicy("own/pendulum"),
}
for name, policy in policies.items():
    result = lam_gym.evaluate(policy, "own/pendulum", episodes=options.evaluate, seed=0)
    low, high = result.interval
    print(f"{name:<20} return {result.return_mean:7.1f}   success {result.success_rate:.2f} [{low:.2f}, {high:.2f}]")
