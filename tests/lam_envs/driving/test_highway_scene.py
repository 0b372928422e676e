"""Pictures of highways: the road fits, the caption tells, vehicles are where they are."""

from __future__ import annotations

import numpy as np
import pytest

from lam_envs.driving import make_vec
from lam_envs.driving.highway_scene import FRAME_HEIGHT, FRAME_WIDTH, render_highway
from lam_envs.driving.road_pictures import ASPHALT, GRASS
from lam_envs.driving.scene import CRASHED, EGO, TRAIL


@pytest.mark.parametrize("lanes", [2, 3, 4, 5, 6])
def test_every_road_fits_into_the_frame(lanes: int) -> None:
    """Above the road there is grass, and below it, above the caption, too."""
    frame = render_highway(lanes, 5000.0, 0.0, 0.0, 25.0)
    assert frame.shape == (FRAME_HEIGHT, FRAME_WIDTH, 3)
    column = frame[:132, 300]
    rows = np.flatnonzero((column == ASPHALT).all(axis=1))
    assert rows[0] >= 3
    assert rows[-1] <= 128
    assert (column == GRASS).all(axis=1).sum() > 5


def test_the_ego_is_at_its_place_and_leaves_a_trail() -> None:
    frame = render_highway(3, [100.0, 130.0], [4.0, 0.0], [0.0, 0.0], [25.0, 20.0], trail=[(80.0, 4.0), (100.0, 4.0)])
    row, column = 66, 150 - 4  # the middle lane is in the middle; a quarter of the width
    assert tuple(frame[row, column]) == EGO
    assert tuple(frame[row, column - 40]) == TRAIL
    crashed = render_highway(3, [100.0, 130.0], [4.0, 4.0], [0.0, 0.0], [25.0, 20.0], crashed=[False, True])
    assert tuple(crashed[row, 150 + 165 - 4]) == CRASHED


def test_one_of_a_batch_is_drawn_on_demand() -> None:
    batch = make_vec("LamDrive/Highway-v0", num_envs=3, render_mode="rgb_array")
    batch.reset(seed=0)
    first, other = batch.render(0), batch.render(2)
    assert first is not None
    assert first.shape == (FRAME_HEIGHT, FRAME_WIDTH, 3)
    assert not np.array_equal(first, other)  # type: ignore[arg-type]
    batch.step(np.array([1, 1, 1]))
    moved = batch.render(0)
    assert moved is not None
    assert (moved == TRAIL).all(axis=2).sum() > (first == TRAIL).all(axis=2).sum()
