"""Options of how a run behaves."""

from __future__ import annotations

from collections.abc import Callable

from poolcli.cli.options.declaring import Decorated, all_of, option
from poolcli.cli.types import Text, WholeNumber


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
            type=Text(),
            metavar="FILE",
            help="Read further inputs from a file ('-': standard input), one per line, or each"
            " ended by NUL as find -print0 writes them. Relative names keep their folders under"
            " -d.",
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
            type=Text(),
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
        _verbose(),
    )


def report(command: Decorated) -> Decorated:
    """Take how a command that only tells something behaves."""
    return all_of(command, _json(), _verbose())


def _json() -> Callable[[Decorated], Decorated]:
    return option(
        "Run", "--json", is_flag=True, help="Print one JSON object an input instead of text."
    )


def _verbose() -> Callable[[Decorated], Decorated]:
    return option(
        "Run",
        "-v",
        "--verbose",
        is_flag=True,
        help="Print sizes, dropped and skipped pixels and times of a run, and the traceback of an"
        " internal error.",
    )
