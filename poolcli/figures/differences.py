"""The signed difference of two images, as a part of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.figures.area import Area
from poolcli.figures.bars import draw_bar
from poolcli.figures.colours import BOUND, Colouring, Range
from poolcli.figures.page import BAR, CAPTION, Box
from poolcli.figures.panels import Panel
from poolcli.figures.text import short

Array = NDArray[Any]

DIVERGING, LESS, MORE = "RdBu_r", "#2166ac", "#b2182b"
USUAL = 99.5  # percent of the differences that the range of colours covers


def difference_panel(first: Array, second: Array, box: Box) -> Panel:
    """Return the panel of the second image minus the first, titled with mean and limits."""
    difference, hidden = signed_difference(first, second), hidden_in_either(first, second)
    if hidden is None:
        panel, seen = Panel.of(difference, box, None), difference
    else:
        panel, seen = Panel.partly_hidden(difference, hidden, box), difference[~hidden]
    return replace(panel, title=_summary(seen, of_colours=first.ndim == 3))


def difference_colours(panels: Sequence[Panel]) -> tuple[Colouring, bool]:
    """Return the colours of all differences, and whether some lie beyond their limits.

    The limits cover the usual differences: with a few strong edges, others would look white.
    """
    largest = max(map(abs, Range.union(panel.range for panel in panels).limits()))
    usual = max(map(_usual, panels), default=0.0)
    end = min(usual, BOUND) if usual > 1 / BOUND else largest
    return Colouring(-end, end, DIVERGING), largest > end


def _usual(panel: Panel) -> float:
    """Return the size that most differences of a panel do not exceed."""
    shown = panel.pixels if panel.hidden is None else panel.pixels[~panel.hidden]
    sizes = np.abs(shown[np.isfinite(shown)])
    return float(np.percentile(sizes, USUAL, method="higher")) if sizes.size else 0.0


def signed_difference(first: Array, second: Array) -> Array:
    """Return the second image minus the first, of colours the mean of the three channels.

    Alpha is not compared.

    Parameters
    ----------
    first, second : ndarray, (H, W), (H, W, 3) or (H, W, 4)
        Of one shape.

    Returns
    -------
    ndarray, (H, W)
        Float32, or float64 if a value has more than 32 bits.
    """
    wide = max(first.dtype.itemsize, second.dtype.itemsize) > 4
    dtype = np.dtype(np.float64 if wide else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        if first.ndim == 2:
            return np.subtract(second, first, dtype=dtype)
        total = np.zeros(first.shape[:2], dtype)
        for channel in range(3):
            total += np.subtract(second[:, :, channel], first[:, :, channel], dtype=dtype)
        return total / 3


def hidden_in_either(first: Array, second: Array) -> NDArray[np.bool_] | None:
    """Return whether each pixel is transparent in one of two images; None if no pixel is.

    The colour of transparent pixels is 0 by definition, so that it is not compared.
    """
    if first.ndim == 2 or first.shape[2] < 4:
        return None
    hidden: NDArray[np.bool_] = (first[:, :, 3] == 0) | (second[:, :, 3] == 0)
    return hidden if hidden.any() else None


def _summary(difference: Array, *, of_colours: bool) -> str:
    finite = difference[np.isfinite(difference)]
    if not finite.size:
        return "no finite difference"
    with np.errstate(over="ignore"):
        values = finite.mean(dtype=np.float64), finite.min(), finite.max()
    mean, least, most = (short(float(value)) for value in values)
    if of_colours:
        return f"mean of R, G and B: {mean} on average, from {least} to {most}"
    return f"mean {mean}, from {least} to {most}"


@dataclass(frozen=True)
class Legend:
    """The meaning of the colours of a difference, with a colour bar.

    Attributes
    ----------
    more, less : str
        The meaning of positive and of negative differences.
    extended : bool
        Whether there are differences beyond the limits of the bar.
    """

    more: str
    less: str
    extended: bool = False

    title = ""
    labels = ("", "")

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the bar, with a line of text for each sign."""
        left, bottom, width, height = area.rectangle
        thickness = area.box.to_dots(BAR)
        middle = replace(
            area, rectangle=(left, bottom + (height - thickness) // 2, width, thickness)
        )
        draw_bar(middle, colours, extended=self.extended, horizontal=True)
        style: dict[str, Any] = {"va": "center", "size": CAPTION}
        area.write(self.more, (1, 0.5), (0, 1.4 * CAPTION), ha="right", color=MORE, **style)
        area.write(self.less, (0, 0.5), (0, -2.6 * CAPTION), ha="left", color=LESS, **style)
