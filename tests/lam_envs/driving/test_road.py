"""Scenario boxes, their splits, and the road."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest

from lam_envs.driving.arithmetic import ARRAYS, SCALARS
from lam_envs.driving.road import (
    DRIVEN_KNOTS,
    KNOT_SPACING,
    NUM_KNOTS,
    ROUTE_LENGTH,
    SPLITS,
    ScenarioBox,
    center_line,
    curvature,
    find_box,
    sample_scenario,
    stack_scenarios,
)


def test_curvature_is_linear_between_knots() -> None:
    knots = (0.0, 0.02, -0.02)
    assert curvature(knots, 10.0, SCALARS) == 0.005
    assert curvature(knots, 40.0, SCALARS) == 0.02
    assert curvature(knots, 60.0, SCALARS) == 0.0
    assert curvature(np.array([knots, knots]), np.array([10.0, 60.0]), ARRAYS).tolist() == [0.005, 0.0]


@pytest.mark.parametrize("split", SPLITS)
def test_scenarios_fill_their_box_and_stay_inside(split: str) -> None:
    box = SPLITS[split]
    scenarios = [sample_scenario(box, seed) for seed in range(400)]
    peaks = [max(abs(knot) for knot in scenario.knots[DRIVEN_KNOTS]) for scenario in scenarios]
    assert all(max(abs(knot) for knot in scenario.knots) <= box.curvature_max[1] for scenario in scenarios)
    for name, values in [("curvature_max", peaks)] + [
        (name, [getattr(scenario, name) for scenario in scenarios])
        for name in ("lateral_error", "heading_error", "speed", "steering", "start")
    ]:
        low, high = getattr(box, name)
        tolerance = 1e-12
        assert low - tolerance <= min(values) < low + 0.05 * (high - low)
        assert high - 0.05 * (high - low) < max(values) <= high + tolerance


def test_the_driven_knots_lie_on_the_route_and_the_road_is_long_enough() -> None:
    for start in SPLITS["train"].start:
        driven = KNOT_SPACING * np.arange(NUM_KNOTS)[DRIVEN_KNOTS]
        assert start <= driven[0]
        assert driven[-1] <= start + ROUTE_LENGTH
        assert start + ROUTE_LENGTH + 5.0 + 40.0 < KNOT_SPACING * (NUM_KNOTS - 1)


def test_splits_are_disjoint() -> None:
    by_split = {split: {sample_scenario(box, seed).knots for seed in range(200)} for split, box in SPLITS.items()}
    assert len(set().union(*by_split.values())) == 200 * len(SPLITS)
    assert len({box.key for box in SPLITS.values()}) == len(SPLITS)
    boxes = [SPLITS[split].curvature_max for split in ("train", "held_out", "extrapolation")]
    assert all(near[1] < far[0] for near, far in itertools.pairwise(boxes))
    assert SPLITS["validation"].curvature_max == SPLITS["train"].curvature_max


def test_a_scenario_depends_on_its_seed_alone() -> None:
    box = SPLITS["train"]
    assert sample_scenario(box, 7) == sample_scenario(box, 7)
    assert sample_scenario(box, 7) != sample_scenario(box, 8)
    assert sample_scenario(box, 2**31 + 5) != sample_scenario(box, 5)
    stacked = stack_scenarios([sample_scenario(box, seed) for seed in (7, 8)])
    assert stacked.knots.shape == (2, NUM_KNOTS)
    assert stacked.speed[1] == sample_scenario(box, 8).speed
    with pytest.raises(dataclasses.FrozenInstanceError):
        sample_scenario(box, 7).speed = 1.0  # type: ignore[misc]


def test_wrong_boxes_and_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected speed as \(lowest, highest\)"):
        ScenarioBox(key=9, curvature_max=(0.0, 0.1), speed=(3.0, 2.0))
    with pytest.raises(ValueError, match="expected split to be one of train"):
        find_box("test")


def test_the_center_line_of_a_constant_bend_is_a_circle() -> None:
    line = center_line((0.02, 0.02, 0.02))
    assert line.shape == (321, 3)
    assert line[-1, 2] == pytest.approx(1.6)
    assert line[-1, 0] == pytest.approx(50.0 * math.sin(1.6), abs=1e-3)
    assert line[-1, 1] == pytest.approx(50.0 * (1.0 - math.cos(1.6)), abs=1e-3)
    straight = center_line((0.0, 0.0))
    assert straight[-1].tolist() == [40.0, 0.0, 0.0]
