"""Texts of a screen are read against the instruction, each by itself, in order, blind to padding."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lam_gym.models.encoders import WordEmbedding
from lam_gym.models.text_reader import TextReader, in_argument, says_again
from lam_gym.models.words import encode_texts

WIDTH = 16


def encode(*texts: str) -> Tensor:
    return torch.from_numpy(encode_texts(list(texts), 32))


class Reading:
    """A reader with random weights and an instruction."""

    def __init__(self, instruction: str = "take the pear now") -> None:
        torch.manual_seed(0)
        self.embedding, self.reader = WordEmbedding(WIDTH), TextReader(WIDTH)
        self.ids = encode(instruction)

    def __call__(self, texts: Tensor) -> Tensor:
        out: Tensor = self.reader(texts, *self.embedding.unique(texts), self.embedding(self.ids), self.ids)
        return out


def test_what_is_chosen_is_told_from_what_stands_there() -> None:
    texts = encode("select dropdown Size: M = L", "click button M", "=")
    assert in_argument(texts).tolist() == [[False] * 5 + [True], [False] * 6, [False] * 6]


def test_words_that_a_text_says_again() -> None:
    texts = encode("one is sold out, choose two = two", "one two")
    assert says_again(texts[:1].expand(9, -1), texts[0]).tolist() == [False] * 6 + [True, False, True]
    assert says_again(texts[1:].expand(2, -1), texts[1, :2]).tolist() == [False, False]


def test_texts_of_a_frame_and_frames_of_a_batch_are_read_apart() -> None:
    reading = Reading()
    texts = encode("take pear", "a long line of no use", "go", "")
    alone = torch.cat([reading(row.view(1, 1, -1)) for row in texts], dim=1)
    torch.testing.assert_close(reading(texts.unsqueeze(0)), alone)
    reading.ids = reading.ids.expand(4, -1)
    torch.testing.assert_close(reading(texts.unsqueeze(1)), alone.transpose(0, 1))


def test_padding_changes_nothing() -> None:
    reading = Reading()
    texts = encode("take pear", "a long line of no use").unsqueeze(0)
    torch.testing.assert_close(reading(F.pad(texts, (0, 3, 0, 2)))[:, :2], reading(texts))
    assert torch.isfinite(reading(torch.zeros(1, 2, 3, dtype=torch.int64))).all()


def test_the_order_of_words_counts() -> None:
    reading = Reading("say something")
    reading.reader.place.data.zero_()
    first, second = reading(encode("one is out, choose two", "two is out, choose one").unsqueeze(0))[0]
    assert not torch.allclose(first, second)


def test_the_order_of_columns_does_not_count() -> None:
    reading = Reading()
    first, second = reading(
        encode("click row | from Anna | the pear", "click row | the pear | from Anna").unsqueeze(0)
    )[0]
    torch.testing.assert_close(first, second)


def test_places_of_an_argument_count_from_its_start() -> None:
    reading = Reading("say something")
    reading.reader.pool.weight.data[:, : 2 * WIDTH] = 0  # what is said of the line
    short, long = reading(encode("type field Name = pear", "type field Name of the guest = pear").unsqueeze(0))[0]
    torch.testing.assert_close(short, long)


def test_words_of_the_instruction_that_a_text_covers_are_added() -> None:
    reading = Reading()
    texts = encode("pear", "plum").unsqueeze(0)
    before = reading(texts)[0]
    reading.reader.cover.bias.data += 1
    torch.testing.assert_close(reading(texts)[0] - before, torch.tensor([1.0, 0.0]).view(2, 1).expand(2, WIDTH))


def test_an_overlooked_word_is_as_any_other() -> None:
    """Its text reads as one that does not repeat it: what is said by the same vectors under another name."""
    reading = Reading("take the pear now")
    texts = encode("take pear", "take it").unsqueeze(0)
    asked = (reading.embedding(reading.ids), reading.ids)
    overlooked = torch.tensor([[False, False, True, False]])
    seen, unseen = (
        reading.reader(texts, *reading.embedding.unique(texts), *asked, hidden) for hidden in (None, overlooked)
    )
    assert not torch.allclose(seen[0, 0], unseen[0, 0])
    torch.testing.assert_close(seen[0, 1], unseen[0, 1])
    renamed = torch.where(overlooked, encode("apple")[0, 0], reading.ids)
    other = reading.reader(texts, *reading.embedding.unique(texts), asked[0], renamed)
    torch.testing.assert_close(unseen, other)
