"""Rebuilds the shipped demonstrations from seeds, and compares them with what is shipped.

    python demos/record_all.py                       records every set anew and rewrites the table in README.md
    python demos/record_all.py --tasks text/mail     only these
    python demos/record_all.py --check               records elsewhere and compares; exit code 1 if a set differs

A set is equal when its content hash is: the sha256 of all trajectories, whatever way the files encode them.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from lam_gym import DemoStore, record
from lam_gym.demonstrations.metadata import META_FILE, package_versions
from lam_gym.task import get_task

FOLDER = Path(__file__).parent
SEED = 0
SETS = {
    "drive/lane-keeping": 12,
    "text/mail": 30,
    "babyai/GoToRedBallGrey": 30,
    "babyai/GoToLocal": 30,
    "control/cartpole": 10,
}
"""Task -> episodes."""

TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)


def rebuild(name: str, out: Path) -> DemoStore:
    """Record the set of this task into the folder `out`, with what its reproduction depends on in the meta."""
    store = record(name, episodes=SETS[name], seed=SEED, out=out)
    store.set_meta("arithmetic", arithmetic())
    return store


def arithmetic() -> str:
    """A hash of this machine's sines and tangents, whose last bits differ between processors and NumPy versions."""
    angles = np.linspace(-2.0, 2.0, 4001)
    values = [[function(angle) for angle in angles] for function in (np.sin, np.cos, np.tan, np.arctan)]
    return hashlib.sha256(np.array(values).tobytes()).hexdigest()[:16]


def difference(shipped: DemoStore, rebuilt: DemoStore) -> str:
    """What differs between the two, "" when nothing does."""
    if shipped.content_hash() == rebuilt.content_hash():
        return ""
    return f"content hash {rebuilt.content_hash()[:16]}, shipped {shipped.content_hash()[:16]}"


def excuse(shipped: DemoStore) -> str:
    """Why this machine may not reproduce the set bit for bit, "" when it must."""
    task = get_task(shipped.task)
    here, there = package_versions(task), shipped.meta["packages"]
    owner = task.requires.partition(".")[0] or "gymnasium"
    if owner != "lam_envs" and here.get(owner) != there.get(owner):
        return f"recorded with {owner} {there.get(owner)}, this is {here.get(owner)}"
    if shipped.meta["arithmetic"] != arithmetic():
        return "sines differ from those of the recording machine in their last bits"
    return ""


def shipped_sets() -> list[str]:
    """Tasks whose demonstrations are in this folder."""
    return [name for name in SETS if (FOLDER / name / META_FILE).exists()]


def table_rows() -> str:
    """The Markdown table of the shipped sets, as README.md has it."""
    lines = [
        "| folder | episodes | steps | success rate | kB | content hash |",
        "| --- | --: | --: | --: | --: | --- |",
    ]
    for name in shipped_sets():
        store = DemoStore.open(FOLDER / name)
        size = sum(path.stat().st_size for path in (FOLDER / name).iterdir()) / 1000
        meta = store.meta
        lines.append(
            f"| `{name}` | {len(store)} | {meta['steps']} | {meta['success_rate']:.2f} | {size:.0f} "
            f"| `{store.content_hash()}` |"
        )
    return "\n".join(lines) + "\n"


def write_table() -> None:
    """Put the current table into README.md."""
    readme = FOLDER / "README.md"
    readme.write_text(TABLE.sub(lambda _: table_rows(), readme.read_text(encoding="utf-8")), encoding="utf-8")


def check(names: list[str]) -> int:
    """Record into a temporary folder and compare; the number of sets that differ."""
    differing = 0
    for name in names:
        shipped = DemoStore.open(FOLDER / name)
        shipped.verify()
        with tempfile.TemporaryDirectory() as folder:
            found = difference(shipped, rebuild(name, Path(folder) / "demos"))
        reason = excuse(shipped) if found else ""
        print(f"{name}: {found or 'equal'}{f' ({reason})' if reason else ''}")
        differing += bool(found and not reason)
    return differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", nargs="+", choices=list(SETS), help="only these sets")
    parser.add_argument("--check", action="store_true", help="compare with what is shipped and change nothing")
    arguments = parser.parse_args()
    if arguments.check:
        return int(check(arguments.tasks or shipped_sets()) > 0)
    for name in arguments.tasks or SETS:
        with tempfile.TemporaryDirectory(dir=FOLDER, prefix=".recording-") as folder:
            store = rebuild(name, Path(folder) / "demos")
            print(f"{name}: {len(store)} episodes, success rate {store.meta['success_rate']:.2f}")
            shutil.rmtree(FOLDER / name, ignore_errors=True)
            (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
            store.path.rename(FOLDER / name)
    write_table()
    return 0


if __name__ == "__main__":
    sys.exit(main())
