"""`lam-gym report`: one HTML page of a run, and the same numbers as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from lam_gym.commands.arguments import OptionalFolder, RunFolder
from lam_gym.evaluation.report import write_report


@dataclass(frozen=True)
class Report:
    """Write RUN/report.html, self-contained, and RUN/report.json with the same numbers.

    Shows what the run folder holds: learning curves from its metrics, and every evaluation of `lam-gym evaluate`.
    """

    run_folder: RunFolder
    """Run folder that `lam-gym train` wrote."""
    evaluation: OptionalFolder = None
    """Folder of the evaluation's tables; RUN/evaluation by default."""

    def run(self) -> None:
        """Write both files and print where the page is."""
        print(f"Report: {write_report(self.run_folder, self.evaluation)}")
