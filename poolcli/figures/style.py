"""How every figure looks, whatever matplotlib is told elsewhere."""

from __future__ import annotations

import errno
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from poolcli.errors import PoolcliError
from poolcli.figures.page import HAIRLINE, TICK, Box
from poolcli.figures.shield import without_log
from poolcli.figures.text import fonts
from poolcli.memory import lacks_memory

INK, QUIET, FRAME, GROUND = "#1f2328", "#646b76", "#b9bec5", "#f3f4f6"

_settings_lock = threading.RLock()


@contextmanager
def house_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and the few settings of poolcli, and leave no trace.

    Glyphs that no installed font has are drawn as boxes, without a warning.

    Raises
    ------
    PoolcliError
        If matplotlib cannot read what it draws with.
    """
    with _told(), _settings_lock, _settings(), without_log(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .*missing from font", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support", UserWarning)
        yield


@contextmanager
def _told() -> Iterator[None]:
    """Turn a file that matplotlib cannot open, such as a font, into a PoolcliError."""
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
    """Change the settings that are not what they shall be, and change them back.

    Matplotlib's own rc_context checks and restores all 300, in a millisecond.
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
    # The backend is not ours to choose.
    defaults: Any = mpl.rcParamsDefault.items()
    settings = {key: value for key, value in defaults if not key.startswith("backend")}
    return settings | {
        "font.family": fonts(),
        "text.parse_math": False,
        "text.hinting": "no_hinting",  # as wide as it is measured; and half the time
        "axes.titley": 1.0,  # else each title looks for ticks to stay clear of
        "svg.fonttype": "path",  # text that stayed text would be wider in another viewer's font
        "svg.hashsalt": "poolcli",
        "pdf.fonttype": 42,
    }


def style_ticks(axes: Axes, box: Box) -> None:
    """Make ticks and their labels small and gray."""
    axes.tick_params(
        length=3 * box.scale,
        width=HAIRLINE * box.scale,
        pad=2 * box.scale,
        labelsize=TICK * box.scale,
        color=FRAME,
        labelcolor=QUIET,
    )
