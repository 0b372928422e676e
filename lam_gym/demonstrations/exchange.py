"""Demos to and from other libraries: imitation's trajectories and Minari's data sets.

    bc.BC(..., demonstrations=rollout.flatten_trajectories(to_imitation(store)))
    to_minari(store, "lane-expert-v0"); minari.load_dataset("lane-expert-v0").recover_environment()
    from_imitation(trajectories, "control/cartpole", "demos/cart")
    from_minari("lane-expert-v0", "drive/lane-keeping", "demos/lane")

What comes back from a round trip equals what went out (`Trajectory.equals`): what the other format has no field for
(success, metrics, admissible actions, explanations) travels in its infos. Foreign data fits in with two conversions,
and only these: integer actions become int64, rewards float64. Where foreign episodes carry no seed they are numbered
-1, -2, ...; where they carry no success, the task's own rule is applied to their rewards and last info.

imitation and minari are imported when used. Policies of SB3 become demos by recording them (`recording.record`).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.demonstrations.inspection import out_of_space
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadDemos, MissingExtra, UnknownTask
from lam_gym.task import Task, get_task, make_env, read_success
from lam_gym.trajectory import Trajectory, flatten_observation, stack

if TYPE_CHECKING:
    import gymnasium
    from imitation.data.types import TrajectoryWithRew

EPISODES_A_SHARD = 1000
OURS = "lam_gym"
"""Key of the last info under which an imitation trajectory carries what it has no field for."""


def to_imitation(demos: Iterable[Trajectory]) -> list[TrajectoryWithRew]:
    """The episodes of a store (or any trajectories) as imitation's trajectories.

    Dict observations become `DictObs`, texts object arrays. The infos of the last step hold "success" and, under
    "lam_gym", what the way back needs; those of each step hold the "admissible_actions" after it, where there are any.
    """
    from imitation.data.types import DictObs, TrajectoryWithRew

    return [
        TrajectoryWithRew(
            obs=DictObs(trajectory.observations)
            if isinstance(trajectory.observations, dict)
            else trajectory.observations,
            acts=trajectory.actions,
            infos=_infos(trajectory),
            terminal=True,
            rews=trajectory.rewards,
        )
        for trajectory in demos
    ]


def from_imitation(
    trajectories: Iterable[TrajectoryWithRew], task: Task | str, out: str | Path, expert: str = "imitation"
) -> DemoStore:
    """A new store at `out` with imitation's trajectories as demos of `task`.

    Raises BadDemos when the trajectories do not fit the task's spaces or `out` is taken.
    """
    task = get_task(task)
    store = DemoStore.create(out, task, expert=expert)
    return _fill(store, (_from_imitation(task, index, source) for index, source in enumerate(trajectories)))


def to_minari(
    store: DemoStore,
    dataset_id: str,
    author: str = "unknown",
    author_email: str = "unknown",
    code_permalink: str = "unknown",
) -> Any:
    """Write the store as the Minari data set `dataset_id` ("lane-expert-v0") and give that `MinariDataset`.

    Minari keeps its data sets in MINARI_DATASETS_PATH, or else in ~/.minari/datasets. `recover_environment` makes the
    task's environment with its arguments and time limit. A kind of space that Minari cannot describe is described as
    the text or the box of numbers that it holds. Frames are stored as they are, never as JPEG.

    Raises MissingExtra without minari, and BadDemos when the id is malformed or taken, or there is nothing to write.
    """
    minari = _import_minari()
    if not len(store):
        raise BadDemos(f"'{store.path}' has no episodes, which Minari cannot hold: record some first.")
    _check_id(minari, dataset_id)
    env = make_env(_task_of(store))
    observation_space = _portable_space(env.observation_space, store)
    action_space = _portable_space(env.action_space, store)
    spec = _portable_spec(env)
    env.close()
    settings = {
        "env": spec,
        "eval_env": spec,
        "algorithm_name": store.meta["expert"] or "unknown",
        "author": author,
        "author_email": author_email,
        "code_permalink": code_permalink,
        "observation_space": observation_space,
        "action_space": action_space,
        "description": f"Demonstrations of lam-gym's task {store.task}: {store.meta['instruction']}.",
        "requirements": [f"{name}=={version}" for name, version in store.meta["packages"].items() if name != "python"],
        "minari_version": _compatible_minari(),
        "data_format": "hdf5",
        "jpeg_encoding": False,
    }
    known = inspect.signature(minari.create_dataset_from_buffers).parameters
    buffers = (_buffer(minari, trajectory, observation_space) for trajectory in store)
    try:
        return minari.create_dataset_from_buffers(
            dataset_id, buffer=buffers, **{name: value for name, value in settings.items() if name in known}
        )
    except ValueError as error:
        if "already exist" not in str(error):
            raise
        raise BadDemos(
            f"Minari already has a data set '{dataset_id}': choose another version, or delete that one."
        ) from error


def from_minari(dataset_id: str, task: Task | str, out: str | Path, expert: str = "") -> DemoStore:
    """A new store at `out` with the episodes of a local Minari data set as demos of `task`.

    Raises MissingExtra without minari, and BadDemos when there is no such data set, it does not fit the task's spaces,
    or `out` is taken.
    """
    minari = _import_minari()
    task = get_task(task)
    try:
        dataset = minari.load_dataset(dataset_id)
    except (FileNotFoundError, ValueError) as error:
        raise BadDemos(
            f"There is no local Minari data set '{dataset_id}': check MINARI_DATASETS_PATH, or download it with "
            f"minari download {dataset_id}."
        ) from error
    name = expert or str(dataset.storage.metadata.get("algorithm_name", f"minari:{dataset_id}"))
    store = DemoStore.create(out, task, expert=name)
    return _fill(store, _from_minari(task, dataset))


def _fill(store: DemoStore, trajectories: Iterator[Trajectory]) -> DemoStore:
    """Append shard by shard, after checking the first episode against the store's spaces."""
    first = True
    while shard := list(islice(trajectories, EPISODES_A_SHARD)):
        fault = out_of_space(shard[0], store.meta["spaces"]) if first else ""
        if fault:
            raise BadDemos(f"These episodes do not fit task '{store.task}': the first one's {fault}.")
        store.append(shard)
        first = False
    return store


def _task_of(store: DemoStore) -> Task:
    """The store's task from the table, or as the store describes it when the table does not have it."""
    try:
        return get_task(store.task)
    except UnknownTask:
        keys = ("env_id", "kwargs", "instruction", "max_episode_steps", "requires")
        return Task(name=store.task, **{key: store.meta[key] for key in keys}, success=store.meta["success_rule"])


# ---- imitation -------------------------------------------------------------------------------------------------------


def _infos(trajectory: Trajectory) -> NDArray[Any]:
    infos: list[dict[str, Any]] = [{} for _ in range(len(trajectory))]
    offered = trajectory.admissible_actions
    if offered is not None:
        for info, actions in zip(infos, offered[1:]):
            info["admissible_actions"] = actions
    if trajectory.explanations is not None:
        for info, reason in zip(infos, trajectory.explanations):
            info["explanation"] = reason
    infos[-1]["success"] = trajectory.success
    infos[-1]["TimeLimit.truncated"] = trajectory.truncated and not trajectory.terminated
    infos[-1][OURS] = {
        "seed": trajectory.seed,
        "terminated": trajectory.terminated,
        "truncated": trajectory.truncated,
        "metrics": dict(trajectory.metrics),
        "first_admissible_actions": None if offered is None else offered[0],
    }
    return np.array(infos, dtype=object)


def _from_imitation(task: Task, index: int, source: TrajectoryWithRew) -> Trajectory:
    infos: Sequence[Mapping[str, Any]] = [{}] * len(source) if source.infos is None else list(source.infos)
    last = infos[-1]
    truncated = bool(last.get("TimeLimit.truncated", False))
    known = last.get(OURS, {"seed": -1 - index, "terminated": not truncated, "truncated": truncated})
    first = known.get("first_admissible_actions", ())
    offered = None
    if first is not None and all("admissible_actions" in info for info in infos):
        offered = tuple(tuple(actions) for actions in (first, *(info["admissible_actions"] for info in infos)))
    reasons = stack([info["explanation"] for info in infos]) if all("explanation" in info for info in infos) else None
    unwrap = getattr(source.obs, "unwrap", None)
    return Trajectory(
        task=task.name,
        seed=int(known["seed"]),
        observations=source.obs if unwrap is None else unwrap(),
        actions=_actions(source.acts),
        rewards=np.asarray(source.rews, dtype=np.float64),
        terminated=bool(known["terminated"]),
        truncated=bool(known["truncated"]),
        success=bool(last["success"]) if OURS in last else read_success(task, source.rews.tolist(), last),
        admissible_actions=offered,
        metrics=known.get("metrics", {}),
        explanations=reasons,
    )


def _actions(actions: NDArray[Any]) -> NDArray[Any]:
    """Actions in the dtypes that trajectories have."""
    if np.issubdtype(actions.dtype, np.integer):
        return actions.astype(np.int64, copy=False)
    return actions


# ---- Minari ----------------------------------------------------------------------------------------------------------


def _import_minari() -> Any:
    try:
        import minari
    except ImportError as error:
        raise MissingExtra("Minari data sets need the package minari: pip install 'lam-gym[minari]'.") from error
    return minari


def _check_id(minari: Any, dataset_id: str) -> None:
    from gymnasium.error import Error
    from minari.dataset.minari_dataset import parse_dataset_id

    try:
        valid = parse_dataset_id(dataset_id)[2] is not None
    except (Error, ValueError, TypeError):
        valid = False
    if not valid:
        raise BadDemos(
            f"'{dataset_id}' is no id of a data set for Minari {minari.__version__}: give a name and a version, "
            "such as lane-expert-v0."
        )


def _compatible_minari() -> str:
    """The versions that read what this one writes, as Minari itself says it."""
    from importlib.metadata import version

    return f"~={'.'.join(version('minari').split('.')[:2])}"


def _portable_spec(env: gymnasium.Env[Any, Any]) -> Any:
    """The environment's spec with its class named as "module:Class", which JSON can hold."""
    from copy import copy

    spec = copy(env.spec)
    assert spec is not None
    if not isinstance(spec.entry_point, str) and spec.entry_point is not None:
        spec.entry_point = f"{spec.entry_point.__module__}:{getattr(spec.entry_point, '__qualname__', '')}"
    return spec


def _portable_space(space: gymnasium.Space[Any], store: DemoStore) -> Any:
    """The space in kinds that every Minari describes: Box, Discrete, Text, Dict and Tuple of these."""
    from gymnasium import spaces

    if isinstance(space, spaces.Dict):
        return spaces.Dict({key: _portable_space(part, store) for key, part in space.spaces.items()})
    if isinstance(space, spaces.Tuple):
        return spaces.Tuple([_portable_space(part, store) for part in space.spaces])
    if isinstance(space, (spaces.Box, spaces.Discrete, spaces.Text)):
        return space
    if isinstance(space, spaces.MultiDiscrete):
        return spaces.Box(np.zeros_like(space.nvec), space.nvec - 1, dtype=space.nvec.dtype.type)
    if isinstance(space, spaces.MultiBinary):
        return spaces.Box(0, 1, space.shape, np.int8)
    texts = {
        text for episode in store for values in episode.fields().values() if values.dtype == object for text in values
    }
    printable = {chr(code) for code in range(32, 127)}
    return spaces.Text(max(map(len, texts), default=1), min_length=0, charset=frozenset(printable.union(*texts)))


def _buffer(minari: Any, trajectory: Trajectory, observation_space: Any) -> Any:
    """One episode as Minari takes it. Infos have T+1 entries, of which the last is the one about the episode."""
    steps = len(trajectory)
    ending = np.arange(1, steps + 1) == steps
    last = np.arange(steps + 1) == steps
    infos: dict[str, Any] = {
        "success": last & trajectory.success,
        "metrics": {name: np.where(last, value, np.nan) for name, value in trajectory.metrics.items()},
    }
    if trajectory.admissible_actions is not None:
        infos["admissible_actions"] = [json.dumps(offered) for offered in trajectory.admissible_actions]
    if trajectory.explanations is not None:
        infos["explanation"] = ["", *trajectory.explanations]
    buffer = {
        "seed": trajectory.seed,
        "observations": _nested(observation_space, trajectory.fields(), ""),
        "actions": _leaf(trajectory.actions),
        "rewards": trajectory.rewards,
        "terminations": ending & trajectory.terminated,
        "truncations": ending & trajectory.truncated,
        "infos": infos,
    }
    kind = vars(minari.data_collector).get("EpisodeBuffer", dict)
    return kind(**buffer)


def _nested(space: Any, fields: Mapping[str, NDArray[Any]], name: str) -> Any:
    """The flat observation arrays in the space's own nesting; a tuple as the dict that Minari stores it as."""
    from gymnasium import spaces

    if isinstance(space, spaces.Dict):
        return {key: _nested(part, fields, f"{name}/{key}" if name else key) for key, part in space.spaces.items()}
    if isinstance(space, spaces.Tuple):
        parts = enumerate(space.spaces)
        return {f"_index_{i}": _nested(part, fields, f"{name}/{i}" if name else str(i)) for i, part in parts}
    return _leaf(fields[name])


def _leaf(values: NDArray[Any]) -> Any:
    return values.tolist() if values.dtype == object else np.ascontiguousarray(values)


def _from_minari(task: Task, dataset: Any) -> Iterator[Trajectory]:
    for index, episode in enumerate(dataset.iterate_episodes()):
        infos = episode.infos or {}
        last = {name: _text(values[-1]) for name, values in infos.items() if not isinstance(values, Mapping)}
        ours = "metrics" in infos
        metrics = {name: float(values[-1]) for name, values in _flat(infos.get("metrics", {}))}
        offered = infos.get("admissible_actions") if ours else None
        reasons = infos.get("explanation") if ours else None
        terminated = bool(episode.terminations[-1])
        yield Trajectory(
            task=task.name,
            seed=_seed(dataset, episode, -1 - index),
            observations=_observations(episode.observations),
            actions=_actions(_array(episode.actions)),
            rewards=np.asarray(episode.rewards, dtype=np.float64),
            terminated=terminated,
            truncated=bool(episode.truncations[-1]),
            success=bool(last["success"]) if ours else read_success(task, episode.rewards.tolist(), last),
            admissible_actions=None if offered is None else tuple(tuple(json.loads(_text(row))) for row in offered),
            metrics=metrics,
            explanations=None if reasons is None else stack([_text(reason) for reason in reasons[1:]]),
        )


def _seed(dataset: Any, episode: Any, otherwise: int) -> int:
    """The episode's seed; newer versions of Minari keep it beside the episode."""
    seed = getattr(episode, "seed", None)
    if seed is None and hasattr(dataset.storage, "get_episode_metadata"):
        seed = next(iter(dataset.storage.get_episode_metadata([episode.id]))).get("seed")
    return otherwise if seed is None else int(seed)


def _observations(observations: Any) -> Any:
    flat = flatten_observation(observations)
    return {key: _array(values) for key, values in flat.items()} if isinstance(flat, dict) else _array(flat)


def _array(values: Any) -> NDArray[Any]:
    return stack(values) if isinstance(values, list) else np.asarray(values)


def _flat(infos: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    """Nested infos by "/"-joined names: HDF5 nests a name that has a slash in it."""
    for key, values in infos.items():
        if isinstance(values, Mapping):
            yield from _flat(values, f"{name}{key}/")
        else:
            yield f"{name}{key}", values


def _text(value: Any) -> Any:
    return value.decode("utf-8") if isinstance(value, bytes) else value
