"""Comparison with the expert: teacher forcing in lock-step, figures by hand, files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from lam_gym.errors import BadConfig, BadDemos
from lam_gym.evaluation.comparison import Comparison, compare, predict, summarize, verb
from lam_gym.policy import Memory
from lam_gym.task import Task, get_task, register_task
from lam_gym.trajectory import Action, Observation, Trajectory, stack

TASK = get_task("control/cartpole")


class CountingPolicy:
    """Acts with the parity of its own step count: right only when its memory is carried along each episode."""

    def start(self, task: Task, num_envs: int) -> Memory:
        return [0] * num_envs

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        assert memory is not None
        return [count % 2 for count in memory], [count + 1 for count in memory]


class FixedPolicy:
    """Gives every observation the same answer."""

    def __init__(self, answer: Action) -> None:
        self.answer = answer

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        return [self.answer] * len(observations), memory


def episode(actions: Any, seed: int = 0, observations: Any = None) -> Trajectory:
    steps = len(actions)
    return Trajectory(
        task=TASK.name,
        seed=seed,
        observations=np.zeros((steps + 1, 4), np.float32) if observations is None else observations,
        actions=actions,
        rewards=np.ones(steps),
        terminated=True,
        truncated=False,
        success=True,
    )


def alternating() -> list[Trajectory]:
    return [episode(np.arange(steps) % 2, seed) for seed, steps in enumerate((5, 1, 3, 8))]


def test_memory_is_carried_along_each_episode() -> None:
    for num_envs in (1, 3, 64):
        assert predict(CountingPolicy(), TASK, alternating(), num_envs) == [
            demo.actions.tolist() for demo in alternating()
        ]


def test_discrete_figures_by_hand(tmp_path: Path) -> None:
    comparison = compare({"B": FixedPolicy(0), "A": CountingPolicy()}, TASK, alternating())
    figures = comparison.figures()
    assert (figures["kind"], figures["episodes"], figures["steps"]) == ("discrete", 4, 17)
    assert figures["policies"]["A"]["accuracy"] == 1.0
    assert figures["policies"]["B"]["accuracy"] == pytest.approx(10 / 17)
    low, high = figures["policies"]["B"]["accuracy_interval"]
    assert low < 10 / 17 < high
    zero, one = figures["policies"]["B"]["classification"]["classes"]
    assert (zero["precision"], zero["recall"], zero["support"]) == (pytest.approx(10 / 17), 1.0, 10)
    assert (one["precision"], one["recall"], one["support"]) == (0.0, 0.0, 7)
    agreement = figures["agreement"]
    assert (agreement["same"], agreement["different"]) == (10, 7)
    assert (agreement["B_right"], agreement["A_right"], agreement["both_wrong"]) == (0, 7, 0)
    first = agreement["examples"][0]
    assert (first["seed"], first["step"], first["expert"], first["B"], first["A"]) == (0, 1, "1", "0", "1")
    assert first["observation"] == "[0., 0., 0., 0.]"
    path = comparison.save(tmp_path / "comparison-control-cartpole.json")
    assert json.loads(path.read_text()) == json.loads(json.dumps(figures))
    assert Comparison.load(path).figures() == figures


def test_text_actions_are_compared_whole_and_classed_by_verb() -> None:
    screens = stack(["a screen"] * 4)
    demo = episode(stack(["click 1", "click 2", "back"]), observations={"screen": screens})
    comparison = compare({"B": FixedPolicy("click 1"), "A": FixedPolicy("back")}, TASK, [demo])
    figures = comparison.figures()
    assert figures["kind"] == "text"
    assert figures["policies"]["B"]["accuracy"] == pytest.approx(1 / 3)
    assert figures["policies"]["B"]["classification"]["accuracy"] == pytest.approx(2 / 3)
    assert [entry["label"] for entry in figures["policies"]["A"]["classification"]["classes"]] == ["back", "click"]
    agreement = figures["agreement"]
    assert (agreement["B_right"], agreement["A_right"], agreement["both_wrong"]) == (1, 1, 1)
    assert agreement["examples"][0]["observation"] == "screen: a screen"
    assert (verb("type 5 anna"), verb("")) == ("type", "(nothing)")


def test_continuous_actions_within_a_tolerance() -> None:
    gymnasium.register("LamTest/Pendulum-v0", "gymnasium.envs.classic_control.pendulum:PendulumEnv")
    task = register_task(Task("test/pendulum", "LamTest/Pendulum-v0", "swing up", 10))
    actions = np.array([[0.0], [0.15], [0.5]], np.float32)
    comparison = compare(
        {"B": FixedPolicy(np.array([0.1])), "A": FixedPolicy(np.array([0.4]))}, task, [episode(actions)]
    )
    assert comparison.tolerance == pytest.approx((0.2,))
    figures = comparison.figures()
    assert figures["policies"]["B"]["accuracy"] == pytest.approx(2 / 3)
    assert figures["policies"]["A"]["regression"]["mae"] == pytest.approx([(0.4 + 0.25 + 0.1) / 3])
    agreement = figures["agreement"]
    assert (agreement["same"], agreement["B_right"], agreement["A_right"]) == (0, 2, 1)
    tight = compare({"A": FixedPolicy(np.array([0.1]))}, task, [episode(actions)], tolerance=(0.06,))
    assert tight.figures()["policies"]["A"]["accuracy"] == pytest.approx(1 / 3)
    assert tight.figures()["agreement"] is None


def test_nothing_to_compare_and_broken_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadDemos, match="at least one step"):
        compare({"A": FixedPolicy(0)}, TASK, [])
    with pytest.raises(BadConfig, match="no readable comparison"):
        Comparison.load(tmp_path / "comparison-absent.json")


def test_named_actions_of_minigrid() -> None:
    pytest.importorskip("minigrid")
    comparison = compare({"A": FixedPolicy(2)}, "babyai/GoToLocal", [episode(np.array([0, 2]))])
    assert [row["expert"] for row in comparison.rows] == ["left", "forward"]


def test_summaries_are_short() -> None:
    text = summarize({"mission": "x" * 1000, "admissible_actions": ("a",)})
    assert len(text) == 400
    assert text.startswith("mission: xxx")
    assert summarize(np.zeros((7, 7, 3))) == "array of shape (7, 7, 3)"
