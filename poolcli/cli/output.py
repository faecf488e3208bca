"""Standard output."""

from __future__ import annotations

import os
import sys

from poolcli.cli.messages import complain, printable


class Output:
    """Standard output, until nobody reads it any more."""

    def __init__(self) -> None:
        self.failed = False

    def print(self, *lines: str) -> None:
        """Print lines byte for byte, for scripts; a terminal gets them printable."""
        stream = sys.stdout
        if not lines or stream is None:
            return
        from poolcli import storage

        try:
            if stream.isatty():
                text = "".join(f"{printable(line)}\n" for line in lines)
                storage.print_output(text.encode(stream.encoding, "backslashreplace"))
            else:
                storage.print_output(b"".join(os.fsencode(line) + b"\n" for line in lines))
        except (OSError, ValueError) as error:
            # The printing ends, the work does not.
            storage.abandon_output()
            self.failed = not isinstance(error, BrokenPipeError)
            if self.failed:
                reason = getattr(error, "strerror", None) or str(error)
                complain(f"standard output cannot be written: {reason.lower()}")
