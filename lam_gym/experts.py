"""Experts by reinforcement learning: a stable-baselines3 agent trained on a task's environment.

    train_expert("control/cartpole", out="experts/pole")      writes policy.zip and expert.json
    lam-gym expert control/cartpole --out experts/pole

The agent acts through `SB3Policy`, and a task or a recording names it as "sb3:ppo:experts/pole/policy.zip". SB3's zip
files are pickles: loading one executes what is in it, so load only files that you made or trust. lam-gym loads such a
file only where its path is given.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lam_gym.errors import BadConfig, nearest
from lam_gym.policy import SB3Policy
from lam_gym.task import Task, get_task, make_env

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

ALGORITHMS = ("ppo", "a2c", "dqn", "sac", "td3", "ddpg")
"""Algorithms of stable-baselines3. PPO and A2C take any action, DQN Discrete ones, SAC, TD3, DDPG continuous ones."""
SETTINGS: dict[str, dict[str, Any]] = {"ppo": {"n_steps": 256, "learning_rate": 1e-3}}
"""What replaces SB3's own settings; PPO then balances CartPole in about a minute on one core."""


@dataclass(frozen=True)
class TrainedExpert:
    """What was trained, and how well it does on evaluation seeds."""

    task: str
    algorithm: str
    steps: int
    """Environment steps of the training."""
    seed: int
    episodes: int
    """Episodes of the evaluation."""
    success_rate: float
    success_interval: tuple[float, float]
    """95 % Wilson interval."""
    return_mean: float
    return_interval: tuple[float, float]
    """95 % bootstrap interval."""
    policy: str
    """Path of the zip file, for "sb3:<algorithm>:<policy>"."""

    @property
    def expert(self) -> str:
        """The form in which a task or a recording names this expert."""
        return f"sb3:{self.algorithm}:{self.policy}"


def train_expert(
    task: Task | str,
    out: str | Path,
    algorithm: str = "ppo",
    steps: int = 60_000,
    seed: int = 0,
    num_envs: int = 8,
    episodes: int = 50,
    progress: Callable[[int], None] | None = None,
    **settings: Any,
) -> TrainedExpert:
    """Train an SB3 agent on a task, evaluate it on seeds kept for evaluation, and save both.

    Args:
        task: a task whose observations and actions are arrays.
        out: a folder, which gets policy.zip and expert.json, or a file ending in .zip, with the JSON beside it.
        algorithm: one of `ALGORITHMS`.
        steps: environment steps to learn from.
        seed: of the learner and of the environments.
        num_envs: environments that the learner steps side by side.
        episodes: episodes of the evaluation.
        progress: called with the number of environment steps taken.
        settings: keyword arguments of the SB3 algorithm, before those of `SETTINGS`.

    Raises `BadConfig` where SB3 cannot learn from the task's spaces.
    """
    from lam_gym.evaluation.evaluate import evaluate

    task, out = get_task(task), Path(out)
    if min(steps, num_envs, episodes) < 1:
        raise BadConfig(f"steps, num_envs and episodes must be positive, got {steps}, {num_envs} and {episodes}.")
    path = out if out.suffix == ".zip" else out / "policy.zip"
    card = path.with_suffix(".json") if out.suffix == ".zip" else out / "expert.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    agent = train_agent(task, algorithm, steps, seed, num_envs, progress, **settings)
    result = evaluate(SB3Policy(task, agent), task, episodes=episodes, seed=seed)
    trained = TrainedExpert(
        task=task.name,
        algorithm=algorithm,
        steps=steps,
        seed=seed,
        episodes=episodes,
        success_rate=result.success_rate,
        success_interval=result.interval,
        return_mean=result.return_mean,
        return_interval=result.return_interval,
        policy=str(path),
    )
    aside = path.with_name(f".{path.stem}.{os.getpid()}.zip")
    agent.save(aside)
    os.replace(aside, path)
    versions = {name: version(name) for name in ("stable-baselines3", "gymnasium", "torch")}
    aside = card.with_name(f".{card.name}.{os.getpid()}")
    aside.write_text(json.dumps({**asdict(trained), "versions": versions}, indent=1))
    os.replace(aside, card)
    return trained


def train_agent(
    task: Task,
    algorithm: str = "ppo",
    steps: int = 60_000,
    seed: int = 0,
    num_envs: int = 8,
    progress: Callable[[int], None] | None = None,
    **settings: Any,
) -> BaseAlgorithm:
    """An SB3 agent trained on `task` for `steps` environment steps. Raises `BadConfig` as `train_expert` does."""
    import stable_baselines3
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    if algorithm not in ALGORITHMS:
        raise BadConfig(f"There is no algorithm '{algorithm}'; {nearest(algorithm, ALGORITHMS)}")
    network = _check_spaces(task)

    class Report(BaseCallback):
        """Hands SB3's step count on."""

        def _on_step(self) -> bool:
            if progress is not None:
                progress(min(self.num_timesteps, steps))
            return True

    envs = make_vec_env(lambda: make_env(task), n_envs=num_envs, seed=seed)
    try:
        agent: BaseAlgorithm = getattr(stable_baselines3, algorithm.upper())(
            network, envs, seed=seed, device="cpu", **{**SETTINGS.get(algorithm, {}), **settings}
        )
        agent.learn(total_timesteps=steps, callback=Report())
    except AssertionError as error:
        actions = envs.action_space
        raise BadConfig(
            f"{algorithm.upper()} cannot act in {actions}; choose another algorithm, such as ppo."
        ) from error
    finally:
        envs.close()
    return agent


def _check_spaces(task: Task) -> str:
    """SB3's name of the network for the task's observations."""
    from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete

    env = make_env(task)
    observations, actions = env.observation_space, env.action_space
    env.close()
    arrays = (Box, Discrete, MultiDiscrete, MultiBinary)
    if not isinstance(actions, arrays):
        raise BadConfig(
            f"SB3 acts by numbers, but '{task.name}' has text actions: wrap its environment in "
            "lam_envs.text.wrappers.DiscreteActions and HashedText, or use the task's own expert."
        )
    spaces = observations.spaces.values() if isinstance(observations, Dict) else [observations]
    if not all(isinstance(space, arrays) for space in spaces):
        raise BadConfig(
            f"SB3 learns from arrays, but '{task.name}' has text in its observations: wrap its environment to show "
            "numbers, or use the task's own expert."
        )
    return "MultiInputPolicy" if isinstance(observations, Dict) else "MlpPolicy"
