"""A figure that grows cell by cell, keeping of each only what its page shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from poolcli.captions import name_unused
from poolcli.errors import PoolcliError
from poolcli.figures import marks, page, text
from poolcli.figures.colours import Colouring, FiniteRange
from poolcli.figures.files import ANIMATED, FIGURE_SUFFIXES, animate, render
from poolcli.figures.page import Box, Tier
from poolcli.figures.panels import Panel, visible_padding
from poolcli.figures.sheet import Cell, Part, Sheet, fits_caption, fitted_caption
from poolcli.figures.style import house_style
from poolcli.geometry import Step
from poolcli.geometry.region import Region

Array = NDArray[Any]


class Growing(ABC):
    """Panels of one size, on one range of values.

    Parameters
    ----------
    heading : str
        The line on top, for example `cat.jpg: max, kernel 2×2, stride 2`.
    cells : int
        How many will be added.
    shape : (rows, columns)
        Of the first panel, whose proportions all panels get.
    tiers : sequence of Tier
        What stands in every cell.
    full : float or None
        The value of white, and the range is 0 to that; None is a matrix: the range is that of the
        finite values of all panels, and a colour bar shows it.
    colormap : str or None
        Colours for one channel; None is gray for images, viridis for matrices.
    step : Step or None
        The first iteration: room is made for its padding, where that can be seen.
    footer : sequence of str
        The words of the command that makes the figure.
    suffix : str
        Of its file: `.png`, `.svg` or `.pdf`; or `.gif` or `.webp`, in which cells follow each
        other, as large as one alone on a page.
    shorter : str
        A heading to take where the other is too long, before names are cut.
    """

    def __init__(
        self,
        heading: str,
        cells: int,
        shape: tuple[int, int],
        tiers: Sequence[Tier],
        *,
        full: float | None,
        colormap: str | None,
        step: Step | None,
        footer: Sequence[str],
        suffix: str,
        shorter: str = "",
    ) -> None:
        if suffix not in FIGURE_SUFFIXES:
            raise PoolcliError(f"a figure is {', '.join(FIGURE_SUFFIXES)}, got {suffix!r}")
        stretched = not page.ASPECTS[0] <= shape[1] / shape[0] <= page.ASPECTS[1]
        self._heading = heading + " (stretched)" * stretched
        self._shorter = shorter and shorter + " (stretched)" * stretched
        self._tiers = tiers
        self._suffix = suffix
        together = 1 if suffix in ANIMATED else cells
        self._box = Box.of(together, shape, tiers)
        if step:
            (top, bottom), (left, right) = visible_padding(self._box, step)
            padded = top + shape[0] + bottom, left + shape[1] + right
            self._box = Box.of(together, padded, tiers)
        self._full = full
        self._colormap = colormap or ("viridis" if full is None else "gray")
        self._range = FiniteRange()
        self._cells: list[Cell] = []
        self._footer = footer

    def render(self) -> bytes:
        """Draw the figure and give its file's content."""
        with house_style():
            sheet = self._sheet()
            if self._suffix in ANIMATED:
                return animate(sheet.frames(), self._suffix)
            return render(sheet.draw(), self._suffix)

    def figure(self) -> Figure:
        """Give the figure, on one page, as matplotlib has it before it is drawn."""
        with house_style():
            return self._sheet().draw()

    def tell_unused(self, number: int, step: Step) -> list[str]:
        """Write the lines for what an iteration leaves unused, to stand where it is hatched."""
        room = self._box.height, self._box.width
        sizes = [
            self._box.to_points(dots) / (sum(padding) + size)
            for dots, padding, size in zip(
                room, visible_padding(self._box, step), step.input_shape, strict=True
            )
        ]
        unused = name_unused(step.dropped, (0, 0)), name_unused((0, 0), step.skipped)
        lines = []
        for words, note in zip(unused, marks.hatch_notes(step, sizes), strict=True):
            parts = [f"{words} by iteration {number}", *[f"({note})"] * bool(note)]
            together = " ".join(parts)
            if words:
                lines += [together] if fits_caption(together, self._box) else parts
        return lines

    @abstractmethod
    def _sheet(self) -> Sheet:
        """Lay out what was added."""

    def _panel(self, pixels: Array, step: Step | None, region: Region | None = None) -> Panel:
        """Make a panel of an image, and let its values count for the range."""
        if self._full is None:
            self._range.include(pixels)
        return Panel.of(pixels, self._box, self._full, step, region)

    def _add_cell(
        self, caption: Sequence[str], pixels: Array, parts: Sequence[Part | None]
    ) -> None:
        """Add a stack of parts, with a line in its caption if `pixels` are not all numbers."""
        missing = np.isnan(pixels).mean() if pixels.dtype.kind == "f" else 0.0
        words = [*caption, *[f"{text.percent(missing)} NaN, in rose"] * bool(missing)]
        self._cells.append(Cell(fitted_caption(words, self._box), parts))

    def _colouring(self) -> Colouring:
        low, high = self._range.limits() if self._full is None else (0.0, self._full)
        return Colouring(low, high, self._colormap)

    def _has_bar(self) -> bool:
        """Tell whether the values of all panels need a colour bar."""
        panels = [cell.parts[0] for cell in self._cells]
        flat = all(isinstance(panel, Panel) and panel.pixels.ndim == 2 for panel in panels)
        return self._full is None and flat


def without_channel(pixels: Array) -> Array:
    """Give one channel (H, W, 1) as (H, W)."""
    return pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
