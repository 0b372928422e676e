"""Cleaning: each rule drops what it names, and nothing goes without a reason."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lam_gym.demonstrations.cleaning import RULES, CleaningReport, CleaningRules, clean, judge
from lam_gym.demonstrations.metadata import describe_task_spaces
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig, BadDemos
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Trajectory

TASK = "control/cartpole"
SPACES = describe_task_spaces(get_task(TASK))
OFF = CleaningRules(
    drop_nonfinite=False,
    drop_out_of_space=False,
    drop_failed=False,
    drop_duplicates=False,
    contradiction_threshold=None,
)


def episode(seed: int, steps: int = 4) -> Trajectory:
    return Trajectory(
        task=TASK,
        seed=seed,
        observations=np.random.default_rng(seed).uniform(-0.1, 0.1, (steps + 1, 4)).astype(np.float32),
        actions=np.arange(steps) % 2,
        rewards=np.ones(steps),
        terminated=True,
        truncated=False,
        success=True,
    )


def dirty() -> list[Trajectory]:
    """Ten episodes; what is wrong with each is in the tests."""
    nan = np.array(episode(2).observations)
    nan[3, 1] = np.nan
    far = np.array(episode(3).observations)
    far[2, 0] = 1e9
    waiting = np.repeat(np.array(episode(9, 1).observations), [6, 1], axis=0)
    return [
        episode(0),
        replace(episode(1), success=False),
        replace(episode(2), observations=nan),
        replace(episode(3), observations=far),
        replace(episode(0), seed=4),
        replace(episode(5), terminated=False, truncated=True),
        replace(episode(6), actions=np.array([0, 1, 2, 0])),
        episode(7),
        episode(8),
        replace(episode(9, 6), observations=waiting, actions=np.zeros(6, int)),
    ]


@pytest.fixture
def store(tmp_path: Path) -> DemoStore:
    made = DemoStore.create(tmp_path / "raw", TASK, spaces=SPACES)
    episodes = dirty()
    made.append(episodes[:6])
    made.append(episodes[6:])
    return made


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        (replace(OFF, drop_nonfinite=True), {2: "nonfinite"}),
        (replace(OFF, drop_out_of_space=True), {2: "out_of_space", 3: "out_of_space", 6: "out_of_space"}),
        (replace(OFF, drop_failed=True), {1: "failed"}),
        (replace(OFF, drop_truncated=True), {5: "truncated"}),
        (replace(OFF, drop_duplicates=True), {4: "duplicate"}),
        (OFF, {}),
        (
            CleaningRules(),
            {1: "failed", 2: "nonfinite", 3: "out_of_space", 4: "duplicate", 6: "out_of_space"},
        ),
    ],
)
def test_each_rule_drops_what_it_names(store: DemoStore, rules: CleaningRules, gone: dict[int, str]) -> None:
    assert {finding.index: finding.rule for finding in judge(store, rules)} == gone


def test_cleaning_writes_what_is_left_and_says_why(store: DemoStore, tmp_path: Path) -> None:
    before = store.content_hash()
    report = clean(store, tmp_path / "clean", CleaningRules(max_idle_steps=2))
    cleaned = DemoStore.open(tmp_path / "clean")
    cleaned.verify()
    assert store.content_hash() == before
    assert cleaned.meta["seeds"] == [0, 5, 7, 8, 9]
    for trajectory, index in zip(cleaned, (0, 5, 7, 8)):
        assert trajectory.equals(store[index])
    assert len(cleaned[4]) == 2
    assert cleaned[4].episode_return == 6
    assert report.counts == {
        "nonfinite": 1,
        "out_of_space": 2,
        "failed": 1,
        "truncated": 0,
        "duplicate": 1,
        "contradiction": 0,
        "idle": 1,
    }
    assert (report.episodes_before, report.episodes_after) == (10, 5)
    assert (report.steps_before, report.steps_after) == (42, 18)
    assert [(f.index, f.seed) for f in report.findings] == [(1, 1), (2, 2), (3, 3), (4, 4), (6, 6), (9, 9)]
    details = [finding.detail for finding in report.findings]
    assert details == [
        "ended after 4 steps without success",
        "observation of step 3 is not finite",
        "observation of step 2 is outside its space",
        "the same steps as episode 0",
        "action of step 2 is outside its space",
        "4 of 6 steps only repeat the step before",
    ]


def test_the_report_reads_as_a_table_and_is_saved(store: DemoStore, tmp_path: Path) -> None:
    report = clean(store, tmp_path / "clean")
    text = report.text(episodes=2)
    assert "5 of 10 episodes kept" in text
    assert "out_of_space" in text
    assert "truncated             0  drops (off)" in text
    assert "episode 1 (seed 1): failed: ended after 4 steps without success" in text
    assert "... and 3 more in cleaning.json" in text
    saved = json.loads((tmp_path / "clean" / "cleaning.json").read_text())
    assert saved["counts"] == report.counts
    assert list(saved["counts"]) == list(RULES)
    assert saved["findings"][0] == {
        "index": 1,
        "seed": 1,
        "rule": "failed",
        "detail": "ended after 4 steps without success",
    }
    assert saved["rules"]["contradiction_threshold"] == 0.5
    assert DemoStore.open(tmp_path / "clean").content_hash() != store.content_hash()


def test_equal_input_gives_equal_output(store: DemoStore, tmp_path: Path) -> None:
    reports = [clean(store, tmp_path / name) for name in ("one", "two")]
    assert reports[0] == reports[1]
    assert (tmp_path / "one" / "cleaning.json").read_bytes() == (tmp_path / "two" / "cleaning.json").read_bytes()
    shards = [[shard["sha256"] for shard in DemoStore.open(tmp_path / name).meta["shards"]] for name in ("one", "two")]
    assert shards[0] == shards[1]
    again = clean(DemoStore.open(tmp_path / "one"), tmp_path / "again")
    assert again.findings == ()


def test_contradicting_episodes_go(tmp_path: Path) -> None:
    seen = np.full((5, 4), 0.05, np.float32) * np.arange(5, dtype=np.float32)[:, None]
    episodes = [replace(episode(seed), observations=seen, rewards=np.ones(4) * seed) for seed in range(5)]
    episodes[2] = replace(episodes[2], actions=np.array([1, 0, 1, 1]))
    episodes[4] = replace(episodes[4], actions=np.array([0, 1, 0, 0]))
    store = DemoStore.create(tmp_path / "raw", TASK, spaces=SPACES)
    store.append(episodes)
    findings = judge(store, CleaningRules())
    assert [(f.index, f.detail) for f in findings] == [
        (2, "3 of 4 steps contradict the majority on the same observation")
    ]
    assert [f.index for f in judge(store, CleaningRules(contradiction_threshold=0.0))] == [2, 4]
    assert judge(store, CleaningRules(contradiction_threshold=1.0)) == []


def test_a_task_that_is_not_in_the_table_is_cleaned_too(tmp_path: Path) -> None:
    own = Task(name="own/task", env_id="CartPole-v1", instruction="balance", max_episode_steps=10, success="return>=3")
    store = DemoStore.create(tmp_path / "raw", own, expert="own:expert", spaces=SPACES)
    store.append([replace(episode(seed), task="own/task", success=seed > 0) for seed in range(3)])
    report = clean(store, tmp_path / "clean")
    assert isinstance(report, CleaningReport)
    assert DemoStore.open(tmp_path / "clean").meta["expert"] == "own:expert"
    assert report.episodes_after == 2


def test_nothing_may_be_left(tmp_path: Path) -> None:
    store = DemoStore.create(tmp_path / "raw", TASK, spaces=SPACES)
    store.append([replace(episode(seed), success=False) for seed in range(3)])
    assert clean(store, tmp_path / "clean").episodes_after == 0
    assert len(DemoStore.open(tmp_path / "clean")) == 0


def test_a_taken_folder_is_left_alone(store: DemoStore, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    with pytest.raises(BadDemos, match="not empty"):
        clean(store, tmp_path / "taken")
    assert (tmp_path / "taken" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "wrong",
    [{"contradiction_threshold": 2.0}, {"contradiction_tolerance": -1.0}, {"max_idle_steps": 0}],
)
def test_wrong_rules_are_answered(wrong: dict[str, float]) -> None:
    with pytest.raises(BadConfig, match=next(iter(wrong))):
        CleaningRules(**wrong)  # type: ignore[arg-type]
