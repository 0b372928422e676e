"""The report of a run: one self-contained HTML page and the same numbers as JSON.

    write_report("runs/run")        -> runs/run/report.html, runs/run/report.json

Read from the run folder: config.toml, metrics.jsonl, evaluation/*.parquet (rows), evaluation/labels-*.json,
evaluation/comparison-*.json, evaluation/media/*.gif and *.txt. What is missing is left out. Every figure is computed
from the rows here.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lam_gym.errors import BadConfig
from lam_gym.evaluation.classification import classify, read_names
from lam_gym.evaluation.media import find_media
from lam_gym.evaluation.metric_tables import compare_progress
from lam_gym.evaluation.page import document
from lam_gym.evaluation.rows import CLEAN, SETTING, Evaluation, file_name, group_rows, read_rows
from lam_gym.evaluation.sections import render
from lam_gym.training.config import read_toml

FORMAT = 1
"""Version of report.json."""

ORDER = {"expert": 0, "random": 1, "B": 2, "A": 3}
"""Order of policies in tables; others follow."""

Curves = dict[str, tuple[list[float], list[float]]]
"""Metric key -> (steps, values)."""


def write_report(run: str | Path, evaluation: str | Path | None = None) -> Path:
    """Write report.html and report.json into the run folder and return the page's path.

    Args:
        run: the run folder.
        evaluation: folder of the evaluation's files; the run's own "evaluation" by default.
    """
    run = Path(run)
    if not run.is_dir():
        raise BadConfig(f"There is no run folder '{run}': give the folder that training wrote.")
    folder = run / "evaluation" if evaluation is None else Path(evaluation)
    curves = read_metrics(run / "metrics.jsonl")
    data = collect(run, folder, curves)
    if not data["tasks"] and not curves:
        raise BadConfig(f"'{run}' holds neither metrics nor evaluations to report: train or evaluate it first.")
    _write(run / "report.json", json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return _write(run / "report.html", document(f"lam-gym: {data['run']}", render(data, curves, folder)))


def collect(run: Path, folder: Path, curves: Curves) -> dict[str, Any]:
    """Every number of the report, as JSON-able data."""
    tasks: dict[str, dict[str, Any]] = {}
    groups = read_evaluations(folder)
    undisturbed = {(group.task, group.policy): group for group in groups if group.setting["perturbation"] == CLEAN}
    for group in groups:
        base = group.task.partition("@")[0]
        entry = tasks.setdefault(base, {"evaluations": [], "comparison": None, "media": []})
        figures = group.figures()
        compare_progress(figures, group, undisturbed.get((group.task, "expert")))
        if figures["perturbation"] != CLEAN:
            figures["clean"] = same_episodes(undisturbed.get((group.task, group.policy)), group)
        classification = classify(group.rows, read_names(group.task, folder))
        if classification is not None:
            figures["classification"] = classification
        entry["evaluations"].append(figures)
    for path in sorted(folder.glob("comparison-*.json")):
        comparison = _read_json(path)
        entry = tasks.setdefault(comparison["task"], {"evaluations": [], "comparison": None, "media": []})
        entry["comparison"] = comparison
    for task, entry in tasks.items():
        entry["evaluations"].sort(key=_rank)
        entry["media"] = find_media(folder / "media", file_name(task))
    config = read_toml(run / "config.toml") if (run / "config.toml").exists() else {}
    learning = {key: _summary(steps, values) for key, (steps, values) in curves.items()}
    data = {"format": FORMAT, "run": run.resolve().name, "config": config, "tasks": tasks, "learning": learning}
    known: dict[str, Any] = _known(data)
    return known


def read_evaluations(folder: Path) -> list[Evaluation]:
    """Every evaluation in the folder's Parquet files, in the order of their names; an episode counts once."""
    rows = {
        tuple(row[key] for key in (*SETTING, "seed")): row
        for path in sorted(folder.glob("*.parquet"))
        for row in read_rows(path)
    }
    return group_rows(rows.values())


def same_episodes(undisturbed: Evaluation | None, attacked: Evaluation) -> dict[str, Any] | None:
    """Figures of the undisturbed policy on the episodes of an attacked evaluation, or None where some are missing."""
    rows = {row["seed"]: row for row in undisturbed.rows} if undisturbed is not None else {}
    seeds = [row["seed"] for row in attacked.rows]
    if any(seed not in rows for seed in seeds):
        return None
    return Evaluation([rows[seed] for seed in seeds]).figures()


def read_metrics(path: Path) -> Curves:
    """The curves in a metrics.jsonl file; a last line that was cut off is passed over."""
    curves: Curves = {}
    if not path.exists():
        return curves
    lines = path.read_text(encoding="utf-8").splitlines()
    for index, line in enumerate(lines):
        try:
            entry = json.loads(line) if line.strip() else {}
        except json.JSONDecodeError as error:
            if index == len(lines) - 1:
                break
            raise BadConfig(f"Line {index + 1} of '{path}' is not JSON ({error}): remove it.") from error
        for key, value in entry.items():
            if key not in ("step", "time") and isinstance(value, (int, float)) and "step" in entry:
                steps, values = curves.setdefault(key, ([], []))
                steps.append(float(entry["step"]))
                values.append(float(value))
    return curves


def _rank(figures: Mapping[str, Any]) -> tuple[Any, ...]:
    """Clean before attacked, the task before its variations, expert, random, B, A."""
    order = ORDER.get(figures["policy"], len(ORDER))
    attacked = figures["perturbation"] != CLEAN
    kind = ("clean", "noise", "fgsm", "pgd").index(figures["perturbation"])
    return "@" in figures["task"], attacked, order, figures["policy"], figures["task"], kind, figures["epsilon"]


def _summary(steps: list[float], values: list[float]) -> dict[str, Any]:
    finite = [value for value in values if math.isfinite(value)] or [math.nan]
    return {
        "points": len(values),
        "last_step": steps[-1],
        "first": values[0],
        "last": values[-1],
        "least": min(finite),
        "greatest": max(finite),
    }


def _known(value: Any) -> Any:
    """The same data with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BadConfig(f"'{path}' is not JSON ({error}): evaluate again.") from error
    return data


def _write(path: Path, text: str) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
    return path
