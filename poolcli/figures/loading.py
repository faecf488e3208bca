"""The import of matplotlib, independent of the user's environment."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from poolcli.errors import PoolcliError


@contextmanager
def without_log() -> Iterator[None]:
    """Suppress matplotlib's log messages below errors, such as a bad line in a matplotlibrc."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def load_matplotlib() -> None:
    """Import matplotlib without the MPLBACKEND of the environment.

    Matplotlib reads the variable as it is imported, and raises if it names no backend.

    Raises
    ------
    PoolcliError
        If a file that matplotlib reads cannot be read, or it finds no folder to write to.
    """
    if "matplotlib" in sys.modules:
        return
    # A temporary filter would not do: filters are shared by all threads.
    warnings.filterwarnings("ignore", "Unable to import Axes3D")
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        with without_log():
            import matplotlib as mpl
            import matplotlib.backends.backend_agg
            import matplotlib.figure
    except (OSError, UnicodeDecodeError) as error:
        raise PoolcliError(f"matplotlib does not load: {_reason(error)}") from error
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        # The caller's own pyplot, as in a notebook, uses a valid MPLBACKEND.
        with suppress(ValueError):
            mpl.rcParams["backend"] = backend


def _reason(error: OSError | UnicodeDecodeError) -> str:
    """Return why matplotlib does not load, with a remedy."""
    if isinstance(error, OSError) and error.filename is None:
        return (
            "no folder for its temporary files can be written to; set TMPDIR to one, or use"
            " --no-figure"
        )
    return f"{error}; move a damaged matplotlibrc away, or use --no-figure"
