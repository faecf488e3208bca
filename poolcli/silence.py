"""Standard streams that lead nowhere: for a while, or once they have failed."""

from __future__ import annotations

import os
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
