"""Commands over many inputs: plan, run and report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from poolcli import storage
from poolcli.cli.console import Console
from poolcli.cli.failures import with_remedy
from poolcli.cli.messages import complain
from poolcli.errors import PoolcliError
from poolcli.geometry.parameters import whole
from poolcli.spelling import count
from poolcli.storage import STANDARD
from poolcli.vocabulary import LARGEST_JOBS

if TYPE_CHECKING:
    from poolcli.pipeline import Record, Settings
    from poolcli.plan import Naming

# The number of failures that are looked into; in a long list of missing files they are alike.
HELPED = 10


@dataclass(frozen=True)
class Run:
    """The inputs of a run, and how it behaves.

    Attributes
    ----------
    inputs : tuple of str
        Paths of files and folders, or `-`.
    files_from : str or None
        The path of a list of further inputs, or `-`.
    recursive : bool
        Whether to descend into the folders within a folder.
    update : bool
        Whether to skip inputs whose results are not older.
    jobs : int or None
        The number of cores; None for all.
    scheduler : str or None
        The address of a Dask scheduler, or `local`.
    dry_run : bool
        Whether to print the plan and to write nothing.
    as_json, quiet, verbose : bool
        See `Console`.

    Raises
    ------
    PoolcliError
        If there is no input, options contradict each other, or `jobs` is out of range.
    """

    inputs: tuple[str, ...]
    files_from: str | None = None
    recursive: bool = False
    update: bool = False
    jobs: int | None = None
    scheduler: str | None = None
    dry_run: bool = False
    as_json: bool = False
    quiet: bool = False
    verbose: bool = False

    def __post_init__(self) -> None:
        """Raise PoolcliError for options that contradict each other or are out of range."""
        if self.jobs is not None:
            whole(self.jobs, "jobs", minimum=1, maximum=LARGEST_JOBS)
        if self.quiet and self.verbose:
            raise PoolcliError("-q and -v contradict each other; use one of them")
        if not self.inputs and self.files_from is None:
            raise PoolcliError("no input; name files, folders or '-', or use --files-from")

    @property
    def cores(self) -> int:
        """Return the number of cores to use."""
        from poolcli.executors import count_cores

        return self.jobs or count_cores()

    @property
    def has_several_inputs(self) -> bool:
        """Return whether there may be more than one input."""
        return len(self.inputs) > 1 or self.files_from is not None or _is_folder(self.inputs[0])


def start_workers(run: Run) -> None:
    """Start to load what workers need, if there may be any.

    Called before this process imports what it needs itself, so that both load at the same time.

    Raises
    ------
    PoolcliError
        If the command line has a number of workers although a scheduler has its own.
    """
    from poolcli.executors import LOCAL, NO_WORKERS, get_ready

    source = click.get_current_context().get_parameter_source("jobs")
    if run.scheduler not in (None, LOCAL) and source == ParameterSource.COMMANDLINE:
        raise PoolcliError("-j is for this machine, and a scheduler has workers; leave out -j")
    are_local = run.has_several_inputs and run.cores > 1 and not run.dry_run
    if run.scheduler is not None or are_local:
        with suppress(*NO_WORKERS):
            get_ready(run.scheduler)


def run_inputs(settings: Settings, naming: Naming, run: Run) -> int:
    """Plan, run and report; return the exit status."""
    from poolcli.batch import run_jobs
    from poolcli.plan import name_untold, plan

    if not storage.has_current_folder():
        raise PoolcliError("the folder you are in is gone; change to another")
    _check_standard_output(naming, run)
    planned = plan(run.inputs, settings, naming, files_from=run.files_from, recursive=run.recursive)
    helped = _Helped(run.inputs)
    total = len(planned.jobs)
    with Console(total, quiet=run.quiet, verbose=run.verbose, as_json=run.as_json) as console:
        console.show_ignored(planned.ignored, settings)
        report = run_jobs(
            planned.jobs,
            settings,
            lambda record: console.show(helped(record), settings),
            cores=run.cores,
            update=run.update,
            dry_run=run.dry_run,
            scheduler=run.scheduler,
        )
    if run.dry_run and naming.draw and naming.results and not run.quiet:
        figures = sum(1 for job in planned.jobs if job.figure is not None)
        complain(f"{count(figures, 'figure')} would be drawn; --no-figure skips them")
    untold = name_untold(naming, settings)
    if report.counts["skipped"] and untold is not None:
        report.warnings.append(f"-u compares times alone; {untold}")
    console.summarise(report, planned.ignored)
    return report.exit_status


def _check_standard_output(naming: Naming, run: Run) -> None:
    """Raise PoolcliError for options that do not go with results on standard output."""
    if naming.output != STANDARD:
        return
    wrong = []
    if run.as_json:
        wrong.append("--json, which wants standard output too")
    if run.update:
        wrong.append("-u, which compares files")
    if wrong:
        raise PoolcliError(f"-o - writes to standard output; leave out {' and '.join(wrong)}")


class _Helped:
    """Adds a suggestion to the errors of the first inputs that are missing."""

    def __init__(self, inputs: Sequence[str]) -> None:
        self.inputs, self.left = inputs, HELPED

    def __call__(self, record: Record) -> Record:
        """Return the record with a longer error, if its input is missing."""
        if record.status != "failed" or not self.left:
            return record
        self.left -= 1
        path = record.job.source
        listed = path not in self.inputs
        error = with_remedy(str(record.error), path, self.inputs, listed=listed)
        return replace(record, error=error)


def _is_folder(path: str) -> bool:
    """Return whether a path is a folder; errors of a URL are reported when it is read."""
    with suppress(PoolcliError):
        return storage.is_folder(path)
    return False
