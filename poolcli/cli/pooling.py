"""The commands that pool: max, avg, min, median and lp."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from poolcli import storage
from poolcli.cli import options
from poolcli.cli.console import Console, complain
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.settings import settings_of
from poolcli.errors import PoolcliError
from poolcli.storage import STANDARD

if TYPE_CHECKING:
    from poolcli.plan import Naming
    from poolcli.pooling import Operation

SUMMARIES: dict[Operation, str] = {
    "max": "Keep the largest pixel of each window.",
    "avg": "Keep the average of each window.",
    "min": "Keep the smallest pixel of each window.",
    "median": "Keep the median of each window.",
    "lp": "Keep the power mean of each window, (sum of |x|^p / count)^(1/p).",
}


def pooling_commands() -> Iterator[click.Command]:
    """Make a command for each operation."""
    for operation, summary in SUMMARIES.items():
        yield _command(operation, summary)


def _command(operation: Operation, summary: str) -> click.Command:
    def pool(**values: Any) -> int:
        return _pool(operation, **values)

    bundles = [options.inputs, options.window]
    if operation == "avg":
        bundles.append(options.count_pad)
    if operation == "lp":
        bundles.append(options.norm)
    bundles += [options.times, options.preparation, options.output, options.run]
    for bundle in reversed(bundles):
        pool = bundle(pool)
    text = f"""{summary}

    INPUT is an image, a matrix (csv, txt, npy) or '-' for standard input; a path, or a URL such
    as s3://bucket/photos/. Each iteration is written to pooled/, with a figure that shows them
    side by side.

    \b
    Examples:
      poolcli {operation} cat.jpg -k 2 -n 3
      poolcli {operation} matrix.csv -k 3 -s 2 -p same -o -
    """
    return click.command(operation, cls=GroupedCommand, help=text, short_help=summary)(pool)


def _pool(
    operation: Operation,
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
    """Plan, run and report; give the exit status."""
    if not inputs and files_from is None:
        raise PoolcliError("no input; name files, folders or '-', or use --files-from")
    from poolcli.executors import LOCAL, count_cores, get_ready

    cores = jobs or count_cores()
    several = len(inputs) > 1 or files_from is not None or any(map(storage.is_folder, inputs))
    if scheduler not in (None, LOCAL) and _is_given("jobs"):
        raise PoolcliError("-j is for this machine, and a scheduler has workers; leave out -j")
    if scheduler is not None or (several and cores > 1 and not dry_run):
        # While this process imports, so does the one that will make workers.
        get_ready(scheduler)
    from poolcli.batch import run_jobs
    from poolcli.plan import plan

    if not storage.has_current_folder():
        raise PoolcliError("the folder you are in is gone; change to another")
    settings, naming = settings_of(operation, values), _naming(values)
    if json and naming.output == STANDARD:
        raise PoolcliError("-o - and --json both want standard output")
    if update and naming.output == STANDARD:
        raise PoolcliError("-u compares files, and -o - writes none; leave out -u")
    planned = plan(inputs, settings, naming, files_from=files_from, recursive=recursive)
    if verbose:
        for place in planned.passed_over:
            complain(f"{place}: passed over, its suffix is no image's")
    with Console(len(planned.jobs), quiet=quiet, verbose=verbose, as_json=json) as console:
        report = run_jobs(
            planned.jobs,
            settings,
            partial(console.show, settings=settings),
            cores=cores,
            update=update,
            dry_run=dry_run,
            scheduler=scheduler,
        )
    if dry_run and naming.draw and not quiet:
        figures = sum(job.figure is not None for job in planned.jobs)
        complain(f"{figures} figure{'s' * (figures != 1)} would be drawn; --no-figure skips them")
    console.summarise(report)
    return 1 if console.output.failed else report.exit_status


def _is_given(name: str) -> bool:
    """Tell whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source == ParameterSource.COMMANDLINE


def _naming(values: dict[str, Any]) -> Naming:
    from poolcli.plan import Naming

    source = click.get_current_context().get_parameter_source("outdir")
    alone = values["output"] is not None and source == ParameterSource.ENVIRONMENT
    return Naming(
        folder=None if alone else values["outdir"],
        template=values["name"],
        output=values["output"],
        format=values["format_"],
        last=values["last"],
        figure=values["figure"],
        draw=not values["no_figure"],
    )
