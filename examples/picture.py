"""The README's picture, from what a quickstart left: a driven road, a mail episode, success with intervals.

lam-gym quickstart && python examples/picture.py lam-gym-quickstart/run
"""

from __future__ import annotations

import argparse
import json
import textwrap
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

INK, SOFT = "#1f2328", "#656d76"
COLORS = {"random": "#afb8c1", "B": "#9a6700", "A": "#0969da", "expert": "#1a7f37"}
FRAMES = (0.1, 0.5, 0.9)
"""Parts of the drive that are shown."""
TRANSCRIPT_LINES = 30


def main() -> None:
    """Read the run, draw, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "quickstart.png")
    options = parser.parse_args()
    report = json.loads((options.run / "report.json").read_text())
    media = options.run / "evaluation" / "media"
    plt.rcParams.update({"font.size": 9, "text.color": INK, "axes.labelcolor": INK, "axes.titlesize": 10})
    figure, (road, screen, bars) = plt.subplots(
        1, 3, figsize=(11, 3.9), dpi=110, gridspec_kw={"width_ratios": [0.75, 1.2, 0.9]}
    )
    draw_road(road, next(media.glob("drive-lane-keeping-success-*.gif")))
    draw_screen(screen, next(media.glob("text-mail-success-*.txt")))
    draw_bars(bars, report["tasks"])
    figure.tight_layout(w_pad=2.0)
    figure.savefig(options.out, facecolor="white")
    print(options.out)


def draw_road(axes: Axes, gif: Path) -> None:
    """Frames of A's drive, one below the other."""
    frames = []
    with Image.open(gif) as image:
        for share in FRAMES:
            image.seek(int(share * (getattr(image, "n_frames", 1) - 1)))
            frames.append(np.asarray(image.convert("RGB")))
    gap = np.full((6, *frames[0].shape[1:]), 255, dtype=np.uint8)
    axes.imshow(np.concatenate([part for frame in frames for part in (frame, gap)]))
    axes.set_title("A drives: drive/lane-keeping", loc="left")
    axes.axis("off")


def draw_screen(axes: Axes, transcript: Path) -> None:
    """The start of A's mail episode: screens, and after each the action that was taken."""
    axes.set_title("A reads and acts: text/mail", loc="left")
    axes.axis("off")
    lines = [line for line in transcript.read_text().splitlines() if line and not line.startswith("instruction")]
    first = lines[0]
    shown = [first, *(line for line in lines[1:] if line != first)]
    wrapped = [part for line in shown for part in textwrap.wrap(line, 50, subsequent_indent="    ")][:TRANSCRIPT_LINES]
    for row, line in enumerate(wrapped):
        acts = line.startswith(">")
        axes.text(
            0.0,
            1.0 - (row + 0.5) / TRANSCRIPT_LINES,
            line,
            family="monospace",
            size=6.6,
            color=COLORS["A"] if acts else INK,
            weight="bold" if acts else "normal",
            va="center",
            transform=axes.transAxes,
        )


def draw_bars(axes: Axes, tasks: dict[str, Any]) -> None:
    """Success of each policy on each task, with its 95 % interval."""
    rows = []
    for task in tasks.values():
        for figures in task["evaluations"]:
            shown = "@" not in figures["task"] or figures["task"].endswith("@held_out_phrasing")
            if figures["perturbation"] == "clean" and shown and figures["policy"] in COLORS:
                rows.append(figures)
    labels = []
    for place, figures in enumerate(reversed(rows)):
        rate, (low, high) = figures["success_rate"], figures["success_interval"]
        axes.barh(place, rate, color=COLORS[figures["policy"]], height=0.62)
        axes.errorbar(rate, place, xerr=[[max(0.0, rate - low)], [max(0.0, high - rate)]], color=INK, lw=1, capsize=2)
        axes.text(1.04, place, f"{100 * rate:.1f} %", va="center", size=8)
        name, _, variation = figures["task"].partition("@")
        labels.append(f"{figures['policy']}, {'new phrasings' if variation else name.partition('/')[2]}")
    axes.set_yticks(range(len(labels)), labels, size=8)
    axes.set_xlim(0, 1.2)
    axes.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    axes.set_title(f"Success, {rows[0]['episodes']} new episodes", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=SOFT, labelcolor=INK)


if __name__ == "__main__":
    main()
