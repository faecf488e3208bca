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
        try:
            if stream.isatty():
                stream.write("".join(f"{printable(line)}\n" for line in lines))
            else:
                stream.flush()
                stream.buffer.write(b"".join(os.fsencode(line) + b"\n" for line in lines))
            stream.flush()
        except (OSError, ValueError) as error:
            # The printing ends, the work does not.
            from poolcli import storage

            storage.abandon_output()
            self.failed = not isinstance(error, BrokenPipeError)
            if self.failed:
                reason = getattr(error, "strerror", None) or str(error)
                complain(f"standard output cannot be written: {reason.lower()}")
