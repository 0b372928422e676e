"""The picture encoder: every layout and size, places kept, no pixel taken for padding."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lam_gym.models.features import FeatureTable, average_blocks, block_shape
from lam_gym.models.inputs import encode_field
from lam_gym.models.picture_encoder import PictureEncoder, embed_picture
from lam_gym.models.spaces import ActionSpaces, FieldSpaces, TaskSpaces

WIDTH = 16


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("shape", [(8, 8, 1), (16, 16, 3), (20, 36, 1), (64, 128, 4), (84, 84, 3), (1, 1, 1)])
def test_sizes(shape: tuple[int, int, int]) -> None:
    encoder = PictureEncoder(shape, 8, WIDTH)
    pixels = embed_picture(torch.randint(256, (2, *shape), dtype=torch.uint8), 256)
    assert encoder(pixels, torch.zeros(2, WIDTH)).shape == (2, WIDTH)
    assert sum(parameter.numel() for parameter in encoder.parameters()) < 80_000


def test_places_matter_and_the_instruction_too() -> None:
    encoder = PictureEncoder((20, 36, 1), 8, WIDTH)
    dark = torch.zeros(3, 20, 36, 1, dtype=torch.uint8)
    dark[0, 4:7, 4:7], dark[1, 4:7, 20:23], dark[2, 4:7, 4:7] = 200, 200, 200
    asked = torch.zeros(3, WIDTH)
    asked[2] = 1
    left, right, other = encoder(embed_picture(dark, 256), asked)
    assert not torch.allclose(left, right, atol=1e-3)
    assert not torch.allclose(left, other, atol=1e-3)


def test_no_pixel_reads_as_padding() -> None:
    every = embed_picture(torch.arange(256, dtype=torch.uint8).view(1, 16, 16, 1), 256)
    assert every.min().item() == 0.5
    assert every.max().item() == 1.5
    assert embed_picture(torch.zeros(1, 1, 1, 1, dtype=torch.uint8), 1).item() == 0.5


def test_layouts_mean_the_same() -> None:
    pixels = np.random.default_rng(0).integers(256, size=(2, 9, 10, 3), dtype=np.uint8)
    last = encode_field(FieldSpaces("", "picture", (9, 10, 3), (256,)), pixels)
    first = encode_field(FieldSpaces("", "picture", (3, 9, 10), (256,)), np.moveaxis(pixels, -1, 1))
    gray = encode_field(FieldSpaces("", "picture", (9, 10), (256,)), pixels[..., 0])
    assert last.dtype == torch.uint8
    assert torch.equal(last, first)
    assert torch.equal(gray, last[..., :1])


def test_tables_show_means_of_blocks() -> None:
    small = FieldSpaces("", "picture", (8, 8), (17,))
    pixels = np.random.default_rng(0).integers(17, size=(2, 8, 8)).astype(np.float32)
    assert (average_blocks(small, pixels)[..., 0] == pixels).all()
    large = FieldSpaces("", "picture", (2, 34, 64), (256,))
    stacks = np.random.default_rng(0).integers(256, size=(3, 2, 34, 64)).astype(np.float32)
    blocks = average_blocks(large, stacks)
    assert blocks.shape[1:] == block_shape(large) == (12, 16, 2)
    assert blocks[1, 2, 3, 1] == pytest.approx(stacks[1, 1, 6:9, 12:16].mean(), rel=1e-6)
    assert blocks[1, 11, 3, 1] == pytest.approx(stacks[1, 1, 33:, 12:16].mean(), rel=1e-6)
    table = FeatureTable(TaskSpaces("test/picture", "look", 1, (large,), ActionSpaces("categorical", 2)))
    encoded = table.encode(list(stacks))
    assert encoded.shape == (3, len(table.names)) == (3, 12 * 16 * 2)
    assert table.names[-1] == "observation[11,15,1]"
