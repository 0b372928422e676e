"""What a step changes: clipped gradients, two optimisers, averaged weights, and the learning rate's course."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.errors import BadCheckpoint
from lam_gym.models.presets import Preset
from lam_gym.models.spaces import describe
from lam_gym.training.batches import TaskData
from lam_gym.training.checkpoint import ModelCard
from lam_gym.training.config import LossConfig, OptimizerConfig, TrainConfig
from lam_gym.training.learner import (
    Learner,
    acting_policy,
    apply_gradients,
    average_tensors,
    build_learner,
    restore,
    save,
    schedule,
    set_learning_rate,
    uses_behavior,
)

TINY = Preset(width=16, layers=1, heads=2, hidden=16, channels=8)


@pytest.fixture
def card(identity_demos: Callable[[str, int], list[Trajectory]]) -> ModelCard:
    parts = []
    for form in ("discrete", "box"):
        task = get_task(f"identity/{form}")
        parts.append(TaskData(task, describe(task), identity_demos(form, 3)))
    statistics = {part.task.name: part.statistics() for part in parts}
    return ModelCard([part.spaces for part in parts], statistics, TINY, "network", (8,))


def give_gradients(learner: Learner, size: float) -> None:
    for network in (learner.policy, *learner.behaviors.values()):
        for parameter in network.parameters():
            parameter.grad = torch.full_like(parameter, size)


def test_course_of_the_learning_rate() -> None:
    cosine = OptimizerConfig(warmup=0.1)
    shares = [schedule(step, 100, cosine) for step in range(100)]
    assert shares[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert shares[10] == 1.0
    assert shares[55] == pytest.approx(0.5)
    assert shares[99] == pytest.approx(0.5 * (1 + math.cos(math.pi * 89 / 90)))
    assert shares[10:] == sorted(shares[10:], reverse=True)
    constant = OptimizerConfig(schedule="constant", warmup=0.0)
    assert {schedule(step, 10, constant) for step in range(10)} == {1.0}
    assert schedule(0, 10, OptimizerConfig(warmup=0.0)) == 1.0
    assert schedule(0, 1, OptimizerConfig()) == 1.0


def test_learning_rates_are_set(card: ModelCard) -> None:
    learner = build_learner(card, TrainConfig(optimizer=OptimizerConfig(behavior_learning_rate=0.5)))
    assert learner.optimizer_behavior is not None
    assert [group["lr"] for group in learner.optimizer_behavior.param_groups] == [0.5]
    set_learning_rate(learner.optimizer_policy, 0.25)
    assert [group["lr"] for group in learner.optimizer_policy.param_groups] == [0.25]
    assert learner.optimizer_policy.param_groups[0]["betas"] == (0.9, 0.98)


def test_behavior_models_are_built_where_a_coefficient_asks(card: ModelCard) -> None:
    nothing = LossConfig(0.0, 0.0, 0.0, 1.0, 1.0)
    assert not uses_behavior(TrainConfig(loss=nothing))
    assert build_learner(card, TrainConfig(loss=nothing)).optimizer_behavior is None
    for name in ("lambda_", "kappa", "kappa_behavior"):
        assert uses_behavior(
            TrainConfig(loss=LossConfig(**{"lambda_": 0.0, "kappa": 0.0, "kappa_behavior": 0.0, name: 1.0}))
        )
    learner = build_learner(card, TrainConfig())
    assert list(learner.behaviors) == ["identity/discrete", "identity/box"]
    assert build_learner(card, TrainConfig(behavior="tree")).behaviors == {}


def test_gradients_are_clipped_for_each_optimiser(card: ModelCard, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = build_learner(card, TrainConfig())
    seen: list[float] = []

    def look(optimizer: torch.optim.Optimizer) -> Callable[[], None]:
        def step() -> None:
            squares = [p.grad.square().sum() for p in optimizer.param_groups[0]["params"] if p.grad is not None]
            seen.append(float(torch.stack(squares).sum().sqrt()))

        return step

    assert learner.optimizer_behavior is not None
    for optimizer in (learner.optimizer_policy, learner.optimizer_behavior):
        monkeypatch.setattr(optimizer, "step", look(optimizer))
    give_gradients(learner, 3.0)
    apply_gradients(learner, OptimizerConfig(max_grad_norm=0.5))
    assert seen == pytest.approx([0.5, 0.5], rel=1e-4)
    give_gradients(learner, 3.0)
    apply_gradients(learner, OptimizerConfig(max_grad_norm=0.0))
    assert min(seen[2:]) > 5
    assert all(parameter.grad is None for parameter in learner.policy.parameters())


def test_averages_follow(card: ModelCard) -> None:
    config = TrainConfig(optimizer=OptimizerConfig(ema=0.9, learning_rate=0.01))
    learner = build_learner(card, config)
    start = [parameter.detach().clone() for parameter in learner.policy.parameters()]
    give_gradients(learner, 1.0)
    apply_gradients(learner, config.optimizer)
    for before, after, average in zip(start, learner.policy.parameters(), learner.average):
        assert not torch.equal(before, after)
        torch.testing.assert_close(average, 0.9 * before + 0.1 * after.detach())
    acting = acting_policy(learner, card).network
    assert all(torch.equal(mine, average) for mine, average in zip(acting.parameters(), learner.average))
    tensors = average_tensors(learner)
    assert tensors.keys() == learner.policy.state_dict().keys()
    plain = build_learner(card, TrainConfig(optimizer=OptimizerConfig(ema=0.0)))
    assert plain.average == []
    weights = average_tensors(plain)
    assert all(torch.equal(weights[name], value) for name, value in plain.policy.state_dict().items())


def test_save_and_restore(card: ModelCard, tmp_path: Path) -> None:
    config = TrainConfig()
    learner = build_learner(card, config)
    for size in (1.0, 0.5):
        give_gradients(learner, size)
        apply_gradients(learner, config.optimizer)
    learner.means.add({"loss": torch.tensor(0.3)})
    learner.best, learner.best_step = 0.5, 2
    save(learner, tmp_path, 2, card, "demos")
    other = build_learner(card, config)
    assert restore(other, tmp_path, "demos") == 2
    assert (other.best, other.best_step) == (0.5, 2)
    for each in (learner, other):
        give_gradients(each, 0.1)
        apply_gradients(each, config.optimizer)
    for mine, theirs in zip(learner.average, other.average):
        assert torch.equal(mine, theirs)
    for task, network in learner.behaviors.items():
        for name, value in network.state_dict().items():
            assert torch.equal(value, other.behaviors[task].state_dict()[name])
    assert other.means.take() == {"loss": pytest.approx(0.3)}
    with pytest.raises(BadCheckpoint, match="demos differ"):
        restore(other, tmp_path, "others")
