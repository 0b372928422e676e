"""Labeled tables: rows with a text, a picture or numbers, and a label; read from CSV or Parquet and split by row.

    read_table("mails.csv", text="subject", label="folder")
    read_table("plants.parquet", image="photo")          pictures as nested lists, encoded bytes or paths of files
    read_table("iris.csv")                               "text" and "image" where there is such a column, else numbers

Letters: N rows, D features, H x W a picture in shades of gray, H x W x C one with channels.
The rows are put in one fixed order in which every stretch has about the classes of the whole, and cut into train,
validation and test; rows that show the same stay together. A column "split" that says train, validation or test
decides instead.
"""

from __future__ import annotations

import csv
import importlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PARTS = ("train", "validation", "test")
SHARES = (0.7, 0.1, 0.2)
"""Share of the rows that each part gets."""
SPLIT_COLUMN = "split"


@dataclass(frozen=True, eq=False)
class Table:
    """Rows and their labels."""

    fields: Mapping[str, NDArray[Any]]
    """"text": object array [N] of str; "features": float32 [N, D]; "picture": uint8 [N, H, W] or [N, H, W, C]."""
    labels: tuple[str, ...]
    """Names of the classes: numbers in numerical order, words in alphabetical order."""
    targets: NDArray[np.int64]
    """Class of each row [N]."""
    parts: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
    """Rows of train, validation and test, each in the order in which they are visited."""

    def __len__(self) -> int:
        return len(self.targets)


def build_table(
    fields: Mapping[str, NDArray[Any]], names: Sequence[str], split: Sequence[str] | None = None, source: str = "table"
) -> Table:
    """A table of `fields` whose row i has the label `names[i]`; `split` names each row's part.

    Raises ValueError where there is nothing to learn: no rows, one class, a part without rows.
    """
    if not len(names):
        raise ValueError(f"'{source}' has no rows; a labeled table needs some of at least two classes.")
    labels = tuple(sorted(set(names), key=_natural))
    if len(labels) < 2:
        raise ValueError(f"Every row of '{source}' has the label '{labels[0]}'; expected at least two classes.")
    index = {label: code for code, label in enumerate(labels)}
    targets = np.array([index[name] for name in names], dtype=np.int64)
    keys = [tuple(_identity(values[row]) for values in fields.values()) for row in range(len(names))]
    parts = _cut(targets, keys) if split is None else _read_parts(split, targets, keys)
    empty = [part for part, rows in zip(PARTS, parts) if not len(rows)]
    if empty:
        raise ValueError(
            f"'{source}' leaves no rows for {' and '.join(empty)}: it has {len(set(keys))} different rows; give more."
        )
    return Table(dict(fields), labels, targets, parts)


def read_table(
    path: str | Path, label: str = "label", text: str = "", image: str = "", features: Sequence[str] = ()
) -> Table:
    """The labeled table of a CSV or Parquet file.

    Args:
        path: a file that ends in .csv or .parquet; CSV has the names of its columns in the first line.
        label: column of the labels.
        text, image, features: columns of what is shown. Without any of them: "text" and "image" where there is such a
            column, else every other column, which must hold numbers.

    Raises ValueError where the file is no such table, in one sentence.
    """
    columns = read_columns(Path(path))
    source = Path(path).name
    shown = [name for name in (text, image, *features) if name]
    for name in (label, *shown):
        if name not in columns:
            raise ValueError(f"'{source}' has no column '{name}'; its columns are {', '.join(columns)}.")
    names = [_label_name(value, source, row) for row, value in enumerate(columns[label], start=1)]
    others = [name for name in columns if name not in (label, SPLIT_COLUMN)]
    if not shown:
        text, image = (name if name in others else "" for name in ("text", "image"))
        features = () if text or image else others
        if not (text or image or features):
            raise ValueError(f"'{source}' has nothing to show beside the column '{label}'; add a column.")
    fields: dict[str, NDArray[Any]] = {}
    if text:
        fields["text"] = np.array(["" if value is None else str(value) for value in columns[text]], dtype=object)
    if features:
        fields["features"] = _read_features(columns, features, source)
    if image and names:
        fields["picture"] = _read_pictures(columns[image], Path(path), image)
    return build_table(fields, names, columns.get(SPLIT_COLUMN), source)


def read_columns(path: Path) -> dict[str, list[Any]]:
    """The columns of a CSV or Parquet file by name."""
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"A labeled table is a .csv or .parquet file, not '{path.name}'.")
    if not path.is_file():
        raise ValueError(f"There is no table '{path}'.")
    if path.suffix == ".parquet":
        try:
            table = importlib.import_module("pyarrow.parquet").ParquetFile(path).read()
        except ValueError as error:  # ArrowInvalid is one
            raise ValueError(f"'{path.name}' is no Parquet file: {error}.") from error
        return {name: table.column(name).to_pylist() for name in table.column_names}
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows:
        raise ValueError(f"'{path.name}' is empty; the first line of a CSV file names its columns.")
    header = rows[0]
    for line, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise ValueError(f"Row {line} of '{path.name}' has {len(row)} cells; expected {len(header)}.")
    return {name: [row[column] for row in rows[1:]] for column, name in enumerate(header)}


def _natural(label: str) -> tuple[bool, int, str]:
    return (False, int(label), "") if label.isdecimal() else (True, 0, label)


def _label_name(value: Any, source: str, row: int) -> str:
    if value is None or value == "":
        raise ValueError(f"Row {row} of '{source}' has no label; remove it or label it.")
    return str(value)


def _identity(value: Any) -> Any:
    return value.tobytes() if isinstance(value, np.ndarray) else value


def _cut(targets: NDArray[np.int64], keys: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Rows of each part: every class spread evenly over one order, the order cut by `SHARES`, equal rows together."""
    rng = np.random.default_rng(len(targets))
    position = np.empty(len(targets))
    for code in np.unique(targets):
        rows = rng.permutation(np.flatnonzero(targets == code))
        position[rows] = (np.arange(len(rows)) + rng.random()) / len(rows)
    groups: dict[Any, list[int]] = {}
    for row in np.argsort(position, kind="stable").tolist():
        groups.setdefault(keys[row], []).append(row)
    ordered = list(groups.values())
    test, validation = (max(1, round(share * len(ordered))) for share in (SHARES[2], SHARES[1]))
    train = max(0, len(ordered) - test - validation)
    cuts = (ordered[:train], ordered[train : train + validation], ordered[train + validation :])
    first, second, third = (np.array([row for group in cut for row in group], dtype=np.int64) for cut in cuts)
    return first, second, third


def _read_parts(split: Sequence[str], targets: NDArray[np.int64], keys: Sequence[Any]) -> tuple[Any, Any, Any]:
    """Rows of each part as the column says. A row that is shown in training as well is refused elsewhere."""
    unknown = sorted({str(part) for part in split if part not in PARTS})
    if unknown:
        raise ValueError(f"The column '{SPLIT_COLUMN}' says {', '.join(PARTS)}, not '{unknown[0]}'.")
    named = np.array(split, dtype=object)
    rng = np.random.default_rng(len(targets))
    first, second, third = (rng.permutation(np.flatnonzero(named == part)) for part in PARTS)
    seen = {keys[row] for row in first}
    repeated = [int(row) for row in (*second, *third) if keys[row] in seen]
    if repeated:
        raise ValueError(f"Row {repeated[0] + 1} of '{split[repeated[0]]}' is in train as well; remove one of the two.")
    return first, second, third


def _read_features(columns: Mapping[str, list[Any]], names: Sequence[str], source: str) -> NDArray[np.float32]:
    read = np.empty((len(columns[names[0]]), len(names)), dtype=np.float32)
    for column, name in enumerate(names):
        for row, value in enumerate(columns[name]):
            try:
                number = math.nan if isinstance(value, (list, dict, bytes)) else float(value)
            except (TypeError, ValueError):
                number = math.nan
            if not math.isfinite(number):
                raise ValueError(
                    f"Row {row + 1} of '{source}' has {value!r} in the column '{name}'; expected a number: name the"
                    " columns that hold features, or a text or image column."
                )
            read[row, column] = number
    return read


def _read_pictures(values: Sequence[Any], path: Path, column: str) -> NDArray[np.uint8]:
    pictures: list[NDArray[np.uint8]] = []
    for row, value in enumerate(values, start=1):
        picture = _read_picture(value, path.parent)
        if picture is None:
            raise ValueError(
                f"Row {row} of '{path.name}' has no picture in the column '{column}'; expected nested lists of 0 to"
                " 255 (height x width or height x width x channels), an encoded image, or the path of one."
            )
        if pictures and picture.shape != pictures[0].shape:
            here, there = ("x".join(map(str, shape)) for shape in (picture.shape, pictures[0].shape))
            raise ValueError(
                f"The pictures of '{path.name}' have different sizes: row {row} is {here}, row 1 is {there}; resize"
                " them to one."
            )
        pictures.append(picture)
    return np.stack(pictures)


def _read_picture(value: Any, folder: Path) -> NDArray[np.uint8] | None:
    """One picture [H, W] or [H, W, C], or None where the value is none."""
    if isinstance(value, Mapping):  # as Hugging Face datasets store images
        value = value.get("bytes") or value.get("path")
    if isinstance(value, str):
        file = folder / value
        value = file.read_bytes() if value and file.is_file() else None
    if isinstance(value, bytes):
        image = importlib.import_module("PIL.Image")
        try:
            with image.open(io.BytesIO(value)) as opened:
                value = np.asarray(opened if opened.mode in ("L", "RGB") else opened.convert("RGB"))
        except OSError:
            return None
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if numbers.ndim not in (2, 3) or not numbers.size or numbers.min() < 0 or numbers.max() > 255:
        return None
    return np.rint(numbers).astype(np.uint8)
