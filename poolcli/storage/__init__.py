"""Places and bytes: the one way to list, compare, read and replace what a run works on.

A place is a path, or `-` for standard input or output.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from poolcli.storage import local
from poolcli.storage.local import (
    STANDARD,
    abandon_output,
    has_current_folder,
    identity,
    is_current,
    is_folder,
    is_regular,
    read,
    resolver,
    sweep,
    write,
)

__all__ = [
    "STANDARD",
    "Listed",
    "abandon_output",
    "has_current_folder",
    "identity",
    "is_current",
    "is_folder",
    "is_regular",
    "lies_in",
    "name_of",
    "read",
    "resolve",
    "resolver",
    "sweep",
    "walk",
    "write",
]


class Listed(NamedTuple):
    """A file that a folder holds.

    Attributes
    ----------
    place : str
        Its path or URL; that of a folder if the folder could not be listed.
    modified : int or None
        When it was last changed, in nanoseconds, if the listing said so.
    """

    place: str
    modified: int | None = None


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[Listed]:
    """Yield the files in a folder in the order of their names.

    Hidden names are passed over, and so is the folder that resolves to `avoid`. A folder that
    cannot be listed is yielded itself, for `read` to complain.
    """
    for place in local.walk(folder, recursive=recursive, avoid=avoid):
        yield Listed(place)


def resolve(place: str) -> str:
    """Give the one name that all names of a place, existing or not, lead to."""
    return os.path.realpath(place)


def lies_in(place: str, folder: str) -> bool:
    """Tell whether one resolved place is another or lies below it."""
    return f"{place}/".startswith(f"{folder.rstrip('/')}/")


def name_of(place: str) -> str:
    """Give the last part of a place's name."""
    return os.path.basename(place)  # noqa: PTH119 - a place is text
