"""Progress with rates, on stderr: a bar in a terminal, one line every few seconds elsewhere.

with progress("recording", total=200, unit="episodes") as update:
    update(17)      # 17 done so far
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

FIRST_LINE_S = 2.0
"""Work shorter than this stays silent where stderr is no terminal [s]."""
LINE_EVERY_S = 5.0
"""Pause between two lines where stderr is no terminal [s]."""


class Update(Protocol):
    """Takes what is done so far."""

    def __call__(self, done: int, note: str = "") -> None:
        """`done` units are finished; `note` stands beside the rate."""


class _Rate(ProgressColumn):
    """Units finished in a second, and the note."""

    def render(self, task: Task) -> Text:
        """`12.3 episodes/s`; the note alone while nothing is finished."""
        if not task.elapsed or not task.completed:
            return Text(task.fields["note"], style="cyan")
        return Text(f"{task.completed / task.elapsed:,.1f} {task.fields['unit']}/s {task.fields['note']}", style="cyan")


@contextmanager
def progress(label: str, total: int, unit: str = "episodes") -> Iterator[Update]:
    """Yield a function that takes the number of units done so far."""
    if not sys.stderr.isatty():
        yield _lines(label, total, unit)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        row = bar.add_task(label, total=total, unit=unit, note="")

        def update(done: int, note: str = "") -> None:
            bar.update(row, completed=done, note=note)

        yield update


def _lines(label: str, total: int, unit: str) -> Update:
    """The same for a log file: a line when enough time has passed."""
    start = time.monotonic()
    due = start + FIRST_LINE_S

    def update(done: int, note: str = "") -> None:
        nonlocal due
        now = time.monotonic()
        if now < due:
            return
        due = now + LINE_EVERY_S
        rate = f"{done / (now - start):,.1f}/s"
        print(f"{label}: {done:,}/{total:,} {unit}, {rate} {note}".rstrip(), file=sys.stderr, flush=True)

    return update
