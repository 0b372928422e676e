"""From the words of the command line, and a TOML file where one is named, to one frozen dataclass.

A command with a field `config` accepts `--config FILE.toml`: its keys are the command's options, checked by name;
options given on the command line override the file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import re
import sys
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tyro

from lam_gym.errors import BadConfig, nearest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Entry = TypeVar("Entry")


def parse(entry: type[Entry], arguments: Sequence[str], program: str) -> Entry:
    """Parse `arguments` into an `entry`.

    Raises BadConfig for an unknown or missing option, a value of the wrong type and a bad TOML file; `--help` prints
    and raises SystemExit(0).
    """
    names = options(entry)
    known = {*names, "help"}
    for word in arguments:
        name = word.partition("=")[0]
        if re.fullmatch(r"--[A-Za-z][\w-]*", name) and name[2:].replace("-", "_").removeprefix("no_") not in known:
            hint = nearest(name, ["--" + option.replace("_", "-") for option in names])
            raise BadConfig(f"expected an option of {program}, got '{name}'; {hint}")
    settings: dict[str, Any] = {}
    path = _config_path(arguments) if "config" in names else None
    if path is not None:
        settings["default"] = fill(entry, read_toml(path), path)
    message = io.StringIO()
    try:
        with contextlib.redirect_stderr(message):
            parsed: Entry = tyro.cli(
                entry, args=list(arguments), prog=program, config=(tyro.conf.FlagCreatePairsOff,), **settings
            )
            return parsed
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise BadConfig(f"{_sentence(message.getvalue())}; {program} --help explains every option.") from None


def options(entry: type[Any]) -> dict[str, type[Any]]:
    """Every option of a command, with the dataclass that declares it; dataclass fields count as their own fields."""
    found: dict[str, type[Any]] = {}
    hints = typing.get_type_hints(entry)
    for field in dataclasses.fields(entry):
        kind = hints[field.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            found.update(options(kind))
        else:
            found[field.name] = entry
    return found


def fill(entry: type[Entry], values: Mapping[str, Any], path: Path) -> Entry:
    """An `entry` that holds the values of a TOML file; required fields that it lacks wait for the command line."""
    names = options(entry)
    for key in values:
        if key not in names:
            raise BadConfig(f"expected a setting of {entry.__name__} in '{path}', got '{key}'; {nearest(key, names)}")
    given: dict[str, Any] = {}
    hints = typing.get_type_hints(entry)
    for field in dataclasses.fields(typing.cast("Any", entry)):
        kind = hints[field.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            own = {key: value for key, value in values.items() if key in options(kind)}
            given[field.name] = fill(kind, own, path)
        elif field.name in values:
            given[field.name] = _typed(values[field.name], kind, field.name, path)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            given[field.name] = tyro.MISSING
    return entry(**given)


def read_toml(path: Path) -> dict[str, Any]:
    """The keys of a TOML file; tables are flattened, since every setting has one name."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"expected TOML in '{path}', got something else ({error}); mend that line.") from error
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat.update(value if isinstance(value, dict) else {key: value})
    return flat


def _typed(value: Any, kind: Any, name: str, path: Path) -> Any:
    """A TOML value as the field wants it: arrays become tuples, whole numbers become floats; else BadConfig."""
    wanted = typing.get_origin(kind) or kind
    if wanted is tuple:
        return tuple(value) if isinstance(value, list) else (value,)
    if wanted is Path and isinstance(value, str):
        return Path(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(wanted, type) and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
        raise BadConfig(f"expected {wanted.__name__} for '{name}' in '{path}', got {value!r}; change its value.")
    return value


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
