"""The command that draws several operations side by side: compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.commands import ENTRIES
from poolcli.cli.options.results import PICTURE
from poolcli.cli.running import Run, run_inputs
from poolcli.cli.settings import Poolings, Results, make_settings
from poolcli.errors import PoolcliError

if TYPE_CHECKING:
    from poolcli.images import Reading
    from poolcli.prepare import Preparation

HELP = f"""{ENTRIES["compare"].summary}

INPUT is an image, a matrix (csv, txt, npy, npz) or '-' for standard input. Each becomes one picture
in pooled/: a row for each operation, the iterations side by side, and for two operations a row
with the second minus the first.

\b
Examples:
  poolcli compare cat.jpg -k 2 -n 3
  poolcli compare brick.png --filter prewitt-v -k 4 --ops max,avg -o edges.svg
"""


def compare(
    poolings: Poolings, preparation: Preparation, results: Results, reading: Reading, run: Run
) -> int:
    """Draw one picture per input."""
    if len(poolings.operations) < 2:
        only = poolings.operations[0].name
        raise PoolcliError(f"--ops names {only} alone; name two or more, or use poolcli {only}")
    settings = make_settings(poolings, preparation, reading, results, figure_command())
    return run_inputs(settings, results.naming, run)


def command() -> click.Command:
    """Return the command."""
    bundles = [
        options.several_poolings(operations_first=True),
        options.PREPARATION,
        PICTURE,
        options.READING,
        options.RUN,
    ]
    return options.make_command("compare", compare, bundles, HELP)
