"""Strangers: what is never on one screen though each is seen often, and what that says of unknown labels."""

from __future__ import annotations

import math

import pytest
import torch

from lam_gym.models.strangers import ODD, choose_readings, find_strangers, pack, unpack

DELETE, REMOVE, REPLY = range(3)


def test_names_of_one_button_are_strangers_and_buttons_of_one_screen_are_not() -> None:
    shown = [[DELETE, REPLY], [REMOVE, REPLY]] * 20
    words, strangers = find_strangers(3, shown, [["inbox"]] * 40, range(40))
    assert words == (), "the inbox stands beside all of them"
    assert strangers.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_words_of_lines_are_strangers_of_labels() -> None:
    shown = [[DELETE, REPLY], [REMOVE, REPLY]] * 20
    lines = [["page", "1"], ["page", "2"]] * 20
    words, strangers = find_strangers(3, shown, lines, range(40))
    assert words == ("1", "2")
    assert strangers[:, 3:].tolist() == [[False, True], [True, False], [False, False]]


def test_what_is_rare_is_no_stranger() -> None:
    shown = [[DELETE]] * 10 + [[REMOVE]] * 10
    assert not find_strangers(2, shown, [[]] * 20, range(20))[1].any(), "5 episodes would show both"
    assert find_strangers(2, shown * 2, [[]] * 40, range(40))[1].any(), "10 episodes would"
    assert not find_strangers(2, shown * 2, [[]] * 40, [*range(20)] * 2)[1].any(), "the same ones in other layouts"


def test_no_screens_have_no_strangers() -> None:
    words, strangers = find_strangers(0, [], [], [])
    assert words == ()
    assert strangers.shape == (0, 0)
    words, strangers = find_strangers(0, [[]], [["inbox"]], [0])
    assert words == ()
    assert strangers.shape == (0, 0)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 8), (5, 13)])
def test_strangers_are_packed_and_unpacked(shape: tuple[int, int]) -> None:
    strangers = torch.rand(shape, generator=torch.Generator().manual_seed(0)) < 0.5
    packed = pack(strangers)
    assert all(set(row) <= set("0123456789abcdef") for row in packed)
    assert torch.equal(unpack(packed, shape[1]), strangers)


def test_readings_have_the_highest_sum() -> None:
    none = torch.zeros(3, 3, dtype=torch.bool)
    cosines = torch.tensor([[0.9, 0.8, 0.0], [0.9, 0.1, 0.0]])
    assert choose_readings(cosines, none) == [1, 0], "0.8 + 0.9 is more than 0.9 + 0.1"
    assert choose_readings(torch.tensor([[0.5, -math.inf, -math.inf]] * 2), none) == [0, -1], "no two as the same"
    assert choose_readings(torch.full((1, 3), -math.inf), none) == [-1]


def test_strangers_are_not_read_beside_each_other() -> None:
    strangers = torch.zeros(3, 3, dtype=torch.bool)
    strangers[DELETE, REMOVE] = strangers[REMOVE, DELETE] = True
    cosines = torch.tensor([[0.9, 0.2, 0.1], [0.2, 0.6, 0.6 - ODD / 2]])
    assert choose_readings(cosines, torch.zeros_like(strangers)) == [DELETE, REMOVE]
    assert choose_readings(cosines, strangers) == [DELETE, REPLY]
    cosines[1, REPLY] = 0.6 - 2 * ODD
    assert choose_readings(cosines, strangers) == [DELETE, REMOVE], "where nothing else is near"
