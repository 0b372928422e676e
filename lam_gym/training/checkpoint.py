"""Checkpoints: safetensors and JSON in one folder, complete when it has its name.

    RUN/config.toml                         the settings
    RUN/checkpoints/step-00000500/          model.json  policy.safetensors  average.safetensors  behavior.safetensors
                                            optimizer_policy.safetensors  optimizer_behavior.safetensors  state.json
    RUN/checkpoints/best.json               which checkpoint did best by rollouts
    RUN/behavior/<task>/                    behavior models of the fixed kinds

Loading executes nothing. `load_policy(run)` gives the large action policy, `load_behavior(run, task)` a behavior model.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lam_gym.errors import BadCheckpoint, BadConfig
from lam_gym.models.behavior import Network, build_behavior_network
from lam_gym.models.large_action import ActionNetwork, Statistics, find_spaces
from lam_gym.models.presets import MLP, Preset, get_preset
from lam_gym.models.pretrained import HASHED
from lam_gym.models.spaces import TaskSpaces
from lam_gym.policy import Policy
from lam_gym.task import Task, get_task
from lam_gym.training.network_policy import NetworkPolicy

FORMAT = 2
CHECKPOINTS = "checkpoints"
BEHAVIOR = "behavior"
BEST = "best.json"


@dataclass(frozen=True)
class ModelCard:
    """All that it takes to build the networks of a run before their weights are loaded."""

    spaces: Sequence[TaskSpaces]
    statistics: Mapping[str, Statistics]
    preset: Preset
    behavior: str
    """Kind of the behavior models."""
    behavior_hidden: Sequence[int]
    text_encoder: str = HASHED
    """What words mean before training: a name or folder of `models.pretrained`."""

    def to_json(self) -> dict[str, Any]:
        """Plain data for model.json."""
        return {
            "format": FORMAT,
            "spaces": [spaces.to_json() for spaces in self.spaces],
            "statistics": {task: asdict(statistics) for task, statistics in self.statistics.items()},
            "preset": asdict(self.preset),
            "behavior": self.behavior,
            "behavior_hidden": list(self.behavior_hidden),
            "text_encoder": self.text_encoder,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ModelCard:
        """The inverse of `to_json`."""
        return cls(
            spaces=[TaskSpaces.from_json(entry) for entry in data["spaces"]],
            statistics={task: Statistics(**entry) for task, entry in data["statistics"].items()},
            preset=Preset(**data["preset"]),
            behavior=data["behavior"],
            behavior_hidden=tuple(data["behavior_hidden"]),
            text_encoder=data.get("text_encoder", HASHED),
        )

    def build_policy(
        self, dropout: float = 0.0, confused_labels: float = 0.0, overlooked_words: float = 0.0
    ) -> Network:
        """The large action policy with fresh weights; a multilayer perceptron where the preset says so."""
        if self.preset != get_preset(MLP):
            about = (self.spaces, self.preset, self.statistics, self.text_encoder)
            return ActionNetwork(*about, dropout, confused_labels, overlooked_words)
        if len(self.spaces) != 1 or not self.spaces[0].is_vector:
            names = ", ".join(spaces.task for spaces in self.spaces)
            raise BadConfig(f"Preset '{MLP}' clones one task of one plain vector, not {names}: choose another preset.")
        return self.build_behavior(self.spaces[0].task)

    def build_behavior(self, task: str) -> Network:
        """The behavior network of one task with fresh weights."""
        spaces = next(spaces for spaces in self.spaces if spaces.task == task)
        return build_behavior_network(spaces, self.statistics[task], self.behavior_hidden, self.text_encoder)


def save_checkpoint(
    run: Path, step: int, card: ModelCard, tensors: Mapping[str, Mapping[str, Tensor]], state: Mapping[str, Any]
) -> Path:
    """Write one complete checkpoint aside (a file a group of tensors, the card, the state), then give it its name."""
    folder = run / CHECKPOINTS / f"step-{step:08d}"
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, group in tensors.items():
        save_file(
            {key: value.detach().contiguous().clone() for key, value in group.items()}, aside / f"{name}.safetensors"
        )
    (aside / "model.json").write_text(json.dumps(card.to_json()))
    (aside / "state.json").write_text(json.dumps({"step": step, **state}))
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(aside, folder)
    return folder


def mark_best(run: Path, step: int) -> None:
    """Name the checkpoint of this step the best one."""
    aside = run / CHECKPOINTS / f".{BEST}"
    aside.write_text(json.dumps({"checkpoint": f"step-{step:08d}"}))
    os.replace(aside, run / CHECKPOINTS / BEST)


def remove_old(run: Path, keep: Sequence[int]) -> None:
    """Remove every checkpoint but those of these steps."""
    names = {f"step-{step:08d}" for step in keep}
    for folder in list_checkpoints(run):
        if folder.name not in names:
            shutil.rmtree(folder)
    for leftover in (run / CHECKPOINTS).glob(".step-*"):
        shutil.rmtree(leftover)


def list_checkpoints(run: Path) -> list[Path]:
    """Complete checkpoints of a run, oldest first."""
    return sorted((run / CHECKPOINTS).glob("step-*"))


def find_checkpoint(path: str | Path) -> Path:
    """The folder of weights that `path` means: a checkpoint itself, else a run's best, else its last."""
    path = Path(path)
    if (path / "model.json").exists():
        return path
    best = path / CHECKPOINTS / BEST
    if best.exists():
        folder = best.parent / str(read_json(best).get("checkpoint"))
        if (folder / "model.json").exists():
            return folder
    folders = list_checkpoints(path)
    if not folders:
        raise BadCheckpoint(f"There is no checkpoint in '{path}': give the folder of a training run.")
    return folders[-1]


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file of a checkpoint."""
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadCheckpoint(f"'{path}' cannot be read ({error}): use another checkpoint of the run.") from error
    if not isinstance(data, dict):
        raise BadCheckpoint(f"'{path}' holds no object: use another checkpoint of the run.")
    return data


def read_card(folder: Path) -> ModelCard:
    """The model card of a checkpoint."""
    data = read_json(folder / "model.json")
    if data.get("format") != FORMAT:
        raise BadCheckpoint(
            f"'{folder}' has checkpoint format {data.get('format')}, this version reads {FORMAT}: train anew, or "
            "use the lam-gym that wrote it."
        )
    try:
        card = ModelCard.from_json(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadCheckpoint(
            f"'{folder / 'model.json'}' is no model card ({error}): use another checkpoint of the run."
        ) from error
    if set(card.statistics) != {spaces.task for spaces in card.spaces}:
        raise BadCheckpoint(f"'{folder / 'model.json'}' lacks statistics of a task: use another checkpoint of the run.")
    return card


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of one file of a checkpoint."""
    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        raise BadCheckpoint(f"'{path}' is missing or corrupt ({error}): use another checkpoint of the run.") from error
    return tensors


def load_weights(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Put tensors into a module; both must have the same names and shapes."""
    try:
        module.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise BadCheckpoint(f"The weights in '{path}' do not fit their model card: use another checkpoint.") from error


def load_policy(path: str | Path) -> NetworkPolicy:
    """The large action policy of a run (its best checkpoint) or of one checkpoint, ready to act."""
    folder = find_checkpoint(path)
    network = read_card(folder).build_policy()
    name = "average" if (folder / "average.safetensors").exists() else "policy"
    load_weights(network, read_tensors(folder / f"{name}.safetensors"), folder)
    return NetworkPolicy(network)


def load_behavior(path: str | Path, task: Task | str) -> Policy:
    """The behavior model of one task of a run, ready to act."""
    folder = find_checkpoint(path)
    card = read_card(folder)
    name = find_spaces({spaces.task: spaces for spaces in card.spaces}, get_task(task).name).task
    if card.behavior != "network":
        return load_fixed_behavior(folder.parent.parent, name, card.behavior)
    network = card.build_behavior(name)
    prefix = f"{name}:"
    tensors = read_tensors(folder / "behavior.safetensors")
    own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    load_weights(network, own, folder)
    return NetworkPolicy(network)


def load_fixed_behavior(run: Path, task: str, kind: str) -> Policy:
    """A behavior model of kind "tree" or "imitation", from RUN/behavior."""
    folder = run / BEHAVIOR / task
    policy: Policy
    if kind == "tree":
        from lam_gym.models.tree import TreeModel

        policy = TreeModel.load(folder)
    else:
        from lam_gym.models.imitation_bc import ImitationModel

        policy = ImitationModel.load(folder)
    return policy


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """State of an optimiser as named tensors: "<parameter number>.<name>"."""
    state = optimizer.state_dict()["state"]
    return {f"{number}.{name}": value.clone() for number, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The inverse of `optimizer_tensors`."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
