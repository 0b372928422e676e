"""README.md: its Python block and its commands run as written, with tiny sizes."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from lam_gym import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CATALOGUE = (ROOT / "envs" / "README.md").read_text()
TINY = {"episodes": 6, "steps": 2}


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def tiny(code: str) -> str:
    """The code with small numbers of episodes and steps."""
    for name, size in TINY.items():
        code = re.sub(rf"\b{name}=\d+", f"{name}={size}", code)
    return code


@pytest.mark.parametrize("code", blocks(README, "python") + blocks(CATALOGUE, "python"))
def test_python_blocks_run(code: str, in_tmp_path: Path) -> None:
    exec(compile(tiny(code), "README.md", "exec"), {"__name__": "__main__"})


def test_twelve_lines_of_code() -> None:
    code = blocks(README, "python")[0]
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 14


def test_commands_exist() -> None:
    inline = re.findall(r"`(lam-gym [^`]*)`", README)
    fenced = [
        part.strip() for block in blocks(README, "bash") for line in block.splitlines() for part in line.split("&&")
    ]
    commands = [command.partition("#")[0] for command in inline + fenced if command.startswith("lam-gym ")]
    assert len(commands) >= 8
    for command in commands:
        words = shlex.split(command.replace("\\|", "|").replace("COMMAND", "tasks"))[1:]
        for name in words[1].split("|") if words[0] == "data" else [""]:
            assert cli.select([words[0], *([name] if name else words[1:])])


def test_the_test_command_is_what_ci_runs() -> None:
    assert "pip install '.[dev]' && pytest" in README
    assert "pip install . && lam-gym quickstart" in README
    script = (ROOT / ".ci" / "run").read_text()
    assert "'.[dev]'" in script
    assert "/pytest" in script


def test_benchmark_figures_are_those_of_the_results() -> None:
    summary = runpy.run_path(str(ROOT / "examples" / "benchmarks" / "summary.py"))
    assert f"{summary['BEGIN']}\n{summary['table']()}\n{summary['END']}" in README


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
