"""Reading the texts of a screen against an instruction: one vector a text.

Letters: N frames, K texts of a frame (padded), L words of a text (padded), M words of the instruction, E token width,
U distinct words, W words of all texts together (packed: no padding).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lam_gym.models.words import ARGUMENT, BAR, word_id

LONGEST_ACTION = 32
"""Words of a described action that are read."""
UNFOUND = -1
"""Stands for a word that is like no other."""


class TextReader(nn.Module):
    """Lines of a screen, and the actions that refer to them, as vectors.

    A text has parts: the columns of its line, and what is typed or chosen there. Every word knows its place in its
    part, the word before it there and whether its text says it again ("vegan is sold out, choose vegetarian"), and
    attends to the instruction's words in their context; a word that the instruction repeats attends there first (the
    copy mechanism of pointer networks, Vinyals et al. 2015). The words are pooled by mean and maximum, what is typed or
    chosen apart from the columns, whose order so does not count, and the sum over the instruction's words that the text
    covers is added: a row that matches in everything asked stands out from one that matches in part.
    """

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.match = width // 2
        self.word = nn.Linear(width, self.match + 2 * width)
        self.context = nn.Linear(width, self.match + width)
        self.same = nn.Parameter(torch.tensor(6.0))
        self.matched = nn.Parameter(0.5 * torch.randn(width))
        self.repeated = nn.Parameter(0.5 * torch.randn(width))
        self.place = nn.Parameter(0.1 * torch.randn(LONGEST_ACTION, width))
        self.pool = nn.Linear(4 * width, width)
        self.cover = nn.Linear(width, width)

    def forward(
        self,
        texts: Int[Tensor, "N K L"],
        vectors: Float[Tensor, "U E"],
        numbers: Int[Tensor, "N K L"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
        overlooked: Bool[Tensor, "N M"] | None = None,
    ) -> Float[Tensor, "N K E"]:
        """One vector a text.

        Args:
            texts: ids of the words, 0 behind the last.
            vectors: vectors of the distinct words.
            numbers: which of them stands at each place.
            context: words of the instruction in their context.
            instruction: their ids.
            overlooked: which of them are not found again in any text.
        """
        frames, count = texts.shape[:2]
        parts = separates(texts)
        frame, text, index = ((texts != 0) & ~parts).nonzero(as_tuple=True)
        word = numbers[frame, text, index]
        behind = torch.arange(1, texts.shape[2] + 1, device=texts.device) * parts
        place = index - behind.cummax(2).values[frame, text, index]
        keys, values, before = self.word(vectors).split([self.match, vectors.shape[1], vectors.shape[1]], dim=1)
        findable = instruction if overlooked is None else instruction.masked_fill(overlooked, UNFOUND)
        heard, same = self._listen(texts[frame, text, index], keys, word, frame, context, findable)
        words = F.embedding(word, values) + heard + same.any(1, keepdim=True) * self.matched
        words = words + F.embedding(word.roll(1), before) * (place > 0).unsqueeze(1)
        words = words + says_again(texts[frame, text], texts[frame, text, index]).unsqueeze(1) * self.repeated
        words = F.dropout(F.silu(words + self.place[place]), self.dropout, self.training)
        owner = frame * count + text
        part = 2 * owner + in_argument(texts)[frame, text, index]
        sizes = torch.bincount(part, minlength=2 * frames * count).clamp(min=1).unsqueeze(1)
        empty = words.new_zeros(len(sizes), words.shape[1])
        mean = empty.index_add(0, part, words) / sizes
        peak = empty.scatter_reduce(0, part.unsqueeze(1).expand_as(words), words, "amax")
        pooled: Tensor = self.pool(torch.cat([mean, peak], dim=1).view(frames, count, -1))
        covered = words.new_zeros(frames * count, same.shape[1]).index_add(0, owner, same.to(words.dtype))
        covers: Tensor = covered.clamp(max=1).view(frames, count, -1) @ self.cover(context)
        return pooled + covers

    def _listen(
        self,
        ids: Int[Tensor, " W"],
        keys: Float[Tensor, "U H"],
        word: Int[Tensor, " W"],
        frame: Int[Tensor, " W"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
    ) -> tuple[Float[Tensor, "W E"], Bool[Tensor, "W M"]]:
        """What the instruction says to each word, and which of its words are the same."""
        sizes = torch.bincount(frame, minlength=len(instruction))
        longest = max(1, int(sizes.max()))
        cell = frame * longest + torch.arange(len(frame), device=frame.device) - (sizes.cumsum(0) - sizes)[frame]
        shape = (len(instruction), longest)
        laid = [ids.new_zeros(shape[0] * shape[1]).index_copy(0, cell, part).view(shape) for part in (ids, word)]
        same = (laid[0].unsqueeze(2) == instruction.unsqueeze(1)) & (instruction != 0).unsqueeze(1)
        asked_keys, asked = self.context(context).split([self.match, context.shape[2]], dim=2)
        scores = F.embedding(laid[1], keys) @ asked_keys.transpose(1, 2) / math.sqrt(self.match) + self.same * same
        scores = scores.masked_fill((instruction == 0).unsqueeze(1), -1e9)
        weights = F.pad(scores, (1, 0)).softmax(-1)[..., 1:]
        return (weights @ asked).flatten(0, 1)[cell], same.flatten(0, 1)[cell]


def in_argument(texts: Int[Tensor, "*N L"]) -> Bool[Tensor, "*N L"]:
    """Which words of described actions are what is typed or chosen."""
    after = (texts == word_id(ARGUMENT)).cumsum(-1) > 0
    return after & (texts != 0) & (texts != word_id(ARGUMENT))


def separates(texts: Int[Tensor, "*N L"]) -> Bool[Tensor, "*N L"]:
    """Which words stand between the parts of a text."""
    return (texts == word_id(BAR)) | (texts == word_id(ARGUMENT))


def says_again(texts: Int[Tensor, "W L"], words: Int[Tensor, " W"]) -> Bool[Tensor, " W"]:
    """Which words stand more than once in their text."""
    return (texts == words.unsqueeze(1)).sum(1) > 1
