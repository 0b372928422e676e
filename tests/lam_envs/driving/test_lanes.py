"""Lanes: points, directions and coordinates agree with one another."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lam_envs.driving.lanes import (
    arc_lane,
    lane_coordinates,
    lane_heading,
    lane_offsets,
    lane_point,
    route_heading,
    route_starts,
    route_table,
    sine_lane,
    straight_lane,
    wrap_angle,
)

LANES = np.stack(
    [
        straight_lane((1.0, 2.0), (31.0, 42.0), 10.0),
        arc_lane((0.0, 0.0), 20.0, (0.0, 0.5 * math.pi), 10.0),
        arc_lane((5.0, 0.0), 9.0, (math.pi, 0.25 * math.pi), 10.0),
        sine_lane((0.0, 0.0), (80.0, 0.0), 3.25, math.pi / 80.0, 0.5 * math.pi, 10.0),
        straight_lane((0.0, 20.0), (-30.0, 20.0), 10.0),
    ]
)
LENGTHS = (50.0, 10.0 * math.pi, 6.75 * math.pi, 80.0, 30.0)


@pytest.mark.parametrize("lane", range(5))
def test_coordinates_undo_points(lane: int) -> None:
    assert LANES[lane, 4] == pytest.approx(LENGTHS[lane])
    for share in (-0.1, 0.0, 0.3, 0.99, 1.1):
        for offset in (-2.0, 0.0, 1.5):
            station = share * LENGTHS[lane]
            x, y = lane_point(LANES, lane, station, offset)
            assert lane_coordinates(LANES, lane, x, y) == pytest.approx((station, offset), abs=1e-9)


@pytest.mark.parametrize("lane", range(5))
def test_the_heading_is_the_direction_of_the_center_line_and_offsets_lie_to_the_right(lane: int) -> None:
    for station in np.linspace(0.0, LENGTHS[lane], 7).tolist():
        before, after = lane_point(LANES, lane, station - 1e-5, 0.0), lane_point(LANES, lane, station + 1e-5, 0.0)
        direction = math.atan2(after[1] - before[1], after[0] - before[0])
        heading = lane_heading(LANES, lane, station)
        assert wrap_angle(heading - direction) == pytest.approx(0.0, abs=1e-6)
        center, right = lane_point(LANES, lane, station, 0.0), lane_point(LANES, lane, station, 0.5)
        aside = (right[0] - center[0]) * -math.sin(heading) + (right[1] - center[1]) * math.cos(heading)
        assert aside > 0.49


def test_routes_are_chains_of_lanes() -> None:
    routes = route_table([(1, 4), (0,), (3, 0, 2)])
    assert routes.tolist() == [[1, 4, -1], [0, -1, -1], [3, 0, 2]]
    starts = route_starts(LANES, routes)
    assert starts[0].tolist() == pytest.approx([0.0, LENGTHS[1], LENGTHS[1] + 30.0, LENGTHS[1] + 30.0])
    offsets = lane_offsets(LANES, routes)
    assert offsets[2].tolist() == pytest.approx([80.0, -1.0, 130.0, 0.0, -1.0])
    assert route_heading(LANES, routes, 0, 0, LENGTHS[1] + 1.0) == lane_heading(LANES, 4, 1.0)
    assert route_heading(LANES, routes, 0, 0, 3.0) == lane_heading(LANES, 1, 3.0)
    assert route_heading(LANES, routes, 1, 0, 60.0) == lane_heading(LANES, 0, 60.0)
