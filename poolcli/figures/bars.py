"""Colour bars, and round numbers along an axis of values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from poolcli.figures import page
from poolcli.figures.colours import Colouring
from poolcli.figures.page import Box
from poolcli.figures.style import FRAME, style_ticks
from poolcli.figures.text import number

LONGEST_WHOLE = 1e6


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


def draw_bar(axes: Axes, box: Box, colours: Colouring, marks: Mapping[float, str]) -> None:
    """Fill `axes` with the colours of all values, and write some of them beside it."""
    shades = ScalarMappable(Normalize(colours.low, colours.high), colours.colormap)
    bar: Any = axes.figure.colorbar(shades, cax=axes, ticks=list(marks))
    bar.ax.set_yticklabels(marks.values())
    bar.ax.minorticks_off()
    if bar.solids:  # without edges, viewers of SVG and PDF show white lines between the colours
        bar.solids.set_edgecolor("face")
    bar.outline.set(edgecolor=FRAME, linewidth=page.HAIRLINE * box.scale)
    style_ticks(axes, box)
