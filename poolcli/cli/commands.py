"""The commands: what each does, in a sentence, and where it is. A module is loaded when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

import click


class Entry(NamedTuple):
    """A command that is not loaded yet."""

    module: str
    summary: str


ENTRIES = {
    "max": Entry("pooling", "Keep the largest pixel of each window."),
    "avg": Entry("pooling", "Keep the average of each window."),
    "min": Entry("pooling", "Keep the smallest pixel of each window."),
    "median": Entry("pooling", "Keep the median of each window."),
    "lp": Entry("pooling", "Keep the power mean of each window, (sum of |x|^p / count)^(1/p)."),
    "compare": Entry(
        "compare", "Draw what several operations make of the same windows, and how they differ."
    ),
    "explain": Entry("explain", "Tell in words and numbers where each result comes from."),
    "shape": Entry("shape", "Tell sizes, unused pixels, receptive fields and framework calls."),
    "verify": Entry("verify", "Compare with a plain loop and every framework that is installed."),
}


class Commands(Mapping[str, click.Command]):
    """All commands by their names; each is loaded when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        """Load a command from its module."""
        command: click.Command = import_module(f"poolcli.cli.{ENTRIES[name].module}").command(name)
        return command

    def __iter__(self) -> Iterator[str]:
        """List the names."""
        return iter(ENTRIES)

    def __len__(self) -> int:
        """Count them."""
        return len(ENTRIES)
