"""The joint loss, term by term (METHOD):

    L_A(theta) = E[ l(A(x), y) ]                         imitation of the expert
               + kappa   E[ KL(stopgrad B || A) ]        guidance by the behavior model
               + beta    E[ max KL(A(x) || A(x~)) ]      adversarial smoothness
               + rho     E[ l(A(x'), y') ]               augmented trajectories
    L_B(omega) = lambda E[ l(B(x), y) ] + kappa_B E[ KL(stopgrad A || B) ]
    L_total    = L_A + L_B

Every mean runs over the N valid frames of a batch, not over B x T, so padding does not scale the gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from lam_gym.models.behavior import Network
from lam_gym.models.distributions import Categorical, Distribution, divergence
from lam_gym.training.batches import Batch
from lam_gym.training.config import LossConfig

Parts = dict[str, Tensor]
"""The weighted terms of a loss by name; they sum to the loss."""


def imitation_loss(distribution: Distribution, actions: Float[Tensor, "N n"] | Int[Tensor, " N"]) -> Float[Tensor, ""]:
    """Negative log-likelihood of the expert's actions: the behavior-cloning loss.

    l = - 1/N sum_i log pi(y_i | x_i)

    With two actions this is the binary cross-entropy -[y log p + (1 - y) log(1 - p)].
    Source: Pomerleau 1988, "ALVINN".
    """
    if isinstance(distribution, Categorical):
        return F.nll_loss(distribution.log_probs, actions)
    return -distribution.log_prob(actions).mean()


def guidance_loss(leader: Distribution, follower: Distribution) -> Float[Tensor, ""]:
    """Mean of KL(stopgrad leader || follower): the follower is drawn towards the leader, which stays.

    Source: Rusu et al. 2015, "Policy Distillation".
    """
    return divergence(leader.detach(), follower).mean()


def smoothness_loss(clean: Distribution, perturbed: Distribution) -> Float[Tensor, ""]:
    """Mean of KL(A(x) || A(x~)) at the adversary's x~; the gradient flows through both.

    Sources: Zhang et al. 2019, "TRADES"; Zhang et al. 2020, SA-MDP.
    """
    return divergence(clean, perturbed).mean()


@dataclass(frozen=True)
class Guides:
    """The behavior model of the batch's task: trained jointly, or fixed with its answers on the batch at hand."""

    network: Network | None = None
    fixed: Distribution | None = None


@dataclass(frozen=True)
class Variants:
    """Other forms of the batch that the loss asks for."""

    perturbed: Distribution | None = None
    """A on the adversary's x~."""
    augmented: Batch | None = None
    """x' with its labels y'."""
    perturbed_weight: float = 1.0
    """Factor of beta in this step (lazy regularisation: k in every k-th step)."""
    augmented_weight: float = 1.0
    """Factor of rho in this step, likewise."""


def joint_loss(
    policy: Network,
    clean: Distribution,
    guides: Guides,
    batch: Batch,
    variants: Variants,
    config: LossConfig,
) -> tuple[Float[Tensor, ""], Parts]:
    """L_total of one batch and its weighted parts. With all coefficients 0 it is `imitation_loss` alone.

    Args:
        policy: the large action policy A.
        clean: A on the batch, with gradient.
        guides: the behavior model B of the batch's task.
        batch: frames and the expert's actions.
        variants: perturbed and augmented forms, where beta and rho ask for them.
        config: the coefficients.
    """
    loss = imitation_loss(clean, batch.actions)
    parts: Parts = {"imitation": loss}
    behavior = _behavior(guides, batch, config)
    if config.kappa > 0 and behavior is not None:
        parts["guidance"] = config.kappa * guidance_loss(behavior, clean)
    if config.beta > 0 and variants.perturbed is not None:
        parts["adversarial"] = config.beta * variants.perturbed_weight * smoothness_loss(clean, variants.perturbed)
    if config.rho > 0 and variants.augmented is not None:
        augmented = policy(batch.task, variants.augmented.inputs)
        parts["augmented"] = (
            config.rho * variants.augmented_weight * imitation_loss(augmented, variants.augmented.actions)
        )
    if guides.network is not None and behavior is not None:
        if config.lambda_ > 0:
            parts["behavior"] = config.lambda_ * imitation_loss(behavior, batch.actions)
        if config.kappa_behavior > 0:
            parts["agreement"] = config.kappa_behavior * guidance_loss(clean, behavior)
    for name in list(parts)[1:]:
        loss = loss + parts[name]
    return loss, parts


def _behavior(guides: Guides, batch: Batch, config: LossConfig) -> Distribution | None:
    """B on the batch, where any coefficient asks for it."""
    if guides.network is not None and (config.lambda_ > 0 or config.kappa > 0 or config.kappa_behavior > 0):
        answer: Distribution = guides.network(batch.task, batch.inputs)
        return answer
    return guides.fixed
