"""Colour bars, and round numbers along an axis of values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib import ticker
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from poolcli.figures import page
from poolcli.figures.area import IN_FRONT, Area, Point
from poolcli.figures.colours import Colouring
from poolcli.figures.panels import draw_frame
from poolcli.figures.style import FRAME, QUIET
from poolcli.figures.text import number, width_of

LONGEST_WHOLE = 1e6
DISTANCE = 7.0  # points, from a bar to the text above and below
TIP = 0.05  # length of a tip, as a share of the bar between the tips


def round_marks(low: float, high: float) -> dict[float, str]:
    """Return a few round values between the limits, with the shortest labels that differ."""
    values = ticker.MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    within = [float(value) for value in values if low <= value <= high] or [low, high]
    digits = 4 - math.floor(math.log10((high - low) / max(abs(low), abs(high))))
    return {value: _label(value, digits) for value in within}


def _label(value: float, digits: int) -> str:
    """Write a short whole number in full, any other with some significant digits."""
    if value.is_integer() and abs(value) < LONGEST_WHOLE:
        return number(int(value))
    return number(value, digits)


@dataclass(frozen=True)
class Bar:
    """A colour bar beside some tiers of a sheet.

    Attributes
    ----------
    first, last : int
        The tiers.
    extended : bool
        Whether there are values beyond its ends, which have the colours of the ends.
    above, below : str
        The meaning of its ends.
    """

    first: int
    last: int
    extended: bool = False
    above: str = ""
    below: str = ""

    @property
    def words(self) -> list[str]:
        """Return the texts above and below the bar."""
        return [words for words in (self.above, self.below) if words]

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw an upright bar, with text above and below."""
        draw_bar(area, colours, extended=self.extended)
        style: dict[str, Any] = {"size": page.TICK, "color": QUIET}
        if self.above:
            area.write(self.above, (0, 1), (0, DISTANCE), va="bottom", **style)
        if self.below:
            area.write(self.below, (0, 0), (0, -DISTANCE), va="top", **style)


def draw_bar(area: Area, colours: Colouring, *, extended: bool, horizontal: bool = False) -> None:
    """Fill an area with the colours of all values, and label round ones to the right or below.

    Parameters
    ----------
    area : Area
    colours : Colouring
    extended : bool
        Whether the bar ends in tips, for values beyond its limits.
    horizontal : bool
        Whether values grow to the right; otherwise they grow upwards.
    """
    inner = _between_tips(area, horizontal=horizontal) if extended else area
    _, _, width, height = inner.rectangle
    if horizontal:
        inner = replace(inner, columns=(colours.low, colours.high))
        ramp = _ramp(colours, width)
        inner.show(np.repeat(ramp, height, axis=0))
    else:
        inner = replace(inner, rows=(colours.high, colours.low))
        ramp = _ramp(colours, height)[:, ::-1].transpose(1, 0, 2)
        inner.show(np.repeat(ramp, width, axis=1))
    if extended:
        _draw_tips(area, inner, ramp, horizontal=horizontal)
    else:
        draw_frame(inner)
    marks = round_marks(colours.low, colours.high)
    if horizontal:
        inner.label_below(_fitting(marks, inner.width).items())
    else:
        inner.label_right(marks.items())


def _ramp(colours: Colouring, dots: int) -> NDArray[np.uint8]:
    """Return the colours (1, dots, 3) from the lowest value to the highest."""
    middles = (np.arange(dots) + 0.5) / dots
    return colours((colours.low * (1 - middles) + colours.high * middles)[np.newaxis])


def _fitting(marks: dict[float, str], width: float) -> dict[float, str]:
    """Return the marks, or three of them if the labels of all are wider than `width` points."""
    if sum(width_of(label, page.TICK) + page.TICK for label in marks.values()) <= width:
        return marks
    values = list(marks)
    return {value: marks[value] for value in (values[0], values[len(values) // 2], values[-1])}


def _between_tips(area: Area, *, horizontal: bool) -> Area:
    left, bottom, width, height = area.rectangle
    if horizontal:
        tip = round(width * TIP / (1 + 2 * TIP))
        return replace(area, rectangle=(left + tip, bottom, width - 2 * tip, height))
    tip = round(height * TIP / (1 + 2 * TIP))
    return replace(area, rectangle=(left, bottom + tip, width, height - 2 * tip))


def _draw_tips(area: Area, inner: Area, ramp: NDArray[np.uint8], *, horizontal: bool) -> None:
    """Draw a triangle in the colour of each end of a bar, and a line around bar and triangles."""
    left, bottom, width, height = area.rectangle
    start, across = inner.rectangle[:2] if horizontal else inner.rectangle[1::-1]
    stop = start + inner.rectangle[2 if horizontal else 3]
    if horizontal:
        ends, thickness = (left, left + width), height
        first, last = ramp[0, 0], ramp[0, -1]
    else:
        ends, thickness = (bottom, bottom + height), width
        first, last = ramp[-1, 0], ramp[0, 0]
    middle = across + thickness / 2
    # Along the bar, then across it.
    lower: list[Point] = [(start, across), (ends[0], middle), (start, across + thickness)]
    upper: list[Point] = [(stop, across + thickness), (ends[1], middle), (stop, across)]
    whole = replace(area, rectangle=(0, 0, 1, 1), rows=(1, 0))  # its coordinates are dots
    line: dict[str, Any] = {"edgecolor": FRAME, "linewidth": page.HAIRLINE * area.box.scale}
    for corners, style in (
        (lower, {"facecolor": tuple(first / 255), "linewidth": 0}),
        (upper, {"facecolor": tuple(last / 255), "linewidth": 0}),
        (lower + upper, {"fill": False, "zorder": IN_FRONT, **line}),
    ):
        points = corners if horizontal else [(across, along) for along, across in corners]
        whole.add(Polygon(points, **style))
