"""How well a policy classified: precision, recall and F1 of each class with intervals, from the rows of an evaluation.

Rows of a labeled-data task hold the true class as "metric/label" and the answer as "metric/predicted". Shares of rows
have Wilson intervals; F1 and the means over classes (macro) have percentile bootstrap intervals over rows. Rows with
the same pair of label and answer are alike, so a resample of n rows is one multinomial draw of the confusion matrix.

Letters: n rows, C classes, R resamples.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lam_gym.evaluation.agreement import class_table, confusions
from lam_gym.evaluation.page import escape, percent, percent_interval, table
from lam_gym.evaluation.rows import CLEAN, Evaluation, Row, file_name
from lam_gym.evaluation.statistics import RESAMPLES, Interval, wilson_interval
from lam_gym.task import Task, make_env

LABEL, PREDICTED = "metric/label", "metric/predicted"
MEANS = ("precision", "recall", "f1")


def classify(rows: Sequence[Row], names: Sequence[str] = ()) -> dict[str, Any] | None:
    """Every figure of a classification as JSON-able numbers; None where the rows are of another kind of task.

    Args:
        rows: rows of one evaluation.
        names: names of the classes; their numbers by default. An answer that the policy gave up counts as wrong.
    """
    if not any(row.get(LABEL) is not None for row in rows):
        return None
    answered = [row for row in rows if row.get(LABEL) is not None]
    truth, guess = (np.array([row[key] for row in answered], dtype=np.int64) for key in (LABEL, PREDICTED))
    size = max(len(names), int(max(truth.max(), guess.max())) + 1)
    names = [*names, *map(str, range(len(names), size))]
    counts = np.zeros((size, size), dtype=np.int64)
    np.add.at(counts, (truth, guess), 1)
    return {"n": len(answered), **_means(counts), "classes": _classes(counts, names), "confusion": counts.tolist()}


def scores(counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Precision, recall and F1 [..., C] of confusion matrices [..., C, C]; rows the label, columns the answer.

    precision = TP / (TP + FP)    recall = TP / (TP + FN)    F1 = 2 TP / (2 TP + FP + FN)

    0 where a class was never answered or never there, NaN where it is neither.
    """
    hits = np.diagonal(counts, axis1=-2, axis2=-1).astype(np.float64)
    support, calls = counts.sum(-1), counts.sum(-2)
    known = support + calls > 0
    found = (hits / np.maximum(calls, 1), hits / np.maximum(support, 1), 2 * hits / np.maximum(support + calls, 1))
    precision, recall, f1 = (np.where(known, figure, np.nan) for figure in found)
    return precision, recall, f1


def resample(counts: NDArray[np.int64], seed: int = 0) -> NDArray[np.int64]:
    """Bootstrap resamples [R, C, C] of a confusion matrix [C, C]: its n rows drawn anew with replacement."""
    total = int(counts.sum())
    draws = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=RESAMPLES)
    return draws.reshape(RESAMPLES, *counts.shape)


def _means(counts: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy and macro figures with their intervals."""
    total, right = int(counts.sum()), int(np.trace(counts))
    figures: dict[str, Any] = {"accuracy": right / total, "accuracy_interval": list(wilson_interval(right, total))}
    for name, values, drawn in zip(MEANS, scores(counts), scores(resample(counts))):
        figures[f"macro_{name}"] = float(np.nanmean(values))
        figures[f"macro_{name}_interval"] = list(_interval(np.nanmean(drawn, axis=1), right, total))
    return figures


def _interval(drawn: NDArray[np.float64], right: int, total: int) -> Interval:
    """Percentile interval of resampled figures; resamples of rows without a mistake say nothing: Wilson's instead."""
    if right == total or not np.isfinite(drawn).any():
        return wilson_interval(right, total)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def _classes(counts: NDArray[np.int64], names: Sequence[str]) -> list[dict[str, Any]]:
    """Figures of each class that occurs or was answered."""
    precision, recall, f1 = scores(counts)
    drawn = scores(resample(counts))[2]
    classes = []
    for code, name in enumerate(names):
        hits, support, calls = int(counts[code, code]), int(counts[code].sum()), int(counts[:, code].sum())
        if not support + calls:
            precise = found = both = 0.0
        else:
            precise, found, both = float(precision[code]), float(recall[code]), float(f1[code])
        classes.append(
            {
                "label": name,
                "precision": precise,
                "precision_interval": list(wilson_interval(hits, calls)),
                "recall": found,
                "recall_interval": list(wilson_interval(hits, support)),
                "f1": both,
                "f1_interval": list(_interval(drawn[:, code], hits, max(support, calls))),
                "support": support,
                "predicted": calls,
            }
        )
    return classes


def class_names(task: Task) -> list[str]:
    """Names of a task's classes: what its environment calls `action_names`; none where it has no such names."""
    env = make_env(task)
    names = getattr(env.unwrapped, "action_names", ())
    env.close()
    return list(names)


def save_names(task: Task, evaluations: Sequence[Evaluation], folder: Path) -> None:
    """Write the names of the classes beside the rows ("labels-<task>.json"), where the task is a classification."""
    if not any(LABEL in row for evaluation in evaluations for row in evaluation.rows):
        return
    path = folder / f"labels-{file_name(task)}.json"
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(class_names(task), ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(aside, path)


def read_names(task: str, folder: Path) -> list[str]:
    """The names that `save_names` wrote for a task, or for the task that it is a variation of."""
    path = folder / f"labels-{file_name(task.partition('@')[0])}.json"
    names: list[str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return names


def report_lines(figures: Mapping[str, Any], title: str) -> list[str]:
    """The figures in fixed columns: a line a class, then their mean and the accuracy."""
    rows = figures["classes"]
    width = max(len("macro mean"), *(len(row["label"]) for row in rows))
    lines = [
        f"{title}, {figures['n']:,} rows",
        f"{'':<{width}}" + "".join(f"{name:>23}" for name in MEANS) + "     rows",
    ]
    for row in rows:
        cells = "".join(f"{_say(row[name], row[f'{name}_interval']):>23}" for name in MEANS)
        lines.append(f"{row['label']:<{width}}{cells}{row['support']:>9,}")
    cells = "".join(f"{_say(figures[f'macro_{name}'], figures[f'macro_{name}_interval']):>23}" for name in MEANS)
    lines.append(f"{'macro mean':<{width}}{cells}{figures['n']:>9,}")
    lines.append(f"{'accuracy':<{width}}{_say(figures['accuracy'], figures['accuracy_interval']):>23}")
    return lines


def _say(value: float, interval: Sequence[float]) -> str:
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def print_classification(evaluations: Sequence[Evaluation], names: Mapping[str, Sequence[str]]) -> None:
    """Print the figures of each undisturbed evaluation of a classification, but of the random policy and the expert."""
    for evaluation in evaluations:
        if evaluation.setting["perturbation"] != CLEAN or evaluation.policy in ("random", "expert"):
            continue
        figures = classify(evaluation.rows, names.get(evaluation.task.partition("@")[0], ()))
        if figures is not None:
            print("\n".join(report_lines(figures, f"{evaluation.task}, {evaluation.policy}")), end="\n\n")


def classification_section(evaluations: Sequence[Mapping[str, Any]], task: str) -> str:
    """The report's section: one row a policy, class by class, and confusion matrices."""
    shown: dict[str, Mapping[str, Any]] = {}
    for figures in evaluations:
        if figures.get("classification") and figures["policy"] != "expert":
            variation = figures["task"].partition("@")[2].replace("_", " ")
            shown[f"{figures['policy']} {variation}".strip()] = figures["classification"]
    if not shown:
        return ""
    rows = []
    for name, figures in shown.items():
        cells = [_cell(figures["accuracy"], figures["accuracy_interval"])]
        cells += [_cell(figures[f"macro_{mean}"], figures[f"macro_{mean}_interval"]) for mean in MEANS]
        rows.append([escape(name), *cells, f"{figures['n']:,}"])
    headers = ("Policy", "Accuracy", "Macro precision", "Macro recall", "Macro F1", "Rows")
    caption = "Rows that no policy was trained or selected on; macro figures are means over classes"
    learnt = {name: {"classification": figures} for name, figures in shown.items() if name != "random"}
    parts = [f"<h3>Classification of {escape(task)}</h3>", table(headers, rows, numeric=range(1, 6), caption=caption)]
    parts += [class_table(learnt, "class"), *confusions(learnt, "the label")] if learnt else []
    return "\n".join(parts)


def _cell(value: float, interval: Sequence[float]) -> str:
    return f"{percent(value)} <small class='soft'>{percent_interval(*interval)}</small>"
