"""Progress on a terminal and in a log file."""

from __future__ import annotations

import time

import pytest

from lam_gym.commands import bars


def test_lines_in_a_log_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 4.0, 9.0])
    monkeypatch.setattr(bars.time, "monotonic", lambda: next(clock))
    with bars.progress("recording", 1000) as update:
        for done in (100, 300, 400, 900):
            update(done)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["recording: 300/1,000 episodes, 100.0/s", "recording: 900/1,000 episodes, 100.0/s"]


def test_a_bar_in_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bars.sys.stderr, "isatty", lambda: True)
    with bars.progress("recording", 10, "shards") as update:
        update(0, "unpacking")
        time.sleep(0.3)
        update(10)
    out, err = capsys.readouterr()
    assert out == ""
    assert "recording" in err
    assert "10/10" in err
    assert "shards/s" in err
    assert "unpacking" in err
