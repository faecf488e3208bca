"""Colour bars, and round numbers along an axis of values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from poolcli.figures import page
from poolcli.figures.colours import Colouring
from poolcli.figures.page import Box
from poolcli.figures.style import FRAME, QUIET, style_ticks
from poolcli.figures.text import number, width_of

LONGEST_WHOLE = 1e6
DISTANCE = 7.0  # points, from a bar to the words above and below


def round_marks(low: float, high: float) -> dict[float, str]:
    """Choose a few round values between the limits, and the shortest numbers that differ."""
    values = ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    within = [float(value) for value in values if low <= value <= high] or [low, high]
    digits = 4 - math.floor(math.log10((high - low) / max(abs(low), abs(high))))
    return {value: _written(value, digits) for value in within}


def _written(value: float, digits: int) -> str:
    """Write whole numbers in full while they are short."""
    whole = value.is_integer() and abs(value) < LONGEST_WHOLE
    return number(int(value)) if whole else number(value, digits)


@dataclass(frozen=True)
class Bar:
    """A colour bar beside some tiers of a sheet.

    Attributes
    ----------
    first, last : int
        The tiers.
    beyond : bool
        Whether there are values beyond its ends, which have the colours of these.
    above, below : str
        What its ends mean.
    """

    first: int
    last: int
    beyond: bool = False
    above: str = ""
    below: str = ""

    @property
    def words(self) -> list[str]:
        """List what stands above and below it."""
        return [words for words in (self.above, self.below) if words]


def draw_bar_beside(axes: Axes, box: Box, colours: Colouring, bar: Bar) -> None:
    """Fill `axes` with an upright colour bar, and write above and below what its ends mean."""
    place = axes.get_position()
    draw_bar(axes, box, colours, beyond=bar.beyond)
    for words, end, distance, align in (
        (bar.above, place.y1, DISTANCE, "bottom"),
        (bar.below, place.y0, -DISTANCE, "top"),
    ):
        axes.annotate(
            words,
            (place.x0, end),
            (0, distance * box.scale),
            xycoords="figure fraction",
            textcoords="offset points",
            va=align,
            size=page.TICK * box.scale,
            color=QUIET,
        )


def draw_bar(
    axes: Axes, box: Box, colours: Colouring, *, beyond: bool, horizontal: bool = False
) -> None:
    """Fill `axes` with the colours of all values, and write some of them beside it."""
    marks = round_marks(colours.low, colours.high)
    if horizontal:
        room = axes.bbox.width * 72 / box.dots / box.scale
        needed = sum(width_of(label, page.TICK) + page.TICK for label in marks.values())
        values = list(marks)
        kept = values if needed <= room else [values[0], values[len(values) // 2], values[-1]]
        marks = {value: marks[value] for value in kept}
    bar: Any = axes.figure.colorbar(
        ScalarMappable(Normalize(colours.low, colours.high), colours.colormap),
        cax=axes,
        orientation="horizontal" if horizontal else "vertical",
        ticks=list(marks),
        extend="both" if beyond else "neither",
    )
    bar.set_ticklabels(list(marks.values()))
    bar.ax.minorticks_off()
    if bar.solids:  # without edges, viewers of SVG and PDF show white lines between the colours
        bar.solids.set_edgecolor("face")
    bar.outline.set(edgecolor=FRAME, linewidth=page.HAIRLINE * box.scale)
    style_ticks(axes, box)
