"""highway-env's environments as tasks: their constants, what they tell and show, and experts for them."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest

highway_env = pytest.importorskip("highway_env")

from lam_envs import third_party  # noqa: E402
from lam_envs.driving import highway_env as adapter  # noqa: E402
from lam_gym.policy import ExpertPolicy  # noqa: E402
from lam_gym.rollouts import rollout  # noqa: E402
from lam_gym.task import TASKS, get_task, make_env  # noqa: E402

third_party.require("highway_env", "highway")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


def traffic(env: gymnasium.Env[Any, Any], steps: int = 4) -> np.ndarray:
    """Where everyone is after some idle steps."""
    env.reset(seed=0)
    for _ in range(steps):
        env.step(1)
    return np.array([vehicle.position for vehicle in env.unwrapped.road.vehicles])  # type: ignore[attr-defined]


def make(name: str, **arguments: Any) -> gymnasium.Env[Any, Any]:
    return gymnasium.make(f"highway-env/{name}", **arguments)


def test_an_intersection_leaves_other_environments_alone() -> None:
    """In highway-env itself the second run differs from the first by meters."""
    before = traffic(make("highway-fast-v0"))
    outside = adapter.read_constants()
    intersection = make("intersection-v0")
    traffic(intersection)
    assert adapter.read_constants() == outside
    while not isinstance(intersection, adapter.HighwayEnvTask):
        intersection = intersection.env  # type: ignore[attr-defined]
    assert {value for key, value in intersection._constants.items() if key[1] == "DISTANCE_WANTED"} == {7}
    assert np.array_equal(traffic(make("highway-fast-v0")), before)


def test_constants_that_were_changed_before_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from highway_env.vehicle.behavior import IDMVehicle

    monkeypatch.setattr(IDMVehicle, "DISTANCE_WANTED", 7)
    with pytest.raises(ValueError, match=r"expected IDMVehicle\.DISTANCE_WANTED to be 10"):
        make("highway-fast-v0")


@pytest.mark.parametrize("name", adapter.TIME_LIMITS)
def test_every_id_shows_and_tells(name: str) -> None:
    env = make(name, render_mode="rgb_array")
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    env.action_space.seed(0)
    info: dict[str, Any] = {}
    for _ in range(3):
        _, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert isinstance(reward, float)
        if terminated or truncated:
            break
    assert set(info) == {
        "success",
        "collision",
        "off_road",
        "min_time_to_collision",
        "time_to_collision_within_bound",
        "mean_speed",
    }
    assert info["success"] is False
    assert env.render().ndim == 3  # type: ignore[union-attr]
    env.close()


def test_a_collision_is_told() -> None:
    env = make("highway-fast-v0")
    env.reset(seed=3)
    terminated, info = False, {}
    while not terminated:
        _, _, terminated, truncated, info = env.step(3)
        assert not truncated
    assert info["collision"]
    assert info["min_time_to_collision"] == 0.0
    assert not info["time_to_collision_within_bound"]
    assert 20.0 < info["mean_speed"] < 31.0


def test_the_native_view_shows_and_drives_like_our_highway() -> None:
    env = make("highway-fast-v0", view="native")
    ours = gymnasium.make("LamDrive/Highway-v0")
    assert env.observation_space == ours.observation_space
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    vehicle = env.unwrapped.vehicle  # type: ignore[attr-defined]
    speed_column = observation[0, 3] * 30.0
    assert speed_column == pytest.approx(vehicle.speed, abs=1e-4)
    for _ in range(4):
        observation, *_ = env.step(4)
    assert vehicle.target_speed < 20.0  # below the lowest level of highway-env's own actions
    with pytest.raises(ValueError, match="'native' for highway-v0, highway-fast-v0"):
        adapter.HighwayEnvTask("merge-v0", view="native")


def test_the_lookahead_drives_by_the_copied_state() -> None:
    env = make("highway-fast-v0")
    env.reset(seed=0)
    expert = adapter.lookahead_driver(env)
    observation: Any = None
    for _ in range(6):
        observation, _, terminated, _, _ = env.step(expert.act(observation))
        assert not terminated


def test_the_rule_driver_needs_the_native_view() -> None:
    env = make("highway-fast-v0", view="native")
    observation, _ = env.reset(seed=0)
    assert adapter.rule_driver(env).act(observation) in range(5)
    with pytest.raises(ValueError, match="ask for view='native'"):
        adapter.rule_driver(make("highway-fast-v0"))


def test_parking_is_solved_by_our_planner() -> None:
    trajectory = rollout(ExpertPolicy("highway-env/parking-v0"), "highway-env/parking-v0", [5], num_envs=1)[0]
    assert trajectory.success
    assert trajectory.metrics["collision"] == 0.0


def test_tasks_agree_with_the_ids() -> None:
    rows = {name.partition("/")[2]: task for name, task in TASKS.items() if name.startswith("highway-env/")}
    assert {name: task.max_episode_steps for name, task in rows.items()} == adapter.TIME_LIMITS
    twin = get_task("drive/highway@highway-env")
    assert make_env(twin).observation_space == make_env("drive/highway").observation_space
    assert make_env(twin).action_space == make_env("drive/highway").action_space
