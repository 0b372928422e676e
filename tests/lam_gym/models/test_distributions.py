"""Distributions and divergences against numbers worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from lam_gym.models.distributions import Categorical, Gaussian, divergence


def test_categorical() -> None:
    table = Categorical(torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.9, 0.0]]).log())
    assert table.log_prob(torch.tensor([1, 0])).tolist() == pytest.approx([math.log(0.25), math.log(0.1)])
    assert table.mode().tolist() == [0, 1]
    assert table.select(torch.tensor([1])).log_probs.shape == (1, 3)


def test_gaussian_density() -> None:
    # N(1, 2^2) at 2, times N(-1, 0.5^2) at -1: -(1/8) - log 2 - log(2 pi)/2 - log 0.5 - log(2 pi)/2
    normal = Gaussian(torch.tensor([[1.0, -1.0]]), torch.tensor([[2.0, 0.5]]).log())
    expected = -1 / 8 - math.log(2) - math.log(0.5) - math.log(2 * math.pi)
    assert normal.log_prob(torch.tensor([[2.0, -1.0]])).item() == pytest.approx(expected, rel=1e-6)
    assert normal.mode().tolist() == [[1.0, -1.0]]
    reference = torch.distributions.Normal(normal.mean, normal.log_scale.exp())
    point = torch.tensor([[0.3, 0.4]])
    assert normal.log_prob(point).item() == pytest.approx(reference.log_prob(point).sum().item(), rel=1e-6)


def test_divergence_of_categoricals() -> None:
    left = Categorical(torch.tensor([[0.5, 0.5], [0.5, 0.5]]).log())
    right = Categorical(torch.tensor([[0.25, 0.75], [0.5, 0.5]]).log())
    by_hand = 0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75)
    assert divergence(left, right).tolist() == pytest.approx([by_hand, 0.0], abs=1e-7)


def test_inadmissible_actions_count_nothing() -> None:
    logits = torch.tensor([[1.0, 2.0, -math.inf], [0.0, -math.inf, -math.inf]], requires_grad=True)
    left = Categorical(torch.log_softmax(logits, 1))
    right = Categorical(torch.tensor([[0.25, 0.75, 0.0], [1.0, 0.0, 0.0]]).log())
    p = 1 / (1 + math.e)
    by_hand = p * math.log(p / 0.25) + (1 - p) * math.log((1 - p) / 0.75)
    values = divergence(left, right)
    assert values.tolist() == pytest.approx([by_hand, 0.0], abs=1e-6)
    values.sum().backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert logits.grad[0, 2] == 0
    assert (logits.grad[1] == 0).all()


def test_divergence_of_gaussians() -> None:
    # KL(N(0, 1) || N(1, 2^2)) = log 2 + (1 + 1) / 8 - 1/2;  KL(N(3, 2^2) || N(3, 1)) = -log 2 + 4/2 - 1/2
    left = Gaussian(torch.tensor([[0.0, 3.0]]), torch.tensor([[1.0, 2.0]]).log())
    right = Gaussian(torch.tensor([[1.0, 3.0]]), torch.tensor([[2.0, 1.0]]).log())
    by_hand = (math.log(2) + 2 / 8 - 0.5) + (-math.log(2) + 2 - 0.5)
    assert divergence(left, right).item() == pytest.approx(by_hand, rel=1e-6)
    assert divergence(left, left).item() == 0


def test_kinds_do_not_mix() -> None:
    with pytest.raises(TypeError, match="same kind"):
        divergence(Categorical(torch.zeros(1, 1)), Gaussian(torch.zeros(1, 1), torch.zeros(1, 1)))


def test_detach() -> None:
    leaf = torch.zeros(1, 2, requires_grad=True)
    assert not Categorical(leaf).detach().log_probs.requires_grad
    assert not Gaussian(leaf, leaf).detach().mean.requires_grad
    assert Gaussian(leaf, leaf).select(torch.tensor([0])).log_scale.requires_grad
