"""Places and bytes: the one way to list, compare, read and replace what a run works on.

A place is a path, a URL, or `-` for standard input or output. Its name decides who serves it:
`local` the paths, `remote` the URLs, which alone load fsspec. `file:///x` is the path `/x`, taken
literally: nothing in it is decoded.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from poolcli.errors import PoolcliError
from poolcli.storage import lists, local, replacing, sameness, streams
from poolcli.storage.local import has_current_folder
from poolcli.storage.sameness import fold
from poolcli.storage.streams import (
    HEAD_BYTES,
    STANDARD,
    STANDARD_OUTPUT,
    abandon_output,
    print_error,
    print_output,
)

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "HEAD_BYTES",
    "STANDARD",
    "STANDARD_OUTPUT",
    "Listed",
    "abandon_output",
    "as_input",
    "as_output",
    "check",
    "fold",
    "has_current_folder",
    "identity",
    "is_current",
    "is_folder",
    "is_link",
    "is_missing",
    "is_private",
    "is_regular",
    "is_same",
    "is_stream",
    "is_url",
    "is_within",
    "lies_in",
    "list_times",
    "name_of",
    "print_error",
    "print_output",
    "read",
    "read_head",
    "read_names",
    "resolve",
    "resolver",
    "sweep",
    "walk",
    "would_be_same",
    "write",
]

# What fsspec reads: a scheme and ://, and before it the names of chained file systems.
_URL = re.compile(r"([A-Za-z][\w.+-]*::)*[A-Za-z][\w.+-]*://")
_FILE = re.compile(r"file://(localhost)?(?=/)", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


class Listed(NamedTuple):
    """A file that a folder holds.

    Attributes
    ----------
    place : str
        Its path or URL; that of a folder if the folder could not be listed.
    modified : int or None
        When it was last changed, in nanoseconds, if the listing said so.
    listed : bool
        False for a folder that could not be listed.
    """

    place: str
    modified: int | None = None
    listed: bool = True


def is_url(place: str) -> bool:
    """Return whether a place is a URL that is no path."""
    return _URL.match(place) is not None and _FILE.match(place) is None


def check(place: str) -> None:
    """Raise PoolcliError if a place is a URL of no storage that poolcli can use."""
    if is_url(place):
        _remote().check(place)


def is_stream(place: str) -> bool:
    """Return whether a place is an open descriptor: `-`, or a path such as /dev/fd/1."""
    return not is_url(place) and streams.output_descriptor(_path(place)) is not None


def as_input(place: str) -> str:
    """Return `-` for every name of standard input, and any other place as it is."""
    named = not is_url(place) and streams.input_descriptor(_path(place)) == streams.INPUT
    return STANDARD if named else place


def as_output(place: str) -> str:
    """Return `-` for every name of standard output, and any other place as it is."""
    named = not is_url(place) and streams.output_descriptor(_path(place)) == streams.OUTPUT
    return STANDARD if named else place


def read(place: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read a file, or standard input.

    Parameters
    ----------
    look : callable or None
        Gets the first bytes, and may refuse them.
    most : int or None
        How many bytes a file may have.

    Raises
    ------
    PoolcliError
        If that fails.
    """
    if not is_url(place):
        return local.read(_path(place), look, most)
    content: bytes = _remote().read(place, look, most)
    return content


def read_head(place: str) -> bytes | None:
    """Return the first bytes of a file, or None where they cost a request or are used up."""
    return None if is_url(place) else local.read_head(_path(place))


def read_names(place: str) -> Iterator[str]:
    """Yield the names in a list, each ended by NUL if the first one is, else one per line.

    Raises
    ------
    PoolcliError
        If the list cannot be read, is no list, or is longer than 256 MiB.
    """
    if is_url(place):
        return lists.names_in([_remote().read(place, None, lists.LONGEST_LIST)])
    return lists.read_names(_path(place))


def write(place: str, *parts: bytes | memoryview) -> None:
    """Replace a file whole, or send its parts to a device, a pipe or standard output.

    Raises
    ------
    PoolcliError
        If the place cannot be written; nothing is left behind then.
    """
    if is_url(place):
        _remote().write(place, b"".join(parts))
    else:
        local.write(_path(place), *parts)


def is_regular(place: str) -> bool:
    """Tell whether a place is a file that any process can read again."""
    return not is_private(place) if is_url(place) else local.is_regular(_path(place))


def is_private(place: str) -> bool:
    """Return whether only this process sees what is written to a place."""
    return place.startswith("memory://") or is_stream(place)


def is_folder(place: str) -> bool:
    """Tell whether a place is a folder; a URL whose last part has a dot is none, unasked."""
    return _remote().is_folder(place) if is_url(place) else local.is_folder(_path(place))


def is_missing(place: str) -> bool:
    """Tell whether nothing can be found at a place; of a URL that is told when it is read."""
    return is_url(place) or local.is_missing(_path(place))


def is_link(place: str) -> bool:
    """Tell whether a place is another name for one elsewhere."""
    return not is_url(place) and local.is_link(_path(place))


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[Listed]:
    """Yield the files in a folder in the order of their names.

    Hidden names are skipped, and so is the folder `avoid`, by whatever name. A folder that cannot
    be listed is yielded itself, for `read` to complain.
    """
    if is_url(folder):
        for place, modified in _remote().walk(folder, recursive=recursive, avoid=avoid):
            yield Listed(place, modified, not place.endswith("/"))
    else:
        path = _path(folder)
        near = avoid if avoid is not None and not is_url(avoid) else None
        for place, listed in local.walk(path, recursive=recursive, avoid=near):
            yield Listed(folder + place.removeprefix(path), listed=listed)


def list_times(places: Iterable[str]) -> dict[str, int]:
    """Ask when those places that are URLs were last changed, by listing their folders."""
    urls = [place for place in places if is_url(place)]
    times: dict[str, int] = _remote().list_times(urls) if urls else {}
    return times


def is_current(place: str, source: str, times: dict[str, int]) -> bool:
    """Return whether a file exists, is not empty and not older than another.

    `times` has those of URLs.
    """
    if not is_url(place) and not is_url(source):
        return local.is_current(_path(place), _path(source))
    made, read = (
        times.get(each) if is_url(each) else local.modified(_path(each)) for each in (place, source)
    )
    return made is not None and read is not None and made >= read


def sweep(folder: str) -> None:
    """Remove the temporary files that killed processes left in a folder."""
    if not is_url(folder):
        replacing.sweep(_path(folder))


def identity(place: str) -> object | None:
    """Return what all names of one file have in common, or None if it is known to be no file.

    Two different files may have it in common too: `is_same` tells them apart.
    """
    return _remote().identity(place) if is_url(place) else sameness.identity(_path(place))


def is_same(place: str, other: str) -> bool:
    """Return whether two places are one file or folder."""
    if is_url(place) or is_url(other):
        return identity(place) == identity(other) is not None
    return sameness.is_same(_path(place), _path(other))


def is_within(place: str, folder: str) -> bool:
    """Return whether a place is a folder or lies below it, by whatever name."""
    if is_url(place) or is_url(folder):
        return lies_in(resolve(place), resolve(folder))
    return sameness.is_within(_path(place), _path(folder))


def would_be_same(place: str, other: str) -> bool:
    """Return whether two resolved places, equal once folded, would be one file when written."""
    return not is_url(place) and not is_url(other) and sameness.would_be_same(place, other)


def resolve(place: str) -> str:
    """Give the one name that all names of a place, existing or not, lead to."""
    return str(_remote().resolve(place)) if is_url(place) else os.path.realpath(_path(place))


def resolver(*, follow: bool = True) -> Callable[[str], str]:
    """Return a quicker `resolve` for many places, which looks at each folder once.

    Parameters
    ----------
    follow : bool
        False to leave a place that is a link itself as it is.
    """
    resolve_path = sameness.resolver()
    return lambda place: resolve(place) if is_url(place) else resolve_path(_path(place), follow)


def lies_in(place: str, folder: str) -> bool:
    """Tell whether one resolved place is another or lies below it."""
    return f"{place}/".startswith(f"{folder.rstrip('/')}/")


def name_of(place: str) -> str:
    """Give the last part of a place's name."""
    if place.startswith(("http://", "https://")):
        place = _QUERY.sub("", place)
    return os.path.basename(place)  # noqa: PTH119 - a place is text


def _path(place: str) -> str:
    """Return the path that a place is."""
    return _FILE.sub("", place)


def _remote() -> ModuleType:
    try:
        from poolcli.storage import remote
    except ImportError as error:
        if not (error.name or "").startswith("fsspec"):
            raise
        raise PoolcliError(
            "URLs need fsspec; install it with pip install 'poolcli-image[cluster]'"
        ) from None
    return remote
