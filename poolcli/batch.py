"""Runs jobs on an executor and keeps account of what became of every input."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from poolcli import executors, storage
from poolcli.pipeline import Job, Record, Settings, foresee, run
from poolcli.serial import SerialExecutor

# How many jobs wait for each worker: enough to keep it busy while the first of them is slow.
JOBS_AHEAD = 8

KILLED = "the process that worked on it was killed; there may be too little memory"


@dataclass
class Report:
    """How many inputs ended how."""

    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """Give the status that the command ends with."""
        return 1 if self.counts["failed"] else 0


def run_jobs(
    jobs: Sequence[Job],
    settings: Settings,
    done: Callable[[Record], None],
    *,
    cores: int = 1,
    update: bool = False,
    dry_run: bool = False,
) -> Report:
    """Run jobs; tell `done` what became of each, in their order.

    Parameters
    ----------
    cores : int
        How many cores to use: as many inputs at once, and what is left inside each.
    update : bool
        Skip a job whose files all exist and are not older than its input.
    dry_run : bool
        Only read headers, and write nothing.
    """
    report = Report()
    task = foresee if dry_run else run
    if not dry_run:
        _sweep(jobs)
    workers = min(cores, len(jobs))
    crew = _Crew(task, replace(settings, threads=cores // workers), workers)
    try:
        for record in _in_order(jobs, crew, update=update):
            report.counts[record.status] += 1
            done(record)
    finally:
        crew.stop()
        report.warnings += crew.warnings
        if crew.lost:
            _sweep(jobs)
    return report


class _Crew:
    """Workers that are replaced when one of them is killed."""

    def __init__(
        self, task: Callable[[Job, Settings], Record], settings: Settings, workers: int
    ) -> None:
        self.task, self.settings, self.workers = task, settings, workers
        self.warnings: list[str] = []
        self.executor = self._start()
        self.single: Executor | None = None
        self.lost = workers > 1

    def _start(self) -> Executor:
        try:
            return executors.start(self.workers)
        except (OSError, EOFError) as error:
            return self._stay_here(error)

    def _stay_here(self, error: Exception) -> Executor:
        reason = getattr(error, "strerror", None) or "the process that makes them has died"
        self.warnings.append(f"no workers can be started ({reason}); one core did it all")
        self.workers = 1
        return SerialExecutor()

    def submit(self, job: Job) -> Future[Record]:
        """Give a job to a worker; what another process cannot read is done here."""
        if self.workers == 1 or not storage.is_regular(job.source):
            return SerialExecutor().submit(self.task, job, self.settings)
        try:
            return self.executor.submit(self.task, job, self.settings)
        except BrokenExecutor:
            executors.stop(self.executor)
            self.executor = self._start()
        except (OSError, EOFError) as error:
            self.executor = self._stay_here(error)
        return self.executor.submit(self.task, job, self.settings)

    def result(self, job: Job, future: Future[Record]) -> Record:
        """Wait for a job; one whose worker was lost is done again by itself.

        A lost worker takes all jobs under way with it. Alone, only the job that kills its worker
        fails.
        """
        with suppress(BrokenExecutor):
            return future.result()
        self.single = self.single or executors.start_processes(1)
        try:
            return self.single.submit(self.task, job, self.settings).result()
        except BrokenExecutor:
            self.single = None
            return Record(job, "failed", error=KILLED)

    def stop(self) -> None:
        """End all workers."""
        for executor in (self.executor, self.single):
            if executor is not None:
                executors.stop(executor)


def _in_order(jobs: Sequence[Job], crew: _Crew, *, update: bool) -> Iterator[Record]:
    """Yield every job's record, with only some jobs under way at a time."""
    times = _list_times(jobs) if update else {}
    waiting: deque[tuple[Job, Future[Record] | None]] = deque()
    remaining = iter(jobs)
    ahead = JOBS_AHEAD * crew.workers if crew.workers > 1 else 1
    while True:
        for job in islice(remaining, ahead - len(waiting)):
            current = update and _is_current(job, times)
            waiting.append((job, None if current else crew.submit(job)))
        if not waiting:
            return
        job, future = waiting.popleft()
        yield Record(job, "skipped") if future is None else crew.result(job, future)


def _list_times(jobs: Sequence[Job]) -> dict[str, int]:
    """Ask when what lies at URLs was last changed; of most inputs their listing said it."""
    times = {job.source: job.modified for job in jobs if job.modified is not None}
    asked = (job.source for job in jobs if job.modified is None)
    return times | storage.list_times(chain(asked, (place for job in jobs for place in job.places)))


def _is_current(job: Job, times: dict[str, int]) -> bool:
    return job.source != storage.STANDARD and all(
        storage.is_current(place, job.source, times) for place in job.places
    )


def _sweep(jobs: Sequence[Job]) -> None:
    """Remove what dead processes left in the folders that jobs write to."""
    for folder in {os.path.dirname(place) for job in jobs for place in job.places}:  # noqa: PTH120
        storage.sweep(folder or ".")
