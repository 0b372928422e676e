"""The classification environment: seeds name rows, parts never mix, the label is the right answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import lam_gym
from lam_envs.data.classify import SEED_REGION, ClassifyEnv, open_table, true_label
from lam_gym.errors import BadConfig
from lam_gym.task import SEED_REGION as TOOLKIT_REGION
from lam_gym.task import classification, episode_seeds, make_env


def write(path: Path, rows: int = 60) -> Path:
    lines = [f"{'buy now' if row % 2 else 'see you'} {row},{'spam' if row % 2 else 'ham'}" for row in range(rows)]
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    return path


def test_check_env(tmp_path: Path) -> None:
    check_env(gymnasium.make("LamData/Classify-v0", render_mode="ansi").unwrapped)
    path = str(write(tmp_path / "mails.csv"))
    check_env(gymnasium.make("LamData/Classify-v0", table=path, render_mode="ansi").unwrapped)


def test_seeds_name_rows_of_disjoint_parts() -> None:
    assert SEED_REGION == TOOLKIT_REGION
    env = ClassifyEnv("digits")
    rows: dict[str, list[int]] = {}
    for kind, part in zip(("demos", "validation", "evaluation"), env.table.parts):
        seeds = episode_seeds(kind, 5, len(part))  # type: ignore[arg-type]
        rows[kind] = [env.reset(seed=seed)[1]["row"] for seed in seeds]
        assert sorted(rows[kind]) == sorted(part)  # each row once
        start = rows[kind].index(part[0])
        assert rows[kind][start:] + rows[kind][:start] == part.tolist()  # in order
        env.reset(seed=seeds[0])
        assert {env.reset()[1]["row"] for _ in range(20)} <= set(part)
    assert sum(map(len, rows.values())) == len({row for part in rows.values() for row in part}) == 1797
    test_only = ClassifyEnv("digits", part="test")
    assert test_only.reset(seed=0)[1]["row"] in env.table.parts[2]


def test_an_answer_ends_the_episode() -> None:
    env = ClassifyEnv("digits", render_mode="ansi")
    observation, _ = env.reset(seed=11)
    label = true_label(env).act(observation)
    assert observation.shape == (8, 8)
    assert observation.dtype == np.uint8
    _, reward, terminated, truncated, info = env.step(label)
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert info == {"success": True, "label": label, "predicted": label, "row": info["row"]}
    wrong = (label + 1) % 10
    env.reset(seed=11)
    assert env.step(wrong)[1:3] == (0.0, True)
    assert str(env.render()).endswith(f"answer {wrong}, label {label}")
    assert "**" in str(env.render())
    assert ClassifyEnv("digits").render() is None
    with pytest.raises(ValueError, match="a class number from 0 to 9, not 10"):
        env.step(10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"table": "diggits"}, r"Expected a set \(digits, requests\) or the path"),
        ({"table": "none.csv"}, "There is no table"),
        ({"phrasing": "loud"}, "Expected phrasing train or held_out"),
        ({"part": "dev"}, "part train, validation, test or none"),
        ({"render_mode": "human"}, "render mode 'ansi' or"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClassifyEnv(**arguments)


def test_a_table_of_several_fields_is_a_dict(tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    path.write_text("\n".join(["text,size,label", *(f"größe {row},{row},{row % 2}" for row in range(20))]) + "\n")
    env = ClassifyEnv(str(path), text="text", features=["size"], render_mode="ansi")
    observation, _ = env.reset(seed=0)
    assert set(observation) == {"text", "features"}
    assert env.observation_space.contains(observation)
    assert str(env.render()).startswith("größe")
    observation["features"][:] = -1
    assert env.reset(seed=0)[0]["features"][0] >= 0


def test_an_own_table_is_a_task_like_any_other(tmp_path: Path) -> None:
    path = write(tmp_path / "mails.csv")
    task = classification(path, name="own/mails")
    assert (task.name, task.random_return, classification(path).name) == ("own/mails", 0.5, "data/mails")
    result = lam_gym.evaluate(lam_gym.ExpertPolicy(task), task, episodes=12)
    assert result.success_rate == 1
    test_rows = open_table(str(path)).parts[2]
    assert {row["metric/row"] for row in result.rows} == set(test_rows)
    assert 0.1 < lam_gym.evaluate(lam_gym.RandomPolicy(task), task, episodes=40).success_rate < 0.9
    with pytest.raises(BadConfig, match="no column 'folder'"):
        classification(path, label="folder")
    path.unlink()
    with pytest.raises(BadConfig, match=r"could not make environment .*There is no table"):
        make_env(task)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "mails.csv")
    assert len(open_table(str(path))) == 60
    assert open_table(str(path)) is open_table(str(path))
    import os

    write(path, rows=80)
    os.utime(path, (1, 1))
    assert len(open_table(str(path))) == 80


def test_own_pictures_are_pictures(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pictures = np.random.default_rng(0).integers(0, 256, (20, 6, 5, 3)).tolist()
    columns = {"image": pictures, "size": [float(row) for row in range(20)], "label": ["a", "b"] * 10}
    pq.write_table(pa.table(columns), tmp_path / "pictures.parquet")
    alone = classification(tmp_path / "pictures.parquet")
    both = classification(tmp_path / "pictures.parquet", image="image", features=["size"])
    assert (alone.modalities, both.modalities) == ({"": "picture"}, {"picture": "picture"})
    from lam_gym.models.spaces import describe

    assert [field.modality for field in describe(alone).fields] == ["picture"]
    assert {field.key: field.modality for field in describe(both).fields} == {
        "picture": "picture",
        "features": "vector",
    }


def test_requests_belong_to_an_application() -> None:
    train, held_out = (open_table("requests", phrasing=phrasing) for phrasing in ("train", "held_out"))
    assert train.labels == ("mail", "shop")
    assert np.bincount(train.targets).tolist() == [1000, 1000]
    assert len(set(train.fields["text"])) == 2000
    assert not set(train.fields["text"]) & set(held_out.fields["text"])
    env = make_env("data/requests@held_out_phrasing")
    assert env.reset(seed=0)[0]["text"] in set(held_out.fields["text"])
