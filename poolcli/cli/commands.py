"""All commands: the module and summary of each. A module is imported when its command runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import NamedTuple

import click


class Entry(NamedTuple):
    """A command that is not imported yet."""

    module: str
    summary: str


ENTRIES = {
    "max": Entry("pooling", "Keep the largest pixel of each window."),
    "avg": Entry("pooling", "Keep the average of each window."),
    "min": Entry("pooling", "Keep the smallest pixel of each window."),
    "median": Entry("pooling", "Keep the median of each window."),
    "lp": Entry("pooling", "Keep the power mean of each window, (sum of |x|^p / count)^(1/p)."),
    "compare": Entry(
        "compare",
        "Draw the results of several operations on the same windows, and their difference.",
    ),
    "explain": Entry("explain", "Explain in words and numbers where each result comes from."),
    "shape": Entry("shape", "Print sizes, unused pixels, receptive fields and framework calls."),
    "verify": Entry("verify", "Compare with a plain loop and every framework that is installed."),
}


class Commands(Mapping[str, click.Command]):
    """All commands by name, each imported when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        """Import the module of a command, and return the command."""
        command: click.Command = import_module(f"poolcli.cli.{ENTRIES[name].module}").command(name)
        return command

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(ENTRIES)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(ENTRIES)


# Other names of the operations.
SYNONYMS = {"mean": "avg", "average": "avg", "maximum": "max", "minimum": "min", "power": "lp"}

# Additions to the name of an operation in frameworks.
_ADDITIONS = re.compile(r"[-_ ]|[123]d$|pool(ing)?|adaptive|global", re.IGNORECASE)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to a word, or None.

    Names of layers in frameworks are recognized: `MaxPool2d`, `global_average_pooling`.
    """
    from difflib import get_close_matches

    names = {name: name for name in known} | SYNONYMS
    for spelling in (word.lower(), _ADDITIONS.sub("", word.lower())):
        if match := get_close_matches(spelling, names, n=1, cutoff=0.75):
            return names[match[0]]
    return None


def commands_with(option: str) -> list[str]:
    """Return the names of the commands that have an option."""
    return [
        name
        for name, command in Commands().items()
        if any(option in parameter.opts for parameter in command.params)
    ]
