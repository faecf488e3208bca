"""The comparison figure: an input and its iterations, side by side."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.figures import page, text
from poolcli.figures.colours import Colouring, FiniteRange
from poolcli.figures.page import Box, Page
from poolcli.figures.panels import Panel
from poolcli.figures.style import FRAME, INK, house_style, style_ticks
from poolcli.images import encode_by_opencv
from poolcli.opencv import cv2

Array = NDArray[Any]

FIGURE_SUFFIXES = (".png", ".svg", ".pdf")

# The same input gives the same bytes on every day.
_UNDATED: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}


class Comparison:
    """Panels of one size side by side, on one range of values.

    Panels are added one by one, and only as many pixels are kept of each as the page shows.

    Parameters
    ----------
    heading : str
        The line on top, for example `cat.jpg: max, kernel 2×2, stride 2`.
    panels : int
        How many will be added.
    shape : (rows, columns)
        Of the first panel, whose proportions all panels get.
    full : float or None
        The value of white, and the range is 0 to that; None is a matrix: the range is that of the
        finite values of all panels, and a colour bar shows it.
    colormap : str or None
        Colours for one channel; None is gray for images, viridis for matrices.
    """

    def __init__(
        self,
        heading: str,
        panels: int,
        shape: tuple[int, int],
        *,
        full: float | None,
        colormap: str | None = None,
    ) -> None:
        stretched = not page.ASPECTS[0] <= shape[1] / shape[0] <= page.ASPECTS[1]
        self._heading = text.printable(heading) + " (stretched)" * stretched
        self._box = Box.of(panels, shape)
        self._full = full
        self._colormap = colormap or ("viridis" if full is None else "gray")
        self._range = FiniteRange()
        self._panels: list[Panel] = []

    def add(self, pixels: Array, caption: Sequence[str]) -> None:
        """Add a panel.

        Parameters
        ----------
        pixels : ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
            Four channels are RGBA. The array is not kept.
        caption : sequence of str
            Lines to stand above the panel, the title first.
        """
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[:, :, 0]
        if self._full is None:
            self._range.include(pixels)
        with house_style():
            self._panels.append(Panel.of(pixels, caption, self._box, self._full))

    def render(self, suffix: str) -> bytes:
        """Draw the figure and give the content of a `.png`, `.svg` or `.pdf` file."""
        if suffix not in FIGURE_SUFFIXES:
            raise PoolcliError(f"a figure is {', '.join(FIGURE_SUFFIXES)}, got {suffix!r}")
        content = io.BytesIO()
        with house_style():
            figure = self._draw()
            format_ = "raw" if suffix == ".png" else suffix[1:]
            figure.savefig(content, format=format_, metadata=_UNDATED.get(suffix))
        return _encode_png(figure, content) if suffix == ".png" else content.getvalue()

    def figure(self) -> Figure:
        """Give the figure as matplotlib has it before it is drawn."""
        with house_style():
            return self._draw()

    def _draw(self) -> Figure:
        box, panels = self._box, self._panels
        low, high = self._range.limits() if self._full is None else (0.0, self._full)
        colours = Colouring(low, high, self._colormap)
        lines = max(len(panel.caption) for panel in panels)
        has_bar = self._full is None and all(panel.pixels.ndim == 2 for panel in panels)
        marks = bar_marks(low, high) if has_bar else {}
        layout = Page.of(
            box,
            len(panels),
            caption_lines=lines,
            caption_width=max(panel.caption_width for panel in panels),
            row_labels=widest(str(panel.shape[0]) for panel in panels),
            column_labels=widest(str(panel.shape[1]) for panel in panels),
            bar_labels=widest(marks.values()) if has_bar else None,
        )
        figure = Figure((layout.width / box.dots, layout.height / box.dots), dpi=box.dots)
        self._draw_heading(figure, layout)
        for panel, (left, bottom) in zip(panels, layout.corners, strict=True):
            axes = figure.add_axes(layout.fractions(left, bottom, box.width, box.height))
            panel.draw(axes, box, colours, lines)
        if has_bar:
            axes = figure.add_axes(layout.fractions(*layout.bar()))
            _draw_bar(axes, box, ScalarMappable(Normalize(low, high), self._colormap), marks)
        return figure

    def _draw_heading(self, figure: Figure, layout: Page) -> None:
        """Write the heading, shortened if it is longer than the page."""
        size = page.HEADING * self._box.scale
        room = layout.text_width * 72 / self._box.dots
        figure.text(
            layout.left / layout.width,
            1 - self._box.to_dots(page.EDGE + page.HEADING * 0.8) / layout.height,
            text.fitted(self._heading, room, size, "bold"),
            size=size,
            weight="bold",
            color=INK,
        )


def _encode_png(figure: Figure, rgba: io.BytesIO) -> bytes:
    """Encode a drawn page; matplotlib's own PNG would take longer than everything before it."""
    width, height = figure.canvas.get_width_height()
    dots = np.frombuffer(rgba.getbuffer(), np.uint8).reshape(height, width, 4)
    # Smaller than OpenCV's own choice, run lengths, and as fast.
    strategy = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT)
    return encode_by_opencv(dots[:, :, :3], ".png", strategy)


def bar_marks(low: float, high: float) -> dict[float, str]:
    """Choose a few round values between the limits, and the shortest numbers that differ."""
    values = ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    within = [float(value) for value in values if low <= value <= high] or [low, high]
    digits = 4 - math.floor(math.log10((high - low) / max(abs(low), abs(high))))
    return {value: text.number(value, digits) for value in within}


def widest(labels: Iterable[str]) -> float:
    """Measure the longest of the labels at an axis, in points."""
    return max(text.width_of(label, page.TICK) for label in labels)


def _draw_bar(axes: Axes, box: Box, shades: ScalarMappable, marks: Mapping[float, str]) -> None:
    bar = axes.figure.colorbar(shades, cax=axes, ticks=list(marks))
    bar.ax.set_yticklabels(marks.values())
    bar.ax.minorticks_off()
    if bar.solids:  # without edges, viewers of SVG and PDF show white lines between the colours
        bar.solids.set_edgecolor("face")
    bar.outline.set(edgecolor=FRAME, linewidth=page.HAIRLINE * box.scale)
    style_ticks(axes, box)
