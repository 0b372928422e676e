"""The table of tasks: names, variations, seeds, success, and environments that are made ready for use."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import gymnasium
import pytest
from gymnasium.wrappers import TimeLimit

from lam_gym import TASKS, Task, get_task, make_env, register_task
from lam_gym import task as task_module
from lam_gym.errors import BadConfig, MissingExtra, UnknownTask
from lam_gym.task import (
    SEED_REGION,
    Mirror,
    Permutation,
    episode_seeds,
    iterate_tasks,
    make_plain_env,
    read_success,
    read_synonyms,
    success_threshold,
)

OWN = (
    "drive/lane-keeping",
    "text/mail",
    "babyai/GoToRedBallGrey",
    "babyai/GoToLocal",
    "data/digits",
    "data/requests",
    "control/cartpole",
)


@pytest.mark.parametrize("name", OWN)
def test_every_task_of_the_table(name: str) -> None:
    task = TASKS[name]
    assert task.name == name
    assert task.instruction
    assert task.expert
    env = make_env(name)
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    wrappers = []
    inner: Any = env
    while isinstance(inner, gymnasium.Wrapper):
        wrappers.append(type(inner))
        inner = inner.env
    assert TimeLimit in wrappers
    for variation in task.variations:
        make_env(f"{name}@{variation}").close()
    for symmetry in task.symmetries:
        keys = {*symmetry.flip, *symmetry.remap} if isinstance(symmetry, Mirror) else {symmetry.key}
        assert keys <= set(observation) if isinstance(observation, dict) else not keys
        if isinstance(symmetry, Permutation) and symmetry.words:
            assert len(symmetry.words) == len(symmetry.codes)
    env.close()


def test_names() -> None:
    assert get_task("text/mail") is TASKS["text/mail"]
    task = TASKS["control/cartpole"]
    assert get_task(task) is task
    with pytest.raises(UnknownTask, match="no task 'text/mial'; did you mean 'text/mail'"):
        get_task("text/mial")
    with pytest.raises(UnknownTask, match="no variation 'held_out_phrase'; did you mean 'held_out_phrasing'"):
        get_task("text/mail@held_out_phrase")
    with pytest.raises(UnknownTask, match="'control/cartpole' has no variation 'x'; it has none"):
        get_task("control/cartpole@x")
    assert [each.name for each in iterate_tasks(["text/mail", "control/cartpole"])] == ["text/mail", "control/cartpole"]
    with pytest.raises(BadConfig, match="may be named once"):
        list(iterate_tasks(["text/mail", "text/mail"]))


def test_variations_replace_arguments() -> None:
    base = Task("t", "Id-v0", "do", 5, kwargs={"a": 1, "b": 2}, variations={"other": {"b": 3, "c": 4}})
    varied = base.vary("other")
    assert (varied.name, dict(varied.kwargs)) == ("t@other", {"a": 1, "b": 3, "c": 4})
    assert dict(base.kwargs) == {"a": 1, "b": 2}
    assert not varied.variations


def test_the_table_is_read_only_and_tasks_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError):
        TASKS["x"] = TASKS["text/mail"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        TASKS["text/mail"].name = "other"  # type: ignore[misc]
    monkeypatch.setattr(task_module, "_TABLE", dict(task_module._TABLE))
    added = register_task(replace(TASKS["control/cartpole"], name="test/added"))
    assert get_task("test/added") is added
    assert "test/added" not in TASKS


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"max_episode_steps": 0}, "must be positive, not 0"), ({"success": "luck"}, "A success rule is"),
     ({"success": "return>=much"}, "not 'return>=much'"), ({"success": "reward>=3"}, "A success rule is")],
)  # fmt: skip
def test_tasks_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        Task(**{"name": "t", "env_id": "Id-v0", "instruction": "do", "max_episode_steps": 5, **changes})


def test_success_rules() -> None:
    info = Task("t", "Id-v0", "do", 5)
    assert read_success(info, [0.0], {"success": True})
    assert not read_success(info, [1.0], {})
    reward = replace(info, success="reward")
    assert read_success(reward, [0.0, 0.1], {})
    assert not read_success(reward, [0.1, 0.0], {"success": True})
    total = replace(info, success="return >= 2.5")
    assert read_success(total, [1.0, 1.5], {})
    assert not read_success(total, [1.0, 1.4], {})
    assert success_threshold("return>=475") == 475.0


def test_episode_seeds() -> None:
    kinds = {kind: episode_seeds(kind, 0, 1000) for kind in ("demos", "validation", "evaluation")}  # type: ignore[arg-type]
    assert len({seed for seeds in kinds.values() for seed in seeds}) == 3000
    assert episode_seeds("demos", 3, 10, start=5) == episode_seeds("demos", 3, 15)[5:]
    assert not set(episode_seeds("demos", 0, 1000)) & set(episode_seeds("demos", 1, 1000))
    assert all(0 <= seed < SEED_REGION for seed in episode_seeds("demos", 2683, 10))
    assert all(SEED_REGION <= seed < 2 * SEED_REGION for seed in episode_seeds("validation", 99_999, 10))
    assert episode_seeds("evaluation", 0, 0) == []
    for seed, episodes, start in ((-1, 1, 0), (0, -1, 0), (0, 1, -1)):
        with pytest.raises(BadConfig, match="must not be negative"):
            episode_seeds("demos", seed, episodes, start)
    with pytest.raises(BadConfig, match="not 'test'"):
        episode_seeds("test", 0, 1)  # type: ignore[arg-type]


def test_environments_that_cannot_be_made() -> None:
    missing = Task("t", "Id-v0", "do", 5, requires="no_such_module", extra="magic")
    with pytest.raises(MissingExtra, match=r"needs the package 'no_such_module': pip install 'lam-gym\[magic\]'"):
        make_env(missing)
    with pytest.raises(MissingExtra, match="install 'no_such_module'"):
        make_env(replace(missing, extra=""))
    with pytest.raises(BadConfig, match="could not make environment 'NoSuch-v0'"):
        make_env(Task("t", "NoSuch-v0", "do", 5))


def test_plain_environments_have_no_clock() -> None:
    env = make_plain_env("control/cartpole")
    assert not isinstance(env, TimeLimit)
    assert type(env).__name__ == "CartPoleEnv"
    assert make_plain_env("control/cartpole", render_mode="rgb_array").render_mode == "rgb_array"
    env.close()


def test_synonyms() -> None:
    groups = read_synonyms(get_task("text/mail"))
    assert groups
    assert all(isinstance(word, str) for group in groups for word in group)
    assert read_synonyms(get_task("control/cartpole")) == ()
    with pytest.raises(BadConfig, match="cannot be imported"):
        read_synonyms(replace(get_task("text/mail"), synonyms="lam_envs.nothing:X"))
