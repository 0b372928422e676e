"""Words and TOML files to dataclasses, and the sentences for what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pytest
import tyro

from lam_gym.commands.arguments import options, parse, read_toml
from lam_gym.errors import BadConfig


@dataclass(frozen=True)
class Inner:
    """Settings inside."""

    rate: float = 0.1
    """Step size."""
    names: tuple[str, ...] = ()
    """Some names."""


@dataclass(frozen=True)
class Outer:
    """A command."""

    out: Path
    """Folder."""
    config: Path | None = None
    """TOML file."""
    steps: int = 10
    """Steps."""
    inner: Annotated[Inner, tyro.conf.arg(name="")] = Inner()
    """Settings."""


def test_options_are_flat() -> None:
    assert list(options(Outer)) == ["out", "config", "steps", "rate", "names"]


def test_words_override_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('steps = 3\nrate = 1\n[more]\nnames = ["a", "b"]\n')
    words = ["--config", str(file), "--steps", "4", "--out", "x"]
    assert parse(Outer, words, "try") == Outer(Path("x"), file, 4, Inner(1.0, ("a", "b")))
    file.write_text('out = "from-file"\n')
    assert parse(Outer, [f"--config={file}"], "try").out == Path("from-file")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("step = 3", "did you mean 'steps'?"),
        ("steps = 'three'", "expected int for 'steps'"),
        ("steps = true", "expected int for 'steps'"),
        ("steps = ", "expected TOML"),
    ],
)
def test_bad_file(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    with pytest.raises(BadConfig) as caught:
        parse(Outer, ["--config", str(file), "--out", "x"], "try")
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--out", "x", "--stps", "1"], "did you mean '--steps'?"),
        ([], "--out"),
        (["--out", "x", "--steps", "1.5"], "--steps"),
        (["--out", "x", "stray"], "stray"),
    ],
)
def test_bad_words(words: list[str], hint: str) -> None:
    with pytest.raises(BadConfig) as caught:
        parse(Outer, words, "try")
    message = str(caught.value)
    assert hint in message
    assert "\n" not in message
    assert not set(message) & set("│╭╰─")


def test_help_exits_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(Outer, ["--help"], "try")
    assert not caught.value.code
    assert "Step size." in capsys.readouterr().out


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        read_toml(tmp_path / "nowhere.toml")
