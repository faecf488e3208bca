"""Redirect standard streams: for the time of a call, or once they have failed."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TextIO

# Only one caller at a time redirects descriptor 2.
_collecting = threading.Lock()


@contextmanager
def silence() -> Iterator[None]:
    """Discard standard error of libraries in C, and of processes that are started meanwhile.

    The descriptor belongs to the whole process: use this around one call, and not in threads.
    """
    try:
        kept = os.dup(2)
    except OSError:
        # It is closed already.
        yield
        return
    try:
        nowhere = open_nowhere()
    except OSError:
        # Messages of libraries are better than no picture.
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
    """Collect the lines that libraries in C write to standard error; the list is filled at the end.

    Lines that other threads write meanwhile are collected too: the caller passes on every line that
    it does not expect, with `write_error`.
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
    """Open descriptor 2 on /dev/null if it is closed, so that no file takes its number."""
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
    """Open a file in memory, or a temporary file if the system has no such files."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("poolcli"), "w+b")
    import tempfile  # takes as long to load as all other imports together

    return tempfile.TemporaryFile()


def abandon(stream: TextIO) -> None:
    """Discard the rest of the buffer of a stream, at exit too."""
    with suppress(OSError, ValueError):
        nowhere = open_nowhere()
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def open_nowhere() -> int:
    """Open a descriptor that discards all output and has no input.

    Without /dev/null, as in a bare container, it is a file in memory.

    Raises
    ------
    OSError
        If neither can be opened.
    """
    try:
        return os.open(os.devnull, os.O_RDWR)
    except OSError:
        if not hasattr(os, "memfd_create"):
            raise
        descriptor: int = os.memfd_create("nowhere")
        return descriptor
