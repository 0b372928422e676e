"""Measures beside success: rates in percent, numbers as they are, dashes for what an evaluation lacks."""

from __future__ import annotations

from typing import Any

import pytest

from lam_gym.evaluation.evaluate import print_evaluations
from lam_gym.evaluation.metric_tables import compare_progress, metric_cells, metric_names, metric_table
from lam_gym.evaluation.rows import Evaluation


def evaluation(task: str, policy: str, **metrics: list[float]) -> Evaluation:
    setting = {"task": task, "policy": policy, "perturbation": "clean", "epsilon": 0.0, "source": ""}
    outcome = {"success": True, "return": 1.0, "length": 5, "terminated": True, "truncated": False}
    rows = [
        {**setting, "seed": seed, **outcome, **{f"metric/{name}": values[seed] for name, values in metrics.items()}}
        for seed in range(4)
    ]
    return Evaluation(rows)


@pytest.fixture
def evaluations() -> list[Evaluation]:
    return [
        evaluation("drive/road", "expert", collision=[0, 0, 0, 0], progress=[1, 1, 1, 1]),
        evaluation("drive/road", "A", collision=[1, 0, 0, 0], progress=[0.5, 1, 1, 1], mean_speed=[20, 21, 22, 23]),
        evaluation("drive/road@held_out", "A", collision=[1, 1, 0, 0]),
    ]


def test_cells(evaluations: list[Evaluation]) -> None:
    figures = [each.figures() for each in evaluations[:2]]
    assert metric_names(figures) == ["collision", "progress", "mean_speed"]
    assert metric_cells(figures, "collision") == [("0%", "[0.0, 49.0]"), ("25.0%", "[4.6, 69.9]")]
    progress = metric_cells(figures, "progress")
    assert [mean for mean, _ in progress] == ["1.000", "0.875"], "no rate in one of them, none in the table"
    assert metric_cells(figures, "mean_speed")[0] == ("–", "")
    unknown: dict[str, Any] = {**figures[0], "metric_intervals": {"progress": [None, None]}}
    assert metric_cells([unknown], "progress") == [("1.000", "")]


def test_the_report_has_a_table(evaluations: list[Evaluation]) -> None:
    page = metric_table([each.figures() for each in evaluations], "Measures")
    assert '<th class="n" >A held out</th>' in page
    assert "mean speed" in page
    assert metric_table([evaluation("text/mail", "A").figures()], "Measures") == ""


def test_the_terminal_has_one_too(evaluations: list[Evaluation], capsys: pytest.CaptureFixture[str]) -> None:
    print_evaluations(evaluations)
    printed = capsys.readouterr().out
    assert "drive/road, other measures" in printed
    (line,) = [line for line in printed.split("\n") if line.startswith("collision")]
    assert line.split() == ["collision", "0%", "[0.0,", "49.0]", "25.0%", "[4.6,", "69.9]"]


def test_progress_beside_the_expert(evaluations: list[Evaluation]) -> None:
    expert, policy, elsewhere = evaluations
    figures = policy.figures()
    compare_progress(figures, policy, expert)
    assert figures["metrics"]["progress_ratio"] == pytest.approx(0.875)
    low, high = figures["metric_intervals"]["progress_ratio"]
    assert low < 0.875 < high
    faster = evaluation("drive/road", "B", progress=[1.5, 2.0, 0.0, 1.0])
    slow = evaluation("drive/road", "expert", progress=[1.0, 1.0, 0.0, 0.5])
    figures = faster.figures()
    compare_progress(figures, faster, slow)
    assert figures["metrics"]["progress_ratio"] == 1.0
    assert "progress_ratio" in figures["metric_rates"]
    for other, base in ((elsewhere, expert), (policy, None), (expert, expert)):
        figures = other.figures()
        compare_progress(figures, other, base)
        assert "progress_ratio" not in figures["metrics"]


def test_no_figure_is_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    many = [evaluation("drive/road", name, acceleration=[1.234, 2.345, 3.456, -4.567]) for name in ("expert", *"ABCDE")]
    print_evaluations(many)
    assert "…" not in capsys.readouterr().out
    monkeypatch.setattr("lam_gym.evaluation.evaluate.WIDTH_ELSEWHERE", 60)
    print_evaluations(many)
    measures = capsys.readouterr().out.partition("other measures")[2]
    assert "…" not in measures
    assert "".join(measures.split()).count("[") == len(many)
