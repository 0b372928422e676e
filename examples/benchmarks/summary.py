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

from lam_gym.evaluation.statistics import wilson_interval

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


def driving_speed_rows(data: dict[str, Any]) -> list[list[str]]:
    """Steps a second of the highway's reference mode against highway-env and EnvPool."""
    rate = {(row["who"], row["setting"], row["num_envs"]): row["steps_per_second"] for row in data["rows"]}
    rows = []
    for setting in ("highway-fast-v0", "highway-v0"):
        for ours, peer, envs in (
            ("lam_envs", "highway-env", 1),
            ("lam_envs, gymnasium.make", "highway-env, gymnasium.make", 1),
            ("lam_envs", "highway-env", 256),
            ("lam_envs", "EnvPool", 256),
        ):
            mine, other = rate[ours, setting, envs], rate.get((peer, setting, envs), rate.get((peer, setting, 1)))
            if other is not None:
                name = f"{setting}, {envs} at once" if envs > 1 else f"{setting}, one{ours.removeprefix('lam_envs')}"
                rows.append([name, f"{mine:,.0f} steps/s", f"{peer} {other:,.0f}", f"{mine / other:,.1f}x"])
    return rows


def driving_parity_rows(data: dict[str, Any]) -> list[list[str]]:
    """The largest difference from highway-env over all scenarios."""
    runs, differing = (sum(row[name] for row in data["rows"]) for name in ("runs", "differing_decisions"))
    names = ("x", "y", "heading", "speed", "observation", "reward")
    largest = max(row[name] for row in data["rows"] for name in names)
    peer = f"highway-env {data['highway_env']}: {differing} decisions differ"
    return [[f"the highway beside highway-env, {runs} runs to the first crash", f"off by {largest:.0e}", peer, ""]]


def driving_policies_rows(data: dict[str, Any]) -> list[list[str]]:
    """Collisions of a relabelled policy and of a clone, over all training seeds."""
    rows = []
    for task in dict.fromkeys(row["task"] for row in data["rows"]):
        said = {}
        for kind in ("relabelled", "clone", "expert"):
            runs = [row for row in data["rows"] if (row["task"], row["policy"]) == (task, kind)]
            episodes = sum(row["episodes"] for row in runs)
            crashes = round(sum(row["metrics"]["collision"] * row["episodes"] for row in runs))
            speed = sum(row["metrics"]["mean_speed"] for row in runs) / len(runs)
            low, high = wilson_interval(crashes, episodes)
            interval = f"[{100 * low:.1f}, {100 * high:.1f}]"
            said[kind] = f"{100 * crashes / episodes:.1f} % {interval} at {speed:.1f} m/s"
        beside = f"clone {said['clone']}; expert {said['expert']}"
        rows.append([f"{task}, held out: collisions after relabelling", said["relabelled"], beside, ""])
    return rows


def driving_rendering_rows(data: dict[str, Any]) -> list[list[str]]:
    """Milliseconds a frame of the highway."""
    row = next(row for row in data["rows"] if row["environment"] == "LamDrive/Highway-v0")
    return [[f"a frame of {row['width']} x {row['height']}", f"{row['milliseconds']:.2f} ms", "", ""]]


def classification_rows(data: dict[str, Any]) -> list[list[str]]:
    """Accuracy and F1 of the large action policy on labeled tables."""
    rows = []
    for row in data["rows"]:
        if row["policy"] != "A":
            continue
        (low, high), (worst, best) = row["accuracy_interval"], row["macro_f1_interval"]
        accuracy = f"accuracy {100 * row['accuracy']:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
        f1 = f"macro F1 {100 * row['macro_f1']:.1f} [{100 * worst:.1f}, {100 * best:.1f}]"
        rows.append([f"{row['task']}, {row['n']} rows held out", accuracy, f1, ""])
    return rows


def text_speed_rows(data: dict[str, Any]) -> list[list[str]]:
    """Steps a second of the slowest text application, and of others' environments."""
    rates = data["steps_per_s"]
    slowest = min((name for name in rates if name.startswith("text/")), key=rates.__getitem__)
    beside = ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items() if not name.startswith("text/"))
    return [[f"text applications, the slowest ({slowest})", f"{rates[slowest]:,.0f} steps/s", beside, ""]]


def text_generalization_rows(data: dict[str, Any]) -> list[list[str]]:
    """Success over the six text applications, by axis, of each setting."""
    rows = []
    for name in dict.fromkeys(row["setting"] for row in data["rows"]):
        runs = [row for row in data["rows"] if row["setting"] == name]
        said = []
        for axis in runs[0]["counts"]:
            successes = sum(sum(row["counts"][axis].values()) for row in runs)
            episodes = sum(row["episodes"] * len(row["counts"][axis]) for row in runs)
            low, high = wilson_interval(successes, episodes)
            said.append(f"{axis} {100 * successes / episodes:.1f} % [{100 * low:.1f}, {100 * high:.1f}]")
        what = f"six text applications, {runs[0]['settings']['demos']} demos each, setting {name}, {len(runs)} seed(s)"
        rows.append([what, said[0], "; ".join(said[1:]), ""])
    return rows


def babyai_levels_rows(data: dict[str, Any]) -> list[list[str]]:
    """How many levels and demos were replayed, and what recording them costs."""
    rows = data["rows"]
    replayed, demos = (sum(row[key] for row in rows) for key in ("replayed", "demos"))
    speeds = sorted(row["speed"] for row in rows)
    speed = f"{100 * speeds[len(speeds) // 2]:.0f} % (least {100 * speeds[0]:.0f} %)"
    return [
        [f"BabyAI, {len(rows)} levels: demonstrations replayed exactly", f"{replayed:,}", f"of {demos:,}", ""],
        ["BabyAI, speed of recording, median level", speed, "the bare bot and environment 100 %", ""],
    ]


def textworld_games_rows(data: dict[str, Any]) -> list[list[str]]:
    """Games won that were never seen in training, pooled over training seeds."""
    rows = []
    for task in dict.fromkeys(row["task"] for row in data["rows"]):
        shares = {}
        for policy in ("A with symmetries", "A without symmetries", "random"):
            key = (task, policy, "unseen")
            found = [row for row in data["rows"] if (row["task"], row["policy"], row["games"]) == key]
            won, games = (sum(row[count] for row in found) for count in ("won", "of"))
            low, high = wilson_interval(won, games)
            shares[policy] = f"{100 * won / games:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
        ours, without, chance = shares.values()
        beside = f"without symmetries {without}; random commands {chance}"
        rows.append([f"{task}, 20 games to learn from, 20 unseen games, won", ours, beside, ""])
    return rows


SECTIONS = {
    "training_throughput": training_rows,
    "rollout_throughput": rollout_rows,
    "storage": storage_rows,
    "babyai": babyai_rows,
    "babyai_levels": babyai_levels_rows,
    "textworld_games": textworld_games_rows,
    "driving_speed": driving_speed_rows,
    "driving_parity": driving_parity_rows,
    "driving_policies": driving_policies_rows,
    "driving_rendering": driving_rendering_rows,
    "classification": classification_rows,
    "text_speed": text_speed_rows,
    "text_generalization": text_generalization_rows,
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
