"""LamText/Files-v0: move, copy, delete or rename files of a folder by name, extension or word, in repeated steps.

A goal is a combination (verb, object, attribute): verb is one or several joined by "+", object tells which files,
attribute tells where they lie ("top": in a folder of Home, "nested": in a folder of such a folder, "home").
Views: folder (files to select, and buttons), and its panels more, move and copy (where to), delete (to confirm),
rename and new (a folder).
"""

from __future__ import annotations

from typing import Any

from lam_envs.text.engine import Screen, ScreenEnv, Widget
from lam_envs.text.files_goals import SIZES, Step, combinations, wanted_places
from lam_envs.text.folders import DETAILS, FOLDERS, HOME, File, base, build_drive, parent
from lam_envs.text.language import Dice
from lam_envs.text.layouts.files import LAYOUTS
from lam_envs.text.phrasings.files import GRAMMAR

MOST_FOLDERS = 11
"""No new folder can be made when there are as many."""


class FilesEnv(ScreenEnv):
    """A file manager shown as text.

    ## Description

    Find the folder that the instruction names, select the files that it describes (one by name, or all with an
    extension or a word in the name) and move, copy, rename or delete them; make a folder to put them into, or delete
    one that is empty. The status line says what has been done, so that instruction and screen determine the next step.

    ## Action Space

    `Text`: `click N`, `check N`, `type N text`, `back`; `info["admissible_actions"]` lists those that do something now.

    ## Observation Space

    | key | space | content |
    | --- | --- | --- |
    | instruction | Text | the request |
    | screen | Text | breadcrumb, status line, lines to read, then one widget a line |

    ## Rewards

    1 when files and folders are as asked, else 0.

    ## Starting State

    The folder Home. Folders, files, instruction, labels and order of widgets are drawn from the seed alone.

    ## Episode End

    Terminated on success, and without success when the last copy of a file or a folder that was to stay is deleted;
    truncated after 40 steps. Whatever was moved, copied, renamed or made by mistake must be mended.

    ## Arguments

    | argument | values | default | meaning |
    | --- | --- | --- | --- |
    | difficulty | easy, normal, hard | normal | folders, files, sub-goals |
    | phrasing | train, held_out, all | train | set of instruction templates |
    | layout | train, held_out, all | train | set of labels, orders and nestings |
    | composition | train, held_out, all | train | set of (verb, object, attribute) combinations |
    | redraw | 0, 1, 2, ... | 0 | number of another drawing of the train layout, shown in the same scenario |
    | render_mode | ansi | None | instruction and screen as text |

    ## Version History

    - v0: first version.
    """

    def _begin(self, dice: Dice) -> None:
        self.combination = verb, kind, source = dice.pick(combinations(self.difficulty, self.composition))
        self.verbs = tuple(verb.split("+"))
        top, nested, (least, range_of_sizes), others = SIZES[self.difficulty]
        self._labels = self._draw_layout(LAYOUTS, dice)
        self._order, self._nested = self._labels["order"].split(), self._labels["nested"].split()
        self._groups_order = self._labels["list"].split()
        self._on, self._off = self._labels["mark"].split("/")
        handled = sum(name in ("move", "copy", "delete", "rename") for name in self.verbs)
        pair = 2 if handled > 1 and "rename" not in self.verbs else 1
        sizes = [least + dice.below(range_of_sizes) for _ in range(pair)]
        emptied = "remove" in self.verbs or kind == "all"
        kinds = [kind] * pair
        self.drive, self.place, self.groups = build_drive(
            dice, top, nested, source, kinds, sizes, 0 if emptied else others - (pair - 1) + dice.below(2)
        )
        self._draw_goal(dice, source)
        self.wanted, self.wanted_folders = wanted_places(self.drive, self.steps)
        self._view, self._folder = "folder", HOME
        self.selected: list[File] = []
        self.field = ""
        self._refused = ""
        self._remaining = self._difference = self._compare()

    def _draw_goal(self, dice: Dice, source: str) -> None:
        """The steps of the goal, and the words that name them."""
        self.slots = {"folder": base(self.place)} if source != "home" else {}
        if source == "nested":
            self.slots["folder_parent"] = base(parent(self.place))
        names = {"file": "file", "extension": "extension", "word": "word"}
        for group, suffix in zip(self.groups, ("", "_two")):
            if group.kind in names:
                self.slots[names[group.kind] + suffix] = group.value
        targets = [path for path in self.drive.folders if path not in (HOME, self.place)]
        targets = dice.sample([path for path in targets if "/" not in path and path != parent(self.place)], 2)
        steps: list[Step] = []
        groups = iter(self.groups)
        for verb in self.verbs:
            if verb == "create":
                self.slots["title"] = dice.pick([name for name in FOLDERS if name not in self._folder_names()])
                targets.insert(0, self.slots["title"])
                steps.append(Step("create", folder=targets[0]))
            elif verb == "remove":
                steps.append(Step("remove", folder=self.place))
            elif verb == "rename":
                steps.append(Step("rename", self.groups[0].documents, name=self._new_name(dice)))
                self.slots["name"] = steps[-1].name
            else:
                group = self.groups[0] if "rename" in self.verbs else next(groups)
                folder = "" if verb == "delete" else targets.pop(0)
                steps.append(Step(verb, group.documents, folder))
                if folder and folder != self.slots.get("title"):
                    self.slots["folder_to" if group is self.groups[0] else "folder_two"] = folder
        self.steps = tuple(steps)

    def _folder_names(self) -> set[str]:
        return {base(path) for path in self.drive.folders}

    def _new_name(self, dice: Dice) -> str:
        """Another name for the first file, with its own extension."""
        old = self.groups[0].value
        topic, extension = old.partition("-")[0], old.partition(".")[2]
        taken = {file.name for file in self.drive.files()}
        return dice.pick([name for name in (f"{topic}-{word}.{extension}" for word in DETAILS) if name not in taken])

    def _say(self, side: str, dice: Dice, used: list[str]) -> str:
        _, kind, source = self.combination
        slots = self.slots
        words = {**slots, "in": f"@in.{source}", "files": f"@files.{kind}", "others": f"@others.{kind}"}
        words |= {"parent": slots.get("folder_parent", ""), "to": "@to", "to_two": "@to two"}
        verbs = list(self.verbs)
        if verbs[0] == "create":
            verbs[1] = "fill"
        if verbs[0] == "rename" and len(verbs) > 1:
            verbs[1] = "bring"
        elif len(self.groups) > 1:
            second = 2 if verbs[0] == "create" else 1
            verbs[second] += " two"
        return GRAMMAR.request(verbs, words, side, dice, used)

    # ---- screens -----------------------------------------------------------------------------------------------------

    def _screen(self) -> Screen:
        return getattr(self, f"_show_{self._view}")()  # type: ignore[no-any-return]

    def _trail(self, *parts: str) -> str:
        folders = self._folder.split("/") if self._folder else []
        return " > ".join((self._labels["application"], "Home", *folders, *parts))

    def _show_folder(self) -> Screen:
        files, drive, form = self.drive.folders[self._folder], self.drive, self._labels["row"]
        folders = [
            Widget("link", f"{self._labels['folder']} {base(path)} ({self._fill(path)})", "open", path)
            for path in drive.children(self._folder)
        ]
        selected = self.selected
        rows = [
            Widget(
                "checkbox",
                form.format(name=file.name, size=file.size, mark=self._on if file in selected else self._off),
                "toggle",
                file,
            )
            for file in files
        ]
        groups = {"folders": folders, "files": rows, "buttons": self._buttons(nested=False)}
        lines = [self._refused] if self._refused else []
        if not files and not folders:
            lines.append("This folder is empty.")
        widgets = [widget for name in self._groups_order for widget in groups[name]]
        return Screen(self._trail(), lines, widgets, bool(self._folder))

    def _fill(self, path: str) -> str:
        """How much lies in a folder."""
        count = len(self.drive.folders[path]) + len(self.drive.children(path))
        return "empty" if not count else "1 item" if count == 1 else f"{count} items"

    def _buttons(self, nested: bool) -> list[Widget]:
        """What can be done here, in the folder's own screen or behind `more`."""
        chosen = len(self.selected)
        ready = {
            "rename": chosen == 1,
            "new": self._folder.count("/") < 1 and len(self.drive.folders) < MOST_FOLDERS,
            "remove": bool(self._folder),
        }
        buttons = [
            Widget("button", self._labels[name], name, None, (), ready.get(name, chosen > 0))
            for name in self._order
            if (name in self._nested) == nested
        ]
        if self._nested and not nested:
            buttons.append(Widget("button", self._labels["more"], "more"))
        return buttons

    def _chosen(self) -> str:
        return f"{self._labels['chosen']}: {', '.join(file.name for file in self.selected) or 'nothing'}"

    def _show_more(self) -> Screen:
        return Screen(self._trail(self._labels["more"]), (self._chosen(),), self._buttons(nested=True))

    def _show_move(self) -> Screen:
        links = [Widget("link", self._path(path), "put", path) for path in sorted(self.drive.folders)]
        links = [link for link in links if link.argument != self._folder]
        lines = [self._chosen(), self._refused] if self._refused else [self._chosen()]
        return Screen(self._trail(self._labels[self._view]), lines, links)

    _show_copy = _show_move

    def _path(self, path: str) -> str:
        return self._labels["path"].format(parent=base(parent(path)), name=base(path)) if "/" in path else base(path)

    def _show_delete(self) -> Screen:
        button = Widget("button", self._labels["confirm"], "confirm")
        return Screen(self._trail(self._labels["delete"]), (self._chosen(), "This cannot be undone."), [button])

    def _typing(self, label: str, options: set[str], lines: list[str]) -> Screen:
        """A field, and the button that takes what it holds."""
        text = f"{self._labels[label]}: {self.field or '(empty)'}"
        widgets = [
            Widget("field", text, "field", None, sorted(options)),
            Widget("button", self._labels["save"], "save", None, (), bool(self.field)),
        ]
        return Screen(
            self._trail(self._labels[self._view]), [*lines, self._refused] if self._refused else lines, widgets
        )

    def _show_rename(self) -> Screen:
        options = {*self._spans("name"), self.selected[0].first_name} - {self.selected[0].name}
        return self._typing("name", options, [self._chosen()])

    def _show_new(self) -> Screen:
        return self._typing("title", {*self._spans("title"), *self._spans("folder")}, [])

    # ---- actions -----------------------------------------------------------------------------------------------------

    def _act(self, event: str, argument: Any, value: str) -> None:
        self._refused = ""
        if event == "toggle":
            if argument in self.selected:
                self.selected.remove(argument)
            else:
                self.selected.append(argument)
        elif event == "open":
            self._go(argument)
        elif event == "field":
            self.field = value
        elif event == "put":
            self._put(argument)
        elif event == "confirm":
            self._delete()
        elif event == "save":
            self._rename() if self._view == "rename" else self._make()
        elif event == "remove":
            self._remove()
        else:  # a panel: more, move, copy, delete, rename, new
            self._view, self.field = event, ""

    def _go(self, folder: str) -> None:
        """Show a folder with nothing selected."""
        self._view, self._folder, self.selected = "folder", folder, []

    def _changed(self, what: str) -> None:
        self._report(what)
        self._remaining = self._compare()

    def _names(self) -> str:
        return ", ".join(sorted(file.name for file in self.selected))

    def _put(self, folder: str) -> None:
        clash = self.drive.clash(folder, (file.name for file in self.selected))
        if clash:
            self._refused = f"Refused: {base(folder)} already has {clash}."
            return
        done = "moved" if self._view == "move" else "copied"
        (self.drive.move if self._view == "move" else self.drive.copy)(self.selected, folder)
        self._changed(f"{done} {self._names()} to {self._path(folder)}")
        self._go(self._folder)

    def _delete(self) -> None:
        self.drive.delete(self.selected)
        left = {file.document for file in self.drive.files()}
        needed = {document for _, _, document in self.wanted} - left
        lost = [file.name for file in self.selected if file.document in needed]
        if lost:
            self._fail(f"{lost[0]} is deleted for good")
        self._changed(f"deleted {self._names()}")
        self._go(self._folder)

    def _rename(self) -> None:
        file = self.selected[0]
        if self.drive.clash(self._folder, [self.field]):
            self._refused = f"Refused: {base(self._folder)} already has {self.field}."
            return
        old = file.name
        self.drive.rename(file, self.field)
        self._changed(f"renamed {old} to {self.field}")
        self._view = "folder"

    def _make(self) -> None:
        path = f"{self._folder}/{self.field}" if self._folder else self.field
        if path in self.drive.folders:
            self._refused = f"Refused: {base(self._folder)} already has {self.field}."
            return
        self.drive.folders[path] = []
        self._changed(f"made the folder {self._path(path)}")
        self._go(self._folder)

    def _remove(self) -> None:
        folder = self._folder
        self._view = "folder"
        if not self.drive.is_empty(folder):
            self._refused = f"Refused: {base(folder)} is not empty."
            return
        del self.drive.folders[folder]
        if folder in self.wanted_folders:
            self._fail(f"the folder {base(folder)} is deleted for good")
        self._changed(f"deleted the folder {base(folder)}")
        self._go(parent(folder))

    def _back(self) -> None:
        self._refused = ""
        if self._view == "folder":
            self._go(parent(self._folder))
        self._view = "folder"

    # ---- the goal ----------------------------------------------------------------------------------------------------

    def _compare(self) -> int:
        """How many files and folders are not as they are to be."""
        places = {file.place for file in self.drive.files()}
        return len(places ^ self.wanted) + len(self.drive.folders.keys() ^ self.wanted_folders)

    def _progress(self) -> float:
        return max(0.0, 1.0 - self._remaining / self._difference)

    @property
    def view(self) -> tuple[str, str]:
        """What is shown: its name, and the folder that it shows."""
        return self._view, self._folder
