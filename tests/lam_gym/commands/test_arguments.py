"""Words and TOML files to dataclasses, and the sentences for what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest
import tyro

from lam_gym.commands.arguments import options, parse, spell
from lam_gym.commands.record import Record
from lam_gym.errors import BadConfig


@dataclass(frozen=True)
class Inner:
    """Settings inside."""

    rate: float = 0.1
    """Step size."""
    names: tuple[str, ...] = ()
    """Some names."""
    lambda_: float = 1.0
    """A Python keyword."""
    fast: bool = True
    """A switch."""


@dataclass(frozen=True)
class Outer:
    """A command."""

    out: Path
    """Folder."""
    config: Path | None = None
    """TOML file."""
    steps: int = 10
    """Steps."""
    inner: Annotated[Inner, tyro.conf.arg(name="")] = field(default_factory=Inner)
    """Settings."""
    other: Inner = field(default_factory=Inner)
    """Other settings."""

    @classmethod
    def with_file(cls, path: Path) -> Outer:
        """The number in the file is the rate."""
        return cls(out=tyro.MISSING, inner=Inner(rate=float(path.read_text())))


def test_options() -> None:
    inner = ["rate", "names", "lambda_", "fast"]
    assert list(options(Outer)) == ["out", "config", "steps", *inner, *(f"other.{name}" for name in inner)]


def test_words_override_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("0.5")
    assert parse(Outer, [f"--config={file}", "--out", "x"], "try").inner.rate == 0.5
    words = ["--config", str(file), "--rate", "0.7", "--out", "x"]
    assert parse(Outer, words, "try").inner.rate == 0.7


def test_spellings() -> None:
    words = ["--out=x", "--other.lambda", "3", "--lambda=2", "--no-fast", "--other.no_fast"]
    parsed = parse(Outer, words, "try")
    assert parsed.other == Inner(lambda_=3.0, fast=False)
    assert parsed.inner == Inner(lambda_=2.0, fast=False)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--out", "x", "--stps", "1"], "did you mean '--steps'?"),
        (["--out", "x", "--other.rat", "1"], "did you mean '--other.rate'?"),
        (["--out", "x", "--zzzz", "1"], "choose one of"),
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


def test_spell_is_the_inverse_of_parse() -> None:
    inner = Inner(rate=0.2, names=("a", "b"), lambda_=3.0, fast=False)
    command = Outer(Path("x"), steps=3, inner=inner, other=inner)
    words = spell(command)
    assert words[:6] == ["--out", "x", "--steps", "3", "--rate", "0.2"]
    assert parse(Outer, words, "try") == command
    record = Record("text/mail", 5, Path("demos"), resume=True)
    assert spell(record) == ["text/mail", "--episodes", "5", "--out", "demos", "--resume"]
    assert parse(Record, spell(record), "try") == record


def test_help_exits_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(Outer, ["--help"], "try")
    assert not caught.value.code
    assert "Step size." in capsys.readouterr().out
