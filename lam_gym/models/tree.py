"""Decision tree as a behavior model: fitted by scikit-learn, kept as plain arrays, its rules readable as text.

Discrete actions: a classifier. Continuous actions: a regressor. Text actions: a classifier over pairs of an
observation and an admissible action that says which one the expert chose. It looks at one observation and remembers
nothing.

    model = TreeModel.fit("control/cartpole", trajectories)
    print(model.rules())
    model.save(folder);  TreeModel.load(folder)          # acts identically, executes nothing

Letters: N observations, F features, A actions, n dimensions of a continuous action, M nodes of the tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lam_gym.errors import BadCheckpoint, BadDemos
from lam_gym.models.distributions import Categorical, Distribution, Gaussian
from lam_gym.models.features import CandidateTable, FeatureTable, ObservationBatch, choices_of
from lam_gym.models.model_files import load_model, save_model
from lam_gym.models.spaces import describe
from lam_gym.policy import Memory
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Action, Trajectory

Table = FeatureTable | CandidateTable
LogProbs = NDArray[np.float64] | tuple[NDArray[np.float64], NDArray[np.float64]]
SMALLEST_SCALE = 1e-3
"""Smallest standard deviation of a continuous action, in its own units."""


@dataclass(frozen=True)
class TreeArrays:
    """A binary tree of M nodes; node 0 is the root and children come after their parents."""

    left: NDArray[np.int64]
    """[M] child where feature <= threshold; -1 at leaves."""
    right: NDArray[np.int64]
    """[M]"""
    feature: NDArray[np.int64]
    """[M] column that is asked; negative at leaves."""
    threshold: NDArray[np.float64]
    """[M]"""
    value: NDArray[np.float64]
    """[M, A] counts of the training steps by action, or [M, n] mean action."""
    scale: NDArray[np.float64]
    """[M, n] standard deviation of a continuous action; [M, 0] otherwise."""

    def __post_init__(self) -> None:
        if not self._is_tree():
            raise BadCheckpoint("The arrays of a decision tree do not make up a tree: fit it again.")

    def _is_tree(self) -> bool:
        """Whether all arrays have a row per node and every inner node has two children behind it."""
        nodes = len(self.left)
        parts = (self.right, self.feature, self.threshold, self.value, self.scale)
        if not nodes or any(len(part) != nodes for part in parts):
            return False
        inner = np.flatnonzero(self.left >= 0)
        first, last = np.minimum(self.left, self.right)[inner], np.maximum(self.left, self.right)[inner]
        return bool((first > inner).all() and (last < nodes).all() and (self.feature[inner] >= 0).all())

    def find_leaves(self, features: NDArray[np.float32]) -> NDArray[np.int64]:
        """[N] the leaf of each row of features [N, F]."""
        rows = np.arange(len(features))
        node = np.zeros(len(features), dtype=np.int64)
        while True:
            inner = self.left[node] >= 0
            if not inner.any():
                return node
            values = features[rows, np.where(inner, self.feature[node], 0)]
            child = np.where(values <= self.threshold[node], self.left[node], self.right[node])
            node = np.where(inner, child, node)


class TreeModel:
    """A fitted tree as a policy."""

    kind = "tree"

    def __init__(self, table: Table, arrays: TreeArrays, rules: str) -> None:
        self.table = table
        self.spaces = table.spaces
        self.arrays = arrays
        self._rules = rules

    @classmethod
    def fit(
        cls,
        task: Task | str,
        trajectories: Sequence[Trajectory],
        max_depth: int | None = None,
        min_samples_leaf: int = 2,
        ccp_alpha: float = 0.0,
        seed: int = 0,
    ) -> TreeModel:
        """Fit a tree to the steps of these trajectories.

        Args:
            task: the task that they come from.
            trajectories: demonstrations.
            max_depth: questions from the root to a leaf; 12 when None, 20 for continuous actions.
            min_samples_leaf: training steps that a leaf needs.
            ccp_alpha: cost-complexity pruning; larger prunes more.
            seed: breaks ties between equally good questions.
        """
        task = get_task(task)
        if not trajectories:
            raise BadDemos(f"A tree for '{task.name}' needs at least one trajectory, got none: record some.")
        spaces = describe(task)
        table: Table
        if spaces.action.kind == "text":
            table = CandidateTable.learn(spaces, trajectories)
        else:
            table = FeatureTable.learn(spaces, trajectories)
        features, targets = _training_set(table, trajectories)
        if max_depth is None:
            max_depth = 20 if spaces.action.kind == "continuous" else 12
        settings = {"max_depth": max_depth, "min_samples_leaf": min_samples_leaf, "ccp_alpha": ccp_alpha}
        estimator = _make_estimator(spaces.action.kind, {**settings, "random_state": seed})
        if spaces.action.kind == "continuous":
            unit = np.maximum(targets.std(0), SMALLEST_SCALE)
            estimator.fit(features, targets / unit)
            estimator.tree_.value[:, :, 0] *= unit  # in place, so that the rules are in the actions' units too
            arrays = _extract_regressor(estimator, features, targets)
        else:
            estimator.fit(features, targets)
            arrays = _extract_classifier(estimator, _width(table))
        return cls(table, arrays, _write_rules(estimator, table))

    @property
    def tasks(self) -> list[str]:
        """Name of the task that it was fitted on."""
        return [self.spaces.task]

    def rules(self) -> str:
        """The tree as indented text, one question or answer a line."""
        return self._rules

    def start(self, task: Task, num_envs: int) -> Memory:
        return None

    def act(self, observations: ObservationBatch, memory: Memory) -> tuple[Sequence[Action], Memory]:
        """The most frequent action of each observation's leaf, or its mean."""
        value = self.arrays.value[self.arrays.find_leaves(self.table.encode(observations))]
        action = self.spaces.action
        if action.kind == "categorical":
            return (value.argmax(1) + action.first).tolist(), memory
        if action.kind == "continuous":
            return list(np.clip(value, action.low, action.high).astype(np.float32)), memory
        choices = [choices_of(observation) for observation in observations]
        starts = np.cumsum([0, *map(len, choices)])
        share = _share(value)
        return [
            candidates[int(share[start : start + len(candidates)].argmax())]
            for candidates, start in zip(choices, starts.tolist())
        ], memory

    def predict_log_probs(self, observations: ObservationBatch) -> LogProbs:
        """What the tree says about the action of each observation; it has no gradient.

        Discrete: log-probabilities [N, A], p_a = (count_a + 1) / (count + A) in the leaf (Laplace). Text: the same for
        the question "is it chosen?", normalised over the admissible actions, [N, most of them], -inf behind the last.
        Continuous: mean and standard deviation, [N, n] each.
        """
        leaves = self.arrays.find_leaves(self.table.encode(observations))
        value = self.arrays.value[leaves]
        if self.spaces.action.kind == "continuous":
            return value, self.arrays.scale[leaves]
        if self.spaces.action.kind == "categorical":
            discrete: NDArray[np.float64] = np.log((value + 1) / (value.sum(1, keepdims=True) + value.shape[1]))
            return discrete
        counts = [len(choices_of(observation)) for observation in observations]
        answer = np.full((len(counts), max(counts)), -np.inf)
        rows = np.repeat(np.arange(len(counts)), counts)
        places = np.concatenate([np.arange(count) for count in counts])
        share = _share(value)
        answer[rows, places] = np.log(share / np.bincount(rows, weights=share)[rows])
        return answer

    def distribution(self, task: Task | str, observations: ObservationBatch) -> Distribution:
        """`predict_log_probs` as a distribution of tensors, the form that all behavior models share."""
        answer = self.predict_log_probs(observations)
        if isinstance(answer, tuple):
            mean, scale = (torch.from_numpy(part.astype(np.float32)) for part in answer)
            return Gaussian(mean, scale.log())
        return Categorical(torch.from_numpy(answer.astype(np.float32)))

    def save(self, folder: str | Path) -> Path:
        """Write model.json, model.safetensors and rules.txt."""
        return save_model(folder, self.kind, self.table.to_json(), vars(self.arrays), {"rules.txt": self._rules})

    @classmethod
    def load(cls, folder: str | Path) -> TreeModel:
        """The model that `save` wrote. Raises `BadCheckpoint` when the folder holds none."""
        card, arrays = load_model(folder, cls.kind)
        try:
            table: Table
            table = CandidateTable.from_json(card) if "action_words" in card else FeatureTable.from_json(card)
            tree = TreeArrays(**{name: arrays[name] for name in TreeArrays.__dataclass_fields__})
            rules = (Path(folder) / "rules.txt").read_text()
        except (KeyError, TypeError, OSError) as error:
            raise BadCheckpoint(f"The tree in '{folder}' lacks {error}: fit it again.") from error
        spread = table.spaces.action.size if table.spaces.action.kind == "continuous" else 0
        widths = (tree.value.shape[1], tree.scale.shape[1])
        if widths != (_width(table), spread) or (tree.feature >= len(table.names)).any():
            raise BadCheckpoint(f"The tree in '{folder}' does not fit its model.json: fit it again.")
        return cls(table, tree, rules)


def _width(table: Table) -> int:
    """Columns of a leaf's value: actions, dimensions, or "not chosen" and "chosen"."""
    return 2 if table.spaces.action.kind == "text" else table.spaces.action.size


def _share(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Laplace-smoothed share [C] of chosen candidates in each leaf, from counts [C, 2]."""
    share: NDArray[np.float64] = (value[:, 1] + 1) / (value.sum(1) + 2)
    return share


def _training_set(table: Table, trajectories: Sequence[Trajectory]) -> tuple[NDArray[np.float32], NDArray[Any]]:
    """Features and targets of all steps: action index, action vector, or whether the candidate was chosen."""
    observations = [each.observation(step) for each in trajectories for step in range(len(each))]
    features = table.encode(observations)
    actions = np.concatenate([each.actions for each in trajectories])
    if isinstance(table, FeatureTable):
        first = table.spaces.action.first
        return features, actions - first if table.spaces.action.kind == "categorical" else actions
    chosen = [
        [candidate == action for candidate in choices_of(observation)]
        for observation, action in zip(observations, actions)
    ]
    return features, np.array([entry for row in chosen for entry in row], dtype=np.int64)


def _make_estimator(kind: str, settings: dict[str, Any]) -> Any:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    return (DecisionTreeRegressor if kind == "continuous" else DecisionTreeClassifier)(**settings)


def _extract_classifier(estimator: Any, width: int) -> TreeArrays:
    """The arrays of a fitted scikit-learn classifier over `width` classes."""
    tree = estimator.tree_
    value = np.zeros((tree.node_count, width))
    counts = np.rint(tree.value[:, 0, :] * tree.weighted_n_node_samples[:, None])
    value[:, estimator.classes_.astype(np.int64)] = counts
    return _take_arrays(tree, value, np.zeros((tree.node_count, 0)))


def _extract_regressor(estimator: Any, features: NDArray[np.float32], actions: NDArray[Any]) -> TreeArrays:
    """The arrays of a fitted scikit-learn regressor, with the spread of the actions in each leaf."""
    mean = estimator.tree_.value[:, :, 0].astype(np.float64)
    scale = _leaf_scale(estimator.apply(features), actions.astype(np.float64), mean)
    return _take_arrays(estimator.tree_, mean, scale)


def _take_arrays(tree: Any, value: NDArray[np.float64], scale: NDArray[np.float64]) -> TreeArrays:
    return TreeArrays(
        left=tree.children_left.astype(np.int64),
        right=tree.children_right.astype(np.int64),
        feature=tree.feature.astype(np.int64),
        threshold=tree.threshold.astype(np.float64),
        value=value,
        scale=scale,
    )


def _leaf_scale(
    leaves: NDArray[np.int64], actions: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """[M, n] standard deviation of the training actions about each leaf's mean.

    s^2 = (sum of squares in the leaf + mean square of all leaves) / (steps in the leaf + 1): small leaves lean on the
    others.
    """
    squares = (actions - mean[leaves]) ** 2
    sums = np.zeros_like(mean)
    np.add.at(sums, leaves, squares)
    counts = np.bincount(leaves, minlength=len(mean))[:, None]
    scale: NDArray[np.float64] = np.sqrt((sums + squares.mean(0)) / (counts + 1))
    return np.maximum(scale, SMALLEST_SCALE)


def _write_rules(estimator: Any, table: Table) -> str:
    """scikit-learn's text of the tree, with the names of features and actions."""
    from sklearn.tree import export_text

    names, depth = table.names, max(1, int(estimator.get_depth()))
    if table.spaces.action.kind == "continuous":
        return str(export_text(estimator, feature_names=names, max_depth=depth, decimals=3))
    if isinstance(table, CandidateTable):
        classes = ["not chosen" if label == 0 else "chosen" for label in estimator.classes_]
    else:
        classes = [f"action {label + table.spaces.action.first}" for label in estimator.classes_]
    return str(export_text(estimator, feature_names=names, class_names=classes, max_depth=depth, decimals=3))
