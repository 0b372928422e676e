"""The shape of the house: sizes, names, imports and the top level, read from the source with `ast`."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted([*ROOT.glob("lam_gym/**/*.py"), *ROOT.glob("envs/lam_envs/**/*.py")])
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "misc"}
FOLDERS = {"lam_gym", "envs", "demos", "examples", "tests"}
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_LOOP, MOST_METHODS = 400, 60, 120, 12
HEAVY = ("torch", "stable_baselines3", "imitation", "pyarrow", "gymnasium", "sklearn", "tyro")
SHARE_A_NAME = {"lam_gym/evaluation/evaluate.py"}  # named so by the layout
TRAINING_LOOP = ("lam_gym/training/joint.py", "train")

each_module = pytest.mark.parametrize("path", MODULES, ids=NAMES)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Function]]:
    """Every function and method with its dotted name; functions inside functions are left to their owner."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield inside + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node, f"{inside}{node.name}.")
        else:
            yield from functions(node, inside)


@each_module
def test_sizes(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    name = str(path.relative_to(ROOT))
    assert text.count("\n") <= LONGEST_MODULE
    for function_name, node in functions(tree):
        limit = LONGEST_LOOP if (name, function_name) == TRAINING_LOOP else LONGEST_FUNCTION
        lines = (node.end_lineno or 0) - node.lineno + 1
        assert lines <= limit, f"{function_name} has {lines} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            public = [item.name for item in node.body if isinstance(item, Function) and not item.name.startswith("_")]
            assert len(public) <= MOST_METHODS, f"{node.name} has {len(public)} public methods"


@each_module
def test_manners(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert path.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(tree), "a module opens with what it is"
    bare = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type is None]
    assert not bare, f"bare except in lines {bare}"
    public = [(name, node) for name, node in functions(tree) if not any(part[0] == "_" for part in name.split("."))]
    silent = [name for name, node in public if "." not in name and not ast.get_docstring(node)]
    assert not silent, f"public functions without a docstring: {silent}"
    if str(path.relative_to(ROOT)) not in SHARE_A_NAME:
        assert path.stem not in {name for name, _ in public}, "a module never shares its name with its function"
    if path.name == "__init__.py" and path.parent.name not in ("lam_gym", "lam_envs", "driving"):
        assert len(tree.body) == 1, "a package's __init__.py holds its docstring and nothing else"


@pytest.mark.parametrize("module", ["lam_gym", "lam_gym.cli"])
def test_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*(name for name in {HEAVY} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_top_level() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    folders = {name.split("/")[0] for name in listed if "/" in name and not name.startswith(".")}
    if not listed:
        pytest.skip("not a git checkout")
    assert folders <= FOLDERS
    assert "envs/__init__.py" not in listed
    assert "demos/__init__.py" not in listed
