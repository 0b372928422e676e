"""Encoder of a set of things around the agent: attention from the agent's own row over the others that are there.

The order of the others means nothing and says nothing; rows that only fill up the array say nothing at all, and there
may be more or fewer rows than in training.

Letters: N frames, K rows of a set (row 0: the agent), F features of a row (feature 0: 1 where it is present),
E token width.

Sources: Leurent and Mercat 2019 (arXiv 1911.12250, ego-attention over vehicles); Zaheer et al. 2017 ("Deep Sets").
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

PRESENT = 0.5
"""A row whose flag is above this is present."""


def present_rows(rows: Float[Tensor, "N K F"]) -> Bool[Tensor, "N K"]:
    """Which rows are present; the agent's own always is."""
    present = rows[..., 0] > PRESENT
    present[:, 0] = True
    return present


class SetEncoder(nn.Module):
    """Standardised rows to token.

    Each other row is read together with the own one. The own row's query attends to them, which finds the ones that
    matter, and the largest value of each feature says whether any of them has it. Keys and values are linear in the
    rows, so the query is brought into their space and what it found out of it, which is less work than the reverse.
    """

    def __init__(self, features: int, hidden: int, width: int, heads: int) -> None:
        super().__init__()
        inputs = features - 1  # without the flag
        self.heads = heads
        self.own = nn.Sequential(nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, width), nn.SiLU())
        self.other = nn.Linear(inputs, hidden)
        self.beside = nn.Linear(inputs, hidden, bias=False)
        self.pair = nn.Sequential(nn.SiLU(), nn.Linear(hidden, width), nn.SiLU())
        self.nobody = nn.Parameter(0.1 * torch.randn(width))
        """Stands beside the others, so that an empty road is something to attend to."""
        self.query = nn.Linear(width, heads * width)
        self.value = nn.Linear(heads * width, width)
        self.out = nn.Sequential(nn.Linear(3 * width, hidden), nn.SiLU(), nn.Linear(hidden, width))

    def forward(self, rows: Float[Tensor, "N K F"], present: Bool[Tensor, "N K"]) -> Float[Tensor, "N E"]:
        own, others = rows[:, 0, 1:], rows[:, 1:, 1:]
        agent = self.own(own)
        pairs = self.pair(self.other(others) + self.beside(own).unsqueeze(1))
        tokens = torch.cat([self.nobody.expand(len(rows), 1, -1), pairs], dim=1)
        shown = torch.cat([torch.ones_like(present[:, :1]), present[:, 1:]], dim=1)
        largest = tokens.masked_fill(~shown.unsqueeze(-1), float("-inf")).amax(1)
        out: Tensor = self.out(torch.cat([agent, self.look(agent, tokens, shown), largest], dim=1))
        return out

    def look(
        self, agent: Float[Tensor, "N E"], tokens: Float[Tensor, "N R E"], shown: Bool[Tensor, "N R"]
    ) -> Float[Tensor, "N E"]:
        """What the agent's query finds among the rows that are shown."""
        query = self.query(agent).unflatten(1, (self.heads, -1))
        scores = query @ tokens.transpose(1, 2) * tokens.shape[2] ** -0.5
        weights = scores.masked_fill(~shown.unsqueeze(1), float("-inf")).softmax(-1)
        found: Tensor = self.value((weights @ tokens).flatten(1))
        return found
