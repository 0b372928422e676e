"""Adversarial inputs for training, and for attacks on embeddings: noise, FGSM and PGD in an l-infinity ball.

A perturbation changes the continuous form of an observation (`network.embed`): standardised vectors, embedded cells,
embedded words; admissible actions are the agent's own and stay. The radius of a vector feature is epsilon in units of
the task's frozen scale; of a row of a set, in standard deviations; of a pixel, in its whole range; of an embedding,
epsilon times the root mean square of the frame's own.

    x~ = argmax_{|x~ - x| <= radius} KL(A(x) || A(x~))        (MAD, Zhang et al. 2020; PGD, Madry et al. 2018)
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lam_gym.models.behavior import Network
from lam_gym.models.distributions import Distribution, divergence
from lam_gym.models.large_action import Embedded
from lam_gym.task import Task
from lam_gym.training.config import Perturbation

Respond = Callable[[Embedded], Distribution]
"""The policy's answer to embedded observations, differentiable."""
Noise = Callable[[str, Tensor], Tensor]
"""Uniform numbers in [-1, 1] of the shape of a field's embedding, by key."""

STEP = 2.5
"""One PGD step is STEP * radius / steps, so that any point of the ball can be reached and left again."""


def radii(network: Network, task: Task, embedded: Embedded) -> dict[str, Tensor]:
    """Radius of a unit ball for each field that may be perturbed, broadcastable to its embedding."""
    units: dict[str, Tensor] = {}
    modalities = {field.key: field.modality for field in network.find(task.name).fields}
    for key, value in embedded.items():
        modality = modalities.get(key, "text")  # the lines of a screen
        if modality == "vector":
            units[key] = _vector_unit(network, task, key)
        elif modality in ("set", "picture"):
            units[key] = torch.ones_like(value[:1, :1].detach())
        elif modality in ("grid", "text"):
            units[key] = _embedding_unit(value.detach())
    return units


def _embedding_unit(value: Tensor) -> Tensor:
    """[N, 1, ...] root mean square of what each frame shows: of its own cells or words, without padding."""
    inner = tuple(range(1, value.ndim))
    shown = (value != 0).any(-1, keepdim=True).sum(inner, keepdim=True).clamp(min=1) * value.shape[-1]
    return (value.square().sum(inner, keepdim=True) / shown).sqrt()


def _vector_unit(network: Network, task: Task, key: str) -> Tensor:
    """The task's frozen scale in the network's own standardised units; 1 where the task has none."""
    scale = network.standardizer(task.name).of(key)[1]
    if task.observation_scale is None or len(task.observation_scale) != len(scale):
        return torch.ones_like(scale)
    return torch.tensor(task.observation_scale, dtype=scale.dtype) / scale


def perturb(
    respond: Respond,
    embedded: Embedded,
    units: dict[str, Tensor],
    perturbation: Perturbation,
    noise: Noise,
    reference: Distribution | None = None,
) -> Embedded:
    """Embedded observations changed inside the ball: the worst that the perturbation's search found, per frame.

    Args:
        respond: the policy under attack.
        embedded: clean embeddings, [N, ...] each.
        units: radius at epsilon 1 (`radii`); fields without one stay.
        perturbation: kind, epsilon and number of steps.
        noise: the random start.
        reference: the policy's answer to the clean embeddings, where it is known already.
    """
    clean = {key: value.detach() for key, value in embedded.items()}
    radius = {key: perturbation.epsilon * unit for key, unit in units.items()}
    # A padded word embeds to zero and must stay there: only what is present moves.
    radius = {key: reach * (clean[key] != 0).any(-1, keepdim=True) for key, reach in radius.items()}
    delta = {key: noise(key, clean[key]) * reach for key, reach in radius.items()}
    if perturbation.kind == "noise" or perturbation.epsilon == 0 or not delta:
        return {key: value + delta[key] if key in delta else value for key, value in clean.items()}
    if reference is None:
        with torch.no_grad():
            reference = respond(clean)
    if perturbation.kind == "fgsm":
        moved, _ = _climb(respond, clean, delta, reference, radius, radius)
        return {key: value + moved[key] if key in moved else value for key, value in clean.items()}
    return _search(respond, clean, delta, reference, radius, perturbation.steps)


def _search(
    respond: Respond,
    clean: Embedded,
    delta: Embedded,
    reference: Distribution,
    radius: dict[str, Tensor],
    steps: int,
) -> Embedded:
    """Projected gradient ascent from `delta`; each frame keeps its best iterate."""
    best, highest = delta, None
    stride = {key: STEP * reach / steps for key, reach in radius.items()}
    for _ in range(steps):
        following, values = _climb(respond, clean, delta, reference, stride, radius)
        best, highest = _better(best, highest, delta, values)
        delta = following
    with torch.no_grad():
        values = divergence(reference, respond(_moved(clean, delta)))
    best, _ = _better(best, highest, delta, values)
    return _moved(clean, best)


def _climb(
    respond: Respond,
    clean: Embedded,
    delta: Embedded,
    reference: Distribution,
    stride: dict[str, Tensor],
    radius: dict[str, Tensor],
) -> tuple[Embedded, Tensor]:
    """One signed gradient step from `delta`, back inside the ball; and the divergence [N] at `delta`."""
    with torch.enable_grad():
        leaves = {key: value.detach().requires_grad_(True) for key, value in delta.items()}
        values = divergence(reference, respond(_moved(clean, leaves)))
        gradients = torch.autograd.grad(values.sum(), list(leaves.values()), allow_unused=True)
    moved: Embedded = {}
    for (key, value), gradient in zip(delta.items(), gradients):
        step = 0.0 if gradient is None else stride[key] * gradient.sign()
        moved[key] = torch.clamp(value + step, -radius[key], radius[key])
    return moved, values.detach()


def _moved(clean: Embedded, delta: Embedded) -> Embedded:
    return {key: value + delta[key] if key in delta else value for key, value in clean.items()}


def _better(best: Embedded, highest: Tensor | None, delta: Embedded, values: Tensor) -> tuple[Embedded, Tensor]:
    """The better of two perturbations for each frame."""
    if highest is None:
        return delta, values
    wins = values > highest
    chosen = {
        key: torch.where(wins.view(-1, *[1] * (value.ndim - 1)), value, best[key]) for key, value in delta.items()
    }
    return chosen, torch.maximum(values, highest)


def uniform_noise(generator: torch.Generator) -> Noise:
    """Random starts from a generator."""

    def draw(key: str, value: Tensor) -> Tensor:
        return 2 * torch.rand(value.shape, generator=generator) - 1

    return draw
