"""The large action policy A: one network over all tasks.

    frame -> encoder of each modality, plus the instruction -> causal trunk over a window of frames -> head of the
    action space

Encoders and heads belong to a signature of spaces, not to a task, so a task adds no code, and tasks of equal spaces
share everything. The same class with other sizes is the behavior model of tasks that are not plain vectors.

Letters: N frames (packed), B windows of T frames, E token width, D observation width, n action dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from lam_gym.errors import BadCheckpoint, nearest
from lam_gym.models.distributions import Distribution
from lam_gym.models.encoders import (
    IN_CONTEXT_ONLY,
    LONGEST_INSTRUCTION,
    CellEmbedding,
    GridEncoder,
    InstructionEncoder,
    Meaning,
    ScreenEncoder,
    Trunk,
    VectorEncoder,
    WordEmbedding,
)
from lam_gym.models.heads import AdmissibleHead, CategoricalHead, GaussianHead
from lam_gym.models.inputs import Inputs
from lam_gym.models.labels import KnownLabels
from lam_gym.models.picture_encoder import PictureEncoder, embed_picture
from lam_gym.models.presets import Preset
from lam_gym.models.pretrained import HASHED, load_pretrained
from lam_gym.models.set_encoder import SetEncoder, present_rows
from lam_gym.models.spaces import FieldSpaces, TaskSpaces
from lam_gym.models.words import encode_texts

CLIP = 10.0
"""Largest standardised observation, as in the published robustness benchmarks."""

Embedded = dict[str, Tensor]
"""Continuous form of each field, and of the lines of a screen: what perturbations change."""
LINES = "lines"
"""Key of the embedded lines to which no admissible action refers."""


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of what a task's demos show and do, by observation key.

    A set has those of its own row, then those of the others that are present: 2 F numbers.
    """

    means: Mapping[str, Sequence[float]]
    scales: Mapping[str, Sequence[float]]
    action_mean: Sequence[float] = ()
    action_scale: Sequence[float] = ()


class Standardizer(nn.Module):
    """Frozen statistics of one task's vectors, sets and continuous actions."""

    action_mean: Tensor
    action_scale: Tensor

    def __init__(self, spaces: TaskSpaces, statistics: Statistics) -> None:
        super().__init__()
        self.keys = [field.key for field in spaces.fields if field.modality in ("vector", "set")]
        for index, key in enumerate(self.keys):
            self.register_buffer(f"mean_{index}", torch.tensor(list(statistics.means[key]), dtype=torch.float32))
            self.register_buffer(f"scale_{index}", _positive(statistics.scales[key]))
        self.register_buffer("action_mean", torch.tensor(list(statistics.action_mean), dtype=torch.float32))
        self.register_buffer("action_scale", _positive(statistics.action_scale))

    def forward(self, key: str, vector: Float[Tensor, "N D"]) -> Float[Tensor, "N D"]:
        """(x - mean) / scale, clipped to +-CLIP."""
        mean, scale = self.of(key)
        return ((vector - mean) / scale).clamp(-CLIP, CLIP)

    def rows(self, key: str, rows: Float[Tensor, "N K F"]) -> Float[Tensor, "N K F"]:
        """The rows of a set, own and others each by their statistics, clipped to +-CLIP; absent rows are zero."""
        mean, scale = (part.view(2, 1, -1) for part in self.of(key))
        own = (rows[:, :1] - mean[0]) / scale[0]
        others = (rows[:, 1:] - mean[1]) / scale[1]
        standardized = torch.cat([own, others], dim=1).clamp(-CLIP, CLIP)
        return standardized.masked_fill(~present_rows(rows).unsqueeze(-1), 0.0)

    def of(self, key: str) -> tuple[Float[Tensor, " D"], Float[Tensor, " D"]]:
        """Mean and scale of the field `key`."""
        index = self.keys.index(key)
        return getattr(self, f"mean_{index}"), getattr(self, f"scale_{index}")


def _positive(scales: Sequence[float]) -> Tensor:
    scale = torch.tensor(list(scales), dtype=torch.float32)
    return torch.where(scale < 1e-6, torch.ones_like(scale), scale)


class ActionNetwork(nn.Module):
    """Encoders, trunk and heads for a set of tasks; see the module's text."""

    def __init__(
        self,
        tasks: Sequence[TaskSpaces],
        preset: Preset,
        statistics: Mapping[str, Statistics],
        text_encoder: str = HASHED,
        dropout: float = 0.0,
        confused_labels: float = 0.0,
        overlooked_words: float = 0.0,
    ) -> None:
        super().__init__()
        self.dropout, self.confused_labels, self.overlooked_words = dropout, confused_labels, overlooked_words
        self.pretrained = None if text_encoder == HASHED else load_pretrained(text_encoder)
        self.spaces = {spaces.task: spaces for spaces in tasks}
        self.labels: dict[str, KnownLabels] = {}
        if self.pretrained is not None:
            named = [spaces for spaces in tasks if spaces.labels]
            for each in named:
                about = (each.labels, each.data_names, self.pretrained, each.screen_words, each.strangers)
                self.labels[each.task] = KnownLabels(each.task, *about)
        self.preset = preset
        self._instructed: dict[str, tuple[Tensor, Tensor, Tensor]] = {}
        width = preset.width
        self.words = WordEmbedding(width, self.pretrained)
        if self.pretrained is not None:
            self.meaning = Meaning(self.pretrained.width, width)
        self.instruction = InstructionEncoder(width, preset.heads, dropout)
        self.trunk = Trunk(width, preset.layers, preset.heads)
        self.encoders = nn.ModuleDict()
        self.cells = nn.ModuleDict()
        self.heads = nn.ModuleDict()
        self.standardizers = nn.ModuleDict()
        for spaces in tasks:
            self.standardizers[_name(spaces.task)] = Standardizer(spaces, statistics[spaces.task])
            for field in read_fields(spaces):
                self._add_encoder(field)
            self._add_head(spaces)

    def _add_encoder(self, field: FieldSpaces) -> None:
        name, width = encoder_name(field), self.preset.width
        if name in self.encoders:
            return
        if field.modality in ("vector", "codes"):
            self.encoders[name] = VectorEncoder(field.width, self.preset.hidden, width)
        elif field.modality == "grid":
            self.cells[name] = CellEmbedding(field.sizes, self.preset.channels)
            self.encoders[name] = GridEncoder(field.shape, self.preset.channels, width)
        elif field.modality == "set":
            self.encoders[name] = SetEncoder(field.shape[1], self.preset.hidden, width, self.preset.heads)
        elif field.modality == "picture":
            self.encoders[name] = PictureEncoder(field.picture_shape, self.preset.channels, width)
        else:
            self.encoders[name] = ScreenEncoder(width)

    def _add_head(self, spaces: TaskSpaces) -> None:
        name, width = head_name(spaces), self.preset.width
        if name in self.heads:
            return
        if spaces.action.kind == "categorical":
            self.heads[name] = CategoricalHead(width, spaces.action.size)
        elif spaces.action.kind == "continuous":
            self.heads[name] = GaussianHead(width, spaces.action.size)
        else:
            self.heads[name] = AdmissibleHead(width, self.preset.heads, self.pretrained, self.dropout)

    def find(self, task: str) -> TaskSpaces:
        """Spaces of a task; a variation ("name@variation") has its task's."""
        return find_spaces(self.spaces, task)

    def standardizer(self, task: str) -> Standardizer:
        """Statistics of the task's vectors and actions."""
        module = self.standardizers[_name(self.find(task).task)]
        assert isinstance(module, Standardizer)
        return module

    def embed(self, task: str, inputs: Inputs) -> Embedded:
        """The continuous form of each field: standardised vectors and rows, pixels, embedded cells and words."""
        embedded: Embedded = {}
        for field in read_fields(self.find(task)):
            values = inputs.fields[field.key]
            if field.modality == "vector":
                embedded[field.key] = self.standardizer(task)(field.key, values)
            elif field.modality == "codes":
                embedded[field.key] = one_hot(values, field.sizes).to(self.trunk.norm_in.weight.dtype)
            elif field.modality == "grid":
                embedded[field.key] = self.cells[encoder_name(field)](values)
            elif field.modality == "set":
                embedded[field.key] = self.standardizer(task).rows(field.key, values)
            elif field.modality == "picture":
                embedded[field.key] = embed_picture(values, field.sizes[0]).to(self.trunk.norm_in.weight.dtype)
            else:
                embedded[field.key] = self.words(values)
        if inputs.lines is not None:
            embedded[LINES] = self.words(inputs.lines)
        return embedded

    def encode(self, task: str, inputs: Inputs, embedded: Embedded) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens of the frames [N, E], and the instruction: words in context [N, L, E] and word ids [N, L]."""
        spaces = self.find(task)
        key = spaces.instruction_key
        if key is None:
            parts = self._instruct(spaces.instruction)
            ids, context, asked = (part.expand(inputs.size, *part.shape[1:]) for part in parts)
        else:
            ids = inputs.fields[key]
            context, asked = self._understand(ids, embedded[key])
        token = asked
        for field in read_fields(spaces):
            if field.key == key:
                continue
            encoder, value = self.encoders[encoder_name(field)], embedded[field.key]
            if field.modality in ("grid", "picture"):
                token = token + encoder(value, asked)
            elif field.modality == "set":
                token = token + encoder(value, present_rows(inputs.fields[field.key]))
            elif field.modality == "text":
                token = token + encoder(value, inputs.fields[field.key], context, ids)
            else:
                token = token + encoder(value)
        return token, context, ids

    def _understand(self, ids: Tensor, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Words of instructions in their context [N, L, E] and pooled [N, E], from their ids and vectors."""
        if self.pretrained is not None:
            if self.training:
                vectors = vectors * (torch.rand(*ids.shape, 1) >= IN_CONTEXT_ONLY)
            vectors = vectors + self.meaning(self.pretrained.in_context(ids))
        context, pooled = self.instruction(vectors, ids != 0)
        return context, pooled

    def _instruct(self, instruction: str) -> tuple[Tensor, Tensor, Tensor]:
        """Word ids, words in context and pooled vector of a task's own instruction; kept while weights are frozen."""
        if instruction in self._instructed:
            return self._instructed[instruction]
        ids = torch.from_numpy(encode_texts([instruction], LONGEST_INSTRUCTION))
        parts = (ids, *self._understand(ids, self.words(ids)))
        if not any(part.requires_grad for part in parts) and not self.training:
            self._instructed[instruction] = parts
        return parts

    def train(self, mode: bool = True) -> ActionNetwork:
        """As `nn.Module.train`; forgets what was kept of frozen weights."""
        self._instructed.clear()
        return super().train(mode)

    def remember(self, tokens: Float[Tensor, "N E"], inputs: Inputs) -> Float[Tensor, "N E"]:
        """The trunk over each window; a frame sees itself and the frames before it in its window."""
        windows = inputs.windows
        if windows is None:
            alone: Tensor = self.trunk(tokens.unsqueeze(1)).squeeze(1)
            return alone
        place = windows.row * windows.length + windows.time
        laid = tokens.new_zeros(windows.batch * windows.length, tokens.shape[1]).index_copy(0, place, tokens)
        out: Tensor = self.trunk(laid.view(windows.batch, windows.length, -1))
        return out.flatten(0, 1)[place]

    def decide(
        self, task: str, hidden: Tensor, context: Tensor, ids: Tensor, inputs: Inputs, embedded: Embedded
    ) -> Distribution:
        """The action's distribution from the trunk's output."""
        spaces = self.find(task)
        head: Any = self.heads[head_name(spaces)]
        decided: Distribution
        if spaces.action.kind == "categorical":
            decided = head(hidden)
        elif spaces.action.kind == "continuous":
            standardizer = self.standardizer(task)
            decided = head(hidden, standardizer.action_mean, standardizer.action_scale)
        else:
            assert inputs.candidates is not None
            candidates, guessed = self._name(spaces.task, inputs.candidates, inputs.lines)
            about = (guessed, self._overlook(spaces.task, ids))
            decided = head(hidden, context, ids, candidates, inputs.lines, embedded[LINES], self.words, *about)
        return decided

    def _name(self, task: str, candidates: Tensor, lines: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The candidates by the names that the demos know, in training some by a neighbour's; which are guesses."""
        labels = self.labels.get(task)
        if labels is None or (self.training and self.confused_labels == 0):
            return candidates, None
        if self.training:
            return labels.confuse(candidates, self.confused_labels)
        return labels.recognize(candidates, lines)

    def _overlook(self, task: str, instruction: Tensor) -> Tensor | None:
        """Words of the instruction that are not to be found on the screen in this training step."""
        labels = self.labels.get(task)
        if labels is None or not self.training or self.overlooked_words == 0:
            return None
        return labels.overlook(instruction, self.overlooked_words)

    def forward(self, task: str, inputs: Inputs, embedded: Embedded | None = None) -> Distribution:
        """Distributions over the actions of N frames.

        Args:
            task: name of the task that all frames are of.
            inputs: the frames.
            embedded: perturbed continuous fields; None embeds the inputs as they are.
        """
        if embedded is None:
            embedded = self.embed(task, inputs)
        tokens, context, ids = self.encode(task, inputs, embedded)
        return self.decide(task, self.remember(tokens, inputs), context, ids, inputs, embedded)


def read_fields(spaces: TaskSpaces) -> tuple[FieldSpaces, ...]:
    """The fields that have an encoder: all, but the screens that the head reads line by line and no memory needs."""
    if spaces.action.kind != "text" or not spaces.memory_free:
        return spaces.fields
    return tuple(field for field in spaces.fields if field.modality != "text" or field.key == spaces.instruction_key)


def find_spaces(known: Mapping[str, TaskSpaces], task: str) -> TaskSpaces:
    """Spaces of a task among those known; a variation ("name@variation") has its task's."""
    name = task if task in known else task.partition("@")[0]
    if name not in known:
        raise BadCheckpoint(f"This policy was not trained on '{task}'; {nearest(task, known)}")
    return known[name]


def one_hot(codes: Tensor, sizes: tuple[int, ...]) -> Float[Tensor, "N K"]:
    """Categorical entries [N, n] side by side, each one-hot."""
    return torch.cat([F.one_hot(codes[:, index], size) for index, size in enumerate(sizes)], dim=1).float()


def encoder_name(field: FieldSpaces) -> str:
    """Name of the encoder that a field uses: its modality and its shape (of a set: of its rows, however many)."""
    if field.modality == "set":
        return f"set-{field.shape[1]}"
    sizes = "x".join(map(str, field.shape + field.sizes))
    return "text" if field.modality == "text" else f"{field.modality}-{sizes}"


def head_name(spaces: TaskSpaces) -> str:
    """Name of the head that a task uses: its action space; vectors of different meaning do not share one."""
    action = spaces.action
    if action.kind == "text":
        return "text"
    signature = "_".join(encoder_name(field) for field in spaces.fields)
    return f"{action.kind}-{action.size}-{signature}"


def _name(task: str) -> str:
    return task.replace(".", "_")
