"""List, compare, read and replace the files of a run.

A path is a local path, a URL, or `-` for standard input or output. The module `local` handles local
paths, and `remote` URLs; only the latter imports fsspec. `file:///x` is the local path `/x`, taken
literally: nothing in it is decoded.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from poolcli.errors import PoolcliError
from poolcli.storage import lists, local, replacing, sameness, streams
from poolcli.storage.local import has_current_folder
from poolcli.storage.paths import is_url, lies_in, local_path, name_of
from poolcli.storage.replacing import join_run, run_token
from poolcli.storage.sameness import fold
from poolcli.storage.streams import (
    HEAD_BYTES,
    STANDARD,
    STANDARD_OUTPUT,
    abandon_output,
    is_broken_pipe,
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
    "is_broken_pipe",
    "is_current",
    "is_folder",
    "is_missing",
    "is_private",
    "is_regular",
    "is_same",
    "is_stream",
    "is_url",
    "is_within",
    "join_run",
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
    "run_token",
    "sweep",
    "walk",
    "would_be_same",
    "write",
]


class Listed(NamedTuple):
    """An entry of a folder.

    Attributes
    ----------
    path : str
        Path of the file, or of a folder that could not be listed.
    modified : int or None
        Time of modification in nanoseconds, if the listing has it.
    listed : bool
        False for a folder that could not be listed.
    """

    path: str
    modified: int | None = None
    listed: bool = True


def check(path: str) -> None:
    """Raise PoolcliError if a path is a URL of storage that poolcli cannot use."""
    if is_url(path):
        _remote().check(path)


def is_stream(path: str) -> bool:
    """Return whether a path is an open descriptor: `-`, or a name such as /dev/fd/1."""
    return not is_url(path) and streams.output_descriptor(local_path(path)) is not None


def as_input(path: str) -> str:
    """Return `-` for every name of standard input, and other paths unchanged."""
    named = not is_url(path) and streams.input_descriptor(local_path(path)) == streams.INPUT
    return STANDARD if named else path


def as_output(path: str) -> str:
    """Return `-` for every name of standard output, and other paths unchanged."""
    named = not is_url(path) and streams.output_descriptor(local_path(path)) == streams.OUTPUT
    return STANDARD if named else path


def read(path: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read a file or standard input whole.

    Parameters
    ----------
    path : str
    look : callable or None
        Called with the first 512 bytes before the rest is read; may raise PoolcliError.
    most : int or None
        Maximum number of bytes.

    Returns
    -------
    bytes

    Raises
    ------
    PoolcliError
        If the file cannot be read, is larger, or `look` raises it.
    """
    if not is_url(path):
        return local.read(local_path(path), look, most)
    content: bytes = _remote().read(path, look, most)
    return content


def read_head(path: str) -> bytes | None:
    """Return the first 512 bytes of a regular local file, and None for other paths."""
    return None if is_url(path) else local.read_head(local_path(path))


def read_names(path: str, look: Callable[[bytes], None] | None = None) -> Iterator[str]:
    """Yield the names in a list, each ended by NUL if the first one is, else one per line.

    Parameters
    ----------
    path : str
    look : callable or None
        Called with the first 512 bytes before any name is yielded; may raise PoolcliError.

    Raises
    ------
    PoolcliError
        If the list cannot be read, is no list of names, or is larger than 256 MiB.
    """
    if is_url(path):
        return lists.names_in([_remote().read(path, look, lists.LONGEST_LIST)])
    return lists.read_names(local_path(path), look)


def write(path: str, *parts: bytes | memoryview) -> None:
    """Replace a file whole, or write to a device, a pipe or standard output.

    Parameters
    ----------
    path : str
    *parts : bytes or memoryview
        The content, written one after the other.

    Raises
    ------
    PoolcliError
        If the path cannot be written. The old file is unchanged then.
    """
    if is_url(path):
        _remote().write(path, b"".join(parts))
    else:
        local.write(local_path(path), *parts)


def is_regular(path: str) -> bool:
    """Return whether a path is a file that any process can read repeatedly."""
    return not is_private(path) if is_url(path) else local.is_regular(local_path(path))


def is_private(path: str) -> bool:
    """Return whether a path can be reached by this process only."""
    return path.startswith("memory://") or is_stream(path)


def is_folder(path: str) -> bool:
    """Return whether a path is a folder; a URL with a dot in its last part counts as a file."""
    return _remote().is_folder(path) if is_url(path) else local.is_folder(local_path(path))


def is_missing(path: str) -> bool:
    """Return whether a path does not exist; URLs count as missing, since they are not looked up."""
    return is_url(path) or local.is_missing(local_path(path))


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[Listed]:
    """Yield the files in a folder in the order of their names.

    Parameters
    ----------
    folder : str
    recursive : bool
        Whether to include folders within the folder.
    avoid : str or None
        Resolved path of a folder to skip.

    Yields
    ------
    Listed
        Hidden names are skipped. A folder that cannot be listed is yielded itself; `read` raises
        the reason.
    """
    if is_url(folder):
        for path, modified in _remote().walk(folder, recursive=recursive, avoid=avoid):
            yield Listed(path, modified, not path.endswith("/"))
    else:
        own = local_path(folder)
        near = avoid if avoid is not None and not is_url(avoid) else None
        for path, listed in local.walk(own, recursive=recursive, avoid=near):
            yield Listed(folder + path.removeprefix(own), listed=listed)


def list_times(paths: Iterable[str]) -> dict[str, int]:
    """Return the times of modification of those paths that are URLs, in nanoseconds."""
    urls = [path for path in paths if is_url(path)]
    times: dict[str, int] = _remote().list_times(urls) if urls else {}
    return times


def is_current(path: str, source: str, times: dict[str, int]) -> bool:
    """Return whether a file exists, is not empty and is not older than its source.

    Parameters
    ----------
    path, source : str
    times : dict
        Times of modification of URLs, from `list_times`.
    """
    if not is_url(path) and not is_url(source):
        return local.is_current(local_path(path), local_path(source))
    made, read = (
        times.get(each) if is_url(each) else local.modified(local_path(each))
        for each in (path, source)
    )
    return made is not None and read is not None and made >= read


def sweep(folder: str, *, own: bool = False) -> None:
    """Remove the temporary files of killed processes in a folder.

    Parameters
    ----------
    folder : str
    own : bool
        Remove those of this run too; none of its processes may be writing.
    """
    if not is_url(folder):
        replacing.sweep(local_path(folder), own=own)


def identity(path: str) -> object | None:
    """Return a value that is equal for all names of one file, or None if there is no such file.

    It may be equal for different files too; `is_same` distinguishes them.
    """
    return _remote().resolve(path) if is_url(path) else sameness.identity(local_path(path))


def is_same(path: str, other: str) -> bool:
    """Return whether two paths name the same file or folder."""
    if is_url(path) or is_url(other):
        return identity(path) == identity(other) is not None
    return sameness.is_same(local_path(path), local_path(other))


def is_within(path: str, folder: str) -> bool:
    """Return whether a path names a folder or a path below it."""
    if is_url(path) or is_url(folder):
        return lies_in(resolve(path), resolve(folder))
    return sameness.is_within(local_path(path), local_path(folder))


def would_be_same(path: str, other: str) -> bool:
    """Return whether two resolved paths that are equal when folded would name the same file."""
    return not is_url(path) and not is_url(other) and sameness.would_be_same(path, other)


def resolve(path: str) -> str:
    """Return the same path for all names of one file, which need not exist."""
    return str(_remote().resolve(path)) if is_url(path) else os.path.realpath(local_path(path))


def resolver(*, follow: bool = True) -> Callable[[str], str]:
    """Return a faster `resolve` for many paths, which resolves each folder once.

    Parameters
    ----------
    follow : bool
        Whether to follow a path that is a link itself.
    """
    resolve_path = sameness.resolver()
    return lambda path: resolve(path) if is_url(path) else resolve_path(local_path(path), follow)


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
