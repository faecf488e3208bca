"""Figures as the contents of files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.figures.sheet import Sheet
from poolcli.figures.style import house_style
from poolcli.formats import ANIMATED_FIGURES, STILL_FIGURES
from poolcli.images import encode_animation, encode_figure
from poolcli.opencv import cv2

STILL = tuple(f".{name}" for name in STILL_FIGURES)
ANIMATED = tuple(f".{name}" for name in ANIMATED_FIGURES)
FIGURE_SUFFIXES = (*STILL, *ANIMATED)

FRAME_MILLISECONDS = 800

# Without a date, the same input gives the same bytes on every day.
_UNDATED: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def check_suffix(suffix: str) -> None:
    """Raise PoolcliError unless figures can be written to files with this suffix."""
    if suffix not in FIGURE_SUFFIXES:
        raise PoolcliError(f"a figure is {', '.join(FIGURE_SUFFIXES)}, got {suffix!r}")


def render(sheet: Sheet, suffix: str) -> bytes:
    """Draw a sheet.

    Parameters
    ----------
    sheet : Sheet
    suffix : str
        One of `FIGURE_SUFFIXES`. Of an animation, each stack of the sheet is a frame.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    PoolcliError
        If the suffix is another, or matplotlib cannot read one of its files.
    """
    check_suffix(suffix)
    with house_style():
        if suffix in ANIMATED:
            frames = [draw_dots(frame) for frame in sheet.frames()]
            return encode_animation(frames, suffix, FRAME_MILLISECONDS)
        figure = sheet.draw()
        if suffix == ".png":
            return encode_figure(draw_dots(figure))
        content = io.BytesIO()
        figure.savefig(content, format=suffix[1:], metadata=_UNDATED[suffix])
        return content.getvalue()


def draw_dots(figure: Figure) -> NDArray[np.uint8]:
    """Draw a figure and return its dots (H, W, 3), which are opaque."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(cv2.cvtColor(np.asarray(canvas.buffer_rgba()), cv2.COLOR_RGBA2RGB), np.uint8)
