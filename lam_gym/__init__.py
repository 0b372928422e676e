"""lam-gym: record experts, clone them, train one large action policy over many tasks, evaluate it honestly.

Public names are loaded when they are first used, so that `import lam_gym` is fast and imports no learning library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lam_gym.demonstrations.recording import record as record
    from lam_gym.demonstrations.store import DemoStore as DemoStore
    from lam_gym.errors import LamGymError as LamGymError
    from lam_gym.evaluation.evaluate import evaluate as evaluate
    from lam_gym.policy import ExpertPolicy as ExpertPolicy
    from lam_gym.policy import Policy as Policy
    from lam_gym.policy import RandomPolicy as RandomPolicy
    from lam_gym.policy import SB3Policy as SB3Policy
    from lam_gym.rollouts import rollout as rollout
    from lam_gym.task import TASKS as TASKS
    from lam_gym.task import Task as Task
    from lam_gym.task import get_task as get_task
    from lam_gym.task import make_env as make_env
    from lam_gym.task import register_task as register_task
    from lam_gym.training.checkpoint import load_behavior as load_behavior
    from lam_gym.training.checkpoint import load_policy as load_policy
    from lam_gym.training.config import Perturbation as Perturbation
    from lam_gym.training.config import TrainConfig as TrainConfig
    from lam_gym.training.joint import train as train
    from lam_gym.trajectory import Trajectory as Trajectory

__version__ = "0.2.0"

_HOMES = {
    "DemoStore": "lam_gym.demonstrations.store",
    "ExpertPolicy": "lam_gym.policy",
    "LamGymError": "lam_gym.errors",
    "Perturbation": "lam_gym.training.config",
    "Policy": "lam_gym.policy",
    "RandomPolicy": "lam_gym.policy",
    "SB3Policy": "lam_gym.policy",
    "TASKS": "lam_gym.task",
    "Task": "lam_gym.task",
    "TrainConfig": "lam_gym.training.config",
    "Trajectory": "lam_gym.trajectory",
    "evaluate": "lam_gym.evaluation.evaluate",
    "get_task": "lam_gym.task",
    "load_behavior": "lam_gym.training.checkpoint",
    "load_policy": "lam_gym.training.checkpoint",
    "make_env": "lam_gym.task",
    "record": "lam_gym.demonstrations.recording",
    "register_task": "lam_gym.task",
    "rollout": "lam_gym.rollouts",
    "train": "lam_gym.training.joint",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lam_gym' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
