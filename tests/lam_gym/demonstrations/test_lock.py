"""One writer at a time, and a dead one locks nobody out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lam_gym.demonstrations.lock import LOCK_FILE, WriterLock
from lam_gym.errors import BadDemos


def test_a_second_writer_is_refused_by_name(tmp_path: Path) -> None:
    first = WriterLock(tmp_path)
    with first:
        assert first.held
        with pytest.raises(BadDemos, match=f"process {os.getpid()}"), WriterLock(tmp_path):
            pass
    assert not first.held
    assert not (tmp_path / LOCK_FILE).exists()
    with WriterLock(tmp_path):
        pass


def test_may_be_entered_again(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    with lock:
        with lock:
            assert lock.held
        assert lock.held
        assert (tmp_path / LOCK_FILE).exists()


def test_another_process_is_refused_and_its_death_frees(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from lam_gym.demonstrations.lock import WriterLock\n"
        "lock = WriterLock(pathlib.Path(sys.argv[1])); lock.__enter__(); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BadDemos, match=f"process {process.pid}"), WriterLock(tmp_path):
            pass
        process.kill()
        process.wait()
    assert (tmp_path / LOCK_FILE).exists()
    with WriterLock(tmp_path):
        pass


def test_a_lock_removed_meanwhile_is_taken_anew(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    descriptor = os.open(tmp_path / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    try:
        assert lock._is_current(descriptor)
        (tmp_path / LOCK_FILE).unlink()
        assert not lock._is_current(descriptor)
    finally:
        os.close(descriptor)
