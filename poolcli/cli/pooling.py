"""The commands that pool: max, avg, min, median and lp."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from poolcli.cli import options
from poolcli.cli.commands import ENTRIES
from poolcli.cli.grouping import GroupedCommand

if TYPE_CHECKING:
    from poolcli.pipeline import Settings
    from poolcli.plan import Naming
    from poolcli.pooling import Operation


def command(operation: Operation) -> click.Command:
    """Make the command of an operation."""
    summary = ENTRIES[operation].summary

    def pool(**values: Any) -> int:
        from poolcli.cli.running import run_inputs

        return run_inputs(partial(_prepare, operation), **values)

    bundles = [options.inputs, options.window]
    if operation == "avg":
        bundles.append(options.count_pad)
    if operation == "lp":
        bundles.append(options.norm)
    bundles += [options.times, options.preparation, options.output, options.reading, options.run]
    for bundle in reversed(bundles):
        pool = bundle(pool)
    text = f"""{summary}

    INPUT is an image, a matrix (csv, txt, npy, npz) or '-' for standard input; a path, or a URL
    such as s3://bucket/photos/. Each iteration is written to pooled/, with a figure that shows
    them side by side.

    \b
    Examples:
      poolcli {operation} cat.jpg -k 2 -n 3
      poolcli {operation} matrix.csv -k 3 -s 2 -p same -o -
    """
    return click.command(operation, cls=GroupedCommand, help=text, short_help=summary)(pool)


def _prepare(operation: Operation, values: dict[str, Any]) -> tuple[Settings, Naming]:
    from poolcli.cli.command import figure_command
    from poolcli.cli.settings import settings_of

    settings = replace(settings_of(operation, values), command=figure_command())
    return settings, _naming(values)


def _naming(values: dict[str, Any]) -> Naming:
    from poolcli.cli.running import folder_beside
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
