"""Pictures of the merge, the intersection and the roundabout."""

from __future__ import annotations

import numpy as np
import pytest

from lam_envs.driving.intersection import IntersectionVectorEnv
from lam_envs.driving.junction import JunctionVectorEnv
from lam_envs.driving.junction_scene import CROSSING_HEIGHT, FRAME_WIDTH, MERGE_HEIGHT, crossing_picture, merge_road
from lam_envs.driving.junction_vehicles import X_, Y_
from lam_envs.driving.merge import MergeVectorEnv
from lam_envs.driving.merge_scenario import ZONE_START
from lam_envs.driving.road_pictures import ASPHALT, GRASS, RED
from lam_envs.driving.roundabout import RoundaboutVectorEnv
from lam_envs.driving.scene import EGO, GOAL, Camera, Scene, render_scene


def test_the_merge_follows_the_ego() -> None:
    batch = MergeVectorEnv(2, render_mode="rgb_array")
    batch.reset(seed=2)
    frame = batch.render(1)
    assert frame is not None
    assert frame.shape == (MERGE_HEIGHT, FRAME_WIDTH, 3)
    row = round(0.44 * MERGE_HEIGHT + 5.5 * (batch.state["vehicles"][1, Y_, 0] - 6.5))
    assert tuple(frame[row, round(0.3 * FRAME_WIDTH) - 4]) == EGO
    batch.step(np.array([1, 1]))
    assert not np.array_equal(frame, batch.render(1))  # type: ignore[arg-type]


def test_the_ramp_ends_where_its_zone_ends() -> None:
    road = merge_road(100.0)
    assert merge_road(100.0) is road
    red = road.quads[(road.colors[:, :3] == RED).all(axis=1)]
    assert red[..., 0].min() == pytest.approx(ZONE_START + 100.0)
    seen = render_scene(Scene(road, 0.0, 0.0, 0.0), Camera(ZONE_START + 100.0, 8.0, scale=5.0))
    assert tuple(seen[75, 290]) == ASPHALT  # 2 m before the end, on the ramp
    assert tuple(seen[77, 330]) == GRASS  # 6 m behind it


@pytest.mark.parametrize(("batch_class", "ring"), [(IntersectionVectorEnv, False), (RoundaboutVectorEnv, True)])
def test_crossings_show_the_ego_and_its_goal(batch_class: type[JunctionVectorEnv], ring: bool) -> None:
    batch = batch_class(2, render_mode="rgb_array")
    batch.reset(seed=0)
    frames = [batch.render(0)]
    for _ in range(12):
        batch.step(np.array([1, 1]))
        frames.append(batch.render(0))
    for frame in frames:
        assert frame is not None
        assert frame.shape == (CROSSING_HEIGHT, FRAME_WIDTH, 3)
        assert (frame == EGO).all(axis=2).sum() > 20
    assert frames[-1] is not None
    assert (frames[-1] == GOAL).all(axis=2).any()


def test_roads_lead_on_beyond_the_junction_and_the_island_is_green() -> None:
    for batch_class, ring in ((IntersectionVectorEnv, False), (RoundaboutVectorEnv, True)):
        picture = crossing_picture(batch_class.road.lanes, 0, ring)
        assert crossing_picture(batch_class.road.lanes, 0, ring) is picture
        seen = render_scene(Scene(picture, 0.0, -60.0, 0.0), Camera(0.0, 0.0, scale=2.0), 300, 600)
        assert tuple(seen[150, 110]) != GRASS  # 95 m from the middle
        assert tuple(seen[154, 490]) == ASPHALT
        assert tuple(seen[146, 490]) == ASPHALT
        assert (tuple(seen[150, 302]) == GRASS) == ring


def test_vehicles_are_drawn_where_they_are() -> None:
    batch = RoundaboutVectorEnv(1, render_mode="rgb_array")
    batch.reset(seed=1)
    x, y = batch.state["vehicles"][0, [X_, Y_], 0]
    frame = batch.render(0)
    assert frame is not None
    column, row = round(0.5 * FRAME_WIDTH + 4.2 * 0.4 * x), round(0.46 * CROSSING_HEIGHT + 4.2 * 0.4 * y)
    assert tuple(frame[row, column]) == EGO
