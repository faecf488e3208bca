"""Print lines on standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TextIO

import click

from poolcli.cli.encoding import encode, encode_path, escape
from poolcli.cli.messages import complain

LOST = "poolcli.output_lost"


class Output:
    """Standard output, until its reader closes it.

    If output is lost, the exit status of the running command is 1; see `status_of`.

    Parameters
    ----------
    needed : bool
        Whether a standard output that is closed from the start is an error.
    """

    def __init__(self, *, needed: bool = True) -> None:
        self.needed = needed
        self.failed = False

    def print(self, *lines: str) -> None:
        """Print lines of text, with escaped control characters on a terminal."""
        self._print(lines, encode)

    def print_paths(self, *paths: str) -> None:
        """Print paths, one per line: byte for byte into a file or pipe."""
        self._print(paths, encode_path)

    def _print(self, lines: Sequence[str], encode_line: Callable[[str, TextIO], bytes]) -> None:
        stream = sys.stdout
        if not lines or self.failed:
            return
        if stream is None:
            if self.needed:
                self._lose("standard output is closed")
            return
        from poolcli import storage

        try:
            if stream.isatty():
                encoded = [encode(escape(line), stream) for line in lines]
            else:
                encoded = [encode_line(line, stream) for line in lines]
            storage.print_output(b"".join(line + b"\n" for line in encoded))
        except (OSError, ValueError) as error:
            # Nothing more is printed, but the run goes on.
            storage.abandon_output()
            if not storage.is_broken_pipe(error):
                reason = getattr(error, "strerror", None) or str(error)
                self._lose(f"standard output cannot be written: {reason.lower()}")

    def _lose(self, reason: str) -> None:
        """Report once that output is lost, and set the exit status."""
        self.failed = True
        if context := click.get_current_context(silent=True):
            context.meta[LOST] = True
        complain(reason)


def status_of(ended: int | None) -> int:
    """Return the exit status of the running command: 1 if output was lost."""
    return 1 if click.get_current_context().meta.get(LOST) else int(ended or 0)
