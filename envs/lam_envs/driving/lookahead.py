"""Experts that look ahead on the simulator itself: play every short plan on copies of the live state, take the best.

A plan is `depth` actions and then IDLE up to `steps` policy steps. Its value is the discounted sum of rewards; with a
`margin`, less what the margin costs: time to collision that falls below `bound`, and whatever `penalty` counts. The
return-maximising form knows what the traffic will do and drives at the edge, so it bounds what is possible and is hard
to imitate; the form with a margin keeps the distances that a clone needs.

    expert = LookaheadExpert(env, depth=2, steps=5)      env: a live driving environment after its reset
    expert.act(observation)                              the observation is not needed

Letters: A actions, P = A^depth plans.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.metrics import GAP_MIN, HORIZON
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv

IDLE = 1
"""The action that keeps targets, in tasks of 5 meta-actions (0 LANE_LEFT, 2 LANE_RIGHT, 3 FASTER, 4 SLOWER)."""

Penalty = Callable[[DrivingVectorEnv], NDArray[np.float64]]
"""What the present state of each environment of a batch costs beside the time to collision, [num_envs], mostly 0."""


class LookaheadExpert:
    """The best first action by exhaustive search; ties go to IDLE, then to the lower action.

    Args:
        env: a live single driving environment with discrete actions.
        depth: actions of a plan that vary.
        steps: policy steps that are played.
        discount: weight of a reward one step later.
        margin: cost of a plan whose time to collision falls to 0; 0 maximises the return.
        bound: time to collision below which the margin costs [s]; at most 3.
        penalty: further costs of each state on the way, weighted by the margin.
        idle: the action that plans end with.
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        depth: int = 2,
        steps: int = 4,
        discount: float = 0.95,
        margin: float = 0.0,
        bound: float = 2.0,
        penalty: Penalty | None = None,
        idle: int = IDLE,
    ) -> None:
        single = env.unwrapped
        if not isinstance(single, DrivingEnv) or not isinstance(single.action_space, gymnasium.spaces.Discrete):
            raise ValueError(f"expected a driving environment with discrete actions, got {single}: use another expert")
        if not 1 <= depth <= steps or not 0.0 < bound <= HORIZON:
            raise ValueError(f"expected 1 <= depth <= steps and a bound up to 3 s, got {depth}, {steps}, {bound}")
        self._single, self._depth, self._steps, self._discount = single, depth, steps, discount
        self._margin, self._bound, self._penalty = margin, bound, penalty
        self.order = [idle, *(action for action in range(int(single.action_space.n)) if action != idle)]
        """Actions in the order of preference where values are equal."""
        self._plans = make_plans(tuple(self.order), depth, steps, idle)
        arguments = tuple(sorted(single.arguments.items()))
        vector_class: Any = single.vector_class
        self._batch = copies(vector_class, len(self._plans), arguments)

    def act(self, observation: Any) -> int:
        """The first action of the best plan from the environment's present state."""
        return self.order[int(self.action_values().argmax())]

    def action_values(self) -> NDArray[np.float64]:
        """The value of the best plan that starts with each action, [A] in the order of `order`."""
        values: NDArray[np.float64] = self.plan_values().reshape(len(self.order), -1).max(1)
        return values

    def plan_values(self) -> NDArray[np.float64]:
        """The value of every plan, [P]."""
        batch = self._batch
        batch.set_state(self._single.get_state(), np.arange(len(self._plans)))
        state = batch.state
        state["accumulators"][:, GAP_MIN] = HORIZON  # of the plan alone, not of the episode so far
        values, weight = np.zeros(len(self._plans)), 1.0
        for actions in self._plans.T:
            running = ~(batch.terminated | batch.truncated)
            batch.run(actions)
            values += weight * batch.rewards * running
            if self._margin and self._penalty is not None:
                values -= weight * self._margin * self._penalty(batch) * running
            weight *= self._discount
        if self._margin:
            values -= self._margin * np.maximum(1.0 - state["accumulators"][:, GAP_MIN] / self._bound, 0.0)
        return values


@lru_cache(maxsize=8)
def make_plans(order: tuple[int, ...], depth: int, steps: int, idle: int) -> NDArray[np.int64]:
    """Every sequence of `depth` actions, in the order of `order`, followed by idle ones: [P, steps]."""
    heads = np.array(list(product(order, repeat=depth)), dtype=np.int64)
    return np.concatenate([heads, np.full((len(heads), steps - depth), idle)], axis=1)


@lru_cache(maxsize=8)
def copies(vector_class: Any, count: int, arguments: tuple[tuple[str, Any], ...]) -> Any:
    """A batch to play plans in, shared by the experts of all environments with the same arguments."""
    return vector_class(count, autoreset="disabled", **dict(arguments))
