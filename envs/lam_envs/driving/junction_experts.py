"""Experts of the merge, the intersection and the roundabout: rule drivers, and lookaheads that keep a margin.

`factory(env)` gives an object with `act(observation) -> action`; nothing is drawn and nothing is remembered. The rule
drivers decide by what an observation shows, so that they can be imitated; the lookaheads know what the traffic will do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.junction import JunctionVectorEnv
from lam_envs.driving.lookahead import LookaheadExpert
from lam_envs.driving.merge_rules import merge_action


class RuleDriver:
    """A rule as an expert."""

    def __init__(self, rule: Callable[[NDArray[Any]], int]) -> None:
        self._rule = rule

    def act(self, observation: NDArray[Any]) -> int:
        """The action for an observation `[rows, features]`."""
        return int(self._rule(observation))


class JunctionDriver:
    """The rule driver of the intersection and the roundabout (`junction_rules`), on a live environment."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        batch = getattr(env.unwrapped, "batch", None)
        if not isinstance(batch, JunctionVectorEnv):
            raise ValueError(f"expected an intersection or a roundabout, got {env.unwrapped}: use its own expert")
        self._batch = batch
        self._actions = np.zeros(1, np.int64)

    def act(self, observation: Any) -> int:
        """The action for the environment's present state; it uses what an observation shows."""
        self._batch.rule_actions(self._actions)
        return int(self._actions[0])


def merge_driver(env: gymnasium.Env[Any, Any]) -> RuleDriver:
    """The rule driver of the merge (`merge_rules`)."""
    return RuleDriver(merge_action)


def junction_driver(env: gymnasium.Env[Any, Any]) -> JunctionDriver:
    """The rule driver of the intersection and the roundabout."""
    return JunctionDriver(env)


def merge_lookahead(env: gymnasium.Env[Any, Any]) -> LookaheadExpert:
    """The margin lookahead of the merge: 5^2 plans over 4 s on the simulator itself, keeping a time to collision."""
    return LookaheadExpert(env, depth=2, steps=8, margin=1.0, bound=2.5)


def junction_lookahead(env: gymnasium.Env[Any, Any]) -> LookaheadExpert:
    """The margin lookahead of the intersection and the roundabout: 3^3 plans over 6 s."""
    return LookaheadExpert(env, depth=3, steps=12, margin=1.0, bound=2.5)
