"""Driving environments: vehicle models, tasks, experts, rendering.

    lam_envs.driving.make_vec("LamDrive/Highway-v0", num_envs=256)    many environments in one compiled kernel

`make_vec` and the modules of this package are imported when they are first asked for, so that importing the package
stays light.
"""

from __future__ import annotations

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    if name == "make_vec":
        return importlib.import_module("lam_envs.driving.vector").make_vec
    if name == "parity":
        return importlib.import_module("lam_envs.driving.parity")
    raise AttributeError(f"module 'lam_envs.driving' has no attribute '{name}'")
