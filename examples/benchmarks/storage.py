"""Demonstrations on disk: lam-gym's DemoStore against imitation's `serialize` and Minari (hdf5 and arrow).

Two sets are recorded first: 1,000 CartPole trajectories of 500 steps, and 10,000 episodes of BabyAI's bot on
GoToRedBallGrey (image, direction, mission). Then every system writes them to a fresh folder and reads all of them back
into memory, a few times in a row and by turns; the table shows medians of wall-clock seconds and the bytes on disk.

    python examples/benchmarks/storage.py                   all of it, about 10 minutes
    python examples/benchmarks/storage.py --episodes 100    scaled down: at most 100 episodes of each set

What each system is given. lam-gym: everything; the clock covers making the store with its description, statistics and
sha256 of each shard, flushing to the disk, and on the way back checking each sha256 and validating each trajectory.
imitation: no dict observations, so of BabyAI the image alone; it reads lazily, so the clock covers indexing every
trajectory. Minari: everything, as episode buffers made beforehand. Its arrow format (Minari 0.5 and later) takes about
35 minutes for all BabyAI episodes, so it writes --arrow-episodes of them and the figures are scaled up, marked "~".
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lam_gym import DemoStore, ExpertPolicy, Trajectory, make_env, rollout
from lam_gym.task import episode_seeds

SETS = {"control/cartpole": 1_000, "babyai/GoToRedBallGrey": 10_000}
"""Task -> episodes."""
TARGETS = {"control/cartpole": (10.0, 4.0, 0.45), "babyai/GoToRedBallGrey": (4.0, 6.0, 0.06)}
"""Task -> how many times faster than imitation to write and to read, and its share of imitation's bytes."""
ROW = 3
"""Counted runs of a system before the next one has its turn."""
PACKAGES = ("lam-gym", "imitation", "datasets", "minari", "h5py", "pyarrow", "numpy", "gymnasium")

Write = Callable[[Path], None]
Read = Callable[[Path], Any]


@dataclass(frozen=True)
class System:
    """One way of storing; `scale` is what its figures are multiplied with when it stores a subset."""

    name: str
    write: Write
    read: Read
    runs: int
    scale: float = 1.0
    note: str = ""


@dataclass
class Result:
    """Wall-clock and CPU seconds of each run, bytes and files of the last one."""

    write_s: list[float] = field(default_factory=list)
    read_s: list[float] = field(default_factory=list)
    write_cpu_s: list[float] = field(default_factory=list)
    read_cpu_s: list[float] = field(default_factory=list)
    bytes: int = 0
    files: int = 0


def record_set(name: str, episodes: int) -> list[Trajectory]:
    """The expert's episodes, in memory."""
    return rollout(ExpertPolicy(name), name, seeds=episode_seeds("demos", 0, episodes))


def lam_gym_system(trajectories: Sequence[Trajectory], runs: int) -> System:
    def write(folder: Path) -> None:
        DemoStore.create(folder, trajectories[0].task).append(trajectories)

    return System("lam-gym", write, lambda folder: DemoStore.open(folder).load(), runs)


def imitation_system(trajectories: Sequence[Trajectory], runs: int) -> System:
    import datasets  # type: ignore[import-untyped]
    from imitation.data import serialize
    from imitation.data.types import TrajectoryWithRew

    datasets.disable_progress_bars()
    key = "image" if "image" in trajectories[0].fields() else ""
    converted = [
        TrajectoryWithRew(item.fields()[key], item.actions, None, terminal=True, rews=item.rewards)
        for item in trajectories
    ]
    note = "the image alone: dict observations are refused" if key else ""
    return System(
        "imitation",
        lambda folder: serialize.save(folder, converted),
        lambda folder: list(serialize.load(folder)),
        runs,
        note=note,
    )


def minari_system(trajectories: Sequence[Trajectory], data_format: str, runs: int, episodes: int) -> System:
    """Raises ImportError without Minari, or with one that lacks the format."""
    import inspect

    import minari

    parameters = inspect.signature(minari.create_dataset_from_buffers).parameters
    if data_format == "arrow" and "data_format" not in parameters:
        raise ImportError(f"Minari {version('minari')} has no arrow format: pip install 'minari[arrow]>=0.5'")
    known = {
        "data_format": data_format,
        "minari_version": version("minari"),
        **dict.fromkeys(("algorithm_name", "author", "author_email", "code_permalink", "description"), "benchmark"),
    }
    settings = {name: value for name, value in known.items() if name in parameters}
    kept = trajectories[:episodes]
    env = make_env(kept[0].task)
    spaces = {"observation_space": minari_space(env.observation_space), "action_space": env.action_space}
    env.close()

    def write(folder: Path) -> None:
        with datasets_in(folder):
            minari.create_dataset_from_buffers("benchmark-v0", buffers.pop(), **settings, **spaces)

    def read(folder: Path) -> Any:
        with datasets_in(folder):
            return list(minari.load_dataset("benchmark-v0").iterate_episodes())

    # writing takes fields out of the buffers of some versions, so each run has its own
    buffers = [[minari_buffer(item) for item in kept] for _ in range(runs + 1)]
    scale = len(trajectories) / len(kept)
    note = f"{len(kept)} episodes, scaled to {len(trajectories)}" if scale != 1 else ""
    return System(f"minari {data_format}", write, read, runs, scale, note)


def minari_space(space: Any) -> Any:
    """The space with its missions described as text, the only strings that Minari knows."""
    from gymnasium import spaces

    if isinstance(space, spaces.Dict):
        return spaces.Dict({key: minari_space(part) for key, part in space.spaces.items()})
    return space if isinstance(space, (spaces.Box, spaces.Discrete)) else spaces.Text(100)


def minari_buffer(trajectory: Trajectory) -> Any:
    from minari import data_collector

    observations = {
        key: array.tolist() if array.dtype == object else array for key, array in trajectory.fields().items()
    }
    last = np.arange(1, len(trajectory) + 1) == len(trajectory)
    buffer = {
        "seed": trajectory.seed,
        "observations": observations if isinstance(trajectory.observations, dict) else trajectory.observations,
        "actions": trajectory.actions,
        "rewards": trajectory.rewards,
        "terminations": last & trajectory.terminated,
        "truncations": last & trajectory.truncated,
        "infos": {},
    }
    return vars(data_collector).get("EpisodeBuffer", dict)(**buffer)


@contextmanager
def datasets_in(folder: Path) -> Iterator[None]:
    before = os.environ.get("MINARI_DATASETS_PATH")
    os.environ["MINARI_DATASETS_PATH"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["MINARI_DATASETS_PATH"]
        else:
            os.environ["MINARI_DATASETS_PATH"] = before


def find_systems(trajectories: Sequence[Trajectory], arguments: argparse.Namespace) -> list[System]:
    """All systems that are installed; the others are named."""
    systems = [lam_gym_system(trajectories, arguments.runs), imitation_system(trajectories, arguments.runs)]
    if not arguments.minari_runs:
        return systems
    arrow_episodes = len(trajectories) if trajectories[0].task == "control/cartpole" else arguments.arrow_episodes
    for data_format, episodes in (("hdf5", len(trajectories)), ("arrow", min(arrow_episodes, len(trajectories)))):
        try:
            systems.append(minari_system(trajectories, data_format, arguments.minari_runs, episodes))
        except ImportError as error:
            print(f"minari {data_format} is left out: {error}")
    return systems


def measure(systems: Sequence[System]) -> dict[str, Result]:
    """Each system writes and reads a few times in a row, then the next; round after round.

    The first run of each row is not counted: it pays for memory that the system before has given back. Minari, which
    takes minutes, gets no such run.
    """
    results = {system.name: Result() for system in systems}
    for _ in range(-(-max(system.runs for system in systems) // ROW)):
        for system in systems:
            result = results[system.name]
            if not system.name.startswith("minari"):
                run(system, Result())
            for _ in range(min(ROW, system.runs - len(result.write_s))):
                run(system, result)
    return results


def run(system: System, result: Result) -> None:
    """Write to a fresh folder, read back, and note seconds, bytes and files."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "demos"
        folder.mkdir()
        wall, cpu = timed(lambda: system.write(folder))
        result.write_s.append(wall)
        result.write_cpu_s.append(cpu)
        wall, cpu = timed(lambda: system.read(folder))
        result.read_s.append(wall)
        result.read_cpu_s.append(cpu)
        files = [path for path in folder.rglob("*") if path.is_file()]
        result.bytes, result.files = sum(path.stat().st_size for path in files), len(files)


def timed(action: Callable[[], Any]) -> tuple[float, float]:
    """Wall-clock and CPU seconds of the action; what it returns is freed after the clocks have stopped."""
    gc.collect()
    start, start_cpu = time.perf_counter(), time.process_time()
    returned = action()
    seconds = time.perf_counter() - start, time.process_time() - start_cpu
    del returned
    return seconds


def check_round_trip(trajectories: Sequence[Trajectory]) -> None:
    """What DemoStore reads equals what it was given: every value, dtype and shape."""
    with tempfile.TemporaryDirectory() as parent:
        system = lam_gym_system(trajectories, 1)
        system.write(Path(parent) / "demos")
        loaded = system.read(Path(parent) / "demos")
    assert all(before.equals(after) for before, after in zip(trajectories, loaded, strict=True))


def summarize(
    trajectories: Sequence[Trajectory], systems: Sequence[System], results: dict[str, Result]
) -> dict[str, Any]:
    """Medians, scaled where a subset was stored, and lam-gym's ratios over imitation."""
    rows: dict[str, Any] = {}
    for system in systems:
        result = results[system.name]
        runs = {name: getattr(result, name) for name in ("write_s", "read_s", "write_cpu_s", "read_cpu_s")}
        rows[system.name] = {
            **{name: statistics.median(seconds) * system.scale for name, seconds in runs.items()},
            "bytes": result.bytes * system.scale,
            "files": round(result.files * system.scale),
            "scale": system.scale,
            "note": system.note,
            "runs": runs,
        }
    ours, peer = rows["lam-gym"], rows["imitation"]
    arrays = [
        array for item in trajectories for array in (*item.fields().values(), item.actions) if array.dtype != object
    ]
    return {
        "episodes": len(trajectories),
        "steps": sum(map(len, trajectories)),
        "raw_bytes": sum(array.nbytes for array in arrays),
        "systems": rows,
        "over_imitation": {
            "write": peer["write_s"] / ours["write_s"],
            "read": peer["read_s"] / ours["read_s"],
            "write_cpu": peer["write_cpu_s"] / ours["write_cpu_s"],
            "read_cpu": peer["read_cpu_s"] / ours["read_cpu_s"],
            "bytes": ours["bytes"] / peer["bytes"],
        },
    }


def print_set(name: str, summary: dict[str, Any]) -> None:
    raw = summary["raw_bytes"] / 1e6
    print(f"\n{name}: {summary['episodes']:,} episodes, {summary['steps']:,} steps, {raw:.1f} MB of arrays")
    print(f"{'':14}{'write s':>10}{'read s':>10}{'MB':>9}{'files':>8}   runs")
    for system, row in summary["systems"].items():
        mark = "~" if row["scale"] != 1 else " "
        seconds = f"{row['write_s']:9.3f}{mark}{row['read_s']:9.3f}{mark}"
        print(
            f"{system:14}{seconds}{row['bytes'] / 1e6:8.2f}{mark}{row['files']:7d}{mark}"
            f"{len(row['runs']['write_s']):5d}   {row['note']}"
        )
    ratios = summary["over_imitation"]
    write, read, size = TARGETS[name]
    print(
        f"lam-gym over imitation: write {ratios['write']:.1f}x (target {write:g}x), read {ratios['read']:.1f}x "
        f"(target {read:g}x), {ratios['bytes']:.3f} of the bytes (target {size:g})\n"
        f"in CPU seconds of all threads, which a busy machine disturbs less: write {ratios['write_cpu']:.1f}x, "
        f"read {ratios['read_cpu']:.1f}x"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, help="at most so many episodes of each set")
    parser.add_argument("--runs", type=int, default=9, help="counted runs of lam-gym and imitation")
    parser.add_argument("--minari-runs", type=int, default=3, help="0 leaves Minari out")
    parser.add_argument("--arrow-episodes", type=int, default=300, help="BabyAI episodes that Minari stores as arrow")
    parser.add_argument("--tasks", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "storage.json")
    arguments = parser.parse_args()
    report: dict[str, Any] = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"}
    report["packages"] = {name: version(name) for name in PACKAGES if find_spec(name.replace("-", "_"))}
    report["sets"] = {}
    for name in arguments.tasks:
        trajectories = record_set(name, min(SETS[name], arguments.episodes or SETS[name]))
        check_round_trip(trajectories)
        systems = find_systems(trajectories, arguments)
        summary = summarize(trajectories, systems, measure(systems))
        report["sets"][name] = {**summary, "targets": dict(zip(("write", "read", "bytes"), TARGETS[name]))}
        print_set(name, summary)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nwritten to {arguments.out}")


if __name__ == "__main__":
    main()
