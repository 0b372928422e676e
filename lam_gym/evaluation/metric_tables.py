"""Tables of what the last info of an episode measures beside success, such as the collisions and speeds of driving.

A measure that is 0 or 1 in every episode of all evaluations shown is a rate, in percent with Wilson's interval; the
others are means with the bootstrap's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lam_gym.evaluation.page import escape, number, number_interval, percent, percent_interval, table
from lam_gym.evaluation.rows import Evaluation, is_rate, mean_interval

Figures = Mapping[str, Any]

LEAST_PROGRESS = 0.01
"""Less progress counts as this much where it is compared."""


def compare_progress(figures: dict[str, Any], evaluation: Evaluation, expert: Evaluation | None) -> None:
    """Add the measure "progress_ratio" where both report "progress" on the same episodes.

    min(1, max(p, eps) / max(p_expert, eps)) of each episode, as nuPlan's and NAVSIM's progress along the route.
    """
    ours, theirs = _progress(evaluation), {} if expert is None or expert is evaluation else _progress(expert)
    if not ours or not all(seed in theirs for seed in ours):
        return
    ratios = [min(1.0, max(own, LEAST_PROGRESS) / max(theirs[seed], LEAST_PROGRESS)) for seed, own in ours.items()]
    figures["metrics"]["progress_ratio"] = sum(ratios) / len(ratios)
    figures["metric_intervals"]["progress_ratio"] = list(mean_interval(ratios))
    if is_rate(ratios):
        figures["metric_rates"].append("progress_ratio")


def _progress(evaluation: Evaluation) -> dict[int, float]:
    """Progress by episode seed."""
    known = {row["seed"]: row.get("metric/progress") for row in evaluation.rows}
    return {seed: value for seed, value in known.items() if value is not None}


def metric_names(evaluations: Iterable[Figures]) -> list[str]:
    """Every measure of these evaluations, in order of appearance."""
    return list(dict.fromkeys(name for figures in evaluations for name in figures.get("metrics", {})))


def metric_cells(evaluations: Sequence[Figures], name: str) -> list[tuple[str, str]]:
    """Mean and interval of one measure in each evaluation as text; a dash where an evaluation lacks it."""
    having = [figures for figures in evaluations if name in figures.get("metrics", {})]
    rate = all(name in figures["metric_rates"] for figures in having)
    cells = []
    for figures in evaluations:
        if figures not in having:
            cells.append(("–", ""))
            continue
        mean, (low, high) = figures["metrics"][name], figures["metric_intervals"][name]
        if low is None or high is None:
            cells.append((number(mean), ""))
        else:
            cells.append(
                (percent(mean), percent_interval(low, high)) if rate else (number(mean), number_interval(low, high))
            )
    return cells


def metric_table(evaluations: Sequence[Figures], caption: str) -> str:
    """One row a measure, one column an evaluation; nothing where nothing is measured."""
    names = metric_names(evaluations)
    if not names:
        return ""
    headers = ["Measure", *(" ".join(filter(None, (f["policy"], _variation(f)))) for f in evaluations)]
    rows = [
        [
            escape(name.replace("_", " ")),
            *(f"{mean} <small class='soft'>{interval}</small>" for mean, interval in metric_cells(evaluations, name)),
        ]
        for name in names
    ]
    return table(headers, rows, numeric=range(1, len(headers)), caption=caption)


def _variation(figures: Figures) -> str:
    return str(figures["task"]).partition("@")[2].replace("_", " ")
