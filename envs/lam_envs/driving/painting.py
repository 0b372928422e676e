"""Painting on frames: convex quadrilaterals, discs and dot-matrix text with smooth edges, in compiled loops.

A frame is uint8 `[height, width, 3]`; points are (column, row) in pixels, the center of the first pixel at (0.5, 0.5).
Each shape costs its own pixels alone, which is why no frame needs a finer canvas that is averaged down.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_envs.driving.compilation import inlined, kernel

Frame = NDArray[np.uint8]

_ROWS = {
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553", "H": "55755",
    "I": "72227", "J": "11152", "K": "55655", "L": "44447", "M": "57755", "N": "65555", "O": "25552", "P": "65644",
    "Q": "25563", "R": "65655", "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255",
    "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717",
    "6": "74757", "7": "71122", "8": "75757", "9": "75717", ".": "00002", ",": "00024", "-": "00700", "+": "02720",
    "/": "11244", "%": "51245", ":": "02020", "=": "07070", "!": "22202", "?": "71202", " ": "00000",
}  # fmt: skip
"""Character -> five rows of three dots, the left dot being the bit of value 4."""


GLYPHS = np.zeros((128, 5), dtype=np.uint8)
"""The rows of each ASCII character; lower case looks like upper case, an unknown character like '?'."""
for _code in range(128):
    GLYPHS[_code] = [int(_digit) for _digit in _ROWS.get(chr(_code).upper(), _ROWS["?"])]

CAPTION_COLOR = np.array([245, 245, 240], dtype=np.uint8)


def write_text(frame: Frame, text: str, row: int, column: int, size: int = 2) -> None:
    """Write white text from (row, column) on; a dot is `size` pixels wide. What does not fit is cut off."""
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
    paint_text(frame, codes, GLYPHS, CAPTION_COLOR, row, column, size)


@kernel
def paint_text(frame: Frame, codes: Frame, glyphs: Frame, color: Frame, row: int, column: int, size: int) -> None:
    """Paint the dots of ASCII codes [N], each four dots wide with its gap."""
    for place in range(codes.shape[0]):
        for line in range(5):
            bits = int(glyphs[int(codes[place]), line])
            for dot in range(3):
                if (bits >> (2 - dot)) & 1 == 0:
                    continue
                left, top = column + (4 * place + dot) * size, row + line * size
                for down in range(top, min(top + size, frame.shape[0])):
                    for right in range(left, min(left + size, frame.shape[1])):
                        frame[down, right, 0] = color[0]
                        frame[down, right, 1] = color[1]
                        frame[down, right, 2] = color[2]


@inlined
def blend(frame: Frame, row: int, column: int, color: NDArray[Any], cover: float) -> None:
    """Mix a color into a pixel, of which it covers a share."""
    for channel in range(3):
        old = float(frame[row, column, channel])
        frame[row, column, channel] = int(old + cover * (float(color[channel]) - old) + 0.5)


@inlined
def clip_unit(value: float) -> float:
    """The value clipped to [0, 1]."""
    return min(max(value, 0.0), 1.0)


@inlined
def narrow_span(normal: float, distance: float, low: float, high: float) -> tuple[float, float]:
    """The part of [low, high] in which normal * column >= distance; empty where low > high."""
    if abs(normal) < 1e-9:
        return (low, high) if distance <= 0.0 else (1.0, 0.0)
    if normal > 0.0:
        return max(low, distance / normal), high
    return low, min(high, distance / normal)


@inlined
def find_edges(quad: NDArray[Any], edges: NDArray[Any]) -> bool:
    """Fill `edges` [4, 3] with the inward normal (unit) and its product with a point of each edge; False if flat.

    A pixel at p is |normal . p - product| from the edge, positive inside.
    """
    area = 0.0
    for corner in range(4):
        after = (corner + 1) % 4
        area += quad[corner, 0] * quad[after, 1] - quad[after, 0] * quad[corner, 1]
    if abs(area) < 1e-6:
        return False
    sign = 1.0 if area > 0.0 else -1.0
    for corner in range(4):
        after = (corner + 1) % 4
        across, down = quad[after, 0] - quad[corner, 0], quad[after, 1] - quad[corner, 1]
        length = math.sqrt(across * across + down * down)
        if length < 1e-9:
            return False
        normal_x, normal_y = -sign * down / length, sign * across / length
        edges[corner, 0], edges[corner, 1] = normal_x, normal_y
        edges[corner, 2] = normal_x * quad[corner, 0] + normal_y * quad[corner, 1]
    return True


@inlined
def cover_quad(edges: NDArray[Any], x: float, y: float) -> float:
    """Share of the pixel at (x, y) inside a quadrilateral: what two opposite edges leave, times what the others do."""
    cover = 1.0
    for edge in range(2):
        between = -1.0
        for side in range(edge, 4, 2):
            inside = edges[side, 0] * x + edges[side, 1] * y - edges[side, 2]
            between += clip_unit(inside + 0.5)
        cover *= max(between, 0.0)
    return cover


@inlined
def paint_quad(frame: Frame, quad: NDArray[Any], color: NDArray[Any], edges: NDArray[Any]) -> None:
    """Paint one convex quadrilateral [4, 2] of pixels; `color` [4] as in `paint_quads`, `edges` [4, 3] is scratch."""
    height, width = frame.shape[0], frame.shape[1]
    top = min(quad[0, 1], quad[1, 1], quad[2, 1], quad[3, 1])
    bottom = max(quad[0, 1], quad[1, 1], quad[2, 1], quad[3, 1])
    left = min(quad[0, 0], quad[1, 0], quad[2, 0], quad[3, 0])
    right = max(quad[0, 0], quad[1, 0], quad[2, 0], quad[3, 0])
    if bottom < 0.0 or top > height or right < 0.0 or left > width or not find_edges(quad, edges):
        return
    opacity = float(color[3]) / 255.0
    for row in range(max(math.floor(top - 0.5), 0), min(math.ceil(bottom + 0.5), height)):
        y = row + 0.5
        low, high, inner_low, inner_high = 0.5, width - 0.5, 0.5, width - 0.5
        for edge in range(4):
            distance = edges[edge, 2] - edges[edge, 1] * y
            low, high = narrow_span(edges[edge, 0], distance - 0.5, low, high)
            inner_low, inner_high = narrow_span(edges[edge, 0], distance + 0.5, inner_low, inner_high)
        if low > high:
            continue
        first, last = math.ceil(low - 0.5), math.floor(high - 0.5)
        solid_first, solid_last = math.ceil(inner_low - 0.5), math.floor(inner_high - 0.5)
        if solid_first > solid_last or opacity < 1.0:
            solid_first, solid_last = last + 1, last
        for column in range(first, solid_first):
            blend(frame, row, column, color, opacity * cover_quad(edges, column + 0.5, y))
        for column in range(solid_first, solid_last + 1):
            frame[row, column, 0] = color[0]
            frame[row, column, 1] = color[1]
            frame[row, column, 2] = color[2]
        for column in range(solid_last + 1, last + 1):
            blend(frame, row, column, color, opacity * cover_quad(edges, column + 0.5, y))


@kernel
def paint_quads(frame: Frame, view: NDArray[Any], quads: NDArray[Any], colors: NDArray[Any]) -> None:
    """Paint convex quadrilaterals [N, 4, 2] one over the other; `colors` [N, 4]: red, green, blue, opacity, to 255.

    `view` [2, 3] turns a point (x, y) into (column, row): view[:, 0] x + view[:, 1] y + view[:, 2].
    """
    edges, quad = np.zeros((4, 3)), np.zeros((4, 2))
    for index in range(quads.shape[0]):
        for corner in range(4):
            x, y = quads[index, corner, 0], quads[index, corner, 1]
            quad[corner, 0] = view[0, 0] * x + view[0, 1] * y + view[0, 2]
            quad[corner, 1] = view[1, 0] * x + view[1, 1] * y + view[1, 2]
        paint_quad(frame, quad, colors[index], edges)


@kernel
def paint_discs(frame: Frame, view: NDArray[Any], discs: NDArray[Any], colors: NDArray[Any]) -> None:
    """Paint discs [N, 3] (x, y, radius) one over the other; `view` and `colors` as in `paint_quads`."""
    height, width = frame.shape[0], frame.shape[1]
    scale = math.sqrt(view[0, 0] * view[0, 0] + view[1, 0] * view[1, 0])
    for index in range(discs.shape[0]):
        x = view[0, 0] * discs[index, 0] + view[0, 1] * discs[index, 1] + view[0, 2]
        y = view[1, 0] * discs[index, 0] + view[1, 1] * discs[index, 1] + view[1, 2]
        radius = scale * discs[index, 2]
        opacity = float(colors[index, 3]) / 255.0
        for row in range(max(math.floor(y - radius - 0.5), 0), min(math.ceil(y + radius + 0.5), height)):
            for column in range(max(math.floor(x - radius - 0.5), 0), min(math.ceil(x + radius + 0.5), width)):
                across, down = column + 0.5 - x, row + 0.5 - y
                cover = clip_unit(radius - math.sqrt(across * across + down * down) + 0.5)
                if cover > 0.0:
                    blend(frame, row, column, colors[index], opacity * cover)


@kernel
def paint_boxes(
    frame: Frame,
    view: NDArray[Any],
    poses: NDArray[Any],
    sizes: NDArray[Any],
    parts: NDArray[Any],
    colors: NDArray[Any],
    bodies: NDArray[Any],
) -> None:
    """Paint vehicles made of rectangles, the first vehicle last, so that it is on top.

    `poses` [N, 3] x, y, heading; `sizes` [N, 2] length and width, 0 for a vehicle that is not there; `parts` [P, 4]
    rectangles (back, front, low, high) in halves of length and width; `colors` [P, 4] of the parts, opacity 0 for those
    that have the vehicle's own color, `bodies` [N, 4].
    """
    edges, quad = np.zeros((4, 3)), np.zeros((4, 2))
    for vehicle in range(poses.shape[0] - 1, -1, -1):
        if sizes[vehicle, 0] <= 0.0:
            continue
        x, y, half_length, half_width = (
            poses[vehicle, 0],
            poses[vehicle, 1],
            0.5 * sizes[vehicle, 0],
            0.5 * sizes[vehicle, 1],
        )
        cos, sin = math.cos(poses[vehicle, 2]), math.sin(poses[vehicle, 2])
        for part in range(parts.shape[0]):
            for corner in range(4):
                along = half_length * parts[part, 1 if corner == 1 or corner == 2 else 0]
                aside = half_width * parts[part, 3 if corner >= 2 else 2]
                point_x, point_y = x + along * cos - aside * sin, y + along * sin + aside * cos
                quad[corner, 0] = view[0, 0] * point_x + view[0, 1] * point_y + view[0, 2]
                quad[corner, 1] = view[1, 0] * point_x + view[1, 1] * point_y + view[1, 2]
            if colors[part, 3] == 0:
                paint_quad(frame, quad, bodies[vehicle], edges)
            else:
                paint_quad(frame, quad, colors[part], edges)


@kernel
def paint_line(frame: Frame, view: NDArray[Any], points: NDArray[Any], width: float, color: Frame) -> None:
    """Paint a line [N, 2] of a width, in the points' unit; where it stands still it is not painted."""
    edges, quad = np.zeros((4, 3)), np.zeros((4, 2))
    for index in range(points.shape[0] - 1):
        dx, dy = points[index + 1, 0] - points[index, 0], points[index + 1, 1] - points[index, 1]
        length = math.sqrt(dx * dx + dy * dy)
        if length < 1e-6:
            continue
        side_x, side_y, over = -0.5 * width * dy / length, 0.5 * width * dx / length, 0.25 * width / length
        for corner in range(4):
            side = 1.0 if corner >= 2 else -1.0
            share = 1.0 + over if corner == 1 or corner == 2 else 0.0
            x, y = points[index, 0] + share * dx + side * side_x, points[index, 1] + share * dy + side * side_y
            quad[corner, 0] = view[0, 0] * x + view[0, 1] * y + view[0, 2]
            quad[corner, 1] = view[1, 0] * x + view[1, 1] * y + view[1, 2]
        paint_quad(frame, quad, color, edges)


@kernel
def darken(frame: Frame, first: int, last: int, share: int) -> None:
    """Multiply the rows from `first` up to `last`, without it, by share / 256."""
    for row in range(first, last):
        for column in range(frame.shape[1]):
            for channel in range(3):
                frame[row, column, channel] = (int(frame[row, column, channel]) * share) >> 8
