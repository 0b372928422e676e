"""Relabelling: the expert's labels on the policy's own states, and a task that cloning alone cannot learn."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium import spaces

from lam_gym import ExpertPolicy, RandomPolicy, Task, Trajectory, get_task, register_task, rollout
from lam_gym.demonstrations.cleaning import clean
from lam_gym.demonstrations.metadata import RELABELED
from lam_gym.demonstrations.store import DemoStore, merge
from lam_gym.errors import BadConfig, BadDemos
from lam_gym.task import make_plain_env
from lam_gym.training import joint
from lam_gym.training.checkpoint import list_checkpoints, load_policy, read_tensors
from lam_gym.training.config import LossConfig, OptimizerConfig, TrainConfig
from lam_gym.training.joint import train
from lam_gym.training.learner import apply_gradients
from lam_gym.training.metrics import read_metrics
from lam_gym.training.relabeling import Relabeling, WatchedPolicy, label

FOG, TRACK, WRONG = 0, 1, 3
"""First entries of the observation: nothing, on the track (left, right), beside it (left, right)."""
FORWARD, CROSS = 2, 3
NAME = "test/fork"


class ForkEnv(gymnasium.Env[Any, Any]):
    """A fork in the fog: only the expert knows the side. After the wrong one one has to cross, which no demo shows."""

    metadata = {"render_modes": []}  # noqa: RUF012 (gymnasium's own declaration)
    observation_space = spaces.Box(0, 1, (5,), np.float32)
    action_space = spaces.Discrete(4)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.side = int(self.np_random.integers(2))
        self.place = FOG
        return self._show(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        arrived = False
        if self.place == FOG:
            if action < 2:
                self.place = (TRACK if action == self.side else WRONG) + int(action)
        elif self.place >= WRONG:
            self.place = TRACK + self.side if action == CROSS else self.place
        else:
            arrived = bool(action == FORWARD)
        return self._show(), float(arrived), arrived, False, {"success": arrived}

    def _show(self) -> Any:
        return np.eye(5, dtype=np.float32)[self.place]

    def advice(self) -> int:
        """The right action."""
        return self.side if self.place == FOG else FORWARD if self.place < WRONG else CROSS


def _make(**_: Any) -> ForkEnv:
    return ForkEnv()


class ForkExpert:
    """Reads the environment's state."""

    def __init__(self, env: Any) -> None:
        self.env = env.unwrapped

    def act(self, observation: Any) -> int:
        advice: int = self.env.advice()
        return advice


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    module = types.ModuleType("lam_test_fork")
    module.__dict__["expert"] = ForkExpert
    sys.modules[module.__name__] = module
    gymnasium.register(id="LamTest/Fork-v0", entry_point=_make, disable_env_checker=True)
    register_task(Task(NAME, "LamTest/Fork-v0", "find the way", 6, expert="lam_test_fork:expert"))
    yield
    del gymnasium.registry["LamTest/Fork-v0"], sys.modules[module.__name__]


@pytest.fixture
def demos(tmp_path: Path) -> DemoStore:
    """Expert episodes, which never see a wrong side."""
    made = DemoStore.create(tmp_path / "demos", NAME)
    made.append(rollout(ExpertPolicy(NAME), NAME, seeds=range(40)))
    return made


def settings(out: Path, **changes: Any) -> TrainConfig:
    base = TrainConfig(
        out=str(out),
        preset="mlp",
        behavior_hidden=(16,),
        steps=120,
        batch_size=16,
        loss=LossConfig(lambda_=0.0, kappa=0.0, kappa_behavior=0.0),
        optimizer=OptimizerConfig(learning_rate=1e-2, ema=0.9),
        evaluate_every=0,
        evaluate_episodes=0,
        save_every=1000,
        tensorboard=False,
        relabel_episodes=20,
    )
    return replace(base, **changes)


def success(run: Path) -> float:
    played = rollout(load_policy(run), NAME, seeds=range(500, 560))
    return float(np.mean([episode.success for episode in played]))


def test_relabelling_learns_what_cloning_cannot(demos: DemoStore, tmp_path: Path) -> None:
    cloned = success(train(settings(tmp_path / "cloned"), [demos]))
    assert 0.2 < cloned < 0.8, "the side is a guess, and a wrong one is the end"
    run = train(settings(tmp_path / "run", relabel_rounds=2), [demos])
    assert success(run) == 1.0

    lines = [line for line in read_metrics(run) if f"relabel/{NAME}/steps" in line]
    assert [line["step"] for line in lines] == [35, 69]
    first, last = lines
    assert first[f"relabel/{NAME}/policy_success"] < 0.8 < last[f"relabel/{NAME}/policy_success"]
    assert first[f"relabel/{NAME}/agreement"] < last[f"relabel/{NAME}/agreement"]
    assert first["time/relabel_s"] > 0
    store = DemoStore.open(run / "relabeled" / "round-1" / "test-fork")
    assert store.meta["steps"] == first[f"relabel/{NAME}/steps"]
    assert store.meta[RELABELED]["round"] == 1
    assert store.meta[RELABELED]["acting"] == "the policy in training"
    assert not set(store.meta["seeds"]) & set(demos.meta["seeds"])
    for trajectory in store:
        places = trajectory.fields()[""][:-1].argmax(1)
        assert ((trajectory.actions == CROSS) == (places >= WRONG)).all()
    assert any((trajectory.actions == CROSS).any() for trajectory in store)


def test_the_expert_acts_in_a_share_of_the_steps(demos: DemoStore, tmp_path: Path) -> None:
    run = train(settings(tmp_path / "run", relabel_rounds=1, relabel_mixture=0.5, steps=12), [demos])
    meta = DemoStore.open(run / "relabeled" / "round-1" / "test-fork").meta[RELABELED]
    assert meta["acting"].endswith("and the expert in 0.5 of the steps")
    follower = WatchedPolicy(RandomPolicy(NAME), ExpertPolicy(NAME), mixture=1.0)
    assert all(episode.success for episode in rollout(follower, NAME, seeds=range(20)))


class Killed(Exception):
    """The run ends here."""


@pytest.mark.parametrize(("moment", "behavior"), [("roll out", "network"), ("a step", "network"), ("a step", "tree")])
def test_a_run_killed_about_a_round_goes_on_bit_for_bit(
    moment: str, behavior: Any, demos: DemoStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def config(out: str) -> TrainConfig:
        return settings(
            tmp_path / out, relabel_rounds=2, steps=30, save_every=7, behavior=behavior, loss=LossConfig(), log_every=4
        )

    undisturbed = train(config("undisturbed"), [demos])
    with monkeypatch.context() as patched:
        count = 0
        carry_out, apply = Relabeling.carry_out, apply_gradients

        def counted(*arguments: Any) -> Any:
            nonlocal count
            count += 1
            if count == (2 if moment == "roll out" else 23):
                raise Killed
            return (carry_out if moment == "roll out" else apply)(*arguments)

        if moment == "roll out":
            patched.setattr(Relabeling, "carry_out", counted)
        else:
            patched.setattr(joint, "apply_gradients", counted)
        with pytest.raises(Killed):
            train(config("killed"), [demos])
    resumed = train(config("killed"), [demos], resume=True)
    mine, theirs = (list_checkpoints(run)[-1] for run in (undisturbed, resumed))
    for path in mine.glob("*.safetensors"):
        left, right = read_tensors(path), read_tensors(theirs / path.name)
        assert all(torch.equal(value, right[key]) for key, value in left.items()), path.name
    lines = [
        [{key: value for key, value in line.items() if not key.startswith("time/")} for line in read_metrics(run)]
        for run in (undisturbed, resumed)
    ]
    assert lines[0] == lines[1]


class Steps:
    """Does these actions in every episode, one after the other."""

    def __init__(self, actions: Sequence[Any]) -> None:
        self.actions = list(actions)

    def start(self, task: Task, num_envs: int) -> list[int]:
        return [0] * num_envs

    def act(self, observations: Sequence[Any], memory: Any) -> tuple[list[Any], list[int]]:
        return [self.actions[step % len(self.actions)] for step in memory], [step + 1 for step in memory]


@pytest.mark.parametrize("name", ["drive/lane-keeping", "text/mail", "babyai/GoToLocal"])
def test_labels_are_what_the_expert_says_in_the_states_that_the_policy_got_into(name: str) -> None:
    """Replayed: the done actions lead to the same states, where a fresh expert (without a plan) agrees."""
    task = replace(get_task(name), max_episode_steps=12)
    watched = WatchedPolicy(RandomPolicy(task, seed=1), ExpertPolicy(task))
    for trajectory in rollout(watched, task, seeds=range(4), num_envs=3):
        labels = watched.labels[trajectory.seed]
        assert len(labels) == len(trajectory)
        env = make_plain_env(task)
        observation, _ = env.reset(seed=trajectory.seed)
        expert = ExpertPolicy(task)
        memory = expert.begin(task, trajectory.seed, env)
        done = None
        for step, advised in enumerate(labels):
            (again,) = expert.advise([observation], [memory], [done])
            np.testing.assert_array_equal(np.asarray(advised), np.asarray(again))
            done = trajectory.actions[step]
            observation, *_ = env.step(done.item() if trajectory.actions.dtype.kind == "i" else done)
        relabeled = label(trajectory, labels)
        assert relabeled is not None
        assert relabeled.actions.dtype == trajectory.actions.dtype
        assert len(relabeled) == sum(advised is not None for advised in labels)


def test_steps_without_a_label_are_left_out() -> None:
    (walked,) = rollout(Steps([0]), NAME, seeds=[3])
    relabeled = label(walked, [1, None, 2, None, None, 3][: len(walked)])
    assert relabeled is not None
    assert relabeled.actions.tolist() == [1, 2, 3][: len(relabeled)]
    assert label(walked, [None] * len(walked)) is None
    texts = np.array(["a", "b"], dtype=object)
    spoken = Trajectory(
        "test/text", 0, texts[[0, 1, 0]], texts, np.zeros(2), True, False, True, admissible_actions=(("a",), ("b",), ())
    )
    relabeled = label(spoken, ["c", "b"])
    assert relabeled is not None
    assert relabeled.actions.tolist() == ["b"]


def test_labels_do_not_count_as_successes_of_the_expert(demos: DemoStore, tmp_path: Path) -> None:
    run = train(settings(tmp_path / "run", relabel_rounds=1, steps=10), [demos])
    relabeled = DemoStore.open(run / "relabeled" / "round-1" / "test-fork")
    with pytest.raises(BadDemos, match="labels on another policy's episodes"):
        merge([demos, relabeled], tmp_path / "merged")
    report = clean(relabeled, tmp_path / "clean")
    assert not [finding for finding in report.findings if finding.rule == "failed"]
    assert RELABELED in DemoStore.open(tmp_path / "clean").meta
    both = merge([relabeled, relabeled], tmp_path / "both")
    assert len(both.meta[RELABELED]["rounds"]) == 2
    again = train(settings(tmp_path / "again", steps=5), [demos, relabeled])
    assert list_checkpoints(again)


def test_settings_that_cannot_be(demos: DemoStore, tmp_path: Path) -> None:
    for change in ({"relabel_rounds": 120}, {"relabel_rounds": -1}, {"relabel_mixture": 1.5}, {"relabel_episodes": 0}):
        with pytest.raises(BadConfig, match=next(iter(change))):
            settings(tmp_path, **change)
    made = DemoStore.create(tmp_path / "identity", "identity/discrete")
    made.append(rollout(Steps([2]), "identity/discrete", [0]))
    with pytest.raises(BadConfig, match="'identity/discrete' has no expert"):
        train(settings(tmp_path / "none", relabel_rounds=1), [made])
