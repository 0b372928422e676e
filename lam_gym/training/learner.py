"""What training changes: both models, their two AdamW optimisers and the averaged weights that act."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from lam_gym.errors import BadCheckpoint
from lam_gym.models.behavior import Network
from lam_gym.training.adamw import AdamW
from lam_gym.training.checkpoint import (
    ModelCard,
    list_checkpoints,
    load_weights,
    mark_best,
    optimizer_tensors,
    read_json,
    read_tensors,
    remove_old,
    restore_optimizer,
    save_checkpoint,
)
from lam_gym.training.config import OptimizerConfig, TrainConfig
from lam_gym.training.metrics import RunningMeans
from lam_gym.training.network_policy import NetworkPolicy


@dataclass
class Learner:
    """Both models, their optimisers and averaged weights: all that training changes."""

    policy: Network
    behaviors: dict[str, Network]
    optimizer_policy: torch.optim.Optimizer
    optimizer_behavior: torch.optim.Optimizer | None
    average: list[Tensor] = field(default_factory=list)
    best: float = -1.0
    best_step: int = 0
    means: RunningMeans = field(default_factory=RunningMeans)


def build_learner(card: ModelCard, config: TrainConfig) -> Learner:
    """Fresh networks and their optimisers."""
    policy: Network = card.build_policy(config.dropout, config.augment.labels, config.augment.overlooked)
    behaviors: dict[str, Network] = {}
    if config.behavior == "network" and uses_behavior(config):
        behaviors = {spaces.task: card.build_behavior(spaces.task) for spaces in card.spaces}
    return make_learner(policy, behaviors, config.optimizer)


def uses_behavior(config: TrainConfig) -> bool:
    """Whether any coefficient asks for behavior models."""
    return config.loss.lambda_ > 0 or config.loss.kappa > 0 or config.loss.kappa_behavior > 0


def make_learner(policy: Network, behaviors: dict[str, Network], config: OptimizerConfig) -> Learner:
    """Networks with an AdamW optimiser each for A and for all B together."""

    def adamw(parameters: list[torch.nn.Parameter], learning_rate: float) -> AdamW:
        return AdamW(parameters, learning_rate, (config.beta_1, config.beta_2), config.weight_decay)

    omega = [parameter for behavior in behaviors.values() for parameter in behavior.parameters()]
    return Learner(
        policy=policy,
        behaviors=behaviors,
        optimizer_policy=adamw(list(policy.parameters()), config.learning_rate),
        optimizer_behavior=adamw(omega, config.behavior_learning_rate) if omega else None,
        average=[parameter.detach().clone() for parameter in policy.parameters()] if config.ema > 0 else [],
    )


def apply_gradients(learner: Learner, config: OptimizerConfig) -> None:
    """Clip, step both optimisers, clear the gradients, and let the averaged weights follow."""
    for optimizer in (learner.optimizer_policy, learner.optimizer_behavior):
        if optimizer is None:
            continue
        if config.max_grad_norm > 0:
            torch.nn.utils.clip_grad_norm_(optimizer.param_groups[0]["params"], config.max_grad_norm)
        optimizer.step()
        for parameter in optimizer.param_groups[0]["params"]:  # as zero_grad, without its profiling
            parameter.grad = None
    if learner.average:
        parameters = learner.optimizer_policy.param_groups[0]["params"]
        with torch.no_grad():
            torch._foreach_lerp_(learner.average, parameters, 1 - config.ema)


def schedule(step: int, steps: int, config: OptimizerConfig) -> float:
    """Share of the peak learning rate: linear warm-up, then a cosine to zero or a constant."""
    warmup = round(config.warmup * steps)
    if step < warmup:
        return (step + 1) / warmup
    if config.schedule == "constant":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """Let the next step use this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def acting_policy(learner: Learner, card: ModelCard) -> NetworkPolicy:
    """A copy of the large action policy with the averaged weights."""
    network = card.build_policy()
    network.load_state_dict(average_tensors(learner))
    return NetworkPolicy(network)


def average_tensors(learner: Learner) -> dict[str, Tensor]:
    """The large action policy's weights by name, averaged where averages are kept."""
    tensors = dict(learner.policy.state_dict())
    if learner.average:
        names = [name for name, _ in learner.policy.named_parameters()]
        tensors.update(zip(names, learner.average))
    return tensors


def save(learner: Learner, run: Path, step: int, card: ModelCard, demos: str) -> None:
    """Write the checkpoint of a step; of the others only the best is kept."""
    groups = {"policy": learner.policy.state_dict(), "optimizer_policy": optimizer_tensors(learner.optimizer_policy)}
    if learner.average:
        groups["average"] = average_tensors(learner)
    if learner.optimizer_behavior is not None:
        groups["optimizer_behavior"] = optimizer_tensors(learner.optimizer_behavior)
        groups["behavior"] = {
            f"{task}:{name}": value
            for task, network in learner.behaviors.items()
            for name, value in network.state_dict().items()
        }
    state = {
        "demos": demos,
        "best": learner.best,
        "best_step": learner.best_step,
        "means": learner.means.to_json(),
    }
    save_checkpoint(run, step, card, groups, state)
    if learner.best_step:
        mark_best(run, learner.best_step)
    remove_old(run, [step, learner.best_step])


def restore(learner: Learner, run: Path, demos: str) -> int:
    """Put the last checkpoint's state into the learner; gives the number of steps that are done."""
    folder = list_checkpoints(run)[-1]
    state = read_json(folder / "state.json")
    if state["demos"] != demos:
        raise BadCheckpoint(f"The demos differ from those that '{run}' was trained on: resume with the same.")
    load_weights(learner.policy, read_tensors(folder / "policy.safetensors"), folder)
    restore_optimizer(learner.optimizer_policy, read_tensors(folder / "optimizer_policy.safetensors"))
    if learner.average:
        tensors = read_tensors(folder / "average.safetensors")
        learner.average = [tensors[name] for name, _ in learner.policy.named_parameters()]
    if learner.optimizer_behavior is not None:
        restore_optimizer(learner.optimizer_behavior, read_tensors(folder / "optimizer_behavior.safetensors"))
        weights = read_tensors(folder / "behavior.safetensors")
        for task, network in learner.behaviors.items():
            prefix = f"{task}:"
            own = {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}
            load_weights(network, own, folder)
    learner.best, learner.best_step = float(state["best"]), int(state["best_step"])
    learner.means.restore(state["means"])
    return int(state["step"])
