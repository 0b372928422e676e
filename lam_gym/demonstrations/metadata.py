"""What meta.json says of a store: its task, spaces, packages, shards and figures; and how it reaches the disk.

format, format_version      what this folder is
task, env_id, kwargs, instruction, max_episode_steps, success_rule, requires
expert, recording           who acted, and the settings of the recording (seed, shard_episodes, ...)
packages, created, updated  versions that wrote it, times in UTC
spaces, features            the environment's spaces; dtype and shape of each column
episodes, steps, success_rate, mean_return, successes, seeds
statistics                  column -> count, mean, std, min, max, squares (feature_statistics.py)
shards                      file, sha256, bytes, episodes, steps of each
relabeled                   where the actions are an expert's labels on episodes that another policy acted in: rewards
                            and success are that policy's; the round, who acted, and figures (training/relabeling.py)
splits and any further key  added by `DemoStore.set_meta`
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from lam_gym.errors import BadDemos
from lam_gym.task import Task, make_env

FORMAT = "lam-gym demonstrations"
FORMAT_VERSION = 1
META_FILE = "meta.json"
TEMPORARY = ".tmp"
"""Suffix of files that are being written; whatever bears it after a kill is garbage."""

RELABELED = "relabeled"
"""The key of a store whose actions are labels, not what was done."""

TIMES = ("created", "updated")
"""The keys that differ between two otherwise equal recordings."""

_PACKAGES = ("lam-gym", "gymnasium", "numpy", "pyarrow")


def new_meta(task: Task, expert: str, recording: Mapping[str, Any], spaces: Mapping[str, Any] | None) -> dict[str, Any]:
    """The meta.json of a store without episodes. `spaces` spares making the environment to read them from."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **task_entry(task),
        "expert": expert,
        "recording": dict(recording),
        "packages": package_versions(task),
        "created": now(),
        "updated": now(),
        "spaces": dict(spaces) if spaces is not None else describe_task_spaces(task),
        **NO_EPISODES,
    }


NO_EPISODES: Mapping[str, Any] = {
    "features": {},
    "episodes": 0,
    "steps": 0,
    "successes": 0,
    "success_rate": 0.0,
    "mean_return": 0.0,
    "seeds": [],
    "statistics": {},
    "shards": [],
}
"""What meta.json says of episodes when there are none."""


def task_entry(task: Task) -> dict[str, Any]:
    """The part of meta.json that names the task and its environment."""
    entry = {
        "task": task.name,
        "env_id": task.env_id,
        "kwargs": dict(task.kwargs),
        "instruction": task.instruction,
        "max_episode_steps": task.max_episode_steps,
        "success_rule": task.success,
        "requires": task.requires,
    }
    normal: dict[str, Any] = json.loads(json.dumps(entry))
    return normal


def package_versions(task: Task) -> dict[str, str]:
    """Versions of Python, of the toolkit, of what it stands on and of the task's own package."""
    versions = {"python": platform.python_version()}
    for name in (*_PACKAGES, *([task.requires.partition(".")[0]] if task.requires else [])):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def describe_task_spaces(task: Task) -> dict[str, Any]:
    """JSON descriptions of the observation and action space of the task's environment."""
    env = make_env(task)
    try:
        return {
            "observation": describe_space(env.observation_space),
            "action": describe_space(env.action_space),
        }
    finally:
        env.close()


def describe_space(space: Any) -> dict[str, Any]:
    """A Gymnasium space as JSON. Bounds that are the same everywhere are one number; infinite ones are text.

    Other spaces than Gymnasium's own are told of in their own words, less the addresses of a process.
    """
    from gymnasium import spaces

    kind = type(space).__name__
    if isinstance(space, spaces.Dict):
        return {"type": "Dict", "spaces": {key: describe_space(part) for key, part in space.spaces.items()}}
    if isinstance(space, spaces.Tuple):
        return {"type": "Tuple", "spaces": [describe_space(part) for part in space.spaces]}
    if isinstance(space, spaces.Box):
        bounds = {"low": _bound(space.low), "high": _bound(space.high)}
        return {"type": "Box", "shape": list(space.shape), "dtype": str(space.dtype), **bounds}
    if isinstance(space, spaces.Discrete):
        return {"type": "Discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        return {"type": "MultiDiscrete", "nvec": space.nvec.tolist()}
    if isinstance(space, spaces.MultiBinary):
        return {"type": "MultiBinary", "shape": list(space.shape)}
    if isinstance(space, spaces.Text):
        return {"type": "Text", "min_length": int(space.min_length), "max_length": int(space.max_length)}
    return {"type": kind, "description": re.sub(r" at 0x[0-9a-f]+", "", str(space))}


def _bound(values: Any) -> Any:
    same = values.size > 0 and bool(np.all(values == values.flat[0]))
    return _number(values.flat[0].item()) if same else [_number(value) for value in values.reshape(-1).tolist()]


def _number(value: float) -> float | str:
    return value if np.isfinite(value) else str(value)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def read_meta(folder: Path) -> dict[str, Any]:
    """The checked content of the store's meta.json. Errors: BadDemos, one sentence saying what is wrong."""
    path = folder / META_FILE
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadDemos(
            f"'{folder}' is not a demonstration store: it has no {META_FILE}; record one with lam-gym record."
        ) from error
    except (OSError, ValueError) as error:
        raise BadDemos(f"'{path}' cannot be read as JSON ({error}): restore it from a copy or record again.") from error
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise BadDemos(f"'{path}' is not the {META_FILE} of a demonstration store: its format should be '{FORMAT}'.")
    version = meta.get("format_version")
    if not isinstance(version, int) or version > FORMAT_VERSION:
        raise BadDemos(
            f"'{folder}' has format version {version}, but this lam-gym reads up to {FORMAT_VERSION}: upgrade lam-gym."
        )
    missing = [key for key in ("task", "features", "shards", "statistics", "seeds", "episodes") if key not in meta]
    if missing:
        raise BadDemos(f"'{path}' lacks {', '.join(missing)}: restore it from a copy or record again.")
    return meta


def write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    """Replace the store's meta.json in one step."""
    lines = (f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in meta.items())
    write_file(folder / META_FILE, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def write_file(path: Path, content: Any) -> None:
    """Write bytes beside `path`, flush them to the disk, then rename: `path` holds all of them or is as it was."""
    beside = path.with_name(path.name + TEMPORARY)
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
