"""Rows of evaluations: figures, files, groups."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lam_gym.errors import BadConfig
from lam_gym.evaluation.evaluate import evaluate
from lam_gym.evaluation.rows import Evaluation, file_name, group_rows, read_rows, write_rows
from lam_gym.evaluation.statistics import bootstrap_interval, wilson_interval
from lam_gym.policy import RandomPolicy

TASK = "control/cartpole"


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(RandomPolicy(TASK), TASK, episodes=12, label="random")


def test_rows_come_back_from_parquet(evaluation: Evaluation, tmp_path: Path) -> None:
    path = evaluation.save(tmp_path / "deep" / "rows.parquet")
    again = Evaluation.load(path)
    assert again.rows == evaluation.rows
    assert again.figures() == evaluation.figures() == Evaluation.from_rows(again.rows).figures()
    assert list(path.parent.iterdir()) == [path]


def test_metrics_become_columns(evaluation: Evaluation, tmp_path: Path) -> None:
    rows = [{**row, "metric/progress": index / 2} for index, row in enumerate(evaluation.rows[:3])]
    del rows[1]["metric/progress"]
    rows[2]["metric/late"] = float("nan")
    back = read_rows(write_rows(rows, tmp_path / "rows.parquet"))
    assert Evaluation(back).figures()["metrics"] == {"progress": 0.5}


def test_metrics_have_intervals(evaluation: Evaluation) -> None:
    """Wilson's where a metric is yes or no, else the bootstrap's."""
    speeds = np.random.default_rng(0).normal(20, 2, len(evaluation.rows)).tolist()
    rows = [
        {**row, "metric/collision": float(index < 3), "metric/mean_speed": speed}
        for index, (row, speed) in enumerate(zip(evaluation.rows, speeds))
    ]
    figures = Evaluation(rows).figures()
    assert figures["metrics"] == {"collision": 0.25, "mean_speed": float(np.mean(speeds))}
    assert figures["metric_rates"] == ["collision"]
    assert figures["metric_intervals"]["collision"] == list(wilson_interval(3, 12))
    assert figures["metric_intervals"]["mean_speed"] == list(bootstrap_interval(speeds))


def test_rows_of_several_evaluations_are_told_apart(evaluation: Evaluation) -> None:
    others = [{**row, "policy": "A"} for row in evaluation.rows]
    groups = group_rows([*evaluation.rows, *others])
    assert [group.policy for group in groups] == ["random", "A"]
    with pytest.raises(BadConfig, match="2 combinations"):
        Evaluation([*evaluation.rows, *others])
    with pytest.raises(BadConfig, match="0 combinations"):
        Evaluation([])


def test_unreadable_rows_are_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "rows.parquet"
    broken.write_bytes(b"PAR1 no more")
    with pytest.raises(BadConfig, match="no readable file"):
        Evaluation.load(broken)
    with pytest.raises(BadConfig, match="no readable file"):
        Evaluation.load(tmp_path / "absent.parquet")
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"task": ["a"]}), broken)
    with pytest.raises(BadConfig, match="lacks the columns policy"):
        Evaluation.load(broken)


def test_figures_are_plain_numbers(evaluation: Evaluation) -> None:
    figures = evaluation.figures()
    assert figures["return_min"] == min(row["return"] for row in evaluation.rows)
    assert not any(isinstance(value, np.generic) for value in figures.values())


def test_names_become_files() -> None:
    assert file_name("text/mail@held_out_phrasing") == "text-mail@held_out_phrasing"
