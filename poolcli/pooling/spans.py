"""Positions of many windows, as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis

CHUNK = 2**14  # windows counted at once; each takes about 60 bytes meanwhile


def pieces(count: int, most: int) -> Iterator[range]:
    """Yield consecutive parts of `range(count)`, each of at most `most` numbers."""
    return (range(first, min(first + most, count)) for first in range(0, count, most))


def lay_spans(axis: AnyAxis, windows: range, *, padding: bool = False) -> tuple[Array, Array, int]:
    """Return the positions of windows that are pixels or, with `padding`, padding too.

    Parameters
    ----------
    axis : Axis or AdaptiveAxis
    windows : range
        The indices of some windows, with step 1.
    padding : bool
        Whether positions in the padding are returned, too.

    Returns
    -------
    starts, counts : ndarray of int64, (len(windows),)
        The first position of each window, and the number of its positions.
    step : int
        The distance between two adjacent positions of a window.
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
    """Return the number of positions of each window that are pixels, or padding with `padding`.

    Returns
    -------
    ndarray of `dtype`, (axis.output,)
    """
    counts = np.empty(axis.output, dtype)
    for windows in pieces(axis.output, CHUNK):
        counts[windows.start : windows.stop] = lay_spans(axis, windows, padding=padding)[1]
    return counts
