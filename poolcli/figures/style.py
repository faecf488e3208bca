"""The style of all figures, independent of matplotlib's settings elsewhere."""

from __future__ import annotations

import errno
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl

from poolcli.errors import PoolcliError
from poolcli.figures.loading import without_log
from poolcli.figures.text import fonts
from poolcli.memory import lacks_memory

INK, QUIET, FRAME, GROUND = "#1f2328", "#646b76", "#b9bec5", "#f3f4f6"

_settings_lock = threading.RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and poolcli's settings, and restore the caller's.

    Glyphs that no installed font has are drawn as boxes, without a warning.

    Raises
    ------
    PoolcliError
        If matplotlib cannot read one of its files.
    """
    with _file_errors(), _settings_lock, _settings(), without_log(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from font", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support", UserWarning)
        yield


@contextmanager
def _file_errors() -> Iterator[None]:
    """Raise PoolcliError for a file that matplotlib cannot open, such as a font."""
    try:
        yield
    except OSError as error:
        if lacks_memory(error):
            raise
        remedy = "leave the figure out"
        if error.errno in (errno.EMFILE, errno.ENFILE):
            remedy = f"allow more open files (ulimit -n), or {remedy}"
        raise PoolcliError(f"the figure cannot be drawn: {error}; {remedy}") from error


@contextmanager
def _settings() -> Iterator[None]:
    """Change the settings that differ from poolcli's, and restore them.

    Matplotlib's rc_context checks and restores all 300, which takes a millisecond.
    """
    current: Any = mpl.rcParams
    others = {key: value for key, value in _wanted().items() if current[key] != value}
    before = {key: current[key] for key in others}
    current.update(others)
    try:
        yield
    finally:
        current.update(before)


@cache
def _wanted() -> dict[str, Any]:
    # The backend is the caller's choice.
    defaults: Any = mpl.rcParamsDefault.items()
    settings = {key: value for key, value in defaults if not key.startswith("backend")}
    return settings | {
        "font.family": fonts(),
        "image.composite_image": False,  # one image per panel in vector files
        "image.interpolation": "nearest",
        "text.parse_math": False,
        "text.hinting": "no_hinting",  # as wide as it is measured, in half the time
        "svg.fonttype": "path",  # as text it would be wider in another viewer's font
        "svg.hashsalt": "poolcli",
        "pdf.fonttype": 42,
    }
