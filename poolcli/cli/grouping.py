"""Options under headings: what Click's help has in one list, ours has in sections."""

from __future__ import annotations

from typing import Any

import click

from poolcli.cli.mistakes import find_mistake
from poolcli.errors import PoolcliError

VERBOSE = "poolcli.verbose"


class GroupedOption(click.Option):
    """An option that the help shows under a heading.

    Parameters
    ----------
    heading : str
        Options with one heading form a section.
    otherwise : str or None
        What holds if the option is not given, in words.
    """

    def __init__(
        self, *arguments: Any, heading: str, otherwise: str | None = None, **settings: Any
    ) -> None:
        if otherwise is not None:
            settings["help"] += f"  [default: {otherwise}]"
        super().__init__(*arguments, **settings)
        self.heading = heading


class GroupedCommand(click.Command):
    """A command whose help shows options under their headings, and that reports mistakes early."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the command, unless one of them cannot be meant."""
        if not ctx.resilient_parsing and (mistake := find_mistake(ctx, args)):
            raise PoolcliError(mistake)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and let the group know whether it is to be verbose."""
        ctx.meta[VERBOSE] = ctx.params.get("verbose", False)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one section for each heading, in the order of the options."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None:
                sections.setdefault(getattr(parameter, "heading", "Run"), []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)
