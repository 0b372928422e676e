"""Worker processes: calls carried out side by side, a core each.

    with start_workers(2) as workers:
        future = send(workers, evaluate, policy, task)
        result = future.result()

Functions and arguments travel by value (cloudpickle), so tasks and policies of a user's own script travel as well.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from lam_gym.errors import BadConfig, LamGymError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Result = TypeVar("Result")


@contextmanager
def start_workers(count: int) -> Iterator[ProcessPoolExecutor | None]:
    """A pool of `count` fresh processes, which numerical libraries use one core each of; none for 0.

    Calls that wait when the context is left are dropped. A worker that does not live to answer is a LamGymError.
    """
    if count < 0:
        raise BadConfig(f"num_workers must not be negative, got {count}.")
    if count == 0:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("spawn")
    workers = ProcessPoolExecutor(count, mp_context=context, initializer=_use_one_core)
    try:
        yield workers
    except BrokenExecutor:
        raise LamGymError(
            "A worker process died: where memory is short, use fewer workers; a script that starts workers has to do "
            "so under `if __name__ == '__main__':`."
        ) from None
    finally:
        workers.shutdown(cancel_futures=True)


def _use_one_core() -> None:
    """Libraries that are not loaded yet read the variable, PyTorch has to be told where the main script loaded it."""
    os.environ["OMP_NUM_THREADS"] = "1"
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def send(workers: ProcessPoolExecutor | None, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
    """Have one of the workers call the function; without workers it is called here and now."""
    if workers is None:
        done: Future[Result] = Future()
        done.set_result(function(*arguments))
        return done
    import cloudpickle

    return workers.submit(_call, cloudpickle.dumps((function, arguments)))


def _call(payload: bytes) -> Any:
    import cloudpickle

    function, arguments = cloudpickle.loads(payload)
    return function(*arguments)
