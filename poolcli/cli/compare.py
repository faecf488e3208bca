"""The command that shows operations side by side: compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.commands import ENTRIES
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.running import folder_beside, run_inputs
from poolcli.cli.settings import check_owners, settings_of
from poolcli.errors import PoolcliError

if TYPE_CHECKING:
    from poolcli.pipeline import Settings
    from poolcli.plan import Naming
    from poolcli.pooling import Operation

SUMMARY = ENTRIES["compare"].summary

HELP = f"""{SUMMARY}

INPUT is an image, a matrix (csv, txt, npy, npz) or '-' for standard input. Each becomes one picture
in pooled/: a row for each operation, the iterations side by side, and for two operations a row
with the second minus the first.

\b
Examples:
  poolcli compare cat.jpg -k 2 -n 3
  poolcli compare brick.png --filter prewitt-v -k 4 --ops max,avg -o edges.svg
"""


@click.command("compare", cls=GroupedCommand, help=HELP, short_help=SUMMARY)
@options.inputs
@options.operations
@options.window
@options.times
@options.preparation
@options.picture
@options.reading
@options.run
def compare(**values: Any) -> int:
    """Draw a picture for each input."""
    return run_inputs(_prepare, **values)


def _prepare(values: dict[str, Any]) -> tuple[Settings, Naming]:
    from poolcli.plan import Naming

    operations: Sequence[Operation] = values["operations"]
    if len(operations) < 2:
        only = operations[0]
        raise PoolcliError(f"--ops names {only} alone; name two or more, or use poolcli {only}")
    check_owners(operations, values)
    first, *others = (settings_of(operation, values) for operation in operations)
    naming = Naming(
        folder=folder_beside(values["output"], values["outdir"]),
        template=values["name"],
        output=values["output"],
        results=False,
    )
    return replace(first, beside=tuple(others), command=figure_command()), naming


def command(_name: str) -> click.Command:
    """Give the command."""
    return compare
