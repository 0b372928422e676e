"""Sizes of the large action policy by name, and of the behavior model.

`xs` trains in about a minute on a CPU core, `s` is the default of the command line. Only the sizes differ. `mlp` has no
sizes of its own: it is the multilayer perceptron of `behavior.VectorNetwork`, for one task of one plain vector.
"""

from __future__ import annotations

from dataclasses import dataclass

from lam_gym.errors import BadConfig, nearest


@dataclass(frozen=True)
class Preset:
    """Sizes of an `ActionNetwork`."""

    width: int
    """Width of tokens in the trunk (E)."""
    layers: int
    """Causal transformer layers of the trunk; 0 leaves it out."""
    heads: int
    """Attention heads; must divide `width`."""
    hidden: int
    """Width of the hidden layers of the vector encoder."""
    channels: int
    """Channels of the grid encoder."""


MLP = "mlp"
"""Preset of plain behavior cloning: the policy is the multilayer perceptron that a behavior network is."""

PRESETS: dict[str, Preset] = {
    MLP: Preset(width=0, layers=0, heads=0, hidden=0, channels=0),
    "behavior": Preset(width=48, layers=1, heads=4, hidden=64, channels=32),
    "xs": Preset(width=96, layers=2, heads=4, hidden=96, channels=48),
    "s": Preset(width=160, layers=4, heads=4, hidden=160, channels=48),
}


def get_preset(name: str) -> Preset:
    """The preset of this name."""
    if name not in PRESETS:
        raise BadConfig(f"There is no preset '{name}'; {nearest(name, PRESETS)}")
    return PRESETS[name]
