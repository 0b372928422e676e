"""What a model says about the action: a categorical or a Gaussian distribution, packed over N valid steps.

Letters: N valid steps, A actions (or admissible candidates), n dimensions of a continuous action.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor


@dataclass(frozen=True)
class Categorical:
    """Log-probabilities [N, A] over discrete or admissible actions; -inf where an action is not admissible."""

    log_probs: Float[Tensor, "N A"]

    def log_prob(self, actions: Int[Tensor, " N"]) -> Float[Tensor, " N"]:
        """Log-probability of the action of each step."""
        return self.log_probs.gather(1, actions.unsqueeze(1)).squeeze(1)

    def mode(self) -> Int[Tensor, " N"]:
        """The most probable action."""
        return self.log_probs.argmax(1)

    def detach(self) -> Categorical:
        """The same without gradient."""
        return Categorical(self.log_probs.detach())

    def select(self, rows: Int[Tensor, " M"]) -> Categorical:
        """The distributions of these steps."""
        return Categorical(self.log_probs[rows])


@dataclass(frozen=True)
class Gaussian:
    """Independent normal distributions, mean and log of the standard deviation, in the environment's units."""

    mean: Float[Tensor, "N n"]
    log_scale: Float[Tensor, "N n"]

    def log_prob(self, actions: Float[Tensor, "N n"]) -> Float[Tensor, " N"]:
        """Log-density of the action of each step, summed over dimensions."""
        deviation = (actions - self.mean) * torch.exp(-self.log_scale)
        return -(0.5 * deviation.square() + self.log_scale + 0.5 * math.log(2 * math.pi)).sum(1)

    def mode(self) -> Float[Tensor, "N n"]:
        """The mean."""
        return self.mean

    def detach(self) -> Gaussian:
        """The same without gradient."""
        return Gaussian(self.mean.detach(), self.log_scale.detach())

    def select(self, rows: Int[Tensor, " M"]) -> Gaussian:
        """The distributions of these steps."""
        return Gaussian(self.mean[rows], self.log_scale[rows])


Distribution = Categorical | Gaussian


def divergence(left: Distribution, right: Distribution) -> Float[Tensor, " N"]:
    """Kullback-Leibler divergence KL(left || right) of each step [N], in nats.

    Categorical: sum_a p (log p - log q), where inadmissible actions (p = q = 0) count nothing.
    Gaussian: sum_i log(s_q / s_p) + (s_p^2 + (m_p - m_q)^2) / (2 s_q^2) - 1/2.
    """
    if isinstance(left, Categorical) and isinstance(right, Categorical):
        admissible = torch.isfinite(left.log_probs) & torch.isfinite(right.log_probs)
        left_log = left.log_probs.masked_fill(~admissible, 0.0)
        right_log = right.log_probs.masked_fill(~admissible, 0.0)
        terms = left_log.exp() * (left_log - right_log)
        return terms.masked_fill(~admissible, 0.0).sum(1)
    if isinstance(left, Gaussian) and isinstance(right, Gaussian):
        ratio = torch.exp(2 * (left.log_scale - right.log_scale))
        distance = ((left.mean - right.mean) * torch.exp(-right.log_scale)).square()
        return (right.log_scale - left.log_scale + 0.5 * (ratio + distance - 1)).sum(1)
    raise TypeError("Both distributions must be over the same kind of action.")
