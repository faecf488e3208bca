"""What is read, and options of how a run behaves."""

from __future__ import annotations

from collections.abc import Callable

import click

from poolcli.cli.options.declaring import Decorated, all_of, option
from poolcli.cli.types import WholeNumber

# Spelled out here, since the module that knows them takes time to load; a test holds both together.
MAX_PIXELS = 250_000_000


def inputs(command: Decorated) -> Decorated:
    """Take the inputs."""
    return click.argument("inputs", nargs=-1, metavar="INPUT...")(command)


def subject(command: Decorated) -> Decorated:
    """Take one input."""
    return click.argument("subject", metavar="INPUT")(command)


def run(command: Decorated) -> Decorated:
    """Take how a run behaves."""
    return all_of(
        command,
        option(
            "Run",
            "-r",
            "--recursive",
            is_flag=True,
            help="Look into the folders within a folder; results get the same folders under -d.",
        ),
        option(
            "Run",
            "--files-from",
            metavar="FILE",
            help="Read further inputs from a file ('-': standard input), one a line, or each ended"
            " by NUL as find -print0 writes them.",
        ),
        option(
            "Run",
            "-j",
            "--jobs",
            type=WholeNumber(1, 1024),
            otherwise="all cores",
            envvar="POOLCLI_JOBS",
            metavar="N",
            help="Number of cores to use. $POOLCLI_JOBS sets it too.",
        ),
        option(
            "Run",
            "--scheduler",
            metavar="ADDRESS|local",
            help="Run on the workers of the Dask scheduler at this address; 'local' starts one with"
            " -j workers here.",
        ),
        option(
            "Run",
            "--dry-run",
            is_flag=True,
            help="Print what would be read and written, with all sizes, and write nothing.",
        ),
        _json(),
        option("Run", "-q", "--quiet", is_flag=True, help="Print errors only, no paths."),
        option(
            "Run",
            "-v",
            "--verbose",
            is_flag=True,
            help="Print sizes, dropped and skipped pixels and times.",
        ),
        _max_pixels(),
    )


def report(command: Decorated) -> Decorated:
    """Take how a command that only tells something behaves."""
    return all_of(command, _json(), _max_pixels())


def _json() -> Callable[[Decorated], Decorated]:
    return option(
        "Run", "--json", is_flag=True, help="Print one JSON object an input instead of text."
    )


def _max_pixels() -> Callable[[Decorated], Decorated]:
    return option(
        "Run",
        "--max-pixels",
        type=WholeNumber(1, 2**53),
        default=MAX_PIXELS,
        otherwise=f"{MAX_PIXELS:,}",
        envvar="POOLCLI_MAX_PIXELS",
        metavar="N",
        help="Largest image accepted or made, in pixels. $POOLCLI_MAX_PIXELS sets it too.",
    )
