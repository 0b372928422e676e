"""The report's comparison of B and A with the expert: accuracy, agreement, classes, confusion, differences, as HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lam_gym.evaluation.page import escape, matrix, number, percent, percent_interval, table

CLASSES = 12
"""Classes that are shown at most, the most frequent ones."""

EXAMPLES = 4
"""Differences that are shown at most; report.json holds more."""


def comparison_section(comparison: Mapping[str, Any]) -> str:
    """Accuracy on held-out demonstrations and what B and A do where they differ."""
    policies = comparison["policies"]
    steps = f"{comparison['steps']:,} steps of {comparison['episodes']:,} held-out demonstrations"
    parts = ["<h3>Against the expert's actions</h3>", accuracy_table(comparison, steps)]
    if comparison["agreement"]:
        parts.append(agreement_table(comparison["agreement"]))
    if comparison["kind"] != "continuous":
        parts += [class_table(policies, comparison["kind"]), *confusions(policies)]
    if comparison["agreement"]:
        parts.append(differences(comparison["agreement"], comparison["kind"]))
    return "\n".join(part for part in parts if part)


def accuracy_table(comparison: Mapping[str, Any], steps: str) -> str:
    """One row a policy."""
    rows = []
    continuous = comparison["kind"] == "continuous"
    for name, figures in comparison["policies"].items():
        interval = percent_interval(*figures["accuracy_interval"])
        accuracy = f"{percent(figures['accuracy'])} <small class='soft'>{interval}</small>"
        if continuous:
            errors = figures["regression"]
            rest = [_numbers(errors[key]) for key in ("mae", "rmse", "r2")]
        else:
            classes = figures["classification"]
            rest = [percent(classes[f"macro_{key}"]) for key in ("precision", "recall", "f1")]
        rows.append([escape(name), accuracy, *rest])
    if continuous:
        limits = ", ".join(dict.fromkeys(f"{limit:.3g}" for limit in comparison["tolerance"]))
        headers = ("Policy", "Within tolerance", "MAE", "RMSE", "R²")
        steps += f"; tolerance ±{limits} in action units, errors per action dimension"
    else:
        headers = ("Policy", "Accuracy", "Macro precision", "Macro recall", "Macro F1")
        steps += (
            "; the class of a text action is its verb, accuracy asks for the whole text"
            if comparison["kind"] == "text"
            else ""
        )
    return table(headers, rows, numeric=(1, 2, 3, 4), caption=steps)


def agreement_table(agreement: Mapping[str, Any]) -> str:
    """How often B and A act the same, and who is right where they do not."""
    left, right = agreement["policies"]
    total = max(agreement["different"], 1)
    cases = [
        (f"only {left} acts as the expert", agreement[f"{left}_right"]),
        (f"only {right} acts as the expert", agreement[f"{right}_right"]),
        ("neither acts as the expert", agreement["both_wrong"]),
        ("both are close enough to the expert", agreement["both_right"]),
    ]
    rows = [
        [escape(case), f"{count:,}", percent(count / total)] for case, count in cases if count or "close" not in case
    ]
    low, high = agreement["interval"]
    text = (
        f"<p>{escape(left)} and {escape(right)} act the same in <b>{percent(agreement['rate'])}</b> "
        f"<small class='soft'>{percent_interval(low, high)}</small> of the steps."
    )
    if not agreement["different"]:
        return f"<h3>Agreement of {escape(left)} and {escape(right)}</h3>{text}</p>"
    caption = f"The {agreement['different']:,} steps in which they differ"
    return f"<h3>Agreement of {escape(left)} and {escape(right)}</h3>{text}</p>" + table(
        ("Where they differ", "Steps", "Share"), rows, numeric=(1, 2), caption=caption
    )


def class_table(policies: Mapping[str, Any], kind: str) -> str:
    """Precision, recall and F1 of each class, the policies side by side."""
    names = list(policies)
    tables = {name: {row["label"]: row for row in policies[name]["classification"]["classes"]} for name in names}
    support: dict[str, int] = {}
    for classes in tables.values():
        for label, row in classes.items():
            support[label] = max(support.get(label, 0), row["support"])
    ordered = sorted(support, key=lambda label: -support[label])
    rows = []
    for label in ordered[:CLASSES]:
        cells = [f"<code>{escape(label)}</code>", f"{support[label]:,}"]
        for name in names:
            row = tables[name].get(label)
            cells += [percent(row[key]) if row else "–" for key in ("precision", "recall", "f1")]
        rows.append(cells)
    headers = {"text": ["Verb", "Steps"], "class": ["Class", "Rows"]}.get(kind, ["Action", "Steps"])
    headers += [f"{name} {figure}" for name in names for figure in ("precision", "recall", "F1")]
    more = len(ordered) - CLASSES
    caption = f"The {CLASSES} most frequent of {len(ordered)} classes; report.json holds all" if more > 0 else ""
    return "<h3>Class by class</h3>" + table(headers, rows, numeric=range(1, len(headers)), caption=caption)


def confusions(policies: Mapping[str, Any], truth: str = "the expert's action") -> list[str]:
    """A confusion matrix a policy, where there are few enough classes to read it."""
    cards = []
    for name, figures in policies.items():
        classes = figures["classification"]
        labels = [row["label"] for row in classes["classes"]]
        if 2 <= len(labels) <= CLASSES:
            caption = f"{escape(name)}: rows {truth}, columns {escape(name)}'s answer"
            cards.append(f'<div class="card">{matrix(labels, classes["confusion"], caption)}</div>')
    return [f'<div class="cards" style="margin-top:16px">{"".join(cards)}</div>'] if cards else []


def differences(agreement: Mapping[str, Any], kind: str) -> str:
    """The first steps in which B and A differ."""
    names = agreement["policies"]
    parts = []
    for row in agreement["examples"][:EXAMPLES]:
        words = " · ".join(f"{escape(name)} <code>{_action(row[name], kind)}</code>" for name in ("expert", *names))
        parts.append(
            f"<p><small class='soft'>Seed {row['seed']}, step {row['step']}</small><br>{words}</p>"
            f"<pre tabindex='0'>{escape(row['observation'])}</pre>"
        )
    if not parts:
        return ""
    title = f"{len(parts)} of the {agreement['different']:,} steps in which {names[0]} and {names[1]} differ"
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def _action(text: str, kind: str) -> str:
    return _numbers(json.loads(text)) if kind == "continuous" else escape(text)


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(number(value) for value in values)
