"""The expert of Files: a shortest plan from the true state, one step at a time, with reasons in words.

`files(env)` takes a live environment after its reset; `act(observation)` gives the action, `explain()` its reason.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import gymnasium as gym

from lam_envs.text.files import FilesEnv
from lam_envs.text.folders import File, Place, base, parent

MENDING = -1
"""Rank of what the instruction does not ask for: it comes first."""


class Operation(NamedTuple):
    """One thing to do in a folder: its rank in the instruction, then what, where, with what."""

    rank: int
    kind: str
    """move, copy, delete, rename, remove (the folder) or new (a folder in it)."""
    folder: str
    target: str = ""
    """Folder to move or copy to, or the new name."""
    files: tuple[File, ...] = ()


class FilesExpert:
    """Compares files and folders with the goal and does what is missing in the order of the instruction."""

    def __init__(self, env: FilesEnv) -> None:
        self._env = env
        self._reason = ""

    def act(self, observation: Any) -> str:
        """The next action of a shortest plan; the observation is not needed, the plan follows the true state."""
        del observation
        return self._do(self._next())

    def explain(self) -> str:
        """Why the last action was chosen."""
        return self._reason

    def _because(self, action: str, reason: str) -> str:
        self._reason = reason
        return action

    # ---- what to do --------------------------------------------------------------------------------------------------

    def _next(self) -> Operation:
        """The first operation by rank; of equals the one in the folder shown, then by folder."""
        env = self._env
        found = [*self._folder_operations(), *self._file_operations()]
        first = min(found, key=lambda each: (each.rank, each.kind == "remove", each.folder != env.view[1], each[1:4]))
        if not first.files:
            return first
        files = [file for each in found if each[:4] == first[:4] for file in each.files]
        return first._replace(files=tuple(files[:1] if first.kind == "rename" else files))

    def _rank(self, verb: str, document: int = 0, folder: str = "") -> int:
        """Place of a verb in the instruction, or of whatever is asked for a file; MENDING when nothing is."""
        rank = MENDING
        for index, step in enumerate(self._env.steps):
            if document in step.documents or (folder and step.verb == verb and step.folder == folder):
                rank = index
                if step.verb == verb:
                    return index
        return rank

    def _folder_operations(self) -> list[Operation]:
        env = self._env
        made, wanted = env.drive.folders.keys(), env.wanted_folders
        found = [
            Operation(self._rank("create", folder=path), "new", parent(path), base(path)) for path in wanted - made
        ]
        found += [
            Operation(self._rank("remove", folder=path), "remove", path)
            for path in made - wanted
            if env.drive.is_empty(path)
        ]
        return found

    def _file_operations(self) -> list[Operation]:
        env = self._env
        held: dict[int, list[File]] = {}
        wanted: dict[int, list[Place]] = {}
        for file in env.drive.files():
            held.setdefault(file.document, []).append(file)
        for place in env.wanted:
            wanted.setdefault(place[2], []).append(place)
        found: list[Operation] = []
        for document, files in held.items():
            places = wanted.get(document, [])
            if [file.place for file in files] != places:
                found += self._settle(document, list(files), sorted(places))
        return found

    def _settle(self, document: int, files: list[File], places: list[Place]) -> list[Operation]:
        """What brings the copies of one document to the places where they are wanted."""
        found: list[Operation] = []
        kept: list[File] = []
        for parts in (3, 1):  # those exactly as wanted, then those in the right folder
            for place in list(places):
                file = next((file for file in files if file.place[:parts] == place[:parts]), None)
                if file is not None:
                    files.remove(file)
                    places.remove(place)
                    kept.append(file)
                    found += self._named(file, place)
        for file, place in zip(files, places):
            found += self._named(file, place)
            if place[0] in self._env.drive.folders:
                found.append(Operation(self._rank("move", document), "move", file.folder, place[0], (file,)))
        for file in files[len(places) :]:
            found.append(Operation(self._rank("delete", document), "delete", file.folder, "", (file,)))
        for place in places[len(files) :]:
            if place[0] in self._env.drive.folders:
                source = (kept or files)[0]
                found.append(Operation(self._rank("copy", document), "copy", source.folder, place[0], (source,)))
        return found

    def _named(self, file: File, place: Place) -> list[Operation]:
        if file.name == place[1]:
            return []
        return [Operation(self._rank("rename", file.document), "rename", file.folder, place[1], (file,))]

    # ---- how to do it ------------------------------------------------------------------------------------------------

    def _do(self, operation: Operation) -> str:
        """One step of an operation."""
        env = self._env
        view, folder = env.view
        if folder != operation.folder or (view not in ("folder", "more") and view != operation.kind):
            return self._go(operation.folder)
        if operation.files:
            wrong = [file for file in env.drive.folders[folder] if (file in env.selected) != (file in operation.files)]
            if wrong and view != "folder":
                return self._because("back", "the selection is not right yet")
            if wrong:
                out = [file for file in wrong if file in env.selected]
                file = (out or wrong)[0]
                reason = f"{file.name} is not meant" if out else f"{file.name} is one of those meant"
                return self._because(env.action_for("toggle", file), reason)
        if view in ("folder", "more"):
            return self._press(operation)
        return self._finish(operation)

    def _go(self, folder: str) -> str:
        """One step towards a folder."""
        env = self._env
        view, here = env.view
        inside = folder if here == "" else folder[len(here) + 1 :] if folder.startswith(here + "/") else ""
        if view != "folder" or folder == here or not inside:
            return self._because("back", "this is not the place")
        step = inside.partition("/")[0]
        return self._because(env.action_for("open", f"{here}/{step}" if here else step), f"{base(folder)} is the place")

    def _press(self, operation: Operation) -> str:
        """A button of the folder, behind `more` or in view."""
        env = self._env
        reason = {
            "remove": f"{base(operation.folder)} is empty and to be deleted",
            "new": f"the folder {operation.target} is to be made",
        }.get(operation.kind, f"all files to {operation.kind} are selected")
        action = env.action_for(operation.kind) or (env.action_for("more") if env.view[0] == "folder" else "")
        return self._because(action or "back", reason)

    def _finish(self, operation: Operation) -> str:
        """The step in the operation's own panel."""
        env, kind, target = self._env, operation.kind, operation.target
        if kind == "delete":
            return self._because(env.action_for("confirm"), "the right files are selected")
        if kind in ("move", "copy"):
            return self._because(env.action_for("put", target), f"the files go to {base(target)}")
        if env.field != target:
            return self._because(env.action_for("field", None, target), f"the name is to be {target}")
        return self._because(env.action_for("save"), "the name is filled in")


def files(env: gym.Env[Any, Any]) -> FilesExpert:
    """The expert of LamText/Files-v0."""
    unwrapped = env.unwrapped
    if not isinstance(unwrapped, FilesEnv):
        raise ValueError(f"the files expert needs a FilesEnv, not {type(unwrapped).__name__}: make LamText/Files-v0.")
    return FilesExpert(unwrapped)
