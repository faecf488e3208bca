"""Operations compared: a row for each, and how much two of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from poolcli.figures.bars import Bar, draw_bar
from poolcli.figures.colours import BOUND, Colouring, FiniteRange
from poolcli.figures.files import ANIMATED
from poolcli.figures.growing import Growing, without_channel
from poolcli.figures.page import BAR, CAPTION, Box, Tier
from poolcli.figures.panels import Panel
from poolcli.figures.sheet import Part, Sheet
from poolcli.figures.style import house_style
from poolcli.figures.text import short
from poolcli.geometry import Step

Array = NDArray[Any]

DIVERGING, LESS, MORE = "RdBu_r", "#2166ac", "#b2182b"
USUAL = 99.5  # percent of differences whose sizes differ in colour
MINUS = "\N{MINUS SIGN}"


class Operations(Growing):
    """One panel a cell for each operation, and for two of them their signed difference.

    Parameters
    ----------
    names : sequence of str
        Of the operations, which stand to the left of their rows.
    """

    def __init__(
        self,
        heading: str,
        names: Sequence[str],
        cells: int,
        shape: tuple[int, int],
        *,
        shorter: str = "",
        full: float | None,
        colormap: str | None = None,
        step: Step | None = None,
        footer: Sequence[str] = (),
        suffix: str = ".png",
    ) -> None:
        self._names = names
        self._differences = FiniteRange()
        self._usual = 0.0
        tiers = [Tier(label=name) for name in names]
        if len(names) == 2:
            tiers.append(Tier(titled=True, label=f"{names[1]} {MINUS} {names[0]}"))
        super().__init__(
            heading,
            cells,
            shape,
            tiers,
            shorter=shorter,
            full=full,
            colormap=colormap,
            step=step,
            footer=footer,
            suffix=suffix,
        )

    def add_input(
        self,
        pixels: Array,
        caption: Sequence[str],
        step: Step | None = None,
    ) -> None:
        """Add what all operations begin with, or what that was made of."""
        pixels = without_channel(pixels)
        with house_style():
            parts: list[Part | None] = [self._panel(pixels, step)] * len(self._names)
            self._add_cell(caption, pixels, [*parts, *[None] * (len(self._names) == 2)])

    def add(
        self, images: Sequence[Array], caption: Sequence[str], step: Step | None = None
    ) -> None:
        """Add the results of one iteration, one for each operation, of one shape.

        Parameters
        ----------
        caption : sequence of str
            Lines to stand above the results, the title first.
        step : Step or None
            The iteration that they go into, whose unused pixels and padding are marked.
        """
        images = [without_channel(image) for image in images]
        with house_style():
            parts: list[Part | None] = [self._panel(image, step) for image in images]
            if len(images) == 2:
                parts.append(self._difference(*images))
            self._add_cell(caption, images[0], parts)

    def _difference(self, first: Array, second: Array) -> Panel:
        difference, hidden = signed_difference(first, second), hidden_in_either(first, second)
        seen = difference if hidden is None else difference[~hidden]
        if seen.size:
            self._differences.include(seen)
        panel = Panel.of(difference, self._box, None, hidden=hidden)
        shown = panel.pixels if panel.hidden is None else panel.pixels[~panel.hidden]
        shown = np.abs(shown[np.isfinite(shown)])
        if shown.size:
            usual = float(np.percentile(shown, USUAL, method="higher"))
            self._usual = max(self._usual, usual)
        return replace(panel, title=_tell(seen, of_colours=first.ndim == 3))

    def _sheet(self) -> Sheet:
        operations = len(self._names)
        values, cells = self._colouring(), self._cells
        colours = [values] * operations
        bars = [Bar(0, operations - 1)] * self._has_bar()
        if operations < len(self._tiers):
            first, second = self._names
            largest = max(map(abs, self._differences.limits()))
            # A few strong edges would leave all else pale.
            end = min(self._usual, BOUND) if self._usual > 1 / BOUND else largest
            colours.append(Colouring(-end, end, DIVERGING))
            words = f"red: {second} is larger", f"blue: {first} is larger"
            if self._suffix in ANIMATED:
                # A legend below the input would show in its frame alone.
                bars.append(Bar(operations, operations, largest > end, *words))
            else:
                legend = Legend(*words, largest > end)
                cells = [replace(cells[0], parts=[*cells[0].parts[:-1], legend]), *cells[1:]]
        return Sheet(
            self._heading,
            self._box,
            self._tiers,
            cells,
            colours,
            bars,
            self._footer,
            self._shorter,
        )


@dataclass(frozen=True)
class Legend:
    """What the colours of a difference mean, with a colour bar.

    Attributes
    ----------
    more, less : str
        What its ends mean.
    beyond : bool
        Whether there are differences beyond the bar's ends.
    """

    more: str
    less: str
    beyond: bool = False

    title = ""
    labels = ("", "")

    def draw(self, axes: Axes, box: Box, colours: Colouring) -> None:
        """Write a line for each sign, and the bar between them."""
        axes.set_axis_off()
        height = BAR * box.scale * box.dots / 72 / axes.bbox.height
        bar = axes.inset_axes((0, 0.5 - height / 2, 1, height))
        draw_bar(bar, box, colours, beyond=self.beyond, horizontal=True)
        for words, side, distance, colour in (
            (self.more, "right", 1.4, MORE),
            (self.less, "left", -2.6, LESS),
        ):
            axes.annotate(
                words,
                (float(side == "right"), 0.5),
                (0, distance * CAPTION * box.scale),
                xycoords="axes fraction",
                textcoords="offset points",
                ha=side,
                va="center",
                size=CAPTION * box.scale,
                color=colour,
            )


def signed_difference(first: Array, second: Array) -> Array:
    """Subtract an image from another of its shape; of colour give the mean of the channels.

    α is no colour and does not count.
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
    """Tell of each pixel whether α hides it in one of two images; None if it hides nothing.

    Colour that is hidden is 0 by definition, and no result to be compared.
    """
    if first.ndim == 2 or first.shape[2] < 4:
        return None
    hidden: NDArray[np.bool_] = (first[:, :, 3] == 0) | (second[:, :, 3] == 0)
    return hidden if hidden.any() else None


def _tell(difference: Array, *, of_colours: bool) -> str:
    finite = difference[np.isfinite(difference)]
    if not finite.size:
        return "no finite difference"
    with np.errstate(over="ignore"):
        values = finite.mean(dtype=np.float64), finite.min(), finite.max()
    mean, least, most = (short(float(value)) for value in values)
    if of_colours:
        return f"mean of R, G and B: {mean} on average, from {least} to {most}"
    return f"mean {mean}, from {least} to {most}"
