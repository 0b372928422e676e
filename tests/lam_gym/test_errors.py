"""Errors: one family, and hints that name the nearest option."""

from __future__ import annotations

import pytest

from lam_gym import errors
from lam_gym.errors import LamGymError, nearest


def test_one_family() -> None:
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(kinds) == 7
    assert all(issubclass(kind, LamGymError) for kind in kinds)
    assert all(kind.__doc__ for kind in kinds)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("text/mial", "did you mean 'text/mail'?"),
        ("cartpole", "did you mean 'control/cartpole'?"),
        ("zzz", "choose one of control/cartpole, text/mail."),
    ],
)
def test_hints(name: str, hint: str) -> None:
    assert nearest(name, ["text/mail", "control/cartpole"]) == hint
