"""The comparison figure: an input and its iterations, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from poolcli.figures.bars import Bar
from poolcli.figures.growing import Growing, without_channel
from poolcli.figures.histogram import Histogram, common_ceiling
from poolcli.figures.page import Tier
from poolcli.figures.panels import Panel
from poolcli.figures.sheet import Cell, Part, Sheet
from poolcli.figures.style import house_style
from poolcli.geometry import Step
from poolcli.geometry.region import Region

Array = NDArray[Any]

HISTOGRAM_HEIGHT = 0.4


class Comparison(Growing):
    """One panel a cell, and below it what shows more of it.

    Parameters
    ----------
    zoomed, histogram : bool
        Whether a second row shows a region of each panel, a third how often each value occurs.
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
        images = [Tier(), *[Tier(titled=True)] * zoomed]
        self._images = len(images)
        self._sides: tuple[Fraction, Fraction] | None = None  # of the first region
        super().__init__(
            heading,
            panels,
            shape,
            [*images, *[Tier(HISTOGRAM_HEIGHT, titled=True, named=True)] * histogram],
            full=full,
            colormap=colormap,
            step=step,
            footer=footer,
            suffix=suffix,
        )

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
        pixels = without_channel(pixels)
        with house_style():
            parts: list[Part] = [self._panel(pixels, step, region)]
            if region:
                self._sides = self._sides or region.shape
                zoom = Panel.zoomed(pixels, region, self._box, self._full, step)
                title = _name_zoom(region, self._sides)
                parts.append(replace(zoom, title=title, legible=True))
            if len(parts) < len(self._tiers):
                parts.append(Histogram.of(pixels))
            self._add_cell(caption, pixels, parts)

    def _sheet(self) -> Sheet:
        colours = self._colouring()
        cells = self._cells
        if self._images < len(self._tiers):
            cells = _level(cells, colours.low, colours.high)
        return Sheet(
            self._heading,
            self._box,
            self._tiers,
            cells,
            [colours] * len(self._tiers),
            [Bar(0, self._images - 1)] * self._has_bar(),
            self._footer,
        )


def _name_zoom(region: Region, sides: tuple[Fraction, Fraction]) -> str:
    """Tell how much a zoom shows: in its own pixels, or the first image's where it cuts them."""
    whole = all(edge.denominator == 1 for edge in (*region.rows, *region.columns))
    shown = "×".join(str(side) for side in (region.shape if whole else sides))
    return f"zoom: {shown} px" if whole else f"zoom: {shown} px of the input"


def _level(cells: Sequence[Cell], low: float, high: float) -> list[Cell]:
    """Give the histograms at the bottom of all cells one ceiling."""
    histograms = [part for cell in cells for part in cell.parts if isinstance(part, Histogram)]
    ceiling = common_ceiling(histograms, low, high)
    return [
        replace(cell, parts=[*cell.parts[:-1], replace(histogram, ceiling=ceiling)])
        for cell, histogram in zip(cells, histograms, strict=True)
    ]
