"""Rows of evaluations, one an episode, and the figures that are computed from them; Parquet files hold the rows.

    Evaluation.load("one.parquet").interval                one evaluation
    group_rows(read_rows("text-mail.parquet"))             several, told apart by task, policy and perturbation

Units: lengths in steps, returns in the task's rewards, epsilon in standard deviations of the observation.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lam_gym.errors import BadConfig
from lam_gym.evaluation.statistics import Interval, bootstrap_interval, iqm, wilson_interval
from lam_gym.task import Task

CLEAN = "clean"
"""The perturbation kind of an evaluation without one."""

COLUMNS: Mapping[str, Any] = {
    "task": pa.string(),
    "policy": pa.string(),
    "perturbation": pa.string(),
    "epsilon": pa.float64(),
    "source": pa.string(),
    "seed": pa.int64(),
    "success": pa.bool_(),
    "return": pa.float64(),
    "length": pa.int64(),
    "terminated": pa.bool_(),
    "truncated": pa.bool_(),
}
"""Columns of every row; numbers of the last info follow as "metric/<name>"."""

NAMES = ("metric/label", "metric/predicted", "metric/row")
"""Numbers that name a class or a row of a table: they have no mean."""

SETTING = ("task", "policy", "perturbation", "epsilon", "source")
"""What rows of one evaluation share. `source` names the policy that a transfer attack was computed on, else ""."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Evaluation:
    """The episodes of one policy on one task under one perturbation; every figure is computed from `rows`."""

    rows: list[Row]
    """One dict an episode, with the keys of `COLUMNS`."""

    def __post_init__(self) -> None:
        settings = {tuple(row[key] for key in SETTING) for row in self.rows}
        if len(settings) != 1:
            raise BadConfig(
                f"The rows of an evaluation share one task, policy and perturbation, got {len(settings)} combinations."
            )

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Evaluation:
        """The evaluation that these rows make up."""
        return cls([dict(row) for row in rows])

    @classmethod
    def load(cls, path: str | Path) -> Evaluation:
        """The evaluation that `save` wrote."""
        return cls(read_rows(path))

    def save(self, path: str | Path) -> Path:
        """Write the rows as Parquet."""
        return write_rows(self.rows, path)

    @property
    def setting(self) -> dict[str, Any]:
        """Task, policy, perturbation, epsilon and source of the attack."""
        return {key: self.rows[0][key] for key in SETTING}

    @property
    def task(self) -> str:
        return str(self.rows[0]["task"])

    @property
    def policy(self) -> str:
        return str(self.rows[0]["policy"])

    @cached_property
    def successes(self) -> int:
        """Episodes that reached the goal."""
        return sum(bool(row["success"]) for row in self.rows)

    @property
    def success_rate(self) -> float:
        """Share of the episodes that reached the goal."""
        return self.successes / len(self.rows)

    @property
    def interval(self) -> Interval:
        """95 % Wilson interval of the success rate."""
        return wilson_interval(self.successes, len(self.rows))

    @cached_property
    def return_mean(self) -> float:
        """Mean return of an episode."""
        return float(np.mean([row["return"] for row in self.rows]))

    @cached_property
    def return_interval(self) -> Interval:
        """95 % bootstrap interval of the mean return."""
        return bootstrap_interval([row["return"] for row in self.rows])

    def figures(self) -> dict[str, Any]:
        """Setting and every figure as JSON-able numbers, the rows of the tables and of report.json."""
        returns = [row["return"] for row in self.rows]
        keys = dict.fromkeys(key for row in self.rows for key in row)
        names = [key for key in keys if key.startswith("metric/") and key not in NAMES]
        known = {name.removeprefix("metric/"): _known_values(self.rows, name) for name in names}
        metrics = {name: values for name, values in known.items() if values}
        return {
            **self.setting,
            "episodes": len(self.rows),
            "successes": self.successes,
            "success_rate": self.success_rate,
            "success_interval": list(self.interval),
            "return_mean": self.return_mean,
            "return_interval": list(self.return_interval),
            "return_iqm": float(iqm(returns)),
            "return_min": float(min(returns)),
            "length_mean": float(np.mean([row["length"] for row in self.rows])),
            "truncated_rate": float(np.mean([row["truncated"] for row in self.rows])),
            "metrics": {name: float(np.mean(values)) for name, values in metrics.items()},
            "metric_intervals": {name: list(mean_interval(values)) for name, values in metrics.items()},
            "metric_rates": [name for name, values in metrics.items() if is_rate(values)],
        }


def _known_values(rows: Sequence[Row], name: str) -> list[float]:
    return [row[name] for row in rows if row.get(name) is not None and np.isfinite(row[name])]


def is_rate(values: Sequence[float]) -> bool:
    """Whether these say yes or no, 1 or 0."""
    return all(value in (0.0, 1.0) for value in values)


def mean_interval(values: Sequence[float]) -> Interval:
    """95 % interval of a mean: Wilson's where every value is 0 or 1, else the bootstrap's."""
    if is_rate(values):
        return wilson_interval(int(sum(values)), len(values))
    return bootstrap_interval(values)


def write_rows(rows: Sequence[Row], path: str | Path) -> Path:
    """Write rows as one Parquet file, aside first and then in place."""
    path = Path(path)
    names = [key for key in dict.fromkeys(key for row in rows for key in row) if key not in COLUMNS]
    schema = pa.schema([*COLUMNS.items(), *((name, pa.float64()) for name in names)])
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), aside, compression="zstd")
    os.replace(aside, path)
    return path


def read_rows(path: str | Path) -> list[Row]:
    """The rows of a Parquet file that `write_rows` wrote, in order."""
    try:
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as error:
        raise BadConfig(f"'{path}' is no readable file of evaluation rows: {error}; evaluate again.") from error
    lacking = [name for name in COLUMNS if name not in table.column_names]
    if lacking:
        raise BadConfig(f"'{path}' lacks the columns {', '.join(lacking)} of evaluation rows; evaluate again.")
    rows: list[Row] = table.to_pylist()
    return rows


def group_rows(rows: Iterable[Row]) -> list[Evaluation]:
    """Rows as evaluations, one for each task, policy and perturbation, in order of appearance."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in SETTING), []).append(row)
    return [Evaluation(group) for group in groups.values()]


def file_name(task: Task | str) -> str:
    """A task's name as part of a file name: "text/mail" -> "text-mail"."""
    return (task if isinstance(task, str) else task.name).replace("/", "-")
