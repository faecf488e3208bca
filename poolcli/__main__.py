"""Lets `python -m poolcli` be the command `poolcli`, and ends it by signals while it loads."""

from __future__ import annotations

import os
import sys

# Not from typing, which imports modules that might lie in the current folder.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


def run() -> int:
    """Run the command line as a process, and return its exit status."""
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # A signal that the caller ignores, as nohup does, stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)

    from poolcli.cli import startup

    return startup.run()


def _leave(number: int, _frame: FrameType | None) -> None:
    """End at once: while poolcli loads, there is nothing to clean up."""
    os._exit(128 + number)


def _leave_current_folder() -> None:
    """Remove the folder that `python -m` put first on the import path, unless poolcli is in it."""
    try:
        current = os.path.realpath(os.getcwd())  # noqa: PTH109 - pathlib imports much
    except FileNotFoundError:
        return
    home = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))  # noqa: PTH120
    if not sys.flags.safe_path and os.path.realpath(sys.path[0]) == current != home:
        del sys.path[0]


if __name__ == "__main__":
    _leave_current_folder()
    sys.exit(run())
