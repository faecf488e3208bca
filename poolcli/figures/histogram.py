"""How often which intensity occurs, as a part of a figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from poolcli.figures import page
from poolcli.figures.bars import round_marks
from poolcli.figures.border import BELOW, Border
from poolcli.figures.colours import BOUND, Colouring
from poolcli.figures.page import Box
from poolcli.figures.style import QUIET
from poolcli.figures.text import mean_and_spread, percent, width_of

Array = NDArray[Any]

BINS = 64  # that are drawn
MOST_VALUES = 1 << 16  # of integers, which are counted one by one
FINE_BINS = 4096  # that are counted, since the range is known only once all images are seen
HEADROOM = 1.2  # for what is written beside a bar that is cut, above all others
BAND_VALUES = 1 << 20
CHANNEL_LINE = 0.9
FILL = "#aeb5bf"
CHANNELS = ("#d1242f", "#1a7f37", "#0969da")
NAMES = ("red", "green", "blue", "all")
ALL = "#7d8590"  # the fill, as dark as type must be


@dataclass(frozen=True)
class Counts:
    """How often values occur: a row of `counts` for each channel, at the `values` counted.

    Unless they are `exact`, these are the middles of bins.
    """

    values: Array
    counts: NDArray[np.int64]
    exact: bool = False

    @classmethod
    def of(cls, pixels: Array) -> Counts:
        """Count finite values (N, C): each by itself, or in many bins where they are too many.

        A value at the edge of two bins that are drawn must be in the same one in every panel.
        """
        if pixels.dtype.itemsize > 8:
            # What float64 does not hold counts as infinite.
            with np.errstate(over="ignore"):
                pixels = pixels.astype(np.float64)
        if pixels.dtype.kind in "iub" and pixels.size:
            least, most = int(pixels.min()), int(pixels.max())
            if most - least < MOST_VALUES:
                # The difference of two integers of a type may lie beyond it.
                wide = np.uint64 if pixels.dtype.kind == "u" else np.int64

                def rank(column: Array) -> Array:
                    return (column.astype(wide) - wide(least)).astype(np.intp)

                counts = _count(pixels, most - least + 1, rank)
                values = wide(least) + np.arange(most - least + 1, dtype=wide)
                return cls(values, counts, exact=True)
        finite = pixels[np.isfinite(pixels)]
        if 0 < finite.size <= MOST_VALUES or _are_few_whole(finite):
            known = np.unique(finite)

            def find(column: Array) -> Array:
                return np.searchsorted(known, column[np.isfinite(column)])

            counts = _count(pixels, len(known), find)
            return cls(known.astype(np.float64), counts, exact=True)
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        low, high = max(low, -BOUND), min(high, BOUND)
        width = (high - low) or 1.0

        def place(column: Array) -> Array:
            known = column[np.isfinite(column)].astype(np.float64).clip(low, high)
            return np.minimum(((known - low) * (FINE_BINS / width)).astype(np.intp), FINE_BINS - 1)

        middles = low + (np.arange(FINE_BINS) + 0.5) * (width / FINE_BINS)
        return cls(middles, _count(pixels, FINE_BINS, place))

    def shares(self, low: float, high: float) -> Array:
        """Give the share of each channel in each of `BINS` bins, the last ones with what is beyond.

        All shares of one channel add up to 1.
        """
        with np.errstate(over="ignore"):
            places = (self.values - low) * (BINS / (high - low))
        bins = places.clip(0, BINS - 1).astype(np.intp)
        totals = np.maximum(self.counts.sum(axis=1), 1)
        rows = [np.bincount(bins, own, BINS) for own in self.counts]
        shares: Array = np.array(rows) / totals[:, np.newaxis]
        return shares


def _are_few_whole(values: Array) -> bool:
    """Tell whether floats are whole numbers of a small range, as those of a filter."""
    if not values.size or float(values.max()) - float(values.min()) >= MOST_VALUES:
        return False
    return bool((values == np.rint(values)).all())


def _count(pixels: Array, bins: int, place: Callable[[Array], Array]) -> NDArray[np.int64]:
    """Count in which bins the pixels (N, C) have their places, band by band."""
    counts = np.zeros((pixels.shape[1], bins), np.int64)
    rows = max(1, BAND_VALUES // pixels.shape[1])
    for first in range(0, len(pixels), rows):
        for channel, column in enumerate(pixels[first : first + rows].T):
            counts[channel] += np.bincount(place(column), minlength=bins)
    return counts


@dataclass(frozen=True)
class Histogram:
    """The intensities of an image, all channels together and each in its colour.

    Attributes
    ----------
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
        """Count the values of gray, RGB or RGBA; what α hides does not count."""
        if pixels.ndim == 3 and pixels.shape[2] == 4:
            values = pixels[pixels[:, :, 3] > 0][:, :3]
        else:
            values = pixels.reshape(-1, pixels.shape[2] if pixels.ndim == 3 else 1)
        counts = Counts.of(values)
        with np.errstate(over="ignore", invalid="ignore"):
            return cls(counts, _tell(counts, values))

    def peak(self, low: float, high: float) -> float:
        """Give the largest share in a bin, but for the ends and the zeros, which may stand out."""
        shares = self.counts.shares(low, high)
        usual = np.delete(shares, [0, BINS - 1, _bin(0.0, low, high)], axis=1)
        return float(usual.max())

    def draw(self, axes: Axes, box: Box, colours: Colouring) -> None:
        """Fill `axes` with the shares of values from low to high; higher bars are cut and told."""
        low, high = colours.low, colours.high
        shares = self.counts.shares(low, high)
        edges = np.linspace(low, high, BINS + 1)
        together = shares.mean(axis=0)
        axes.stairs(together, edges, fill=True, color=FILL)
        if len(shares) > 1:
            for share, colour in zip(shares, CHANNELS, strict=True):
                drawn = np.where(share > 0, share, np.nan)
                width = CHANNEL_LINE * box.scale
                # Down to the axis at both ends: what is rare would else be dashes in the air.
                axes.stairs(drawn, edges, baseline=0, color=colour, linewidth=width)
        axes.set(xlim=(low, high), ylim=(0, self.ceiling * HEADROOM))
        self._tell_cut(axes, box, together, edges)
        marks = round_marks(low, high)
        axes.add_artist(Border(axes, box, marks, {}, BELOW))
        _name_axes(axes, box, len(shares))

    def _tell_cut(self, axes: Axes, box: Box, shares: Array, edges: Array) -> None:
        """Write beside a bar that is cut how high it would be."""
        low, high = float(edges[0]), float(edges[-1])
        for place in sorted({0, _bin(0.0, low, high), BINS - 1}):
            if shares[place] <= self.ceiling * HEADROOM:
                continue
            right = place < BINS / 2
            axes.annotate(
                f"↑ {percent(float(shares[place]))}"
                if right
                else f"{percent(float(shares[place]))} ↑",
                (float(edges[place + 1 if right else place]), 1),
                (3 * box.scale * (1 if right else -1), -1),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="left" if right else "right",
                va="top",
                size=page.TICK * box.scale,
                color=QUIET,
                # The bars beside it may be as high.
                path_effects=[withStroke(linewidth=2.5 * box.scale, foreground="white")],
            )


def _name_axes(axes: Axes, box: Box, channels: int) -> None:
    """Write what the axes count, and in its colour the name of each line."""
    points = box.to_points(round(axes.bbox.height))
    names = "share of pixels", "share", ""
    up = next(name for name in names if width_of(name, page.TICK) <= points)
    words = [(up, QUIET, (0.0, 0.5), (-3.0, 0.0), "right", "center", 90)]
    below, end = -page.TICKS_BELOW, 0.0
    words.append(("value", QUIET, (0.0, 0.0), (0.0, below), "left", "top", 0))
    if channels > 1:
        for name, colour in reversed([*zip(NAMES, (*CHANNELS, ALL), strict=True)]):
            words.append((name, colour, (1.0, 0.0), (end, below), "right", "top", 0))
            end -= width_of(f"{name}  ", page.TICK)
    for text, colour, place, offset, align, upright, turned in words:
        axes.annotate(
            text,
            place,
            (offset[0] * box.scale, offset[1] * box.scale),
            xycoords="axes fraction",
            textcoords="offset points",
            ha=align,
            va=upright,
            rotation=turned,
            size=page.TICK * box.scale,
            color=colour,
        )


def common_ceiling(histograms: list[Histogram], low: float, high: float) -> float:
    """Give the share that reaches the top of histograms that stand side by side."""
    usual = max(histogram.peak(low, high) for histogram in histograms)
    return usual or 1.0


def _tell(counts: Counts, values: Array) -> str:
    """Write mean, standard deviation and the share of zeros of finite values."""
    finite, weights = counts.values, counts.counts.sum(axis=0)
    if not counts.exact:
        finite, weights = values[np.isfinite(values)].astype(np.float64), None
    total = finite.size if weights is None else weights.sum()
    if not total:
        return "no finite value"
    # Beside the largest, no sum of squares leaves the range.
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
