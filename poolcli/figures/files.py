"""Figures as the content of files."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.formats import ANIMATED_FIGURES, STILL_FIGURES
from poolcli.images import encode_animation, encode_figure
from poolcli.opencv import cv2

STILL = tuple(f".{name}" for name in STILL_FIGURES)
ANIMATED = tuple(f".{name}" for name in ANIMATED_FIGURES)
FIGURE_SUFFIXES = (*STILL, *ANIMATED)

FRAME_MILLISECONDS = 800

# The same input gives the same bytes on every day.
_UNDATED: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


def render(figure: Figure, suffix: str) -> bytes:
    """Draw a figure and give the content of a `.png`, `.svg` or `.pdf` file."""
    if suffix not in STILL:
        raise PoolcliError(f"a figure is {', '.join(STILL)}, got {suffix!r}")
    if suffix == ".png":
        # matplotlib's own PNG would take longer than everything before it.
        return encode_figure(draw_dots(figure))
    content = io.BytesIO()
    figure.savefig(content, format=suffix[1:], metadata=_UNDATED[suffix])
    return content.getvalue()


def animate(frames: Iterable[Figure], suffix: str) -> bytes:
    """Draw figures and give the content of a `.gif` or `.webp` file that shows them in turn."""
    return encode_animation([draw_dots(frame) for frame in frames], suffix, FRAME_MILLISECONDS)


def draw_dots(figure: Figure) -> NDArray[np.uint8]:
    """Draw a figure and give its dots (H, W, 3), which are opaque."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(cv2.cvtColor(np.asarray(canvas.buffer_rgba()), cv2.COLOR_RGBA2RGB), np.uint8)
