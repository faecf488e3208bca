"""The median: the one operation whose windows cannot be combined piece by piece."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis, Axis
from poolcli.pooling.networks import select_middle
from poolcli.pooling.quotients import exact_quotients
from poolcli.pooling.spans import lay_spans, pieces

GATHERED_BYTES = 4 * 1024 * 1024
# Up to here a network is faster than sorting, for small windows of bytes fifty times.
NETWORK_PIXELS = 64
# All pixels of so many windows are compared at once: few enough for the cache.
NETWORK_BYTES = 1024 * 1024
# Column positions that are listed at once.
POSITIONS = 2**20
MANY_ROWS = 16


def pool_median(
    image: Array, rows: AnyAxis, columns: AnyAxis, output: Array, *, skip_nan: bool = False
) -> None:
    """Fill `output` (H', W', C) with the medians of the windows of `image` (H, W, C).

    Small whole windows go through a network of comparisons, many at a time; the others are
    sorted one by one: O(k² log k) for each output pixel. NaN propagates, or with `skip_nan` is
    passed over. A median that is zero is +0.
    """
    if rows.output > MANY_ROWS * columns.output:
        # One line after the other is sorted: the fewer and the longer, the better.
        image, output = image.transpose(1, 0, 2), output.transpose(1, 0, 2)
        rows, columns = columns, rows
    down, across = range(rows.output), range(columns.output)
    inside_rows, inside_columns = down[:0], across[:0]
    small = rows.kernel * columns.kernel <= NETWORK_PIXELS
    if isinstance(rows, Axis) and isinstance(columns, Axis) and small and not skip_nan:
        inside_rows, inside_columns = _whole_windows(rows), _whole_windows(columns)
        _compare_windows(image, rows, columns, output, inside_rows, inside_columns)
    for some_rows, some_columns in (
        (down[: inside_rows.start], across),
        (down[inside_rows.stop :], across),
        (inside_rows, across[: inside_columns.start]),
        (inside_rows, across[inside_columns.stop :]),
    ):
        _sort_windows(image, rows, columns, output, some_rows, some_columns, skip_nan=skip_nan)
    if image.dtype.kind == "f":
        # Which of two zeros comes first in order is undefined: a median of zero is +0.
        np.add(output, 0, out=output)


def _whole_windows(axis: Axis) -> range:
    """Give the windows that see no padding."""
    first = min(axis.output, -(-axis.before // axis.stride))
    last = (axis.size + axis.before - axis.extent) // axis.stride
    return range(first, max(first, min(axis.output, last + 1)))


def _compare_windows(
    image: Array, rows: Axis, columns: Axis, output: Array, down: range, across: range
) -> None:
    """Find the medians of whole windows."""
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
    return [windows[first : first + most] for first in range(0, len(windows), most)]


def _tap(axis: Axis, windows: range, tap: int) -> slice:
    """Give the pixels that are the same tap of windows in a row."""
    first = axis.window(windows[0])[tap]
    return slice(first, first + (len(windows) - 1) * axis.stride + 1, axis.stride)


def _sort_windows(
    image: Array,
    rows: AnyAxis,
    columns: AnyAxis,
    output: Array,
    down: range,
    across: range,
    *,
    skip_nan: bool,
) -> None:
    """Find the medians of any windows, a few of one output row at a time."""
    if not down or not across:
        return
    # Windows of large kernels often see the same pixels: those are sorted once.
    for some in pieces(len(across), max(1, POSITIONS // min(columns.kernel, columns.size))):
        starts, counts, step = lay_spans(columns, across[some.start : some.stop])
        spans = starts * (columns.size + 1) + counts
        _, firsts, sources = np.unique(spans, return_index=True, return_inverse=True)
        starts, counts = starts[firsts], counts[firsts]
        # A window at the border repeats a position; those pixels are then sorted to the end.
        taps = np.arange(counts.max())
        real = taps < counts[:, np.newaxis]
        positions = starts[:, np.newaxis] + np.where(real, taps, 0) * step
        columns_out = slice(across.start + some.start, across.start + some.stop)
        alike: dict[range, list[int]] = {}
        for row in down:
            alike.setdefault(rows.inside(row), []).append(row)
        for seen, rows_out in alike.items():
            source = image[seen.start : seen.stop : seen.step]
            medians = _sort_line(source, positions, real, counts, output.dtype, skip_nan=skip_nan)
            for row in rows_out:
                output[row, columns_out] = medians[sources]


def _sort_line(
    source: Array,
    positions: Array,
    real: Array,
    widths: Array,
    carry: np.dtype[Any],
    *,
    skip_nan: bool,
) -> Array:
    """Return the medians (windows, C) of windows of some columns over all rows of `source`."""
    height, _, channels = source.shape
    medians = np.empty((len(positions), channels), carry)
    group = max(1, GATHERED_BYTES // (height * positions[0].size * channels * source.itemsize))
    for first in range(0, len(positions), group):
        some = slice(first, first + group)
        windows = source[:, positions[some]]
        windows[:, ~real[some]] = _last(source.dtype)
        # (rows, outputs, columns, channels) to (outputs, channels, pixels)
        windows = windows.transpose(1, 3, 0, 2).reshape(len(widths[some]), channels, -1)
        medians[some] = _medians(windows, height * widths[some], carry, skip_nan)
    return medians


def _medians(windows: Array, counts: Array, carry: np.dtype[Any], skip_nan: bool) -> Array:
    """Average the middle two of the first `counts` sorted pixels of each window."""
    ranked = np.sort(windows, axis=-1)
    # NumPy sorts NaN behind everything else.
    missing = np.isnan(ranked) if ranked.dtype.kind == "f" else np.zeros(ranked.shape, np.bool_)
    pixels = np.broadcast_to(counts[:, np.newaxis], ranked.shape[:2])
    if skip_nan:
        pixels = pixels - missing.sum(axis=-1)
    low, high = (
        np.take_along_axis(ranked, at[:, :, np.newaxis], axis=-1)[..., 0]
        for at in (np.maximum(pixels - 1, 0) // 2, pixels // 2)
    )
    medians = _mean(low, high, carry)
    medians[pixels == 0 if skip_nan else missing[..., -1]] = np.nan
    return medians


def _mean(low: Array, high: Array, carry: np.dtype[Any]) -> Array:
    """Average the middle two, rounded once."""
    if low is high:
        return low
    if low.itemsize < carry.itemsize:
        return (low.astype(carry) + high) / 2
    if low.dtype.kind != "f":
        return _mean_integers(low, high)
    total = low + high
    # Where the sum of two large numbers overflows, the sum of their halves does not.
    overflowed = np.isinf(total) & np.isfinite(low) & np.isfinite(high)
    means: Array = np.where(overflowed, low / 2 + high / 2, total / 2)
    return means


def _mean_integers(low: Array, high: Array) -> Array:
    """Average integers of 64 bits."""
    low, high = (side.astype(side.dtype.newbyteorder("=")) for side in (low, high))
    # What both have, and half of what one has, rounded down.
    whole = (low & high) + ((low ^ high) >> 1)
    means: Array = whole.astype(np.float64) + ((low ^ high) & 1) * 0.5
    large = (whole > 2**52) | (whole < -(2**52))
    if large.any():
        totals = low[large].astype(object) + high[large].astype(object)
        means[large] = exact_quotients(totals, np.array(2, object))
    return means


def _last(dtype: np.dtype[Any]) -> Any:
    """Give the value that sorts behind every number."""
    if dtype.kind == "f":
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max
