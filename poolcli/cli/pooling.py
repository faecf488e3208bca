"""The commands that pool: max, avg, min, median and lp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.running import folder_beside, run_inputs
from poolcli.cli.settings import settings_of

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
        return run_inputs(partial(_prepare, operation), **values)

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


def _prepare(operation: Operation, values: dict[str, Any]) -> tuple[Settings, Naming]:
    settings = replace(settings_of(operation, values), command=figure_command())
    return settings, _naming(values)


def _naming(values: dict[str, Any]) -> Naming:
    from poolcli.plan import Naming

    return Naming(
        folder=folder_beside(values["output"], values["outdir"]),
        template=values["name"],
        output=values["output"],
        format=values["format_"],
        last=values["last"],
        figure=values["figure"],
        draw=not values["no_figure"],
    )
