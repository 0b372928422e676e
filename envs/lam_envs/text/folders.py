"""The contents of Files: a tree of folders with files, and what a goal makes of it.

A folder is its path: "" is Home, "Work/Reports" lies in Work. A file knows its document: a number that a copy shares
with what it was copied from, and that renaming and moving keep. No two files have the same name at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from lam_envs.text.language import Dice

HOME = ""
FOLDERS = (
    *("Archive", "Reports", "Work", "Travel", "Family", "Receipts", "Projects", "Clients", "School", "Health", "Taxes"),
    *("Drafts", "Backup", "Music", "Recipes", "Scans", "Letters", "Garden", "Kitchen", "Sports", "Courses", "Manuals"),
)
TOPICS = (
    *(
        "budget",
        "invoice",
        "report",
        "notes",
        "plan",
        "letter",
        "contract",
        "menu",
        "ticket",
        "survey",
        "recipe",
        "map",
    ),
    *("lecture", "poster", "sketch", "summary", "agenda", "address", "quote", "slides"),
)
DETAILS = (
    *("may", "june", "july", "august", "april", "march", "oslo", "rome", "lisbon", "vienna", "prague", "madrid"),
    *("anna", "piet", "lena", "omar", "ruth", "hugo", "old", "final", "draft", "2024", "2025", "2026"),
)
EXTENSIONS = ("csv", "pdf", "txt", "docx", "png", "xlsx", "zip", "log", "html", "pptx")
SIZES = ("2 KB", "7 KB", "12 KB", "31 KB", "48 KB", "96 KB", "150 KB", "310 KB")
Place = tuple[str, str, int]
"""Folder, name, document."""


class File:
    """One file; `first_name` is what it was called at the start."""

    __slots__ = ("document", "first_name", "folder", "name", "size")

    def __init__(self, name: str, folder: str, document: int, size: str, first_name: str = "") -> None:
        self.name, self.folder, self.document, self.size = name, folder, document, size
        self.first_name = first_name or name

    @property
    def place(self) -> Place:
        """What distinguishes it from every other file."""
        return self.folder, self.name, self.document


class Drive:
    """Folders by path, each with its files in order of name."""

    def __init__(self) -> None:
        self.folders: dict[str, list[File]] = {HOME: []}

    def add(self, file: File) -> None:
        """Put a file into its folder."""
        self.folders[file.folder].append(file)
        self.folders[file.folder].sort(key=attrgetter("name"))

    def children(self, folder: str) -> list[str]:
        """Paths of the folders that lie directly in this one, in order of name."""
        return sorted(path for path in self.folders if path and parent(path) == folder)

    def files(self) -> Iterable[File]:
        """Every file."""
        return (file for files in self.folders.values() for file in files)

    def clash(self, folder: str, names: Iterable[str]) -> str:
        """The first of these names that a folder already holds, "" if none."""
        held = {file.name for file in self.folders[folder]}
        return next((name for name in names if name in held), "")

    def move(self, files: Iterable[File], folder: str) -> None:
        """Put files into another folder."""
        for file in list(files):
            self.folders[file.folder].remove(file)
            file.folder = folder
            self.add(file)

    def copy(self, files: Iterable[File], folder: str) -> None:
        """Put copies of files into a folder."""
        for file in list(files):
            self.add(File(file.name, folder, file.document, file.size, file.first_name))

    def delete(self, files: Iterable[File]) -> None:
        """Drop files for good."""
        for file in list(files):
            self.folders[file.folder].remove(file)

    def rename(self, file: File, name: str) -> None:
        """Give a file another name."""
        file.name = name
        self.folders[file.folder].sort(key=attrgetter("name"))

    def is_empty(self, folder: str) -> bool:
        """Whether nothing lies in a folder."""
        return not self.folders[folder] and not self.children(folder)


class Group(NamedTuple):
    """Files that the instruction speaks of together, by `kind`: "file", "extension", "word" or "all"."""

    kind: str
    value: str
    """The file's name, the extension or the word; "" for all."""
    documents: frozenset[int]


def parent(path: str) -> str:
    """The folder that a folder lies in."""
    return path.rpartition("/")[0]


def base(path: str) -> str:
    """Name of a folder without where it lies."""
    return path.rpartition("/")[2] or "Home"


def build_drive(
    dice: Dice, top: int, nested: int, source: str, kinds: Sequence[str], sizes: Sequence[int], others: int
) -> tuple[Drive, str, list[Group]]:
    """Draw a tree, its files, and the groups that a goal is about, all in one folder.

    Args:
        dice: the episode's draws.
        top: folders in Home.
        nested: folders in one of those.
        source: where the groups lie: "home", "top" or "nested".
        kinds: kind of each group.
        sizes: files of each group.
        others: files beside them in the same folder.
    """
    drive = Drive()
    names = dice.sample(FOLDERS, top + nested)
    for name in names[:top]:
        drive.folders[name] = []
    for index, name in enumerate(names[top:]):
        drive.folders[f"{names[index // 2]}/{name}"] = []
    inner = [path for path in drive.folders if "/" in path]
    place = HOME if source == "home" else dice.pick(inner) if source == "nested" else dice.pick(_leaves(drive))
    fresh = _Names(dice)
    groups = []
    for kind, size in zip(kinds, sizes):
        value = fresh.extension() if kind == "extension" else fresh.topic() if kind == "word" else ""
        documents = [fresh.put(drive, place, kind, value) for _ in range(1 if kind == "file" else size)]
        if kind == "file":
            value = next(file.name for file in drive.folders[place] if file.document == documents[0])
        groups.append(Group(kind, value, frozenset(documents)))
    for index in range(others):
        alike = groups[0] if index == 0 and groups[0].kind == "file" else None
        fresh.put(drive, place, "alike" if alike else "", alike.value if alike else "")
    for path in drive.folders:
        if path != place:
            for _ in range(dice.below(3) if path == HOME else dice.below(5)):
                fresh.put(drive, path, "", "", anything=True)
    return drive, place, groups


def _leaves(drive: Drive) -> list[str]:
    """Folders of Home in which no folder lies."""
    return [path for path in drive.folders if path and "/" not in path and not drive.children(path)]


class _Names:
    """Different file names; extensions and words of groups are kept from other files of the same folder."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._extensions, self._topics = dice.sample(EXTENSIONS, 6), dice.sample(TOPICS, 9)
        self._kept_extensions, self._kept_topics = list(self._extensions), list(self._topics)
        self._used: set[str] = set()

    def extension(self) -> str:
        """One for a group alone."""
        return self._kept_extensions.pop()

    def topic(self) -> str:
        """One for a group alone."""
        return self._kept_topics.pop()

    def put(self, drive: Drive, folder: str, kind: str, value: str, anything: bool = False) -> int:
        """Add a file: of a group, like the file `value` ("alike"), or of no group; gives its document."""
        dice = self._dice
        while True:
            topics, extensions = self._kept_topics, self._kept_extensions
            if anything:
                topics, extensions = self._topics, self._extensions
            topic, extension = dice.pick(topics), dice.pick(extensions)
            if kind == "extension":
                extension = value
            elif kind == "word":
                topic = value
            elif kind == "alike":
                topic = value.partition("-")[0]
            name = f"{topic}-{dice.pick(DETAILS)}.{extension}"
            if name not in self._used:
                break
        self._used.add(name)
        document = len(self._used)
        drive.add(File(name, folder, document, dice.pick(SIZES)))
        return document
