"""Record an expert, look at the episodes, clean and split them.

python examples/01_record.py
python examples/01_record.py --task text/mail --episodes 500
"""

from __future__ import annotations

import argparse
from pathlib import Path

import lam_gym
from lam_gym.demonstrations.cleaning import CleaningRules, clean
from lam_gym.demonstrations.splits import split

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--task", default="drive/lane-keeping")
parser.add_argument("--episodes", type=int, default=100)
parser.add_argument("--out", type=Path, default=Path("runs/example-01"))
options = parser.parse_args()

# A recording that was stopped goes on where it was: run this line again with resume=True.
raw = lam_gym.record(options.task, episodes=options.episodes, seed=0, out=options.out / "raw", resume=True)
print(f"{len(raw)} episodes, success rate {raw.meta['success_rate']:.2f}")

# An episode is T+1 observations, T actions and T rewards, as NumPy arrays.
episode = raw[0]
print(f"episode 0: seed {episode.seed}, {len(episode)} steps, return {episode.episode_return:.2f}")
for key, values in episode.fields().items():
    print(f"  {key or 'observation'}: {values.dtype} {values.shape}; first: {values[0]}")
print(f"  actions: {episode.actions.dtype} {episode.actions.shape}; first: {episode.actions[0]}")

# Failed, duplicate, contradictory and invalid episodes go to nowhere silently: the report names each.
report = clean(raw, options.out / "clean", CleaningRules(drop_failed=True))
print(report.text())

# The assignment to train, validation and test is stored with the demonstrations.
cleaned = lam_gym.DemoStore.open(options.out / "clean")
parts = split(cleaned, train=0.8, validation=0.1, test=0.1, seed=0)
print({name: len(indices) for name, indices in parts.items()})
