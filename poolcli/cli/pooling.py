"""The commands that pool by one operation: max, avg, min, median, lp."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.options.results import RESULTS

if TYPE_CHECKING:
    from poolcli.cli.running import Run
    from poolcli.cli.settings import Poolings, Results
    from poolcli.images import Reading
    from poolcli.operations import Operation
    from poolcli.prepare import Preparation

HELP = """{summary}

INPUT is an image, a matrix (csv, txt, npy, npz) or '-' for standard input; a path, or a URL
such as s3://bucket/photos/. Each iteration is written to pooled/, with a figure that shows
them side by side.

\b
Examples:
  poolcli {name} cat.jpg -k 2 -n 3
  poolcli {name} matrix.csv -k 3 -s 2 -p same -o -
"""


def pool(
    poolings: Poolings, preparation: Preparation, results: Results, reading: Reading, run: Run
) -> int:
    """Pool every input, and write the iterations and a figure."""
    from poolcli.cli.running import run_inputs
    from poolcli.cli.settings import make_settings

    settings = make_settings(poolings, preparation, reading, results, figure_command())
    return run_inputs(settings, results.naming, run)


def command(kind: type[Operation]) -> click.Command:
    """Return the command of an operation."""
    bundles = [
        options.one_pooling(kind),
        options.PREPARATION,
        RESULTS,
        options.READING,
        options.RUN,
    ]
    text = HELP.format(name=kind.name, summary=kind.summary)
    return options.make_command(kind.name, pool, bundles, text)
