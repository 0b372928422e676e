"""Lookahead experts: every plan once, the live state untouched, margins that keep a distance."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

from lam_envs.driving.highway import HighwayEnv
from lam_envs.driving.highway_experts import lookahead, margin_lookahead, measure_gaps, rule
from lam_envs.driving.lookahead import LookaheadExpert, make_plans
from lam_envs.driving.traffic import SPEED, X, Y

FASTER = 3


@pytest.fixture
def env() -> HighwayEnv:
    made = HighwayEnv()
    made.reset(seed=5)
    return made


def put_leader(env: HighwayEnv, distance: float, speed: float, target_speed: float = 20.0) -> None:
    """Only one other vehicle, ahead in the ego's lane."""
    state = env.get_state()
    state["counts"][:] = 2
    block = state["blocks"][0]
    block[X, 1], block[Y, 1], block[SPEED, 1] = block[X, 0] + distance, block[Y, 0], speed
    block[6, 0] = block[SPEED, 0] = target_speed
    state["codes"][0, :2, 1] = state["codes"][0, :2, 0]
    state["codes"][0, 4, :2] = (0, 1)
    env.set_state(state)


def play(env: HighwayEnv, expert: Any) -> tuple[float, dict[str, Any]]:
    total = 0.0
    while True:
        _, reward, terminated, truncated, info = env.step(expert.act(None))
        total += reward
        if terminated or truncated:
            return total, info


def test_plans() -> None:
    plans = make_plans((1, 0, 2), 2, 4, 1)
    assert plans.shape == (9, 4)
    assert len({tuple(plan) for plan in plans}) == 9
    assert plans[0].tolist() == [1, 1, 1, 1]
    assert plans[5].tolist() == [0, 2, 1, 1]
    assert (plans[:, 2:] == 1).all()


def test_the_best_plan_is_found_by_hand(env: HighwayEnv) -> None:
    """Each value equals that of playing the plan on a second environment."""
    expert = LookaheadExpert(env, depth=1, steps=3, discount=0.5)
    values = expert.plan_values()
    before = env.get_state()
    for action, value in zip(expert.order, values):
        twin = HighwayEnv()
        twin.reset(seed=0)
        twin.set_state(before)
        rewards = [twin.step(step)[1] for step in (action, 1, 1)]
        assert value == pytest.approx(rewards[0] + 0.5 * rewards[1] + 0.25 * rewards[2])
    assert expert.act(None) == expert.order[int(values.argmax())]
    assert (expert.action_values() == values).all()


def test_looking_ahead_leaves_the_live_state_alone(env: HighwayEnv) -> None:
    before = env.get_state()
    expert = margin_lookahead(env)
    chosen = {expert.act(None) for _ in range(3)}
    assert len(chosen) == 1
    after = env.get_state()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_margins_keep_a_distance(env: HighwayEnv) -> None:
    put_leader(env, 300.0, 20.0)
    assert margin_lookahead(env).act(None) == FASTER
    put_leader(env, 16.0, 20.0)
    assert measure_gaps(env.batch)[0] == pytest.approx(1 - 11 / 23)
    edge, margin = (LookaheadExpert(env, depth=2, steps=3, margin=m, penalty=measure_gaps) for m in (0.0, 2.0))
    assert (margin.plan_values() <= edge.plan_values() + 1e-12).all()
    assert margin.action_values()[0] < edge.action_values()[0]
    put_leader(env, 300.0, 20.0)
    assert measure_gaps(env.batch)[0] == 0.0


def test_episodes(env: HighwayEnv) -> None:
    """The upper bound earns most; all three arrive."""
    returns = {}
    for factory in (rule, margin_lookahead, lookahead):
        env.reset(seed=8)
        expert = factory(env)
        total, observation = 0.0, env.batch.observations[0].copy()
        for _ in range(25):
            observation, reward, terminated, *_ = env.step(expert.act(observation))
            assert not terminated
            total += reward
        returns[factory.__name__] = total
    assert returns["rule"] < returns["lookahead"]
    assert returns["margin_lookahead"] < returns["lookahead"]


def test_refusals(env: HighwayEnv) -> None:
    with pytest.raises(ValueError, match="1 <= depth <= steps"):
        LookaheadExpert(env, depth=3, steps=2)
    with pytest.raises(ValueError, match="bound up to 3 s"):
        LookaheadExpert(env, bound=4.0)
    with pytest.raises(ValueError, match="discrete actions"):
        LookaheadExpert(gymnasium.make("CartPole-v1"))
    with pytest.raises(ValueError, match="observation='kinematics'"):
        rule(HighwayEnv(observation="grid"))


def test_a_whole_episode_ends_with_metrics(env: HighwayEnv) -> None:
    _, info = play(env, margin_lookahead(env))
    assert info["success"]
    assert not info["collision"]
