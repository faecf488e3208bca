"""How an option is declared: with a heading, and in a bundle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from poolcli.cli.grouping import GroupedOption

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def all_of(command: Decorated, *options: Callable[[Decorated], Decorated]) -> Decorated:
    """Apply decorators so that the help shows them in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def option(heading: str, *names: str, **settings: Any) -> Callable[[Decorated], Decorated]:
    """Declare an option that the help shows under a heading."""
    return click.option(*names, cls=GroupedOption, heading=heading, **settings)
