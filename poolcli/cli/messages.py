"""One line at a time on standard error, whatever it holds and wherever that goes."""

from __future__ import annotations

import os
import sys

from poolcli.silence import abandon


def complain(message: str) -> None:
    """Print one line on standard error, whatever the message holds."""
    line = f"poolcli: {printable(message)}\n"
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except (OSError, ValueError):
        # A full disk or a closed terminal must not end the work, nor change its status: Python
        # would write the rest at exit.
        abandon(sys.stderr)


def printable(text: str) -> str:
    """Replace what a terminal would obey rather than show, and what it cannot encode."""
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def open_missing_streams() -> None:
    """Fill the places of standard streams that the caller closed, or files would take them."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", closefd=False)


def name_input(place: str) -> str:
    """Name an input in a message."""
    return "standard input" if place == "-" else place
