"""Kinds of actions change places as a whole, each keeps its own order, and padding stays behind."""

from __future__ import annotations

import numpy as np

from lam_gym.augmentation.candidates import shuffle_kinds
from lam_gym.models.inputs import encode_candidates

OFFERED = ("click button Star", "click button Move", "click row Anna", "click row Piet", "click row Lena", "back")
KINDS = ((0, 1), (2, 3, 4), (5,))


def test_kinds_change_places_as_a_whole() -> None:
    candidates = encode_candidates([""] * 200, [OFFERED] * 200).numpy()
    order = shuffle_kinds(candidates, np.random.default_rng(0))
    places = {kind: set() for kind in KINDS}
    for row in order.tolist():
        assert sorted(row) == list(range(len(OFFERED)))
        for kind in KINDS:
            first = row.index(kind[0])
            assert tuple(row[first : first + len(kind)]) == kind, "a kind stays together, in its own order"
            places[kind].add(first)
    assert places == {KINDS[0]: {0, 1, 3, 4}, KINDS[1]: {0, 1, 2, 3}, KINDS[2]: {0, 2, 3, 5}}


def test_padding_stays_behind() -> None:
    candidates = encode_candidates(["", ""], [OFFERED, OFFERED[:3]]).numpy()
    for seed in range(20):
        order = shuffle_kinds(candidates, np.random.default_rng(seed))
        assert order[1, 3:].tolist() == [3, 4, 5]


def test_actions_of_one_word() -> None:
    candidates = encode_candidates([""], [("back", "look", "back")]).numpy()
    assert candidates.shape[2] == 1
    assert sorted(shuffle_kinds(candidates, np.random.default_rng(0))[0].tolist()) == [0, 1, 2]
