"""Labeled sets that come with lam-gym: "digits" and "requests".

digits    1,797 handwritten digits of 8x8 pixels, from scikit-learn (UCI, Alpaydin and Kaynak 1998), 10 classes
requests  2,000 generated instructions, 2 classes: which application, mail or shop, does this one belong to

Requests are worded by the text applications' own templates, those of training or those held out; no two rows are equal.
"""

from __future__ import annotations

import importlib
from functools import lru_cache

import gymnasium
import numpy as np

from lam_envs.data.table import Table, build_table

SETS = ("digits", "requests")
APPLICATIONS = {"mail": "LamText/Mail-v0", "shop": "LamText/Shop-v0"}
"""Label -> environment whose instructions have it."""
REQUESTS = 1000
"""Requests of each class."""
FIRST_SEED = 3 * 2**28
"""Seed of the first request: no episode of the text tasks has it."""


@lru_cache(maxsize=4)
def bundled_table(name: str, phrasing: str = "train") -> Table:
    """The set of this name; requests are worded in the phrasing "train" or "held_out"."""
    return digits() if name == "digits" else requests(phrasing)


def digits() -> Table:
    """Handwritten digits as pictures uint8 [N, 8, 8], 0 to 255."""
    try:
        bunch = importlib.import_module("sklearn.datasets").load_digits()
    except ImportError as error:
        raise ValueError("The digits come with scikit-learn: pip install scikit-learn.") from error
    pictures = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    return build_table({"picture": pictures}, [str(target) for target in bunch.target], source="digits")


def requests(phrasing: str, each: int = REQUESTS) -> Table:
    """Instructions of the text applications, each labeled by its application."""
    texts: dict[str, str] = {}
    for label, env_id in APPLICATIONS.items():
        env = gymnasium.make(env_id, phrasing=phrasing, disable_env_checker=True).unwrapped
        seed, wanted = FIRST_SEED, len(texts) + each
        while len(texts) < wanted:
            observation, _ = env.reset(seed=seed)
            texts.setdefault(observation["instruction"], label)
            seed += 1
        env.close()
    shown = np.array(list(texts), dtype=object)
    return build_table({"text": shown}, list(texts.values()), source="requests")
