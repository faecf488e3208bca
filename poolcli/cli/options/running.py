"""Options of how a run behaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from poolcli.cli.completion import complete_file, complete_from
from poolcli.cli.options.declaring import Bundle, option
from poolcli.cli.types import Text, WholeNumber

if TYPE_CHECKING:
    from poolcli.cli.running import Run

_JSON = option(
    "Run",
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object per input instead of text.",
)
_VERBOSE = option(
    "Run",
    "-v",
    "--verbose",
    is_flag=True,
    help="Print sizes, dropped and skipped pixels and times of a run, and the traceback of an"
    " internal error.",
)


def _begin_run(**given: Any) -> Run:
    from poolcli.cli.running import Run, start_workers

    run = Run(**given)
    start_workers(run)
    return run


# Made first: while this process imports what the other values need, so do the workers.
RUN = Bundle(
    "run",
    _begin_run,
    [
        click.Argument(["inputs"], nargs=-1, metavar="INPUT...", shell_complete=complete_file),
        option(
            "Output",
            "-u",
            "--update",
            is_flag=True,
            help="Skip an input whose results, figure included, all exist and are not older. Times"
            " alone are compared.",
        ),
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
            shell_complete=complete_file,
            help="Read further inputs from a file ('-': standard input), one per line, or each"
            " ended by NUL as find -print0 writes them. Relative names keep their folders under"
            " -d.",
        ),
        option(
            "Run",
            "-j",
            "--jobs",
            type=WholeNumber(),
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
            shell_complete=complete_from(["local"]),
            help="Run on the workers of the Dask scheduler at this address; 'local' starts one with"
            " -j workers here.",
        ),
        option(
            "Run",
            "--dry-run",
            is_flag=True,
            help="Print what would be read and written, with all sizes, and write nothing.",
        ),
        _JSON,
        option("Run", "-q", "--quiet", is_flag=True, help="Print errors only, no paths."),
        _VERBOSE,
    ],
    early=True,
)


def _report(as_json: bool, **_verbose: bool) -> bool:
    """Return whether to print JSON; a command reads --verbose where it is run."""
    return as_json


REPORT = Bundle("as_json", _report, [_JSON, _VERBOSE])
