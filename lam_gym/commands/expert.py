"""`lam-gym expert`: train a stable-baselines3 agent that can be a task's expert."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lam_gym.commands.arguments import TaskName
from lam_gym.commands.bars import progress
from lam_gym.errors import BadConfig
from lam_gym.policy import SB3Policy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, episode_seeds, get_task, make_env

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

LEARNING_RATE = 1e-3
"""Step size; with `ROLLOUT_STEPS` it balances CartPole in about a minute on one core."""
ROLLOUT_STEPS = 256
"""Steps that PPO and A2C take in each environment before an update."""


@dataclass(frozen=True)
class Expert:
    """Train an SB3 agent by reinforcement learning, to record demonstrations from.

    Use the file as an expert: lam-gym record TASK --expert sb3:ppo:FILE.zip --episodes 100 --out DIR
    """

    task: TaskName
    """Task to be learned; its observations must be arrays (`lam-gym tasks` lists the tasks)."""
    out: Path
    """Zip file that the agent is written to."""
    algorithm: Literal["ppo", "a2c", "dqn", "sac", "td3", "ddpg"] = "ppo"
    """Algorithm of stable-baselines3."""
    steps: int = 60_000
    """Environment steps to learn from."""
    num_envs: int = 8
    """Environments that are stepped side by side."""
    episodes: int = 50
    """Episodes of the evaluation at the end."""
    seed: int = 0
    """Seed of the learner and of the environments."""

    def run(self) -> None:
        """Train, save, evaluate, and say how to record from the agent."""
        task = get_task(self.task)
        self.out.parent.mkdir(parents=True, exist_ok=True)
        agent = train_agent(task, self.algorithm, self.steps, self.num_envs, self.seed)
        agent.save(self.out)
        trajectories = rollout(SB3Policy(task, agent), task, episode_seeds("validation", self.seed, self.episodes))
        successes = sum(trajectory.success for trajectory in trajectories)
        mean = sum(trajectory.episode_return for trajectory in trajectories) / len(trajectories)
        print(f"{task.name}: {successes} of {len(trajectories)} episodes succeed, mean return {mean:.1f}.")
        expert = f"sb3:{self.algorithm}:{self.out}"
        print(f"Record from it: lam-gym record {task.name} --expert {expert} --episodes 100 --out DIR")


def train_agent(task: Task, algorithm: str, steps: int, num_envs: int, seed: int) -> BaseAlgorithm:
    """An SB3 agent trained on `task` for `steps` environment steps, with progress on stderr.

    Raises BadConfig where the task's spaces are none that SB3 can learn from.
    """
    import stable_baselines3
    from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    env = make_env(task)
    observation_space, action_space = env.observation_space, env.action_space
    env.close()
    spaces = observation_space.spaces.values() if isinstance(observation_space, Dict) else [observation_space]
    if not all(isinstance(space, (Box, Discrete, MultiDiscrete)) for space in [*spaces, action_space]):
        raise BadConfig(f"SB3 learns from arrays, but '{task.name}' has text; use its own expert (lam-gym record).")
    envs = make_vec_env(lambda: make_env(task), n_envs=num_envs, seed=seed)
    settings: dict[str, Any] = {"ppo": {"n_steps": ROLLOUT_STEPS, "learning_rate": LEARNING_RATE}}.get(algorithm, {})
    network = "MultiInputPolicy" if isinstance(observation_space, Dict) else "MlpPolicy"
    with progress(f"training {algorithm} on {task.name}", steps, "steps") as update:

        class Report(BaseCallback):
            """Hands SB3's step count to the progress line."""

            def _on_step(self) -> bool:
                update(min(self.num_timesteps, steps))
                return True

        try:
            agent: BaseAlgorithm = getattr(stable_baselines3, algorithm.upper())(
                network, envs, seed=seed, device="cpu", **settings
            )
        except AssertionError as error:
            raise BadConfig(f"{algorithm.upper()} cannot act in {action_space}; choose another algorithm.") from error
        agent.learn(total_timesteps=steps, callback=Report())
    envs.close()
    return agent
