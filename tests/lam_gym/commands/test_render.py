"""The command that shows one episode."""

from __future__ import annotations

from pathlib import Path

import pytest

from lam_gym.cli import main
from lam_gym.commands.render import find_policy
from lam_gym.policy import ExpertPolicy, RandomPolicy
from lam_gym.task import get_task


def test_pictures_go_to_a_file_named_after_the_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["render", "drive/lane-keeping@held_out", "--policy", "random", "--seed", "4"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("drive/lane-keeping@held_out, seed 4: failure after")
    assert "Wrote 'drive-lane-keeping-held_out-4.gif'." in told
    assert (tmp_path / "drive-lane-keeping-held_out-4.gif").stat().st_size > 1000


def test_text_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "text/mail", "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("Instruction: ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["drive/lane-keepin"], "There is no task"),
        (["drive/lane-keeping", "--seed", "-1"], "a seed of at least 0"),
        (["drive/lane-keeping", "--policy", "nobody"], "there is no such folder"),
        (["drive/lane-keeping", "--out", "a.avi"], "ends in .gif, .mp4 or .txt"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", *words]) == 2
    assert sentence in capsys.readouterr().err


def test_policies_by_name(tmp_path: Path) -> None:
    task = get_task("drive/lane-keeping")
    assert isinstance(find_policy("expert", task), ExpertPolicy)
    assert isinstance(find_policy("random", task), RandomPolicy)
