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
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window
from poolcli.storage import STANDARD

if TYPE_CHECKING:
    from poolcli.pipeline import Settings
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

    INPUT is an image, a matrix (csv, txt, npy) or '-' for standard input. Each iteration is
    written to pooled/, with a figure that shows them side by side.

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
    dry_run: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
    **values: Any,
) -> int:
    """Plan, run and report; give the exit status."""
    if not inputs and files_from is None:
        raise PoolcliError("no input; name files, folders or '-', or use --files-from")
    from poolcli.executors import count_cores, get_ready

    cores = jobs or count_cores()
    several = len(inputs) > 1 or files_from is not None or any(map(storage.is_folder, inputs))
    if several and cores > 1 and not dry_run:
        # While this process imports, so does the one that will make workers.
        get_ready()
    from poolcli.batch import run_jobs
    from poolcli.plan import plan

    if not storage.has_current_folder():
        raise PoolcliError("the folder you are in is gone; change to another")
    settings, naming = _settings(operation, values), _naming(values)
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
        )
    if dry_run and naming.draw and not quiet:
        figures = sum(job.figure is not None for job in planned.jobs)
        complain(f"{figures} figure{'s' * (figures != 1)} would be drawn; --no-figure skips them")
    console.summarise(report)
    return 1 if console.output.failed else report.exit_status


def _settings(operation: Operation, values: dict[str, Any]) -> Settings:
    from poolcli.pipeline import Settings
    from poolcli.prepare import Preparation, Size

    if values["cmap"]:
        from poolcli.figures import check_colormap

        check_colormap(values["cmap"])
    return Settings(
        operation=operation,
        window=_window(values),
        iterations=values["iterations"],
        exact=values["exact"],
        count_include_pad=values.get("count_pad", False),
        norm=values.get("norm", Settings.norm),
        preparation=Preparation(
            gray=values["gray"],
            size=Size(*values["size"]) if values["size"] else None,
            filter=values["filter"],
            relu=values["relu"],
        ),
        max_pixels=values["max_pixels"],
        colormap=values["cmap"],
    )


def _window(values: dict[str, Any]) -> AnyWindow:
    kernel, stride, padding, dilation = (
        values[name] for name in ("kernel", "stride", "padding", "dilation")
    )
    if values["output_size"] is not None:
        given = {
            "-k": kernel,
            "-s": stride,
            "-p": padding,
            "--dilation": dilation,
            "--ceil": values["ceil_mode"],
            "--exact": values["exact"],
            "--count-pad": values.get("count_pad"),
            "-n": values["iterations"] > 1,
        }
        conflicts = [option for option, value in given.items() if value]
        if conflicts:
            raise PoolcliError(f"--to chooses the windows itself; leave out {', '.join(conflicts)}")
        return AdaptiveWindow.of(values["output_size"])
    return Window.of(kernel or 2, stride, padding or 0, dilation or 1, values["ceil_mode"])


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
