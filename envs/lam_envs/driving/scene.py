"""A driving scene as data, and its frame: road, vehicles with headings, ego, trail, goal, speed text.

    scene = Scene(straight_road(low=-2.0, lanes=4), x, y, heading, text="SPEED 24.0 M/S")    the ego is vehicle 0
    frame = render_scene(scene, Camera(x[0], 6.0, at=(0.3, 0.45)), height=150, width=600)    uint8 [150, 600, 3]

World frame: x ahead, y to the right, headings positive to the right (`Camera(mirrored=True)`: y to the left). The same
road object seen by an unmoving camera is painted once; so is what does not change along a straight road.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lam_envs.driving.observations import MARK_GRAY, OUTSIDE_GRAY, ROAD_GRAY
from lam_envs.driving.painting import Frame, darken, paint_boxes, paint_discs, paint_line, paint_quads, write_text
from lam_envs.driving.road_pictures import ASPHALT, DARK, GRASS, PERIOD, RED, Road, rectangles

EGO, GLASS, LIGHT = (38, 88, 168), (170, 205, 235), (248, 214, 92)
CRASHED, TRAIL, GOAL = (214, 96, 40), (92, 148, 214), (94, 224, 124)
TRAFFIC = ((168, 172, 178), (222, 222, 218), (122, 132, 146), (158, 92, 82), (190, 168, 128), (96, 122, 110))
"""Colors of the other vehicles, by index."""

TRAIL_WIDTH = 0.4
"""Width of the ego's trail [m]."""

PARTS = np.array(
    [
        [-1.0, 1.0, -0.86, 0.86],
        [-0.96, 0.96, -1.0, 1.0],
        [0.18, 0.5, -0.78, 0.78],
        [-0.72, -0.54, -0.7, 0.7],
        [0.9, 1.0, -0.84, -0.5],
        [0.9, 1.0, 0.5, 0.84],
        [-1.0, -0.94, -0.8, -0.45],
        [-1.0, -0.94, 0.45, 0.8],
    ]
)
"""Rectangles of a vehicle (back, front, low, high) in halves of length and width: body, glass, lights, tail lights."""
PART_COLORS = np.array([(0, 0, 0, 0)] * 2 + [(*GLASS, 255)] * 2 + [(*LIGHT, 255)] * 2 + [(*RED, 255)] * 2, np.uint8)
WHEEL = np.array([[-1.0, 1.0, -1.0, 1.0]])
WHEEL_SIZE = (0.9, 0.36)
"""Length and width of a wheel [m]."""
GOAL_BOXES = ((-2.7, 2.7, -1.3, -1.1), (-2.7, 2.7, 1.1, 1.3), (-2.7, -2.5, -1.3, 1.3), (2.5, 2.7, -1.3, 1.3),
              (1.0, 1.7, -0.6, 0.6))  # fmt: skip
"""Outline of the place to park in, with its nose marked [m]."""
KEPT_BACKGROUNDS = 16
"""Painted backgrounds that are kept."""


@dataclass(frozen=True)
class Camera:
    """Where the frame looks: a world point, where in the frame it is, and what direction is to the right."""

    x: float
    y: float
    heading: float = 0.0
    """World direction [rad] that points to the right in the frame."""
    scale: float = 5.5
    """Pixels per meter."""
    at: tuple[float, float] = (0.5, 0.5)
    """Place of the point (x, y) in the frame, as shares of its width and height."""
    mirrored: bool = False
    """Whether world y and headings are positive to the left."""

    def view(self, height: int, width: int) -> NDArray[np.float64]:
        """The map from world to (column, row) `[2, 3]`, as `painting` takes it."""
        cos, sin = self.scale * math.cos(self.heading), self.scale * math.sin(self.heading)
        side = -1.0 if self.mirrored else 1.0
        column = self.at[0] * width - cos * self.x - sin * self.y
        row = self.at[1] * height + side * (sin * self.x - cos * self.y)
        return np.array([[cos, sin, column], [-side * sin, side * cos, row]])


@dataclass(frozen=True, eq=False)
class Scene:
    """What one moment looks like. Arrays are `[num_vehicles]`, the ego first."""

    road: Road
    x: ArrayLike
    y: ArrayLike
    heading: ArrayLike
    length: ArrayLike = 5.0
    width: ArrayLike = 2.0
    present: ArrayLike = True
    crashed: ArrayLike = False
    steering: float = 0.0
    """Angle of the ego's front wheels [rad], the way of its heading; the wheels are drawn where it is not 0."""
    trail: ArrayLike = ()
    """Past positions of the ego `[N, 2]` [m], oldest first."""
    goal: tuple[float, float, float] | None = None
    """Pose (x, y, heading) of the place to park in."""
    text: str = ""
    """Shown in a dark strip at the bottom, in capitals."""
    progress: float | None = None
    """Share of the route that is done, as a bar at the bottom."""


def draw_road_map(road: Road, low: tuple[float, float], high: tuple[float, float], cell: float) -> NDArray[np.uint8]:
    """A road as `observations.paint_road_map` looks it up: gray cells `[rows along y, columns along x]`.

    The map reaches from `low` to `high` (x, y) [m]; a cell has the side `cell` [m].
    """
    rows, columns = math.ceil((high[1] - low[1]) / cell), math.ceil((high[0] - low[0]) / cell)
    frame = np.full((rows, columns, 3), OUTSIDE_GRAY, np.uint8)
    asphalt = (road.colors[:, :3] == ASPHALT).all(axis=1)
    colors = np.where(asphalt[:, None], ROAD_GRAY, MARK_GRAY).repeat(4, axis=1).astype(np.uint8)
    colors[:, 3] = 255
    view = np.array([[1.0, 0.0, -low[0]], [0.0, 1.0, -low[1]]]) / cell
    paint_quads(frame, view, road.quads, colors)
    return np.ascontiguousarray(frame[:, :, 0])


class Trails:
    """Where the egos of a batch were in the frames before: rendering every step leaves a trail, at no cost without."""

    def __init__(self, length: int = 40) -> None:
        self._length = length
        self._places: dict[int, tuple[int, int, list[tuple[float, float]]]] = {}

    def follow(self, index: int, key: int, step: int, x: float, y: float) -> list[tuple[float, float]]:
        """The trail of environment `index`, up to its ego's present place (x, y), oldest first.

        `key` tells episodes apart; a step that does not come right after the last one shown starts a new trail.
        """
        last_key, last_step, places = self._places.get(index, (key, step, []))
        if last_key != key or last_step not in (step, step - 1):
            places = []
        elif last_step == step:
            places = places[:-1]
        places = [*places[1 - self._length :], (float(x), float(y))]
        self._places[index] = (key, step, places)
        return places


@lru_cache(maxsize=KEPT_BACKGROUNDS)
def lawn(height: int, width: int) -> Frame:
    """A frame of grass, to be copied."""
    return np.broadcast_to(np.array(GRASS, np.uint8), (height, width, 3)).copy()


def paint_road(frame: Frame, road: Road, view: NDArray[np.float64]) -> None:
    """Paint the shapes of a road, without what passes by."""
    paint_quads(frame, view, road.quads, road.colors)
    if len(road.discs):
        paint_discs(frame, view, road.discs, road.disc_colors)


_backgrounds: dict[Hashable, tuple[Road, Frame]] = {}
"""Painted roads, by the road's id and the camera; the road is kept beside it, so that its id stays its own."""


def still_background(road: Road, camera: Camera, height: int, width: int) -> Frame:
    """A new frame with a road; it is painted once for all calls with the same road object and camera."""
    key = (id(road), camera, height, width)
    if key not in _backgrounds:
        frame = lawn(height, width).copy()
        paint_road(frame, road, camera.view(height, width))
        if len(_backgrounds) >= KEPT_BACKGROUNDS:
            _backgrounds.pop(next(iter(_backgrounds)))
        _backgrounds[key] = (road, frame)
    return _backgrounds[key][1].copy()


def render_scene(scene: Scene, camera: Camera, height: int = 150, width: int = 600, still: bool = False) -> Frame:
    """The frame `[height, width, 3]` uint8 of a scene. `still`: neither the camera nor the road changes."""
    view = camera.view(height, width)
    if scene.road.passing is not None:
        frame = still_background(scene.road, replace(camera, x=0.0), height, width)
        paint_road(frame, scene.road.passing, replace(camera, x=camera.x % PERIOD).view(height, width))
    elif still:
        frame = still_background(scene.road, camera, height, width)
    else:
        frame = lawn(height, width).copy()
        paint_road(frame, scene.road, view)
    trail = np.ascontiguousarray(scene.trail, dtype=np.float64)
    if len(trail) > 1:
        paint_line(frame, view, trail, TRAIL_WIDTH, np.array((*TRAIL, 255), np.uint8))
    if scene.goal is not None:
        place = rectangles(GOAL_BOXES, GOAL, scene.goal)
        paint_quads(frame, view, place.quads, place.colors)
    paint_vehicles(frame, view, scene)
    write_caption(frame, scene.text, scene.progress)
    return frame


def paint_vehicles(frame: Frame, view: NDArray[np.float64], scene: Scene) -> None:
    """Paint the present vehicles, the ego (always present) on top, its wheels below it."""
    x = np.atleast_1d(np.asarray(scene.x, dtype=np.float64))
    poses, sizes = np.empty((len(x), 3)), np.empty((len(x), 2))
    poses[:, 0], poses[:, 1], poses[:, 2] = x, scene.y, scene.heading
    sizes[:, 0], sizes[:, 1] = scene.length, scene.width
    bodies = body_colors(len(x)).copy()
    if scene.crashed is not False:
        crashed = np.broadcast_to(np.asarray(scene.crashed, np.bool_), x.shape)
        bodies[crashed] = (*CRASHED, 255)
        if crashed[0]:
            bodies[0] = (*RED, 255)
    if scene.present is not True:
        gone = ~np.asarray(scene.present, np.bool_)
        gone[0] = False
        sizes[gone] = 0.0
    if scene.steering:
        paint_wheels(frame, view, poses[0], sizes[0], scene.steering)
    paint_boxes(frame, view, poses, sizes, PARTS, PART_COLORS, bodies)


@lru_cache(maxsize=KEPT_BACKGROUNDS)
def body_colors(count: int) -> NDArray[np.uint8]:
    """Colors `[count, 4]` of vehicles that are intact."""
    colors = [EGO, *(TRAFFIC[index % len(TRAFFIC)] for index in range(1, count))]
    return np.array([(*color, 255) for color in colors], np.uint8)


def paint_wheels(
    frame: Frame, view: NDArray[np.float64], pose: NDArray[np.float64], size: NDArray[np.float64], steering: float
) -> None:
    """Paint the four wheels of a vehicle, the front ones steered."""
    cos, sin = math.cos(pose[2]), math.sin(pose[2])
    wheels = np.empty((4, 3))
    for index, (along, aside) in enumerate(((-0.3, -0.5), (-0.3, 0.5), (0.3, -0.5), (0.3, 0.5))):
        ahead, side = along * size[0], aside * size[1]
        turn = steering if along > 0.0 else 0.0
        wheels[index] = pose[0] + ahead * cos - side * sin, pose[1] + ahead * sin + side * cos, pose[2] + turn
    dark = np.array([(*DARK, 255)] * 4, np.uint8)
    paint_boxes(frame, view, wheels, np.array([WHEEL_SIZE] * 4), WHEEL, dark[:1], dark)


def write_caption(frame: Frame, text: str, progress: float | None = None) -> None:
    """The dark strip at the bottom with text, and a bar of progress below it."""
    height, width = frame.shape[:2]
    size = 3 if height >= 240 else 2
    if text:
        darken(frame, height - 9 * size, height, 90)
        write_text(frame, text, height - 7 * size - 1, 4 * size, size)
    if progress is not None:
        frame[-size - 1 :, : round(width * min(max(progress, 0.0), 1.0))] = LIGHT
