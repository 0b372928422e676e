"""The joint loss, term by term, against numbers worked out by hand, and what each coefficient reaches."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from lam_gym import Trajectory, get_task
from lam_gym.models.behavior import Network, build_behavior_network
from lam_gym.models.distributions import Categorical, Gaussian
from lam_gym.models.large_action import ActionNetwork
from lam_gym.models.presets import Preset
from lam_gym.models.spaces import describe
from lam_gym.training.batches import Batch, TaskData
from lam_gym.training.config import AugmentConfig, LossConfig, Perturbation, TrainConfig
from lam_gym.training.joint import collect, step_loss
from lam_gym.training.learner import Learner, apply_gradients, make_learner
from lam_gym.training.losses import Guides, Variants, guidance_loss, imitation_loss, joint_loss, smoothness_loss
from lam_gym.training.sampling import Sampler

TINY = Preset(width=16, layers=1, heads=2, hidden=16, channels=8)
FORMS = ("discrete", "box", "codes", "grid", "memory", "text")
NOTHING = LossConfig(lambda_=0.0, kappa=0.0, kappa_behavior=0.0, beta=0.0, rho=0.0)


def test_binary_case_of_the_article() -> None:
    # l = -[y log p + (1 - y) log(1 - p)], p the probability of action 1
    p = [0.9, 0.2, 0.6]
    y = [1, 0, 0]
    table = Categorical(torch.tensor([[1 - value, value] for value in p]).log())
    by_hand = -(math.log(0.9) + math.log(0.8) + math.log(0.4)) / 3
    assert by_hand == pytest.approx(0.4149316)
    assert imitation_loss(table, torch.tensor(y)).item() == pytest.approx(by_hand, rel=1e-6)
    formula = -sum(a * math.log(b) + (1 - a) * math.log(1 - b) for a, b in zip(y, p)) / 3
    assert imitation_loss(table, torch.tensor(y)).item() == pytest.approx(formula, rel=1e-6)
    reference = torch.nn.functional.binary_cross_entropy(torch.tensor(p), torch.tensor(y, dtype=torch.float32))
    assert imitation_loss(table, torch.tensor(y)).item() == pytest.approx(reference.item(), rel=1e-6)


def test_binary_gradient() -> None:
    logit = torch.tensor([0.3], requires_grad=True)
    table = Categorical(torch.log_softmax(torch.stack([torch.zeros(1), logit], 1), 1))
    imitation_loss(table, torch.tensor([1])).backward()  # type: ignore[no-untyped-call]
    assert logit.grad is not None
    assert logit.grad.item() == pytest.approx(1 / (1 + math.exp(-0.3)) - 1, rel=1e-6)  # p - y


def test_imitation_of_continuous_actions() -> None:
    normal = Gaussian(torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]]).log())
    # -log N(1 | 0, 1) = 1/2 + log(2 pi)/2;  -log N(0 | 1, 4) = 1/8 + log 2 + log(2 pi)/2
    by_hand = (0.5 + 0.125 + math.log(2)) / 2 + 0.5 * math.log(2 * math.pi)
    assert imitation_loss(normal, torch.tensor([[1.0], [0.0]])).item() == pytest.approx(by_hand, rel=1e-6)


def test_guidance_moves_the_follower_only() -> None:
    leader = torch.tensor([[0.0, math.log(3)]], requires_grad=True)
    follower = torch.tensor([[0.0, 0.0]], requires_grad=True)
    value = guidance_loss(Categorical(torch.log_softmax(leader, 1)), Categorical(torch.log_softmax(follower, 1)))
    assert value.item() == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5), rel=1e-6)
    value.backward()  # type: ignore[no-untyped-call]
    assert leader.grad is None
    assert follower.grad is not None
    assert follower.grad.tolist()[0] == pytest.approx([0.25, -0.25])  # q - p


def test_smoothness_moves_both() -> None:
    clean, moved = torch.zeros(1, 2, requires_grad=True), torch.ones(1, 2, requires_grad=True)
    tilt = torch.tensor([[0.0, 1.0]])
    value = smoothness_loss(Categorical(torch.log_softmax(clean, 1)), Categorical(torch.log_softmax(moved * tilt, 1)))
    q = 1 / (1 + math.e)
    assert value.item() == pytest.approx(0.5 * math.log(0.5 / q) + 0.5 * math.log(0.5 / (1 - q)), rel=1e-6)
    value.backward()  # type: ignore[no-untyped-call]
    assert clean.grad is not None
    assert moved.grad is not None
    assert clean.grad.abs().sum() > 0
    assert moved.grad.abs().sum() > 0


def make_data(form: str, demos: Callable[[str, int], list[Trajectory]]) -> TaskData:
    task = get_task(f"identity/{form}")
    return TaskData(task, describe(task), demos(form, 6))


def make_pair(data: TaskData, seed: int = 0) -> Learner:
    torch.manual_seed(seed)
    statistics = data.statistics()
    policy = ActionNetwork([data.spaces], TINY, {data.task.name: statistics})
    behavior = build_behavior_network(data.spaces, statistics, (8,))
    return make_learner(policy, {data.task.name: behavior}, TrainConfig().optimizer)


def settings(loss: LossConfig, **changes: Any) -> TrainConfig:
    augment = AugmentConfig(symmetries=False, noise=0.1, text=0.3)
    perturbation = Perturbation("pgd", 0.2, 2)
    return TrainConfig(loss=loss, augment=augment, perturbation=perturbation, batch_size=16, **changes)


def run_step(learner: Learner, data: TaskData, config: TrainConfig, step: int = 0) -> tuple[float, dict[str, float]]:
    """One step of the loop on one task."""
    batch, augmented = Sampler([data], config).batch(0, step)
    loss, parts = step_loss(learner, data, batch, augmented, {}, config, step)
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), {name: part.item() for name, part in parts.items()}


def gradients(network: Network) -> list[torch.Tensor | None]:
    return [parameter.grad for parameter in network.parameters()]


@pytest.mark.parametrize("form", FORMS)
def test_without_coefficients_it_is_behavior_cloning_bit_for_bit(
    form: str, identity_demos: Callable[[str, int], list[Trajectory]]
) -> None:
    data = make_data(form, identity_demos)
    joint, plain = make_pair(data), make_pair(data)
    config = settings(NOTHING)
    loss, parts = run_step(joint, data, config)
    batch, augmented = Sampler([data], config).batch(0, 0)
    assert augmented is None
    answer = plain.policy(data.task.name, batch.inputs)
    if isinstance(answer, Categorical):
        cloning = -answer.log_probs[torch.arange(len(batch.actions)), batch.actions].mean()
    else:
        normal = torch.distributions.Normal(answer.mean, answer.log_scale.exp())
        cloning = -normal.log_prob(batch.actions).sum(1).mean()
    assert loss == pytest.approx(cloning.item(), rel=1e-5)
    assert parts == {"imitation": loss}
    own = imitation_loss(plain.policy(data.task.name, batch.inputs), batch.actions)
    own.backward()  # type: ignore[no-untyped-call]
    assert own.item() == loss
    for mine, theirs in zip(gradients(joint.policy), gradients(plain.policy)):
        assert (mine is None) == (theirs is None)
        assert mine is None or torch.equal(mine, theirs)  # type: ignore[arg-type]
    assert all(gradient is None for gradient in gradients(joint.behaviors[data.task.name]))


@pytest.mark.parametrize("form", FORMS)
def test_parts_sum_to_the_loss(form: str, identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    data = make_data(form, identity_demos)
    loss, parts = run_step(make_pair(data), data, settings(LossConfig(0.7, 0.3, 0.2, 0.5, 0.4)))
    assert list(parts) == ["imitation", "guidance", "adversarial", "augmented", "behavior", "agreement"]
    assert sum(parts.values()) == pytest.approx(loss, rel=1e-6)
    assert all(value >= 0 for name, value in parts.items() if name in ("guidance", "agreement"))


def test_each_part_is_its_coefficient_times_its_term(
    identity_demos: Callable[[str, int], list[Trajectory]],
) -> None:
    data = make_data("discrete", identity_demos)
    ones = run_step(make_pair(data), data, settings(LossConfig(1.0, 1.0, 1.0, 1.0, 1.0)))[1]
    config = settings(LossConfig(lambda_=2.0, kappa=3.0, kappa_behavior=4.0, beta=5.0, rho=6.0))
    scaled = run_step(make_pair(data), data, config)[1]
    factors = {
        "imitation": 1.0, "guidance": 3.0, "adversarial": 5.0, "augmented": 6.0, "behavior": 2.0, "agreement": 4.0,
    }  # fmt: skip
    assert scaled == pytest.approx({name: factors[name] * value for name, value in ones.items()}, rel=1e-5)


def test_parts_against_their_definitions(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    data = make_data("discrete", identity_demos)
    learner = make_pair(data)
    batch = data.batch(torch.arange(10))
    name = data.task.name
    clean, behavior = learner.policy(name, batch.inputs), learner.behaviors[name](name, batch.inputs)
    guides = Guides(learner.behaviors[name])
    _, parts = joint_loss(learner.policy, clean, guides, batch, Variants(), LossConfig(2.0, 3.0, 4.0))
    p, q = behavior.log_probs.detach().double(), clean.log_probs.detach().double()
    by_hand = {
        "imitation": -q[torch.arange(10), batch.actions].mean().item(),
        "guidance": 3 * (p.exp() * (p - q)).sum(1).mean().item(),
        "behavior": -2 * p[torch.arange(10), batch.actions].mean().item(),
        "agreement": 4 * (q.exp() * (q - p)).sum(1).mean().item(),
    }
    assert {key: value.item() for key, value in parts.items()} == pytest.approx(by_hand, rel=1e-5)


def train_steps(data: TaskData, loss: LossConfig, steps: int = 3) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """theta and omega after some steps of the loop."""
    learner, config = make_pair(data), settings(loss)
    for step in range(steps):
        run_step(learner, data, config, step)
        apply_gradients(learner, config.optimizer)
    theta = [parameter.detach() for parameter in learner.policy.parameters()]
    return theta, [parameter.detach() for parameter in learner.behaviors[data.task.name].parameters()]


def same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    return all(torch.equal(mine, theirs) for mine, theirs in zip(left, right))


@pytest.mark.parametrize("form", ["discrete", "box", "text"])
def test_what_each_coefficient_reaches(form: str, identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    data = make_data(form, identity_demos)
    guided = LossConfig(lambda_=1.0, kappa=0.5, kappa_behavior=0.5)
    theta, omega = train_steps(data, guided)
    theta_other, omega_other = train_steps(data, replace(guided, lambda_=0.01))
    assert not same(omega, omega_other), "lambda weighs the demos against the agreement in omega"
    assert not same(theta, theta_other), "with kappa > 0 lambda reaches theta through the behavior model"

    apart = replace(guided, kappa=0.0)
    theta, omega = train_steps(data, apart)
    theta_other, omega_other = train_steps(data, replace(apart, lambda_=0.01))
    assert not same(omega, omega_other)
    assert same(theta, theta_other), "with kappa = 0 nothing of the behavior model reaches theta"

    plain = train_steps(data, NOTHING)
    assert same(theta, plain[0]), "L_B does not touch theta"
    for name in ("kappa", "beta", "rho"):
        assert not same(train_steps(data, replace(NOTHING, **{name: 0.5}))[0], plain[0]), name
    assert same(train_steps(data, replace(NOTHING, beta=0.5))[1], plain[1]), "beta does not touch omega"


def test_a_fixed_guide_reaches_theta_and_nothing_else(
    identity_demos: Callable[[str, int], list[Trajectory]],
) -> None:
    data = make_data("discrete", identity_demos)
    learner, batch = make_pair(data), data.batch(torch.arange(8))
    clean = learner.policy(data.task.name, batch.inputs)
    fixed = Categorical(torch.full((8, 3), 1 / 3).log())
    loss, parts = joint_loss(learner.policy, clean, Guides(None, fixed), batch, Variants(), LossConfig())
    assert list(parts) == ["imitation", "guidance"]
    assert loss.item() == pytest.approx(sum(part.item() for part in parts.values()))


def test_lazy_adversary_keeps_its_weight(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    data = make_data("discrete", identity_demos)
    loss = replace(NOTHING, beta=0.5)
    every = run_step(make_pair(data), data, settings(loss))[1]
    third = run_step(make_pair(data), data, settings(loss, perturb_every=3))[1]
    assert third["adversarial"] == pytest.approx(3 * every["adversarial"], rel=1e-6)
    assert "adversarial" not in run_step(make_pair(data), data, settings(loss, perturb_every=3), step=1)[1]


def test_lazy_augmentation_keeps_its_weight(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    data = make_data("discrete", identity_demos)
    loss = replace(NOTHING, rho=0.5)
    every = run_step(make_pair(data), data, settings(loss))[1]
    third = run_step(make_pair(data), data, settings(loss, augment_every=3))[1]
    assert third["augmented"] == pytest.approx(3 * every["augmented"], rel=1e-6)
    assert "augmented" not in run_step(make_pair(data), data, settings(loss, augment_every=3), step=1)[1]


def test_padding_does_not_scale_the_loss(identity_demos: Callable[[str, int], list[Trajectory]]) -> None:
    """The mean runs over valid frames: half-filled windows weigh as their frames do, not as places."""
    task = get_task("identity/memory")
    episodes = identity_demos("memory", 4)
    cut = [episode.select(range(2)) for episode in episodes[:2]] + episodes[2:]
    data = TaskData(task, describe(task), cut)
    learner = make_pair(data)

    def loss(ends: list[int]) -> tuple[float, Batch]:
        batch = data.batch(torch.tensor(ends))
        return imitation_loss(learner.policy(task.name, batch.inputs), batch.actions).item(), batch

    (short, first), (whole, second), (both, mixed) = loss([0, 2]), loss([4, 8]), loss([0, 2, 4, 8])
    assert (first.valid.sum().item(), second.valid.sum().item()) == (4, 8)
    assert mixed.valid.shape == (4, 4)
    assert both == pytest.approx((4 * short + 8 * whole) / 12, rel=1e-5)


def test_collect_weighs_tasks() -> None:
    losses: dict[str, torch.Tensor] = {}
    one, two = torch.tensor(1.0), torch.tensor(3.0)
    collect(losses, {"imitation": one, "guidance": one}, one, 0.25)
    collect(losses, {"imitation": two}, two, 0.75)
    assert {key: value.item() for key, value in losses.items()} == {
        "loss": 2.5, "loss_imitation": 0.25, "loss_guidance": 0.25,
    }  # fmt: skip
    assert not np.isnan(losses["loss"].item())
