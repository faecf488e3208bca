"""Print lines on standard output."""

from __future__ import annotations

import os
import re
import sys

import click

from poolcli.cli.messages import complain, printable

LOST = "poolcli.output_lost"
# Replacements for characters that an encoding lacks.
SPELLINGS = {
    "×": "x",
    "→": "->",
    "…": "...",
    "·": ".",
    "≈": "~",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    **dict.fromkeys("–−─╶╴", "-"),
    **dict.fromkeys("│╵╷", "|"),
    **dict.fromkeys("└┌├┘┴┐┤┬┼", "+"),
}
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


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
        """Print lines: byte for byte into a file or pipe, with escapes on a terminal.

        Characters that the encoding lacks are replaced.
        """
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
                encoding = stream.encoding
                text = "".join(f"{printable(spelled(line, encoding))}\n" for line in lines)
                storage.print_output(text.encode(encoding, "backslashreplace"))
            else:
                storage.print_output(b"".join(encoded(line) + b"\n" for line in lines))
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


def encoded(line: str) -> bytes:
    """Encode a line like file names, which may contain bytes that are no text."""
    return os.fsencode(spelled(line, sys.getfilesystemencoding()))


def spelled(text: str, encoding: str) -> str:
    """Replace characters that an encoding lacks by ASCII."""
    if _is_encodable(text, encoding):
        return text
    text = re.sub("[⁰¹²³⁴-⁹]+", lambda power: f"^{power[0].translate(SUPERSCRIPTS)}", text)
    return "".join(
        char
        if _is_encodable(char, encoding)
        else SPELLINGS.get(char) or char.encode("ascii", "backslashreplace").decode()
        for char in text
    )


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
