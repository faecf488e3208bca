"""Where windows lie, as arrays: for so many of them that Python would take long to count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis

CHUNK = 2**20  # windows counted at once


def pieces(count: int, most: int) -> Iterator[range]:
    """Yield consecutive parts of `range(count)`, each of at most `most` numbers."""
    return (range(first, min(first + most, count)) for first in range(0, count, most))


def lay_spans(axis: AnyAxis, windows: range, *, padding: bool = False) -> tuple[Array, Array, int]:
    """Return where windows begin in the image (or, with `padding`, in either).

    Returns
    -------
    starts, counts : ndarray of int64, (len(windows),)
        The first position of each window, and how many positions there are.
    step : int
        The distance between two positions of a window.
    """
    index = np.arange(windows.start, windows.stop, dtype=np.int64)
    if not isinstance(axis, Axis):
        starts = index * axis.size // axis.output
        return starts, -(-(index + 1) * axis.size // axis.output) - starts, 1
    low, high = (-axis.before, axis.size + axis.after) if padding else (0, axis.size)
    starts = index * axis.stride - axis.before
    first = np.maximum(0, -((starts - low) // axis.dilation))
    stop = np.minimum(axis.kernel, -((starts - high) // axis.dilation))
    return starts + first * axis.dilation, np.maximum(stop - first, 0), axis.dilation


def count_taps(axis: AnyAxis, dtype: Any, *, padding: bool = False) -> Array:
    """Count the taps of each window that are pixels (or, with `padding`, either)."""
    counts = np.empty(axis.output, dtype)
    for windows in pieces(axis.output, CHUNK):
        counts[windows.start : windows.stop] = lay_spans(axis, windows, padding=padding)[1]
    return counts
