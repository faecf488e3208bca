"""Paths and bytes: the one way to list, compare, read and replace what a run works on.

A path is the name of a local file, a URL, or `-` for standard input or output. `local` serves local
paths, `remote` serves URLs and alone loads fsspec. `file:///x` is the local path `/x`, taken
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
    path : str
        Its path or URL; that of a folder if the folder could not be listed.
    modified : int or None
        When it was last changed, in nanoseconds, if the listing said so.
    listed : bool
        False for a folder that could not be listed.
    """

    path: str
    modified: int | None = None
    listed: bool = True


def is_url(path: str) -> bool:
    """Return whether a path is a URL; `file:///x` is a local path."""
    return _URL.match(path) is not None and _FILE.match(path) is None


def check(path: str) -> None:
    """Raise PoolcliError if a path is a URL of no storage that poolcli can use."""
    if is_url(path):
        _remote().check(path)


def is_stream(path: str) -> bool:
    """Return whether a path is an open descriptor: `-`, or a name such as /dev/fd/1."""
    return not is_url(path) and streams.output_descriptor(_local_path(path)) is not None


def as_input(path: str) -> str:
    """Return `-` for every name of standard input, and any other path as it is."""
    named = not is_url(path) and streams.input_descriptor(_local_path(path)) == streams.INPUT
    return STANDARD if named else path


def as_output(path: str) -> str:
    """Return `-` for every name of standard output, and any other path as it is."""
    named = not is_url(path) and streams.output_descriptor(_local_path(path)) == streams.OUTPUT
    return STANDARD if named else path


def read(path: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
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
    if not is_url(path):
        return local.read(_local_path(path), look, most)
    content: bytes = _remote().read(path, look, most)
    return content


def read_head(path: str) -> bytes | None:
    """Return the first bytes of a file, or None where they cost a request or are used up."""
    return None if is_url(path) else local.read_head(_local_path(path))


def read_names(path: str) -> Iterator[str]:
    """Yield the names in a list, each ended by NUL if the first one is, else one per line.

    Raises
    ------
    PoolcliError
        If the list cannot be read, is no list, or is longer than 256 MiB.
    """
    if is_url(path):
        return lists.names_in([_remote().read(path, None, lists.LONGEST_LIST)])
    return lists.read_names(_local_path(path))


def write(path: str, *parts: bytes | memoryview) -> None:
    """Replace a file whole, or send its parts to a device, a pipe or standard output.

    Raises
    ------
    PoolcliError
        If the path cannot be written; nothing is left behind then.
    """
    if is_url(path):
        _remote().write(path, b"".join(parts))
    else:
        local.write(_local_path(path), *parts)


def is_regular(path: str) -> bool:
    """Tell whether a path is a file that any process can read again."""
    return not is_private(path) if is_url(path) else local.is_regular(_local_path(path))


def is_private(path: str) -> bool:
    """Return whether only this process sees what is written to a path."""
    return path.startswith("memory://") or is_stream(path)


def is_folder(path: str) -> bool:
    """Tell whether a path is a folder; a URL whose last part has a dot is none, unasked."""
    return _remote().is_folder(path) if is_url(path) else local.is_folder(_local_path(path))


def is_missing(path: str) -> bool:
    """Tell whether nothing can be found at a path; of a URL that is told when it is read."""
    return is_url(path) or local.is_missing(_local_path(path))


def is_link(path: str) -> bool:
    """Tell whether a path is another name for one elsewhere."""
    return not is_url(path) and local.is_link(_local_path(path))


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[Listed]:
    """Yield the files in a folder in the order of their names.

    Hidden names are skipped, and so is the folder `avoid`, by whatever name. A folder that cannot
    be listed is yielded itself, for `read` to complain.
    """
    if is_url(folder):
        for path, modified in _remote().walk(folder, recursive=recursive, avoid=avoid):
            yield Listed(path, modified, not path.endswith("/"))
    else:
        own = _local_path(folder)
        near = avoid if avoid is not None and not is_url(avoid) else None
        for path, listed in local.walk(own, recursive=recursive, avoid=near):
            yield Listed(folder + path.removeprefix(own), listed=listed)


def list_times(paths: Iterable[str]) -> dict[str, int]:
    """Ask when those paths that are URLs were last changed, by listing their folders."""
    urls = [path for path in paths if is_url(path)]
    times: dict[str, int] = _remote().list_times(urls) if urls else {}
    return times


def is_current(path: str, source: str, times: dict[str, int]) -> bool:
    """Return whether a file exists, is not empty and not older than another.

    `times` has those of URLs.
    """
    if not is_url(path) and not is_url(source):
        return local.is_current(_local_path(path), _local_path(source))
    made, read = (
        times.get(each) if is_url(each) else local.modified(_local_path(each))
        for each in (path, source)
    )
    return made is not None and read is not None and made >= read


def sweep(folder: str) -> None:
    """Remove the temporary files that killed processes left in a folder."""
    if not is_url(folder):
        replacing.sweep(_local_path(folder))


def identity(path: str) -> object | None:
    """Return what all names of one file have in common, or None if it is known to be no file.

    Two different files may have it in common too: `is_same` tells them apart.
    """
    return _remote().resolve(path) if is_url(path) else sameness.identity(_local_path(path))


def is_same(path: str, other: str) -> bool:
    """Return whether two paths are one file or folder."""
    if is_url(path) or is_url(other):
        return identity(path) == identity(other) is not None
    return sameness.is_same(_local_path(path), _local_path(other))


def is_within(path: str, folder: str) -> bool:
    """Return whether a path is a folder or lies below it, by whatever name."""
    if is_url(path) or is_url(folder):
        return lies_in(resolve(path), resolve(folder))
    return sameness.is_within(_local_path(path), _local_path(folder))


def would_be_same(path: str, other: str) -> bool:
    """Return whether two resolved paths, equal once folded, would be one file when written."""
    return not is_url(path) and not is_url(other) and sameness.would_be_same(path, other)


def resolve(path: str) -> str:
    """Give the one name that all names of a path, existing or not, lead to."""
    return str(_remote().resolve(path)) if is_url(path) else os.path.realpath(_local_path(path))


def resolver(*, follow: bool = True) -> Callable[[str], str]:
    """Return a quicker `resolve` for many paths, which looks at each folder once.

    Parameters
    ----------
    follow : bool
        False to leave a path that is a link itself as it is.
    """
    resolve_path = sameness.resolver()
    return lambda path: resolve(path) if is_url(path) else resolve_path(_local_path(path), follow)


def lies_in(path: str, folder: str) -> bool:
    """Tell whether one resolved path is another or lies below it."""
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def name_of(path: str) -> str:
    """Give the last part of a path's name."""
    if path.startswith(("http://", "https://")):
        path = _QUERY.sub("", path)
    return os.path.basename(path)  # noqa: PTH119 - a path is text


def _local_path(path: str) -> str:
    """Return a local path without `file://`."""
    return _FILE.sub("", path)


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
