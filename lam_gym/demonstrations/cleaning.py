"""Cleaning of demos: what is broken, failed, repeated or contradictory goes, and a report says what went and why.

    report = clean(DemoStore.open("raw"), "cleaned", CleaningRules(drop_truncated=True))
    print(report.text())                      # also saved as cleaned/cleaning.json

The source store is left as it is. Equal demos and rules give an equal cleaned store and report. The rules are tried in
the order of `RULES`; an episode is dropped by the first that fires, and only what is left votes in the next. What each
rule looks for is in `inspection`.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lam_gym.demonstrations.inspection import (
    Majority,
    content_key,
    idle_steps,
    nonfinite,
    out_of_space,
    prune_steps,
    step_keys,
)
from lam_gym.demonstrations.metadata import RELABELED
from lam_gym.demonstrations.splits import carry_splits
from lam_gym.demonstrations.store import DemoStore
from lam_gym.errors import BadConfig
from lam_gym.trajectory import Trajectory

RULES = ("nonfinite", "out_of_space", "failed", "truncated", "duplicate", "contradiction", "idle")
"""Every rule, in the order in which they are tried; "idle" prunes steps, all others drop episodes."""

REPORT_NAME = "cleaning.json"
EPISODES_A_SHARD = 1000


@dataclass(frozen=True)
class CleaningRules:
    """What goes. Every rule can be turned off; the defaults keep valid, successful, distinct, consistent episodes."""

    drop_nonfinite: bool = True
    """Drop episodes with a NaN or an infinity in an observation, action or reward."""
    drop_out_of_space: bool = True
    """Drop episodes with an observation or action outside the task's spaces."""
    drop_failed: bool = True
    """Drop episodes that did not succeed (not where the actions are labels on another policy's episodes)."""
    drop_truncated: bool = False
    """Drop episodes that the clock ended; off, because some tasks (balancing) succeed by lasting."""
    drop_duplicates: bool = True
    """Drop episodes whose observations, actions and rewards equal those of an earlier one to the last bit."""
    contradiction_threshold: float | None = 0.5
    """Drop episodes with more than this share of steps against the majority on the same observation; None: off."""
    contradiction_tolerance: float = 0.2
    """Continuous actions contradict when one component is further than this from the median on the same observation."""
    max_idle_steps: int | None = None
    """Prune runs of steps with equal observation and action to this length (the first ones stay); None: off."""

    def __post_init__(self) -> None:
        share = self.contradiction_threshold
        if share is not None and not 0.0 <= share <= 1.0:
            raise BadConfig(f"contradiction_threshold is a share in [0, 1] or None, not {share}.")
        if self.contradiction_tolerance < 0:
            raise BadConfig(f"contradiction_tolerance must not be negative, got {self.contradiction_tolerance}.")
        if self.max_idle_steps is not None and self.max_idle_steps < 1:
            raise BadConfig(f"max_idle_steps must be at least 1 or None, not {self.max_idle_steps}.")


@dataclass(frozen=True)
class Finding:
    """Why one episode was dropped or pruned."""

    index: int
    """Place of the episode in the source store."""
    seed: int
    rule: str
    """One of `RULES`."""
    detail: str
    """What was found, in words."""


@dataclass(frozen=True)
class CleaningReport:
    """What a cleaning did."""

    task: str
    rules: CleaningRules
    episodes_before: int
    episodes_after: int
    steps_before: int
    steps_after: int
    findings: tuple[Finding, ...]
    """One for each dropped or pruned episode, in the order of the source store."""

    @property
    def counts(self) -> dict[str, int]:
        """Episodes that each rule dropped (or, for "idle", pruned)."""
        found = Counter(finding.rule for finding in self.findings)
        return {rule: found[rule] for rule in RULES}

    def text(self, episodes: int = 20) -> str:
        """A table for people: counts by rule, then the first `episodes` findings."""
        lines = [
            f"{self.task}: {self.episodes_after} of {self.episodes_before} episodes kept, "
            f"{self.steps_after} of {self.steps_before} steps",
            f"{'rule':<14} {'episodes':>8}  does",
        ]
        lines += [
            f"{rule:<14} {count:>8}  {'prunes' if rule == 'idle' else 'drops'}{'' if self._on(rule) else ' (off)'}"
            for rule, count in self.counts.items()
        ]
        lines += [f"  episode {f.index} (seed {f.seed}): {f.rule}: {f.detail}" for f in self.findings[:episodes]]
        if len(self.findings) > episodes:
            lines.append(f"  ... and {len(self.findings) - episodes} more in {REPORT_NAME}")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, as saved."""
        return {**asdict(self), "counts": self.counts}

    def save(self, folder: Path) -> Path:
        """Write `cleaning.json` into `folder` (written aside, then renamed)."""
        path = folder / REPORT_NAME
        aside = path.with_name(f".{REPORT_NAME}.{os.getpid()}")
        aside.write_text(json.dumps(self.as_dict(), indent=1) + "\n", encoding="utf-8")
        os.replace(aside, path)
        return path

    def _on(self, rule: str) -> bool:
        return {
            "nonfinite": self.rules.drop_nonfinite,
            "out_of_space": self.rules.drop_out_of_space,
            "failed": self.rules.drop_failed,
            "truncated": self.rules.drop_truncated,
            "duplicate": self.rules.drop_duplicates,
            "contradiction": self.rules.contradiction_threshold is not None,
            "idle": self.rules.max_idle_steps is not None,
        }[rule]


def clean(store: DemoStore, out: str | Path, rules: CleaningRules | None = None) -> CleaningReport:
    """Write the episodes of `store` that pass `rules` to a new store at `out`, with the report beside them.

    A split that the source carries goes along. Errors: BadDemos when `out` holds anything already.
    """
    rules = rules or CleaningRules()
    findings = judge(store, rules)
    dropped = {finding.index for finding in findings}
    kept = [index for index in range(len(store)) if index not in dropped]
    cleaned = store.create_like(out)
    for start in range(0, len(kept), EPISODES_A_SHARD):
        indices = kept[start : start + EPISODES_A_SHARD]
        shard = []
        for index, trajectory in zip(indices, store.load(indices)):
            shorter = _without_idle(trajectory, rules.max_idle_steps)
            if len(shorter) < len(trajectory):
                detail = f"{len(trajectory) - len(shorter)} of {len(trajectory)} steps only repeat the step before"
                findings.append(Finding(index, trajectory.seed, "idle", detail))
            shard.append(shorter)
        cleaned.append(shard)
    if "splits" in store.meta:
        cleaned.set_meta("splits", carry_splits(store.meta["splits"], kept))
    if RELABELED in store.meta:
        cleaned.set_meta(RELABELED, store.meta[RELABELED])
    report = CleaningReport(
        task=store.task,
        rules=rules,
        episodes_before=len(store),
        episodes_after=len(cleaned),
        steps_before=int(store.meta["steps"]),
        steps_after=int(cleaned.meta["steps"]),
        findings=tuple(sorted(findings, key=lambda finding: finding.index)),
    )
    report.save(cleaned.path)
    return report


def judge(store: DemoStore, rules: CleaningRules) -> list[Finding]:
    """Which episodes `rules` drop, and why, in the order of the store; nothing is written."""
    if RELABELED in store.meta:
        rules = replace(rules, drop_failed=False)
    findings: list[Finding] = []
    first: dict[bytes, int] = {}
    majority = Majority(rules.contradiction_tolerance)
    voters: dict[int, tuple[int, int]] = {}
    for index, trajectory in enumerate(store):
        rule, detail = _first_fault(trajectory, rules, store.meta.get("spaces", {}))
        if not rule and rules.drop_duplicates:
            earlier = first.setdefault(content_key(trajectory), index)
            if earlier != index:
                rule, detail = "duplicate", f"the same steps as episode {earlier}"
        if rule:
            findings.append(Finding(index, trajectory.seed, rule, detail))
        elif rules.contradiction_threshold is not None:
            majority.vote(index, step_keys(trajectory), trajectory.actions)
            voters[index] = trajectory.seed, len(trajectory)
    against = majority.contradicting_steps()
    for index, (seed, steps) in voters.items():
        if against[index] > (rules.contradiction_threshold or 0.0) * steps:
            detail = f"{against[index]} of {steps} steps contradict the majority on the same observation"
            findings.append(Finding(index, seed, "contradiction", detail))
    return sorted(findings, key=lambda finding: finding.index)


def _first_fault(trajectory: Trajectory, rules: CleaningRules, spaces: dict[str, Any]) -> tuple[str, str]:
    """The first rule that an episode breaks by itself and what was found, or two empty strings."""
    if rules.drop_nonfinite and (detail := nonfinite(trajectory)):
        return "nonfinite", detail
    if rules.drop_out_of_space and (detail := out_of_space(trajectory, spaces)):
        return "out_of_space", detail
    if rules.drop_failed and not trajectory.success:
        return "failed", f"ended after {len(trajectory)} steps without success"
    if rules.drop_truncated and trajectory.truncated:
        return "truncated", f"ended by the clock after {len(trajectory)} steps"
    return "", ""


def _without_idle(trajectory: Trajectory, longest: int | None) -> Trajectory:
    if longest is None:
        return trajectory
    idle = idle_steps(trajectory.fields(), trajectory.actions, longest)
    return prune_steps(trajectory, idle) if idle.any() else trajectory
