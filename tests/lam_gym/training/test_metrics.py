"""Metrics: one line an entry, cut back to where a run goes on, means that survive a checkpoint."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from lam_gym.training.metrics import MetricsLog, RunningMeans, read_metrics


def test_lines(tmp_path: Path) -> None:
    with MetricsLog(tmp_path, 0, tensorboard=False) as log:
        log.write(5, {"train/loss": 0.1})
        log.write(10, {"train/loss": 1 / 3, "time/step_s": 0.5})
        assert len(read_metrics(tmp_path)) == 2, "on disk at once"
    assert read_metrics(tmp_path)[1] == {"step": 10, "train/loss": 1 / 3, "time/step_s": 0.5}
    assert read_metrics(tmp_path / "nowhere") == []


def test_lines_behind_the_checkpoint_go(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    lines = [json.dumps({"step": step, "train/loss": 1.0}) for step in (5, 10, 15)]
    path.write_text("\n".join([*lines, '{"step": 20, "tra']))
    assert [line["step"] for line in read_metrics(tmp_path)] == [5, 10, 15], "a line cut short is no line"
    with MetricsLog(tmp_path, 10, tensorboard=False) as log:
        log.write(12, {"train/loss": 2.0})
    assert [line["step"] for line in read_metrics(tmp_path)] == [5, 10, 12]
    path.write_text('[1]\n{"loss": 1}\n{"step": 3}\n')
    assert read_metrics(tmp_path) == [{"step": 3}]


def test_tensorboard(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with MetricsLog(tmp_path, 0, tensorboard=True) as log:
        log.write(5, {"train/loss": 0.25})
        log.write(7, {"train/loss": 0.125})
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("train/loss")] == [(5, 0.25), (7, 0.125)]


def test_running_means() -> None:
    means = RunningMeans()
    assert means.take() == {}
    value = torch.tensor(1.0)
    means.add({"loss": value, "part": torch.tensor(5.0)})
    value += 100  # the sum keeps its own copy
    means.add({"loss": torch.tensor(2.0)})
    assert means.take() == {"loss": 1.5, "part": 2.5}, "a part of every other step keeps its share of the loss"
    assert means.take() == {}


def test_means_between_two_log_lines_survive_bit_for_bit() -> None:
    torch.manual_seed(0)
    values = torch.rand(9)
    straight, stopped = RunningMeans(), RunningMeans()
    for value in values:
        straight.add({"loss": value})
    for value in values[:4]:
        stopped.add({"loss": value})
    resumed = RunningMeans()
    resumed.restore(json.loads(json.dumps(stopped.to_json())))
    for value in values[4:]:
        resumed.add({"loss": value})
    assert resumed.take() == straight.take()
    assert RunningMeans().to_json() == {}


def test_the_file_is_closed_when_a_run_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with MetricsLog(tmp_path, 0, tensorboard=False) as log:
            log.write(1, {"train/loss": 1.0})
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        fail()
    assert read_metrics(tmp_path) == [{"step": 1, "train/loss": 1.0}]
