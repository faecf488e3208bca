"""Runs a plan and keeps account of what became of every input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from poolcli.pipeline import Job, Record, Settings, run


@dataclass
class Report:
    """What became of every input of a run."""

    records: list[Record] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Count the inputs for which something did not work out."""
        return sum(record.status == "failed" for record in self.records)

    @property
    def written(self) -> int:
        """Count the inputs of which all files were written."""
        return sum(record.status == "written" for record in self.records)

    @property
    def exit_status(self) -> int:
        """Give the status that the command ends with."""
        return 1 if self.failed else 0


def run_jobs(jobs: Sequence[Job], settings: Settings, done: Callable[[Record], None]) -> Report:
    """Run jobs one after the other; `done` hears of each as it ends."""
    report = Report()
    for job in jobs:
        record = run(job, settings)
        report.records.append(record)
        done(record)
    return report
