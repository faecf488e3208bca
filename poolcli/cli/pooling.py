"""The commands that pool: max, avg, min, median and lp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from poolcli.cli import options
from poolcli.cli.console import Console
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window

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
    return click.command(operation, cls=options.GroupedCommand, help=text, short_help=summary)(pool)


def _pool(
    operation: Operation, inputs: tuple[str, ...], quiet: bool, verbose: bool, **values: Any
) -> int:
    """Plan, run and report; give the exit status."""
    from poolcli.batch import run_jobs
    from poolcli.plan import plan

    settings = _settings(operation, values)
    jobs = plan(inputs, settings, _naming(values))
    with Console(len(jobs), quiet=quiet, verbose=verbose) as console:
        report = run_jobs(jobs, settings, console.show)
    console.summarise(report)
    return report.exit_status


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
