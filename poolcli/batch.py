"""Run jobs on an executor, and report the outcome of each input."""

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

KILLED = "the process that worked on it was killed; there may be too little memory"


@dataclass
class Report:
    """The outcome of a run.

    Attributes
    ----------
    counts : Counter
        Number of inputs per status of their records.
    warnings : list of str
        Warnings about the run as a whole.
    broken_off : str or None
        Reason why the remaining inputs were not done.
    """

    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    broken_off: str | None = None

    @property
    def exit_status(self) -> int:
        """Return the exit status of the command."""
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
    """Run jobs, and call `done` with the record of each, in their order.

    Parameters
    ----------
    jobs : sequence of Job
    settings : Settings
    done : callable
        Called with each record as soon as all records before it have been reported.
    cores : int
        Number of cores: one per input at first, and the remaining ones for threads within inputs.
    update : bool
        Skip a job whose files all exist and are not older than its input.
    dry_run : bool
        Read headers only, and write nothing.
    scheduler : str or None
        The address of a Dask scheduler whose workers run the jobs, or "local" to start one.

    Returns
    -------
    Report

    Raises
    ------
    PoolcliError
        If the scheduler's address is none, or Dask is not installed.
    """
    report = Report()
    task = plan_job if dry_run else run
    if not dry_run:
        _sweep(jobs)
    workers = min(cores, len(jobs), executors.MOST_WORKERS)
    threads = 1 if scheduler else cores // workers
    crew = _Crew(task, replace(settings, threads=threads), workers)
    try:
        crew.start(scheduler)
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
            _sweep(jobs, own=True)
    return report


class _Crew:
    """The executor of a run, and the task and settings of its calls."""

    def __init__(
        self, task: Callable[[Job, Settings], Record], settings: Settings, workers: int
    ) -> None:
        self.task, self.settings, self.workers = task, settings, workers
        self.engine: Engine = executors.ThisProcess()
        self.shortage: str | None = None

    def start(self, scheduler: str | None) -> None:
        """Start the workers; without any, this process does all jobs."""
        try:
            self.engine = executors.start(self.workers, scheduler)
        except executors.NO_WORKERS as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.shortage = f"no workers can be started ({reason}); one core was used"

    def submit(self, jobs: Sequence[Job]) -> Pending:
        """Submit jobs as one call: to a worker, if all their files can be reached from there."""
        engine = self.engine if all(map(_is_shared, jobs)) else executors.ThisProcess()
        try:
            return engine.submit(_work, self.task, jobs, self.settings)
        except EngineError:
            raise
        except Exception as error:  # noqa: BLE001 - an internal error is reported per job
            future: Future[list[Record]] = Future()
            future.set_exception(error)
            return future

    def stop(self) -> str | None:
        """End all workers; return a warning if there were fewer than requested."""
        self.engine.shutdown()
        return self.shortage or self.engine.shortage


@dataclass(frozen=True)
class _Submitted:
    """A job, the call that it is part of, and its index there; no call if it is up to date."""

    job: Job
    call: Pending | None = None
    index: int = 0


def _in_order(jobs: Sequence[Job], crew: _Crew, *, update: bool) -> Iterator[Record]:
    """Yield the record of each job, in their order, with a limited number of jobs under way."""
    times = _list_times(jobs) if update else {}
    waiting: deque[_Submitted] = deque()
    remaining = iter(jobs)
    while True:
        pace = crew.engine.pace(len(jobs))
        while len(waiting) < pace.ahead and (group := list(islice(remaining, pace.group))):
            current = [job for job in group if update and _is_current(job, times)]
            waiting.extend(_submit(group, current, crew))
        if not waiting:
            return
        yield _record(waiting.popleft(), crew)


def _submit(group: Sequence[Job], current: Sequence[Job], crew: _Crew) -> Iterator[_Submitted]:
    """Submit the jobs of a group that are not up to date, and yield all of them in order."""
    due = [job for job in group if job not in current]
    call = crew.submit(due) if due else None
    index = 0
    for job in group:
        if job in current:
            yield _Submitted(job)
        else:
            yield _Submitted(job, call, index)
            index += 1


def _record(submitted: _Submitted, crew: _Crew) -> Record:
    """Wait for the record of a job.

    After a failed call each of its jobs is repeated alone, unless the executor has done that: only
    the job that kills its workers fails.
    """
    job = submitted.job
    if submitted.call is None:
        return Record(job, "skipped")
    found = _await(submitted.call, submitted.index)
    if isinstance(found, Exception) and crew.engine.drain():
        found = _await(crew.submit([job]), 0)
    if isinstance(found, BrokenExecutor):
        return Record(job, "failed", error=KILLED)
    return fail(job, found) if isinstance(found, Exception) else found


def _await(call: Pending, index: int) -> Record | Exception:
    """Return a record of a call, or the exception of the call: its workers died, or a bug."""
    try:
        record: Record = call.result()[index]
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - one input fails, the batch goes on
        return error
    return record


def _work(
    task: Callable[[Job, Settings], Record], jobs: Sequence[Job], settings: Settings
) -> list[Record]:
    return [task(job, settings) for job in jobs]


def _is_shared(job: Job) -> bool:
    """Return whether other processes can read and write the files of a job."""
    return storage.is_regular(job.source) and not any(map(storage.is_private, job.paths))


def _list_times(jobs: Sequence[Job]) -> dict[str, int]:
    """Return the times of modification of URLs, in nanoseconds.

    Those of most inputs are known from the listing of their folder.
    """
    times = {job.source: job.modified for job in jobs if job.modified is not None}
    unknown = (job.source for job in jobs if job.modified is None)
    return times | storage.list_times(chain(unknown, (path for job in jobs for path in job.paths)))


def _is_current(job: Job, times: dict[str, int]) -> bool:
    return job.source != storage.STANDARD and all(
        storage.is_current(path, job.source, times) for path in job.paths
    )


def _sweep(jobs: Sequence[Job], *, own: bool = False) -> None:
    """Remove the temporary files of killed processes in the folders that jobs write to."""
    for folder in {os.path.dirname(path) for job in jobs for path in job.paths}:  # noqa: PTH120
        storage.sweep(folder or ".", own=own)
