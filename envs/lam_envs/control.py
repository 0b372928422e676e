"""A hand-written controller of Gymnasium's CartPole-v1.

Letters: x cart position [m], x' its speed [m/s], theta pole angle [rad], theta' its rate [rad/s].
"""

from __future__ import annotations

from typing import Any

import gymnasium
from numpy.typing import NDArray

GAINS = (0.1, 0.3, 1.0, 0.5)
"""Weights of x, x', theta, theta' in the feedback."""


class LinearController:
    """Deterministic linear feedback: push right when the weighted sum of the state is positive."""

    def act(self, observation: NDArray[Any]) -> int:
        """1 (right) if 0.1 x + 0.3 x' + theta + 0.5 theta' > 0, else 0 (left), for an observation `[4]`."""
        return int(sum(gain * value for gain, value in zip(GAINS, observation.tolist())) > 0.0)


def cartpole_controller(env: gymnasium.Env[Any, Any]) -> LinearController:
    """The controller; it looks at nothing but the observations."""
    return LinearController()
