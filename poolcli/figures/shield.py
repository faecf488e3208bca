"""Matplotlib loaded in spite of the settings that lie around."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from poolcli.errors import PoolcliError


@contextmanager
def without_help() -> Iterator[None]:
    """Spare matplotlib's classes the help on their properties, a fifth of the import."""
    artist: Any = import_module("matplotlib.artist")
    write_help = artist.kwdoc
    artist.kwdoc = lambda _: ""
    try:
        yield
    finally:
        artist.kwdoc = write_help


@contextmanager
def without_collecting() -> Iterator[None]:
    """Import without looking for garbage, now or later, in modules that are there to stay."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


@contextmanager
def without_log() -> Iterator[None]:
    """Keep off the screen what matplotlib notes, such as a bad line in a matplotlibrc."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def load_matplotlib() -> None:
    """Import matplotlib, which reads MPLBACKEND then and raises if it is nonsense."""
    if "matplotlib" in sys.modules:
        return
    backend = os.environ.pop("MPLBACKEND", None)
    home = os.environ.get("MPLCONFIGDIR")
    try:
        # It warns of parts that nobody here uses and that it cannot load. A filter for a while
        # would not do: it is that of all threads, and an image may be decoded meanwhile.
        warnings.filterwarnings("ignore", "Unable to import Axes3D")
        with without_collecting(), without_log():
            matplotlib = import_module("matplotlib")
            with without_help():
                import_module("matplotlib.backends.backend_agg")
                import_module("matplotlib.figure")
                import_module("poolcli.figures.border")
                import_module("poolcli.figures.pixels")
    except (OSError, UnicodeDecodeError) as error:
        raise PoolcliError(
            f"matplotlib does not load: {error}; move a damaged matplotlibrc away, or use"
            " --no-figure"
        ) from error
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
        _remove_makeshift_home(home)
    if backend:
        # A caller's own pyplot may rely on a sensible MPLBACKEND, as in a notebook.
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = backend


def _remove_makeshift_home(home: str | None) -> None:
    """Remove the folder that matplotlib makes where it finds no home, and needs no longer.

    It would do so as the interpreter ends, which a worker does not live to see.
    """
    made = os.environ.get("MPLCONFIGDIR")
    if made is None or made == home:
        return
    atexit.unregister(shutil.rmtree)
    shutil.rmtree(made, ignore_errors=True)
    if home is None:
        del os.environ["MPLCONFIGDIR"]
    else:
        os.environ["MPLCONFIGDIR"] = home
