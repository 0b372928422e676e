"""A person typing: what is shown, what is understood, redo and quit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from lam_gym import human
from lam_gym.commands.play import Play, open_store, play_episodes
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig, BadDemos, MissingExtra
from lam_gym.human import DriverPolicy, HumanPolicy, Quit, Redo, match
from lam_gym.policy import ExpertPolicy
from lam_gym.rollouts import rollout
from lam_gym.task import episode_seeds, get_task

MAIL = "text/mail"


def typist(words: list[str]) -> Callable[[str], str]:
    """An `ask` that types these words, then closes the input."""
    waiting: Iterator[str] = iter(words)

    def ask(prompt: str) -> str:
        try:
            return next(waiting)
        except StopIteration:
            raise EOFError from None

    return ask


def expert_words(seed: int) -> list[str]:
    """What the expert would type in this episode."""
    return [str(action) for action in rollout(ExpertPolicy(MAIL), MAIL, [seed])[0].actions]


@pytest.mark.parametrize(
    ("typed", "index"), [("1", 0), ("2", 1), ("3", None), ("0", None), ("back", 1), ("c", 0), ("", None), ("x", None)]
)
def test_match(typed: str, index: int | None) -> None:
    assert match(typed, ["click 2", "back"]) == index


def test_an_ambiguous_beginning_is_no_action() -> None:
    assert match("click", ["click 2", "click 22"]) is None
    assert match("click 2", ["click 2", "click 22"]) == 0
    assert match("3", ["0", "1", "2", "3"]) == 3  # a whole action before a number


def test_typing_what_the_expert_does_succeeds() -> None:
    seed = episode_seeds("demos", 0, 1)[0]
    shown: list[str] = []
    policy = HumanPolicy(MAIL, typist(["nonsense", *expert_words(seed)]), shown.append)
    trajectory = rollout(policy, MAIL, [seed], num_envs=1)[0]
    assert trajectory.success
    text = "\n".join(shown)
    assert trajectory.observation(0)["instruction"] in text
    assert trajectory.observation(0)["screen"] in text
    assert "'nonsense' is none of the actions" in text


def test_redo_and_quit() -> None:
    seed = episode_seeds("demos", 0, 1)[0]
    for word, raised in (("redo", Redo), ("quit", Quit)):
        with pytest.raises(raised):
            rollout(HumanPolicy(MAIL, typist([word]), lambda _: None), MAIL, [seed], num_envs=1)


def test_a_grid_world_by_action_names() -> None:
    pytest.importorskip("minigrid")
    shown: list[str] = []
    policy = HumanPolicy("babyai/GoToRedBallGrey", typist(["left", "3"]), shown.append)
    with pytest.raises(Quit):
        rollout(policy, "babyai/GoToRedBallGrey", [0], num_envs=1)
    assert "forward" in "\n".join(shown)
    assert "Task: go to the red ball" in "\n".join(shown)


@pytest.mark.parametrize("task", ["control/cartpole", "drive/lane-keeping"])
def test_tasks_that_cannot_be_typed_are_refused(task: str) -> None:
    with pytest.raises(BadConfig, match="text/mail"):
        HumanPolicy(task)


def test_finished_episodes_are_demonstrations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seeds = episode_seeds("demos", 0, 3)
    words = [expert_words(seeds[0])[0], "redo", *expert_words(seeds[0]), *expert_words(seeds[1]), "quit"]
    store = open_store(tmp_path / "demos", get_task(MAIL), 0, resume=False)
    play_episodes(HumanPolicy(MAIL, typist(words), lambda _: None), store, seeds)
    reopened = DemoStore.open(tmp_path / "demos")
    assert [trajectory.seed for trajectory in reopened] == seeds[:2]
    assert all(trajectory.success for trajectory in reopened)
    assert reopened.meta["expert"] == "human"
    assert "success" in capsys.readouterr().out


def test_play_resumes_and_refuses_other_demonstrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = episode_seeds("demos", 0, 2)
    for seed, resume in zip(seeds, (False, True)):
        words = iter([*expert_words(seed), "quit"])
        monkeypatch.setattr("builtins.input", lambda _, words=words: next(words))
        Play(MAIL, tmp_path / "demos", episodes=2, resume=resume).run()
    assert "2 episodes in" in capsys.readouterr().out
    assert [trajectory.seed for trajectory in DemoStore.open(tmp_path / "demos")] == seeds
    with pytest.raises(BadDemos):
        open_store(tmp_path / "demos", get_task(MAIL), 0, resume=False)
    with pytest.raises(BadDemos, match="choose another folder"):
        open_store(tmp_path / "demos", get_task("control/cartpole"), 0, resume=True)


def test_actions_stand_beside_what_they_act_on() -> None:
    observation = {"instruction": "[9] no", "screen": "Shop\n[1] field Find: (empty)\n[2] link My basket (0)"}
    lines = human.menu(["type 1 lamp", "click 2", "back"], observation).split("\n")
    assert lines == [
        "   1  type 1 lamp  field Find: (empty)",
        "   2  click 2      link My basket (0)",
        "   3  back",
    ]
    assert human.menu(["left"], [0.0]) == "   1  left"  # type: ignore[arg-type]


def test_labels_are_typed_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = "data/digits"
    seeds = episode_seeds("demos", 0, 4)
    labels = [int(trajectory.actions[0]) for trajectory in rollout(ExpertPolicy(task), task, seeds)]
    wrong = [str((label + 1) % 10) for label in labels]
    words = [str(labels[0]), wrong[1], "redo", str(labels[1]), wrong[2], "", wrong[3], "quit"]
    shown: list[str] = []
    store = open_store(tmp_path / "demos", get_task(task), 0, resume=False)
    play_episodes(HumanPolicy(task, typist(words), shown.append), store, seeds)
    assert [trajectory.success for trajectory in store] == [True, True, False, False]
    assert any("##" in text for text in shown)
    assert capsys.readouterr().out.count("no success") == 3


def test_an_interrupt_quits() -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(Quit):
        rollout(HumanPolicy(MAIL, interrupted, lambda _: None), MAIL, [0], num_envs=1)


def test_completion() -> None:
    readline = pytest.importorskip("readline")
    human.with_completion(["click 2", "click 3"])
    complete = readline.get_completer()
    assert complete("cl", 1) == "click 3"
    assert complete("qu", 0) == "quit"
    assert complete("cl", 2) is None


class Keys:
    """Stands for a window: gives these keys, one a question, and keeps the frames that it showed."""

    def __init__(self, keys: list[str], held: list[set[str]] | None = None) -> None:
        self.keys, self.holding = iter(keys), iter(held or [])
        self.held: set[str] = set()
        self.shapes: list[tuple[int, ...]] = []
        self.closed = False

    def show(self, frame: Any, words: str = "") -> None:
        self.shapes.append(frame.shape)

    def wait_for(self, keys: Sequence[str]) -> str:
        return next(key for key in self.keys if key in keys)

    def wait_until(self, seconds: float) -> list[str]:
        self.held = next(self.holding, set())
        return ["q"] if self.held == {"q"} else []

    def close(self) -> None:
        self.closed = True


def drive(task: str, keys: Keys) -> DriverPolicy:
    return DriverPolicy(task, keys)  # type: ignore[arg-type]


def test_driving_by_arrow_keys() -> None:
    keys = Keys(["x", "right", "space", "down", "up", "left"] + ["space"] * 40)
    policy = drive("drive/highway", keys)
    trajectory = rollout(policy, policy.task, [5], num_envs=1)[0]
    assert trajectory.actions.tolist()[:5] == [3, 1, 2, 0, 4][: len(trajectory)]
    assert len(keys.shapes) == len(trajectory)
    assert keys.shapes[0] == (150, 600, 3)


def test_driving_with_pedals_and_a_wheel() -> None:
    """Lane keeping: a first key starts; steering is positive to the left."""
    keys = Keys(["space"], held=[{"up", "left"}, {"up"}, {"q"}])
    seen: list[Any] = []
    policy = drive("drive/lane-keeping", keys)
    choose = policy.act

    def act(observations: Any, memory: Any) -> Any:
        actions, memory = choose(observations, memory)
        seen.extend(action.tolist() for action in actions)
        return actions, memory

    policy.act = act  # type: ignore[method-assign]
    with pytest.raises(Quit):
        rollout(policy, policy.task, [5], num_envs=1)
    assert seen == [pytest.approx([1.0, 0.2]), pytest.approx([1.0, 0.0])]


def test_driven_episodes_are_kept_redone_and_ended(tmp_path: Path) -> None:
    keys = Keys(["right", "r", *["space"] * 40, "q"])
    policy = drive("drive/highway", keys)
    store = open_store(tmp_path / "demos", get_task("drive/highway"), 0, False)
    play_episodes(policy, store, episode_seeds("demos", 0, 3))
    assert len(store) in (1, 2)
    assert store.task == "drive/highway"
    assert store[0].actions[0] == 1
    assert store[0].frames is None


def test_the_way_to_play_follows_from_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(human.find_human(MAIL), HumanPolicy)
    monkeypatch.setattr(human, "Window", lambda title: Keys([]))
    assert isinstance(human.find_human("drive/highway"), DriverPolicy)


def test_without_pygame_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"lam-gym\[human\]"):
        DriverPolicy("drive/highway")
