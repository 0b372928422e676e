"""Experts of the junctions: rule drivers, each a function of the observation alone.

`factory(env)` gives an object with `act(observation) -> action`; nothing is drawn and nothing is remembered, so an
expert answers one observation always in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
from numpy.typing import NDArray

from lam_envs.driving.merge_rules import merge_action


class RuleDriver:
    """A rule as an expert."""

    def __init__(self, rule: Callable[[NDArray[Any]], int]) -> None:
        self._rule = rule

    def act(self, observation: NDArray[Any]) -> int:
        """The action for an observation `[rows, features]`."""
        return int(self._rule(observation))


def merge_driver(env: gymnasium.Env[Any, Any]) -> RuleDriver:
    """The rule driver of the merge (`merge_rules`)."""
    return RuleDriver(merge_action)
