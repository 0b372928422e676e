"""Figures of a classification: hand-computed, beside scikit-learn's, and in print and in the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lam_gym
from lam_gym.evaluation.classification import (
    class_names,
    classification_section,
    classify,
    print_classification,
    read_names,
    report_lines,
    resample,
    save_names,
    scores,
)
from lam_gym.evaluation.report import collect
from lam_gym.evaluation.rows import file_name, write_rows
from lam_gym.task import get_task


def rows_of(truth: Any, guess: Any) -> list[dict[str, Any]]:
    return [{"metric/label": float(label), "metric/predicted": float(said)} for label, said in zip(truth, guess)]


def test_hand_computed() -> None:
    figures = classify(rows_of([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1]), ["ham", "spam"])
    assert figures is not None
    ham, spam = figures["classes"]
    assert (ham["label"], ham["precision"], ham["recall"], ham["support"], ham["predicted"]) == (
        "ham",
        1.0,
        2 / 3,
        3,
        2,
    )
    assert (ham["f1"], spam["f1"]) == pytest.approx((0.8, 6 / 7))
    assert (figures["accuracy"], figures["macro_precision"]) == pytest.approx((5 / 6, 0.875))
    assert figures["confusion"] == [[2, 1], [0, 3]]
    for name in ("accuracy", "macro_precision", "macro_recall", "macro_f1"):
        low, high = figures[f"{name}_interval"]
        assert 0 <= low < figures[name] < high <= 1


def test_beside_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 300)
    guess = np.where(rng.random(300) < 0.7, truth, rng.integers(0, 4, 300))
    figures = classify(rows_of(truth, guess))
    assert figures is not None
    theirs = metrics.classification_report(truth, guess, output_dict=True)
    for row in figures["classes"]:
        other = theirs[row["label"]]
        for name, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score"), ("support", "support")):
            assert row[name] == pytest.approx(other[key])
        assert row["f1_interval"][0] < row["f1"] < row["f1_interval"][1]
    assert figures["macro_f1"] == pytest.approx(theirs["macro avg"]["f1-score"])
    assert np.array_equal(figures["confusion"], metrics.confusion_matrix(truth, guess))


def test_the_bootstrap_resamples_rows() -> None:
    counts = np.array([[30, 5], [2, 63]])
    drawn = resample(counts)
    assert (drawn.sum((1, 2)) == 100).all()
    assert np.array_equal(drawn, resample(counts))
    rng = np.random.default_rng(1)
    pairs = np.repeat(np.arange(4), counts.ravel())
    slow = [np.bincount(rng.choice(pairs, 100), minlength=4).reshape(2, 2) for _ in range(2000)]
    f1, f1_slow = scores(drawn)[2], scores(np.array(slow))[2]
    assert np.quantile(f1, [0.025, 0.975], axis=0) == pytest.approx(
        np.quantile(f1_slow, [0.025, 0.975], axis=0), abs=0.02
    )


def test_no_mistake_and_no_class() -> None:
    figures = classify(rows_of([0, 1, 1], [0, 1, 1]), ["a", "b", "never"])
    assert figures is not None
    assert figures["macro_f1"] == 1
    assert 0.3 < figures["macro_f1_interval"][0] < 0.6  # Wilson's for 3 of 3
    assert (figures["classes"][2]["f1"], figures["classes"][2]["recall_interval"]) == (0, [0.0, 1.0])
    assert classify([{"metric/offset": 1.0}, {}]) is None


def test_an_evaluation_prints_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = get_task("data/digits")
    policies = {"expert": lam_gym.ExpertPolicy(task), "random": lam_gym.RandomPolicy(task)}
    done = [lam_gym.evaluate(policy, task, 60, label=label) for label, policy in policies.items()]
    done.append(lam_gym.evaluate(lam_gym.RandomPolicy(task, seed=1), task, 60, label="A"))
    assert class_names(task) == [str(digit) for digit in range(10)]
    assert class_names(get_task("control/cartpole")) == []
    assert not {"label", "predicted", "row"} & set(done[0].figures()["metrics"])
    save_names(task, done, tmp_path)
    names = read_names("data/digits@any", tmp_path)
    assert names == class_names(task)
    assert read_names("text/mail", tmp_path) == []
    print_classification(done, {"data/digits": names})
    printed = capsys.readouterr().out
    assert printed.startswith("data/digits, A, 60 rows\n")
    assert "macro mean" in printed
    assert "expert" not in printed
    write_rows([row for one in done for row in one.rows], tmp_path / f"{file_name(task)}.parquet")
    figures = collect(tmp_path, tmp_path, {})["tasks"]["data/digits"]["evaluations"]
    page = classification_section(figures, "data/digits")
    assert "Macro F1" in page
    assert "A: rows the label, columns A's answer" in page
    assert classification_section([{"policy": "A", "task": "text/mail"}], "text/mail") == ""
    assert "<h3>Classification" in classification_section(figures[1:2], "data/digits")  # random alone has one row


def test_lines_are_aligned() -> None:
    figures = classify(rows_of([0, 0, 1, 1], [0, 1, 1, 1]), ["a rather long name of a class", "b"])
    assert figures is not None
    lines = report_lines(figures, "own/table, A")
    assert len({len(line) for line in lines[1:-1]}) == 1
    save_names(get_task("control/cartpole"), [], Path("/nowhere"))
