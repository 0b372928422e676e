"""Behavior models B: single-task clones of the expert, of three kinds behind one call.

    network     a multilayer perceptron where one plain vector decides, else a small `ActionNetwork`; trained jointly
    tree        a scikit-learn decision tree whose rules read as text; fitted once, fixed during joint training
    imitation   `imitation.algorithms.bc.BC` with an SB3 policy; fitted once, fixed during joint training

Letters: N steps, D observation width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from lam_gym.models.distributions import Distribution
from lam_gym.models.heads import CategoricalHead, GaussianHead
from lam_gym.models.inputs import Inputs
from lam_gym.models.large_action import ActionNetwork, Embedded, Standardizer, Statistics, find_spaces
from lam_gym.models.presets import PRESETS
from lam_gym.models.pretrained import HASHED
from lam_gym.models.spaces import TaskSpaces

KINDS = ("network", "tree", "imitation")
"""Kinds of behavior model."""


class VectorNetwork(nn.Module):
    """Multilayer perceptron over one standardised vector: Linear and tanh for each hidden layer, then the head."""

    def __init__(self, spaces: TaskSpaces, statistics: Statistics, hidden: Sequence[int] = (64, 64)) -> None:
        super().__init__()
        self.spaces = {spaces.task: spaces}
        self.hidden = tuple(hidden)
        self.key = spaces.fields[0].key
        self.standardize = Standardizer(spaces, statistics)
        layers: list[nn.Module] = []
        width = spaces.fields[0].width
        for size in hidden:
            layers += [nn.Linear(width, size), nn.Tanh()]
            width = size
        self.layers = nn.Sequential(*layers)
        self._linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
        self.head: CategoricalHead | GaussianHead
        if spaces.action.kind == "categorical":
            self.head = CategoricalHead(width, spaces.action.size)
        else:
            self.head = GaussianHead(width, spaces.action.size)

    def find(self, task: str) -> TaskSpaces:
        """The spaces of the one task, or of its variations."""
        return find_spaces(self.spaces, task)

    def standardizer(self, task: str) -> Standardizer:
        """Statistics of the task's vector and actions."""
        return self.standardize

    def embed(self, task: str, inputs: Inputs) -> Embedded:
        """The standardised vector."""
        return {self.key: self.standardize.forward(self.key, inputs.fields[self.key])}

    def forward(self, task: str, inputs: Inputs, embedded: Embedded | None = None) -> Distribution:
        """Distributions over the actions of N observations."""
        vector = (self.embed(task, inputs) if embedded is None else embedded)[self.key]
        for layer in self._linear:  # as self.layers(vector), without a Python call of each module
            vector = torch.tanh(F.linear(vector, layer.weight, layer.bias))
        if isinstance(self.head, CategoricalHead):
            return self.head.forward(vector)
        return self.head.forward(vector, self.standardize.action_mean, self.standardize.action_scale)


Network = VectorNetwork | ActionNetwork
"""What the joint loss trains: anything with `embed` and `forward` over packed inputs."""


def build_behavior_network(
    spaces: TaskSpaces, statistics: Statistics, hidden: Sequence[int] = (64, 64), text_encoder: str = HASHED
) -> Network:
    """The behavior model of kind "network" for one task."""
    if spaces.is_vector:
        return VectorNetwork(spaces, statistics, hidden)
    return ActionNetwork([spaces], PRESETS["behavior"], {spaces.task: statistics}, text_encoder)


def fit_behavior(kind: str, task: Any, trajectories: Sequence[Any], seed: int) -> Any:
    """A behavior model of kind "tree" or "imitation", fitted to the trajectories of one task."""
    if kind == "tree":
        from lam_gym.models.tree import TreeModel

        return TreeModel.fit(task, trajectories, seed=seed)
    from lam_gym.models.imitation_bc import ImitationModel

    return ImitationModel.fit(task, trajectories, seed=seed)
