"""Overlap of rectangles, now and swept, against dense sampling; what a pair's collision does to it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.collision import APART, BOTH, OVERLAP, WILL_OVERLAP, collide, collide_all, overlap, place_corners
from lam_envs.driving.compilation import kernel
from lam_envs.driving.traffic import (
    CHECKS,
    COS,
    CRASHED,
    HEADING,
    IMPACT,
    IMPACT_X,
    IMPACT_Y,
    NUM_CODES,
    NUM_FLOATS,
    ORDER,
    SIN,
    SPEED,
    X,
    Y,
)


@kernel
def answer_of(one: NDArray[np.float64], other: NDArray[np.float64], move_x: float, move_y: float) -> int:
    corners, push = np.empty((4, 4)), np.empty(2)
    place_corners(one[0], one[1], math.cos(one[2]), math.sin(one[2]), corners, 0)
    place_corners(other[0], other[1], math.cos(other[2]), math.sin(other[2]), corners, 2)
    return overlap(corners, move_x, move_y, push)


@kernel
def collide_pair(block: NDArray[np.float64], codes: NDArray[np.int64], dt: float) -> int:
    return collide(block, codes, 0, 1, dt, np.empty((4, 4)), np.empty(2))


@kernel
def collide_everyone(block: NDArray[np.float64], codes: NDArray[np.int64], count: int, dt: float) -> int:
    return collide_all(block, codes, count, dt, np.empty((4, 4)), np.empty(2), np.empty(count * count, np.int64))


def points_of(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    along, across = np.meshgrid(np.linspace(-2.5, 2.5, 41), np.linspace(-1.0, 1.0, 17))
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    return np.stack([pose[0] + cos * along - sin * across, pose[1] + sin * along + cos * across], axis=-1).reshape(
        -1, 2
    )


def holds(pose: NDArray[np.float64], points: NDArray[np.float64], slack: float) -> bool:
    cos, sin = np.cos(pose[2]), np.sin(pose[2])
    dx, dy = points[:, 0] - pose[0], points[:, 1] - pose[1]
    inside = (np.abs(cos * dx + sin * dy) <= 2.5 + slack) & (np.abs(cos * dy - sin * dx) <= 1.0 + slack)
    return bool(inside.any())


def test_overlap_agrees_with_sampling() -> None:
    generator, seen = np.random.default_rng(0), set()
    for _ in range(400):
        one = np.array([0.0, 0.0, generator.uniform(-3, 3)])
        other = np.array([*generator.uniform(-5, 5, 2), generator.uniform(-3, 3)])
        answer = answer_of(one, other, 0.0, 0.0)
        seen.add(answer)
        assert answer in (APART, BOTH)  # without a displacement now and later are the same
        if holds(other, points_of(one), -0.05):
            assert answer == BOTH
        if not holds(other, points_of(one), 0.2) and not holds(one, points_of(other), 0.2):
            assert answer == APART
    assert seen == {APART, BOTH}


def test_a_swept_rectangle_meets_what_lies_on_its_way() -> None:
    one, ahead = np.array([0.0, 0.0, 0.0]), np.array([6.0, 0.5, 0.0])
    assert answer_of(one, ahead, 0.5, 0.0) == APART
    assert answer_of(one, ahead, 1.5, 0.0) == WILL_OVERLAP
    assert answer_of(one, ahead, -1.5, 0.0) == APART


def pair(gap: float, side: float, speed: float, other_speed: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    block, codes = np.zeros((NUM_FLOATS, 2)), np.zeros((NUM_CODES, 2), np.int64)
    block[X], block[Y], block[SPEED], block[COS] = (0.0, gap), (0.0, side), (speed, other_speed), 1.0
    codes[ORDER] = np.argsort(block[X], kind="stable")
    return block, codes


def test_two_that_will_overlap_are_pushed_apart_and_two_that_do_have_crashed() -> None:
    block, codes = pair(5.5, 0.2, 30.0, 15.0)
    assert collide_pair(block, codes, 0.1) == WILL_OVERLAP
    assert codes[IMPACT].tolist() == [1, 1]
    assert not codes[CRASHED].any()
    assert np.allclose(block[IMPACT_X], [-0.5, 0.5])  # overlap after the step: 1.5 - 0.5 = 1 m
    assert np.allclose(block[IMPACT_Y], 0.0)
    block, codes = pair(4.5, 0.2, 20.0, 20.0)
    assert collide_pair(block, codes, 0.1) & OVERLAP
    assert codes[CRASHED].tolist() == [1, 1]
    block, codes = pair(4.5, 4.0, 20.0, 20.0)
    assert collide_pair(block, codes, 0.1) == APART
    block, codes = pair(4.5, 1.0, -1000.0, 20.0)
    assert collide_pair(block, codes, 0.1) == APART  # the reach grows with the speed of the first, even backwards


def test_the_sweep_finds_the_pairs_that_all_pairs_find() -> None:
    generator = np.random.default_rng(1)
    for _ in range(40):
        count = 12
        block, codes = np.zeros((NUM_FLOATS, count)), np.zeros((NUM_CODES, count), np.int64)
        block[X], block[Y] = generator.uniform(0, 90, count), generator.uniform(-2, 10, count)
        block[HEADING], block[SPEED] = generator.uniform(-0.4, 0.4, count), generator.uniform(0, 30, count)
        block[HEADING, ::2] = 0.0
        block[COS], block[SIN] = np.cos(block[HEADING]), np.sin(block[HEADING])
        codes[ORDER], codes[CHECKS] = np.argsort(block[X], kind="stable"), generator.integers(2, size=count)
        codes[CHECKS, 0] = 1
        expected_block, expected_codes = block.copy(), codes.copy()
        met = collide_everyone(block, codes, count, 0.1)
        first = -1
        for one in range(count):
            for other in range(one + 1, count):
                rows = [one, other]
                if not codes[CHECKS, rows].any():
                    continue
                small, small_codes = np.ascontiguousarray(expected_block[:, rows]), expected_codes[:, rows].copy()
                answer = collide_pair(small, small_codes, 0.1)
                expected_block[:, rows], expected_codes[:, rows] = small, small_codes
                if one == 0 and answer != APART and first < 0:
                    first = other
        assert met == first
        assert np.array_equal(block, expected_block)
        assert np.array_equal(codes, expected_codes)
