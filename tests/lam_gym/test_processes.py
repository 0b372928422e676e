"""Calls in worker processes: their results, their errors, a worker that dies."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest

from lam_gym.errors import BadConfig, LamGymError
from lam_gym.processes import send, start_workers


def test_workers_call_functions_of_any_kind_and_use_one_core_each() -> None:
    offset = 3
    with start_workers(1) as workers:
        assert send(workers, lambda number: number + offset, 4).result() == 7
        assert send(workers, lambda: os.environ["OMP_NUM_THREADS"]).result() == "1"
        assert send(workers, os.getpid).result() != os.getpid()


def test_without_workers_the_call_is_made_here() -> None:
    with start_workers(0) as workers:
        assert workers is None
        assert send(workers, os.getpid).result() == os.getpid()


def test_a_negative_number_of_workers_is_refused() -> None:
    with pytest.raises(BadConfig, match="must not be negative"), start_workers(-1):
        pass


def test_calls_that_wait_are_dropped_on_an_error(tmp_path: Path) -> None:
    def touch(path: Path) -> None:
        time.sleep(0.2)
        path.touch()

    with contextlib.suppress(ZeroDivisionError), start_workers(1) as workers:
        send(workers, os.getpid).result()
        for number in range(9):
            send(workers, touch, tmp_path / str(number))
        raise ZeroDivisionError
    assert len(list(tmp_path.iterdir())) < 9


def test_errors_come_back_and_a_dead_worker_is_told_in_one_sentence() -> None:
    def refuse() -> None:
        raise BadConfig("no such thing")

    with start_workers(1) as workers, pytest.raises(BadConfig, match="no such thing"):
        send(workers, refuse).result()
    with pytest.raises(LamGymError, match="A worker process died"), start_workers(1) as workers:
        send(workers, os._exit, 1).result()
