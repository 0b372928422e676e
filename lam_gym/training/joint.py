"""The training loop: behavior models and the large action policy, jointly, by two AdamW optimisers.

    lam-gym train --tasks drive/lane-keeping text/mail --demos demos/lane demos/mail --out runs/first

One step: draw a batch of each task, `joint_loss`, backward, clip, two optimiser steps, log, sometimes evaluate and
save. Behavior cloning is this loop with one task and zero weights on the other terms. A step depends on the seed and
its number alone, so a killed run resumes bit for bit.

Sources: METHOD (joint objective); Loshchilov and Hutter 2019 (AdamW); Polyak averaging of the acting weights.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadCheckpoint, BadConfig, BadDemos
from lam_gym.models.distributions import Distribution
from lam_gym.models.presets import get_preset
from lam_gym.models.pretrained import HASHED
from lam_gym.models.spaces import describe
from lam_gym.rollouts import rollout
from lam_gym.task import Task, episode_seeds, iterate_tasks
from lam_gym.training.augmented_demos import Notice, augment_demos
from lam_gym.training.batches import Batch, TaskData
from lam_gym.training.checkpoint import ModelCard, list_checkpoints
from lam_gym.training.config import TrainConfig
from lam_gym.training.fixed_guides import FixedGuide, fit_guides
from lam_gym.training.learner import (
    Learner,
    acting_policy,
    apply_gradients,
    build_learner,
    restore,
    save,
    schedule,
    set_learning_rate,
)
from lam_gym.training.losses import Guides, Parts, Variants, imitation_loss, joint_loss
from lam_gym.training.metrics import MetricsLog
from lam_gym.training.perturbation import perturb, radii, uniform_noise
from lam_gym.training.relabeling import Relabeling
from lam_gym.training.sampling import Sampler
from lam_gym.trajectory import Trajectory

Progress = Callable[[int, float], None]
"""Called with the number of finished steps and the last logged loss."""

VALIDATION_STEPS = 512
"""Demo steps of each task on which the validation loss is computed."""


def train(
    config: TrainConfig,
    demos: Sequence[DemoStore | str | Path],
    resume: bool = False,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Path:
    """Train behavior models and large action policy on demos; gives the run's folder (`load_policy` reads it).

    Args:
        config: all settings; `config.out` is the folder.
        demos: one store or more a task; a store with splits is used by its train part.
        resume: go on from the last checkpoint in the folder, or from the start where a stopped run left none,
            exactly as if it had not stopped.
        progress: called after each log line.
        notice: called while demos are augmented.

    Errors: BadConfig, BadDemos, BadCheckpoint.
    """
    prepare_torch(config.threads)
    run = Path(config.out)
    stores = [demo if isinstance(demo, DemoStore) else DemoStore.open(demo) for demo in demos]
    tasks = list(iterate_tasks(config.tasks or tuple(dict.fromkeys(store.task for store in stores))))
    data = [load_task(task, stores, "train", config.window) for task in tasks]
    validation = [_load_validation(task, stores, config.window) for task in tasks]
    config = replace(config, tasks=tuple(task.name for task in tasks))
    _claim(run, config, resume)
    data, rejected = augment_demos(data, config, notice)
    card = ModelCard(
        spaces=[part.spaces for part in data],
        statistics={part.task.name: part.statistics() for part in data},
        preset=get_preset(config.preset),
        behavior=config.behavior,
        behavior_hidden=config.behavior_hidden,
        text_encoder=config.text_encoder,
    )
    torch.manual_seed(config.seed)
    learner = build_learner(card, config)
    demos_hash = fingerprint(data)
    first = restore(learner, run, demos_hash) if resume and list_checkpoints(run) else 0
    relabeling = Relabeling(config, tasks, run)
    data = relabeling.grow(data, first)
    fixed = fit_guides(config, data, run, resume)
    sampler = Sampler(data, config)
    learning_rates = [(learner.optimizer_policy, config.optimizer.learning_rate)]
    if learner.optimizer_behavior is not None:
        learning_rates.append((learner.optimizer_behavior, config.optimizer.behavior_learning_rate))
    started = time.perf_counter()
    with MetricsLog(run, first, config.tensorboard) as log:
        if first == 0 and rejected:
            log.write(0, rejected)
        for step in range(first, config.steps):
            if step in relabeling.rounds:
                log.write(step + 1, relabeling.carry_out(step, acting_policy(learner, card)))
                data = relabeling.grow(data, step + 1)
                fixed = fit_guides(config, data, run, resume=False)
                sampler = Sampler(data, config)
                started = time.perf_counter()
            for optimizer, peak in learning_rates:
                set_learning_rate(optimizer, peak * schedule(step, config.steps, config.optimizer))
            if config.text_encoder != HASHED or config.dropout > 0:
                torch.manual_seed(step_seed(config, step))  # of blur and dropout, so that a resumed step is equal
            losses: Parts = {}
            for index, weight in sampler.tasks(step):
                batch, augmented = sampler.batch(index, step)
                loss, parts = step_loss(learner, data[index], batch, augmented, fixed, config, step)
                (loss if weight == 1.0 else weight * loss).backward()  # type: ignore[no-untyped-call]
                collect(losses, parts, loss, weight)
            apply_gradients(learner, config.optimizer)
            learner.means.add(losses)
            done = step + 1
            if done % config.log_every == 0 or done == config.steps:
                now = time.perf_counter()
                values = {f"train/{name}": value for name, value in learner.means.take().items()}
                log.write(done, {**values, "time/step_s": (now - started) / config.log_every})
                started = now
                if progress is not None:
                    progress(done, values["train/loss"])
            if should_evaluate(done, config):
                values = validate(learner, card, tasks, validation, config)
                log.write(done, values)
                keep_best(learner, done, values)
                started = time.perf_counter()
            if should_save(done, config) or done in relabeling.rounds:
                save(learner, run, done, card, demos_hash)
    return run


def prepare_torch(threads: int) -> None:
    """One thread unless asked otherwise, and no denormal numbers, which slow AdamW down tenfold as moments decay."""
    torch.set_num_threads(threads or 1)
    torch.set_flush_denormal(True)


def load_task(task: Task, stores: Sequence[DemoStore], part: str, window: int = 0) -> TaskData:
    """The demos of one task in all stores: the part of this name of stores that are split, else all of them."""
    trajectories: list[Trajectory] = []
    for store in stores:
        if store.task == task.name:
            trajectories += store.load(store.split_indices(part) if is_split(store) else None)
    if not trajectories:
        have = ", ".join(sorted({store.task for store in stores})) or "none"
        raise BadDemos(f"Task '{task.name}' has no demos among those given (they are of: {have}): record some.")
    return TaskData(task, describe(task, window), trajectories)


def is_split(store: DemoStore) -> bool:
    """Whether the store's episodes are split into train, validation and test."""
    return bool(store.meta.get("splits"))


def _load_validation(task: Task, stores: Sequence[DemoStore], window: int) -> TaskData | None:
    split = [store for store in stores if store.task == task.name and is_split(store)]
    if not any(store.split_indices("validation") for store in split):
        return None
    return load_task(task, split, "validation", window)


def _claim(run: Path, config: TrainConfig, resume: bool) -> None:
    """Make the run's folder and write its settings; a run with a checkpoint is only gone on with, never replaced."""
    settings = run / "config.toml"
    if list_checkpoints(run) and not resume:
        raise BadConfig(f"'{run}' holds a run already: resume it (--resume) or name another folder.")
    if resume:
        if not settings.exists():
            raise BadCheckpoint(f"There is nothing to resume in '{run}': it holds no run.")
        if replace(TrainConfig.load(settings), out=config.out) != config:
            raise BadConfig(f"The settings differ from those in '{settings}': resume with the same, or start anew.")
        return
    run.mkdir(parents=True, exist_ok=True)
    aside = settings.with_suffix(".tmp")
    config.save(aside)
    os.replace(aside, settings)


def step_seed(config: TrainConfig, step: int) -> int:
    """Seed of what is drawn in a step: a function of the run's seed and the step alone."""
    return hash((config.seed, step)) & 0x7FFFFFFF


def step_loss(
    learner: Learner,
    data: TaskData,
    batch: Batch,
    augmented: Batch | None,
    fixed: dict[str, FixedGuide],
    config: TrainConfig,
    step: int,
) -> tuple[Tensor, Parts]:
    """The joint loss of one task's batch, with the perturbed and augmented forms that the coefficients ask for."""
    policy, task = learner.policy, data.task
    guide = fixed.get(task.name)
    guides = Guides(learner.behaviors.get(task.name), None if guide is None else guide.answer(batch))
    if config.loss.beta == 0 or step % config.perturb_every:
        clean = policy(task.name, batch.inputs)
        variants = Variants(None, augmented, augmented_weight=float(config.augment_every))
        return joint_loss(policy, clean, guides, batch, variants, config.loss)
    embedded = policy.embed(task.name, batch.inputs)
    clean = policy(task.name, batch.inputs, embedded)

    def respond(moved: dict[str, Tensor]) -> Distribution:
        answer: Distribution = policy(task.name, batch.inputs, moved)
        return answer

    noise = uniform_noise(torch.Generator().manual_seed(step_seed(config, step)))
    units = radii(policy, task, embedded)
    worst = perturb(respond, embedded, units, config.perturbation, noise, clean.detach())
    offset = {key: value - embedded[key].detach() for key, value in worst.items()}
    perturbed = respond({key: value + offset[key] for key, value in embedded.items()})
    variants = Variants(perturbed, augmented, float(config.perturb_every), float(config.augment_every))
    return joint_loss(policy, clean, guides, batch, variants, config.loss)


def collect(losses: Parts, parts: Parts, loss: Tensor, weight: float) -> None:
    """Add one task's weighted loss and parts to those of the step."""
    values = {"loss": loss, **({f"loss_{name}": value for name, value in parts.items()} if len(parts) > 1 else {})}
    for name, value in values.items():
        share = value.detach() if weight == 1.0 else weight * value.detach()
        losses[name] = losses[name] + share if name in losses else share


def should_save(done: int, config: TrainConfig) -> bool:
    """Whether a checkpoint comes after this step."""
    return done % config.save_every == 0 or should_evaluate(done, config) or done == config.steps


def should_evaluate(done: int, config: TrainConfig) -> bool:
    """Whether rollouts come after this step."""
    if config.evaluate_episodes == 0:
        return False
    return done == config.steps or (config.evaluate_every > 0 and done % config.evaluate_every == 0)


def validate(
    learner: Learner, card: ModelCard, tasks: Sequence[Task], validation: Sequence[TaskData | None], config: TrainConfig
) -> dict[str, float]:
    """Success and return of each task by rollouts on validation seeds, and the loss on its validation demos."""
    policy = acting_policy(learner, card)
    values: dict[str, float] = {}
    seeds = episode_seeds("validation", config.seed, config.evaluate_episodes)
    for task, data in zip(tasks, validation):
        trajectories = rollout(policy, task, seeds)
        success = sum(trajectory.success for trajectory in trajectories) / len(trajectories)
        values[f"evaluate/{task.name}/success_rate"] = success
        values[f"evaluate/{task.name}/return"] = sum(t.episode_return for t in trajectories) / len(trajectories)
        if data is not None:
            ends = torch.arange(min(VALIDATION_STEPS, len(data)))
            batch = data.batch(ends)
            with torch.no_grad():
                loss = imitation_loss(policy.network(task.name, batch.inputs), batch.actions)
            values[f"validate/{task.name}/loss"] = float(loss)
    return values


def keep_best(learner: Learner, done: int, values: dict[str, float]) -> None:
    """Remember this step where the mean success rate over tasks is at least the best so far (ties: the later one)."""
    rates = [value for key, value in values.items() if key.endswith("/success_rate")]
    score = sum(rates) / len(rates)
    if score >= learner.best:
        learner.best, learner.best_step = score, done


def fingerprint(data: Sequence[TaskData]) -> str:
    """Hash of the demos' steps and lengths, so that a run is resumed on the demos that it began with."""
    digest = hashlib.sha256()
    for part in data:
        digest.update(part.task.name.encode() + part.lengths.tobytes())
        for values in (part.actions, *part.fields.values()):
            digest.update("\n".join(values).encode() if values.dtype == object else values.tobytes())
    return digest.hexdigest()
