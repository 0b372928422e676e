"""Every word is driven to its end; the shortest paths by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lam_envs.driving.reeds_shepp import (
    FAMILIES,
    MAX_SEGMENTS,
    NUM_WORDS,
    SIZES,
    drive_segment,
    enumerate_words,
    shortest_path,
    wrap,
)


def test_every_word_ends_at_the_goal() -> None:
    generator = np.random.default_rng(0)
    turns, lengths = np.zeros((NUM_WORDS, MAX_SEGMENTS), np.int64), np.zeros((NUM_WORDS, MAX_SEGMENTS))
    sizes = np.zeros(NUM_WORDS, np.int64)
    seen = np.zeros(NUM_WORDS, np.int64)
    for _ in range(400):
        x, y = generator.uniform(-15.0, 15.0, 2).tolist()
        phi, radius = float(generator.uniform(-math.pi, math.pi)), float(generator.uniform(3.0, 8.0))
        enumerate_words(x, y, phi, radius, turns, lengths, sizes)
        seen += sizes > 0
        for word in np.flatnonzero(sizes):
            pose = (0.0, 0.0, 0.0)
            for segment in range(sizes[word]):
                pose = drive_segment(*pose, int(turns[word, segment]), float(lengths[word, segment]), radius)
            assert math.hypot(pose[0] - x, pose[1] - y) < 1e-6
            assert abs(wrap(pose[2] - phi)) < 1e-6
    families = seen.reshape(len(FAMILIES), 2, 4)
    backward = np.isin(np.arange(len(FAMILIES)), (2, 5, 6))
    assert (families[:, 0].sum(axis=1) > 0).all()
    assert (families[backward, 1].sum(axis=1) > 0).all()
    assert not families[~backward, 1].any()
    assert len(SIZES) == len(FAMILIES)


def test_shortest_paths_by_hand() -> None:
    turns, lengths = shortest_path(7.0, 0.0, 0.0, 5.0)
    assert np.abs(lengths).sum() == pytest.approx(7.0)
    assert np.abs(lengths[turns != 0]).sum() == pytest.approx(0.0)
    turns, lengths = shortest_path(-3.0, 0.0, 0.0, 5.0)
    assert lengths.sum() == pytest.approx(-3.0)
    turns, lengths = shortest_path(5.0, 5.0, 0.5 * math.pi, 5.0)  # a quarter of a circle to the left
    assert np.abs(lengths).sum() == pytest.approx(2.5 * math.pi)
    assert turns[np.argmax(np.abs(lengths))] == 1
    _, lengths = shortest_path(0.0, 0.0, math.pi, 1.0)  # turning on the spot: a three-point turn of a whole pi
    assert np.abs(lengths).sum() == pytest.approx(math.pi)
    assert (lengths < 0.0).any()
    assert (lengths > 0.0).any()


def test_a_path_is_as_short_backwards_and_reflected() -> None:
    for x, y, phi in ((3.0, 4.0, 1.0), (-2.0, 6.0, -2.5), (10.0, -1.0, 3.0)):
        total = np.abs(shortest_path(x, y, phi, 4.0)[1]).sum()
        assert np.abs(shortest_path(x, -y, -phi, 4.0)[1]).sum() == pytest.approx(total)
        assert np.abs(shortest_path(-x, y, -phi, 4.0)[1]).sum() == pytest.approx(total)
        assert total >= math.hypot(x, y)
