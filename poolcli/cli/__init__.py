"""The command line: parses, calls, prints and exits. Nothing is computed here."""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Callable, Sequence

import click

from poolcli import __version__
from poolcli.cli.commands import ENTRIES, Commands, closest, commands_with
from poolcli.cli.failures import InputError
from poolcli.cli.messages import complain, open_missing_streams
from poolcli.cli.output import status_of
from poolcli.cli.signals import Interrupted, ignore_signals, interruptible
from poolcli.errors import PoolcliError
from poolcli.memory import check_limits, lacks_memory

STREAM_FAULTS = (errno.ENOSPC, errno.EPIPE, errno.EBADF)
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
    """The commands; a name that is none may be an input without its operation."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List all commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in ENTRIES.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            known = f"the commands are {', '.join(self.commands)}"
            if close := closest(args[0], self.commands):
                known = f"did you mean {close}?"
            raise click.UsageError(f"{args[0]!r} is no command; {known}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Operations, commands=Commands(), context_settings=HELP_OPTIONS, help=HELP)
@click.version_option(__version__, "-V", "--version", prog_name="poolcli")
def group() -> None:
    """Hold the commands, and see to what all of them need."""
    try:
        check_limits()
    except PoolcliError as error:
        raise InputError(str(error)) from None


group.result_callback()(status_of)


def run() -> int:
    """Run the command line as a process; once it is done, signals change nothing any more."""
    # Not even while the interpreter ends, which gives handlers back first.
    status = main(afterwards=ignore_signals)
    # The interpreter would search all that libraries have made for cycles, several times: 30 of the
    # 200 ms of a small picture. The system takes it all back sooner.
    gc.freeze()
    return status


def main(
    arguments: Sequence[str] | None = None, *, afterwards: Callable[[], None] | None = None
) -> int:
    """Run the command line and give its exit status.

    0 all written, 1 something did not work out for some input, 2 the command line alone is
    wrong, 128 + n ended by signal n.

    Parameters
    ----------
    arguments : sequence of str or None
        None for those of this process.
    afterwards : callable or None
        What to do about signals once the work is done; None for what was done before.
    """
    open_missing_streams()
    try:
        with interruptible(afterwards):
            status = group.main(arguments, prog_name="poolcli", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except Interrupted as interrupted:
        return interrupted.exit_status
    except Exception as error:
        line, status = _told(error)
        if not line:
            raise
        complain(line)
    return int(status or 0)


def _told(error: Exception) -> tuple[str, int]:
    """Give the line and the exit status for what a user can mend; no line for a bug of ours."""
    if isinstance(error, click.UsageError):
        hint = f"; see {error.ctx.command_path} --help" if error.ctx else ""
        return _message(error) + hint, 2
    if isinstance(error, PoolcliError):
        return str(error), 2
    if isinstance(error, InputError):
        return str(error), 1
    if lacks_memory(error):
        return "there is not enough memory for poolcli itself", 1
    # Click writes help and version itself; whatever else fails is told where it fails.
    if isinstance(error, OSError) and error.errno in STREAM_FAULTS and not error.filename:
        from poolcli import storage

        storage.abandon_output()
        return f"standard output cannot be written: {os.strerror(error.errno).lower()}", 1
    return "", 1


def _message(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption) and error.ctx:
        owners = commands_with(error.option_name)
        if owners:
            have = "has" if len(owners) == 1 else "have"
            return (
                f"{error.ctx.info_name} has no {error.option_name}; {', '.join(owners)} {have} it"
            )
    message = error.format_message().rstrip(".?")
    if isinstance(error, click.BadParameter) and error.param and error.param.name and error.ctx:
        source = error.ctx.get_parameter_source(error.param.name)
        if source == click.core.ParameterSource.ENVIRONMENT:
            return f"{message}, as ${error.param.envvar} says"
    return message
