"""Print lines on standard error, and prepare standard streams."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

from poolcli.cli.encoding import encode, escape
from poolcli.silence import abandon, open_nowhere


def complain(message: str) -> None:
    """Print one line on standard error, with control characters escaped."""
    from poolcli import storage

    try:
        storage.print_error(encode(f"poolcli: {escape(message)}\n", sys.stderr))
    except (OSError, ValueError):
        # A full disk or a closed terminal must neither end the run nor change its exit status. The
        # buffer is discarded, since Python would write it at exit.
        abandon(sys.stderr)


def open_missing_streams() -> None:
    """Reopen closed descriptors 0 to 2 so that files cannot take their numbers."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            with suppress(OSError):
                open_nowhere()
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def buffer_output() -> None:
    """Buffer standard output if it is unbuffered, as with PYTHONUNBUFFERED.

    Click prints help through Python's text layer, which does not repeat a short write.
    """
    stream = sys.stdout
    if stream is not None and isinstance(stream.buffer, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(stream.buffer), stream.encoding, stream.errors, line_buffering=True
        )


def name_input(path: str) -> str:
    """Return the name of an input for messages."""
    return "standard input" if path == "-" else path
