"""Encoders: padding says nothing, positions are relative, the trunk is causal, the instruction modulates the grid."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from lam_gym.models.encoders import (
    Attention,
    Block,
    CellEmbedding,
    GridEncoder,
    InstructionEncoder,
    ScreenEncoder,
    Trunk,
    VectorEncoder,
    WordEmbedding,
    rotate,
)
from lam_gym.models.words import encode_texts

WIDTH, HEADS = 16, 2


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def words(*texts: str) -> torch.Tensor:
    return torch.from_numpy(encode_texts(texts, 20))


def test_words_that_look_alike_are_close() -> None:
    embedding = WordEmbedding(64)
    archive, archived, fruit, nothing = embedding(F.pad(words("archive archived banana"), (0, 1)))[0]
    assert (nothing == 0).all()
    assert F.cosine_similarity(archive, archived, 0) > F.cosine_similarity(archive, fruit, 0)
    vectors, places = embedding.unique(words("a b a"))
    assert len(vectors) == 2
    assert places[0, 0] == places[0, 2]


@pytest.mark.parametrize("text", ["one", "one two", "one two three four five six"])
def test_the_longest_text_of_a_batch_reads_as_any_other(text: str) -> None:
    """Largest values over words: padding counts as zero, so a text without padding has to count one too."""
    for seed in range(20):
        torch.manual_seed(seed)
        embedding, pool, encoder = WordEmbedding(WIDTH), ScreenEncoder(WIDTH), InstructionEncoder(WIDTH, HEADS)
        ids = words(text)
        more = F.pad(ids, (0, 3))
        tokens, pooled = encoder(embedding(ids), ids != 0)
        tokens_more, pooled_more = encoder(embedding(more), more != 0)
        screen = words("one line of a screen")
        read = pool(embedding(screen), screen, tokens, ids)
        torch.testing.assert_close(pool(embedding(F.pad(screen, (0, 3))), F.pad(screen, (0, 3)), tokens, ids), read)
        torch.testing.assert_close(pool(embedding(screen), screen, tokens_more, more), read)
        torch.testing.assert_close(pooled_more, pooled)
        torch.testing.assert_close(tokens_more[:, : ids.shape[1]], tokens)


def test_a_text_without_words() -> None:
    embedding, pool, encoder = WordEmbedding(WIDTH), ScreenEncoder(WIDTH), InstructionEncoder(WIDTH, HEADS)
    ids = words("")
    context, pooled = encoder(embedding(ids), ids != 0)
    assert torch.isfinite(pooled).all()
    assert torch.isfinite(pool(embedding(ids), ids, context, ids)).all()


def test_a_screen_tells_what_of_the_instruction_it_repeats() -> None:
    embedding, pool, encoder = WordEmbedding(WIDTH), ScreenEncoder(WIDTH), InstructionEncoder(WIDTH, HEADS)
    asked, other, screen = words("call anna"), words("call omar"), words("anna berg")
    differences = []
    for ids in (asked, other):
        context, _ = encoder(embedding(ids), ids != 0)
        pool.matched.data.zero_()
        without = pool(embedding(screen), screen, context, ids)
        pool.matched.data.fill_(1.0)
        differences.append((pool(embedding(screen), screen, context, ids) - without).abs().max().item())
    assert differences[0] > 1e-3
    assert differences[1] == 0.0


def test_rotary_positions_are_relative() -> None:
    query, key = torch.randn(1, 1, 1, 8), torch.randn(1, 1, 1, 8)
    turned_query, turned_key = (rotate(vector.expand(1, 6, 1, 8))[0, :, 0] for vector in (query, key))
    products = turned_query @ turned_key.T
    for distance in range(-5, 6):
        band = torch.diagonal(products, distance)
        torch.testing.assert_close(band, band[:1].expand_as(band), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(rotate(query), query)
    torch.testing.assert_close(turned_query.norm(dim=1), query.norm().expand(6))


def test_a_position_turns_each_pair_of_features() -> None:
    """By hand: position 2, second pair of two, frequency 100 ** (-1 / 2)."""
    turned = rotate(torch.tensor([0.0, 0.0, 1.0, 0.0]).expand(1, 3, 1, 4))[0, 2, 0]
    torch.testing.assert_close(turned, torch.tensor([0.0, 0.0, math.cos(0.2), math.sin(0.2)]))
    stacked = torch.randn(2, 3, 2, 4, 8, dtype=torch.float64)
    assert torch.equal(rotate(stacked)[:, :, 1], rotate(stacked[:, :, 1]))
    assert rotate(stacked).dtype == torch.float64


def test_a_block_is_blind_to_padding_and_transforms_none() -> None:
    """Valid rows and all gradients are those of the rows without padding."""
    block = Block(WIDTH, HEADS, causal=False)
    tokens = torch.randn(2, 5, WIDTH)
    valid = torch.tensor([[True, True, True, False, False], [True] * 5])
    out = block(tokens, valid)
    torch.testing.assert_close(out[0, :3], block(tokens[:1, :3])[0])
    torch.testing.assert_close(out[1], block(tokens[1:])[0])
    (gradient,) = torch.autograd.grad(out[valid].sum(), block.gate.weight, retain_graph=True)
    apart = block(tokens[:1, :3]).sum() + block(tokens[1:]).sum()
    torch.testing.assert_close(gradient, torch.autograd.grad(apart, block.gate.weight)[0])
    assert not torch.autograd.grad(out[0, 3:].sum(), block.gate.weight)[0].any()


def test_attention_reads_valid_places_only() -> None:
    attention = Attention(WIDTH, HEADS, causal=False)
    tokens = torch.randn(2, 5, WIDTH)
    valid = torch.tensor([[True, True, True, False, False], [True] * 5])
    changed = tokens.clone()
    changed[0, 3:] = 9.0
    torch.testing.assert_close(attention(tokens, valid)[0, :3], attention(changed, valid)[0, :3])
    assert not torch.allclose(attention(tokens)[0, :3], attention(changed)[0, :3])


def test_one_token_attends_to_itself() -> None:
    """The short way for windows of one frame gives what the long one gives, and the same gradients."""
    attention = Attention(WIDTH, HEADS, causal=False)
    tokens = torch.randn(3, 1, WIDTH)
    gradients = []
    for valid in (None, torch.ones(3, 1, dtype=torch.bool)):
        attention.zero_grad(set_to_none=True)
        attention(tokens, valid).square().sum().backward()
        gradients.append([parameter.grad for parameter in attention.parameters() if parameter.grad is not None])
    torch.testing.assert_close(attention(tokens), attention(tokens, torch.ones(3, 1, dtype=torch.bool)))
    torch.testing.assert_close(gradients[0], gradients[1])


def test_the_trunk_is_causal() -> None:
    trunk = Trunk(WIDTH, 2, HEADS)
    tokens = torch.randn(2, 5, WIDTH)
    changed = tokens.clone()
    changed[:, 3:] += 1
    assert torch.equal(trunk(tokens)[:, :3], trunk(changed)[:, :3])
    assert not torch.allclose(trunk(tokens)[:, 3], trunk(changed)[:, 3])
    assert Trunk(WIDTH, 0, HEADS)(tokens).shape == tokens.shape


def test_cells_add_their_channels() -> None:
    cells = CellEmbedding((4, 4), 8)
    grid = torch.tensor([[[[1, 2], [3, 0]]]])
    expected = cells.table.weight[1] + cells.table.weight[256 + 2]
    assert torch.equal(cells(grid)[0, 0, 0], expected)
    assert cells(torch.full((1, 1, 1, 2), 255)).isfinite().all()


def test_the_instruction_modulates_the_grid() -> None:
    encoder = GridEncoder((3, 4, 2), 8, WIDTH)
    grid = torch.randn(1, 3, 4, 8)
    one, other = encoder(grid, torch.zeros(1, WIDTH)), encoder(grid, torch.ones(1, WIDTH))
    assert one.shape == (1, WIDTH)
    assert not torch.allclose(one, other)
    moved = encoder(torch.roll(grid, 1, 2), torch.zeros(1, WIDTH))
    assert not torch.allclose(one, moved), "places matter"


def test_vectors() -> None:
    assert VectorEncoder(3, 8, WIDTH)(torch.randn(5, 3)).shape == (5, WIDTH)
