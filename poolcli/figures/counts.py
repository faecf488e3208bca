"""How often each value of an image occurs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.figures.colours import BOUND

Array = NDArray[Any]

BINS = 64  # that are drawn
MOST_VALUES = 1 << 16  # range of integers that are counted value by value
FINE_BINS = 4096  # that are counted: the range to draw is known only after the last image
BAND_VALUES = 1 << 20


@dataclass(frozen=True)
class Counts:
    """How often each value of each channel occurs.

    Attributes
    ----------
    values : ndarray, (N,)
        The values counted; unless the counts are exact, the middles of bins.
    counts : ndarray of int64, (C, N)
        Their frequencies, per channel.
    exact : bool
        Whether each value has a count of its own.
    """

    values: Array
    counts: NDArray[np.int64]
    exact: bool = False

    @classmethod
    def of(cls, pixels: Array) -> Counts:
        """Count finite values (N, C): one by one, or in many bins where they are too many.

        A value at the edge of two bins that are drawn must be in the same one in every panel.
        """
        if pixels.dtype.itemsize > 8:
            # Values beyond float64 become infinite, and are not counted.
            with np.errstate(over="ignore"):
                pixels = pixels.astype(np.float64)
        if pixels.dtype.kind in "iub" and pixels.size:
            least, most = int(pixels.min()), int(pixels.max())
            if most - least < MOST_VALUES:
                return cls._of_integers(pixels, least, most - least + 1)
        finite = pixels[np.isfinite(pixels)]
        if 0 < finite.size <= MOST_VALUES or _are_few_whole(finite):
            return cls._of_known(pixels, np.unique(finite))
        return cls._of_bins(pixels, finite)

    @classmethod
    def _of_integers(cls, pixels: Array, least: int, number: int) -> Counts:
        # The difference of two integers may exceed their type.
        wide = np.uint64 if pixels.dtype.kind == "u" else np.int64

        def index(column: Array) -> Array:
            return (column.astype(wide) - wide(least)).astype(np.intp)

        values = wide(least) + np.arange(number, dtype=wide)
        return cls(values, _count(pixels, number, index), exact=True)

    @classmethod
    def _of_known(cls, pixels: Array, known: Array) -> Counts:
        def index(column: Array) -> Array:
            return np.searchsorted(known, column[np.isfinite(column)])

        counts = _count(pixels, len(known), index)
        return cls(known.astype(np.float64), counts, exact=True)

    @classmethod
    def _of_bins(cls, pixels: Array, finite: Array) -> Counts:
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        low, high = max(low, -BOUND), min(high, BOUND)
        width = (high - low) or 1.0

        def index(column: Array) -> Array:
            known = column[np.isfinite(column)].astype(np.float64).clip(low, high)
            return np.minimum(((known - low) * (FINE_BINS / width)).astype(np.intp), FINE_BINS - 1)

        middles = low + (np.arange(FINE_BINS) + 0.5) * (width / FINE_BINS)
        return cls(middles, _count(pixels, FINE_BINS, index))

    def shares(self, low: float, high: float) -> Array:
        """Return the share of each of `BINS` bins from `low` to `high`, (C, BINS).

        The first and the last bin include the values beyond; the shares of a channel sum to 1.
        """
        with np.errstate(over="ignore"):
            positions = (self.values - low) * (BINS / (high - low))
        bins = positions.clip(0, BINS - 1).astype(np.intp)
        totals = np.maximum(self.counts.sum(axis=1), 1)
        rows = [np.bincount(bins, own, BINS) for own in self.counts]
        shares: Array = np.array(rows) / totals[:, np.newaxis]
        return shares


def _are_few_whole(values: Array) -> bool:
    """Return whether floats are whole numbers of a small range, such as results of a filter."""
    if not values.size or float(values.max()) - float(values.min()) >= MOST_VALUES:
        return False
    return bool((values == np.rint(values)).all())


def _count(pixels: Array, bins: int, index: Callable[[Array], Array]) -> NDArray[np.int64]:
    """Count the bins of pixels (N, C), band by band; `index` returns the bins of one channel."""
    counts = np.zeros((pixels.shape[1], bins), np.int64)
    rows = max(1, BAND_VALUES // pixels.shape[1])
    for first in range(0, len(pixels), rows):
        for channel, column in enumerate(pixels[first : first + rows].T):
            counts[channel] += np.bincount(index(column), minlength=bins)
    return counts
