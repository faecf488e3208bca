"""The command line: parses, calls, prints and exits. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from poolcli import __version__
from poolcli.cli.console import complain
from poolcli.cli.pooling import pooling_commands
from poolcli.cli.signals import Interrupted, interruptible
from poolcli.errors import PoolcliError

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=HELP_OPTIONS)
@click.version_option(__version__, "-V", "--version", prog_name="poolcli")
def group() -> None:
    r"""Pool images the way a convolutional network does.

    \b
    Examples:
      poolcli max cat.jpg -k 2 -n 3          three results and a figure, in pooled/
      poolcli avg photo.png -k 4 -o small.png
    """


for command in pooling_commands():
    group.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit status.

    0 all written, 1 something did not work out for some input, 2 the command line alone is
    wrong, 128 + n ended by signal n.
    """
    try:
        with interruptible():
            status = group.main(arguments, prog_name="poolcli", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        hint = f"; see {error.ctx.command_path} --help" if error.ctx else ""
        complain(error.format_message().rstrip(".") + hint)
        return 2
    except PoolcliError as error:
        complain(str(error))
        return 2
    except Interrupted as interrupted:
        return interrupted.exit_status
    return int(status or 0)
