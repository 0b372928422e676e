"""Labeled tables: what is read, how it is split, and what is refused in one sentence."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lam_envs.data.table import PARTS, build_table, read_table

TEXTS = [f"{'cheap pills' if row % 3 == 0 else 'see you'} number {row}" for row in range(60)]
NAMES = ["spam" if row % 3 == 0 else "ham" for row in range(60)]


def write_csv(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def write_parquet(path: Path, columns: dict[str, list[Any]]) -> Path:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    pq.write_table(pa.table(columns), path)
    return path


def test_a_text_table_from_csv_and_from_parquet(tmp_path: Path) -> None:
    rows = [f'"{text}, at once",{name}' for text, name in zip(TEXTS, NAMES)]
    table = read_table(write_csv(tmp_path / "mails.csv", "text,label", rows))
    assert (len(table), table.labels) == (60, ("ham", "spam"))
    assert table.fields["text"][0] == "cheap pills number 0, at once"
    assert [table.labels[target] for target in table.targets] == NAMES
    columns = {"subject": TEXTS, "folder": NAMES, "other": list(range(60))}
    path = write_parquet(tmp_path / "mails.parquet", columns)
    named = read_table(path, label="folder", text="subject")
    assert list(named.fields) == ["text"]
    assert named.fields["text"].tolist() == TEXTS
    mixed = read_table(path, label="folder", text="subject", features=["other"])
    assert (mixed.fields["features"].shape, mixed.fields["features"].dtype) == ((60, 1), np.float32)


def test_numbers_are_features_and_labels_sort_as_numbers(tmp_path: Path) -> None:
    rows = [f"{row / 2},{-row},{row % 12}" for row in range(48)]
    table = read_table(write_csv(tmp_path / "numbers.csv", "a,b,label", rows))
    assert table.labels == tuple(str(label) for label in range(12))
    assert table.fields["features"][3].tolist() == [1.5, -3.0]


def test_rows_are_split_evenly_and_equal_rows_stay_together() -> None:
    texts = np.array([*TEXTS, *TEXTS[:20]], dtype=object)
    names = [*NAMES, *NAMES[:20]]
    table = build_table({"text": texts}, names)
    again = build_table({"text": texts}, names)
    assert all(np.array_equal(left, right) for left, right in zip(table.parts, again.parts))
    assert sorted(row for part in table.parts for row in part) == list(range(80))
    shown = [{texts[row] for row in part} for part in table.parts]
    assert not shown[0] & shown[1]
    assert not shown[0] & shown[2]
    assert not shown[1] & shown[2]
    for part, share in zip(table.parts, (0.7, 0.1, 0.2)):
        counts = Counter(table.targets[part].tolist())
        assert abs(len(part) / 80 - share) < 0.08
        assert 0.1 < counts[1] / len(part) < 0.55


def test_a_column_may_say_the_split(tmp_path: Path) -> None:
    named = [PARTS[row % 3] for row in range(60)]
    path = write_parquet(tmp_path / "mails.parquet", {"text": TEXTS, "label": NAMES[1:] + NAMES[:1], "split": named})
    table = read_table(path)
    assert [{named[row] for row in part} for part in table.parts] == [{"train"}, {"validation"}, {"test"}]
    with pytest.raises(ValueError, match="says train, validation, test, not 'dev'"):
        build_table({"text": np.array(TEXTS, object)}, NAMES, ["dev", *named[1:]])
    texts = np.array(["see you"] * 60, dtype=object)
    with pytest.raises(ValueError, match="is in train as well"):
        build_table({"text": texts}, NAMES, named)


def encoded(size: tuple[int, int], mode: str = "L") -> bytes:
    image = pytest.importorskip("PIL.Image")
    data = io.BytesIO()
    image.new(mode, size, 7 if mode == "L" else None).save(data, "PNG")
    return data.getvalue()


def test_pictures_as_lists_bytes_and_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (30, 4, 5))
    labels = ["a", "b", "c"] * 10
    table = read_table(write_parquet(tmp_path / "lists.parquet", {"image": pictures.tolist(), "label": labels}))
    assert np.array_equal(table.fields["picture"], pictures)
    assert table.fields["picture"].dtype == np.uint8
    stored = {"photo": [{"bytes": encoded((5, 4), "RGB"), "path": None}] * 30, "label": labels}
    with pytest.raises(ValueError, match=r"leaves no rows for .*: it has 1 different rows"):
        read_table(write_parquet(tmp_path / "bytes.parquet", stored), image="photo")
    (tmp_path / "a.png").write_bytes(encoded((5, 4)))
    (tmp_path / "b.png").write_bytes(encoded((5, 4), "RGBA"))
    rows = [f"{'ab'[row % 2]}.png,{row},{row % 3}" for row in range(30)]
    with pytest.raises(ValueError, match="different sizes: row 2 is 4x5x3, row 1 is 4x5; resize them to one"):
        read_table(write_csv(tmp_path / "files.csv", "image,n,label", rows))
    alike = [row.replace("b.png", "a.png") for row in rows]
    table = read_table(write_csv(tmp_path / "files.csv", "image,n,label", alike), image="image", features=["n"])
    assert table.fields["picture"].shape == (30, 4, 5)
    (tmp_path / "c.png").write_bytes(b"no image")
    broken = [row.replace("b.png", "c.png") for row in rows]
    with pytest.raises(ValueError, match=r"Row 2 of 'files\.csv' has no picture"):
        read_table(write_csv(tmp_path / "files.csv", "image,n,label", broken))
    far = {"image": [[[300]]] * 3, "label": ["a", "b", "c"]}
    with pytest.raises(ValueError, match=r"Row 1 of 'far\.parquet' has no picture"):
        read_table(write_parquet(tmp_path / "far.parquet", far))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("text,label\n", "has no rows"),
        ("", "is empty; the first line"),
        ("text,label\na,x\nb,x\n", "Every row of 't.csv' has the label 'x'; expected at least two classes"),
        ("text,label\na,x\nb,\n", "Row 2 of 't.csv' has no label"),
        ("text,label\na,x\nb\n", "Row 2 of 't.csv' has 1 cells; expected 2"),
        ("text,class\na,x\nb,y\n", "no column 'label'; its columns are text, class"),
        ("words,label\na,x\nb,y\n", "has 'a' in the column 'words'; expected a number"),
        ("label\nx\ny\n", "nothing to show beside the column 'label'"),
        ("text,label\na,x\nb,y\n", "leaves no rows for train: it has 2 different rows"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_table(path)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is no table"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(ValueError, match=r"is a \.csv or \.parquet file, not 'none\.xlsx'"):
        read_table(tmp_path / "none.xlsx")
    pytest.importorskip("pyarrow")
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    with pytest.raises(ValueError, match=r"'broken\.parquet' is no Parquet file"):
        read_table(tmp_path / "broken.parquet")
