"""Standard streams that lead nowhere: for a while, or once they have failed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


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

    What other threads write there meanwhile is collected too: the caller passes on, with
    `os.write(2, line)`, every line that it did not wait for.
    """
    lines: list[bytes] = []
    with tempfile.TemporaryFile() as collected:
        kept: int | None = None
        with suppress(OSError):  # it may be closed already
            kept = os.dup(2)
        os.dup2(collected.fileno(), 2)
        try:
            yield lines
        finally:
            if kept is None:
                os.close(2)
            else:
                os.dup2(kept, 2)
                os.close(kept)
        collected.seek(0)
        lines.extend(collected)


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
