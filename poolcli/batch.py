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
from poolcli.errors import EngineError
from poolcli.pipeline import Job, Record, Settings, foresee, run
from poolcli.serial import SerialExecutor

KILLED = "the process that worked on it was killed; there may be too little memory"


@dataclass
class Report:
    """How many inputs ended how, and why the others were not done, if any."""

    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    broken_off: str | None = None

    @property
    def exit_status(self) -> int:
        """Give the status that the command ends with."""
        return 1 if self.counts["failed"] or self.broken_off else 0


def run_jobs(
    jobs: Sequence[Job],
    settings: Settings,
    done: Callable[[Record], None],
    *,
    cores: int = 1,
    update: bool = False,
    dry_run: bool = False,
    scheduler: str | None = None,
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
    scheduler : str or None
        The address of a Dask scheduler whose workers do it, or "local" to start one here.
    """
    report = Report()
    task = foresee if dry_run else run
    if not dry_run:
        _sweep(jobs)
    workers = min(cores, len(jobs))
    threads = 1 if scheduler else cores // workers
    crew = _Crew(task, replace(settings, threads=threads), workers, scheduler)
    try:
        crew.start()
        for record in _in_order(jobs, crew, update=update):
            report.counts[record.status] += 1
            done(record)
    except EngineError as error:
        report.broken_off = str(error)
    finally:
        crew.stop()
        report.warnings += crew.warnings
        if crew.lost:
            _sweep(jobs)
    return report


class _Crew:
    """Workers that are replaced when one of them is killed."""

    def __init__(
        self,
        task: Callable[[Job, Settings], Record],
        settings: Settings,
        workers: int,
        scheduler: str | None,
    ) -> None:
        self.task, self.settings, self.workers = task, settings, workers
        self.scheduler = scheduler
        self.warnings: list[str] = []
        self.executor: Executor = SerialExecutor()
        self.single: Executor | None = None
        self.lost = workers > 1 or scheduler is not None

    def start(self) -> None:
        """Start the workers, or those that take their places."""
        if self.workers > 1 and self.scheduler is None:
            possible = executors.count_possible(self.workers)
            if possible < 2:
                self._stay_here("no more processes are allowed")
                return
            if possible < self.workers:
                wanted, self.workers = self.workers, possible
                self.warnings.append(f"only {possible} of {wanted} workers could be started")
        try:
            self.executor = executors.start(self.workers, self.scheduler)
        except executors.NO_WORKERS as error:
            self._stay_here(getattr(error, "strerror", None) or "what makes them has died")

    def _stay_here(self, reason: str) -> None:
        self.warnings.append(f"no workers can be started ({reason}); one core did it all")
        self.executor = SerialExecutor()

    def submit(self, jobs: Sequence[Job]) -> Future[list[Record]]:
        """Give jobs to a worker; what another process cannot reach is done here."""
        if isinstance(self.executor, SerialExecutor) or not all(map(_is_shared, jobs)):
            return SerialExecutor().submit(_work, self.task, jobs, self.settings)
        try:
            return self.executor.submit(_work, self.task, jobs, self.settings)
        except BrokenExecutor:
            executors.stop(self.executor)
            self.start()
        except executors.NO_WORKERS as error:
            self._stay_here(getattr(error, "strerror", None) or str(error))
        return self.executor.submit(_work, self.task, jobs, self.settings)

    def result(self, job: Job, group: Future[list[Record]], place: int) -> Record:
        """Wait for a job, by its place in a group; one whose worker was lost is done by itself.

        A lost worker takes all jobs under way with it. Alone, only the job that kills its worker
        fails.
        """
        with suppress(BrokenExecutor):
            return group.result()[place]
        self.single = executors.start_single(self.executor, self.single)
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
    waiting: deque[tuple[Job, Future[list[Record]] | None, int]] = deque()
    remaining = iter(jobs)
    while True:
        pace = executors.pace(crew.executor, crew.workers, len(jobs))
        while len(waiting) < pace.ahead and (group := list(islice(remaining, pace.group))):
            due = [job for job in group if not (update and _is_current(job, times))]
            future = crew.submit(due) if due else None
            places = {id(job): place for place, job in enumerate(due)}
            for job in group:
                place = places.get(id(job))
                waiting.append((job, None, 0) if place is None else (job, future, place))
        if not waiting:
            return
        job, future, place = waiting.popleft()
        yield Record(job, "skipped") if future is None else crew.result(job, future, place)


def _work(
    task: Callable[[Job, Settings], Record], jobs: Sequence[Job], settings: Settings
) -> list[Record]:
    return [task(job, settings) for job in jobs]


def _is_shared(job: Job) -> bool:
    """Tell whether other processes read and write what a job does."""
    return storage.is_regular(job.source) and not any(map(storage.is_private, job.places))


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
