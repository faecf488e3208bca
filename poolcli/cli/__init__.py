"""The command line: parse arguments, call the other modules, print and return a status."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from typing import Any

import click

from poolcli import __version__
from poolcli.cli.commands import ENTRIES, Commands
from poolcli.cli.failures import InputError
from poolcli.cli.grouping import VERBOSE
from poolcli.cli.messages import complain, open_missing_streams
from poolcli.cli.output import status_of
from poolcli.cli.signals import Interrupted, interruptible
from poolcli.cli.unknown import misplaced_option, unknown_command, unknown_option
from poolcli.errors import PoolcliError, name_bug, trace_bug
from poolcli.memory import check_limits, lacks_memory

STREAM_FAULTS = (
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EPIPE, errno.EBADF, errno.EAGAIN
)  # fmt: skip
# Set by the shell while it completes a word.
COMPLETION = "_POOLCLI_COMPLETE"
HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


HELP = """Pool images the way a convolutional network does.

\b
Examples:
  poolcli max cat.jpg -k 2 -n 3          three results and a figure, in pooled/
  poolcli avg photo.png -k 4 -o small.png
  poolcli compare cat.jpg -n 3           max and avg in rows, and their difference
  poolcli shape 224 -k 3 -s 2 -p 1       sizes, receptive field, framework calls
  poolcli verify cat.jpg -k 3 -s 2       the same by each framework that is installed
"""


class Operations(click.Group):
    """The group of commands, with messages for command lines without a command."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in ENTRIES.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words before the command; raise PoolcliError for an option of a command."""
        # Commands are imported to look up their options, so only if there are other words.
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        others = [] if ctx.resilient_parsing or not args or args[0] in own else args
        if others and (mistake := misplaced_option(others)):
            raise PoolcliError(mistake)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command, or raise PoolcliError with a suggestion."""
        if args[0] not in self.commands and not ctx.resilient_parsing:
            raise PoolcliError(unknown_command(args[0], args[1:]))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; print the traceback of an internal error if the command is verbose."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            bug = error.__cause__ if isinstance(error, InputError) else error
            if isinstance(bug, Exception) and not _described(bug)[0] and ctx.meta.get(VERBOSE):
                for line in trace_bug(bug).splitlines():
                    complain(line)
            raise


@click.group(cls=Operations, commands=Commands(), context_settings=HELP_OPTIONS, help=HELP)
@click.version_option(__version__, "-V", "--version", prog_name="poolcli")
def group() -> None:
    """Check the limits of memory before any command runs."""
    try:
        check_limits()
    except PoolcliError as error:
        raise InputError(str(error)) from None


group.result_callback()(status_of)


def main(
    arguments: Sequence[str] | None = None, *, afterwards: Callable[[], None] | None = None
) -> int:
    """Run the command line, and return its exit status.

    Parameters
    ----------
    arguments : sequence of str or None
        None for those of this process.
    afterwards : callable or None
        Called at the end instead of restoring the previous handlers of signals.

    Returns
    -------
    int
        0 if all results were written, 1 after an error about an input, 2 after an error in the
        command line, 128 + n if ended by signal n.
    """
    open_missing_streams()
    if COMPLETION in os.environ:
        from poolcli.cli.shells import register

        register()
    try:
        with interruptible(afterwards):
            status = group.main(
                arguments, prog_name="poolcli", complete_var=COMPLETION, standalone_mode=False
            )
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except Interrupted as interrupted:
        return interrupted.exit_status
    except Exception as error:  # noqa: BLE001 - internal errors are one line, and a traceback with -v
        line, status = _described(error)
        complain(line or name_bug(error))
    return int(status or 0)


def _described(error: Exception) -> tuple[str, int]:
    """Return the line and the exit status for an exception; no line for an internal error."""
    if isinstance(error, click.UsageError):
        return _message(error), 2
    if isinstance(error, PoolcliError):
        return str(error), 2
    if isinstance(error, InputError):
        return str(error), 1
    if lacks_memory(error):
        return "there is not enough memory for poolcli itself", 1
    # Click prints help and version itself; other errors of writing are caught where they occur.
    if isinstance(error, OSError) and error.errno in STREAM_FAULTS and not error.filename:
        from poolcli import storage

        storage.abandon_output()
        return f"standard output cannot be written: {os.strerror(error.errno).lower()}", 1
    return "", 1


def _message(error: click.UsageError) -> str:
    """Return the line for an error of Click, with a reference to the help."""
    if isinstance(error, click.NoSuchOption) and error.ctx:
        return unknown_option(error.option_name, error.ctx)
    message = error.format_message().rstrip(".?")
    if isinstance(error, click.BadParameter) and error.param and error.param.name and error.ctx:
        source = error.ctx.get_parameter_source(error.param.name)
        if source == click.core.ParameterSource.ENVIRONMENT:
            message = f"{message}, as ${error.param.envvar} says"
    return f"{message}; see {error.ctx.command_path} --help" if error.ctx else message
