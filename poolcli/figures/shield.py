"""Matplotlib loaded in spite of the settings that lie around."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from importlib import import_module

from poolcli.errors import PoolcliError


def load_matplotlib() -> None:
    """Import matplotlib whatever MPLBACKEND and a foreign matplotlibrc say.

    Matplotlib reads both when it is imported: a nonsense MPLBACKEND raises, and nonsense in a
    matplotlibrc is logged on standard error.
    """
    if "matplotlib" in sys.modules:
        return
    backend = os.environ.pop("MPLBACKEND", None)
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        matplotlib = import_module("matplotlib")
        import_module("matplotlib.backends.backend_agg")
    except (OSError, UnicodeDecodeError) as error:
        raise PoolcliError(
            f"matplotlib does not load: {error}; move a damaged matplotlibrc away, or use"
            " --no-figure"
        ) from error
    finally:
        log.setLevel(level)
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    if backend:
        # A caller's own pyplot may rely on a sensible MPLBACKEND, as in a notebook.
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = backend
