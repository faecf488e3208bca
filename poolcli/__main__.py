"""Lets `python -m poolcli` be the command `poolcli`, and gets ready before anything is loaded."""

from __future__ import annotations

import os
import sys

# Of typing, which imports much that might lie in the current folder.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType


def run() -> int:
    """Run the command line as a process, and return its exit status."""
    import gc
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What the caller ignores, as nohup does, stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    # NumPy loads a library for linear algebra, which nobody here uses; by default that starts a
    # thread for each core, and where no more threads are allowed it ends the process.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # What is loaded from here on is there to stay: to look for garbage in it takes 8 of 140 ms.
    gc.disable()

    from poolcli.cli import run as run_commands

    return run_commands()


def _leave(number: int, _frame: FrameType | None) -> None:
    """End at once: while poolcli loads, there is nothing to tidy up."""
    os._exit(128 + number)


def _leave_current_folder() -> None:
    """Take the folder that `python -m` put first off the import path, unless poolcli is in it."""
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
