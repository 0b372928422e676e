"""Counter-based random numbers for the kernels: a number is a function of (seed, episode, counter) and of nothing else.

No generator has a state to carry: environment `i` of a batch draws the same numbers whatever its neighbors do, so an
episode depends on its seed alone. The mixing function is the 32-bit "lowbias32" integer hash (C. Wellons, "Prospecting
for hash functions", 2018), applied once for each 32-bit word of the key; products stay below 2**63, so compiled and
uncompiled code agree to the bit.
"""

from __future__ import annotations

from lam_envs.driving.compilation import inlined


@inlined
def mix(word: int) -> int:
    """A well-mixed 32-bit word for a 32-bit word (lowbias32)."""
    word = int(word) & 0xFFFFFFFF
    word = ((word ^ (word >> 16)) * 0x21F0AAAD) & 0xFFFFFFFF
    word = ((word ^ (word >> 15)) * 0x735A2D97) & 0xFFFFFFFF
    return word ^ (word >> 15)


@inlined
def stream_key(seed: int, episode: int) -> int:
    """The key of one episode's stream: `seed` up to 62 bits, `episode` counts the resets since that seed was given."""
    seed = int(seed)
    low = mix((seed & 0xFFFFFFFF) ^ 0x9E3779B9)
    high = mix(low ^ (seed >> 32))
    return mix(high ^ mix(int(episode) + 0x7F4A7C15)) | ((high & 0x3FFFFFFF) << 32)


@inlined
def uniform(key: int, counter: int) -> float:
    """The `counter`-th number of the stream, uniform in [0, 1) with 53 bits."""
    key, counter = int(key), int(counter)
    low = mix((key & 0xFFFFFFFF) ^ mix(counter))
    high = mix(low ^ (key >> 32))
    return ((high >> 5) * 67108864.0 + (mix(high ^ 0x85EBCA6B) >> 6)) / 9007199254740992.0


@inlined
def integer(key: int, counter: int, size: int) -> int:
    """The `counter`-th number of the stream as an integer in [0, size)."""
    return int(uniform(key, counter) * size)
