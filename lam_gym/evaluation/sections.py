"""The report's sections as HTML, from the data of report.json: overview, one section a task, training, settings.

Policies: expert, random, B (behavior model of the task), A (large action policy over all tasks).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lam_gym.evaluation.agreement import comparison_section
from lam_gym.evaluation.classification import classification_section
from lam_gym.evaluation.metric_tables import metric_table
from lam_gym.evaluation.page import escape, number, number_interval, percent, percent_interval, table
from lam_gym.evaluation.pictures import (
    Axis,
    Series,
    bar,
    legend,
    line_chart,
    linear_axis,
    log_axis,
    percent_axis,
    smooth,
)

COLORS = {"expert": "green", "random": "gray", "B": "orange", "A": "blue"}
OTHER_COLORS = ("blue", "orange", "green", "purple", "pink", "teal", "gray")
ATTACKS = {"noise": "noise", "fgsm": "FGSM", "pgd": "PGD"}

Figures = Mapping[str, Any]
Curves = Mapping[str, tuple[list[float], list[float]]]


def render(data: Mapping[str, Any], curves: Curves, folder: Path) -> str:
    """The whole body of the page."""
    tasks = data["tasks"]
    links = [f'<a href="#{anchor(task)}">{escape(task)}</a>' for task in tasks]
    links += ['<a href="#training">Training</a>'] if curves else []
    parts = [
        f'<p class="soft">lam-gym report</p><h1>{escape(data["run"])}</h1>',
        f"<p>{_opening(data)}</p><nav>{''.join(links)}<a href='#reading'>How to read this</a></nav>",
        overview(tasks),
    ]
    parts += [task_section(task, entry, folder) for task, entry in tasks.items()]
    parts += [training_section(curves), settings_section(data["config"]), READING]
    return "\n".join(part for part in parts if part)


def anchor(task: str) -> str:
    """The id of a task's section."""
    return "task-" + task.replace("/", "-")


def _opening(data: Mapping[str, Any]) -> str:
    """What the run is, in one or two sentences."""
    config, tasks = data["config"], data["tasks"]
    words = []
    if config:
        words.append(
            f"One large action policy A (preset {escape(config.get('preset', '–'))}) trained with "
            f"{escape(config.get('behavior', '–'))} behavior models B for {config.get('steps', 0):,} steps on "
            f"{escape(', '.join(config.get('tasks', ()))) or 'its demonstrations'}, seed {config.get('seed', 0)}."
        )
    if tasks:
        words.append("Success on seeds that neither demonstrations nor model selection used, with 95 % intervals.")
    return " ".join(words)


def overview(tasks: Mapping[str, Any]) -> str:
    """A card a task: success of expert, random, B and A."""
    cards = []
    for task, entry in tasks.items():
        shares = [share_row(figures) for figures in clean(entry["evaluations"], task)]
        if shares:
            cards.append(f'<div class="card"><h3>{escape(task)}</h3>{"".join(shares)}</div>')
    return f'<h2 id="overview">Success</h2><div class="cards">{"".join(cards)}</div>' if cards else ""


def clean(evaluations: Sequence[Figures], task: str) -> list[Figures]:
    """The evaluations of the task itself without perturbation."""
    return [figures for figures in evaluations if figures["perturbation"] == "clean" and figures["task"] == task]


def share_row(figures: Figures) -> str:
    """Name, bar with error bar, and success with its interval."""
    rate, (low, high) = figures["success_rate"], figures["success_interval"]
    return (
        f'<div class="share"><span>{escape(figures["policy"])}</span>'
        f"{bar(rate, low, high, color(figures['policy']))}"
        f"<span>{percent(rate)} <small class='soft'>{percent_interval(low, high)}</small></span></div>"
    )


def color(policy: str) -> str:
    """The color of a policy, as a CSS variable."""
    return COLORS.get(policy, "purple")


def task_section(task: str, entry: Mapping[str, Any], folder: Path) -> str:
    """Everything about one task."""
    evaluations = entry["evaluations"]
    parts = [f'<h2 id="{anchor(task)}">{escape(task)}</h2>']
    own = [figures for figures in evaluations if figures["task"] == task]
    if clean(own, task):
        parts.append(evaluation_table(clean(own, task), "Undisturbed observations"))
        parts.append(metric_table(clean(own, task), "What the episodes' last info measures: means and 95 % intervals"))
    varied = [figures for figures in evaluations if figures["task"] != task]
    if varied:
        parts += ["<h3>Variations of the task</h3>", evaluation_table(varied, "Other settings of the same task")]
        parts.append(metric_table(varied, "The same measures there"))
    undisturbed = [figures for figures in evaluations if figures["perturbation"] == "clean"]
    parts += [classification_section(undisturbed, task), robustness(own)]
    if entry["comparison"] is not None:
        parts.append(comparison_section(entry["comparison"]))
    if entry["media"]:
        parts.append(media_section(entry["media"], task, folder))
    return "\n".join(part for part in parts if part)


def evaluation_table(evaluations: Sequence[Figures], caption: str) -> str:
    """One row an evaluation: success and return with intervals."""
    rows = []
    for figures in evaluations:
        rate, (low, high) = figures["success_rate"], figures["success_interval"]
        rows.append(
            [
                _name(figures),
                bar(rate, low, high, color(figures["policy"])),
                f"{percent(rate)} <small class='soft'>{percent_interval(low, high)}</small>",
                f"{number(figures['return_mean'])} <small class='soft'>{_interval(figures['return_interval'])}</small>",
                _last(figures),
                f"{figures['episodes']:,}",
            ]
        )
    same = "clean" in evaluations[0]
    headers = ("Policy", "", "Success", "Mean return", "Undisturbed" if same else "Steps", "Episodes")
    return table(headers, rows, numeric=(2, 3, 4, 5), caption=caption)


def _last(figures: Figures) -> str:
    """Success of the same policy on the same episodes without the attack; else the mean length."""
    if "clean" not in figures:
        return f"{figures['length_mean']:.1f}"
    return percent(figures["clean"]["success_rate"]) if figures["clean"] else "–"


def _name(figures: Figures) -> str:
    """Policy, and what it was put through."""
    words = escape(figures["policy"])
    variation = figures["task"].partition("@")[2]
    if variation:
        words += f" <span class='tag'>{escape(variation.replace('_', ' '))}</span>"
    if figures["perturbation"] != "clean":
        words += f" <span class='tag'>{_attack(figures)} {figures['epsilon']:g}</span>"
    return words


def _attack(figures: Figures) -> str:
    kind = ATTACKS.get(figures["perturbation"], str(figures["perturbation"]))
    return f"{kind} by way of {escape(figures['source'])}" if figures["source"] else kind


def _interval(ends: Sequence[float | None]) -> str:
    return number_interval(ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else ""


def robustness(evaluations: Sequence[Figures]) -> str:
    """Success against epsilon, with interval bands, and the table behind it."""
    attacked = [figures for figures in evaluations if figures["perturbation"] != "clean"]
    if not attacked:
        return ""
    lines: dict[tuple[str, str], list[Figures]] = {}
    for figures in attacked:
        lines.setdefault((figures["policy"], _attack(figures)), []).append(figures)
    paths = {
        line: sorted([*([points[0]["clean"]] if points[0]["clean"] else []), *points], key=lambda p: p["epsilon"])
        for line, points in lines.items()
    }
    success = attack_chart(paths, "success_rate", "success_interval", "Success against epsilon")
    returns = attack_chart(paths, "return_mean", "return_interval", "Mean return against epsilon")
    return f'<h3>Perturbed observations</h3><div class="cards">{success}{returns}</div>' + evaluation_table(
        attacked,
        "Noise is uniform in the ball; FGSM and PGD search it for the point that changes the policy most. "
        "Undisturbed: success of the same policy on the same episodes without the attack",
    )


def attack_chart(paths: Mapping[tuple[str, str], Sequence[Figures]], mean: str, interval: str, title: str) -> str:
    """One figure against epsilon, a line for each policy and attack; `mean` and `interval` name the figures."""
    series = [
        Series(
            label=f"{policy}, {attack}",
            x=[figures["epsilon"] for figures in path],
            y=[figures[mean] for figures in path],
            low=[_number(figures[interval][0]) for figures in path],
            high=[_number(figures[interval][1]) for figures in path],
            color=color(policy),
            dash={"noise": "1 6", "FGSM": "7 6"}.get(attack.split(" ")[0], ""),
            dots=True,
        )
        for (policy, attack), path in paths.items()
    ]
    sizes = sorted({0.0, *(size for line in series for size in line.x)})
    across = Axis(0.0, sizes[-1] or 1.0, tuple(sizes) if len(sizes) <= 6 else linear_axis(sizes).ticks)
    down = linear_axis([end for line in series for end in (*line.y, *line.low, *line.high)])
    chart = line_chart(series, across, percent_axis() if mean == "success_rate" else down, "epsilon", title)
    return f'<figure class="card"><h4>{escape(title)}</h4>{chart}{legend(series)}</figure>'


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def media_section(media: Sequence[Mapping[str, Any]], task: str, folder: Path) -> str:
    """A success and a failure to look at, embedded."""
    parts = []
    for entry in media:
        data = (folder / "media" / entry["file"]).read_bytes()
        label = f"{entry['outcome'].capitalize()}, seed {entry['seed']}"
        if entry["kind"] == "gif":
            source = base64.b64encode(data).decode("ascii")
            shown = f'<img src="data:image/gif;base64,{source}" alt="{escape(task)}: {escape(label)}" loading="lazy">'
        else:
            shown = f'<pre tabindex="0">{escape(data.decode("utf-8"))}</pre>'
        parts.append(f'<figure class="card"><h4>{escape(label)}</h4>{shown}</figure>')
    return f'<h3>Episodes of A</h3><div class="cards">{"".join(parts)}</div>'


def training_section(curves: Curves) -> str:
    """Learning curves: total loss, its parts, accuracy, success on validation episodes."""
    parts = {key: curve for key, curve in curves.items() if key.startswith("train/loss_")}
    shares = {key: curve for key, curve in curves.items() if key.startswith("train/") and "accuracy" in key}
    validation = {key: curve for key, curve in curves.items() if key.startswith("validate/") and key.endswith("/loss")}
    success = {key: curve for key, curve in curves.items() if key.endswith("/success_rate")}
    agreement = {key: curve for key, curve in curves.items() if key.endswith("/agreement")}
    figures = [
        curve_card("Loss", {key: curves[key] for key in ("train/loss",) if key in curves}, shares=False),
        curve_card("Parts of the loss", parts, shares=False),
        curve_card("Accuracy on training batches", shares, shares=True),
        curve_card("Loss on validation demonstrations", validation, shares=False),
        curve_card("Success on validation episodes", success, shares=True),
        curve_card("Agreement with the expert on the policy's own states", agreement, shares=True),
    ]
    shown = "".join(figure for figure in figures if figure)
    return f'<h2 id="training">Training</h2><div class="cards">{shown}</div>' if shown else ""


def curve_card(title: str, curves: Curves, shares: bool) -> str:
    """One chart of curves over the steps: smoothed, with the raw values behind."""
    series = []
    for index, (key, (steps, values)) in enumerate(curves.items()):
        few = len(values) <= 40
        name = OTHER_COLORS[index % len(OTHER_COLORS)]
        line = values if few else smooth(values, len(values) / 20)
        dash = "" if index < len(OTHER_COLORS) else "6 4"
        label = _curve_name(key)
        series.append(Series(label, steps, line, name, dash=dash, raw=() if few else values, dots=len(values) <= 12))
    if not series:
        return ""
    values = [value for line in series for value in (*line.y, *line.raw)]
    steps = [step for line in series for step in line.x]
    positive = [value for value in values if value > 0]
    wide = len(positive) == len(values) and max(positive) > 30 * min(positive)
    down = percent_axis() if shares else log_axis(values) if wide else linear_axis([0.0, *values])
    across = linear_axis([0.0, max(steps)], count=4)
    chart = line_chart(series, across, down, "step", title)
    note = legend(series) if len(series) > 1 else ""
    return f'<figure class="card"><h4>{escape(title)}</h4>{chart}{note}</figure>'


def _curve_name(key: str) -> str:
    name = key.partition("/")[2]
    for ending in ("/success_rate", "/agreement", "/loss"):
        name = name.removesuffix(ending)
    return name.removeprefix("loss_")


def settings_section(config: Mapping[str, Any]) -> str:
    """Every setting of the run."""
    rows = [[f"<code>{escape(name)}</code>", escape(value)] for name, value in _flat(config)]
    if not rows:
        return ""
    shown = table(("Setting", "Value"), rows)
    return f'<h2 id="settings">Settings</h2><details><summary>{len(rows)} settings</summary>{shown}</details>'


def _flat(config: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in config.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        else:
            rows.append((f"{prefix}{key}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)))
    return rows


READING = """<h2 id="reading">How to read this</h2>
<p><b>Policies.</b> The expert recorded the demonstrations; random acts uniformly at random. B is a behavior model
cloned from one task's demonstrations, A the large action policy trained on all tasks together.</p>
<p><b>Intervals</b> are at 95 %: Wilson's for success rates and other measures that are yes or no in each episode,
bootstrap (bias-corrected, 2,000 resamples) for mean returns and other numbers, and a bootstrap over whole episodes for
shares of steps, which depend on each other within an episode.
Two policies whose intervals overlap are not told apart by this many episodes.</p>
<p><b>Epsilon</b> is the largest change of an observation. Vectors count it in standard deviations of each feature;
for grids and words the change happens on the embeddings inside the network, in root mean squares of the embedding,
which no sensor could do and is thus an upper bound. The environment itself is never touched.</p>
<p><b>Recompute.</b> Every figure follows from the rows, one an episode, in <code>evaluation/*.parquet</code>:
<code>lam_gym.evaluation.rows.group_rows(read_rows(path))</code>. <code>report.json</code> holds the same
numbers.</p>"""
