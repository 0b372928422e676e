"""Experts of the highway.

    rule                the rule driver of `highway_rules`, a function of the native kinematics: to be imitated
    margin_lookahead    the best of 25 plans on the simulator itself, which keeps gaps: sees the whole state
    lookahead           the same without margins, which maximises the return: an upper bound

`factory(env)` takes a live environment after its reset and gives an object with `act(observation) -> action`. None of
them remembers or draws anything. The rule driver knows what it is shown, the others also what will happen.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import kernel
from lam_envs.driving.highway_rules import drive_highway
from lam_envs.driving.lookahead import LookaheadExpert
from lam_envs.driving.motion import LANE_WIDTH, LENGTH, WIDTH
from lam_envs.driving.traffic import SPEED, TARGET, X, Y
from lam_envs.driving.vector import DrivingEnv, DrivingVectorEnv

MARGIN = 0.5
"""What a plan that just does not collide costs beside its return."""
HEADWAY = 1.0
"""Time headway to a leader below which the margin costs [s]."""
LEAST_GAP = 3.0
"""Gap below which it costs in full [m]."""


class RuleDriver:
    """`drive_highway` as an expert."""

    def act(self, observation: NDArray[Any]) -> int:
        """The action for an observation [K, 10] of the native kinematics."""
        return int(drive_highway(observation))


def rule(env: gymnasium.Env[Any, Any]) -> RuleDriver:
    """The rule driver; ValueError where the environment shows other observations."""
    single = env.unwrapped
    if not isinstance(single, DrivingEnv) or single.batch.view != "kinematics":
        raise ValueError("expected the highway with observation='kinematics', got another: use a lookahead there")
    return RuleDriver()


@kernel
def gap_costs(
    blocks: NDArray[np.float64], codes: NDArray[np.int64], counts: NDArray[np.int64], costs: NDArray[np.float64]
) -> None:
    """Fill `costs` [num_envs]: 0 where the ego keeps its headways to both sides, up to 1 where it keeps none.

    Counted are vehicles beside the ego's own course: less than a lane aside of where it is or of its target lane.
    """
    for row in range(blocks.shape[0]):
        block, worst = blocks[row], 0.0
        center = LANE_WIDTH * int(codes[row, TARGET, 0])
        for other in range(1, int(counts[row])):
            y = block[Y, other]
            if min(abs(y - block[Y, 0]), abs(y - center)) > WIDTH + 0.5:
                continue
            distance = block[X, other] - block[X, 0]
            rear = block[SPEED, 0] if distance > 0.0 else block[SPEED, other]
            wanted = LEAST_GAP + HEADWAY * max(rear, 0.0)
            worst = max(worst, 1.0 - (abs(distance) - LENGTH) / wanted)
        costs[row] = min(worst, 1.0)


def measure_gaps(batch: DrivingVectorEnv) -> NDArray[np.float64]:
    """`gap_costs` of a batch of highways."""
    costs = np.zeros(batch.num_envs)
    gap_costs(batch.state["blocks"], batch.state["codes"], batch.state["counts"], costs)
    return costs


def margin_lookahead(env: gymnasium.Env[Any, Any]) -> LookaheadExpert:
    """Every 2 actions then idle over 5 s, with costs for small gaps and times to collision."""
    return LookaheadExpert(env, depth=2, steps=5, margin=MARGIN, penalty=measure_gaps)


def lookahead(env: gymnasium.Env[Any, Any]) -> LookaheadExpert:
    """Every 2 actions then idle over 5 s, for the return alone."""
    return LookaheadExpert(env, depth=2, steps=5)
