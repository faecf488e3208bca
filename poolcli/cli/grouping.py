"""Options and commands whose help has one section per heading."""

from __future__ import annotations

from typing import Any

import click

from poolcli.cli.mistakes import find_mistake
from poolcli.errors import PoolcliError

VERBOSE = "poolcli.verbose"


class GroupedOption(click.Option):
    """An option that is listed under a heading in the help.

    Parameters
    ----------
    heading : str
        Title of the section of the help; options with the same heading are listed together.
    otherwise : str or None
        The default, in words.
    """

    def __init__(
        self, *arguments: Any, heading: str, otherwise: str | None = None, **settings: Any
    ) -> None:
        if otherwise is not None:
            settings["help"] += f"  [default: {otherwise}]"
        super().__init__(*arguments, **settings)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command with sections in its help, and with messages for common mistakes."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the command; raise PoolcliError for a common mistake."""
        if not ctx.resilient_parsing and (mistake := find_mistake(ctx, args)):
            raise PoolcliError(mistake)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Store whether the command is verbose in the context, and run it."""
        ctx.meta[VERBOSE] = ctx.params.get("verbose", False)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section per heading, in the order of the options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None:
                sections.setdefault(getattr(parameter, "heading", "Run"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
