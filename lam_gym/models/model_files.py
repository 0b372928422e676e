"""A fixed model on disk: one folder with model.json (settings) and model.safetensors (arrays). Loading runs nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from lam_gym.errors import BadCheckpoint

FORMAT = 1


def save_model(
    folder: str | Path,
    kind: str,
    card: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    texts: Mapping[str, str] | None = None,
) -> Path:
    """Write a model aside and give it its name, replacing what is there; `texts` are files for people to read."""
    folder = Path(folder)
    aside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, aside / "model.safetensors")
    (aside / "model.json").write_text(json.dumps({"format": FORMAT, "kind": kind, **card}))
    for name, text in (texts or {}).items():
        (aside / name).write_text(text)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(aside, folder)
    return folder


def load_model(folder: str | Path, kind: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The card and the arrays of a model of this kind. Raises `BadCheckpoint` where they cannot be had."""
    folder = Path(folder)
    try:
        card = json.loads((folder / "model.json").read_text())
        arrays = dict(load_file(folder / "model.safetensors"))
    except (OSError, ValueError, SafetensorError) as error:
        raise BadCheckpoint(f"'{folder}' holds no readable model ({error}): fit it again.") from error
    if not isinstance(card, dict) or (card.get("format"), card.get("kind")) != (FORMAT, kind):
        raise BadCheckpoint(f"'{folder}' holds no {kind} model of format {FORMAT}: fit it again with this version.")
    return card, arrays
