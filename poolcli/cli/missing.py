"""Suggestions for the name of an input that does not exist."""

from __future__ import annotations

import glob
import os
import shlex
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from poolcli import storage
from poolcli.formats import output_format
from poolcli.storage import STANDARD

# How many names of a folder are compared with a missing one.
COMPARED = 5000


def suggest(place: str, inputs: Sequence[str] = (), *, listed: bool = False) -> str | None:
    """Return what to do about a missing input, if that can be guessed.

    Parameters
    ----------
    inputs : sequence of str
        All inputs that were named, in their order.
    listed : bool
        Whether it stands in a list of names, which no shell expands.
    """
    if place == STANDARD or storage.is_url(place) or not _is_absent(place):
        return None
    if listed:
        return _blanks_around(place) or _near(place, inputs)
    for remedy in (_unexpanded(place), _divided(place, inputs), _near(place, inputs)):
        if remedy is not None:
            return remedy
    return _output(place, inputs)


def _blanks_around(place: str) -> str | None:
    """Return the remedy for a line of a list with blanks around the name."""
    if place != place.strip() and not storage.is_missing(place.strip()):
        return "leave out the blanks around the name"
    return None


def _is_absent(place: str) -> bool:
    """Return whether nothing has this name; what a name leads to may be missing or closed."""
    try:
        os.lstat(place)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _unexpanded(place: str) -> str | None:
    """Return the remedy for what the shell did not expand or divide."""
    if " " in place and not storage.is_missing(place.split(" ", maxsplit=1)[0]):
        return "leave out the quotes, so that the shell divides it into words"
    if "," in place and not any(map(storage.is_missing, place.split(","))):
        return f"inputs are divided by blanks: {shlex.join(place.split(','))}"
    if place.startswith("~") and not storage.is_missing(os.path.expanduser(place)):  # noqa: PTH111
        return "leave out the quotes, so that the shell expands ~"
    if not glob.has_magic(place):
        return None
    if not glob.glob(place):  # noqa: PTH207 - a place is text
        return "no file matches"
    return "leave out the quotes, so that the shell expands it"


def _divided(place: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a name with blanks that the shell divided."""
    if place not in inputs:
        return None
    here = inputs.index(place)
    for first in range(max(here - 3, 0), here + 1):
        for last in range(here + 1, min(here + 4, len(inputs)) + 1):
            whole = " ".join(inputs[first:last])
            if last - first > 1 and not storage.is_missing(whole):
                return f"quote the name: {shlex.quote(whole)}"
    return None


def _near(place: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a name that is nearly one that exists."""
    path = Path(place)
    try:
        names = sorted(_names_in(path.parent))
    except OSError:
        absent = [folder for folder in path.parents if _is_absent(str(folder))]
        return f"there is no folder {absent[-1]}" if absent else None
    given = {os.path.normpath(each) for each in inputs}
    named = {name: path.with_name(name) for name in names}
    close = _closest(path.name, [name for name in names if str(named[name]) not in given])
    return f"did you mean {shlex.quote(str(named[close]))}?" if close else None


def _names_in(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as listing:
        names = (entry.name for entry in listing if not entry.name.startswith("."))
        yield from islice(names, COMPARED)


def _closest(name: str, known: Sequence[str]) -> str | None:
    """Return the name that differs by case, by its suffix alone, or by little."""
    from difflib import get_close_matches

    folded = name.casefold()
    stem = os.path.splitext(folded)[0]  # noqa: PTH122 - a name is text
    for each in known:
        if each.casefold() == folded:
            return each
    for each in known:
        other, suffix = os.path.splitext(each.casefold())  # noqa: PTH122
        if suffix and other == stem:
            return each
    spelled = {each.casefold(): each for each in known}
    match = get_close_matches(folded, spelled, n=1, cutoff=0.8)
    return spelled[match[0]] if match else None


def _output(place: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a second name that is meant for the result."""
    if len(inputs) != 2 or place != inputs[1] or storage.is_missing(inputs[0]):
        return None
    suffix = os.path.splitext(place)[1]  # noqa: PTH122 - a place is text
    if storage.is_folder(inputs[0]):
        return None if suffix else f"results go to a folder with -d {shlex.quote(place)}"
    if output_format(suffix.lower().removeprefix(".")):
        return f"a result goes to a file with -o {shlex.quote(place)}"
    return None
