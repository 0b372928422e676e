"""The grid and the picture of the merge and of crossings."""

from __future__ import annotations

import numpy as np
import pytest

from lam_envs.driving.intersection import IntersectionVectorEnv
from lam_envs.driving.junction_vehicles import PRESENT, X_, Y_
from lam_envs.driving.junction_views import CELL, CROSSING_REACH, crossing_maps, merge_map
from lam_envs.driving.merge import MergeVectorEnv
from lam_envs.driving.merge_scenario import ENTRY, RAMP_OFFSET, ZONE_START
from lam_envs.driving.observations import EGO_GRAY, MARK_GRAY, OUTSIDE_GRAY, ROAD_GRAY, VEHICLE_GRAY
from lam_envs.driving.roundabout import RoundaboutVectorEnv

BATCHES = (MergeVectorEnv, IntersectionVectorEnv, RoundaboutVectorEnv)


@pytest.mark.parametrize("batch_class", BATCHES)
@pytest.mark.parametrize("view", ["grid", "topdown"])
def test_views_are_in_their_spaces_and_depend_on_the_episode_alone(batch_class: type, view: str) -> None:
    few, many = batch_class(2, observation=view), batch_class(5, observation=view)
    first, again = few.reset(seed=7)[0], many.reset(seed=7)[0]
    for _ in range(8):
        assert few.observation_space.contains(first)
        assert np.array_equal(first, again[:2])
        first, again = few.step(np.ones(2, int))[0], many.step(np.ones(5, int))[0]
    assert few.single_observation_space.shape == {"grid": (3, 11, 11), "topdown": (64, 128)}[view]


def test_the_ego_drives_to_the_right_of_every_picture() -> None:
    for batch_class in BATCHES:
        batch = batch_class(3, observation="topdown")
        pictures = batch.reset(seed=1)[0]
        for _ in range(4):
            pictures = batch.step(np.ones(3, int))[0]
        assert (pictures[:, 31:33, 31:33] == EGO_GRAY).all()
        assert np.isin(pictures[:, 32, 40:50], [ROAD_GRAY, MARK_GRAY, VEHICLE_GRAY]).mean() > 0.9


def test_the_grid_counts_the_vehicles_around() -> None:
    batch = IntersectionVectorEnv(4, observation="grid")
    grids = batch.reset(seed=0)[0]
    for _ in range(12):
        grids = batch.step(np.ones(4, int))[0]
    vehicles = batch.state["vehicles"]
    near = np.hypot(vehicles[:, X_] - vehicles[:, X_, :1], vehicles[:, Y_] - vehicles[:, Y_, :1]) < 25.0
    assert (grids[:, 0].sum(axis=(1, 2)) >= 1).all()
    assert (grids[:, 0].sum(axis=(1, 2)) <= (vehicles[:, PRESENT] > 0).sum(axis=1)).all()
    assert (near & (vehicles[:, PRESENT] > 0)).sum() >= (grids[:, 0] > 0).sum() - 8


def test_maps_show_the_roads() -> None:
    crossing, merge = crossing_maps(IntersectionVectorEnv.road.lanes, False), merge_map()
    middle = int(CROSSING_REACH / CELL)
    assert crossing[0, middle, middle] == ROAD_GRAY
    assert crossing[0, middle + 40, middle + 40] == OUTSIDE_GRAY
    row, column = int((RAMP_OFFSET + 12.0) / CELL), int((ZONE_START + 20.0 - ENTRY) / CELL)
    assert merge[row, column] == ROAD_GRAY


def test_a_bar_ends_the_ramp() -> None:
    batch = MergeVectorEnv(1, observation="topdown")
    batch.reset(seed=0)
    state = batch.get_state()
    state["vehicles"][0, PRESENT, 1:] = 0.0
    state["vehicles"][0, [X_, Y_], 0] = ZONE_START + batch.scenarios["zone"][0] - 30.0, RAMP_OFFSET
    picture = batch.set_state(state)[0]
    assert (picture[30:34, 32 + 45 : 32 + 47] == VEHICLE_GRAY).all()
