"""Metrics of a run: one JSON object a line in metrics.jsonl, and the same numbers for TensorBoard.

Keys: `train/loss`, `train/loss_<part>`, `validate/<task>/loss`, `evaluate/<task>/success_rate`, `time/step_s`.
Everything but `time/...` depends on the seed alone, so a resumed run writes the lines of the undisturbed one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from torch import Tensor

METRICS_FILE = "metrics.jsonl"


class MetricsLog:
    """Appends metrics to a run's folder; opened at a step, it first drops the lines behind that step."""

    def __init__(self, run: Path, step: int, tensorboard: bool) -> None:
        self.path = run / METRICS_FILE
        self._keep_until(step)
        self._file = self.path.open("a")
        self._writer: Any = None
        if tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(run / "tensorboard"), purge_step=step + 1)

    def __enter__(self) -> MetricsLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
        if self._writer is not None:
            self._writer.close()

    def _keep_until(self, step: int) -> None:
        if not self.path.exists():
            return
        kept = [line for line in self.path.read_text().splitlines() if _step(line) <= step]
        aside = self.path.with_suffix(".tmp")
        aside.write_text("".join(f"{line}\n" for line in kept))
        os.replace(aside, self.path)

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Log these numbers at this step, on disk when the call returns."""
        self._file.write(json.dumps({"step": step, **values}) + "\n")
        self._file.flush()
        if self._writer is not None:
            for key, value in values.items():
                self._writer.add_scalar(key, value, step)


def _step(line: str) -> float:
    """The step of a line; a line cut short by a kill belongs to no step."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


class RunningMeans:
    """Sums of loss terms between two log lines, kept as tensors so that no step waits for a number."""

    def __init__(self) -> None:
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's values."""
        for key, value in values.items():
            held = self._sums.get(key)
            if held is None:
                self._sums[key], self._counts[key] = value.detach().clone(), 1
            else:
                held += value.detach()
                self._counts[key] += 1

    def take(self) -> dict[str, float]:
        """The means since the last call; a term that only some steps had counts as zero in the others."""
        steps = max(self._counts.values(), default=1)
        means = {key: float(total) / steps for key, total in self._sums.items()}
        self._sums.clear()
        self._counts.clear()
        return means

    def to_json(self) -> dict[str, list[float]]:
        """The open sums, for a checkpoint between two log lines."""
        return {key: [float(total), self._counts[key]] for key, total in self._sums.items()}

    def restore(self, data: Mapping[str, list[float]]) -> None:
        """The inverse of `to_json`."""
        import torch

        for key, (total, count) in data.items():
            self._sums[key], self._counts[key] = torch.tensor(total, dtype=torch.float32), int(count)


def read_metrics(run: str | Path) -> list[dict[str, float]]:
    """Every complete line of a run's metrics."""
    path = Path(run) / METRICS_FILE
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if _step(line) != float("inf")]
