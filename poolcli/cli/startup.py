"""Run the command `poolcli` as a process, with its own environment and garbage collection.

Neither `import poolcli` nor `poolcli.cli.main`, called as a function, changes these settings of the
calling program. Paths are text here, since importing pathlib takes three milliseconds.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from poolcli.cli import main
from poolcli.cli.messages import buffer_output
from poolcli.cli.signals import ignore_signals

# New objects until Python looks for cycles. Its default of 700 costs 10 ms while libraries are
# imported. A discarded figure is about 10,000 objects.
GARBAGE_OBJECTS = 50_000

ENVIRONMENT = {
    # NumPy loads a library for linear algebra, which poolcli does not use. It starts a thread per
    # core, and ends the process where no more threads are allowed.
    "OPENBLAS_NUM_THREADS": "1",
    # An unknown name raises when matplotlib is imported. Figures are drawn by Agg anyway.
    "MPLBACKEND": "agg",
    # Python processes started from here, such as the server that makes workers, do not import
    # from the current folder: a `multiprocessing.py` in a folder of images would be run.
    "PYTHONSAFEPATH": "1",
}


def run() -> int:
    """Run the command line as a process, and return its exit status."""
    buffer_output()
    gc.set_threshold(GARBAGE_OBJECTS)
    with environment():
        # Signals stay ignored afterwards: the interpreter restores handlers before it ends.
        status = main(afterwards=ignore_signals)
    # The interpreter would search everything that libraries have made for cycles, several times:
    # 30 of the 200 ms of a small picture. The system frees it all sooner.
    gc.freeze()
    return status


@contextmanager
def environment() -> Iterator[None]:
    """Set the environment of libraries and workers; remove a temporary folder of matplotlib.

    Variables of OpenCV are removed: invalid values abort the process at `import cv2`, and valid
    ones must not change pixels.
    """
    for name in [name for name in os.environ if name.startswith("OPENCV_")]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    folder = os.path.join(click.get_app_dir("poolcli"), "matplotlib")  # noqa: PTH118 - see above
    temporary = None if _can_be_made(folder) else _temporary()
    # Matplotlib makes this folder when a figure is drawn, and keeps its list of fonts there, which
    # takes from tenths of a second to seconds to make. A user's matplotlibrc is not in it.
    os.environ["MPLCONFIGDIR"] = temporary or folder
    try:
        yield
    finally:
        if temporary is not None:
            import shutil

            shutil.rmtree(temporary, ignore_errors=True)


def _can_be_made(folder: str) -> bool:
    """Return whether a folder exists and can be written to, or can be made."""
    if not os.path.isabs(folder):  # noqa: PTH117 - see above
        return False
    existing = folder
    while not os.path.lexists(existing):
        existing, below = os.path.dirname(existing), existing  # noqa: PTH120 - see above
        if existing == below:
            # On Windows not even the drive may exist.
            return False
    is_folder = os.path.isdir(existing)  # noqa: PTH112 - see above
    return is_folder and os.access(existing, os.W_OK | os.X_OK)


def _temporary() -> str | None:
    """Return the path of a temporary folder that can be made, or None without any."""
    import tempfile

    try:
        name = f"poolcli-{os.urandom(8).hex()}"
        return os.path.join(tempfile.gettempdir(), name)  # noqa: PTH118 - see above
    except FileNotFoundError:
        return None
