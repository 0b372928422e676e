"""Files: groups that stand apart, refusals, what must be mended and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from lam_envs.text.files import FilesEnv
from lam_envs.text.files_expert import files
from lam_envs.text.folders import HOME, Drive, File, base, parent


def start(verb: str, difficulty: str = "normal", kind: str = "") -> FilesEnv:
    """An environment whose goal is this verb."""
    env = FilesEnv(difficulty, composition="all")
    for seed in range(3000):
        env.reset(seed=seed)
        if env.combination[0] == verb and kind in ("", env.combination[1]):
            return env
    raise AssertionError(verb)


def follow(env: FilesEnv, until: str) -> None:
    """Let the expert act until the view has this name."""
    expert = files(env)
    while env.view[0] != until:
        env.step(expert.act({}))


def finish(env: FilesEnv) -> bool:
    """Let the expert act to the end."""
    expert, terminated, info = files(env), False, {"success": False}
    for _ in range(60):
        if terminated:
            break
        _, _, terminated, _, info = env.step(expert.act({}))
    return bool(info["success"])


def describes(kind: str, value: str, name: str) -> bool:
    """Whether a file's name fits what the instruction says."""
    if kind == "extension":
        return name.endswith("." + value)
    return name.startswith(value + "-") if kind == "word" else kind == "all" or name == value


@pytest.mark.parametrize("difficulty", ["easy", "normal", "hard"])
def test_groups_are_what_the_instruction_says(difficulty: str) -> None:
    env = FilesEnv(difficulty, composition="all")
    for seed in range(150):
        env.reset(seed=seed)
        names = [file.name for file in env.drive.files()]
        assert len(set(names)) == len(names)
        for group in env.groups:
            fitting = {
                file.document for file in env.drive.folders[env.place] if describes(group.kind, group.value, file.name)
            }
            assert fitting == group.documents
        if "remove" in env.verbs:
            everything = {file.document for file in env.drive.folders[env.place]}
            assert everything == frozenset().union(*(group.documents for group in env.groups))
            assert not env.drive.children(env.place)


def test_selection_is_shown_and_enables_buttons() -> None:
    env = start("move", kind="extension")
    follow(env, "folder")
    while env.view[1] != env.place:
        env.step(files(env).act({}))
    assert env.action_for("move") == ""
    file = env.drive.folders[env.place][0]
    observation, *_ = env.step(env.action_for("toggle", file))
    assert env.selected == [file]
    assert observation["screen"].count(env._on) > observation["screen"].count(env._off) - len(
        env.drive.folders[env.place]
    )
    env.step(env.action_for("toggle", file))
    assert env.selected == []


def test_name_that_is_there_already_is_refused() -> None:
    env = start("copy", kind="file")
    target = env.steps[0].folder
    follow(env, "copy")
    env.drive.add(File(env.groups[0].value, target, 999, "2 KB"))
    observation, *_ = env.step(env.action_for("put", target))
    assert f"Refused: {target} already has {env.groups[0].value}." in observation["screen"]


def test_full_folder_is_not_deleted() -> None:
    env = start("move+remove")
    while env.view[1] != env.place:
        env.step(files(env).act({}))
    if not env.action_for("remove"):
        env.step(env.action_for("more"))
    observation, _, terminated, _, _ = env.step(env.action_for("remove"))
    assert f"Refused: {base(env.place)} is not empty." in observation["screen"]
    assert not terminated
    assert finish(env)


def test_wrong_deletion_ends_the_episode() -> None:
    env = start("move", kind="file")
    env._act("open", env.place, "")
    env._act("toggle", env.drive.folders[env.place][0], "")
    env._act("delete", None, "")
    env._show("")
    observation, reward, terminated, _, info = env.step(env.action_for("confirm"))
    assert "is deleted for good" in observation["screen"]
    assert (reward, terminated, info["success"]) == (0.0, True, False)


def test_deleting_a_folder_that_was_to_stay_ends_the_episode() -> None:
    env = start("move", kind="file")
    env.drive.folders["Attic"] = []
    env.wanted_folders |= {"Attic"}
    env._act("open", "Attic", "")
    env._act("remove", None, "")
    assert "the folder Attic is deleted for good" in env._status()


def test_strays_are_mended() -> None:
    env = start("create+move", kind="extension")
    steps: list[tuple[str, Any, str]] = [
        *[("open", env.place, ""), ("toggle", env.drive.folders[env.place][-1], ""), ("copy", None, "")],
        *[("put", next(path for path in env.drive.folders if path not in (env.place, HOME)), "")],
        *[("new", None, ""), ("field", None, env.slots["title"]), ("save", None, "")],
        *[("toggle", env.drive.folders[env.place][0], ""), ("rename", None, ""), ("field", None, "wrong.txt")],
        *[("save", None, ""), ("move", None, ""), ("put", HOME, "")],
    ]
    if env.place == HOME:
        steps = steps[1:-2]
    for event, argument, value in steps:
        env._act(event, argument, value)
    env._show("")
    assert env._progress() < 1.0
    assert finish(env)


def test_name_of_a_folder_that_is_there_already_is_refused() -> None:
    env = start("create+move")
    follow(env, "new")
    env.drive.folders[env.slots["title"]] = []
    env.field = env.slots["title"]
    env._show("")
    assert "already has" in env.step(env.action_for("save"))[0]["screen"]


def test_drive() -> None:
    drive = Drive()
    drive.folders |= {"Work": [], "Work/Reports": []}
    file = File("plan.txt", "Work", 1, "2 KB")
    drive.add(file)
    assert drive.children(HOME) == ["Work"]
    assert not drive.is_empty("Work")
    drive.copy([file], "Work/Reports")
    drive.rename(file, "agenda.txt")
    drive.move([file], "Work/Reports")
    assert [each.name for each in drive.folders["Work/Reports"]] == ["agenda.txt", "plan.txt"]
    assert drive.clash("Work/Reports", ["menu.txt", "plan.txt"]) == "plan.txt"
    drive.delete(drive.folders["Work/Reports"])
    assert drive.is_empty("Work/Reports")
    assert (base("Work/Reports"), base(HOME), parent("Work/Reports")) == ("Reports", "Home", "Work")
