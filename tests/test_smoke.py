"""The line from record to report in a few seconds: also run on gymnasium 1.x with the current stable-baselines3."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import lam_gym
from lam_gym import cli
from lam_gym.task import TASKS

pytestmark = pytest.mark.smoke
FAMILIES = {  # one of its kind is enough; what is slow or has no expert is left out
    "babyai": ("GoToRedBallGrey", "GoToLocal", "PutNextLocal", "MiniBossLevel"),
    "highway-env": (),  # each of its releases fits one of the two stacks only
}
SHIPPED = [
    name
    for name, task in TASKS.items()
    if not task.env_id.startswith("LamTest/")  # those of other tests
    and name != "drive/highway@highway-env"
    and name.partition("/")[2] in FAMILIES.get(name.partition("/")[0], [name.partition("/")[2]])
]


@pytest.mark.parametrize("name", SHIPPED)
def test_expert_and_random_policy(name: str) -> None:
    task = lam_gym.get_task(name)
    if task.extra:
        pytest.importorskip(task.requires)
    seeds = [1, 2, 3]
    expert = lam_gym.rollout(lam_gym.ExpertPolicy(task), task, seeds=seeds, num_envs=2)
    assert all(trajectory.success for trajectory in expert)
    alone = lam_gym.rollout(lam_gym.ExpertPolicy(task), task, seeds=seeds, num_envs=1)
    assert all(one.equals(other) for one, other in zip(expert, alone, strict=True))
    chance = lam_gym.rollout(lam_gym.RandomPolicy(task, seed=0), task, seeds=seeds)
    assert [trajectory.seed for trajectory in chance] == seeds


def test_stable_baselines3_acts_and_saves(tmp_path: Path) -> None:
    from stable_baselines3 import PPO

    env = lam_gym.make_env("control/cartpole")
    agent = PPO("MlpPolicy", env, n_steps=64, batch_size=64, n_epochs=1, seed=0, device="cpu").learn(64)
    agent.save(tmp_path / "ppo.zip")
    policy = lam_gym.SB3Policy("control/cartpole", tmp_path / "ppo.zip")
    trajectory = lam_gym.rollout(policy, "control/cartpole", seeds=[0])[0]
    expected, _ = agent.predict(trajectory.observations[:-1], deterministic=True)
    assert np.array_equal(trajectory.actions, expected)


def test_record_train_evaluate_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = ("drive/lane-keeping", "text/mail")
    demos = [str(tmp_path / "drive"), str(tmp_path / "mail")]
    run = str(tmp_path / "run")
    for task, folder in zip(tasks, demos, strict=True):
        assert cli.main(["record", task, "--episodes", "10", "--seed", "0", "--out", folder]) == 0
        assert cli.main(["data", "split", folder]) == 0
    sizes = ["--preset", "xs", "--steps", "3", "--evaluate-every", "0", "--evaluate-episodes", "2"]
    assert cli.main(["train", "--tasks", *tasks, "--demos", *demos, "--out", run, *sizes]) == 0
    table = ["--episodes", "3", "--seed", "0", "--out", f"{run}/evaluation", "--clean"]
    assert cli.main(["evaluate", run, "--tasks", *tasks, *table]) == 0
    assert cli.main(["report", run]) == 0
    assert (tmp_path / "run" / "report.html").exists()
    assert lam_gym.evaluate(lam_gym.load_policy(run), "text/mail", episodes=2, seed=0).success_rate >= 0
