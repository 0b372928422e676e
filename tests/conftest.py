"""Shared test set-up: shapes in annotations are checked, torch keeps to one thread, and small fixtures.

The jaxtyping hook makes beartype check every annotated array of `lam_gym.models` and `lam_gym.training` as the tests
call them; outside the tests those annotations cost nothing. Nothing here imports torch, so tests of the lower layers
start at once.
"""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from beartype import BeartypeConf, beartype
from jaxtyping import install_import_hook

os.environ.setdefault("OMP_NUM_THREADS", "1")
_checker = types.ModuleType("lam_gym_checker")
_checker.__dict__["check"] = beartype(conf=BeartypeConf(is_pep484_tower=True))  # an int is a float, as for mypy
sys.modules[_checker.__name__] = _checker
install_import_hook(["lam_gym.models", "lam_gym.training"], "lam_gym_checker.check")


@pytest.fixture(autouse=True)
def _one_torch_thread() -> None:
    """Two busy cores and two torch threads each are slower than one."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture
def in_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
