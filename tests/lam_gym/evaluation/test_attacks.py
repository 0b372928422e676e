"""Attacks: inside the ball, ordered by strength, monotone in epsilon, independent of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lam_gym.errors import BadConfig
from lam_gym.evaluation.attacks import PerturbedPolicy, divergence, fgsm, pgd
from lam_gym.evaluation.evaluate import evaluate
from lam_gym.policy import Memory, RandomPolicy
from lam_gym.task import Task, get_task
from lam_gym.training.config import Perturbation
from lam_gym.trajectory import Action, Observation

SCALE = (0.5, 0.8, 0.1, 0.6)
TASK = replace(get_task("control/cartpole"), observation_scale=SCALE)
WEIGHTS = torch.tensor([[0.3, 0.6, 4.0, 1.2]])


class LinearPolicy:
    """CartPole's linear controller as a memory-free categorical policy."""

    def log_probs(self, task: Task, observations: Tensor) -> Tensor:
        logit = (observations * WEIGHTS).sum(-1)
        return torch.log_softmax(torch.stack([-logit, logit], -1), -1)

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        return self.log_probs(TASK, torch.as_tensor(np.stack(observations))).argmax(-1).tolist(), memory


class GaussianPolicy(LinearPolicy):
    """The same controller with a mean and a scale."""

    def log_probs(self, task: Task, observations: Tensor) -> Any:
        mean = observations @ torch.cat([WEIGHTS, WEIGHTS.flip(1)]).T
        return mean, torch.full_like(mean, 0.4)


class SettingsPolicy(LinearPolicy):
    """A policy with a normalizer of its own and attacks inside."""

    seen: Any = None

    def normalizer(self, task: Task) -> tuple[Any, Any]:
        return {"": np.zeros(4)}, {"": np.asarray(SCALE)}

    def act(
        self, observations: Sequence[Observation], memory: Memory, perturbation: Any = None, streams: Any = None
    ) -> tuple[Sequence[Action], Memory]:
        self.seen = (perturbation, None if streams is None else len(streams))
        return [0] * len(observations), memory


class LookingBackPolicy(SettingsPolicy):
    """A policy whose actions depend on more than the last vector."""

    def log_probs(self, task: Task, observations: Tensor) -> Tensor:
        raise BadConfig("It looks back.")


def observations(count: int = 64) -> list[Observation]:
    draws = np.random.default_rng(0).normal(size=(count, 4)) * np.asarray(SCALE)
    return list(draws.astype(np.float32))


def moved(kind: str, epsilon: float, policy: Any = None, seed: int = 0) -> np.ndarray[Any, Any]:
    attack = PerturbedPolicy(policy or LinearPolicy(), Perturbation(kind=kind, epsilon=epsilon), TASK, seed)
    memory = attack.start(TASK, 64)
    assert memory is not None
    return np.stack(attack.perturb(observations(), memory))


def mean_divergence(kind: str, epsilon: float, policy: Any) -> float:
    clean = policy.log_probs(TASK, torch.as_tensor(np.stack(observations())))
    return float(divergence(clean, policy.log_probs(TASK, torch.as_tensor(moved(kind, epsilon, policy)))).mean())


@pytest.mark.parametrize("kind", ["noise", "fgsm", "pgd"])
@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.7])
def test_perturbation_stays_in_the_ball(kind: str, epsilon: float) -> None:
    after = moved(kind, epsilon)
    distance = np.abs(after - np.stack(observations())) / np.asarray(SCALE)
    assert distance.max() <= epsilon + 1e-6
    assert after.dtype == np.float32
    assert epsilon == 0.0 or distance.max() > 0.9 * epsilon


@pytest.mark.parametrize("policy", [LinearPolicy(), GaussianPolicy()])
@pytest.mark.parametrize("epsilon", [0.02, 0.1, 0.5])
def test_stronger_attacks_move_the_policy_further(policy: Any, epsilon: float) -> None:
    noise, single, many = (mean_divergence(kind, epsilon, policy) for kind in ("noise", "fgsm", "pgd"))
    assert many >= single * 0.999
    assert single > 1.5 * noise > 0


@pytest.mark.parametrize("kind", ["noise", "fgsm", "pgd"])
def test_divergence_grows_with_epsilon(kind: str) -> None:
    sizes = [mean_divergence(kind, epsilon, LinearPolicy()) for epsilon in (0.0, 0.02, 0.05, 0.1, 0.3)]
    assert sizes[0] == 0.0
    assert sizes == sorted(sizes)


def test_pgd_reaches_the_worst_corner_of_a_linear_policy() -> None:
    center, radius = torch.as_tensor(np.stack(observations())), 0.1 * torch.tensor(SCALE)
    policy = LinearPolicy()
    clean = policy.log_probs(TASK, center)
    corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 4)
    worst = torch.stack([divergence(clean, policy.log_probs(TASK, center + radius * corner)) for corner in corners])

    def objective(points: Tensor) -> Tensor:
        return divergence(clean, policy.log_probs(TASK, points))

    noise = torch.randn(64, 10, 4, generator=torch.Generator().manual_seed(0))
    found = objective(center + radius * pgd(objective, center, radius, noise, 0.1))
    assert float((found / worst.amax(0)).median()) > 0.999
    assert (found <= worst.amax(0) * 1.001 + 1e-6).all()
    assert set(fgsm(objective, center, radius, noise[:, 0]).unique().tolist()) <= {-1.0, 0.0, 1.0}


def test_divergence_by_hand() -> None:
    p, q = torch.tensor([[0.5, 0.5, 0.0]]).log(), torch.tensor([[0.25, 0.75, 0.0]]).log()
    expected = 0.5 * np.log(2) + 0.5 * np.log(0.5 / 0.75)
    assert float(divergence(p, q)) == pytest.approx(expected, abs=1e-6)
    left = (torch.tensor([[0.0]]), torch.tensor([[1.0]]))
    right = (torch.tensor([[1.0]]), torch.tensor([[2.0]]))
    assert float(divergence(left, right)) == pytest.approx(np.log(2) + 2 / 8 - 0.5, abs=1e-6)


@pytest.mark.parametrize("kind", ["noise", "pgd"])
def test_the_batch_and_the_run_change_nothing(kind: str) -> None:
    perturbation = Perturbation(kind=kind, epsilon=0.3)
    short = replace(TASK, max_episode_steps=40)
    together = evaluate(LinearPolicy(), short, episodes=5, perturbation=perturbation, num_envs=4)
    alone = evaluate(LinearPolicy(), short, episodes=5, perturbation=perturbation, num_envs=1)
    assert together.rows == alone.rows
    assert together.setting["perturbation"] == kind
    assert together.setting["epsilon"] == 0.3


def test_attacks_lower_the_return() -> None:
    returns = [
        evaluate(LinearPolicy(), TASK, episodes=20, perturbation=perturbation).return_mean
        for perturbation in (None, Perturbation(kind="noise", epsilon=1.0), Perturbation(kind="pgd", epsilon=1.0))
    ]
    assert returns[0] == 500.0
    assert returns[0] >= returns[1] > returns[2]


def test_streams_depend_on_the_seed_and_the_step() -> None:
    assert not np.array_equal(moved("noise", 0.1), moved("noise", 0.1, seed=1))
    attack = PerturbedPolicy(LinearPolicy(), Perturbation(kind="noise", epsilon=0.1), TASK)
    memory = attack.start(TASK, 64)
    assert memory is not None
    _, later = attack.act(observations(), memory)
    assert later is not None
    assert not np.array_equal(attack.perturb(observations(), memory), attack.perturb(observations(), later))


def test_transfer_attack_needs_only_the_source() -> None:
    perturbation = Perturbation(kind="pgd", epsilon=0.3)
    victim = RandomPolicy(TASK)
    with pytest.raises(BadConfig, match="RandomPolicy has none"):
        evaluate(victim, TASK, episodes=1, perturbation=perturbation)
    transferred = evaluate(
        victim, TASK, episodes=2, perturbation=perturbation, source=LinearPolicy(), source_label="linear"
    )
    assert transferred.setting["source"] == "linear"
    assert evaluate(victim, TASK, episodes=1, perturbation=Perturbation(kind="noise", epsilon=0.3)).rows


def test_scale_comes_from_the_task_or_the_normalizer() -> None:
    bare = replace(TASK, observation_scale=None)
    perturbation = Perturbation(kind="noise", epsilon=0.1)
    assert tuple(PerturbedPolicy(SettingsPolicy(), perturbation, bare).scale(4)) == SCALE
    with pytest.raises(BadConfig, match="no observation_scale"):
        evaluate(LinearPolicy(), bare, episodes=1, perturbation=perturbation)
    with pytest.raises(BadConfig, match="its scale has 1"):
        evaluate(LinearPolicy(), replace(TASK, observation_scale=(1.0,)), episodes=1, perturbation=perturbation)


def test_text_and_grids_are_perturbed_inside_the_policy() -> None:
    perturbation = Perturbation(kind="pgd", epsilon=0.1)
    policy = SettingsPolicy()
    attack = PerturbedPolicy(policy, perturbation, TASK)
    actions, memory = attack.act([{"screen": "hello"}], attack.start(TASK, 1))
    assert actions == [0]
    assert policy.seen == (perturbation, 1)
    assert memory is not None
    outside = PerturbedPolicy(LinearPolicy(), perturbation, TASK)
    with pytest.raises(BadConfig, match="no plain vectors"):
        outside.act([{"screen": "hello"}], outside.start(TASK, 1))


def test_vectors_are_perturbed_inside_only_where_they_do_not_decide() -> None:
    perturbation = Perturbation(kind="pgd", epsilon=0.1)
    for policy, expected in ((SettingsPolicy(), (None, None)), (LookingBackPolicy(), (perturbation, 64))):
        attack = PerturbedPolicy(policy, perturbation, TASK)
        attack.act(observations(), attack.start(TASK, 64))
        assert policy.seen == expected


@pytest.mark.parametrize(("kind", "epsilon"), [("storm", 0.1), ("noise", float("nan"))])
def test_impossible_attacks_are_refused(kind: str, epsilon: float) -> None:
    class Settings:
        steps = 10

    settings: Any = Settings()
    settings.kind, settings.epsilon = kind, epsilon
    with pytest.raises(BadConfig):
        PerturbedPolicy(LinearPolicy(), settings, TASK)
