"""The proof on BabyAI: a demonstration that a symmetry moves is what the moved level shows, step by step, to success.

Every level of the table is played by the bot on a few seeds. Beside it runs a twin whose world is moved by a random
element of the level's declared group: cells mirrored, objects replaced by the permuted ones, the instruction built
anew from its parts. The moved actions must give the moved observations, the same rewards and the same end there.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lam_gym.augmentation.symmetries import Elements, draw, transform
from lam_gym.babyai_tasks import BABYAI, COLORS, LEVELS, SYMMETRIES
from lam_gym.task import Mirror, Permutation, Task

minigrid = pytest.importorskip("minigrid")

from minigrid.core import world_object  # noqa: E402

from lam_envs.third_party import ExpertFailure, babyai_bot, make  # noqa: E402

THINGS = {"key": world_object.Key, "ball": world_object.Ball, "box": world_object.Box}
SIDES = {"left": "right", "right": "left"}
ACTS = 60
"""Steps that are compared of long episodes, before the rest is only played."""


def descriptions(instruction: Any) -> Iterator[Any]:
    """The object descriptions of an instruction and of its parts."""
    for part in ("instr_a", "instr_b"):
        if hasattr(instruction, part):
            yield from descriptions(getattr(instruction, part))
    for part in ("desc", "desc_move", "desc_fixed"):
        if hasattr(instruction, part):
            yield getattr(instruction, part)


def mirrored(env: Any) -> None:
    """Flip the world of a live environment left to right."""
    width, height = env.grid.width, env.grid.height
    cells = {(x, y): env.grid.get(x, y) for x in range(width) for y in range(height)}
    for (x, y), cell in cells.items():
        env.grid.set(width - 1 - x, y, cell)
        if cell is not None and cell.cur_pos is not None:
            cell.cur_pos = (width - 1 - cell.cur_pos[0], cell.cur_pos[1])
    env.agent_pos = (width - 1 - env.agent_pos[0], env.agent_pos[1])
    env.agent_dir = (2, 1, 0, 3)[env.agent_dir]
    for description in descriptions(env.instrs):
        description.loc = SIDES.get(description.loc, description.loc)


def permuted(env: Any, symmetry: Permutation, choice: Any) -> None:
    """Replace the objects of a live environment by those of the permuted color or type."""
    names = ("", "", "", "", "door", "key", "ball", "box") if symmetry.channel == 0 else COLORS
    table = {names[code]: names[symmetry.codes[new]] for code, new in zip(symmetry.codes, choice)}
    for x in range(env.grid.width):
        for y in range(env.grid.height):
            cell = env.grid.get(x, y)
            if cell is None or cell.type not in ("door", *THINGS):
                continue
            if symmetry.only == (1, (5,)) and cell.color != "grey":
                continue
            if symmetry.channel == 1:
                cell.color = table.get(cell.color, cell.color)
            elif cell.type in table:
                fresh = THINGS[table[cell.type]](cell.color)
                fresh.cur_pos, fresh.init_pos = cell.cur_pos, cell.init_pos
                env.grid.set(x, y, fresh)
    if symmetry.words:
        for description in descriptions(env.instrs):
            attribute = "type" if symmetry.channel == 0 else "color"
            said = getattr(description, attribute)
            setattr(description, attribute, table.get(said, said))


def moved_world(env: Any, elements: Elements) -> Any:
    """A copy of a live environment whose world is moved by the single element of `elements`."""
    twin = copy.deepcopy(env)
    for symmetry, choice in zip(elements.symmetries, elements.choices):
        if isinstance(symmetry, Permutation):
            permuted(twin, symmetry, choice[0])
        elif choice[0]:
            mirrored(twin)
    twin.instrs.reset_verifier(twin)
    twin.mission = twin.instrs.surface(twin)
    return twin


def packed(observation: dict[str, Any]) -> dict[str, np.ndarray]:
    return {
        "image": observation["image"][None],
        "direction": np.array([observation["direction"]]),
        "mission": np.array([observation["mission"]], dtype=object),
    }


def check_episode(env: Any, elements: Elements, where: str) -> int:
    """Play one episode of the bot in both worlds; the number of its steps, 0 where the bot gives up."""
    twin = moved_world(env, elements)
    try:
        expert = babyai_bot(env)
        observation, shown, steps, over, reward = env.gen_obs(), twin.gen_obs(), 0, False, 0.0
        while not over:
            action = expert.act(observation)
            moved, acted, _ = transform(elements, np.zeros(1, int), packed(observation), np.array([action]))
            assert acted is not None
            if steps < ACTS:
                there = packed(shown)
                assert all(np.array_equal(moved[key], there[key]) for key in moved), f"{where}, step {steps}"
            observation, reward, terminated, truncated, _ = env.step(action)
            shown, reward_there, *ends, _ = twin.step(int(acted[0]))
            assert (reward, terminated, truncated) == (reward_there, *ends), f"{where}, step {steps}"
            over = terminated or truncated
            steps += 1
    except ExpertFailure:
        return 0
    return steps if reward > 0 else 0


@pytest.mark.parametrize("name", BABYAI)
def test_demonstrations_move_with_the_world(name: str) -> None:
    task = BABYAI[name]
    env = make(task.env_id).unwrapped
    rng = np.random.default_rng(len(name))
    quick = task.max_episode_steps <= 150
    solved = 0
    for seed in range(100, 112):
        env.reset(seed=seed)
        elements = draw(task.symmetries, rng, 1)
        mirror = elements.choices[0]
        mirror[:] = seed % 2  # both, not by chance
        solved += check_episode(env, elements, f"{name}, seed {seed}") > 0
        if solved >= (4 if quick else 2):
            break
    assert solved >= (4 if quick else 2)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("babyai/Unlock", "T"),  # a ball opens no door
        ("babyai/KeyCorridor", "T"),
        ("babyai/GoToRedBall", "G"),  # the ball is not gray, its name stays
    ],
)
def test_symmetries_that_do_not_hold_are_found(name: str, wrong: str) -> None:
    env = make(BABYAI[name].env_id).unwrapped
    (symmetry,) = SYMMETRIES[wrong]
    assert isinstance(symmetry, Permutation)
    everywhere = Permutation(symmetry.name, "image", symmetry.channel, symmetry.codes, symmetry.words)
    elements = Elements((everywhere,), (np.array([[1, 2, 0]]),))

    def fails(seed: int) -> bool:
        env.reset(seed=seed)
        try:
            check_episode(env, elements, name)
        except AssertionError:
            return True
        return False

    assert any(fails(seed) for seed in range(3))


def test_the_table() -> None:
    registered = {name.removesuffix("-v0").removesuffix("-v1").removeprefix("BabyAI-") for name in _ids()}
    unsolved = {"KeyInBox", "OpenDoorsOrderN2Debug", "OpenDoorsOrderN4Debug"}
    unsolved |= {name for name in registered if name.endswith("Carrying")}
    assert set(LEVELS) == registered - unsolved
    for task in BABYAI.values():
        assert isinstance(task, Task)
        assert isinstance(task.symmetries[0], Mirror)


def _ids() -> list[str]:
    from gymnasium import registry

    return [name for name in registry if name.startswith("BabyAI-")]
