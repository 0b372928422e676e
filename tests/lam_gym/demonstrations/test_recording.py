"""Recording: which episodes are stored, resuming, refusing, disturbed actions, and kills at random moments."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box

from lam_gym.demonstrations import recording
from lam_gym.demonstrations.exchange import from_imitation, to_imitation
from lam_gym.demonstrations.metadata import TIMES
from lam_gym.demonstrations.recording import Disturbed, record
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig, BadDemos, BadTrajectory, LamGymError
from lam_gym.policy import ExpertPolicy, Memory, RandomPolicy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, episode_seeds, get_task
from lam_gym.trajectory import Action, Observation

SHORT = replace(get_task("control/cartpole"), name="test/short", max_episode_steps=12)
KILLS = 50


def described(store: DemoStore) -> dict[str, Any]:
    return {key: value for key, value in DemoStore.open(store.path).meta.items() if key not in TIMES}


class Reluctant:
    """Gives up the episodes whose seed is divisible by `divisor`."""

    def __init__(self, divisor: int = 3) -> None:
        self.divisor = divisor

    def start(self, task: Task, num_envs: int) -> Memory:
        return [False] * num_envs

    def begin(self, task: Task, seed: int, env: Any) -> bool:
        return seed % self.divisor == 0

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        return [None if gives_up else 1 for gives_up in memory or []], memory


class PushRight:
    """Always acts 1; memory-free."""

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        assert memory is None
        return [1] * len(observations), memory


def test_stores_the_experts_episodes(tmp_path: Path) -> None:
    done: list[int] = []
    store = record(SHORT, 10, 4, tmp_path / "demos", shard_episodes=4, num_envs=3, progress=done.append)
    expected = rollout(ExpertPolicy(SHORT), SHORT, episode_seeds("demos", 4, 10))
    assert all(left.equals(right) for left, right in zip(store, expected, strict=True))
    assert [shard["episodes"] for shard in store.meta["shards"]] == [4, 4, 2]
    assert store.meta["expert"] == SHORT.expert
    assert store.meta["recording"] == {"seed": 4, "shard_episodes": 4, "noise": 0.0}
    assert sorted(done)[-1] == 10
    store.verify()


@pytest.mark.parametrize("stops", [(4,), (3, 7), (10, 10)])
def test_extended_recordings_equal_one_in_one_go(tmp_path: Path, stops: tuple[int, ...]) -> None:
    whole = record(SHORT, 10, 0, tmp_path / "whole", shard_episodes=4)
    for number, episodes in enumerate((*stops, 10)):
        resumed = record(SHORT, episodes, 0, tmp_path / "resumed", shard_episodes=4, resume=number > 0, num_envs=2)
        assert len(resumed) == episodes
    assert described(resumed) == described(whole)
    assert resumed.content_hash() == whole.content_hash()


def test_resume_starts_where_nothing_is(tmp_path: Path) -> None:
    assert len(record(SHORT, 2, 0, tmp_path / "new", resume=True)) == 2


def test_an_interrupted_recording_goes_on(tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(done: int) -> None:
        if done == 6:
            raise Interrupted

    with pytest.raises(Interrupted):
        record(SHORT, 10, 0, tmp_path / "demos", shard_episodes=2, num_envs=1, progress=interrupt)
    assert len(DemoStore.open(tmp_path / "demos")) == 4
    seen: list[int] = []
    resumed = record(SHORT, 10, 0, tmp_path / "demos", shard_episodes=2, resume=True, progress=seen.append)
    assert (seen[0], seen[-1]) == (5, 10)
    assert described(resumed) == described(record(SHORT, 10, 0, tmp_path / "whole", shard_episodes=2))


def test_refuses_a_taken_folder_and_other_settings(tmp_path: Path) -> None:
    folder = tmp_path / "demos"
    record(SHORT, 4, 0, folder)
    with pytest.raises(BadDemos, match="not empty"):
        record(SHORT, 4, 0, folder)
    others: list[tuple[str, dict[str, Any]]] = [
        ("seed", {"seed": 1}),
        ("shard_episodes", {"shard_episodes": 7}),
        ("noise", {"noise": 0.5}),
        ("expert", {"policy": RandomPolicy(SHORT)}),
        ("max_episode_steps", {"task": replace(SHORT, max_episode_steps=13)}),
        ("task", {"task": replace(SHORT, name="test/other")}),
        ("more than the 3", {"episodes": 3}),
    ]
    for words, changes in others:
        arguments: dict[str, Any] = {"task": SHORT, "episodes": 4, "out": folder, "resume": True, **changes}
        with pytest.raises(BadDemos, match=words):
            record(**arguments)
    assert len(record(SHORT, 4, 0, folder, resume=True)) == 4


@pytest.mark.parametrize(
    "wrong", [{"episodes": 0}, {"shard_episodes": 0}, {"noise": -1.0}, {"noise": 0.1, "num_workers": 1}]
)
def test_refuses_wrong_settings(tmp_path: Path, wrong: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {"task": SHORT, "episodes": 4, "out": tmp_path / "demos", **wrong}
    with pytest.raises(BadConfig):
        record(**arguments)
    assert not (tmp_path / "demos").exists()


def test_abandoned_episodes_are_replaced(tmp_path: Path) -> None:
    store = record(SHORT, 7, 0, tmp_path / "demos", Reluctant(), shard_episodes=3)
    assert store.meta["seeds"] == [1, 2, 4, 5, 7, 8, 10]
    assert store.meta["abandoned_seeds"] == [0, 3, 6, 9]
    assert store.meta["expert"].endswith("Reluctant")
    parts = record(SHORT, 4, 0, tmp_path / "parts", Reluctant(), shard_episodes=3)
    parts = record(SHORT, 7, 0, tmp_path / "parts", Reluctant(), shard_episodes=3, resume=True)
    assert described(parts) == described(store)


def test_a_policy_that_always_gives_up_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "MOST_ABANDONED", 5)
    with pytest.raises(LamGymError, match="gave up"):
        record(SHORT, 2, 0, tmp_path / "demos", Reluctant(divisor=1))


def test_disturbed_actions_are_executed_and_intended_ones_stored(tmp_path: Path) -> None:
    calm = record(SHORT, 6, 0, tmp_path / "calm", PushRight())
    disturbed = record(SHORT, 6, 0, tmp_path / "disturbed", PushRight(), noise=0.5)
    assert all(np.all(trajectory.actions == 1) for trajectory in disturbed)
    assert disturbed[0].actions.dtype == calm[0].actions.dtype
    assert any(len(left) != len(right) for left, right in zip(calm, disturbed))
    again = record(SHORT, 6, 0, tmp_path / "again", PushRight(), noise=0.5, num_envs=1)
    assert again.content_hash() == disturbed.content_hash()


def test_disturbance_of_continuous_and_text_actions() -> None:
    lanes = Disturbed(RandomPolicy("drive/lane-keeping"), get_task("drive/lane-keeping"), 0.1, 0)
    rng = np.random.default_rng(0)
    actions = np.array([lanes._disturb(np.array([0.0, 1.0], np.float32), None, rng) for _ in range(500)])
    assert actions.dtype == np.float32
    assert actions[:, 0].std() == pytest.approx(0.1, rel=0.2)
    assert actions[:, 1].max() == 1.0
    lanes._space = Box(-np.inf, np.inf, (1,), np.float32)
    assert np.isfinite(lanes._disturb(np.zeros(1, np.float32), None, rng)).all()
    choices = {"admissible_actions": ("a", "b")}
    texts = [lanes._disturb("a", choices, rng) for _ in range(200)]
    assert 0 < texts.count("b") < 30


def test_disturbed_expert_with_memory_keeps_every_label() -> None:
    policy = Disturbed(RandomPolicy(SHORT, seed=5), SHORT, 0.3, 0)
    plain = rollout(RandomPolicy(SHORT, seed=5), SHORT, range(5))
    for trajectory, undisturbed in zip(rollout(policy, SHORT, range(5), num_envs=2), plain):
        restored = policy.restore(trajectory)
        shared = min(len(restored), len(undisturbed))
        assert np.array_equal(restored.actions[:shared], undisturbed.actions[:shared])
    assert policy.start(SHORT, 2) == [None, None]


def test_killed_at_random_moments_and_resumed(tmp_path: Path) -> None:
    """Every store opens, every finished shard is intact, and resuming ends equal to an undisturbed recording."""
    script = Path(__file__).with_name("kill_recording.py")
    command = [sys.executable, str(script), str(tmp_path), str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["shards_at_kill"]
    assert len(found) == KILLS
    assert len(set(found)) > 3, "the kills should fall into different parts of the recording"


def test_explanations_are_stored_with_the_actions(tmp_path: Path) -> None:
    plain = record("text/mail", 6, out=tmp_path / "plain")
    told = record("text/mail", 6, out=tmp_path / "told", explanations=True, shard_episodes=4)
    assert "explanations" not in plain.meta["features"]
    assert "explanations" not in plain.meta["recording"]
    assert plain[0].explanations is None
    for before, after in zip(plain, told):
        assert after.explanations is not None
        assert len(after.explanations) == len(after)
        assert all(after.explanations)
        assert replace(after, explanations=None).equals(before)
        assert not after.equals(before)
        kept = after.select([1])
        assert kept.explanations is not None
        assert kept.explanations.tolist() == [after.explanations[1]]
    told.verify()
    assert plain.content_hash() != told.content_hash()
    with pytest.raises(BadTrajectory, match="Column 'explanations' of these demos holds nothing"):
        plain.append([replace(told[0], seed=99)])
    with pytest.raises(BadTrajectory, match="Column 'explanations' of these demos holds str"):
        told.append([replace(plain[0], seed=99)])
    with pytest.raises(BadTrajectory, match="explanations, got 0"):
        replace(told[0], explanations=np.array([], dtype=object))
    (back,) = from_imitation(to_imitation([told[0]]), "text/mail", tmp_path / "back")
    assert back.equals(told[0])


def test_explanations_of_disturbed_episodes_tell_what_was_intended(tmp_path: Path) -> None:
    store = record("text/mail", 5, out=tmp_path, explanations=True, noise=0.4)
    assert all(trajectory.explanations is not None and all(trajectory.explanations) for trajectory in store)
    assert len(record("text/mail", 7, out=tmp_path, explanations=True, noise=0.4, resume=True)) == 7
    with pytest.raises(BadDemos, match="recorded with explanations True, not None"):
        record("text/mail", 7, out=tmp_path, noise=0.4, resume=True)


@pytest.mark.parametrize("policy", [PushRight(), None])
def test_explanations_need_an_expert_that_gives_them(tmp_path: Path, policy: Any) -> None:
    with pytest.raises(BadConfig, match="gives no reasons"):
        record("control/cartpole", 2, out=tmp_path / "demos", policy=policy, explanations=True)
    assert not (tmp_path / "demos").exists()
