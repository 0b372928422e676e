"""Text augmentation under test: how many edits the environment rejects, and how many change what is asked.

    python examples/benchmarks/text_augmentation.py [--demos 200] [--sample 1000] [--show 5]

Every kind of edit is made once on the instruction of every demonstration, and the recorded actions are replayed under
it: what no longer gives the same episode is rejected. Of the edits that pass, a sample is read by a rule of its own:
with marks and fillers left out and every synonym written as the first of its group, the instruction has to be the same
word for word. A paraphrase shares no such words; it has to name every slot of the goal that the instruction named. What
differs is printed to be read, and counted as changing the task.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import lam_gym
from lam_gym.augmentation.paraphrases import paraphrase
from lam_gym.augmentation.text import edit
from lam_gym.augmentation.translation import PivotTranslator, back_translate
from lam_gym.augmentation.verification import instruction_of, reword
from lam_gym.augmentation.vocabulary import FILLERS, NEUTRAL_SYNONYMS, PIVOT, Groups
from lam_gym.task import read_synonyms

APPLICATIONS = ("mail", "calendar", "form", "files", "shop", "desk")
OPERATIONS = ("synonym", "swap", "delete", "punctuation")
Rewrite = Callable[[str, frozenset[str]], str]


def rewrites(rng: np.random.Generator, synonyms: Groups) -> dict[str, Rewrite]:
    """Every kind of edit by name."""

    def operate(name: str) -> Rewrite:
        return lambda text, protected: edit(text, protected, rng, 0.2, (name,), synonyms)

    translator = PivotTranslator(rng)
    return {name: operate(name) for name in OPERATIONS} | {
        "back-translation": lambda text, protected: back_translate(text, protected, translator)
    }


def meaning(text: str, synonyms: Groups) -> str:
    """The words of a text without marks and fillers, each synonym as the first of its group."""

    def content(part: str) -> str:
        words = re.findall(r"[a-z0-9@.]*[a-z0-9]", part.lower())
        return " ".join(word for word in words if word not in FILLERS)

    text = f" {content(text)} "
    pairs = [(content(phrase), content(group[0])) for group in [*synonyms, *PIVOT.values()] for phrase in group]
    for phrase, first in sorted(pairs, key=lambda pair: -len(pair[0])):
        if phrase and first:
            text = text.replace(f" {phrase} ", f" {first} ")
    return text.strip()


def examine(task: str, demos: int, rng: np.random.Generator) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Counts of each kind of edit on a task, and the edits that passed."""
    with tempfile.TemporaryDirectory() as folder:
        trajectories = lam_gym.record(task, demos, seed=1, out=f"{folder}/demos").load()
    synonyms = NEUTRAL_SYNONYMS + read_synonyms(lam_gym.get_task(task))
    before = {trajectory.seed: instruction_of(trajectory) for trajectory in trajectories}
    rows, passed = [], []
    for name, rewrite in rewrites(rng, synonyms).items():
        found = reword(task, trajectories, rewrite)
        made = len(found.trajectories) + found.rejected
        rows.append({"task": task, "edit": name, "made": made, "rejected": found.rejected})
        for trajectory in found.trajectories:
            old, new = before[trajectory.seed], instruction_of(trajectory)
            same = meaning(old, synonyms) == meaning(new, synonyms)
            passed.append({"task": task, "edit": name, "before": old, "after": new, "same": same})
    paraphrases = paraphrase(task, trajectories, 1, seed=int(rng.integers(2**31)))
    rows.append({"task": task, "edit": "paraphrase", "made": paraphrases.offered, "rejected": paraphrases.rejected})
    env = lam_gym.make_env(task)
    for trajectory, texts in zip(trajectories, paraphrases.texts):
        env.reset(seed=trajectory.seed)
        slots: dict[str, str] = env.unwrapped.slots  # type: ignore[attr-defined]
        for text in texts[1:]:
            same = all((words in text) == (words in texts[0]) for words in slots.values())
            passed.append({"task": task, "edit": "paraphrase", "before": texts[0], "after": text, "same": same})
    return rows, passed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", default=[f"text/{name}" for name in APPLICATIONS])
    parser.add_argument("--demos", type=int, default=200)
    parser.add_argument("--sample", type=int, default=1000, help="edits that are read by the rule")
    parser.add_argument("--show", type=int, default=5, help="passed edits of each kind that are printed")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "text_augmentation.json")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    rows, passed = [], []
    for task in arguments.tasks:
        counted, edits = examine(task, arguments.demos, rng)
        rows += counted
        passed += edits
    sample = [passed[index] for index in rng.permutation(len(passed))[: arguments.sample]]
    changed = [each for each in sample if not each["same"]]
    print(f"{'edit':18}{'made':>8}{'rejected':>10}{'share':>8}")
    for name in dict.fromkeys(row["edit"] for row in rows):
        made, rejected = (sum(row[key] for row in rows if row["edit"] == name) for key in ("made", "rejected"))
        print(f"{name:18}{made:>8}{rejected:>10}{rejected / max(1, made):>8.3f}")
        for each in [each for each in sample if each["edit"] == name][: arguments.show]:
            print(f"    {each['before']}\n      {each['after']}")
    print(f"{len(changed)} of {len(sample)} sampled edits change what is asked (at most 2)")
    for each in changed:
        print(f"    {each['edit']}: {each['before']}\n      {each['after']}")
    report = {"rows": rows, "sampled": len(sample), "changed": len(changed), "changes": changed}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
