"""Windows at equal distances, band by band.

A rectangular window is separable: first the rows of each window are combined, then the
columns. Both happen in a band of output rows that fits the cache, in buffers that are made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Axis
from poolcli.pooling.passes import (
    Scratch,
    block_height,
    combine_columns,
    combine_rows,
    is_long,
    round_up,
)
from poolcli.pooling.reduction import Reduction, fast_arithmetic
from poolcli.pooling.spans import count_taps
from poolcli.serial import ThreadedExecutor

# A thread has at most four buffers of this size, unless the kernel itself needs more. Smaller ones
# stay nearer to the processor, but cost more calls, for which threads wait.
BUFFER_BYTES = 1792 * 1024
# Neighbouring strips share the input columns of overlapping windows: a strip is so many windows
# wide at least.
STRIP_WINDOWS = 3
# Below this an image is pooled sooner than threads are started; sums take longer than maxima.
THREADED_BYTES = 16 * 1024 * 1024


def pool_bands(
    image: Array,
    rows: Axis,
    columns: Axis,
    how: Reduction,
    output: Array,
    threads: int,
) -> bool:
    """Fill `output` (H', W', C) with the pooled `image` (H, W, C); see `Reduction.suspect`.

    Return whether a result is suspect.
    """
    row_counts = _counts(rows, how)
    wide = _strip_width(rows, columns, image.shape[2], how)
    parts = -(-columns.output // wide)
    strips = _cut(columns.output, -(-columns.output // parts))
    if image.nbytes < THREADED_BYTES * (2 if how.divide is None else 1):
        threads = 1

    def work(part: range) -> bool:
        suspect = False
        for strip in strips:
            seen, across = columns.part(strip)
            counts = _counts(across, how)
            if len(counts) > 1:
                counts = np.repeat(counts, image.shape[2])
            target = output[:, strip.start : strip.stop]
            with fast_arithmetic():
                suspect |= _pool_part(
                    image[:, seen], rows, across, how, target, row_counts, counts, part
                )
        return suspect

    share = round_up(-(-rows.output // threads), block_height(rows, how))
    first, *others = _cut(rows.output, share)
    if not others:
        return work(first)
    with ThreadedExecutor(threads - 1) as pool:
        helped = pool.map(work, others)
        suspect = work(first)
        return any([suspect, *helped])


def _cut(count: int, most: int) -> list[range]:
    """Cut a range into parts of `most` numbers, the last one shorter."""
    return [range(first, min(first + most, count)) for first in range(0, count, most)]


def _strip_width(rows: Axis, columns: Axis, channels: int, how: Reduction) -> int:
    """Choose how many output columns to do at once, so that the least band fits its buffer."""
    lines = _least_height(rows, how) + _shared_height(rows) + 1
    pixels = _buffer_bytes(rows, columns) // (lines * channels * how.working.itemsize)
    pixels = max(pixels, STRIP_WINDOWS * columns.extent)
    return (pixels - columns.extent) // columns.stride + 1


def _pool_part(
    image: Array,
    rows: Axis,
    columns: Axis,
    how: Reduction,
    output: Array,
    row_counts: Array,
    column_counts: Array,
    part: range,
) -> bool:
    """Fill some rows of the output, band by band; return whether one of them is suspect."""
    channels = image.shape[2]
    used = min(columns.size, columns.reach - columns.before)
    # Lines that begin at a multiple of 8 items can be read as larger items.
    line = -(-columns.reach * channels // 8) * 8
    margin = columns.before * channels
    line_bytes = line * how.working.itemsize
    besides, step = _shared_height(rows) + 1, block_height(rows, how)
    height = max(_buffer_bytes(rows, columns) // line_bytes - besides, _least_height(rows, how))
    height = min(round_up(len(part), step), height - height % step)

    # The margins of `padded` hold the padding of the columns for every band.
    padded = np.full((height, line), how.identity, how.working)
    scratch = Scratch((height + besides) * line_bytes)
    suspect = False
    for first, count in _bands(part, rows, height, step):
        goes_on = is_long(rows) and how.exact and first > part.start
        source = _input_rows(image[:, :used], rows, first - goes_on, count + goes_on, how)
        inner = padded[:count, margin:][:, : used * channels]
        combine_rows(source, rows, inner, scratch, how, goes_on=goes_on)
        counts = row_counts if len(row_counts) == 1 else row_counts[first : first + count]
        divisor = _common(counts)[:, np.newaxis] * column_counts
        band = output[first : first + count].reshape(count, -1)
        kept = combine_columns(padded[:count], columns, channels, scratch, how, band)
        if kept is not band:
            how.finish(kept, divisor, band)
        suspect = suspect or how.suspect(kept, band)
    return suspect


def _buffer_bytes(rows: Axis, columns: Axis) -> int:
    """Give the size of a buffer; long windows at stride 1 need one fewer, so they get more."""
    return BUFFER_BYTES * 4 // 3 if is_long(rows) and columns.stride == 1 else BUFFER_BYTES


def _shared_height(rows: Axis) -> int:
    """Count the rows of a band's buffers that the next band makes again."""
    if is_long(rows):
        return 0
    return max(0, rows.extent - rows.stride) // rows.stride


def _least_height(rows: Axis, how: Reduction) -> int:
    """Give the height of the lowest band: what is done twice shall be small beside it."""
    return max(block_height(rows, how), 2 * _shared_height(rows))


def _bands(part: range, rows: Axis, height: int, step: int) -> Iterator[tuple[int, int]]:
    """Cut output rows into bands, at multiples of `step`: the first of each and its height.

    The few rows that see padding stand apart, since their input is copied.
    """
    cuts = [part.start, part.stop]
    if len(part) > height:
        top = -(-rows.before // rows.stride)
        bottom = (rows.size + rows.before - rows.extent) // rows.stride + 1
        aligned = round_up(top, step), bottom // step * step
        cuts[1:1] = (cut for cut in aligned if part.start < cut < part.stop)
    for start, stop in pairwise(cuts):
        for first in range(start, stop, height):
            yield first, min(height, stop - first)


def _input_rows(image: Array, rows: Axis, first: int, count: int, how: Reduction) -> Array:
    """Give the rows that the output rows need as lines (rows, W·C): a view, or padded copies."""
    start = first * rows.stride - rows.before
    stop = start + (count - 1) * rows.stride + rows.extent
    lines = image[max(0, start) : min(stop, rows.size)]
    lines = how.prepare(lines.reshape(len(lines), -1))
    if len(lines) == stop - start:
        return lines
    padded = np.full((stop - start, lines.shape[1]), how.identity, lines.dtype)
    padded[max(0, -start) : max(0, -start) + len(lines)] = lines
    return padded


def _counts(axis: Axis, how: Reduction) -> Array:
    """Count the pixels of each window; one number if all agree or nobody divides by them."""
    if how.divide is None:
        return np.ones(1)
    return _common(count_taps(axis, how.divide, padding=how.count_padding))


def _common(counts: Array) -> Array:
    """Reduce counts that all agree to one of them."""
    return counts[:1] if (counts == counts[0]).all() else counts
