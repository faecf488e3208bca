"""Medians: the one operation that does not combine pixels pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis
from poolcli.pooling.networks import select_middle
from poolcli.pooling.quotients import exact_quotients
from poolcli.pooling.spans import lay_spans, pieces

# The pixels of windows that are sorted at once take this many bytes.
GATHERED_BYTES = 4 * 1024 * 1024
# Windows of at most this many pixels are compared by a network, which is faster than sorting, for
# small windows of bytes fifty times.
NETWORK_PIXELS = 64
# The pixels of windows that are compared at once take this many bytes, which fit the cache.
NETWORK_BYTES = 1024 * 1024
# The most positions of columns that are listed at once.
POSITIONS = 2**20
# An output with this many times more rows than columns is computed from the transposed image.
MANY_ROWS = 16


def pool_median(
    image: Array, rows: AnyAxis, columns: AnyAxis, output: Array, *, skip_nan: bool = False
) -> None:
    """Pool an image to the medians of its windows.

    Small windows without padding go through a network of comparisons, many at a time; the others
    are sorted, O(k² log k) per output pixel. A median that is zero is +0.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    rows, columns : Axis or AdaptiveAxis
        The windows along both axes.
    output : ndarray, (H', W', C), of the carry type
        Filled with the medians.
    skip_nan : bool
        Whether NaN is left out; by default it propagates.
    """
    if rows.output > MANY_ROWS * columns.output:
        # Lines are sorted one after the other: few long ones take less time than many short ones.
        image, output = image.transpose(1, 0, 2), output.transpose(1, 0, 2)
        rows, columns = columns, rows
    down, across = range(rows.output), range(columns.output)
    inner_down, inner_across = down[:0], across[:0]
    is_small = rows.kernel * columns.kernel <= NETWORK_PIXELS
    if isinstance(rows, Axis) and isinstance(columns, Axis) and is_small and not skip_nan:
        inner_down, inner_across = _unpadded_windows(rows), _unpadded_windows(columns)
        _compare_windows(image, rows, columns, output, inner_down, inner_across)
    windows = _Windows(image, rows, columns, output, skip_nan)
    windows.sort(down[: inner_down.start], across)
    windows.sort(down[inner_down.stop :], across)
    windows.sort(inner_down, across[: inner_across.start])
    windows.sort(inner_down, across[inner_across.stop :])
    if image.dtype.kind == "f":
        # The order of two zeros is undefined: -0 becomes +0.
        np.add(output, 0, out=output)


def _unpadded_windows(axis: Axis) -> range:
    """Return the indices of the windows that contain pixels only."""
    first = min(axis.output, -(-axis.before // axis.stride))
    last = (axis.size + axis.before - axis.extent) // axis.stride
    return range(first, max(first, min(axis.output, last + 1)))


def _compare_windows(
    image: Array, rows: Axis, columns: Axis, output: Array, down: range, across: range
) -> None:
    """Fill the output of some windows without padding, by a network of comparisons."""
    if not down or not across:
        return
    area, pixel_bytes = rows.kernel * columns.kernel, image.shape[2] * image.itemsize
    width = min(len(across), max(1, NETWORK_BYTES // (area * pixel_bytes)))
    height = max(1, NETWORK_BYTES // (area * pixel_bytes * width))
    native = image.dtype.newbyteorder("=")
    for some_rows, some_columns in product(_parts(down, height), _parts(across, width)):
        wires = [
            image[_tap(rows, some_rows, row), _tap(columns, some_columns, column)]
            .astype(native, order="C")
            .reshape(-1)
            for row, column in product(range(rows.kernel), range(columns.kernel))
        ]
        medians = output[some_rows.start : some_rows.stop, some_columns.start : some_columns.stop]
        low, high = select_middle(wires)
        medians[...] = _mean(low, high, output.dtype).reshape(medians.shape)


def _parts(windows: range, most: int) -> list[range]:
    """Cut a range into parts of at most `most` numbers."""
    return [windows[part.start : part.stop] for part in pieces(len(windows), most)]


def _tap(axis: Axis, windows: range, tap: int) -> slice:
    """Return the pixels that are one tap of each of some adjacent windows."""
    first = axis.window(windows[0])[tap]
    return slice(first, first + (len(windows) - 1) * axis.stride + 1, axis.stride)


@dataclass(frozen=True)
class _Windows:
    """Windows of any kind, of which the pixels are sorted.

    Attributes
    ----------
    image, rows, columns, output, skip_nan
        See `pool_median`.
    """

    image: Array
    rows: AnyAxis
    columns: AnyAxis
    output: Array
    skip_nan: bool

    def sort(self, down: range, across: range) -> None:
        """Fill the output of some windows."""
        if not down or not across:
            return
        alike = self._group_rows(down)
        most = max(1, POSITIONS // min(self.columns.kernel, self.columns.size))
        for some in _parts(across, most):
            spans = _Spans.of(self.columns, some)
            for seen, outputs in alike.items():
                medians = self._sort_line(seen, spans)[spans.indices]
                for row in outputs:
                    self.output[row, some.start : some.stop] = medians

    def _group_rows(self, down: range) -> dict[range, list[int]]:
        """Return the output rows whose windows contain the same rows, by these rows."""
        alike: dict[range, list[int]] = {}
        for row in down:
            alike.setdefault(self.rows.inside(row), []).append(row)
        return alike

    def _sort_line(self, seen: range, spans: _Spans) -> Array:
        """Return the medians (spans, C) of the pixels in some rows and each span of columns."""
        source = self.image[seen.start : seen.stop : seen.step]
        height, _, channels = source.shape
        medians = np.empty((len(spans.counts), channels), self.output.dtype)
        longest = spans.positions.shape[1]
        group = max(1, GATHERED_BYTES // (height * longest * channels * source.itemsize))
        for part in pieces(len(medians), group):
            some = slice(part.start, part.stop)
            windows = source[:, spans.positions[some]]
            windows[:, ~spans.real[some]] = _last(source.dtype)
            # From (rows, spans, columns, channels) to (spans, channels, pixels).
            windows = windows.transpose(1, 3, 0, 2).reshape(len(part), channels, -1)
            counts = height * spans.counts[some]
            medians[some] = _medians(windows, counts, medians.dtype, skip_nan=self.skip_nan)
        return medians


@dataclass(frozen=True)
class _Spans:
    """The different spans of columns that some windows contain, in ascending order.

    Windows of large kernels often contain the same pixels, which are then sorted once.

    Attributes
    ----------
    positions : ndarray of int, (spans, longest)
        The columns of each span. Shorter spans repeat their first column.
    real : ndarray of bool, (spans, longest)
        Whether a column belongs to the span.
    counts : ndarray of int, (spans,)
        The number of columns of each span.
    indices : ndarray of int, (windows,)
        The span of each window.
    """

    positions: Array
    real: Array
    counts: Array
    indices: Array

    @classmethod
    def of(cls, columns: AnyAxis, windows: range) -> _Spans:
        """Return the spans of adjacent windows."""
        starts, counts, step = lay_spans(columns, windows)
        # One number for each pair of a start and a count.
        keys = starts * (columns.size + 1) + counts
        _, firsts, indices = np.unique(keys, return_index=True, return_inverse=True)
        starts, counts = starts[firsts], counts[firsts]
        taps = np.arange(counts.max())
        real = taps < counts[:, np.newaxis]
        positions = starts[:, np.newaxis] + np.where(real, taps, 0) * step
        return cls(positions, real, counts, indices)


def _medians(windows: Array, counts: Array, carry: np.dtype[Any], *, skip_nan: bool) -> Array:
    """Return the mean of the middle two of the first `counts` sorted pixels of each window.

    Parameters
    ----------
    windows : ndarray, (windows, C, pixels)
        Pixels after the first `counts` are larger than or equal to all others.
    counts : ndarray of int, (windows,)

    Returns
    -------
    ndarray of `carry`, (windows, C)
    """
    ranked = np.sort(windows, axis=-1)
    # NumPy sorts NaN to the end.
    missing = np.isnan(ranked) if ranked.dtype.kind == "f" else np.zeros(ranked.shape, np.bool_)
    pixels = np.broadcast_to(counts[:, np.newaxis], ranked.shape[:2])
    if skip_nan:
        pixels = pixels - missing.sum(axis=-1)
    low, high = (
        np.take_along_axis(ranked, index[:, :, np.newaxis], axis=-1)[..., 0]
        for index in (np.maximum(pixels - 1, 0) // 2, pixels // 2)
    )
    medians = _mean(low, high, carry)
    medians[pixels == 0 if skip_nan else missing[..., -1]] = np.nan
    return medians


def _mean(low: Array, high: Array, carry: np.dtype[Any]) -> Array:
    """Return the means of two arrays, rounded once to the carry type."""
    if low is high:
        return low
    if low.itemsize < carry.itemsize:
        return (low.astype(carry) + high) / 2
    if low.dtype.kind != "f":
        return _mean_integers(low, high)
    total = low + high
    # The sum of two large numbers may overflow, the sum of their halves does not.
    overflowed = np.isinf(total) & np.isfinite(low) & np.isfinite(high)
    means: Array = np.where(overflowed, low / 2 + high / 2, total / 2)
    return means


def _mean_integers(low: Array, high: Array) -> Array:
    """Return the means of integers of up to 64 bits, rounded once to float64."""
    low, high = (side.astype(side.dtype.newbyteorder("=")) for side in (low, high))
    # The bits of both, and half of the bits of one, rounded down.
    whole = (low & high) + ((low ^ high) >> 1)
    means: Array = whole.astype(np.float64) + ((low ^ high) & 1) * 0.5
    large = (whole > 2**52) | (whole < -(2**52))
    if large.any():
        totals = low[large].astype(object) + high[large].astype(object)
        means[large] = exact_quotients(totals, np.array(2, object))
    return means


def _last(dtype: np.dtype[Any]) -> Any:
    """Return the largest value of a type."""
    if dtype.kind == "f":
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max
