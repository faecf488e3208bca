"""The comparison figure: an input and its iterations, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.figures import page, text
from poolcli.figures.colours import Colouring, FiniteRange
from poolcli.figures.files import ANIMATED, FIGURE_SUFFIXES, animate, render
from poolcli.figures.histogram import Histogram, common_ceiling
from poolcli.figures.page import Box, Tier
from poolcli.figures.panels import Panel, visible_padding
from poolcli.figures.sheet import Cell, Part, Sheet, fitted_caption
from poolcli.figures.style import house_style
from poolcli.geometry import Region, Step

Array = NDArray[Any]

HISTOGRAM_HEIGHT = 0.4


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
    step : Step or None
        The first iteration: room is made for its padding, where that can be seen.
    zoomed, histogram : bool
        Whether a second row shows a region of each panel, a third how often each value occurs.
    footer : sequence of str
        The words of the command that makes the figure.
    suffix : str
        Of its file: `.png`, `.svg` or `.pdf`; or `.gif` or `.webp`, in which panels follow each
        other, as large as one alone on a page.
    """

    def __init__(
        self,
        heading: str,
        panels: int,
        shape: tuple[int, int],
        *,
        full: float | None,
        colormap: str | None = None,
        step: Step | None = None,
        zoomed: bool = False,
        histogram: bool = False,
        footer: Sequence[str] = (),
        suffix: str = ".png",
    ) -> None:
        if suffix not in FIGURE_SUFFIXES:
            raise PoolcliError(f"a figure is {', '.join(FIGURE_SUFFIXES)}, got {suffix!r}")
        stretched = not page.ASPECTS[0] <= shape[1] / shape[0] <= page.ASPECTS[1]
        self._heading = heading + " (stretched)" * stretched
        self._tiers = [Tier(), *[Tier(titled=True)] * zoomed]
        self._images = len(self._tiers)
        self._tiers += [Tier(HISTOGRAM_HEIGHT, titled=True)] * histogram
        self._suffix = suffix
        together = 1 if suffix in ANIMATED else panels
        self._box = Box.of(together, shape, self._tiers)
        if step:
            (top, bottom), (left, right) = visible_padding(self._box, step)
            padded = top + shape[0] + bottom, left + shape[1] + right
            self._box = Box.of(together, padded, self._tiers)
        self._full = full
        self._colormap = colormap or ("viridis" if full is None else "gray")
        self._range = FiniteRange()
        self._cells: list[Cell] = []
        self._footer = footer

    def add(
        self,
        pixels: Array,
        caption: Sequence[str],
        step: Step | None = None,
        region: Region | None = None,
    ) -> None:
        """Add a panel.

        Parameters
        ----------
        pixels : ndarray, (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), any real dtype
            Four channels are RGBA. The array is not kept.
        caption : sequence of str
            Lines to stand above the panel, the title first.
        step : Step or None
            The iteration that the panel goes into, whose unused pixels and padding are marked.
        region : Region or None
            What the zoom shows.
        """
        if pixels.ndim == 3 and pixels.shape[2] == 1:
            pixels = pixels[:, :, 0]
        if self._full is None:
            self._range.include(pixels)
        with house_style():
            parts: list[Part] = [Panel.of(pixels, self._box, self._full, step, region)]
            if region:
                parts.append(Panel.zoomed(pixels, region, self._box, self._full, step))
            if len(parts) < len(self._tiers):
                parts.append(Histogram.of(pixels))
            missing = _share_of_nan(pixels)
            words = [*caption, *[f"{text.percent(missing)} NaN, in rose"] * bool(missing)]
            self._cells.append(Cell(fitted_caption(words, self._box), parts))

    def render(self) -> bytes:
        """Draw the figure and give its file's content."""
        with house_style():
            sheet = self._sheet()
            if self._suffix in ANIMATED:
                return animate(sheet.frames(), self._suffix)
            return render(sheet.draw(), self._suffix)

    def figure(self) -> Figure:
        """Give the figure as matplotlib has it before it is drawn."""
        with house_style():
            return self._sheet().draw()

    def _sheet(self) -> Sheet:
        low, high = self._range.limits() if self._full is None else (0.0, self._full)
        cells = self._cells
        if self._images < len(self._tiers):
            cells = _level(cells, low, high)
        overviews = [cell.parts[0] for cell in cells]
        has_bar = self._full is None and all(
            isinstance(panel, Panel) and panel.pixels.ndim == 2 for panel in overviews
        )
        return Sheet(
            self._heading,
            self._box,
            self._tiers,
            cells,
            [Colouring(low, high, self._colormap)] * len(self._tiers),
            [(0, self._images - 1)] * has_bar,
            self._footer,
        )


def _share_of_nan(pixels: Array) -> float:
    return float(np.isnan(pixels).mean()) if pixels.dtype.kind == "f" else 0.0


def _level(cells: Sequence[Cell], low: float, high: float) -> list[Cell]:
    """Give the histograms at the bottom of all cells one ceiling."""
    histograms = [part for cell in cells for part in cell.parts if isinstance(part, Histogram)]
    ceiling = common_ceiling(histograms, low, high)
    return [
        replace(cell, parts=[*cell.parts[:-1], replace(histogram, ceiling=ceiling)])
        for cell, histogram in zip(cells, histograms, strict=True)
    ]
