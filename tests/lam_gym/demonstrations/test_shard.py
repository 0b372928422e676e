"""Reading a shard: views of its columns, refused bytes, shards re-written by other tools, and no import of pandas."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lam_gym.demonstrations.columns import build_columns, trajectory_features
from lam_gym.demonstrations.shard import Episodes
from lam_gym.errors import BadDemos
from lam_gym.trajectory import Trajectory


def episode(seed: int) -> Trajectory:
    screens = np.array(["a", f"b {seed}", "a"], dtype=object)
    images = np.full((3, 2, 2), seed, np.uint8)
    observations = {"image": images, "screen": screens}
    return Trajectory("t", seed, observations, np.arange(2), np.ones(2), True, False, True, metrics={"score": 0.5})


def encode(trajectories: list[Trajectory]) -> pa.Buffer:
    return build_columns(trajectories, trajectory_features(trajectories[0])).encode()


def test_any_row_and_all_rows() -> None:
    trajectories = [episode(seed) for seed in range(4)]
    episodes = Episodes(encode(trajectories), "t")
    assert len(episodes) == 4
    assert all(left.equals(right) for left, right in zip(episodes, trajectories, strict=True))
    assert episodes.trajectory(2).equals(trajectories[2])


def test_trajectories_are_views_that_cannot_be_written() -> None:
    trajectory = Episodes(encode([episode(1)]), "t").trajectory(0)
    with pytest.raises(ValueError, match="read-only"):
        trajectory.fields()["image"][0] = 0


def test_bytes_that_are_no_shard_are_refused() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"a": [1]}), sink)
    for content in (b"", b"PAR1 nonsense PAR1", sink.getvalue()):
        with pytest.raises(BadDemos, match="cannot be read"):
            Episodes(content, "t")


def test_a_shard_whose_text_lost_its_dictionary_is_read() -> None:
    trajectory = episode(3)
    table = pq.ParquetFile(pa.BufferReader(encode([trajectory]))).read()
    index = table.column_names.index("observations/screen")
    plain = pa.array(table["observations/screen"].to_pylist(), pa.list_(pa.string()))
    sink = pa.BufferOutputStream()
    pq.write_table(table.set_column(index, "observations/screen", plain), sink)
    assert Episodes(sink.getvalue(), "t").trajectory(0).equals(trajectory)


def test_writing_and_reading_do_not_import_pandas() -> None:
    code = (
        "import sys, numpy as np\n"
        "from lam_gym.demonstrations.columns import build_columns, trajectory_features\n"
        "from lam_gym.demonstrations.shard import Episodes\n"
        "from lam_gym.trajectory import Trajectory\n"
        "texts = np.array(['a', 'b'], dtype=object)\n"
        "one = Trajectory('t', 0, {'x': np.array([True, False]), 'y': texts}, np.arange(1), np.ones(1), True, False,"
        " True, (('a',), ()), {'m': 1.0})\n"
        "assert list(Episodes(build_columns([one], trajectory_features(one)).encode(), 't'))[0].equals(one)\n"
        "assert 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
