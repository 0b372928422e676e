"""Exchange with imitation and Minari: what comes back is what went out, and the other library can use it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from lam_gym.demonstrations.exchange import from_imitation, from_minari, to_imitation, to_minari
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadDemos, MissingExtra
from lam_gym.policy import ExpertPolicy, RandomPolicy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, get_task, register_task
from lam_gym.trajectory import Trajectory

NESTED_ID = "LamGymTests/Nested-v0"
NESTED = Task(name="test/nested", env_id=NESTED_ID, instruction="wait", max_episode_steps=3, success="return>=2")
TASKS = ("control/cartpole", "text/mail", "drive/lane-keeping", "babyai/GoToLocal", NESTED.name)


class NestedEnv(gymnasium.Env[dict[str, Any], Any]):
    """Every kind of space in one observation."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.observation_space = spaces.Dict(
            inner=spaces.Dict(place=spaces.Box(-10, 10, (2,)), word=spaces.Text(8)),
            pair=spaces.Tuple((spaces.Discrete(3), spaces.Dict(flags=spaces.MultiBinary(2)))),
            sizes=spaces.MultiDiscrete([3, 5]),
        )
        self.action_space = spaces.MultiDiscrete([2, 4])

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        super().reset(seed=seed)
        return self.look(), {}

    def step(self, action: Any) -> tuple[dict[str, Any], float, bool, bool, dict[str, Any]]:
        return self.look(), 1.0, False, False, {"speed/mean": 2.5}

    def look(self) -> dict[str, Any]:
        draw = self.np_random
        return {
            "inner": {
                "place": draw.uniform(-1, 1, 2).astype(np.float32),
                "word": ("yes", "no")[int(draw.integers(2))],
            },
            "pair": (draw.integers(3), {"flags": draw.integers(0, 2, 2).astype(np.int8)}),
            "sizes": draw.integers(0, 3, 2),
        }


@pytest.fixture(scope="module", autouse=True)
def _nested_task() -> Iterator[None]:
    gymnasium.register(NESTED_ID, NestedEnv)
    register_task(NESTED)
    yield
    gymnasium.registry.pop(NESTED_ID)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, _nested_task: None) -> dict[str, DemoStore]:
    """Three episodes of each task; the last of them by random actions."""
    made = {}
    for name in TASKS:
        if name.startswith("babyai"):
            pytest.importorskip("minigrid")
        expert = RandomPolicy(name) if name == NESTED.name else ExpertPolicy(name)
        store = DemoStore.create(tmp_path_factory.mktemp("demos") / "store", name)
        store.append(rollout(expert, name, [3, 4]) + rollout(RandomPolicy(name), name, [5]))
        made[name] = store
    return made


@pytest.fixture
def minari(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "minari"))
    return pytest.importorskip("minari")


def assert_equal(left: DemoStore, right: DemoStore) -> None:
    assert len(left) == len(right)
    for mine, theirs in zip(left, right):
        assert mine.equals(theirs)


# ---- imitation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_imitation_and_back(stores: dict[str, DemoStore], name: str, tmp_path: Path) -> None:
    source = stores[name]
    there = to_imitation(source)
    assert [len(trajectory) for trajectory in there] == [len(trajectory) for trajectory in source]
    assert all(trajectory.terminal for trajectory in there)
    assert [bool(t.infos[-1]["success"]) for t in there] == [t.success for t in source]
    assert_equal(from_imitation(there, name, tmp_path / "back"), source)


def test_imitation_can_use_them(stores: dict[str, DemoStore]) -> None:
    from imitation.data import rollout as imitation_rollout

    flat = imitation_rollout.flatten_trajectories_with_rew(to_imitation(stores["drive/lane-keeping"]))
    assert len(flat) == stores["drive/lane-keeping"].meta["steps"]
    assert flat.obs.dtype == np.float32
    image = imitation_rollout.flatten_trajectories(to_imitation(stores["babyai/GoToLocal"])).obs
    assert set(image.keys()) == {"image", "direction", "mission"}


def test_imitations_own_trajectories_become_demos(tmp_path: Path) -> None:
    from imitation.data.types import TrajectoryWithRew

    observations = np.zeros((501, 4), np.float32)
    clock = np.array([{}] * 499 + [{"TimeLimit.truncated": True}], dtype=object)
    foreign = [
        TrajectoryWithRew(
            obs=observations, acts=np.zeros(500, np.int32), infos=clock, terminal=True, rews=np.ones(500, np.float32)
        ),
        TrajectoryWithRew(obs=observations[:4], acts=np.zeros(3, np.int32), infos=None, terminal=True, rews=np.ones(3)),
    ]
    store = from_imitation(foreign, "control/cartpole", tmp_path / "demos", expert="ppo")
    assert store.meta["expert"] == "ppo"
    assert [trajectory.seed for trajectory in store] == [-1, -2]
    assert [trajectory.success for trajectory in store] == [True, False]
    assert [trajectory.truncated for trajectory in store] == [True, False]
    assert [trajectory.terminated for trajectory in store] == [False, True]
    assert store[0].actions.dtype == np.int64
    assert store[0].rewards.dtype == np.float64
    assert store[0].admissible_actions is None


def test_trajectories_of_another_task_are_refused(stores: dict[str, DemoStore], tmp_path: Path) -> None:
    there = to_imitation(stores["drive/lane-keeping"])
    with pytest.raises(BadDemos, match="do not fit task 'control/cartpole'"):
        from_imitation(there, "control/cartpole", tmp_path / "demos")


# ---- Minari ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
def test_minari_and_back(stores: dict[str, DemoStore], name: str, tmp_path: Path, minari: Any) -> None:
    source, task = stores[name], get_task(name)
    to_minari(source, "there-expert-v0")
    assert (tmp_path / "minari" / "there-expert-v0").is_dir()
    dataset = minari.load_dataset("there-expert-v0")
    assert dataset.total_episodes == len(source)
    assert dataset.total_steps == source.meta["steps"]
    env = dataset.recover_environment()
    assert env.spec.id == task.env_id
    assert env.spec.max_episode_steps == task.max_episode_steps
    assert env.spec.kwargs.items() >= dict(task.kwargs).items()
    env.reset(seed=3)
    env.close()
    assert_equal(from_minari("there-expert-v0", name, tmp_path / "back"), source)


def test_minari_sees_the_task_as_it_is(stores: dict[str, DemoStore], minari: Any) -> None:
    dataset = to_minari(stores["text/mail"], "mail-expert-v3", author="A. Berg")
    episode = dataset[0]
    source = stores["text/mail"][0]
    assert list(episode.observations["screen"]) == list(source.fields()["screen"])
    assert list(episode.actions) == list(source.actions)
    assert episode.terminations.tolist() == [False] * (len(source) - 1) + [True]
    assert dataset.observation_space == dataset.recover_environment().observation_space
    assert dataset.storage.metadata["author"] in ("A. Berg", {"A. Berg"})
    assert dataset.storage.metadata["algorithm_name"] == "lam_envs.text.experts:mail"
    images = to_minari(stores["babyai/GoToLocal"], "rooms-expert-v0")
    assert images.observation_space["mission"].contains(stores["babyai/GoToLocal"][0].fields()["mission"][0])
    assert np.array_equal(images[0].observations["image"], stores["babyai/GoToLocal"][0].fields()["image"])


def test_kwargs_travel_with_the_data_set(tmp_path: Path, minari: Any) -> None:
    own = replace(NESTED, name="tests/unregistered", kwargs={"scale": 2.0})
    store = DemoStore.create(tmp_path / "demos", own)
    store.append(rollout(RandomPolicy(own), own, [1]))
    to_minari(store, "nested-random-v0")
    assert minari.load_dataset("nested-random-v0").recover_environment().unwrapped.scale == 2.0


def test_minaris_own_data_sets_become_demos(tmp_path: Path, minari: Any) -> None:
    expected = rollout(_Left(), "control/cartpole", [1, 2])
    buffer = vars(minari.data_collector).get("EpisodeBuffer", dict)
    facts = {"algorithm_name": "left", "author": "x", "author_email": "x", "code_permalink": "x"}
    if minari.__version__.startswith("0.4"):
        facts["minari_version"] = "~=0.4"
    else:
        facts["description"] = "x"
    minari.create_dataset_from_buffers(
        "cart-left-v0",
        buffer=[
            buffer(
                seed=trajectory.seed or None,
                observations=trajectory.observations,
                actions=trajectory.actions.astype(np.int32),
                rewards=trajectory.rewards.astype(np.float32),
                terminations=np.arange(1, len(trajectory) + 1) == len(trajectory),
                truncations=np.zeros(len(trajectory), bool),
            )
            for trajectory in expected
        ],
        env=gymnasium.make("CartPole-v1"),
        eval_env="CartPole-v1",
        **facts,
    )
    store = from_minari("cart-left-v0", "control/cartpole", tmp_path / "demos")
    assert store.meta["expert"] == "left"
    for mine, theirs in zip(store, expected):
        assert mine.equals(theirs)
    assert not any(trajectory.success for trajectory in store)


class _Left:
    def start(self, task: Task, num_envs: int) -> None:
        return None

    def act(self, observations: Any, memory: Any) -> Any:
        return [0] * len(observations), memory


def test_what_minari_cannot_take_is_answered(stores: dict[str, DemoStore], tmp_path: Path, minari: Any) -> None:
    cart = stores["control/cartpole"]
    with pytest.raises(BadDemos, match="no id of a data set"):
        to_minari(cart, "no version")
    to_minari(cart, "cart-expert-v0")
    with pytest.raises(BadDemos, match="already has a data set"):
        to_minari(cart, "cart-expert-v0")
    with pytest.raises(BadDemos, match="no local Minari data set 'gone-expert-v0'"):
        from_minari("gone-expert-v0", "control/cartpole", tmp_path / "demos")
    with pytest.raises(BadDemos, match="do not fit task 'drive/lane-keeping'"):
        from_minari("cart-expert-v0", "drive/lane-keeping", tmp_path / "lane")
    empty = DemoStore.create(tmp_path / "empty", "control/cartpole")
    with pytest.raises(BadDemos, match="no episodes"):
        to_minari(empty, "empty-expert-v0")


def test_minari_is_an_extra(stores: dict[str, DemoStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "minari", None)
    with pytest.raises(MissingExtra, match=r"pip install 'lam-gym\[minari\]'"):
        to_minari(stores["control/cartpole"], "cart-expert-v0")
    with pytest.raises(MissingExtra):
        from_minari("cart-expert-v0", "control/cartpole", tmp_path / "demos")


def test_a_trajectory_is_enough_for_imitation() -> None:
    plain = Trajectory("toy", 7, np.zeros((2, 3)), np.zeros((1, 2)), np.ones(1), False, True, False)
    (there,) = to_imitation([plain])
    assert there.infos[-1]["TimeLimit.truncated"]
    assert there.infos[-1]["lam_gym"]["seed"] == 7
