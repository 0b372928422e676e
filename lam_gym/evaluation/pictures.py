"""Charts of the report as inline SVG and HTML, written by hand: lines with bands, bars with error bars.

Charts are 360 units wide, about a phone's width, so that their text stays legible where they are shown; wider pages
show several side by side. Colors are CSS variables of the page (`page.py`), so light, dark and print work alike.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

WIDTH, HEIGHT = 360, 216
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 10, 40
RAW_POINTS = 400
"""Points of a raw curve that are drawn at most."""


@dataclass(frozen=True)
class Series:
    """One line of a chart."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    color: str
    """CSS variable without dashes, such as "blue"."""
    low: Sequence[float] = ()
    """Lower end of the band, or nothing."""
    high: Sequence[float] = ()
    dash: str = ""
    """SVG dash pattern; empty for a solid line."""
    raw: Sequence[float] = ()
    """Unsmoothed values, drawn faintly behind the line."""
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """A linear or logarithmic axis."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    labels: tuple[str, ...] = field(default=())

    def position(self, values: ArrayLike) -> NDArray[np.float64]:
        """Where values lie between 0 (low end) and 1 (high end)."""
        data = np.asarray(values, dtype=np.float64)
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (np.log10(np.maximum(data, self.low)) - low) / (high - low)
        return (data - self.low) / (self.high - self.low)


def nice_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """About `count` round numbers that cover [low, high]: multiples of 1, 2, 2.5 or 5 times a power of ten."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / max(count - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(float(round(index * step, 12)) for index in range(first, last + 1))


def linear_axis(values: ArrayLike, count: int = 5) -> Axis:
    """An axis whose ends are round numbers around the values."""
    data = np.asarray(values, dtype=np.float64)
    data = data[np.isfinite(data)]
    ticks = nice_ticks(float(data.min()), float(data.max()), count) if data.size else (0.0, 1.0)
    return Axis(ticks[0], ticks[-1], ticks)


def log_axis(values: ArrayLike) -> Axis:
    """A logarithmic axis over whole decades, or over 1-2-5 steps where there are few decades."""
    data = np.asarray(values, dtype=np.float64)
    data = data[np.isfinite(data) & (data > 0)]
    low, high = float(data.min()), float(data.max())
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last - first > 3:
        every = -(-(last - first) // 5)
        return Axis(10.0**first, 10.0**last, tuple(10.0**power for power in range(first, last + 1, every)), log=True)
    steps = [factor * 10.0**power for power in range(first, last + 1) for factor in (1.0, 2.0, 5.0)]
    below = max((step for step in steps if step <= low), default=steps[0])
    above = min((step for step in steps if step >= high), default=steps[-1])
    return Axis(
        below, max(above, below * 10), tuple(s for s in steps if below <= s <= max(above, below * 10)), log=True
    )


def percent_axis() -> Axis:
    """0 to 100 %."""
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    return Axis(0.0, 1.0, ticks, labels=tuple(f"{tick:.0%}" for tick in ticks))


def short_number(value: float) -> str:
    """A number in few characters, for ticks."""
    if value == 0:
        return "0"
    for limit, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit and (limit > 1e3 or abs(value) >= 1e4):
            return f"{value / limit:g}{suffix}"
    return f"{value:.0e}".replace("e-0", "e-") if abs(value) < 1e-3 else f"{value:.6g}"


def smooth(values: Sequence[float], span: float) -> list[float]:
    """Exponential moving average of about `span` values, corrected for its start (as Adam's moments are)."""
    keep = 1 - 2 / (span + 1)
    average, weight, out = 0.0, 0.0, []
    for value in values:
        if math.isfinite(value):
            average = keep * average + (1 - keep) * value
            weight = keep * weight + (1 - keep)
        out.append(average / weight if weight else math.nan)
    return out


def thin(values: Sequence[float], limit: int = RAW_POINTS) -> list[float]:
    """Every k-th value and the last one, at most about `limit`."""
    every = -(-len(values) // limit) if values else 1
    kept = list(values[::every])
    return kept if not values or (len(values) - 1) % every == 0 else [*kept, values[-1]]


def line_chart(series: Sequence[Series], x: Axis, y: Axis, x_label: str, title: str) -> str:
    """A chart as an SVG element; `title` is what a screen reader says."""

    def points(xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        across = LEFT + x.position(xs) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - np.clip(y.position(ys), 0, 1) * (HEIGHT - TOP - BOTTOM)
        return [(left, top) for left, top in zip(across, down) if math.isfinite(left) and math.isfinite(top)]

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="chart"><title>{html.escape(title)}</title>']
    parts += _axes(x, y, x_label)
    for line in series:
        color = f"var(--{line.color})"
        if line.low and line.high:
            area = points(line.x, line.high) + points(line.x, line.low)[::-1]
            parts.append(f'<polygon points="{_join(area)}" fill="{color}" opacity=".14"/>')
        if line.raw:
            faint = _join(points(thin(line.x), thin(line.raw)))
            parts.append(f'<polyline points="{faint}" fill="none" stroke="{color}" opacity=".28"/>')
    for line in series:
        color = f"var(--{line.color})"
        path = points(thin(line.x), thin(line.y))
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        parts.append(
            f'<polyline points="{_join(path)}" fill="none" stroke="{color}" stroke-width="2" '
            f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
        )
        if line.dots or len(path) == 1:
            parts += [f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3" fill="{color}"/>' for left, top in path]
    return "".join([*parts, "</svg>"])


def _axes(x: Axis, y: Axis, x_label: str) -> list[str]:
    """Grid lines, tick labels and the label of the horizontal axis."""
    parts = []
    for index, (tick, place) in enumerate(zip(y.ticks, y.position(y.ticks))):
        top = HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
        label = y.labels[index] if y.labels else short_number(tick)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{top:.1f}" y2="{top:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{top + 4:.1f}" text-anchor="end">{html.escape(label)}</text>')
    for tick, place in zip(x.ticks, x.position(x.ticks)):
        left = LEFT + place * (WIDTH - LEFT - RIGHT)
        anchor = "end" if left > WIDTH - RIGHT - 4 and len(short_number(tick)) > 3 else "middle"
        shift = 6 if anchor == "end" else 0
        place_of = f'x="{left + shift:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="{anchor}"'
        parts.append(f"<text {place_of}>{short_number(tick)}</text>")
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle" class="label">{html.escape(x_label)}</text>'
    )
    return parts


def _join(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{left:.1f},{top:.1f}" for left, top in points)


def legend(series: Sequence[Series]) -> str:
    """What each line is, as HTML below the chart."""
    entries = []
    for line in series:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        swatch = (
            f'<svg class="swatch" viewBox="0 0 26 8" aria-hidden="true"><line x1="1" x2="25" y1="4" y2="4" '
            f'stroke="var(--{line.color})" stroke-width="3" stroke-linecap="round"{dash}/></svg>'
        )
        entries.append(f"<span>{swatch}{html.escape(line.label)}</span>")
    return f'<div class="legend">{"".join(entries)}</div>'


def bar(value: float, low: float, high: float, color: str) -> str:
    """A share in [0, 1] as an HTML bar with its interval as an error bar."""
    return (
        f'<span class="bar" aria-hidden="true"><span class="fill" style="width:{value:.2%};background:var(--{color})">'
        f'</span><span class="whisker" style="left:{low:.2%};width:{max(high - low, 0):.2%}"></span></span>'
    )
