"""`lam-gym data ...`: look at, verify, clean, split, join and convert folders of demonstrations."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from lam_gym.commands.arguments import DemosFolder, DemosFolders, OptionalCount
from lam_gym.commands.tables import print_table
from lam_gym.demonstrations.cleaning import CleaningRules, clean
from lam_gym.demonstrations.metadata import RELABELED
from lam_gym.demonstrations.splits import PARTS, split
from lam_gym.demonstrations.store import DemoStore, merge
from lam_gym.errors import BadConfig
from lam_gym.trajectory import Trajectory

LARGEST_ARRAY = 16
"""Arrays with more numbers are shown by their shape."""


@dataclass(frozen=True)
class Show:
    """Print what a folder of demonstrations holds, or one of its episodes step by step."""

    folder: DemosFolder
    """Folder of demonstrations."""
    episode: OptionalCount = None
    """Print this episode (from 0; -1 is the last) step by step."""

    def run(self) -> None:
        """Print the facts and the statistics, or the episode."""
        store = DemoStore.open(self.folder)
        if self.episode is None:
            print_store(store)
        elif -len(store) <= self.episode < len(store):
            print_episode(store[self.episode])
        else:
            raise BadConfig(f"expected an episode from 0 to {len(store) - 1}, got {self.episode}; choose one of these.")


@dataclass(frozen=True)
class Check:
    """Verify a folder of demonstrations: every shard has its hash, every episode reads as it was written."""

    folder: DemosFolder
    """Folder of demonstrations."""

    def run(self) -> None:
        """Read everything; the first fault is the error."""
        store = DemoStore.open(self.folder)
        store.verify()
        shards, steps = len(store.meta["shards"]), store.meta["steps"]
        print(f"'{self.folder}' is intact: {shards} shards, {len(store)} episodes, {steps} steps of {store.task}.")


@dataclass(frozen=True)
class Clean:
    """Copy the good episodes to a new folder, and say which others were left out and why.

    The source stays as it is; the report is saved as cleaning.json in the new folder.
    """

    folder: DemosFolder
    """Folder of demonstrations to clean."""
    out: Path
    """New folder for the episodes that pass."""
    rules: Annotated[CleaningRules, tyro.conf.arg(name="")] = field(default_factory=CleaningRules)
    """What goes."""

    def run(self) -> None:
        """Clean, and print the report."""
        print(clean(DemoStore.open(self.folder), self.out, self.rules).text())


@dataclass(frozen=True)
class Split:
    """Assign each episode to train, validation or test, by its seed; the demonstrations keep the assignment."""

    folder: DemosFolder
    """Folder of demonstrations."""
    train: float = 0.8
    """Share of the episodes to train on."""
    validation: float = 0.1
    """Share of the episodes to watch the training with."""
    test: float = 0.1
    """Share of the episodes for the held-out figures of the report."""
    seed: int = 0
    """Seed of the assignment."""

    def run(self) -> None:
        """Split, and print how many episodes each part has."""
        store = DemoStore.open(self.folder)
        parts = split(store, train=self.train, validation=self.validation, test=self.test, seed=self.seed)
        print(f"'{self.folder}': " + ", ".join(f"{len(indices)} {name}" for name, indices in parts.items()) + ".")


@dataclass(frozen=True)
class Merge:
    """Join folders of demonstrations of one task into a new one, in the order given."""

    folders: DemosFolders
    """Folders of demonstrations to join."""
    out: Path
    """New folder for all episodes."""

    def run(self) -> None:
        """Join, and say what came together."""
        if not self.folders:
            raise BadConfig("expected at least one folder to join, got none; name the folders after --out OUT.")
        store = merge([DemoStore.open(folder) for folder in self.folders], self.out)
        repeated = sum(len(DemoStore.open(folder)) for folder in self.folders) - len(store)
        left_out = f"; {repeated} that were there already are left out" if repeated else ""
        print(f"{len(store)} episodes of {store.task} in '{self.out}'{left_out}.")


@dataclass(frozen=True)
class Convert:
    """Convert demonstrations to or from a Minari data set in Minari's own folder (MINARI_DATASETS_PATH).

    To one: lam-gym data convert DIR --to-minari lane-expert-v0

    From one: lam-gym data convert DIR --from-minari lane-expert-v0 --task drive/lane-keeping
    """

    folder: DemosFolder
    """Folder of demonstrations: read for --to-minari, made by --from-minari."""
    to_minari: str = ""
    """Id of the Minari data set to write, such as lane-expert-v0."""
    from_minari: str = ""
    """Id of the Minari data set to read."""
    task: str = ""
    """Task that a data set read from Minari belongs to."""

    def run(self) -> None:
        """Convert in the one direction that was asked for."""
        from lam_gym.demonstrations.exchange import from_minari, to_minari

        if bool(self.to_minari) == bool(self.from_minari):
            raise BadConfig("expected one of --to-minari ID and --from-minari ID, got both or neither; give one.")
        if self.to_minari:
            to_minari(DemoStore.open(self.folder), self.to_minari)
            print(f"'{self.folder}' is Minari data set '{self.to_minari}': minari.load_dataset('{self.to_minari}').")
            return
        if not self.task:
            raise BadConfig("expected --task with --from-minari, got none; name the task that the data set belongs to.")
        store = from_minari(self.from_minari, self.task, self.folder)
        print(f"{len(store)} episodes of {store.task} in '{self.folder}'.")


def print_store(store: DemoStore) -> None:
    """The facts of meta.json that a person asks for, and the statistics of every column."""
    meta = store.meta
    splits = {name: len(store.split_indices(name)) for name in PARTS if name in meta.get("splits", {})}
    facts = {
        "task": store.task,
        "environment": meta["env_id"],
        "expert": meta["expert"],
        "episodes": len(store),
        "steps": meta["steps"],
        "success rate": f"{meta['success_rate']:.3f}" + (" (of the policy that acted)" if RELABELED in meta else ""),
        "mean return": f"{meta['mean_return']:.3f}",
        "shards": f"{len(meta['shards'])} ({sum(shard['bytes'] for shard in meta['shards']) / 1000:.0f} kB)",
        "splits": ", ".join(f"{count} {name}" for name, count in splits.items()) or "none (lam-gym data split)",
        "recorded": meta["created"],
        "packages": ", ".join(f"{name} {version}" for name, version in meta["packages"].items()),
    }
    for name, value in facts.items():
        print(f"{name + ':':<14} {value}")
    rows = [
        (column, index, *(float(values.reshape(-1)[index]) for values in (s.mean, s.std, s.minimum, s.maximum)))
        for column, s in store.statistics.items()
        for index in range(s.mean.size)
        if s.mean.size <= LARGEST_ARRAY
    ]
    print()
    print_table(("column", "index", "mean", "std", "min", "max"), rows)


def print_episode(trajectory: Trajectory) -> None:
    """One episode step by step: observation, action, reward."""
    outcome = "success" if trajectory.success else "no success"
    print(f"{trajectory.task}, seed {trajectory.seed}: {len(trajectory)} steps, {outcome}")
    for step in range(len(trajectory)):
        print(f"\nstep {step}")
        for key, values in trajectory.fields().items():
            value = values[step]
            large = not isinstance(value, str) and value.size > LARGEST_ARRAY
            print(f"{key or 'observation'}: {f'array of shape {value.shape}' if large else value}")
        print(f"action: {trajectory.actions[step]}   reward: {trajectory.rewards[step]:g}")
