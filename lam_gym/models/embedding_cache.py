"""Vectors of texts, kept on disk and mapped into memory: what a frozen encoder answered need not be asked again.

A cache is a folder of safetensors files, each written aside and renamed, so several processes may share it; what one of
them does not see yet it computes itself. Vectors are mapped, not read: a cache of many gigabytes costs the memory of
what is used, once for all processes.

    texts    bytes: the texts, one a line
    counts   [texts] vectors of each text
    vectors  [vectors, width] float16, those of the first text first
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

Key = tuple[str, ...]
Entries = dict[Key, NDArray[np.float16]]

FLUSH = 2048
"""New texts after which a file is written."""
MOST_FILES = 64
"""Files that a cache may have before the smaller half of them becomes one."""


def cache_folder() -> Path:
    """Where answers are kept: $LAM_GYM_CACHE, else ~/.cache/lam-gym."""
    return Path(os.environ.get("LAM_GYM_CACHE") or Path.home() / ".cache" / "lam-gym")


class EmbeddingCache:
    """Text (a tuple of words) -> float16 vectors [n, width]."""

    def __init__(self, folder: Path, width: int) -> None:
        self.folder, self.width = folder, width
        self._known: Entries | None = None
        self._fresh: Entries = {}
        atexit.register(self.flush)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries()

    def __getitem__(self, key: Key) -> NDArray[np.float16]:
        return self._entries()[key]

    def add(self, key: Key, vectors: NDArray[np.float16]) -> None:
        """Remember the vectors of a text."""
        self._entries()[key] = self._fresh[key] = vectors
        if len(self._fresh) >= FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write what is new; a folder that cannot be written to is left alone."""
        if not self._fresh:
            return
        fresh, self._fresh = self._fresh, {}
        try:
            self._write(fresh)
            files = self._files()
            if len(files) > MOST_FILES:
                self._merge(files[: len(files) // 2])
        except OSError:
            return

    def _files(self) -> list[Path]:
        """The cache's files, small ones first."""
        sizes = []
        for path in self.folder.glob("*.safetensors"):
            try:
                sizes.append((path.stat().st_size, path))
            except FileNotFoundError:  # another process has merged it
                continue
        return [path for _, path in sorted(sizes)]

    def _entries(self) -> Entries:
        """All that is known; the folder is looked through at the first question."""
        if self._known is None:
            self._known = dict(entry for path in self._files() for entry in read_vectors(path, self.width))
        return self._known

    def _merge(self, files: Sequence[Path]) -> None:
        entries = dict(entry for path in files for entry in read_vectors(path, self.width))
        if entries:
            self._write(entries)
        for path in files:
            path.unlink(missing_ok=True)

    def _write(self, entries: Entries) -> None:
        from safetensors.numpy import save_file

        texts = "\n".join(" ".join(key) for key in entries).encode()
        counts = np.array([len(vectors) for vectors in entries.values()], dtype=np.int64)
        tensors = {"texts": np.frombuffer(texts, np.uint8), "counts": counts}
        tensors["vectors"] = np.concatenate(list(entries.values()))
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{uuid4().hex}.safetensors"
        aside = path.with_suffix(f".{os.getpid()}.tmp")
        save_file(tensors, aside)
        os.replace(aside, path)


def read_vectors(path: Path, width: int) -> Iterator[tuple[Key, NDArray[np.float16]]]:
    """Each text of a file and its vectors [n, width], mapped; nothing from a file that is not one of a cache."""
    try:
        with path.open("rb") as file:
            start, size = 8 + int.from_bytes(file.read(8), "little"), path.stat().st_size
            if start > size:
                return
            header = json.loads(file.read(start - 8))
            parts: dict[str, tuple[int, int]] = {}
            for name, kind in (("texts", "U8"), ("counts", "I64"), ("vectors", "F16")):
                first, behind = header[name]["data_offsets"]
                if header[name]["dtype"] != kind or start + behind > size:
                    return
                parts[name] = start + first, behind - first
        first, length = parts["vectors"]
        vectors = np.asarray(np.memmap(path, np.float16, "r", first, (length // (2 * width), width)))
        texts, counts = (bytes(np.memmap(path, np.uint8, "r", *parts[name])) for name in ("texts", "counts"))
        ends = np.frombuffer(counts, np.int64).cumsum().tolist()
    except (OSError, ValueError, KeyError, TypeError):
        return
    names = texts.decode().split("\n")
    if len(names) == len(ends) and ends[-1] == len(vectors):
        for name, begin, end in zip(names, [0, *ends], ends):
            yield tuple(name.split(" ")), vectors[begin:end]
