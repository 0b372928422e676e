"""Errors that a person can act on: one sentence saying what was expected, what came and what to do.

The command line prints the sentence and exits with code 2; it never shows a traceback for these.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LamGymError(Exception):
    """Base of every error that lam-gym raises on bad input."""


class UnknownTask(LamGymError):
    """A task name that is not in the table."""


class MissingExtra(LamGymError):
    """An optional dependency that is not installed."""


class BadTrajectory(LamGymError):
    """Arrays that do not make up one episode."""


class BadDemos(LamGymError):
    """A demonstration store that is missing, corrupt or of another format."""


class BadCheckpoint(LamGymError):
    """A checkpoint that is missing, corrupt or made for other spaces."""


class BadConfig(LamGymError):
    """A setting that is unknown or out of range."""


def nearest(name: str, options: Iterable[str]) -> str:
    """A hint that ends an error sentence: the option closest to `name`, or the list of all options."""
    known = sorted(options)
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"choose one of {', '.join(known)}."
