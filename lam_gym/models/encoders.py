"""Encoders, one per modality, and the causal trunk that reads a window of their outputs.

Letters: N valid frames (packed: no padding), B windows of T frames, L words, E token width, D observation width,
H x W x C a grid of cells.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lam_gym.models.pretrained import PretrainedText
from lam_gym.models.spaces import CELL_VALUES
from lam_gym.models.words import NUM_ROWS, embedding_rows

BLUR = 0.5
"""Deviation of the noise on a frozen encoder's vectors in training, in units of their root mean square."""
LEFT_OUT = 0.3
"""Share of the words whose correction to a frozen encoder is left out in a training step."""
IN_CONTEXT_ONLY = 0.4
"""Share of the words of an instruction of which, in a training step, only what they mean in their context is read."""
LONGEST_INSTRUCTION = 64
"""Words of an instruction that are read."""


class WordEmbedding(nn.Module):
    """Vectors of words, shared by instructions, screens and actions.

    By default a hashed word and character-3-gram embedding. With a pretrained encoder, what it says of each word by
    itself, through a learned projection, plus a correction of the word's own. Corrections start at zero and are left
    out at random in training, so that a word never seen is what the encoder says of it, and the seen words are not
    learnt by heart.
    """

    def __init__(self, width: int, pretrained: PretrainedText | None = None) -> None:
        super().__init__()
        self.pretrained = pretrained
        if pretrained is not None:
            self.meaning = Meaning(pretrained.width, width)
        self.table = nn.Embedding(NUM_ROWS, width, padding_idx=0)
        nn.init.normal_(self.table.weight, std=0.5 if pretrained is None else 0.0)
        with torch.no_grad():
            self.table.weight[0].zero_()

    def unique(self, words: Int[Tensor, "..."]) -> tuple[Float[Tensor, "U E"], Int[Tensor, "..."]]:
        """Vectors of the U distinct words, and which of them stands at each place."""
        distinct, places = torch.unique(words, return_inverse=True)
        rows = torch.from_numpy(embedding_rows(distinct.cpu().numpy())).to(words.device)
        if self.pretrained is None:
            return self.table(rows).sum(1), places
        corrections = self.table(rows[:, 0])
        if self.training:
            corrections = corrections * (torch.rand(len(rows), 1) >= LEFT_OUT)
        return self.meaning(self.pretrained.sentences(distinct.unsqueeze(1))) + corrections, places

    def forward(self, words: Int[Tensor, "*N L"]) -> Float[Tensor, "*N L E"]:
        """Vectors of words; zero where there is no word."""
        vectors, places = self.unique(words)
        return F.embedding(places, vectors)


class Meaning(nn.Module):
    """A frozen encoder's vectors (of length sqrt(E)) as tokens: a learned linear map.

    In training the vectors are blurred, so that what the map learns of a word holds for words near it.
    """

    def __init__(self, encoder_width: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(encoder_width, width, bias=False)
        nn.init.normal_(self.project.weight, std=encoder_width**-0.5)

    def forward(self, vectors: Float[Tensor, "... E"]) -> Float[Tensor, "... W"]:
        """Tokens; zero for a vector of zeros, which stands for no word."""
        vectors = vectors.to(self.project.weight.dtype)
        if self.training:
            vectors = vectors + BLUR * torch.randn_like(vectors) * (vectors != 0).any(-1, keepdim=True)
        out: Tensor = self.project(vectors)
        return out


class Attention(nn.Module):
    """Multi-head self-attention with rotary positions (Su et al. 2021, "RoFormer")."""

    def __init__(self, width: int, heads: int, causal: bool) -> None:
        super().__init__()
        self.heads, self.causal = heads, causal
        self.inward = nn.Linear(width, 3 * width, bias=False)
        self.outward = nn.Linear(width, width, bias=False)

    def forward(
        self,
        tokens: Float[Tensor, "B T E"],
        valid: Bool[Tensor, "B T"] | None = None,
        positions: Int[Tensor, " T"] | None = None,
    ) -> Tensor:
        batch, length, width = tokens.shape
        if length == 1 and valid is None:  # it attends to itself
            alone: Tensor = self.outward(F.linear(tokens, self.inward.weight[2 * width :]))
            return alone
        projected = self.inward(tokens).view(batch, length, 3, self.heads, -1)
        query, key = rotate(projected[:, :, :2], positions).transpose(1, 3).unbind(2)
        value = projected[:, :, 2].transpose(1, 2)
        allowed = None if valid is None else valid[:, None, None, :]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed, is_causal=self.causal)
        out: Tensor = self.outward(mixed.transpose(1, 2).reshape(batch, length, width))
        return out


def rotate(vectors: Float[Tensor, "B T *k d"], positions: Int[Tensor, " T"] | None = None) -> Float[Tensor, "B T *k d"]:
    """Rotary position embedding: features 2 i and 2 i + 1 turned by an angle that grows with the position (0 to T - 1).

    Each pair is one complex number, so that turning is one product.
    """
    length, half = vectors.shape[1], vectors.shape[-1] // 2
    frequency = 100.0 ** (-torch.arange(half, device=vectors.device) / half)
    if positions is None:
        positions = torch.arange(length, device=vectors.device)
    angle = (positions[:, None] * frequency).view(length, *[1] * (vectors.ndim - 3), half)
    turn = torch.polar(torch.ones_like(angle), angle)
    return torch.view_as_real(torch.view_as_complex(vectors.view(*vectors.shape[:-1], half, 2)) * turn).flatten(-2)


class Block(nn.Module):
    """Pre-norm transformer layer with RMSNorm and SwiGLU."""

    def __init__(self, width: int, heads: int, causal: bool, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        hidden = 8 * width // 3
        self.norm_attention = nn.RMSNorm(width)
        self.attention = Attention(width, heads, causal)
        self.norm_feedforward = nn.RMSNorm(width)
        self.gate = nn.Linear(width, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(
        self,
        tokens: Float[Tensor, "B T E"],
        valid: Bool[Tensor, "B T"] | None = None,
        positions: Int[Tensor, " T"] | None = None,
    ) -> Tensor:
        tokens = tokens + self._drop(self.attention(self.norm_attention(tokens), valid, positions))
        if valid is None:
            return tokens + self._feed_forward(tokens)
        places = valid.flatten().nonzero().squeeze(1)  # padding would cost as much as words
        rows = tokens.flatten(0, 1)
        return rows.index_add(0, places, self._feed_forward(rows.index_select(0, places))).view_as(tokens)

    def _feed_forward(self, tokens: Float[Tensor, "*N E"]) -> Float[Tensor, "*N E"]:
        gate, value = self.gate(self.norm_feedforward(tokens)).chunk(2, dim=-1)
        return self._drop(self.down(self._drop(F.silu(gate) * value)))

    def _drop(self, features: Tensor) -> Tensor:
        return F.dropout(features, self.dropout, self.training) if self.dropout else features


class Trunk(nn.Module):
    """Causal transformer over the frames of a window."""

    def __init__(self, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.norm_in = nn.RMSNorm(width)
        self.blocks = nn.ModuleList(Block(width, heads, causal=True) for _ in range(layers))
        self.norm_out = nn.RMSNorm(width)

    def forward(self, tokens: Float[Tensor, "B T E"]) -> Float[Tensor, "B T E"]:
        tokens = self.norm_in(tokens)
        for block in self.blocks:
            tokens = block(tokens)
        out: Tensor = self.norm_out(tokens)
        return out


class InstructionEncoder(nn.Module):
    """Words of an instruction in their context (two neighbors on each side, then all), and their pooled vector."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.neighbors = nn.Conv1d(width, width, 5, padding=2)
        self.block = Block(width, heads, causal=False, dropout=dropout)
        self.norm = nn.RMSNorm(width)
        self.weigh = nn.Linear(width, 1)

    def forward(self, vectors: Float[Tensor, "N L E"], present: Bool[Tensor, "N L"]) -> tuple[Tensor, Tensor]:
        """Words in context [N, L, E] and pooled [N, E]; absent places are not attended to."""
        shown = present.unsqueeze(-1)
        beside = self.neighbors((vectors * shown).transpose(1, 2)).transpose(1, 2) * shown
        tokens = self.norm(self.block(vectors + beside, present))
        weights = self.weigh(tokens).squeeze(-1).masked_fill(~present, -1e9).softmax(-1)
        return tokens, (weights.unsqueeze(-1) * tokens).sum(1)


class VectorEncoder(nn.Module):
    """Standardised vector to token: two hidden layers."""

    def __init__(self, inputs: int, hidden: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, hidden), nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, width)
        )

    def forward(self, vector: Float[Tensor, "N D"]) -> Float[Tensor, "N E"]:
        out: Tensor = self.layers(vector)
        return out


class CellEmbedding(nn.Module):
    """Cells of a grid as the sum of one embedding per channel (BabyAI 1.1, arXiv 2007.12770)."""

    def __init__(self, sizes: tuple[int, ...], channels: int) -> None:
        super().__init__()
        self.register_buffer("offsets", torch.tensor([CELL_VALUES * index for index in range(len(sizes))]))
        self.table = nn.Embedding(CELL_VALUES * len(sizes), channels)
        self.offsets: Tensor

    def forward(self, cells: Int[Tensor, "N H W C"]) -> Float[Tensor, "N H W E"]:
        out: Tensor = self.table(cells + self.offsets).sum(3)
        return out


class GridEncoder(nn.Module):
    """Embedded cells to token: two residual 3x3 convolutions, each modulated by the instruction (FiLM, Perez 2018).

    Cells know their place by coordinates, and are pooled at the end by maximum and mean (BabyAI 1.1, arXiv 2007.12770)
    and by attention from the instruction: its query looks for the cells that it names, color and type adding up, and
    reads what stands there and where. What matters is so found wherever it stands, and a whole layout is hard to learn
    by heart.
    """

    def __init__(self, shape: tuple[int, ...], channels: int, width: int, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        rows, columns = torch.meshgrid(*(torch.linspace(-1, 1, size) for size in shape[:2]), indexing="ij")
        self.register_buffer("places", torch.stack([rows, columns, rows.abs(), columns.abs()]).unsqueeze(0))
        self.places: Tensor
        self.locate = nn.Conv2d(4, channels, 1)
        self.convolutions = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(layers))
        self.films = nn.ModuleList(nn.Linear(width, 2 * channels) for _ in range(layers))
        self.heads = heads
        self.query = nn.Linear(width, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.place = nn.Parameter(0.5 * torch.randn(shape[0] * shape[1], channels))
        self.out = nn.Linear(3 * channels, width)

    def look(
        self, cells: Float[Tensor, "N H W C"], image: Float[Tensor, "N C H W"], instruction: Float[Tensor, "N E"]
    ) -> Float[Tensor, "N C"]:
        """What the instruction's query finds: keys are the cells as they are, values what was made of them."""
        query = self.query(instruction).unflatten(1, (self.heads, 1, -1))
        key = self.key(cells.flatten(1, 2)).unflatten(2, (self.heads, -1)).transpose(1, 2)
        value = (self.value(image.flatten(2).transpose(1, 2)) + self.place).unflatten(2, (self.heads, -1))
        found = F.scaled_dot_product_attention(query, key, value.transpose(1, 2))
        return found.flatten(1)

    def forward(self, cells: Float[Tensor, "N H W C"], instruction: Float[Tensor, "N E"]) -> Float[Tensor, "N E"]:
        image = cells.permute(0, 3, 1, 2) + self.locate(self.places)
        for convolution, film in zip(self.convolutions, self.films):
            scale, shift = film(instruction)[:, :, None, None].chunk(2, dim=1)
            image = image + F.relu(convolution(image) * (1 + scale) + shift)
        found = self.look(cells, image, instruction)
        out: Tensor = self.out(torch.cat([image.amax((2, 3)), image.mean((2, 3)), found], dim=1))
        return out


class ScreenEncoder(nn.Module):
    """A text beside an instruction as one vector: what it says, and what of the instruction it says again.

    Every word sees its two neighbors on each side and attends to the instruction's words in their context, first to the
    word that it repeats; the words are pooled by mean and maximum. So the vector can tell that the screen shows the
    person who was asked for, or that the first of two things is done.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        half = width // 2
        self.word = nn.Linear(width, half)
        self.neighbors = nn.Conv1d(half, half, 5, padding=2)
        self.key = nn.Linear(width, half)
        self.value = nn.Linear(width, half)
        self.same = nn.Parameter(torch.tensor(6.0))
        self.matched = nn.Parameter(0.5 * torch.randn(half))
        self.out = nn.Linear(2 * half, width)

    def forward(
        self,
        vectors: Float[Tensor, "N L E"],
        ids: Int[Tensor, "N L"],
        context: Float[Tensor, "N M E"],
        instruction: Int[Tensor, "N M"],
    ) -> Float[Tensor, "N E"]:
        """Vectors and ids of the text's words; words of the instruction in context, and their ids."""
        present = (ids != 0).unsqueeze(-1)
        words = self.word(vectors) * present
        words = words + self.neighbors(words.transpose(1, 2)).transpose(1, 2)
        same = (ids.unsqueeze(2) == instruction.unsqueeze(1)) & (instruction != 0).unsqueeze(1)
        scores = words @ self.key(context).transpose(1, 2) / words.shape[2] ** 0.5 + self.same * same
        scores = scores.masked_fill((instruction == 0).unsqueeze(1), -1e9)
        weights = F.pad(scores, (1, 0)).softmax(-1)[..., 1:]
        words = words + weights @ self.value(context) + same.any(-1, keepdim=True) * self.matched
        words = F.silu(words) * present
        mean = words.sum(1) / present.sum(1).clamp(min=1)
        # Padding counts as zero, and so must its absence: the longest text of a batch has none.
        out: Tensor = self.out(torch.cat([mean, words.amax(1).clamp(min=0)], dim=-1))
        return out
