"""One success and one failure of a policy to look at: a GIF of a task that draws pictures, a transcript of a text task.

Files are called "<task>-<outcome>-<seed>.gif" or ".txt"; the seed repeats the episode.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lam_gym.evaluation.rows import Evaluation, file_name
from lam_gym.policy import Policy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, get_task
from lam_gym.trajectory import Trajectory

OUTCOMES = ("success", "failure")
GIF_BYTES = 400_000
"""Largest GIF; frames are left out and shrunk until it fits."""
GIF_WIDTH = 360
"""Widest GIF [pixels]."""
GIF_FRAMES = 60
"""Most frames of a GIF."""
GIF_SECONDS = 6.0
"""Length of a GIF with all its frames."""


def record_media(policy: Policy, task: Task | str, out: str | Path, evaluation: Evaluation) -> list[Path]:
    """Run one success and one failure of `evaluation` again, and write what was to be seen into the folder `out`.

    Earlier files of the task are replaced. An outcome that did not occur gets no file.
    """
    task, out = get_task(task), Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for entry in find_media(out, file_name(task)):
        (out / entry["file"]).unlink()
    written = []
    for outcome in OUTCOMES:
        seed = next((row["seed"] for row in evaluation.rows if row["success"] == (outcome == "success")), None)
        if seed is None:
            continue
        trajectory = rollout(policy, task, [seed], num_envs=1, frames=True)[0]
        name = f"{file_name(task)}-{outcome}-{seed}"
        if isinstance(trajectory.frames, tuple):
            written.append(write_file(out / f"{name}.txt", transcript(trajectory).encode()))
        elif trajectory.frames is not None:
            written.append(write_file(out / f"{name}.gif", gif(trajectory.frames)))
    return written


def find_media(folder: Path, prefix: str) -> list[dict[str, Any]]:
    """The media files of one task: file name, outcome, seed, kind ("gif" or "txt"); successes first."""
    found = []
    for path in sorted(folder.glob(f"{prefix}-*")) if folder.is_dir() else []:
        match = re.fullmatch(rf"{re.escape(prefix)}-(success|failure)-(\d+)\.(gif|txt)", path.name)
        if match:
            found.append({"file": path.name, "outcome": match[1], "seed": int(match[2]), "kind": match[3]})
    return sorted(found, key=lambda entry: OUTCOMES.index(str(entry["outcome"])))


def transcript(trajectory: Trajectory) -> str:
    """A text episode as it would be read: the instruction, then each screen with the action taken on it.

    Screens are the observation's own where it has an instruction and a screen, else what the environment renders.
    """
    lines = []
    fields = trajectory.fields()
    screens: Sequence[Any] = trajectory.frames if isinstance(trajectory.frames, tuple) else ()
    if "instruction" in fields and "screen" in fields:
        lines += [f"Instruction: {fields['instruction'][0]}", ""]
        screens = list(fields["screen"])
    for screen, action in zip(screens, trajectory.actions):
        lines += [str(screen).rstrip(), f"> {action}", ""]
    lines += [str(screen).rstrip() for screen in screens[len(trajectory) :]] + [""]
    ending = "success" if trajectory.success else "out of time" if trajectory.truncated else "failure"
    lines.append(f"[{ending} after {len(trajectory)} steps, return {trajectory.episode_return:g}]")
    return "\n".join(lines) + "\n"


def gif(frames: NDArray[np.uint8], limit: int = GIF_BYTES) -> bytes:
    """Pictures [T+1, H, W, 3] as a looping GIF of at most about `limit` bytes."""
    width, count = GIF_WIDTH, GIF_FRAMES
    while True:
        data = _encode(frames, width, count)
        if len(data) <= limit or (width <= 120 and count <= 12):
            return data
        # Bytes grow with the width squared and with the number of frames: the cube root of what is too much.
        shrink = min(0.9, 0.97 * (limit / len(data)) ** (1 / 3))
        width, count = max(120, int(width * shrink)), max(12, int(count * shrink))


def _encode(frames: NDArray[np.uint8], width: int, count: int) -> bytes:
    import io

    every = -(-len(frames) // count)
    kept = [*range(0, len(frames), every)]
    pictures = [_shrink(Image.fromarray(frames[index]), width) for index in kept]
    duration = int(np.clip(1000 * GIF_SECONDS / len(pictures), 40, 400))
    stream = io.BytesIO()
    durations = [duration] * (len(pictures) - 1) + [1500]
    pictures[0].save(
        stream, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
    )
    return stream.getvalue()


def _shrink(picture: Image.Image, width: int) -> Image.Image:
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    return picture.quantize(64, dither=Image.Dither.NONE)


def write_file(path: Path, data: bytes) -> Path:
    """Write a file aside and give it its name."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(data)
    os.replace(aside, path)
    return path
