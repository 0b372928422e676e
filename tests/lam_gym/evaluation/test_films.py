"""Films of episodes: GIF, MP4 and transcripts."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lam_gym.errors import BadConfig, LamGymError, MissingExtra
from lam_gym.evaluation import films
from lam_gym.evaluation.films import encode_gif, film, write_mp4
from lam_gym.policy import ExpertPolicy, RandomPolicy

LANE = "drive/lane-keeping"
FRAMES = np.zeros((5, 31, 40, 3), dtype=np.uint8)
FRAMES[:, :, :20] = [38, 88, 168]
for _time in range(5):
    FRAMES[_time, 5 * _time : 5 * _time + 5, 25:30] = 250


def test_a_gif_has_every_frame(tmp_path: Path) -> None:
    trajectory = film(RandomPolicy(LANE), LANE, 4, tmp_path / "episode.gif")
    with Image.open(tmp_path / "episode.gif") as picture:
        assert picture.n_frames == len(trajectory) + 1  # type: ignore[attr-defined]
        assert picture.size == (600, 300)
        assert picture.info["duration"] == 100
    assert [path.name for path in tmp_path.iterdir()] == ["episode.gif"]


def test_colors_of_a_gif_stay_and_its_end_is_held(tmp_path: Path) -> None:
    (tmp_path / "short.gif").write_bytes(encode_gif(FRAMES, 10.0))
    with Image.open(tmp_path / "short.gif") as picture:
        for time in range(5):
            picture.seek(time)
            shown = np.asarray(picture.convert("RGB"), dtype=int)
            assert np.abs(shown - FRAMES[time]).max() <= 8
        assert picture.info["duration"] == 1500


def test_text_becomes_a_transcript(tmp_path: Path) -> None:
    film(ExpertPolicy("text/mail"), "text/mail", 3, tmp_path / "episode.txt")
    text = (tmp_path / "episode.txt").read_text()
    assert text.startswith("Instruction: ")
    assert "[success after" in text


def write_frames(path: str, size: tuple[int, int], **options: Any) -> Generator[None, Any, None]:
    """Stands for the function of imageio_ffmpeg: writes the raw pictures."""
    with open(path, "wb") as file:
        while True:
            frame = yield
            assert frame.shape == (size[1], size[0], 3)
            file.write(frame.tobytes())


def test_an_mp4_is_given_even_frames_and_appears_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = ModuleType("imageio_ffmpeg")
    vars(encoder)["write_frames"] = write_frames
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", encoder)
    write_mp4(tmp_path / "episode.mp4", FRAMES, 10.0)
    assert (tmp_path / "episode.mp4").read_bytes() == FRAMES[:, :30].tobytes()
    assert len(list(tmp_path.iterdir())) == 1
    film(RandomPolicy(LANE), LANE, 4, tmp_path / "lane.mp4", rate=20.0)
    assert (tmp_path / "lane.mp4").stat().st_size % (600 * 300 * 3) == 0


def test_a_real_mp4(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    write_mp4(tmp_path / "episode.mp4", FRAMES, 10.0)
    assert b"ftyp" in (tmp_path / "episode.mp4").read_bytes()[:16]


def test_without_the_encoder_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtra, match=r"lam-gym\[video\]"):
        film(RandomPolicy(LANE), LANE, 4, tmp_path / "episode.mp4")


@pytest.mark.parametrize(
    ("task", "name", "rate", "words"),
    [
        (LANE, "a.png", None, "ends in .gif, .mp4 or .txt"),
        (LANE, "a.txt", None, "shows pictures, not text"),
        ("text/mail", "a.gif", None, "shows text, not pictures"),
        (LANE, "a.gif", 0.0, "a rate above 0"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, task: str, name: str, rate: float | None, words: str) -> None:
    with pytest.raises(BadConfig, match=words):
        film(RandomPolicy(task), task, 4, tmp_path / name, rate)
    assert not list(tmp_path.iterdir())


def test_a_policy_that_gives_up_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RandomPolicy, "act", lambda self, observations, memory: ([None], memory))
    with pytest.raises(LamGymError, match="gave up on seed 4"):
        films.watch(RandomPolicy(LANE), LANE, 4)
