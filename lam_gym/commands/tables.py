"""Tables on stdout: aligned in a terminal, and just as aligned in a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

WIDTH_ELSEWHERE = 160
"""Columns where stdout is no terminal."""


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print rows under headers; numbers are right-aligned, None is left empty."""
    rows = [list(row) for row in rows]
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column, header in enumerate(headers):
        numeric = all(isinstance(row[column], (int, float)) for row in rows if row[column] is not None)
        table.add_column(header, justify="right" if numeric and rows else "left", overflow="fold")
    for row in rows:
        table.add_row(*[_text(cell) for cell in row])
    console = Console(width=None if sys.stdout.isatty() else WIDTH_ELSEWHERE, markup=False, highlight=False)
    console.print(table)


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
