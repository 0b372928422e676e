"""Identity tasks, where the right action can be read off the observation, one per modality, and a few real demos."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from lam_gym import ExpertPolicy, Task, Trajectory, register_task, rollout
from lam_gym.demonstrations.store import DemoStore

STEPS = 4
"""Steps of an identity episode."""
FRUITS = ("apple", "pear", "plum")


class IdentityEnv(gymnasium.Env[Any, Any]):
    """Shows a code, wants it back as the action: reward 1 for the right one."""

    metadata = {"render_modes": []}  # noqa: RUF012 (gymnasium's own declaration)

    def __init__(self, form: str) -> None:
        self.form = form
        self.observation_space, self.action_space = SPACES[form]

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.left = STEPS
        return self._show()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), action
        target = self.first if self.form == "memory" else ANSWERS[self.form](self.shown)
        right = np.abs(action - target).max() < 0.15 if self.form == "box" else action == target
        self.left -= 1
        shown, info = self._show()
        return shown, float(right), self.left == 0, False, info

    def _show(self) -> tuple[Any, dict[str, Any]]:
        code = int(self.np_random.integers(3))
        info: dict[str, Any] = {}
        if self.form == "discrete":
            self.shown: Any = np.eye(3, dtype=np.float32)[code] * 2 + 5
        elif self.form == "box":
            self.shown = self.np_random.uniform(-1, 1, 2).astype(np.float32)
        elif self.form == "codes":
            self.shown = 10 + code
        elif self.form == "grid":
            cells = np.zeros((3, 3, 2), dtype=np.uint8)
            cells[self.np_random.integers(3), self.np_random.integers(3)] = (code + 1, 1)
            self.shown = {"image": cells, "mission": "say which"}
        elif self.form == "set":
            self.shown = show_set(self.np_random, code)
        elif self.form == "picture":
            self.shown = np.zeros((20, 36), dtype=np.uint8)
            row, column = self.np_random.integers(1, (16, 8))
            self.shown[row : row + 3, 12 * code + column : 12 * code + column + 3] = 200
        elif self.form == "memory":
            start = self.left == STEPS
            self.first = code if start else self.first
            self.shown = np.array([code + 1 if start else 0], dtype=np.float32)
        else:
            order = self.np_random.permutation(3)
            screen = "\n".join(f"[{place + 1}] {FRUITS[fruit]}" for place, fruit in enumerate(order))
            self.shown = {"instruction": f"take the {FRUITS[code]}", "screen": screen}
            info["admissible_actions"] = ("wait", "click 1", "click 2", "click 3")
        return self.shown, info


def show_set(rng: np.random.Generator, code: int) -> Any:
    """Some of five others at different distances, the nearest with the code, in any order; garbage where none is."""
    rows = rng.uniform(-1, 1, (6, 3)).astype(np.float32)
    present = 1 + int(rng.integers(5))
    rows[:, 0] = [1] * (1 + present) + [0] * (5 - present)
    rows[1:, 1] = rng.permutation(5) + 1
    rows[1:, 2] = rng.integers(3, size=5)
    rows[1 + rows[1 : 1 + present, 1].argmin(), 2] = code
    rows[1:] = rows[1 + rng.permutation(5)]
    return rows


def nearest(shown: Any) -> int:
    """The code of the nearest row that is present."""
    others = shown[1:][shown[1:, 0] > 0]
    return int(others[others[:, 1].argmin(), 2])


def click(shown: dict[str, str]) -> str:
    """The action on the line that the instruction asks for."""
    wanted = shown["instruction"].split()[-1]
    line = next(line for line in shown["screen"].split("\n") if line.endswith(wanted))
    return f"click {line[1]}"


LETTERS = string.printable


SPACES: dict[str, tuple[Any, Any]] = {
    "discrete": (spaces.Box(-9, 9, (3,), np.float32), spaces.Discrete(3, start=2)),
    "box": (spaces.Box(-1, 1, (2,), np.float32), spaces.Box(-1, 1, (2,), np.float32)),
    "codes": (spaces.Discrete(3, start=10), spaces.Discrete(3)),
    "grid": (
        spaces.Dict({"image": spaces.Box(0, 3, (3, 3, 2), np.uint8), "mission": spaces.Text(40, charset=LETTERS)}),
        spaces.Discrete(3),
    ),
    "set": (spaces.Box(-9, 9, (6, 3), np.float32), spaces.Discrete(3)),
    "picture": (spaces.Box(0, 255, (20, 36), np.uint8), spaces.Discrete(3)),
    "memory": (spaces.Box(0, 9, (1,), np.float32), spaces.Discrete(3)),
    "text": (
        spaces.Dict({"instruction": spaces.Text(40, charset=LETTERS), "screen": spaces.Text(200, charset=LETTERS)}),
        spaces.Text(40, charset=LETTERS),
    ),
}
ANSWERS: dict[str, Callable[[Any], Any]] = {
    "discrete": lambda shown: int(shown.argmax()) + 2,
    "box": lambda shown: shown[::-1].copy(),
    "codes": lambda shown: int(shown) - 10,
    "grid": lambda shown: int(shown["image"][..., 0].max()) - 1,
    "set": nearest,
    "picture": lambda shown: int(shown.argmax(axis=1).max()) // 12,
    "memory": lambda shown: int(shown[0]) - 1,
    "text": click,
}


class Oracle:
    """The expert of the identity tasks."""

    def __init__(self, form: str) -> None:
        self.answer = ANSWERS[form]

    def start(self, task: Task, num_envs: int) -> list[Any]:
        return [None] * num_envs

    def act(self, observations: Sequence[Any], memory: Any) -> tuple[list[Any], list[Any]]:
        """Where memory is asked for, the answer to the first observation is right to the end."""
        actions = [self.answer(observation) for observation in observations]
        if self.answer is ANSWERS["memory"]:
            actions = [action if first is None else first for action, first in zip(actions, memory)]
        return actions, actions


gymnasium.register(id="LamTest/Identity-v0", entry_point=IdentityEnv, disable_env_checker=True)
for _form in SPACES:
    register_task(
        Task(
            name=f"identity/{_form}",
            env_id="LamTest/Identity-v0",
            instruction="say what you see",
            max_episode_steps=STEPS,
            kwargs={"form": _form},
            success=f"return>={STEPS}",
            window=STEPS if _form in ("memory", "grid") else 1,
            modalities={"": "set"} if _form == "set" else {},
        )
    )


@pytest.fixture(scope="session")
def identity_demos() -> Callable[[str, int], list[Trajectory]]:
    """Expert episodes of an identity task."""

    def make(form: str, episodes: int) -> list[Trajectory]:
        return rollout(Oracle(form), f"identity/{form}", seeds=range(episodes), num_envs=1)

    return make


@pytest.fixture(scope="session")
def real_demos() -> dict[str, list[Trajectory]]:
    """Two short expert episodes of each task of the table that can be made here."""
    names = ("control/cartpole", "drive/lane-keeping", "text/mail", "babyai/GoToRedBallGrey", "babyai/GoToLocal")
    played = {name: rollout(ExpertPolicy(name), name, seeds=range(3)) for name in names}
    return {name: [each.select(range(min(len(each), 40))) for each in episodes] for name, episodes in played.items()}


@pytest.fixture
def store(tmp_path: Path) -> Callable[[str, list[Trajectory]], DemoStore]:
    """Write trajectories of a task to a new store."""

    def write(task: str, trajectories: list[Trajectory]) -> DemoStore:
        made = DemoStore.create(tmp_path / f"demos-{task.replace('/', '-')}-{len(list(tmp_path.iterdir()))}", task)
        made.append(trajectories)
        return made

    return write
