"""How the driving kernels are compiled: one decorator, so that every kernel is built the same way.

Kernels are plain scalar Python over NumPy arrays. Numba compiles them; with `NUMBA_DISABLE_JIT=1` in the environment
the very same source runs uncompiled, slowly, and gives the same numbers. To keep that true a kernel converts what it
reads from integer arrays by `int(...)` before it multiplies, and never mixes signed and unsigned integers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile `function` by numba at its first call, cached on disk, with NumPy's division and without the GIL."""
    compiled: Function = njit(cache=True, error_model="numpy", nogil=True)(function)
    return compiled


def inlined(function: Function) -> Function:
    """As `kernel`, for the small functions that kernels call: LLVM inlines them, so they are not cached apart."""
    compiled: Function = njit(error_model="numpy", nogil=True)(function)
    return compiled
