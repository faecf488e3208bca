"""Standard streams that lead nowhere: for a while, or once they have failed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TextIO

# Descriptor 2 leads to one place at a time.
_collecting = threading.Lock()


@contextmanager
def silence() -> Iterator[None]:
    """Let nothing reach standard error: not from C libraries, nor from processes started now."""
    try:
        kept = os.dup(2)
    except OSError:
        # It is closed already.
        yield
        return
    try:
        nowhere = open_nowhere()
    except OSError:
        # What libraries say is heard then, which is better than no picture.
        os.close(kept)
        yield
        return
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def standard_error() -> Iterator[list[bytes]]:
    """Collect the lines that C libraries write to standard error; the list is filled at the end.

    What other threads write there meanwhile is collected too: the caller passes on every line that
    it did not wait for, with `write_error`.
    """
    lines: list[bytes] = []
    with _collecting, _opened(), _unnamed_file() as collected:
        kept = os.dup(2)
        os.dup2(collected.fileno(), 2)
        try:
            yield lines
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        collected.seek(0)
        lines.extend(collected)


@contextmanager
def _opened() -> Iterator[None]:
    """Keep descriptor 2 from being a file's own where the caller has closed it."""
    try:
        os.fstat(2)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != 2:
            os.dup2(nowhere, 2)
            os.close(nowhere)
        try:
            yield
        finally:
            os.close(2)
    else:
        yield


def write_error(line: bytes) -> None:
    """Write bytes to standard error as they are, if it is open."""
    with suppress(OSError):
        os.write(2, line)


def _unnamed_file() -> IO[bytes]:
    """Open a file in memory, or where the system has none, a temporary one."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("poolcli"), "w+b")
    import tempfile  # takes as long to load as all the rest here

    return tempfile.TemporaryFile()


def abandon(stream: TextIO) -> None:
    """Let what is left in a stream's buffer go nowhere, at exit too."""
    with suppress(OSError, ValueError):
        nowhere = open_nowhere()
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def open_nowhere() -> int:
    """Open a descriptor that takes all that is written and gives nothing to read.

    Where there is no /dev/null, as in a bare container, memory without a name stands in.

    Raises
    ------
    OSError
        If neither is to be had.
    """
    try:
        return os.open(os.devnull, os.O_RDWR)
    except OSError:
        if not hasattr(os, "memfd_create"):
            raise
        return os.memfd_create("nowhere")
