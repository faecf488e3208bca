"""The running command line, written from the values that Click has read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from poolcli.cli.grouping import GroupedOption
from poolcli.cli.types import spell

# What decides a figure: not where other results go, nor how a run behaves.
HEADINGS = ("Operations", "Window", "Times", "Before pooling, in this order", "Reading")
USUAL = ".png"
FURTHER = ("zoom", "histogram", "cmap")


def figure_command() -> tuple[str, ...]:
    """Spell the running command without its inputs, and with the options that decide a figure."""
    context = click.get_current_context()
    words = [str(context.info_name)]
    figure_option = _figure_option(context.params)
    for option in context.command.params:
        if isinstance(option, GroupedOption) and (_decides(option) or option.name == figure_option):
            words += _spelled(option, context.params[str(option.name)])
    return tuple(words)


def _figure_option(values: dict[str, Any]) -> str | None:
    """Name the option without whose value there would be no figure, or one of another format."""
    name = "figure" if "figure" in values else "output"
    unasked = "no_figure" in values or name == "output"
    # A PNG is what is drawn unasked, and the same wherever it goes.
    usual = unasked and str(values.get(name) or USUAL).lower().endswith(USUAL)
    return None if usual else name


def _decides(option: GroupedOption) -> bool:
    return option.heading in HEADINGS or option.name in FURTHER


def _spelled(option: GroupedOption, value: Any) -> Iterator[str]:
    if value in (None, False, option.default):
        return
    yield option.opts[0]
    if value is not True:
        yield spell(option.type, value)
