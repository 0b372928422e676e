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
from lam_gym.models.text_reader import TextReader, in_argument, separates

SMALLEST_SCALE = 0.1
"""Lower bound of a Gaussian head's standard deviation, in units of the demos' action deviation."""
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

    Candidates and the lines that no action refers to are read alike (`TextReader`), then look at each other (which of
    the matching rows comes first; what the screen says is set already), and a linear layer scores the candidates. Their
    words are projected once per distinct word.
    """

    def __init__(self, width: int, heads: int, pretrained: PretrainedText | None = None, dropout: float = 0.0) -> None:
        super().__init__()
        self.pretrained = pretrained
        if pretrained is not None:
            self.label = nn.Sequential(Meaning(pretrained.width, width), nn.SiLU(), nn.Linear(width, width))
            self.guessed = nn.Parameter(torch.zeros(width))
        self.read = TextReader(width, dropout)
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
        guessed: Bool[Tensor, "N A"] | None = None,
        overlooked: Bool[Tensor, "N M"] | None = None,
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
            guessed: which candidates' labels are the nearest known ones to those on the screen (`labels`).
            overlooked: which words of the instruction are not found again on the screen, where they stand there, too.
        """
        asked = (context, instruction, overlooked)
        offers = self.read(candidates, *embedding.unique(candidates), *asked)
        if self.pretrained is not None:
            offers = self._read_labels(offers, candidates, self.pretrained)
            if guessed is not None:
                offers = offers + guessed.unsqueeze(2) * self.guessed
        shows = (lines != 0).flatten()
        shows[0] = True  # so that there is one vector at least
        places = shows.nonzero().squeeze(1)
        numbers = torch.zeros_like(lines).flatten().index_copy(0, places, torch.arange(len(places))).view_as(lines)
        rest = self.read(lines, shown.flatten(0, 2).index_select(0, places), numbers, *asked)
        tokens = torch.cat([offers + self.rank[: candidates.shape[1]], rest + self.line[: lines.shape[1]]], dim=1)
        tokens = tokens + self.state(hidden).unsqueeze(1)
        present = torch.cat([candidates[:, :, 0] != 0, lines[:, :, 0] != 0], dim=1)
        # The lines' places do not depend on how far the candidates are padded.
        order = torch.cat([torch.arange(candidates.shape[1]), torch.arange(lines.shape[1]) - MOST_LINES])
        for block in self.compare:
            tokens = block(tokens, present, order)
        tokens = self.norm(tokens[:, : candidates.shape[1]])
        scores = self.score(tokens).squeeze(-1).masked_fill(candidates[:, :, 0] == 0, -torch.inf)
        return Categorical(F.log_softmax(scores, dim=-1))

    def _read_labels(
        self, offers: Float[Tensor, "N A E"], candidates: Int[Tensor, "N A L"], pretrained: PretrainedText
    ) -> Float[Tensor, "N A E"]:
        """Adds what the pretrained encoder makes of a short text as a whole: what is typed or chosen, else a label."""
        words = candidates.flatten(0, 1)
        argument = in_argument(words)
        kept = torch.where(argument.any(1, keepdim=True), argument, (words != 0) & ~separates(words))
        length = kept.sum(1)
        short = ((length > 0) & (length <= LONGEST_LABEL)).nonzero().squeeze(1)
        words, kept = words[short], kept[short]
        words = (words * kept).gather(1, (~kept).int().argsort(dim=1, stable=True))[:, :LONGEST_LABEL]
        labels, places = torch.unique(words, dim=0, return_inverse=True)
        meanings = self.label(pretrained.sentences(labels))
        out: Tensor = offers.flatten(0, 1).index_add(0, short, meanings[places]).view_as(offers)
        return out
