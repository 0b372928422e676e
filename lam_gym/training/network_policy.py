"""A trained network as a `Policy`: acts on batches, remembers windows, answers for its probabilities.

Matrix products round differently for batches of different sizes, and an episode has to go the same way alone or beside
others. So rows are computed in batches of at least `SMALLEST_BATCH`, and continuous actions in double precision,
rounded at the end.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadCheckpoint
from lam_gym.models.behavior import Network
from lam_gym.models.distributions import Categorical, Distribution
from lam_gym.models.heads import MOST_CANDIDATES
from lam_gym.models.inputs import Inputs, collate, screen_texts
from lam_gym.models.large_action import ActionNetwork, Embedded
from lam_gym.models.spaces import ACTIONS_KEY, TaskSpaces
from lam_gym.policy import Memory
from lam_gym.task import Task, get_task
from lam_gym.training.config import Perturbation
from lam_gym.training.perturbation import Noise, perturb, radii
from lam_gym.trajectory import Action, Observation

SMALLEST_BATCH = 8


@dataclass(frozen=True)
class Episode:
    """Memory of one environment: the task, and the encoded frames that the next action may look back on."""

    task: Task
    past: tuple[Tensor, ...] = ()
    """Tokens [E] of the last T - 1 frames."""
    tried: frozenset[tuple[str, str]] = frozenset()
    """Screens of this episode and the text actions taken on them, where the demos never take one again."""


class NetworkPolicy:
    """Greedy policy of a network: the most probable action, or the mean of a continuous one."""

    def __init__(self, network: Network) -> None:
        self.network = network.eval()
        for parameter in self.network.parameters():
            parameter.requires_grad_(False)

    @cached_property
    def _precise(self) -> Network:
        """The network in double precision."""
        return copy.deepcopy(self.network).double()

    def _acting(self, task: str) -> Network:
        """The network that acts: rounding cannot change the more probable action, but shows in a continuous one."""
        return self._precise if self.network.find(task).action.kind == "continuous" else self.network

    @property
    def tasks(self) -> list[str]:
        """Names of the tasks that it was trained on."""
        return list(self.network.spaces)

    def start(self, task: Task, num_envs: int) -> Memory:
        self.network.find(task.name)
        return [Episode(task)] * num_envs

    def act(
        self,
        observations: Sequence[Observation] | NDArray[Any],
        memory: Memory,
        perturbation: Perturbation | None = None,
        streams: Sequence[np.random.Generator] | None = None,
    ) -> tuple[Sequence[Action], Memory]:
        """One action per observation; with a perturbation, on the perturbed embeddings of the last frame.

        Args:
            observations: one per environment.
            memory: as `start` or the last call gave it.
            perturbation: change of the embedded observation (white-box: computed on this network).
            streams: one generator per environment for the perturbation's random start.
        """
        assert memory is not None
        rows = len(observations)
        filled = max(rows, SMALLEST_BATCH)
        observations = list(observations) + [observations[-1]] * (filled - rows)
        episodes: list[Episode] = list(memory) + [memory[-1]] * (filled - rows)
        task = episodes[0].task
        spaces = self.network.find(task.name)
        with torch.no_grad():
            inputs = collate(spaces, observations)
            embedded = self._acting(task.name).embed(task.name, inputs)
            if perturbation is not None:
                embedded = self._attack(task, inputs, embedded, episodes, perturbation, streams)
            distribution, tokens = self._respond(task.name, inputs, embedded, episodes)
        if spaces.repeats:
            actions = to_actions(spaces, distribution, observations)
        else:
            screens = screen_texts(spaces, observations)
            distribution = untried(distribution, screens, observations, episodes)
            actions = to_actions(spaces, distribution, observations)
            steps = zip(screens, actions)
            episodes = [replace(episode, tried=episode.tried | {step}) for episode, step in zip(episodes, steps)]
        if tokens is not None:
            past = [(*episode.past, token)[1 - spaces.window :] for episode, token in zip(episodes, tokens)]
            episodes = [replace(episode, past=frames) for episode, frames in zip(episodes, past)]
        return actions[:rows], episodes[:rows]

    def _respond(
        self, task: str, inputs: Inputs, embedded: Embedded, episodes: Sequence[Episode]
    ) -> tuple[Distribution, Tensor | None]:
        """The distributions, and the tokens [N, E] of these frames where the policy looks back."""
        network = self._acting(task)
        if not isinstance(network, ActionNetwork) or network.find(task).memory_free:
            return network(task, inputs, embedded), None
        tokens, context, ids = network.encode(task, inputs, embedded)
        length = network.find(task).window
        places = torch.tensor([len(episode.past) for episode in episodes])
        laid = tokens.new_zeros(len(episodes), length, tokens.shape[1])
        for row, episode in enumerate(episodes):
            if episode.past:
                laid[row, : len(episode.past)] = torch.stack(episode.past)
        rows = torch.arange(len(episodes))
        hidden = network.trunk(laid.index_put((rows, places), tokens))[rows, places]
        return network.decide(task, hidden, context, ids, inputs, embedded), tokens

    def _attack(
        self,
        task: Task,
        inputs: Inputs,
        embedded: Embedded,
        episodes: Sequence[Episode],
        perturbation: Perturbation,
        streams: Sequence[np.random.Generator] | None,
    ) -> Embedded:
        def respond(moved: Embedded) -> Distribution:
            return self._respond(task.name, inputs, moved, episodes)[0]

        noise = stream_noise(streams or [np.random.default_rng((0, row)) for row in range(inputs.size)])
        return perturb(respond, embedded, radii(self._acting(task.name), task, embedded), perturbation, noise)

    def distribution(self, task: Task | str, observations: Sequence[Observation]) -> Distribution:
        """The distributions over the actions of memory-free observations."""
        task = get_task(task)
        found: Distribution = self.network(task.name, collate(self.network.find(task.name), observations))
        return found

    def log_probs(self, task: Task | str, observations: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Differentiable answer to vectors [B, D] in the environment's own units.

        Discrete actions: log-probabilities [B, A]. Continuous ones: mean and scale (standard deviation), [B, n] each.
        Only for tasks whose observation is one plain vector that decides the action.
        """
        name = get_task(task).name
        spaces = self.network.find(name)
        if not spaces.is_vector:
            raise BadCheckpoint(f"log_probs takes plain vectors without memory, which '{name}' does not show.")
        if observations.ndim != 2 or observations.shape[1] != spaces.fields[0].width:
            raise BadCheckpoint(
                f"log_probs of '{name}' takes vectors [B, {spaces.fields[0].width}], got {tuple(observations.shape)}."
            )
        answer: Distribution = self.network(name, Inputs({spaces.fields[0].key: observations.float()}))
        if isinstance(answer, Categorical):
            return answer.log_probs
        return answer.mean, answer.log_scale.exp()

    def normalizer(self, task: Task | str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Mean and scale of the task's vector, as the network standardises it."""
        name = get_task(task).name
        standardizer = self.network.standardizer(name)
        if not standardizer.keys:
            raise BadCheckpoint(f"Task '{name}' shows no vector, so there is nothing to normalise.")
        mean, scale = standardizer.of(standardizer.keys[0])
        return mean.numpy(), scale.numpy()


def untried(
    distribution: Distribution,
    screens: Sequence[str],
    observations: Sequence[Observation],
    episodes: Sequence[Episode],
) -> Categorical:
    """The distributions over the admissible actions that no episode took on its very screen before.

    An application answers the same action on the same screen in the same way, so a second try only uses up time. Where
    everything was tried, everything may be tried again.
    """
    assert isinstance(distribution, Categorical)
    tried = torch.zeros_like(distribution.log_probs, dtype=torch.bool)
    for row, screen, observation, episode in zip(tried, screens, observations, episodes):
        taken = {action for seen, action in episode.tried if seen == screen}
        if taken:
            offered = observation[ACTIONS_KEY][:MOST_CANDIDATES]
            row[: len(offered)] = torch.tensor([action in taken for action in offered])
    left = distribution.log_probs.masked_fill(tried, -torch.inf)
    return Categorical(torch.where(left.isinf().all(1, keepdim=True), distribution.log_probs, left))


def to_actions(spaces: TaskSpaces, distribution: Distribution, observations: Sequence[Observation]) -> list[Action]:
    """The most probable actions in the form that the environment takes."""
    mode = distribution.mode()
    if spaces.action.kind == "continuous":
        low, high = np.array(spaces.action.low, np.float32), np.array(spaces.action.high, np.float32)
        return list(np.clip(mode.numpy(), low, high).astype(np.float32))
    if spaces.action.kind == "categorical":
        return [int(action) + spaces.action.first for action in mode.tolist()]
    return [observation[ACTIONS_KEY][index] for observation, index in zip(observations, mode.tolist())]


def stream_noise(streams: Sequence[np.random.Generator]) -> Noise:
    """Random starts drawn row by row, each from its own stream."""

    def draw(key: str, value: Tensor) -> Tensor:
        shape = value.shape[1:]
        # A generator of its own for each draw: how much padding others bring must not move what comes next.
        draws = [np.random.default_rng(stream.integers(2**63)) for stream in streams]
        rows = [own.uniform(-1, 1, shape).astype(np.float32) for own in draws]
        rows += rows[-1:] * (len(value) - len(rows))
        return torch.from_numpy(np.stack(rows))

    return draw
