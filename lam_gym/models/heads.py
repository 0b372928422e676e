"""Heads by action space: categorical, continuous, and the scoring of admissible text actions.

Letters: N valid steps, A candidates (admissible actions, padded), L words of a candidate, M words of the instruction,
E token width, n dimensions of a continuous action.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lam_gym.models.distributions import Categorical, Gaussian
from lam_gym.models.encoders import Block, Meaning, WordEmbedding
from lam_gym.models.pretrained import PretrainedText

SMALLEST_SCALE = 0.1
"""Lower bound of a Gaussian head's standard deviation, in units of the demos' action deviation."""
LONGEST_ACTION = 32
"""Words of a described action that are read."""
LONGEST_LABEL = 6
"""Words of an action that a pretrained encoder reads as a whole; longer ones are rows of data."""
MOST_CANDIDATES = 128
"""Admissible actions of one step that have a place of their own."""


class CategoricalHead(nn.Module):
    """Linear logits over a Discrete space."""

    def __init__(self, width: int, actions: int) -> None:
        super().__init__()
        self.logits = nn.Linear(width, actions)

    def forward(self, hidden: Float[Tensor, "N E"]) -> Categorical:
        return Categorical(F.log_softmax(F.linear(hidden, self.logits.weight, self.logits.bias), dim=-1))


class GaussianHead(nn.Module):
    """Linear mean and one learned deviation per dimension, both in units of the demos' actions."""

    def __init__(self, width: int, dimensions: int) -> None:
        super().__init__()
        self.mean = nn.Linear(width, dimensions)
        self.log_scale = nn.Parameter(torch.zeros(dimensions))

    def forward(self, hidden: Float[Tensor, "N E"], shift: Float[Tensor, " n"], unit: Float[Tensor, " n"]) -> Gaussian:
        """The distribution in the environment's units: mean * unit + shift."""
        log_scale = self.log_scale.clamp(min=math.log(SMALLEST_SCALE)) + unit.log()
        mean = self.mean(hidden) * unit + shift
        return Gaussian(mean, log_scale.expand_as(mean))


class AdmissibleHead(nn.Module):
    """Scores each admissible action by its words, the instruction and the trunk's output.

    Every word of a candidate attends to the instruction's words in their context; a word that the instruction repeats
    attends there first (the copy mechanism of pointer networks, Vinyals et al. 2015). The words are pooled to one
    vector per candidate, to which the sum over the instruction's words that it covers is added, so that a row that
    matches in everything asked stands out from one that matches in part. The candidates look at each other once (which
    of the matching rows comes first), and a linear layer scores them. Words are projected once per distinct word.
    """

    def __init__(self, width: int, heads: int, pretrained: PretrainedText | None = None) -> None:
        super().__init__()
        self.pretrained = pretrained
        if pretrained is not None:
            self.label = nn.Sequential(Meaning(pretrained.width, width), nn.SiLU(), nn.Linear(width, width))
        self.match = width // 2
        self.word = nn.Linear(width, self.match + width)
        self.context = nn.Linear(width, self.match + width)
        self.same = nn.Parameter(torch.tensor(6.0))
        self.matched = nn.Parameter(0.5 * torch.randn(width))
        self.place = nn.Parameter(0.1 * torch.randn(LONGEST_ACTION, width))
        self.pool = nn.Linear(2 * width, width)
        self.cover = nn.Linear(width, width)
        self.state = nn.Linear(width, width)
        self.rank = nn.Parameter(0.1 * torch.randn(MOST_CANDIDATES, width))
        self.compare = Block(width, heads, causal=False)
        self.norm = nn.RMSNorm(width)
        self.score = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1))

    def forward(
        self,
        hidden: Float[Tensor, "N E"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
        candidates: Int[Tensor, "N A L"],
        embedding: WordEmbedding,
    ) -> Categorical:
        """Log-probabilities [N, A]; -inf for the padding behind the last candidate (first word absent)."""
        same = (candidates.flatten(1).unsqueeze(2) == instruction.unsqueeze(1)) & (instruction != 0).unsqueeze(1)
        words = self._read(context, instruction, candidates, same, embedding)
        present = (candidates != 0).unsqueeze(-1)
        words = words * present
        mean = words.sum(2) / present.sum(2).clamp(min=1)
        # Padding counts as zero, and so must its absence: the longest action of a batch has none.
        pooled = self.pool(torch.cat([mean, words.amax(2).clamp(min=0)], dim=-1))
        admissible = candidates[:, :, 0] != 0
        covered = same.view(*candidates.shape, -1).any(2).to(context.dtype) @ self.cover(context)
        if self.pretrained is not None:
            pooled = self._read_labels(pooled, candidates, self.pretrained)
        tokens = pooled + covered + self.state(hidden).unsqueeze(1) + self.rank[: candidates.shape[1]]
        tokens = self.norm(self.compare(tokens, admissible))
        scores = self.score(tokens).squeeze(-1).masked_fill(~admissible, -torch.inf)
        return Categorical(F.log_softmax(scores, dim=-1))

    def _read_labels(
        self, pooled: Float[Tensor, "N A E"], candidates: Int[Tensor, "N A L"], pretrained: PretrainedText
    ) -> Float[Tensor, "N A E"]:
        """Adds what the pretrained encoder makes of each short candidate as a whole, such as a button's label."""
        words = candidates.flatten(0, 1)
        length = (words != 0).sum(1)
        short = ((length > 0) & (length <= LONGEST_LABEL)).nonzero().squeeze(1)
        labels, places = torch.unique(words[short, :LONGEST_LABEL], dim=0, return_inverse=True)
        meanings = self.label(pretrained.sentences(labels))
        out: Tensor = pooled.flatten(0, 1).index_add(0, short, meanings[places]).view_as(pooled)
        return out

    def _read(
        self,
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
        candidates: Int[Tensor, "N A L"],
        same: Bool[Tensor, "N AL M"],
        embedding: WordEmbedding,
    ) -> Float[Tensor, "N A L E"]:
        """Words of the candidates with what the instruction says about each."""
        steps, actions, length = candidates.shape
        vectors, places = embedding.unique(candidates.reshape(steps, actions * length))
        keys, values = self.word(vectors).split([self.match, vectors.shape[1]], dim=-1)
        context_keys, context_values = self.context(context).split([self.match, context.shape[2]], dim=-1)
        scores = F.embedding(places, keys) @ context_keys.transpose(1, 2) / math.sqrt(self.match) + self.same * same
        scores = scores.masked_fill((instruction == 0).unsqueeze(1), -1e9)
        weights = F.pad(scores, (1, 0)).softmax(-1)[..., 1:]
        words = F.embedding(places, values) + weights @ context_values
        words = words + same.any(-1, keepdim=True) * self.matched
        return F.silu(words.view(steps, actions, length, -1) + self.place[:length])
