"""Vectors of texts, kept in memory and on disk: what a frozen encoder answered need not be asked again.

A cache is a folder of Parquet files (text, vectors as float16), each written aside and renamed, so several processes
may share it; what one of them does not see yet it computes itself.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, ...]

FLUSH = 2048
"""New texts after which a file is written."""
MOST_FILES = 64
"""Files that a cache may have before they are merged into one."""


def cache_folder() -> Path:
    """Where answers are kept: $LAM_GYM_CACHE, else ~/.cache/lam-gym."""
    return Path(os.environ.get("LAM_GYM_CACHE") or Path.home() / ".cache" / "lam-gym")


class EmbeddingCache:
    """Text (a tuple of words) -> float16 vectors [n, width]."""

    def __init__(self, folder: Path, width: int) -> None:
        self.folder, self.width = folder, width
        self._known: dict[Key, NDArray[np.float16]] | None = None
        self._fresh: list[Key] = []
        atexit.register(self.flush)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries()

    def __getitem__(self, key: Key) -> NDArray[np.float16]:
        return self._entries()[key]

    def add(self, key: Key, vectors: NDArray[np.float16]) -> None:
        """Remember the vectors of a text."""
        self._entries()[key] = vectors
        self._fresh.append(key)
        if len(self._fresh) >= FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what is new; a folder that cannot be written to is left alone."""
        if not self._fresh:
            return
        keys, self._fresh = self._fresh, []
        files = self._files()
        if len(files) >= MOST_FILES:
            keys = list(self._entries())
        try:
            self._write(keys)
            if len(files) >= MOST_FILES:
                for path in files:
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))

    def _entries(self) -> dict[Key, NDArray[np.float16]]:
        """All that is known; the folder is read at the first question. A file that cannot be read is passed over."""
        if self._known is None:
            import pyarrow
            import pyarrow.parquet

            self._known = {}
            for path in self._files():
                try:
                    table = pyarrow.parquet.read_table(path)
                    texts, vectors = table["text"].to_pylist(), table["vectors"].to_pylist()
                except (OSError, KeyError, pyarrow.ArrowException):
                    continue
                for text, packed in zip(texts, vectors):
                    self._known[tuple(text.split(" "))] = np.frombuffer(packed, np.float16).reshape(-1, self.width)
        return self._known

    def _write(self, keys: list[Key]) -> None:
        import pyarrow
        import pyarrow.parquet

        entries = self._entries()
        texts = pyarrow.array([" ".join(key) for key in keys], pyarrow.string())
        vectors = pyarrow.array([entries[key].tobytes() for key in keys], pyarrow.binary())
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{uuid4().hex}.parquet"
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        pyarrow.parquet.write_table(pyarrow.table({"text": texts, "vectors": vectors}), aside)
        os.replace(aside, path)
