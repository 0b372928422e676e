"""Neighbors in the sorted order against all vehicles, ties among them; lane changes by MOBIL; abortion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import kernel
from lam_envs.driving.traffic import (
    ACCELERATION,
    COS,
    CRASHED,
    DELAY,
    EXPONENT,
    LANE,
    NUM_CODES,
    NUM_FLOATS,
    ORDER,
    POLITENESS,
    SPEED,
    TARGET,
    TARGET_SPEED,
    TIMER,
    X,
    Y,
    decide_controls,
    decide_lanes,
    find_front,
    find_place,
    find_rear,
    lane_at,
    sort_order,
)

PARAMETERS = np.array([3, 1.0, 21, 24, 1.5, 3.0, 0.0, 0.2, 0.1, 10, 0.1, 1.0, 1.0, 0.5 / np.sqrt(15.0)])


@kernel
def neighbors(block: NDArray[np.float64], codes: NDArray[np.int64], count: int, who: int, lane: int) -> tuple[int, int]:
    sort_order(block, codes, count)
    place = find_place(codes, who)
    return find_front(block, codes, count, place, lane), find_rear(block, codes, place, lane)


@kernel
def decide(block: NDArray[np.float64], codes: NDArray[np.int64], parameters: NDArray[np.float64], count: int) -> None:
    sort_order(block, codes, count)
    decide_lanes(block, codes, parameters, count)
    decide_controls(block, codes, parameters, count, np.empty(16, np.int64), np.empty(16))


def road(
    x: list[float], lane: list[int], speed: list[float], wanted: list[float]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vehicles in the middle of their lanes; the first is the ego."""
    block, codes = np.zeros((NUM_FLOATS, len(x))), np.zeros((NUM_CODES, len(x)), np.int64)
    block[X], block[Y], block[SPEED], block[TARGET_SPEED] = x, 4.0 * np.array(lane), speed, wanted
    block[COS], block[EXPONENT] = 1.0, 4.0
    codes[LANE] = codes[TARGET] = lane
    codes[ORDER] = np.arange(len(x))
    return block, codes


def neighbors_among_all(block: NDArray[np.float64], who: int, lane: int) -> tuple[int, int]:
    front, rear, front_x, rear_x = -1, -1, np.inf, -np.inf
    for other in range(block.shape[1]):
        x = block[X, other]
        if other == who or abs(block[Y, other] - 4 * lane) > 3.0 or not -5.0 <= x < 10005.0:
            continue
        if block[X, who] <= x <= front_x:
            front, front_x = other, x
        if rear_x < x < block[X, who]:
            rear, rear_x = other, x
    return front, rear


def test_neighbors_are_those_of_a_search_among_all() -> None:
    generator = np.random.default_rng(0)
    for _ in range(100):
        block, codes = np.zeros((NUM_FLOATS, 9)), np.zeros((NUM_CODES, 9), np.int64)
        block[X] = generator.integers(-2, 12, 9) * 4.0  # many at the very same x
        block[Y] = generator.uniform(-1.0, 9.0, 9)
        codes[ORDER] = generator.permutation(9)
        for who in range(9):
            for lane in range(3):
                assert neighbors(block, codes, 9, who, lane) == neighbors_among_all(block, who, lane)
        assert codes[ORDER].tolist() == np.argsort(block[X], kind="stable").tolist()


def test_accelerations_are_those_of_a_search_among_all() -> None:
    generator = np.random.default_rng(1)
    for _ in range(60):
        lane = generator.integers(0, 3, 10)
        speed = generator.uniform(5, 30, 10)
        block, codes = road(generator.integers(2, 30, 10) * 8.0, lane, speed, generator.uniform(15, 35, 10))
        block[Y] += generator.uniform(-1.9, 1.9, 10)
        codes[TARGET] = np.clip(codes[LANE] + generator.integers(-1, 2, 10), 0, 2)
        block[TIMER] = 0.0
        targets = codes[TARGET].copy()
        decide(block, codes, PARAMETERS, 10)
        for who in range(1, 10):
            v, wanted = block[SPEED, who], min(block[TARGET_SPEED, who], 30.0)
            free, slowing = 3.0 * (1.0 - (v / wanted) ** 4.0), [0.0]
            for near in {int(codes[LANE, who]), int(codes[TARGET, who])}:
                front, _ = neighbors_among_all(block, who, near)
                if front >= 0:
                    gap = 10.0 + 1.5 * v + v * (v - block[SPEED, front]) / (2.0 * np.sqrt(15.0))
                    distance = max(block[X, front] - block[X, who], 0.01)
                    slowing.append(3.0 * (gap / distance) ** 2)
            assert np.isclose(block[ACCELERATION, who], np.clip(free - max(slowing), -6.0, 6.0))
        changed = codes[TARGET] != targets
        assert (codes[TARGET][changed] == codes[LANE][changed]).all()  # changes are only aborted here


def test_the_closest_lane() -> None:
    assert [lane_at(y, 3) for y in (-9.0, 0.0, 2.0, 2.001, 6.0, 6.1, 30.0)] == [0, 0, 0, 1, 1, 2, 2]


def overtaker(parameters: NDArray[np.float64], **changes: float) -> int:
    """The target lane of a fast vehicle behind a slow one in the left lane, after it has looked to the sides."""
    block, codes = road([500.0, 100.0, 70.0, 60.0], [2, 0, 0, 1], [20, 15, 25, 15], [20, 15, 30, 15])
    block[TIMER] = changes.get("timer", 2.0)
    block[X, 3] = changes.get("rear_x", 20.0)
    block[SPEED, 3] = block[TARGET_SPEED, 3] = changes.get("rear_speed", 15.0)
    block[SPEED, 2] = changes.get("speed", 25.0)
    codes[CRASHED, 2] = int(changes.get("crashed", 0))
    decide(block, codes, parameters, 4)
    return int(codes[TARGET, 2])


def test_lanes_are_changed_for_a_gain_that_forces_nobody_to_brake() -> None:
    assert overtaker(PARAMETERS) == 1
    assert overtaker(PARAMETERS, rear_x=66.0) == 0  # the follower there would have to brake
    assert overtaker(PARAMETERS, speed=0.5) == 0  # only on the move
    assert overtaker(PARAMETERS, crashed=1) == 0
    assert overtaker(PARAMETERS, timer=-np.inf) == 0
    patient = PARAMETERS.copy()
    patient[DELAY] = 3.0
    assert overtaker(patient) == 0  # it is not time
    polite = PARAMETERS.copy()
    polite[POLITENESS] = 1.0
    assert overtaker(polite) == 1
    assert overtaker(polite, rear_x=30.0, rear_speed=18.0) == 1
    polite[POLITENESS] = 50.0
    assert overtaker(PARAMETERS, rear_x=30.0, rear_speed=18.0) == 1
    assert overtaker(polite, rear_x=30.0, rear_speed=18.0) == 0


def test_a_change_is_aborted_when_somebody_in_front_takes_the_lane() -> None:
    block, codes = road([500.0, 100.0, 110.0], [2, 0, 2], [20, 25, 20], [20, 25, 20])
    codes[TARGET, 1:] = 1
    decide(block, codes, PARAMETERS, 3)
    assert codes[TARGET].tolist() == [2, 0, 1]
