"""Media: a success and a failure are found, repeated and written in the right form."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lam_gym.evaluation.evaluate import evaluate
from lam_gym.evaluation.media import GIF_BYTES, find_media, gif, record_media, transcript
from lam_gym.evaluation.rows import Evaluation
from lam_gym.policy import ExpertPolicy, RandomPolicy
from lam_gym.rollouts import rollout


def mixed(policy: Any, task: str) -> Evaluation:
    """Two episodes of which the first counts as a failure and the second as a success."""
    rows = evaluate(policy, task, episodes=2).rows
    return Evaluation([{**row, "success": index == 1} for index, row in enumerate(rows)])


def test_text_tasks_give_transcripts(tmp_path: Path) -> None:
    task = "text/mail"
    policy = ExpertPolicy(task)
    evaluation = mixed(policy, task)
    paths = record_media(policy, task, tmp_path, evaluation)
    success, failure = paths
    assert [path.suffix for path in paths] == [".txt", ".txt"]
    assert [entry["outcome"] for entry in find_media(tmp_path, "text-mail")] == ["success", "failure"]
    assert success.stem == f"text-mail-success-{evaluation.rows[1]['seed']}"
    text = failure.read_text()
    assert text.startswith("Instruction: ")
    assert text.count("Instruction: ") == 1
    assert text.count("\n> ") == evaluation.rows[0]["length"]
    record_media(policy, task, tmp_path, Evaluation([evaluation.rows[1]]))
    assert [path.name for path in tmp_path.iterdir()] == [success.name]


def test_driving_gives_small_gifs(tmp_path: Path) -> None:
    task = "drive/lane-keeping"
    policy = RandomPolicy(task)
    paths = record_media(policy, task, tmp_path, mixed(policy, task))
    assert [path.suffix for path in paths] == [".gif", ".gif"]
    for path in paths:
        assert 1000 < path.stat().st_size <= GIF_BYTES
        with Image.open(path) as picture:
            assert getattr(picture, "n_frames") > 3  # noqa: B009


def test_gifs_shrink_until_they_fit() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (16, 60, 400, 3)).astype(np.uint8)
    data = gif(frames, limit=60_000)
    assert len(data) <= 60_000
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.width < 360
    assert len(gif(frames, limit=1)) > 1


def test_transcripts_of_other_text_render_what_the_environment_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    trajectory = rollout(ExpertPolicy("text/mail"), "text/mail", [3], frames=True)[0]
    object.__setattr__(trajectory, "observations", {"other": trajectory.fields()["screen"]})
    object.__setattr__(trajectory, "frames", tuple(f"frame {step}" for step in range(len(trajectory) + 1)))
    text = transcript(trajectory)
    assert text.startswith("frame 0\n> ")
    assert text.rstrip().endswith(f"[success after {len(trajectory)} steps, return 1]")
    assert f"frame {len(trajectory)}\n" in text
