"""From the words of the command line, and a TOML file where one is named, to one frozen dataclass.

A command with a field `config` accepts `--config FILE.toml` and has a class method `with_file(path)` that gives its
defaults from that file; options on the command line override them. Fields of a nested dataclass are options with its
name and a dot before them (`--loss.kappa`), or without where it is annotated with an empty name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import tyro

from lam_gym.errors import BadConfig, nearest

Entry = TypeVar("Entry")
TaskName = Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="TASK")]
DemosFolder = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="DIR")]
DemosFolders = Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="DIR ...")]
RunFolder = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="RUN")]
OptionalFolder = Annotated[Path | None, tyro.conf.arg(metavar="DIR")]
OptionalCount = Annotated[int | None, tyro.conf.arg(metavar="INT")]
Switch = Annotated[bool, tyro.conf.FlagCreatePairsOff]
"""A flag that is off unless it is given."""


def parse(entry: type[Entry], arguments: Sequence[str], program: str) -> Entry:
    """Parse `arguments` into an `entry`.

    Raises BadConfig for an unknown or missing option, a value of the wrong type and a bad file; `--help` prints and
    raises SystemExit(0).
    """
    known = ["--help", *(f"--{name.replace('_', '-')}" for name in options(entry))]
    words = [_spell(word, known, program) for word in arguments]
    settings: dict[str, Any] = {}
    path = _config_path(words) if "--config" in known else None
    if path is not None:
        settings["default"] = typing.cast("Any", entry).with_file(path)
    message = io.StringIO()
    try:
        with contextlib.redirect_stderr(message):
            parsed: Entry = tyro.cli(entry, args=words, prog=program, **settings)
            return parsed
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise BadConfig(f"{_sentence(message.getvalue())}; {program} --help explains every option.") from None


def options(entry: type[Any], prefix: str = "") -> Iterator[str]:
    """The name of every option of a command, as in its dataclass: `seed`, `loss.kappa`."""
    hints = typing.get_type_hints(entry)
    full = typing.get_type_hints(entry, include_extras=True)
    for field in dataclasses.fields(entry):
        kind = hints[field.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            flat = typing.get_origin(full[field.name]) is typing.Annotated
            yield from options(kind, prefix if flat else f"{prefix}{field.name}.")
        else:
            yield prefix + field.name


def spell(command: Any, prefix: str = "") -> list[str]:
    """The inverse of `parse`: the shortest words that give this command, without the program's name."""
    full = typing.get_type_hints(type(command), include_extras=True)
    first, words = [], []
    for field in dataclasses.fields(command):
        value, kind = getattr(command, field.name), full[field.name]
        default = field.default_factory() if callable(field.default_factory) else field.default
        if value == default:
            continue
        name = f"--{prefix}{field.name.rstrip('_')}".replace("_", "-")
        if dataclasses.is_dataclass(value):
            flat = typing.get_origin(kind) is typing.Annotated
            words += spell(value, prefix if flat else f"{prefix}{field.name}.")
        elif isinstance(value, bool):
            words.append(name if value else re.sub(r"(^--|\.)(?=[^.]*$)", r"\1no-", name))
        else:
            values = [str(item) for item in value] if isinstance(value, tuple) else [str(value)]
            if tyro.conf.Positional in getattr(kind, "__metadata__", ()):
                first += values
            else:
                words += [name, *values]
    return first + words


def _spell(word: str, known: Sequence[str], program: str) -> str:
    """An option in the spelling that tyro takes; BadConfig with the nearest option where there is none like it."""
    name, equals, value = word.partition("=")
    if not re.fullmatch(r"--[A-Za-z][\w.-]*", name):
        return word
    name = name.replace("_", "-").rstrip("-")
    positive = re.sub(r"(^--|\.)no-", r"\1", name)
    for option in known:
        if option.rstrip("-") == name:
            return option.removesuffix("-") + ("_" if option.endswith("-") else "") + equals + value
        if option == positive:
            return name + equals + value
    raise BadConfig(f"expected an option of {program}, got '{name}'; {_nearest_option(name, known)}")


def _nearest_option(name: str, known: Sequence[str]) -> str:
    """A hint that also knows options by their last part: `--kappa` is near `--loss.kappa`."""
    ends = [option.rstrip("-") for option in known if option.rstrip("-").rpartition(".")[2] == name.lstrip("-")]
    return f"did you mean '{ends[0]}'?" if ends else nearest(name, known)


def _config_path(arguments: Sequence[str]) -> Path | None:
    """The file after `--config`, if there is one."""
    for word, following in zip(arguments, [*arguments, ""][1:], strict=True):
        if word == "--config" and following:
            return Path(following)
        if word.startswith("--config="):
            return Path(word.partition("=")[2])
    return None


def _sentence(box: str) -> str:
    """tyro's framed message as one sentence: the frame, its title and the advice below the first rule are left out."""
    body: list[str] = []
    for line in box.splitlines():
        text = line.strip(" │╭╮╰╯|+")
        if not re.fullmatch(r"[─-]*", text):
            body.append(text)
        elif len(body) > 1:
            break
    return re.sub(r"\s+", " ", " ".join(body[1:])).strip(" .") or "the arguments could not be read"
