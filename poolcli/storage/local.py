"""Local files: read one whole, or replace it whole.

A path is a local path, or `-` for standard input or output.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from poolcli.errors import PoolcliError
from poolcli.storage.names import check_windows_name
from poolcli.storage.replacing import replace
from poolcli.storage.sameness import is_same_folder
from poolcli.storage.streams import (
    HEAD_BYTES,
    INPUT,
    OUTPUT,
    STANDARD,
    WINDOWS,
    descriptor_of,
    input_descriptor,
    names_folder,
    output_descriptor,
    read_parts,
    standard_input,
    too_large,
    write_all,
    write_output,
)


def read(path: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read a file or standard input whole, as `storage.read` does."""
    try:
        if input_descriptor(path) == INPUT:
            return standard_input().read(look, most)
        # Not memory-mapped: if the file were truncated meanwhile, the process would be killed.
        with Path(path).open("rb", buffering=0) as stream:
            head = b""
            while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
                head += more
            if look is not None:
                look(head)
            status = os.fstat(stream.fileno())
            if most is not None and status.st_size > most:
                raise too_large(status.st_size)
            if not stat.S_ISREG(status.st_mode):
                return _read_to_end(stream, head, most)
            # Read again from the start: joining two parts would hold the file twice.
            stream.seek(0)
            return stream.readall()
    except OSError as error:
        if names_folder(error, path):
            raise PoolcliError("is a folder that cannot be listed") from None
        raise PoolcliError(f"cannot be read: {_reason(error)}") from None


def read_head(path: str) -> bytes | None:
    """Return the first 512 bytes of a regular file, and None for other paths."""
    if not is_regular(path):
        return None
    try:
        with Path(path).open("rb", buffering=0) as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return None


def _read_to_end(stream: io.FileIO, head: bytes, most: int | None) -> bytes:
    """Read the rest of a stream, which may be endless."""
    held = io.BytesIO()
    held.write(head)
    for part in read_parts(stream):
        held.write(part)
        if most is not None and held.tell() > most:
            raise too_large(held.tell())
    return held.getvalue()


def write(path: str, *parts: bytes | memoryview) -> None:
    """Replace a file whole, or write to an open descriptor, a device or a pipe.

    A file is written under a temporary name in the same folder and then renamed: whatever happens,
    the target has either its old or its new content. Links are followed. Owner and permissions are
    those of the old file as far as allowed, or follow the umask.

    Raises
    ------
    PoolcliError
        If the path cannot be written. The old file is unchanged then.
    """
    try:
        descriptor = output_descriptor(path)
        if descriptor is not None:
            write_output(descriptor, parts)
            return
        if WINDOWS:
            check_windows_name(path)
        old = _status(path)
        if old is not None and not stat.S_ISREG(old.st_mode):
            with Path(path).open("wb", buffering=0) as stream:
                write_all(stream, parts)
            return
        target = Path(os.path.realpath(path))
        if old is not None:
            # Renaming needs no permission to write to the old file, but a write-protected file must
            # not be replaced.
            os.close(os.open(target, os.O_WRONLY))
        replace(target, parts, old)
    except (FileExistsError, NotADirectoryError):
        raise PoolcliError(f"{path} cannot be written: a folder in its path is a file") from None
    except OSError as error:
        raise PoolcliError(f"{_name(path)} cannot be written: {_reason(error)}") from None


def has_current_folder() -> bool:
    """Return whether the current folder exists, so that relative paths can be used."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def is_regular(path: str) -> bool:
    """Return whether a path is a file that any process can read repeatedly."""
    if path == STANDARD or descriptor_of(path) is not None:
        return False
    return os.path.isfile(path)  # noqa: PTH113 - Path's raises


def is_missing(path: str) -> bool:
    """Return whether a path does not exist, or is a broken link."""
    return not os.path.exists(path)  # noqa: PTH110 - Path's raises


def is_folder(path: str) -> bool:
    """Return whether a path is a folder."""
    return os.path.isdir(path)  # noqa: PTH112 - Path's raises


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[tuple[str, bool]]:
    """Yield the files in a folder in the order of their names.

    Hidden names and the folder `avoid` are skipped. Links to folders are yielded, not followed. A
    folder that cannot be listed is yielded itself; `read` raises the reason.

    Yields
    ------
    path : str
    listed : bool
        False for a folder that cannot be listed.
    """
    # A stack instead of recursion: folders may be nested deeper than calls can be.
    pending = [(folder, True)]
    while pending:
        path, is_folder = pending.pop()
        if not is_folder:
            yield path, True
            continue
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name), reverse=True)
        except OSError:
            yield path, False
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            below = entry.is_dir(follow_symlinks=False)
            if not below:
                pending.append((entry.path, False))
            elif recursive and not (avoid is not None and is_same_folder(entry.path, avoid)):
                pending.append((entry.path, True))


def is_current(path: str, source: str) -> bool:
    """Return whether a file exists, is not empty and is not older than its source."""
    made, read = modified(path), modified(source)
    return made is not None and read is not None and made >= read


def modified(path: str) -> int | None:
    """Return the time of modification in nanoseconds; None if there is no file, or it is empty."""
    with suppress(OSError, ValueError):
        status = Path(path).stat()
        if stat.S_ISREG(status.st_mode) and status.st_size:
            return status.st_mtime_ns
    return None


def _status(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def _name(path: str) -> str:
    return "standard output" if output_descriptor(path) == OUTPUT else path


def _reason(error: OSError) -> str:
    return error.strerror.lower() if error.strerror else str(error)
