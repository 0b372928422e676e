"""`lam-gym train`: behavior models and the large action policy, from demonstrations to a run folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro

from lam_gym.commands.arguments import Switch
from lam_gym.commands.bars import progress
from lam_gym.training.config import TrainConfig


@dataclass(frozen=True)
class Train:
    """Train the behavior models B and the large action policy A jointly on demonstrations.

    The run folder keeps the settings (config.toml), the metrics (metrics.jsonl, TensorBoard) and the checkpoints.
    Settings can be read from a TOML file, such as the config.toml of another run; options override the file.
    """

    demos: tuple[Path, ...]
    """Folders of demonstrations; each task needs one. Folders that are split are used by their train part."""
    config: Annotated[Path | None, tyro.conf.arg(metavar="FILE.toml")] = None
    """TOML file of settings, with the names below; tables are the groups, such as [loss]."""
    resume: Switch = False
    """Go on from the last checkpoint in the run folder, exactly as if the run had not stopped."""
    settings: Annotated[TrainConfig, tyro.conf.arg(name="")] = field(default_factory=TrainConfig)
    """Settings of the run."""

    @classmethod
    def with_file(cls, path: Path) -> Train:
        """Defaults from a TOML file of settings. Raises BadConfig where the file is bad."""
        return cls(demos=tyro.MISSING, settings=TrainConfig.load(path))

    def run(self) -> None:
        """Train, with progress on stderr, and say where the run is."""
        from lam_gym.training.joint import train

        with progress("training", self.settings.steps, "steps") as update:
            run = train(
                self.settings,
                self.demos,
                resume=self.resume,
                progress=lambda done, loss: update(done, f"loss {loss:.4f}"),
                notice=lambda what: update(0, what),
            )
        print(f"Run: {run}")
