"""Runs jobs on an executor and keeps account of what became of every input."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from poolcli import executors, storage
from poolcli.errors import EngineError
from poolcli.executors import Engine, Pending
from poolcli.pipeline import Job, Record, Settings, fail, plan_job, run
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
    task = plan_job if dry_run else run
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
        shortage = crew.stop()
        if shortage is not None:
            report.warnings.append(shortage)
        if workers > 1 or scheduler is not None:
            _sweep(jobs)
    return report


class _Crew:
    """The workers of a run, and what they are given."""

    def __init__(
        self,
        task: Callable[[Job, Settings], Record],
        settings: Settings,
        workers: int,
        scheduler: str | None,
    ) -> None:
        self.task, self.settings, self.workers = task, settings, workers
        self.scheduler = scheduler
        self.engine: Engine = SerialExecutor()
        self.shortage: str | None = None

    def start(self) -> None:
        """Start the workers; where none can be had, all is done in this process."""
        try:
            self.engine = executors.start(self.workers, self.scheduler)
        except executors.NO_WORKERS as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.shortage = f"no workers can be started ({reason}); one core did it all"

    def submit(self, jobs: Sequence[Job]) -> Pending:
        """Give jobs to a worker; what another process cannot reach is done here."""
        engine = self.engine if all(map(_is_shared, jobs)) else SerialExecutor()
        try:
            return engine.submit(_work, self.task, jobs, self.settings)
        except EngineError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of ours, told by the records of these jobs
            future: Future[list[Record]] = Future()
            future.set_exception(error)
            return future

    def result(self, job: Job, group: Pending, index: int) -> Record:
        """Wait for the record of a job, by its index in a group.

        Where a group came to nothing, each of its jobs is repeated alone, if its workers have not
        done so: only the job that kills its workers fails.
        """
        found = _await(group, index)
        if isinstance(found, Exception) and executors.can_repeat_alone(self.engine):
            found = _await(self.submit([job]), 0)
        if isinstance(found, BrokenExecutor):
            return Record(job, "failed", error=KILLED)
        return fail(job, found) if isinstance(found, Exception) else found

    def stop(self) -> str | None:
        """End all workers; say why there were fewer than wanted, if so."""
        self.engine.shutdown()
        return self.shortage or executors.shortage(self.engine)


def _await(group: Pending, index: int) -> Record | Exception:
    """Return a record, or the exception that a call came to: its workers died, or a bug."""
    try:
        record: Record = group.result()[index]
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - one input fails, the batch goes on
        return error
    return record


def _in_order(jobs: Sequence[Job], crew: _Crew, *, update: bool) -> Iterator[Record]:
    """Yield every job's record, with only some jobs under way at a time."""
    times = _list_times(jobs) if update else {}
    waiting: deque[tuple[Job, Pending | None, int]] = deque()
    remaining = iter(jobs)
    while True:
        pace = executors.pace(crew.engine, crew.workers, len(jobs))
        while len(waiting) < pace.ahead and (group := list(islice(remaining, pace.group))):
            due = [job for job in group if not (update and _is_current(job, times))]
            future = crew.submit(due) if due else None
            indices = {id(job): index for index, job in enumerate(due)}
            for job in group:
                index = indices.get(id(job))
                waiting.append((job, None, 0) if index is None else (job, future, index))
        if not waiting:
            return
        job, future, index = waiting.popleft()
        yield Record(job, "skipped") if future is None else crew.result(job, future, index)


def _work(
    task: Callable[[Job, Settings], Record], jobs: Sequence[Job], settings: Settings
) -> list[Record]:
    return [task(job, settings) for job in jobs]


def _is_shared(job: Job) -> bool:
    """Tell whether other processes read and write what a job does."""
    return storage.is_regular(job.source) and not any(map(storage.is_private, job.paths))


def _list_times(jobs: Sequence[Job]) -> dict[str, int]:
    """Ask when what lies at URLs was last changed; of most inputs their listing said it."""
    times = {job.source: job.modified for job in jobs if job.modified is not None}
    asked = (job.source for job in jobs if job.modified is None)
    return times | storage.list_times(chain(asked, (path for job in jobs for path in job.paths)))


def _is_current(job: Job, times: dict[str, int]) -> bool:
    return job.source != storage.STANDARD and all(
        storage.is_current(path, job.source, times) for path in job.paths
    )


def _sweep(jobs: Sequence[Job]) -> None:
    """Remove what dead processes left in the folders that jobs write to."""
    for folder in {os.path.dirname(path) for job in jobs for path in job.paths}:  # noqa: PTH120
        storage.sweep(folder or ".")
