"""The README's benchmark table, from the results that the other benchmarks wrote.

python examples/benchmarks/summary.py            prints it
python examples/benchmarks/summary.py --write    puts it into README.md
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
BEGIN, END = "<!-- benchmarks -->", "<!-- end of benchmarks -->"


def training_rows(data: dict[str, Any]) -> list[list[str]]:
    """Samples a second of the training loop against imitation's BC."""
    return [
        [
            f"behavior cloning, MLP {row['network']}, batch {row['batch']}",
            f"{row['lam_gym']:,.0f} samples/s",
            f"imitation {row['imitation']:,.0f}",
            f"{row['ratio']:.1f}x",
        ]
        for row in data["rows"]
    ]


def rollout_rows(data: dict[str, Any]) -> list[list[str]]:
    """Environment steps a second against imitation and SB3."""
    ours = f"{data['lam_gym rollout']:,.0f} steps/s"
    return [
        ["CartPole rollouts, recorded", ours, f"{peer} {data[peer]:,.0f}", f"{ratio:.1f}x"]
        for peer, ratio in data["ratios"].items()
    ]


def storage_rows(data: dict[str, Any]) -> list[list[str]]:
    """Seconds and bytes of demonstrations on disk against imitation."""
    rows = []
    for name, measured in data["sets"].items():
        ours, peer = measured["systems"]["lam-gym"], measured["systems"]["imitation"]
        ratios = measured["over_imitation"]
        what = f"{measured['episodes']:,} {name} episodes on disk"
        for verb in ("write", "read"):
            seconds = [f"{system[f'{verb}_s']:.2f} s" for system in (ours, peer)]
            rows.append([f"{what}: {verb}", seconds[0], f"imitation {seconds[1]}", f"{ratios[verb]:.1f}x"])
        sizes = [f"{system['bytes'] / 1e6:.1f} MB" for system in (ours, peer)]
        rows.append([f"{what}: size", sizes[0], f"imitation {sizes[1]}", f"{ratios['bytes']:.3f} of the bytes"])
    return rows


def babyai_rows(data: dict[str, Any]) -> list[list[str]]:
    """Success of a policy trained on few demonstrations."""
    rows = []
    for row in data["rows"]:
        low, high = row["interval"]
        kind = "with" if row["symmetries"] else "without"
        name = f"BabyAI {data['level']}, {data['demos']:,} demonstrations, {kind} symmetries"
        published = "published: 99 % needs 148 to 193 thousand" if data["level"] == "GoToLocal" else ""
        rows.append([name, f"{100 * row['success_rate']:.1f} % [{100 * low:.1f}, {100 * high:.1f}]", published, ""])
    return rows


SECTIONS = {
    "training_throughput": training_rows,
    "rollout_throughput": rollout_rows,
    "storage": storage_rows,
    "babyai": babyai_rows,
}
"""Name of the result file -> its rows; the benchmark has the same name."""


def table() -> str:
    """The table in Markdown, of the results that are there."""
    lines = ["| what | lam-gym | beside it | ratio |", "| --- | --: | --: | --: |"]
    for name, rows in SECTIONS.items():
        path = RESULTS / f"{name}.json"
        if path.exists():
            lines += [f"| {' | '.join(row)} |" for row in rows(json.loads(path.read_text()))]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it between the README's two marks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put it into README.md")
    if not parser.parse_args().write:
        print(table())
        return
    readme = ROOT / "README.md"
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    readme.write_text(pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", readme.read_text()))


if __name__ == "__main__":
    main()
