"""Heads by action space: categorical, continuous, and the scoring of admissible text actions.

Letters: N valid steps, A candidates (admissible actions, padded), L words of a candidate, M words of the instruction,
R other lines of the screen, K words of a line, E token width, n dimensions of a continuous action.
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
from lam_gym.models.words import ARGUMENT, word_id

SMALLEST_SCALE = 0.1
"""Lower bound of a Gaussian head's standard deviation, in units of the demos' action deviation."""
LONGEST_ACTION = 32
"""Words of a described action that are read."""
LONGEST_LABEL = 6
"""Words of an action that a pretrained encoder reads as a whole; longer ones are rows of data."""
COMPARISONS = 2
"""Layers in which candidates and lines look at each other."""
MOST_LINES = 32
"""Pieces of lines that are read beside the candidates."""
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
    """Scores each admissible action by its words, the instruction, the rest of the screen and the trunk's output.

    Candidates and the lines that no action refers to are read alike. Every word attends to the instruction's words in
    their context; a word that the instruction repeats attends there first (the copy mechanism of pointer networks,
    Vinyals et al. 2015). The words are pooled to one vector per text, what is typed or chosen apart from the line where
    it is, and the sum over the instruction's words that it covers is added, so that a row that matches in everything
    asked stands out from one that matches in part. Candidates and lines then look at each other (which of the matching
    rows comes first; what the screen says is set already), and a linear layer scores the candidates. Their words are
    projected once per distinct word.
    """

    def __init__(self, width: int, heads: int, pretrained: PretrainedText | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.pretrained = pretrained
        self.dropout = dropout
        if pretrained is not None:
            self.label = nn.Sequential(Meaning(pretrained.width, width), nn.SiLU(), nn.Linear(width, width))
        self.match = width // 2
        self.word = nn.Linear(width, self.match + width)
        self.context = nn.Linear(width, self.match + width)
        self.same = nn.Parameter(torch.tensor(6.0))
        self.matched = nn.Parameter(0.5 * torch.randn(width))
        self.place = nn.Parameter(0.1 * torch.randn(LONGEST_ACTION, width))
        self.pool = nn.Linear(4 * width, width)
        self.cover = nn.Linear(width, width)
        self.state = nn.Linear(width, width)
        self.rank = nn.Parameter(0.1 * torch.randn(MOST_CANDIDATES, width))
        self.line = nn.Parameter(0.1 * torch.randn(MOST_LINES, width))
        self.compare = nn.ModuleList(Block(width, heads, causal=False, dropout=dropout) for _ in range(COMPARISONS))
        self.norm = nn.RMSNorm(width)
        self.score = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1))

    def forward(
        self,
        hidden: Float[Tensor, "N E"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
        candidates: Int[Tensor, "N A L"],
        lines: Int[Tensor, "N R K"],
        shown: Float[Tensor, "N R K E"],
        embedding: WordEmbedding,
    ) -> Categorical:
        """Log-probabilities [N, A]; -inf for the padding behind the last candidate (first word absent).

        Args:
            hidden: the trunk's output.
            context: words of the instruction in their context.
            instruction: their ids.
            candidates: ids of the words of each admissible action.
            lines: ids of the words of the other lines of the screen.
            shown: vectors of those words.
            embedding: vectors of any word.
        """
        vectors, numbers = embedding.unique(candidates.flatten(1))
        offers = self._read(F.embedding(numbers, self.word(vectors)), candidates, context, instruction)
        if self.pretrained is not None:
            offers = self._read_labels(offers, candidates, self.pretrained)
        rest = self._read(self.word(shown.flatten(1, 2)), lines, context, instruction)
        tokens = torch.cat([offers + self.rank[: candidates.shape[1]], rest + self.line[: lines.shape[1]]], dim=1)
        tokens = tokens + self.state(hidden).unsqueeze(1)
        present = torch.cat([candidates[:, :, 0] != 0, lines[:, :, 0] != 0], dim=1)
        # The lines' places do not depend on how far the candidates are padded.
        places = torch.cat([torch.arange(candidates.shape[1]), torch.arange(lines.shape[1]) - MOST_LINES])
        for block in self.compare:
            tokens = block(tokens, present, places)
        tokens = self.norm(tokens[:, : candidates.shape[1]])
        scores = self.score(tokens).squeeze(-1).masked_fill(candidates[:, :, 0] == 0, -torch.inf)
        return Categorical(F.log_softmax(scores, dim=-1))

    def _read_labels(
        self, offers: Float[Tensor, "N A E"], candidates: Int[Tensor, "N A L"], pretrained: PretrainedText
    ) -> Float[Tensor, "N A E"]:
        """Adds what the pretrained encoder makes of a short text as a whole: what is typed or chosen, else a label."""
        words = candidates.flatten(0, 1)
        argument = in_argument(words)
        rows, chosen = argument.nonzero(as_tuple=True)
        words = words.masked_fill(argument.any(1, keepdim=True), 0)
        words[rows, chosen - argument.int().argmax(1)[rows]] = candidates.flatten(0, 1)[rows, chosen]
        length = (words != 0).sum(1)
        short = ((length > 0) & (length <= LONGEST_LABEL)).nonzero().squeeze(1)
        labels, places = torch.unique(words[short, :LONGEST_LABEL], dim=0, return_inverse=True)
        meanings = self.label(pretrained.sentences(labels))
        out: Tensor = offers.flatten(0, 1).index_add(0, short, meanings[places]).view_as(offers)
        return out

    def _read(
        self,
        projected: Float[Tensor, "N KL F"],
        texts: Int[Tensor, "N K L"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
    ) -> Float[Tensor, "N K E"]:
        """One vector a text, from its projected words and what the instruction says about each."""
        ids = texts.flatten(1)
        same = (ids.unsqueeze(2) == instruction.unsqueeze(1)) & (instruction != 0).unsqueeze(1)
        asked = self.context(context)
        keys, values = projected[..., : self.match], projected[..., self.match :]
        context_keys, context_values = asked[..., : self.match], asked[..., self.match :]
        scores = keys @ context_keys.transpose(1, 2) / math.sqrt(self.match) + self.same * same
        scores = scores.masked_fill((instruction == 0).unsqueeze(1), -1e9)
        weights = F.pad(scores, (1, 0)).softmax(-1)[..., 1:]
        words = values + weights @ context_values + same.any(-1, keepdim=True) * self.matched
        words = F.silu(words.view(*texts.shape, -1) + self.place[: texts.shape[2]])
        words = F.dropout(words, self.dropout, self.training)
        argument = in_argument(texts)
        parts = []
        for part in ((texts != 0) & ~argument, argument):
            shown = words * part.unsqueeze(-1)
            # Padding counts as zero, and so must its absence: the longest text of a batch has none.
            parts += [shown.sum(2) / part.sum(2, keepdim=True).clamp(min=1), shown.amax(2).clamp(min=0)]
        pooled: Tensor = self.pool(torch.cat(parts, dim=-1))
        covered: Tensor = same.view(*texts.shape, -1).any(2).to(context.dtype) @ self.cover(context)
        return pooled + covered


def in_argument(texts: Int[Tensor, "*N L"]) -> Bool[Tensor, "*N L"]:
    """Which words of described actions are what is typed or chosen."""
    after = (texts == word_id(ARGUMENT)).cumsum(-1) > 0
    return after & (texts != 0) & (texts != word_id(ARGUMENT))
