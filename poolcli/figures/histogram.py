"""The histogram of an image, as a part of a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures import page
from poolcli.figures.area import IN_FRONT, Area
from poolcli.figures.bars import round_marks
from poolcli.figures.colours import Colouring
from poolcli.figures.counts import BINS, Counts
from poolcli.figures.style import FRAME, QUIET
from poolcli.figures.text import mean_and_spread, percent, width_of

Array = NDArray[Any]

HEADROOM = 1.2  # height of the area, in ceilings; the notes of cut bars are above the others
CHANNEL_LINE = 0.9
FILL = "#aeb5bf"
CHANNELS = ("#d1242f", "#1a7f37", "#0969da")
NAMES = ("red", "green", "blue", "all")
ALL = "#7d8590"  # the fill, dark enough for text


@dataclass(frozen=True)
class Histogram:
    """The shares of intensities in an image, of all channels together and of each.

    Attributes
    ----------
    counts : Counts
    title : str
        Mean and standard deviation of the finite values, and the share of zeros.
    ceiling : float
        The share that reaches the top.
    """

    counts: Counts
    title: str
    ceiling: float = 1.0

    labels = ("", "")

    @classmethod
    def of(cls, pixels: Array) -> Histogram:
        """Count the values of gray, RGB or RGBA, without those of transparent pixels."""
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            values = pixels[pixels[:, :, 3] > 0][:, :3]
        else:
            values = pixels.reshape(-1, pixels.shape[2] if pixels.ndim == 3 else 1)
        counts = Counts.of(values)
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(counts, _summary(counts, values))

    def peak(self, low: float, high: float) -> float:
        """Return the largest share in a bin, except those of the ends and of zero."""
        shares = self.counts.shares(low, high)
        usual = np.delete(shares, _exceptional(low, high), axis=1)
        return float(usual.max())

    def draw(self, area: Area, colours: Colouring) -> None:
        """Draw the shares of values from low to high; higher bars are cut, with a note."""
        low, high = colours.low, colours.high
        area = replace(area, columns=(low, high), rows=(self.ceiling * HEADROOM, 0.0))
        shares = self.counts.shares(low, high)
        edges = np.linspace(low, high, BINS + 1)
        together = shares.mean(axis=0)
        filled = StepPatch(together, edges, baseline=0, fill=True, facecolor=FILL, linewidth=0)
        area.add(filled, clipped=True)
        if len(shares) > 1:
            for share, colour in zip(shares, CHANNELS, strict=True):
                area.add(_line(share, edges, colour, area.box.scale), clipped=True)
        area.add(
            Line2D(
                (low, high),
                (0, 0),
                color=FRAME,
                linewidth=page.HAIRLINE * area.box.scale,
                solid_capstyle="projecting",
                zorder=IN_FRONT,
            )
        )
        self._note_cut_bars(area, together, edges)
        area.label_below(round_marks(low, high).items())
        _name_axes(area)
        if len(shares) > 1:
            _name_lines(area)

    def _note_cut_bars(self, area: Area, shares: Array, edges: Array) -> None:
        """Write the height of each cut bar beside it."""
        for index in _exceptional(float(edges[0]), float(edges[-1])):
            if shares[index] <= self.ceiling * HEADROOM:
                continue
            share = percent(float(shares[index]))
            style: dict[str, Any] = {
                "va": "top",
                "size": page.TICK,
                "color": QUIET,
                # The bars beside it may be as high.
                "path_effects": [withStroke(linewidth=2.5 * area.box.scale, foreground="white")],
            }
            if index < BINS / 2:
                edge, offset, style["ha"] = float(edges[index + 1]), (3.0, -1.0), "left"
                text = f"↑ {share}"
            else:
                edge, offset, style["ha"] = float(edges[index]), (-3.0, -1.0), "right"
                text = f"{share} ↑"
            area.write_at(text, edge, area.rows[0], offset, **style)


def _line(share: Array, edges: Array, colour: str, scale: float) -> StepPatch:
    """Return the line of one channel, which ends on the axis on both sides of each gap."""
    drawn = np.where(share > 0, share, np.nan)
    width = CHANNEL_LINE * scale
    return StepPatch(drawn, edges, baseline=0, fill=False, edgecolor=colour, linewidth=width)


def _exceptional(low: float, high: float) -> Sequence[int]:
    """Return the bins that may be much higher than others: those of the ends and of zero."""
    return sorted({0, _bin(0.0, low, high), BINS - 1})


def _name_axes(area: Area) -> None:
    """Write the quantity to the left, as far as there is room, and below."""
    names = "share of pixels", "share", ""
    name = next(name for name in names if width_of(name, page.TICK) <= area.height)
    style: dict[str, Any] = {"size": page.TICK, "color": QUIET}
    area.write(name, (0, 0.5), (-3, 0), ha="right", va="center", rotation=90, **style)
    area.write("value", (0, 0), (0, -page.TICKS_BELOW), ha="left", va="top", **style)


def _name_lines(area: Area) -> None:
    """Write the name of each line below, in its colour."""
    end = 0.0
    for name, colour in reversed([*zip(NAMES, (*CHANNELS, ALL), strict=True)]):
        offset = end, -page.TICKS_BELOW
        area.write(name, (1, 0), offset, ha="right", va="top", size=page.TICK, color=colour)
        end -= width_of(f"{name}  ", page.TICK)


def common_ceiling(histograms: list[Histogram], low: float, high: float) -> float:
    """Return the share that reaches the top of histograms side by side."""
    usual = max(histogram.peak(low, high) for histogram in histograms)
    return usual or 1.0


def _summary(counts: Counts, values: Array) -> str:
    """Write the mean, the standard deviation and the share of zeros of the finite values."""
    finite, weights = counts.values, counts.counts.sum(axis=0)
    if not counts.exact:
        finite, weights = values[np.isfinite(values)].astype(np.float64), None
    total = finite.size if weights is None else weights.sum()
    if not total:
        return "no finite value"
    # Relative to the largest value, no sum of squares overflows.
    exponent = int(np.frexp(float(np.abs(finite.astype(np.float64)).max()))[1])
    scaled = np.ldexp(finite.astype(np.float64), -exponent)
    mean = np.ldexp(np.average(scaled, weights=weights), exponent)
    centred = scaled - np.ldexp(mean, -exponent)
    deviation = np.ldexp(np.sqrt(np.average(centred**2, weights=weights)), exponent)
    zeros = np.count_nonzero(finite == 0) if weights is None else weights[finite == 0].sum()
    share = f"{percent(zeros / total)} zeros" if zeros else "no zeros"
    return f"mean {mean_and_spread(float(mean), float(deviation))}, {share}"


def _bin(value: float, low: float, high: float) -> int:
    return min(BINS - 1, max(0, math.floor((value - low) / (high - low) * BINS)))
