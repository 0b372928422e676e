"""Train, validation and test parts of demos, by the episodes' seeds.

    split(store, train=0.8, validation=0.1, test=0.1, seed=0)      # {"train": [0, 2, ...], "validation": [...], ...}
    store.split_indices("train")

A seed's part is a function of that seed and of the split's settings alone. So an episode stays in its part when others
are appended, merged in or cleaned away, and two recordings of one seed never end up on both sides. The price is that
the shares are met closely instead of exactly; a shuffled list of all episodes would meet them exactly, and move most
episodes whenever one is added.

The function is Fibonacci hashing (Knuth 1973, section 6.4): in split k, seed s lies at u = frac(s / golden ratio +
k sqrt 2) of the unit interval, which is cut into the three shares. Successive seeds, which recordings have, spread more
evenly than at random: the count of a part differs from its share by less than 3 episodes, and from 13 successive seeds
on, a part of share 0.1 has an episode. What an episode looks like does not depend on u: environments scramble seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lam_gym.errors import BadConfig

if TYPE_CHECKING:
    from lam_gym.demonstrations.store import DemoStore

PARTS = ("train", "validation", "test")

_GOLDEN = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio, odd."""
_ROOT = 0x6A09E667F3BCC909
"""2^64 times the fraction of the square root of 2: successive seeds of splits lie far apart."""


def split(
    store: DemoStore, train: float = 0.8, validation: float = 0.1, test: float = 0.1, seed: int = 0
) -> dict[str, list[int]]:
    """Settle the split of `store` in its meta.json, and give the indices of the episodes of each part.

    Raises BadConfig unless the shares lie in [0, 1], sum to 1 and leave something to train on.
    """
    shares = {"train": train, "validation": validation, "test": test}
    if any(not 0.0 <= share <= 1.0 for share in shares.values()) or abs(sum(shares.values()) - 1.0) > 1e-6 or not train:
        given = ", ".join(f"{name} {share}" for name, share in shares.items())
        raise BadConfig(f"The shares of a split must lie in [0, 1] and sum to 1, with some to train on, not {given}.")
    store.set_meta("splits", {**shares, "seed": seed})
    return {name: store.split_indices(name) for name in PARTS}


def part_of(episode_seed: int, splits: Mapping[str, Any]) -> str:
    """The part that an episode of this seed belongs to, by the settings `splits` of a store's meta.json."""
    place = (episode_seed * _GOLDEN + splits["seed"] * _ROOT) % 2**64 / 2**64
    if place < splits["train"]:
        return "train"
    return "validation" if place < splits["train"] + splits["validation"] else "test"


def part_indices(name: str, splits: Mapping[str, Any], seeds: Sequence[int]) -> list[int]:
    """The places in `seeds` that part `name` has. Where `splits` lists them, as other programs may, those are given."""
    if isinstance(splits[name], list):
        return [int(index) for index in splits[name]]
    return [index for index, seed in enumerate(seeds) if part_of(seed, splits) == name]


def carry_splits(splits: Mapping[str, Any], kept: Iterable[int]) -> dict[str, Any]:
    """The settings `splits` for a store with only the episodes `kept`, in that order: listed indices move along."""
    place = {index: position for position, index in enumerate(kept)}
    return {
        name: [place[index] for index in value if index in place] if isinstance(value, list) else value
        for name, value in splits.items()
    }
