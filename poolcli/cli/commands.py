"""The commands: their summaries and their modules, each loaded when it runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from itertools import chain
from typing import NamedTuple

import click

from poolcli.operations import OPERATIONS, Operation


class Entry(NamedTuple):
    """A command that is not loaded yet.

    Attributes
    ----------
    module : str
        The module of `poolcli.cli` whose function `command` returns it.
    summary : str
        One sentence.
    kind : type of Operation or None
        The operation by which it pools, which `command` takes.
    """

    module: str
    summary: str
    kind: type[Operation] | None = None


_OTHERS = {
    "compare": Entry(
        "compare", "Draw the results of several operations and the differences between them."
    ),
    "explain": Entry("explain", "Explain the origin of each result in words and numbers."),
    "shape": Entry("shape", "Print sizes, unused pixels, receptive fields and framework calls."),
    "verify": Entry(
        "verify", "Compare results with a plain loop and every framework that is installed."
    ),
}


class Entries(Mapping[str, Entry]):
    """All commands by their names, without loading them: the operations, then the others."""

    def __getitem__(self, name: str) -> Entry:
        """Return the entry of a command."""
        kind = OPERATIONS.get(name)
        return Entry("pooling", kind.summary, kind) if kind else _OTHERS[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return chain(OPERATIONS, _OTHERS)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(OPERATIONS) + len(_OTHERS)


ENTRIES = Entries()


class Commands(Mapping[str, click.Command]):
    """All commands by their names; each is loaded when it is requested."""

    def __getitem__(self, name: str) -> click.Command:
        """Load a command from its module."""
        entry = ENTRIES[name]
        make = import_module(f"poolcli.cli.{entry.module}").command
        command: click.Command = make(entry.kind) if entry.kind else make()
        return command

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(ENTRIES)

    def __len__(self) -> int:
        """Return the number of commands."""
        return len(ENTRIES)


def synonyms() -> dict[str, str]:
    """Return the operations by the names that other programs give them."""
    return {word: kind.name for kind in OPERATIONS.values() for word in kind.synonyms}


# Additions of frameworks to the name of an operation.
_ADDITIONS = re.compile(r"[-_ ]|[123]d$|pool(ing)?|adaptive|global", re.IGNORECASE)


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that a word is meant for, if that can be guessed.

    The names of frameworks' layers are understood: `MaxPool2d`, `global_average_pooling`.
    """
    from difflib import get_close_matches

    names = {name: name for name in known} | synonyms()
    for spelling in (word.lower(), _ADDITIONS.sub("", word.lower())):
        if match := get_close_matches(spelling, names, n=1, cutoff=0.75):
            return names[match[0]]
    return None


def commands_with(option: str) -> list[str]:
    """List the commands that have an option."""
    return [
        name
        for name, command in Commands().items()
        if any(option in parameter.opts for parameter in command.params)
    ]
