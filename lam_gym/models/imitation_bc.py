"""Behavior model fitted by `imitation.algorithms.bc.BC`: an SB3 actor-critic network as a policy of lam-gym.

For Discrete and one-dimensional Box actions. Observations are flattened to one vector of numbers and standardised by
the demos' mean and standard deviation before the network sees them; it looks at one observation and remembers nothing.

    model = ImitationModel.fit("control/cartpole", trajectories)
    model.save(folder);  ImitationModel.load(folder)     # acts identically, executes nothing

Actions are computed in double precision and then rounded, so that an episode goes the same way alone or beside others.
Letters: N observations, D features, A actions, n dimensions of a continuous action.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lam_gym.errors import BadCheckpoint, BadConfig, BadDemos
from lam_gym.models.distributions import Categorical, Distribution, Gaussian
from lam_gym.models.features import FeatureTable, ObservationBatch
from lam_gym.models.model_files import load_model, save_model
from lam_gym.models.spaces import ActionSpaces, describe
from lam_gym.policy import Memory
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Action, Trajectory

if TYPE_CHECKING:
    from stable_baselines3.common.policies import ActorCriticPolicy

SMALLEST_SCALE = 1e-6
"""Features that vary less than this are left as they are."""


class ImitationModel:
    """An SB3 actor-critic policy trained by imitation's behavior cloning."""

    kind = "imitation"

    def __init__(self, table: FeatureTable, policy: ActorCriticPolicy, mean: NDArray[Any], scale: NDArray[Any]) -> None:
        self.table = table
        self.spaces = table.spaces
        self.policy = policy.double().eval()
        self.policy.requires_grad_(False)
        self.mean = torch.as_tensor(mean, dtype=torch.float64)
        self.scale = torch.as_tensor(scale, dtype=torch.float64)

    @classmethod
    def fit(
        cls,
        task: Task | str,
        trajectories: Sequence[Trajectory],
        batches: int = 3000,
        batch_size: int = 64,
        net_arch: Sequence[int] = (64, 64),
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> ImitationModel:
        """Train by `BC` on the steps of these trajectories.

        Args:
            task: the task that they come from.
            trajectories: demonstrations.
            batches: steps of the optimiser (Adam).
            batch_size: steps of demonstration in each.
            net_arch: widths of the hidden layers (tanh), of the actor and of the unused critic.
            learning_rate: of Adam.
            seed: of the weights and of the order of the data.
        """
        task = get_task(task)
        if not trajectories:
            raise BadDemos(
                f"An imitation model for '{task.name}' needs at least one trajectory, got none: record some."
            )
        spaces = describe(task)
        if spaces.action.kind == "text":
            raise BadConfig(
                f"imitation's BC takes Discrete and Box actions, and '{task.name}' takes text: use the behavior model "
                "'network' or 'tree', or wrap the environment in lam_envs.text.wrappers.DiscreteActions."
            )
        table = FeatureTable.learn(spaces, trajectories)
        features = table.encode([each.observation(step) for each in trajectories for step in range(len(each))])
        actions = np.concatenate([each.actions for each in trajectories])
        if spaces.action.kind == "categorical":
            actions = actions - spaces.action.first
        mean = features.mean(0, dtype=np.float64)
        spread = features.std(0, dtype=np.float64)
        scale = np.where(spread > SMALLEST_SCALE, spread, 1.0)
        standardized = ((features - mean) / scale).astype(np.float32)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            policy = _build_policy(len(mean), spaces.action, net_arch)
            _train(policy, _Batches(standardized, actions, batch_size, seed), batches, learning_rate, seed)
        return cls(table, policy, mean, scale)

    @property
    def tasks(self) -> list[str]:
        """Name of the task that it was fitted on."""
        return [self.spaces.task]

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: ObservationBatch, memory: Memory) -> tuple[Sequence[Action], Memory]:
        """The most probable action of each observation, or the mean."""
        with torch.inference_mode():
            answer = self._answer(torch.from_numpy(self.table.encode(observations)))
        action = self.spaces.action
        if action.kind == "categorical":
            return (answer.argmax(1) + action.first).tolist(), memory
        return list(np.clip(answer.numpy(), action.low, action.high).astype(np.float32)), memory

    def _answer(self, features: Tensor) -> Tensor:
        """Logits [N, A] or mean actions [N, n] for features [N, D] in the environment's own units."""
        hidden = self.policy.mlp_extractor.forward_actor((features.double() - self.mean) / self.scale)
        answer: Tensor = self.policy.action_net(hidden)
        return answer

    def log_probs(self, task: Task | str, observations: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Differentiable answer to vectors [N, D] in the environment's own units.

        Discrete actions: log-probabilities [N, A]. Continuous ones: mean and standard deviation, [N, n] each.
        Observations that are no plain vector are flattened first (`distribution` does that).
        """
        self._check(task)
        width = len(self.mean)
        if observations.ndim != 2 or observations.shape[1] != width:
            raise BadCheckpoint(
                f"log_probs of '{self.tasks[0]}' takes vectors [N, {width}], got {tuple(observations.shape)}."
            )
        answer = self._answer(observations)
        if self.spaces.action.kind == "categorical":
            return answer.log_softmax(1).to(observations.dtype)
        return answer.to(observations.dtype), self.policy.log_std.exp().expand_as(answer).to(observations.dtype)

    def distribution(self, task: Task | str, observations: ObservationBatch) -> Distribution:
        """The distributions over the actions of these observations."""
        with torch.no_grad():
            answer = self.log_probs(task, torch.from_numpy(self.table.encode(observations)))
        return Gaussian(answer[0], answer[1].log()) if isinstance(answer, tuple) else Categorical(answer)

    def normalizer(self, task: Task | str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Mean and standard deviation [D] that the features are standardised by."""
        self._check(task)
        return self.mean.numpy(), self.scale.numpy()

    def _check(self, task: Task | str) -> None:
        name = get_task(task).name.partition("@")[0]
        if name != self.spaces.task.partition("@")[0]:
            raise BadCheckpoint(f"This model was fitted on '{self.spaces.task}', not on '{name}'.")

    def save(self, folder: str | Path) -> Path:
        """Write model.json and model.safetensors."""
        arrays = {name: value.numpy() for name, value in self.policy.state_dict().items()}
        hidden = [
            layer.out_features for layer in self.policy.mlp_extractor.policy_net if hasattr(layer, "out_features")
        ]
        card = {**self.table.to_json(), "net_arch": hidden}
        return save_model(folder, self.kind, card, {**arrays, "mean": self.mean.numpy(), "scale": self.scale.numpy()})

    @classmethod
    def load(cls, folder: str | Path) -> ImitationModel:
        """The model that `save` wrote. Raises `BadCheckpoint` when the folder holds none."""
        card, arrays = load_model(folder, cls.kind)
        try:
            table = FeatureTable.from_json(card)
            mean, scale = arrays.pop("mean"), arrays.pop("scale")
            policy = _build_policy(len(mean), table.spaces.action, card["net_arch"]).double()
            policy.load_state_dict({name: torch.from_numpy(value) for name, value in arrays.items()})
        except (KeyError, TypeError, RuntimeError) as error:
            raise BadCheckpoint(
                f"The model in '{folder}' does not fit its model.json ({error}): fit it again."
            ) from error
        return cls(table, policy, mean, scale)


def _build_policy(width: int, action: ActionSpaces, net_arch: Sequence[int]) -> ActorCriticPolicy:
    """A fresh SB3 policy on the CPU for `width` numbers."""
    from gymnasium import spaces
    from stable_baselines3.common.policies import ActorCriticPolicy

    observation_space = spaces.Box(-np.inf, np.inf, (width,), np.float32)
    action_space: Any
    if action.kind == "categorical":
        action_space = spaces.Discrete(action.size)
    else:
        action_space = spaces.Box(np.array(action.low, np.float32), np.array(action.high, np.float32))
    return ActorCriticPolicy(observation_space, action_space, lambda _: 1e-3, net_arch=list(net_arch))


class _Batches:
    """Batches of demonstrations for imitation, in a fresh order in each pass; a last incomplete one is left out."""

    def __init__(self, features: NDArray[np.float32], actions: NDArray[Any], batch_size: int, seed: int) -> None:
        self.features = torch.from_numpy(features)
        self.actions = torch.from_numpy(actions)
        self.batch_size = min(batch_size, len(features))
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        order = torch.randperm(len(self.features), generator=self.generator)
        for start in range(0, len(order) - self.batch_size + 1, self.batch_size):
            rows = order[start : start + self.batch_size]
            yield {"obs": self.features[rows], "acts": self.actions[rows]}


def _train(policy: ActorCriticPolicy, data: _Batches, batches: int, learning_rate: float, seed: int) -> None:
    """imitation's BC, without its log and progress bar."""
    from imitation.algorithms.bc import BC
    from imitation.util.logger import HierarchicalLogger
    from stable_baselines3.common.logger import Logger

    trainer = BC(
        observation_space=policy.observation_space,
        action_space=policy.action_space,
        rng=np.random.default_rng(seed),
        policy=policy,
        demonstrations=data,
        batch_size=data.batch_size,
        optimizer_kwargs={"lr": learning_rate},
        device="cpu",
        custom_logger=HierarchicalLogger(Logger(folder=None, output_formats=[])),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Converting a tensor with requires_grad=True", UserWarning)
        trainer.train(n_batches=batches, progress_bar=False, log_interval=batches + 1)
