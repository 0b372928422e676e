"""Attacks on observations: noise, FGSM and PGD inside an l-infinity ball, while the environment stays as it is.

The threat model is SA-MDP's: the policy sees s + delta with |delta_i| <= epsilon * scale_i, the true state and the
reward are untouched. `scale` is the task's frozen `observation_scale` (or the policy's normalizer), so epsilon counts
standard deviations. Inside this file delta = radius * u with radius_i = epsilon * scale_i and u in the unit cube.

    PerturbedPolicy(policy, Perturbation("pgd", epsilon=0.1), task)     a policy like any other

Letters: B batch, D observation width, A actions, n action width, S attack steps.
Sources: Zhang et al. 2020, "Robust Deep Reinforcement Learning against Adversarial Perturbations on State
Observations" (SA-MDP, MAD); Goodfellow et al. 2015 (FGSM); Madry et al. 2018 (PGD).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadConfig, LamGymError
from lam_gym.models import distributions
from lam_gym.policy import Memory, Policy
from lam_gym.task import Task, get_task
from lam_gym.training.network_policy import SMALLEST_BATCH
from lam_gym.trajectory import Action, Observation

if TYPE_CHECKING:
    import gymnasium

    from lam_gym.training.config import Perturbation

Objective = Callable[[Tensor], Tensor]
"""Perturbed observations [B, D] -> what the attack makes large [B]."""


def divergence(clean: Any, moved: Any) -> Tensor:
    """KL(pi(.|s) || pi(.|s_hat)) of each row [B]: how far a perturbation moves the policy.

    Categorical, log-probabilities [B, A]:        sum_a p_a (log p_a - log q_a)
    Gaussian, (mean m, scale s) [B, n] each:      sum_i log(r_i / s_i) + (s_i^2 + (m_i - k_i)^2) / (2 r_i^2) - 1/2
    """
    return distributions.divergence(_distribution(clean), _distribution(moved))


def ascent(objective: Objective, center: Tensor, radius: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """The objective [B] at center + radius * u, and its gradient [B, D] in u scaled to a largest entry of 1 a row."""
    with torch.enable_grad():
        leaf = u.detach().requires_grad_(True)
        values = objective(center + radius * leaf)
        (gradient,) = torch.autograd.grad(values.sum(), leaf)
    gradient = torch.nan_to_num(gradient)
    largest = gradient.abs().amax(-1, keepdim=True)
    return values.detach(), gradient / torch.where(largest > 0, largest, torch.ones_like(largest))


def fgsm(objective: Objective, center: Tensor, radius: Tensor, start: Tensor) -> Tensor:
    """One sign step to a corner of the ball: u [B, D] = sign of the gradient at `start` (a divergence is flat at 0)."""
    return ascent(objective, center, radius, start)[1].sign()


def pgd(objective: Objective, center: Tensor, radius: Tensor, noise: Tensor, epsilon: float) -> Tensor:
    """Maximal action difference by projected sign ascent: the best u [B, D] that was seen.

    u_{i+1} = clip(u_i + sign(g_i + sqrt(2 epsilon / S) / (i + 2) * noise_i) / S, -1, 1)

    The noise [B, S, D] leaves the start, where the gradient of a divergence is zero. g_i is scaled to a largest entry
    of 1, so that a policy with tiny gradients is not shielded by the noise. The corner that the last gradient points
    to and the opposite one are tried as well: a divergence has a slope on either side of the start.
    """
    steps = noise.shape[1]
    factor = math.sqrt(2 * epsilon / steps)
    u = noise[:, 0].sign() / steps
    best, highest = u, torch.full(u.shape[:1], -math.inf, dtype=u.dtype, device=u.device)
    for i in range(1, steps + 1):
        values, gradient = ascent(objective, center, radius, u)
        best = torch.where((values > highest)[:, None], u, best)
        highest = torch.maximum(values, highest)
        if i < steps:
            u = (u + (gradient + factor / (i + 2) * noise[:, i]).sign() / steps).clamp(-1, 1)
    for corner in (gradient.sign(), -gradient.sign()):
        with torch.no_grad():
            values = objective(center + radius * corner)
        best = torch.where((values > highest)[:, None], corner, best)
        highest = torch.maximum(values, highest)
    return best


@dataclass(frozen=True)
class _Entry:
    """Memory of one attacked episode: the policy's own entry, the episode's seed and how many steps it has acted."""

    inner: Any
    seed: int
    step: int


class PerturbedPolicy:
    """A policy that sees perturbed observations; the same `Policy` to the outside.

    Vector observations are perturbed before the policy sees them, inside |delta_i| <= epsilon * scale_i. "noise" asks
    nothing of the policy; "fgsm" and "pgd" need its `log_probs(task, observations)`, or that of `source` (a transfer
    attack computed on another policy). Observations of other kinds, and vectors that are only a part of what the
    policy looks back on, are perturbed on the embeddings inside policies that offer `act(..., perturbation=,
    streams=)`; for grids and text no real sensor could do that: an upper bound.

    Random numbers depend on (`seed`, the episode's seed, the step), so results do not depend on the batch.
    """

    def __init__(
        self, policy: Policy, perturbation: Perturbation, task: Task | str, seed: int = 0, source: Any = None
    ) -> None:
        self.policy = policy
        self.perturbation = perturbation
        self.task = get_task(task)
        self.seed = seed
        self.source: Any = policy if source is None else source
        if perturbation.kind not in ("noise", "fgsm", "pgd") or not math.isfinite(perturbation.epsilon):
            raise BadConfig(
                f"An attack is 'noise', 'fgsm' or 'pgd' with a finite epsilon, not '{perturbation.kind}' with "
                f"{perturbation.epsilon}."
            )
        self._inside = "perturbation" in inspect.signature(policy.act).parameters and source is None
        self._outside = perturbation.kind == "noise" or source is not None or not self._inside

    def start(self, task: Task, num_envs: int) -> Memory:
        inner = self.policy.start(task, num_envs)
        return [_Entry(None if inner is None else inner[index], index, 0) for index in range(num_envs)]

    def begin(self, task: Task, seed: int, env: gymnasium.Env[Any, Any]) -> _Entry:
        """The memory entry of an episode: the policy's own, with the stream of this seed."""
        begin = getattr(self.policy, "begin", None)
        if begin is not None:
            return _Entry(begin(task, seed, env), seed, 0)
        inner = self.policy.start(task, 1)
        return _Entry(None if inner is None else inner[0], seed, 0)

    def act(self, observations: Sequence[Observation], memory: Memory) -> tuple[Sequence[Action], Memory]:
        assert memory is not None
        memory_free = self.policy.start(self.task, 1) is None
        inner: Memory = None if memory_free else [entry.inner for entry in memory]
        if _is_vector(observations[0]) and (self._outside or self._answers(observations)):
            actions, inner = self.policy.act(self.perturb(observations, memory), inner)
        elif self._inside:
            act: Any = self.policy.act
            streams = [self._stream(entry) for entry in memory]
            actions, inner = act(observations, inner, perturbation=self.perturbation, streams=streams)
        else:
            raise BadConfig(
                f"Observations of '{self.task.name}' are no plain vectors and {type(self.policy).__name__} takes no "
                "perturbation of its embeddings: attack a network policy, or a task with vector observations."
            )
        inner = [None] * len(memory) if inner is None else inner
        return actions, [_Entry(after, entry.seed, entry.step + 1) for after, entry in zip(inner, memory)]

    def perturb(self, observations: Sequence[Observation], memory: Sequence[_Entry]) -> list[NDArray[Any]]:
        """The observations as the policy will see them: each inside the ball around the true one."""
        center = np.stack([np.asarray(observation) for observation in observations])
        radius = self.perturbation.epsilon * self.scale(center.shape[1])
        if self.perturbation.epsilon == 0:
            return list(center)
        streams = [self._stream(entry) for entry in memory]
        if self.perturbation.kind == "noise":
            u = np.stack([stream.uniform(-1, 1, center.shape[1]) for stream in streams])
        else:
            u = self._ascend(center, radius, streams)
        return list((center + radius * u).astype(center.dtype))

    def _answers(self, observations: Sequence[Observation]) -> bool:
        """Whether the policy's `log_probs` takes these observations: they alone decide its actions."""
        try:
            with torch.no_grad():
                self.source.log_probs(self.task, torch.as_tensor(np.stack(observations[:1]), dtype=torch.float32))
        except (AttributeError, LamGymError):
            return False
        self._outside = True
        return True

    def _ascend(
        self, center: NDArray[Any], radius: NDArray[np.float64], streams: Sequence[np.random.Generator]
    ) -> NDArray[Any]:
        """The direction u [B, D] of a gradient attack."""
        log_probs = getattr(self.source, "log_probs", None)
        if log_probs is None:
            raise BadConfig(
                f"A '{self.perturbation.kind}' attack needs a policy with log_probs, and {type(self.source).__name__} "
                "has none: use 'noise', or give source=, a policy to compute the attack on."
            )
        rows, steps = len(center), self.perturbation.steps if self.perturbation.kind == "pgd" else 1
        draws = np.stack([stream.standard_normal((steps, center.shape[1])) for stream in streams])
        # Products of a few rows round differently: fill up, so that an episode does not depend on its neighbors.
        filled = np.minimum(np.arange(max(rows, SMALLEST_BATCH)), rows - 1)
        points = torch.as_tensor(center[filled], dtype=torch.float32)
        reach = torch.as_tensor(radius, dtype=torch.float32)
        noise = torch.as_tensor(draws[filled], dtype=torch.float32)
        with torch.no_grad():
            clean = log_probs(self.task, points)

        def objective(moved: Tensor) -> Tensor:
            return divergence(clean, log_probs(self.task, moved))

        if self.perturbation.kind == "fgsm":
            u = fgsm(objective, points, reach, noise[:, 0].clamp(-1, 1))
        else:
            u = pgd(objective, points, reach, noise, self.perturbation.epsilon)
        moves: NDArray[Any] = u[:rows].double().numpy()
        return moves

    def scale(self, width: int) -> NDArray[np.float64]:
        """The unit of epsilon for each feature [D]: the task's frozen scale, or the policy's own normalizer."""
        scale: Any = self.task.observation_scale
        if scale is None:
            normalizer = getattr(self.source, "normalizer", None)
            if normalizer is None:
                raise BadConfig(
                    f"Task '{self.task.name}' has no observation_scale, which is the unit of epsilon: give it one."
                )
            scale = normalizer(self.task)[1]
            scale = scale[""] if isinstance(scale, Mapping) else scale
        values = np.asarray(scale, dtype=np.float64).ravel()
        if values.shape != (width,):
            raise BadConfig(f"Observations of '{self.task.name}' have {width} features, its scale has {values.size}.")
        return values

    def _stream(self, entry: _Entry) -> np.random.Generator:
        """Random numbers of this step of this episode."""
        return np.random.Generator(np.random.Philox(key=[self.seed, entry.seed], counter=[0, entry.step, 0, 0]))


def _is_vector(observation: Observation) -> bool:
    """Whether an observation is a plain array of real numbers with one axis."""
    return isinstance(observation, np.ndarray) and observation.ndim == 1 and observation.dtype.kind == "f"


def _distribution(output: Any) -> distributions.Distribution:
    """What a policy's `log_probs` gave: a tensor of log-probabilities or a pair (mean, scale)."""
    if isinstance(output, Tensor):
        return distributions.Categorical(output)
    mean, scale = output
    return distributions.Gaussian(mean, scale.log())
