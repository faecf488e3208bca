"""The running command line, written from the values that Click has read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from poolcli.cli.grouping import GroupedOption
from poolcli.cli.types import spell

# Options that change a figure: those under these headings, and some of the output.
HEADINGS = ("Operations", "Window", "Times", "Before pooling, in this order", "Reading")
USUAL = ".png"
FURTHER = ("zoom", "histogram", "cmap")


def figure_command() -> tuple[str, ...]:
    """Return the running command without its inputs, with the options that change a figure."""
    context = click.get_current_context()
    words = [str(context.info_name)]
    figure_option = _figure_option(context.params)
    for option in context.command.params:
        if isinstance(option, GroupedOption) and (
            _changes_figure(option) or option.name == figure_option
        ):
            words += _spelled(option, context.params[str(option.name)])
    return tuple(words)


def _figure_option(values: dict[str, Any]) -> str | None:
    """Return the option without which there would be no figure, or one of another format."""
    name = "figure" if "figure" in values else "output"
    by_default = "no_figure" in values or name == "output"
    # The figure that is drawn by default is a PNG, the same for every path.
    usual = by_default and str(values.get(name) or USUAL).lower().endswith(USUAL)
    return None if usual else name


def _changes_figure(option: GroupedOption) -> bool:
    return option.heading in HEADINGS or option.name in FURTHER


def _spelled(option: GroupedOption, value: Any) -> Iterator[str]:
    if value in (None, False, option.default):
        return
    yield option.opts[0]
    if value is not True:
        yield spell(option.type, value)
