"""Suggest remedies for an input that does not exist."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from poolcli import storage
from poolcli.formats import output_format
from poolcli.quoting import SHELL
from poolcli.storage import STANDARD

# Maximum number of names in a folder that are compared with a missing one.
COMPARED = 5000


def suggest(path: str, inputs: Sequence[str] = (), *, listed: bool = False) -> str | None:
    """Return a remedy for a missing input, or None.

    Parameters
    ----------
    inputs : sequence of str
        All inputs of the command line, in order.
    listed : bool
        Whether the name is from a list, which no shell expands.
    """
    if path == STANDARD or storage.is_url(path) or not _is_absent(path):
        return None
    if listed:
        return _blanks_around(path) or _near(path, inputs)
    for remedy in (_unexpanded(path), _split(path, inputs), _near(path, inputs)):
        if remedy is not None:
            return remedy
    return _output(path, inputs)


def _blanks_around(path: str) -> str | None:
    """Return the remedy for a line of a list with blanks around the name."""
    if path != path.strip() and not storage.is_missing(path.strip()):
        return "leave out the blanks around the name"
    return None


def _is_absent(path: str) -> bool:
    """Return whether no file or link has this name."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def _unexpanded(path: str) -> str | None:
    """Return the remedy for a name that the shell did not expand or split."""
    if " " in path and not storage.is_missing(path.split(" ", maxsplit=1)[0]):
        return "leave out the quotes, so that the shell splits it into words"
    if "," in path and not any(map(storage.is_missing, path.split(","))):
        return f"inputs are separated by blanks: {SHELL.join(path.split(','))}"
    if path.startswith("~") and not storage.is_missing(os.path.expanduser(path)):  # noqa: PTH111
        return "leave out the quotes, so that the shell expands ~"
    if not glob.has_magic(path):
        return None
    if not glob.glob(path):  # noqa: PTH207 - a path is text
        return "no file matches"
    return "leave out the quotes, so that the shell expands it"


def _split(path: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a name with blanks that the shell split."""
    if path not in inputs:
        return None
    here = inputs.index(path)
    for first in range(max(here - 3, 0), here + 1):
        for last in range(here + 1, min(here + 4, len(inputs)) + 1):
            whole = " ".join(inputs[first:last])
            if last - first > 1 and not storage.is_missing(whole):
                return f"quote the name: {SHELL.quote(whole)}"
    return None


def _near(path: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a name that is close to an existing one."""
    missing = Path(path)
    try:
        names = sorted(_names_in(missing.parent))
    except OSError:
        absent = [folder for folder in missing.parents if _is_absent(str(folder))]
        return f"there is no folder {absent[-1]}" if absent else None
    given = {os.path.normpath(each) for each in inputs}
    named = {name: missing.with_name(name) for name in names}
    close = _closest(missing.name, [name for name in names if str(named[name]) not in given])
    return f"did you mean {SHELL.quote(str(named[close]))}?" if close else None


def _names_in(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as listing:
        names = (entry.name for entry in listing if not entry.name.startswith("."))
        yield from islice(names, COMPARED)


def _closest(name: str, known: Sequence[str]) -> str | None:
    """Return the closest name: one that differs by case, by its suffix, or by a few letters."""
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


def _output(path: str, inputs: Sequence[str]) -> str | None:
    """Return the remedy for a second name that is the output."""
    if len(inputs) != 2 or path != inputs[1] or storage.is_missing(inputs[0]):
        return None
    suffix = os.path.splitext(path)[1]  # noqa: PTH122 - a path is text
    if storage.is_folder(inputs[0]):
        return None if suffix else f"results go to a folder with -d {SHELL.quote(path)}"
    if output_format(suffix.lower().removeprefix(".")):
        return f"a result goes to a file with -o {SHELL.quote(path)}"
    return None
