"""Settings of a training run: one frozen dataclass a stage, TOML on disk, a sentence under each field.

Sizes that follow from the data (observation widths, numbers of actions) are derived, never configured.
"""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from lam_gym.errors import BadConfig, nearest


@dataclass(frozen=True)
class Perturbation:
    """A change of the observation inside an l-infinity ball of size epsilon.

    Epsilon is in published units: vectors in standard deviations of the task's `observation_scale` (else of its demos),
    embedded words and cells in root mean squares of the embedding.
    """

    kind: Literal["noise", "fgsm", "pgd"] = "pgd"
    """noise: uniform in the ball; fgsm: one signed gradient step; pgd: several, from a random start, best one kept."""
    epsilon: float = 0.1
    """Radius of the ball."""
    steps: int = 10
    """Gradient steps of pgd."""

    def __post_init__(self) -> None:
        if not self.epsilon >= 0 or self.steps < 1:
            raise BadConfig(f"A perturbation needs epsilon >= 0 and steps >= 1, got {self.epsilon} and {self.steps}.")


@dataclass(frozen=True)
class LossConfig:
    """Coefficients of the joint loss (L_total = L_A + L_B), named by the method's symbols."""

    lambda_: float = 1.0
    """lambda: weight of the behavior models' own imitation loss in L_B."""
    kappa: float = 0.1
    """kappa: guidance, KL(stopgrad B || A) in L_A."""
    kappa_behavior: float = 0.1
    """kappa_B: agreement, KL(stopgrad A || B) in L_B."""
    beta: float = 0.0
    """beta: adversarial smoothness, KL(A(x) || A(perturbed x)) in L_A."""
    rho: float = 0.0
    """rho: imitation loss on augmented trajectories in L_A."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not value >= 0:
                raise BadConfig(f"The coefficient '{name.rstrip('_')}' must not be negative, got {value}.")


@dataclass(frozen=True)
class AugmentConfig:
    """How demonstrations are augmented."""

    symmetries: bool = True
    """Replace each window by a random image of it under the task's declared symmetries (which are exact)."""
    noise: float = 0.1
    """Augmented copies: Gaussian noise on vectors, in standard deviations of the demos."""
    text: float = 0.1
    """Augmented copies: share of the editable words of an instruction that are replaced, moved or dropped."""
    prune: bool = True
    """Augmented copies leave out idle and redundant steps of a window."""
    paraphrases: int = 0
    """Paraphrases of each demo's instruction that its environment is asked for; each is verified by replay, and
    every window, not the augmented copies alone, shows one at random."""
    reorder: bool = False
    """Show the kinds of admissible actions of a screen (its buttons, its rows, ...) in any order, each kind's actions
    in their own: where a screen has its buttons says nothing about which to press."""
    translator: Literal["none", "pivot", "argos"] = "none"
    """Augmented copies: back-translation of instructions, by the bundled pivot dictionary or by argostranslate."""
    layouts: int = 0
    """Copies of each demo in other training layouts of its application (other labels, orders and nestings), where the
    environment has several; the task's expert acts there anew."""
    labels: float = 0.0
    """Share of the labels (of buttons and options, say), at most one half, that are shown as one of the most similar
    labels of the demos, so that an unknown label, which is read as the nearest known one, is taken with care. A
    pretrained text encoder must be set."""
    swaps: int = 0
    """Further wordings of each demo of a text task, in which two in five of the words that are no data give way to
    words near them in the space of the pretrained text encoder, which must be set."""
    overlooked: float = 0.0
    """Share of the words of instructions that labels consist of, too, which the policy does not find again on the
    screen in a training step, so that it learns what they mean: it is to know "unopened" for "unread". A pretrained
    text encoder must be set."""

    def __post_init__(self) -> None:
        _check_range("augment.noise", self.noise, 0)
        _check_range("augment.text", self.text, 0, 1)
        _check_range("augment.paraphrases", self.paraphrases, 0)
        _check_range("augment.layouts", self.layouts, 0)
        _check_range("augment.labels", self.labels, 0, 0.5)
        _check_range("augment.swaps", self.swaps, 0)
        _check_range("augment.overlooked", self.overlooked, 0, 1)


@dataclass(frozen=True)
class OptimizerConfig:
    """Two AdamW optimisers, one for the large action policy and one for the behavior models."""

    learning_rate: float = 1e-3
    """Peak learning rate of the large action policy."""
    behavior_learning_rate: float = 1e-3
    """Peak learning rate of the behavior models."""
    weight_decay: float = 0.01
    """Decoupled weight decay of both."""
    beta_1: float = 0.9
    """Decay of the first moment."""
    beta_2: float = 0.98
    """Decay of the second moment."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """Learning rate after warm-up."""
    warmup: float = 0.05
    """Share of the steps in which the learning rate rises linearly."""
    max_grad_norm: float = 1.0
    """Gradients are clipped to this global norm, for each optimiser; 0 leaves them."""
    ema: float = 0.995
    """Decay of the averaged weights that act and are evaluated; 0 uses the weights themselves."""

    def __post_init__(self) -> None:
        for name in ("learning_rate", "behavior_learning_rate", "weight_decay", "max_grad_norm"):
            _check_range(f"optimizer.{name}", getattr(self, name), 0)
        for name in ("beta_1", "beta_2", "ema"):
            _check_range(f"optimizer.{name}", getattr(self, name), 0, 0.999999)
        _check_range("optimizer.warmup", self.warmup, 0, 1)


@dataclass(frozen=True)
class TrainConfig:
    """One training run: behavior models and large action policy, jointly."""

    tasks: tuple[str, ...] = ()
    """Tasks to train on; each needs demos. None named: the tasks of the demos."""
    out: str = "runs/run"
    """Folder of the run."""
    preset: str = "s"
    """Size of the large action policy: xs or s; "mlp" clones one vector task by a plain multilayer perceptron."""
    behavior: Literal["network", "tree", "imitation"] = "network"
    """Kind of the behavior models."""
    behavior_hidden: tuple[int, ...] = (64, 64)
    """Hidden layers of a behavior network over a plain vector."""
    text_encoder: str = "hashed"
    """What words mean before training: "hashed" learns all from the demos; "minilm" adds the frozen all-MiniLM-L6-v2
    (extra `pretrained`), "mpnet" the larger all-mpnet-base-v2 (extra `mpnet`), the path of a local Hugging Face folder
    the encoder in it."""
    steps: int = 2000
    """Optimiser steps."""
    batch_size: int = 64
    """Windows per task and step."""
    dropout: float = 0.0
    """Share of the features that are dropped in training where texts are read."""
    window: int = 0
    """Frames of a window; 0 takes each task's own."""
    tasks_per_step: int = 4
    """Tasks whose batches make up one step; with fewer tasks than that, every task is in every step."""
    mixture: float = 0.5
    """A task's weight is its number of demo steps to this power (0 uniform, 1 by size), at least 2 %."""
    seed: int = 0
    """Seed of initial weights, batches, augmentation and perturbation."""
    loss: LossConfig = field(default_factory=LossConfig)
    perturbation: Perturbation = field(default_factory=lambda: Perturbation("pgd", 0.1, 3))
    """Adversary of the beta term."""
    perturb_every: int = 1
    """The beta term enters every so many steps, with that weight."""
    augment_every: int = 1
    """The rho term enters every so many steps, with that weight."""
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    optimizer: OptimizerConfig = field(default_factory=OptimizerConfig)
    log_every: int = 50
    """Steps between two lines of metrics."""
    save_every: int = 500
    """Steps between two checkpoints."""
    evaluate_every: int = 500
    """Steps between two rollout evaluations, which choose the best checkpoint; 0 evaluates only at the end."""
    evaluate_episodes: int = 50
    """Validation episodes a task of each such evaluation; 0 keeps the last checkpoint as the best."""
    relabel_rounds: int = 0
    """Rounds, spread evenly over the first two thirds of the steps, in which the policy acts, the task's expert labels
    the states that it got into, and these join the demos (DAgger)."""
    relabel_episodes: int = 50
    """Episodes a task of each such round."""
    relabel_mixture: float = 0.0
    """Chance, to the power of the round's number, that in such an episode the expert acts instead of the policy."""
    threads: int = 0
    """Torch threads; 0 takes one, which is fastest for networks of these sizes."""
    tensorboard: bool = True
    """Write TensorBoard event files beside metrics.jsonl."""

    def __post_init__(self) -> None:
        positive = (
            "steps",
            "batch_size",
            "tasks_per_step",
            "perturb_every",
            "augment_every",
            "log_every",
            "save_every",
            "relabel_episodes",
        )
        for name in positive:
            if getattr(self, name) < 1:
                raise BadConfig(f"Setting '{name}' must be at least 1, got {getattr(self, name)}.")
        for name in ("window", "seed", "evaluate_every", "evaluate_episodes", "threads"):
            _check_range(name, getattr(self, name), 0)
        _check_range("relabel_rounds", self.relabel_rounds, 0, (2 * self.steps - 1) // 3)
        _check_range("relabel_mixture", self.relabel_mixture, 0, 1)
        _check_range("dropout", self.dropout, 0, 0.9)
        for name in ("labels", "swaps", "overlooked"):
            if getattr(self.augment, name) and self.text_encoder == "hashed":
                raise BadConfig(
                    f"Setting 'augment.{name}' needs a pretrained text encoder: set 'text_encoder' to 'minilm', say."
                )
        if not self.behavior_hidden:
            raise BadConfig("Setting 'behavior_hidden' needs at least one layer.")

    def to_dict(self) -> dict[str, Any]:
        """Plain nested data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TrainConfig:
        """The inverse of `to_dict`; unknown keys and wrong types are errors."""
        config: TrainConfig = _build(cls, data, "")
        return config

    def save(self, path: Path) -> None:
        """Write as TOML."""
        path.write_text(to_toml(self.to_dict()))

    @classmethod
    def load(cls, path: str | Path) -> TrainConfig:
        """Read a TOML file; settings that it leaves out keep their defaults."""
        return cls.from_dict(read_toml(path))


def _check_range(name: str, value: float, low: float, high: float = float("inf")) -> None:
    """Raise BadConfig unless low <= value <= high (which no number is to NaN)."""
    if not low <= value <= high:
        limit = f"at least {low}" if high == float("inf") else f"between {low} and {high}"
        raise BadConfig(f"Setting '{name}' must be {limit}, got {value}.")


def read_toml(path: str | Path) -> dict[str, Any]:
    """The contents of a TOML file."""
    try:
        import tomllib
    except ImportError:  # Python 3.10
        import tomli as tomllib  # type: ignore[no-redef, import-not-found, unused-ignore]
    try:
        return tomllib.loads(Path(path).read_text())
    except FileNotFoundError:
        raise BadConfig(f"There is no configuration file '{path}'.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"'{path}' is not TOML: {error}.") from error


def to_toml(data: Mapping[str, Any], prefix: str = "") -> str:
    """Nested settings as TOML: values first, then a table for each nested part."""
    lines = [f"{key} = {_toml_value(value)}" for key, value in data.items() if not isinstance(value, Mapping)]
    parts = ["\n".join(lines)]
    for key, value in data.items():
        if isinstance(value, Mapping):
            parts.append(f"\n[{prefix}{key}]\n{to_toml(value, f'{prefix}{key}.')}")
    return "\n".join(parts).rstrip() + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return repr(value)


def _build(cls: type[Any], data: Mapping[str, Any], prefix: str) -> Any:
    """A dataclass from nested data, checked key by key."""
    hints = get_type_hints(cls)
    names = [entry.name for entry in fields(cls)]
    values: dict[str, Any] = {}
    for key, value in data.items():
        name = "lambda_" if key == "lambda" else key
        if name not in names:
            raise BadConfig(f"There is no setting '{prefix}{key}'; {nearest(key, names)}")
        values[name] = _check(hints[name], value, f"{prefix}{key}")
    return cls(**values)


def _check(kind: Any, value: Any, name: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, Mapping):
            raise BadConfig(f"Setting '{name}' is a table of settings, got {value!r}.")
        return _build(kind, value, f"{name}.")
    origin = get_origin(kind)
    if origin is Literal:
        if value not in get_args(kind):
            raise BadConfig(f"Setting '{name}' is one of {', '.join(map(str, get_args(kind)))}, got {value!r}.")
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise BadConfig(f"Setting '{name}' is a list, got {value!r}.")
        return tuple(_check(get_args(kind)[0], item, name) for item in value)
    if origin in (Union, types.UnionType):
        return value
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadConfig(f"Setting '{name}' is a {kind.__name__}, got {value!r}.")
    return value
