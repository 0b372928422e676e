"""Encoder of small pictures: a few convolutions that halve what is larger than 16 pixels, then all places side by side.

Letters: N frames, H x W x C a picture, E token width.

Sources: Wu and He 2018 ("Group Normalization"); Perez et al. 2018 (FiLM, the instruction's say in the last layer).
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

LARGEST_MAP = 16
"""Height and width down to which convolutions halve."""
GROUPS = 4
"""Groups of channels that are normalised together."""
CHANNELS_KEPT = 16
"""Channels of each place at the end."""
MIDDLE = 1.0
"""Embedding of a pixel halfway between black and white."""


def embed_picture(pixels: UInt8[Tensor, "N H W C"], values: int) -> Float[Tensor, "N H W C"]:
    """Pixels of 0 to `values` - 1 as numbers from 0.5 to 1.5; none is zero, which stands for padding in embeddings."""
    return pixels.float() / max(1, values - 1) + (MIDDLE - 0.5)


class PictureEncoder(nn.Module):
    """Embedded pixels to token; where a thing stands is kept to the end."""

    def __init__(self, shape: tuple[int, int, int], channels: int, width: int) -> None:
        super().__init__()
        height, breadth, colors = shape
        halvings = max(0, math.ceil(math.log2(max(height, breadth) / LARGEST_MAP)))
        sizes = [colors, channels // 2, *[channels] * max(1, halvings)]
        strides = [2 if layer < halvings else 1 for layer in range(len(sizes) - 1)]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride, padding=1) for before, after, stride in zip(sizes, sizes[1:], strides)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(math.gcd(GROUPS, size), size) for size in sizes[1:])
        self.film = nn.Linear(width, 2 * channels)
        self.keep = nn.Conv2d(channels, CHANNELS_KEPT, 1)
        for _ in range(halvings):
            height, breadth = -(-height // 2), -(-breadth // 2)
        self.out = nn.Linear(CHANNELS_KEPT * height * breadth, width)

    def forward(self, pixels: Float[Tensor, "N H W C"], instruction: Float[Tensor, "N E"]) -> Float[Tensor, "N E"]:
        image = 2 * (pixels.permute(0, 3, 1, 2) - MIDDLE)
        for convolution, norm in zip(self.convolutions, self.norms):
            image = F.silu(norm(convolution(image)))
        scale, shift = self.film(instruction)[:, :, None, None].chunk(2, dim=1)
        kept = F.silu(self.keep(image * (1 + scale) + shift))
        out: Tensor = self.out(kept.flatten(1))
        return out
