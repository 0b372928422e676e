"""An episode to look at as a file: a GIF or an MP4 of its pictures, or the transcript of a text episode.

    film(policy, "drive/highway", seed=7, out="episode.gif")

The seed is the one of the environment's reset, as in the names of media files and in evaluation rows, so that an
episode that was seen in a table can be watched.
"""

from __future__ import annotations

import importlib
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lam_gym.errors import BadConfig, LamGymError, MissingExtra
from lam_gym.evaluation.media import transcript, write_file
from lam_gym.policy import Policy
from lam_gym.rollouts import rollout
from lam_gym.task import Task, get_task, make_env
from lam_gym.trajectory import Trajectory

PICTURES = (".gif", ".mp4")
"""Endings of films."""
LAST_FRAME_SECONDS = 1.5
"""How long a GIF stops at its end before it starts over."""
SLOWEST_RATE = 4.0
"""Frames per second of an environment that names fewer, so that a film is not a slide show."""


def film(policy: Policy, task: Task | str, seed: int, out: str | Path, rate: float | None = None) -> Trajectory:
    """Run one episode and write it to `out` (.gif, .mp4 or .txt); gives the episode with its frames.

    `rate` is in frames per second, the environment's own by default. Raises BadConfig where the file's ending does not
    fit what the task shows, MissingExtra for an MP4 without imageio-ffmpeg.
    """
    task, out = get_task(task), Path(out)
    ending = out.suffix.lower()
    if ending not in (*PICTURES, ".txt"):
        raise BadConfig(f"expected a file that ends in .gif, .mp4 or .txt, got '{out}'; choose one of these endings.")
    if rate is not None and not 0.0 < rate <= 100.0:
        raise BadConfig(f"expected a rate above 0 and of at most 100 frames per second, got {rate:g}; choose another.")
    if ending == ".mp4":
        find_encoder()
    trajectory = watch(policy, task, seed)
    if isinstance(trajectory.frames, tuple):
        if ending != ".txt":
            raise BadConfig(f"Task '{task.name}' shows text, not pictures; write it to a file that ends in .txt.")
        write_file(out, transcript(trajectory).encode())
        return trajectory
    assert trajectory.frames is not None
    if ending == ".txt":
        raise BadConfig(f"Task '{task.name}' shows pictures, not text; write it to a file that ends in .gif or .mp4.")
    if ending == ".gif":
        write_file(out, encode_gif(trajectory.frames, rate or frame_rate(task)))
    else:
        write_mp4(out, trajectory.frames, rate or frame_rate(task))
    return trajectory


def watch(policy: Policy, task: Task | str, seed: int) -> Trajectory:
    """One episode with its pictures or screens."""
    given_up: list[int] = []
    found = rollout(policy, task, [seed], num_envs=1, frames=True, abandoned=given_up)
    if given_up:
        raise LamGymError(f"The policy gave up on seed {seed}; choose another seed.")
    return found[0]


def frame_rate(task: Task) -> float:
    """The frames per second that the environment names, at least `SLOWEST_RATE`."""
    env = make_env(task)
    rate = float(env.metadata.get("render_fps") or 0.0)
    env.close()
    return max(rate, SLOWEST_RATE)


def encode_gif(frames: NDArray[np.uint8], rate: float) -> bytes:
    """Pictures [T+1, H, W, 3] as a looping GIF of all of them, at most 50 a second.

    One palette for all, from the first, middle and last picture, keeps colors still and the file small.
    """
    chosen = frames[[0, len(frames) // 2, -1]]
    palette = Image.fromarray(chosen.reshape(-1, *frames.shape[2:])).quantize(128, dither=Image.Dither.NONE)
    pictures = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [max(round(1000.0 / rate), 20)] * (len(pictures) - 1) + [round(1000 * LAST_FRAME_SECONDS)]
    stream = io.BytesIO()
    pictures[0].save(
        stream, "GIF", save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=False
    )
    return stream.getvalue()


def find_encoder() -> Any:
    """The module imageio_ffmpeg, or MissingExtra."""
    try:
        return importlib.import_module("imageio_ffmpeg")
    except ImportError as error:
        raise MissingExtra("An MP4 needs the package 'imageio-ffmpeg': pip install 'lam-gym[video]'.") from error


def write_mp4(path: Path, frames: NDArray[np.uint8], rate: float) -> None:
    """Write pictures [T+1, H, W, 3] as an MP4 (H.264); an odd last row or column is left out."""
    height, width = (size - size % 2 for size in frames.shape[1:3])
    aside = path.with_name(f".{os.getpid()}.{path.name}")
    writer = find_encoder().write_frames(
        str(aside), (width, height), fps=rate, macro_block_size=2, quality=8, ffmpeg_log_level="error"
    )
    try:
        writer.send(None)
        for frame in frames:
            writer.send(np.ascontiguousarray(frame[:height, :width]))
    finally:
        writer.close()
    os.replace(aside, path)
