"""A labeled table as a one-step environment: the row is the observation, the label the action."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from lam_envs.data.bundled import SETS, bundled_table
from lam_envs.data.table import PARTS, Table, read_table

SEED_REGION = 2**28
"""Seeds below it show rows of train, the next as many rows of validation, the rest rows of test."""
PHRASINGS = ("train", "held_out")
_PRINTABLE = "".join(chr(code) for code in range(32, 127)) + "\n"
_SHADES = " .:-=+*#%@"


class ClassifyEnv(gymnasium.Env[Any, int]):
    """
    ## Description

    One row of a labeled table is shown, and the answer is its class: classification as an episode of one step.

    ## Action Space

    `Discrete(n)` over the classes; `action_names[i]` is the label of action i.

    ## Observation Space

    What the table has: a picture `Box(0, 255, (H, W) or (H, W, C), uint8)` or features `Box(float32, (D,))` as a plain
    array, a text as `Dict(text=Text)`; more than one of them as a `Dict` of `text`, `features`, `picture`.

    ## Rewards

    1 for the right label, else 0. `info` of the step has `success`, `label` and `predicted` (class numbers) and `row`.

    ## Starting State

    The seed says the row: seeds below 2^28 go through the rows of train in order, from the first again after the last;
    the next 2^28 through those of validation, and all others through those of test. So no episode that is evaluated
    shows a row of training. Without a seed a row of the same part is drawn.

    ## Episode End

    After one step.

    ## Arguments

    * `table="digits"`: "digits", "requests", or the path of a CSV or Parquet file.
    * `label="label"`, `text=""`, `image=""`, `features=()`: the columns of a file (see `lam_envs.data.table`).
    * `phrasing="train"`: "train" or "held_out", the wording of "requests".
    * `part=""`: "train", "validation" or "test" shows rows of that part only, whatever the seed.
    * `render_mode=None`: "ansi" gives the row, and after the step both labels, as text.

    ## Version History

    * v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012

    def __init__(
        self,
        table: str = "digits",
        label: str = "label",
        text: str = "",
        image: str = "",
        features: Sequence[str] = (),
        phrasing: str = "train",
        part: str = "",
        render_mode: str | None = None,
    ) -> None:
        if phrasing not in PHRASINGS or part not in ("", *PARTS) or render_mode not in (None, "ansi"):
            raise ValueError(
                f"Expected phrasing {' or '.join(PHRASINGS)}, part {', '.join(PARTS)} or none and render mode 'ansi' or"
                f" none, got '{phrasing}', '{part}' and '{render_mode}'."
            )
        self.table = open_table(table, label, text, image, tuple(features), phrasing)
        self.part, self.render_mode = part, render_mode
        self.action_names = self.table.labels
        self.action_space: Any = spaces.Discrete(len(self.table.labels))
        self.observation_space = _space(self.table)
        self._current = PARTS.index(part or "train")
        self._row = int(self.table.parts[self._current][0])
        self._answer: int | None = None

    @property
    def label(self) -> int:
        """Class of the row that is shown."""
        return int(self.table.targets[self._row])

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Show the row that the seed names; without a seed, one drawn from the same part."""
        super().reset(seed=seed)
        if seed is not None and not self.part:
            self._current = min(seed // SEED_REGION, len(PARTS) - 1)
        rows = self.table.parts[self._current]
        place = int(self.np_random.integers(len(rows))) if seed is None else seed % SEED_REGION % len(rows)
        self._row = int(rows[place])
        self._answer = None
        return self._observe(), {"row": self._row}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Answer with a class number; the episode is over."""
        if not self.action_space.contains(action):
            raise ValueError(f"An answer is a class number from 0 to {self.action_space.n - 1}, not {action!r}.")
        self._answer = int(action)
        right = self._answer == self.label
        info = {"success": right, "label": self.label, "predicted": self._answer, "row": self._row}
        return self._observe(), float(right), True, False, info

    def render(self) -> str | None:  # type: ignore[override]
        """The row as text."""
        if self.render_mode is None:
            return None
        labels = [] if self._answer is None else [self._answer, self.label]
        says = ", ".join(f"{word} {self.action_names[code]}" for word, code in zip(("answer", "label"), labels))
        return f"{self.as_text()}\n{says}".rstrip("\n")

    def as_text(self) -> str:
        """The row as a person reads it; its label is not said."""
        lines = []
        for key, values in self.table.fields.items():
            lines.append(_draw(values[self._row]) if key == "picture" else str(values[self._row]))
        return "\n".join(lines)

    def _observe(self) -> Any:
        fields = self.table.fields
        if "text" in fields or len(fields) > 1:
            return {key: _copied(values[self._row]) for key, values in fields.items()}
        return next(iter(fields.values()))[self._row].copy()


class TrueLabel:
    """The expert: the table's own label."""

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        self._env: Any = env.unwrapped

    def act(self, observation: Any) -> int:
        """The class of the row that is shown."""
        label: int = self._env.label
        return label


def true_label(env: gymnasium.Env[Any, Any]) -> TrueLabel:
    """The expert of a labeled table, on a live environment."""
    return TrueLabel(env)


def open_table(
    table: str, label: str = "label", text: str = "", image: str = "", features: tuple[str, ...] = (),
    phrasing: str = "train",
) -> Table:  # fmt: skip
    """The bundled set of this name, or the table of this file; read once as long as the file does not change."""
    if table in SETS:
        return bundled_table(table, phrasing if table == "requests" else "train")
    path = Path(table)
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"Expected a set ({', '.join(SETS)}) or the path of a .csv or .parquet file, got '{table}'.")
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _read_once(str(path), label, text, image, features, changed)


@lru_cache(maxsize=16)
def _read_once(path: str, label: str, text: str, image: str, features: tuple[str, ...], changed: int) -> Table:
    return read_table(path, label, text, image, features)


def _space(table: Table) -> spaces.Space[Any]:
    """The space of one row."""
    found: dict[str, spaces.Space[Any]] = {}
    for key, values in table.fields.items():
        if key == "text":
            longest = max(map(len, values))
            characters = frozenset(_PRINTABLE).union(*values)
            found[key] = spaces.Text(max(1000, longest), min_length=0, charset=characters)
        elif key == "picture":
            found[key] = spaces.Box(0, 255, values.shape[1:], np.uint8)
        else:
            found[key] = spaces.Box(-np.inf, np.inf, values.shape[1:], np.float32)
    return spaces.Dict(found) if "text" in found or len(found) > 1 else next(iter(found.values()))


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _draw(picture: NDArray[np.uint8]) -> str:
    """A picture [H, W] or [H, W, C] in characters, two for each pixel."""
    gray = picture.astype(np.float64) if picture.ndim == 2 else picture.mean(axis=2)
    shade = (gray * (len(_SHADES) - 1) / 255).round().astype(int)
    return "\n".join("".join(2 * _SHADES[value] for value in row) for row in shade)
