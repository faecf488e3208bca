"""What all commands share that read many inputs: plan, run and report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from poolcli import storage
from poolcli.cli.console import Console
from poolcli.cli.failures import with_remedy
from poolcli.cli.messages import complain
from poolcli.errors import PoolcliError
from poolcli.storage import STANDARD

if TYPE_CHECKING:
    from poolcli.pipeline import Record, Settings
    from poolcli.plan import Naming

# Failures that are looked into; in a long list of missing files they are all alike.
HELPED = 10


def run_inputs(
    prepare: Callable[[dict[str, Any]], tuple[Settings, Naming]],
    *,
    inputs: tuple[str, ...],
    files_from: str | None,
    recursive: bool,
    update: bool,
    jobs: int | None,
    scheduler: str | None,
    dry_run: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Plan, run and report; give the exit status.

    `prepare` makes settings and naming of the other values, once what makes workers has begun.
    """
    if quiet and verbose:
        raise PoolcliError("-q and -v contradict each other; use one of them")
    if not inputs and files_from is None:
        raise PoolcliError("no input; name files, folders or '-', or use --files-from")
    from poolcli.executors import NO_WORKERS, count_cores, get_ready

    cores = jobs or count_cores()
    several = len(inputs) > 1 or files_from is not None or _is_folder(inputs[0])
    _check_jobs(scheduler)
    if scheduler is not None or (several and cores > 1 and not dry_run):
        # While this process imports, so does the one that will make workers.
        with suppress(*NO_WORKERS):
            get_ready(scheduler)
    from poolcli.batch import run_jobs
    from poolcli.plan import name_untold, plan

    if not storage.has_current_folder():
        raise PoolcliError("the folder you are in is gone; change to another")
    settings, naming = prepare(values)
    if naming.output == STANDARD:
        wrong = ["--json, which wants standard output too"] * json
        wrong += ["-u, which compares files"] * update
        if wrong:
            raise PoolcliError(f"-o - writes to standard output; leave out {' and '.join(wrong)}")
    planned = plan(inputs, settings, naming, files_from=files_from, recursive=recursive)
    helped = _Helped(inputs)
    with Console(len(planned.jobs), quiet=quiet, verbose=verbose, as_json=json) as console:
        console.show_ignored(planned.ignored, settings)
        report = run_jobs(
            planned.jobs,
            settings,
            lambda record: console.show(helped(record), settings),
            cores=cores,
            update=update,
            dry_run=dry_run,
            scheduler=scheduler,
        )
    if dry_run and naming.draw and naming.results and not quiet:
        figures = sum(job.figure is not None for job in planned.jobs)
        complain(f"{figures} figure{'s' * (figures != 1)} would be drawn; --no-figure skips them")
    untold = name_untold(naming, settings)
    if report.counts["skipped"] and untold is not None:
        report.warnings.append(f"-u compares times alone; {untold}")
    console.summarise(report, planned.ignored)
    return report.exit_status


class _Helped:
    """Adds what may be meant to the errors of the first inputs that are missing."""

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
    """Return whether a name is a folder; what is wrong with a URL is said when it is read."""
    with suppress(PoolcliError):
        return storage.is_folder(path)
    return False


def _check_jobs(scheduler: str | None) -> None:
    """Refuse a number of workers where a scheduler has its own."""
    from poolcli.executors import LOCAL

    source = click.get_current_context().get_parameter_source("jobs")
    if scheduler not in (None, LOCAL) and source == ParameterSource.COMMANDLINE:
        raise PoolcliError("-j is for this machine, and a scheduler has workers; leave out -j")


def folder_beside(output: str | None, folder: str | None) -> str | None:
    """Give the folder of -d, but none from the environment where -o names the file itself."""
    source = click.get_current_context().get_parameter_source("outdir")
    alone = output is not None and source == ParameterSource.ENVIRONMENT
    return None if alone else folder
