"""Reeds-Shepp words: the candidates for the shortest path of a car that also drives backwards, in closed form.

Letters: x, y position [m] and phi heading [rad] of the goal, seen from a start at the origin that heads along x; all of
them are of the point that does not slip sideways, the rear axle. L, S, R a segment to the left, straight, to the right.
A word is a family of segments (L S L, L R L, ...) in one of up to eight forms: driven backwards (lengths negated),
reflected (left and right exchanged), and from the goal to the start (segments in reverse order).
Source: Reeds and Shepp 1990, "Optimal paths for a car that goes both forwards and backwards"; the closed forms are the
paper's section 8, and every one is checked in the tests by driving it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel

NUM_WORDS = 64
"""Words that are tried: eight families in eight forms; some of them never have a solution."""

MAX_SEGMENTS = 5
"""Segments of the longest word."""

FAMILIES = np.array(
    [
        [1, 0, 1, 0, 0],  # 0 L S L
        [1, 0, -1, 0, 0],  # 1 L S R
        [1, -1, 1, 0, 0],  # 2 L R L
        [1, -1, 1, -1, 0],  # 3 L R L R with middle lengths u, -u
        [1, -1, 1, -1, 0],  # 4 L R L R with middle lengths u, u
        [1, -1, 0, 1, 0],  # 5 L R S L
        [1, -1, 0, -1, 0],  # 6 L R S R
        [1, -1, 0, 1, -1],  # 7 L R S L R
    ],
    dtype=np.int64,
)
"""Turns of each family: 1 left, 0 straight, -1 right."""

SIZES = np.array([3, 3, 3, 4, 4, 4, 4, 5], dtype=np.int64)
"""Segments of each family."""

ROUNDING = 1e-9
"""How far a length may be on the wrong side of zero."""


@inlined
def wrap(angle: float) -> float:
    """The angle in [-pi, pi)."""
    return angle - 2.0 * math.pi * math.floor((angle + math.pi) / (2.0 * math.pi))


@inlined
def tangent_turns(u: float, v: float, xi: float, eta: float, phi: float) -> tuple[float, float]:
    """First and last turn of the words L R L R whose middle turns are u and v (the paper's tau and omega)."""
    delta = wrap(u - v)
    a = math.sin(u) - math.sin(delta)
    b = math.cos(u) - math.cos(delta) - 1.0
    first = math.atan2(eta * a - xi * b, xi * a + eta * b)
    if 2.0 * (math.cos(delta) - math.cos(v) - math.cos(u)) + 3.0 < 0.0:
        first += math.pi
    tau = wrap(first)
    return tau, wrap(tau - u + v - phi)


@inlined
def solve_three(family: int, x: float, y: float, phi: float) -> tuple[bool, float, float, float]:
    """Lengths (t, u, v) of the families 0 to 2, for turning radius 1; False where there is no solution."""
    if family == 1:
        xi, eta = x + math.sin(phi), y - 1.0 - math.cos(phi)
        square = xi * xi + eta * eta
        if square < 4.0:
            return False, 0.0, 0.0, 0.0
        u = math.sqrt(square - 4.0)
        t = wrap(math.atan2(eta, xi) + math.atan2(2.0, u))
        v = wrap(t - phi)
        return t >= -ROUNDING and v >= -ROUNDING, t, u, v
    xi, eta = x - math.sin(phi), y - 1.0 + math.cos(phi)
    distance, angle = math.sqrt(xi * xi + eta * eta), math.atan2(eta, xi)
    if family == 0:
        v = wrap(phi - angle)
        return angle >= -ROUNDING and v >= -ROUNDING, angle, distance, v
    if distance > 4.0:
        return False, 0.0, 0.0, 0.0
    u = -2.0 * math.asin(0.25 * distance)
    t = wrap(angle + 0.5 * u + math.pi)
    return t >= -ROUNDING, t, u, wrap(phi - t + u)


@inlined
def solve_four(family: int, x: float, y: float, phi: float) -> tuple[bool, float, float, float]:
    """Lengths (t, u, v) of the families 3 to 7, for turning radius 1; False where there is no solution."""
    if family == 5:
        xi, eta = x - math.sin(phi), y - 1.0 + math.cos(phi)
    else:
        xi, eta = x + math.sin(phi), y - 1.0 - math.cos(phi)
    square = xi * xi + eta * eta
    t, u, v = 0.0, 0.0, 0.0
    if family == 3:
        rho = 0.25 * (2.0 + math.sqrt(square))
        if rho > 1.0:
            return False, t, u, v
        u = math.acos(rho)
        t, v = tangent_turns(u, -u, xi, eta, phi)
        return t >= -ROUNDING and v <= ROUNDING, t, u, v
    if family == 4:
        rho = (20.0 - square) / 16.0
        if rho < 0.0 or rho > 1.0:
            return False, t, u, v
        u = -math.acos(rho)
        t, v = tangent_turns(u, u, xi, eta, phi)
        return t >= -ROUNDING and v >= -ROUNDING, t, u, v
    if square < 4.0:
        return False, t, u, v
    if family == 5:
        root = math.sqrt(square - 4.0)
        u = 2.0 - root
        t = wrap(math.atan2(eta, xi) + math.atan2(root, -2.0))
        v = wrap(phi - 0.5 * math.pi - t)
        return t >= -ROUNDING and u <= ROUNDING and v <= ROUNDING, t, u, v
    if family == 6:
        t = math.atan2(xi, -eta)
        u = 2.0 - math.sqrt(square)
        v = wrap(t + 0.5 * math.pi - phi)
        return t >= -ROUNDING and u <= ROUNDING and v <= ROUNDING, t, u, v
    u = 4.0 - math.sqrt(square - 4.0)
    t = wrap(math.atan2((4.0 - u) * xi - 2.0 * eta, -2.0 * xi + (u - 4.0) * eta))
    v = wrap(t - phi)
    return u <= ROUNDING and t >= -ROUNDING and v >= -ROUNDING, t, u, v


@inlined
def write_word(
    word: int, x: float, y: float, phi: float, radius: float, turns: NDArray[Any], lengths: NDArray[Any]
) -> int:
    """Write one word to `turns` and `lengths` [m], each `[5]`; gives its number of segments, 0 without a solution.

    A length is negative where the segment is driven backwards.
    """
    word = int(word)
    family, backward, flip, reflect = word // 8, (word // 4) % 2, (word // 2) % 2, word % 2
    if backward == 1 and family != 2 and family != 5 and family != 6:
        return 0
    u, v, angle = x / radius, y / radius, phi
    if backward == 1:
        cos, sin = math.cos(phi), math.sin(phi)
        u, v = u * cos + v * sin, u * sin - v * cos
    if flip == 1:
        u, angle = -u, -angle
    if reflect == 1:
        v, angle = -v, -angle
    if family < 3:
        solved, first, middle, last = solve_three(family, u, v, angle)
    else:
        solved, first, middle, last = solve_four(family, u, v, angle)
    if not solved:
        return 0
    size = int(SIZES[family])
    lengths[0], lengths[1], lengths[size - 1] = first, middle, last
    if family == 3:
        lengths[2] = -middle
    elif family == 4:
        lengths[2] = middle
    elif family > 4:
        lengths[1], lengths[2] = -0.5 * math.pi, middle
        if family == 7:
            lengths[3] = -0.5 * math.pi
    scale = -radius if flip == 1 else radius
    for i in range(size):
        turn = int(FAMILIES[family, i])
        turns[i] = -turn if reflect == 1 else turn
        lengths[i] = lengths[i] * scale
    if backward == 1:
        for i in range(size // 2):
            turns[i], turns[size - 1 - i] = turns[size - 1 - i], turns[i]
            lengths[i], lengths[size - 1 - i] = lengths[size - 1 - i], lengths[i]
    return size


@inlined
def drive_segment(
    x: float, y: float, heading: float, turn: int, length: float, radius: float
) -> tuple[float, float, float]:
    """The pose after a segment: a straight line, or an arc of this radius to the left (turn 1) or right (-1)."""
    if turn == 0:
        return x + length * math.cos(heading), y + length * math.sin(heading), heading
    bend = radius * turn
    after = heading + length / bend
    return (
        x + bend * (math.sin(after) - math.sin(heading)),
        y - bend * (math.cos(after) - math.cos(heading)),
        after,
    )


@kernel
def enumerate_words(
    x: float, y: float, phi: float, radius: float, turns: NDArray[Any], lengths: NDArray[Any], sizes: NDArray[Any]
) -> None:
    """Write all words to `turns` and `lengths` `[64, 5]` and their numbers of segments to `sizes` `[64]`."""
    for word in range(NUM_WORDS):
        sizes[word] = write_word(word, x, y, phi, radius, turns[word], lengths[word])


def shortest_path(x: float, y: float, phi: float, radius: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Turns (1 left, 0 straight, -1 right) and signed lengths [m] of the shortest path to a pose."""
    turns = np.zeros((NUM_WORDS, MAX_SEGMENTS), dtype=np.int64)
    lengths = np.zeros((NUM_WORDS, MAX_SEGMENTS))
    sizes = np.zeros(NUM_WORDS, dtype=np.int64)
    enumerate_words(x, y, phi, radius, turns, lengths, sizes)
    inside = np.arange(MAX_SEGMENTS) < sizes[:, None]
    totals = np.where(sizes > 0, np.where(inside, np.abs(lengths), 0.0).sum(axis=1), np.inf)
    best = int(np.argmin(totals))
    return turns[best, : sizes[best]].copy(), lengths[best, : sizes[best]].copy()
