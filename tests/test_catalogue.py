"""envs/README.md says what the registry says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gymnasium.spaces import Box, Dict, Discrete, Space, Text

from lam_gym.babyai_tasks import BABYAI
from lam_gym.task import TASKS, Mirror, make_env

SHIPPED = {name: task for name, task in TASKS.items() if not task.env_id.startswith("LamTest/")}  # not of other tests
CATALOGUE = (Path(__file__).parents[1] / "envs" / "README.md").read_text()
ROWS = [
    [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in CATALOGUE.splitlines() if "| `" in line
]
TASK_ROWS = {row[0]: row[1:] for row in ROWS if len(row) == 8}
LEVEL_ROWS = {row[0]: (int(row[1]), row[2]) for row in ROWS if len(row) == 3}
VARIATION_ROWS = {row[0]: re.findall(r"\w+", row[1]) for row in ROWS if len(row) == 2}


def in_words(space: Space[object]) -> str:
    """A space as the catalogue writes it."""
    if isinstance(space, Dict):
        return ", ".join(space.spaces)
    if isinstance(space, Text):
        return "text"
    if isinstance(space, Discrete):
        return f"{space.n} choices"
    assert isinstance(space, Box)
    return " x ".join(map(str, space.shape))


def test_every_task_has_a_row() -> None:
    assert list(TASK_ROWS) == [name for name in SHIPPED if name not in BABYAI]
    assert list(LEVEL_ROWS) == list(BABYAI)
    assert {name: list(task.variations) for name, task in SHIPPED.items() if task.variations} == VARIATION_ROWS


def test_levels() -> None:
    for name, task in BABYAI.items():
        symmetries = ("mirror" if isinstance(symmetry, Mirror) else symmetry.name for symmetry in task.symmetries)
        assert LEVEL_ROWS[name] == (task.max_episode_steps, ", ".join(symmetries))


@pytest.mark.parametrize("name", TASK_ROWS)
def test_rows(name: str) -> None:
    task = TASKS[name]
    env_id, observation, action, steps, success, expert, extra = TASK_ROWS[name]
    assert (env_id, int(steps), success) == (task.env_id, task.max_episode_steps, task.success)
    assert (expert, extra) == (task.expert, task.extra or "-")
    if task.extra:
        pytest.importorskip(task.requires)
    env = make_env(task)
    assert in_words(env.observation_space) == observation.removeprefix("vector of ").removeprefix("picture of ")
    assert in_words(env.action_space) == action.removesuffix(" numbers")
    env.close()
