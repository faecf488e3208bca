"""Windows at equal distances, band by band.

A rectangular window is separable: first the rows of each window are combined, then the
columns. Both happen in a band of output rows that fits the cache, in buffers that are made once.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import Axis
from poolcli.pooling.operations import Reduction
from poolcli.serial import ThreadedExecutor

Array = NDArray[Any]

LITTLE_ENDIAN = sys.byteorder == "little"
BAND_BYTES = 768 * 1024
# Each thread has about five buffers of at most this size, unless the kernel itself needs more.
BUFFER_BYTES = 1280 * 1024
# Neighbouring strips share the input columns of overlapping windows: a strip is so many windows
# wide at least.
STRIP_WINDOWS = 4
# From so many rows on, a running sum takes less time than doubling.
RUNNING_ROWS = 8
# Below this an image is pooled sooner than threads are started.
THREADED_BYTES = 1024 * 1024


def pool_bands(
    image: Array,
    rows: Axis,
    columns: Axis,
    how: Reduction,
    output: Array,
    count_include_pad: bool,
    threads: int,
) -> None:
    """Fill `output` (H', W', C) with the pooled `image` (H, W, C)."""
    row_counts = np.array(rows.counts(padding=count_include_pad), how.divide)
    wide = _strip_width(rows, columns, image.shape[2] * how.working.itemsize)
    strips = _shares(columns.output, wide)
    if image.nbytes < THREADED_BYTES:
        threads = 1
    lines = _shares(rows.output, -(-rows.output // threads))

    def work(strip: range, part: range) -> None:
        seen, across = columns.part(strip)
        counts = _common(np.array(across.counts(padding=count_include_pad), how.divide))
        if len(counts) > 1:
            counts = np.repeat(counts, image.shape[2])
        target = output[:, strip.start : strip.stop]
        with np.errstate(over="ignore", invalid="ignore"):
            _pool_part(image[:, seen], rows, across, how, target, row_counts, counts, part)

    if threads == 1:
        for strip in strips:
            work(strip, lines[0])
        return
    with ThreadedExecutor(threads) as pool:
        deque(pool.map(work, *zip(*product(strips, lines), strict=True)), maxlen=0)


def _shares(count: int, most: int) -> list[range]:
    """Cut a range into as few parts as possible, each at most `most` long, of about one length."""
    parts = -(-count // most)
    share = -(-count // parts)
    return [range(first, min(first + share, count)) for first in range(0, count, share)]


def _strip_width(rows: Axis, columns: Axis, pixel_bytes: int) -> int:
    """Choose how many output columns to do at once, so that the least band fits its buffer."""
    pixels = BUFFER_BYTES // (_least_height(rows) * pixel_bytes)
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
) -> None:
    """Fill some rows of the output, band by band, with buffers of its own."""
    channels = image.shape[2]
    used = min(columns.size, columns.reach - columns.before)
    # Lines that begin at a multiple of 8 items can be read as larger items.
    line = -(-columns.reach * channels // 8) * 8
    margin = columns.before * channels
    height = min(len(part), _band_height(rows, line * how.working.itemsize))

    # The margins of `padded` hold the padding of the columns for every band.
    padded = np.full((height, line), how.identity, how.working)
    inner = padded[:, margin : margin + used * channels]
    scratch = [
        np.empty((height + rows.kernel // rows.stride) * line, how.working) for _ in range(3)
    ]
    for first in part[::height]:
        count = min(height, part.stop - first)
        source = _input_rows(image[:, :used], rows, first, count, how)
        _combine_rows(source, rows, inner[:count], scratch, how)
        dense = _combine_columns(padded[:count].reshape(-1), columns, channels, scratch, how)
        dense = dense[: count * line].reshape(count, line)
        divisor = _common(row_counts[first : first + count])[:, np.newaxis] * column_counts
        band = output[first : first + count]
        kept = _keep(dense, columns.stride, band, scratch[0], how)
        if not np.may_share_memory(kept, band):
            how.finish(kept, divisor, band.reshape(count, -1))


def _band_height(rows: Axis, line_bytes: int) -> int:
    """Choose how many output rows to do at once: few enough for the cache.

    Neighbouring bands share the input rows of overlapping windows; twice as many keeps what
    is done twice small.
    """
    return max(BAND_BYTES // line_bytes, _least_height(rows))


def _least_height(rows: Axis) -> int:
    return max(1, 2 * (max(0, rows.extent - rows.stride) // rows.stride))


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


def _combine_rows(
    source: Array, rows: Axis, target: Array, scratch: list[Array], how: Reduction
) -> None:
    """Combine the rows of each window: line `i` of `target` is output row `i`."""
    count, width = target.shape
    kernel, stride, dilation = rows.kernel, rows.stride, rows.dilation
    whole, rest = divmod(kernel, stride)
    if dilation > 1 or whole < 2:
        taps = (source[tap * dilation :: stride][:count] for tap in range(kernel))
        _fold(taps, target, how)
        return
    # Windows overlap: combine the rows of one stride to a block, then slide over the blocks.
    blocks = source
    lines = [buffer[: (count + whole) * width].reshape(-1, width) for buffer in scratch]
    if stride > 1:
        blocks = lines.pop()[: count + whole - 1]
        _fold((source[tap::stride][: len(blocks)] for tap in range(stride)), blocks, how)
    if whole >= RUNNING_ROWS and not how.idempotent and how.working.kind in "iu":
        _run(blocks, whole, target, how)
    else:
        _slide(blocks, whole, 1, target, lines, how)
    for tap in range(kernel - rest, kernel):
        how.combine(target, source[tap::stride][:count], out=target, dtype=how.working)


def _combine_columns(
    line: Array, columns: Axis, channels: int, scratch: list[Array], how: Reduction
) -> Array:
    """Combine a window's columns from every item on, over a band laid out as one line.

    Windows that start near the end of a row run into the next row; nobody keeps those.
    """
    if columns.kernel == 1:
        return line
    *spare, target = scratch
    step = columns.dilation * channels
    _slide(
        line, columns.kernel, step, target[: len(line) - (columns.kernel - 1) * step], spare, how
    )
    return target


def _slide(
    source: Array, kernel: int, step: int, target: Array, scratch: list[Array], how: Reduction
) -> None:
    """Combine `kernel` items, `step` apart, from each item on, in `log2(kernel)` passes.

    Spans of 1, 2, 4, … items are combined to longer ones. Where an item may count twice the
    halves overlap; where it may not, the odd item of a span is added by itself.
    """
    reaches = []
    while kernel > 1:
        reaches.append(kernel)
        kernel = (kernel + 1) // 2 if how.idempotent else kernel // 2
    spans, span = source, 1
    for turn, reach in enumerate(reversed(reaches), start=1):
        length = len(source) - (reach - 1) * step
        longer = target if turn == len(reaches) else scratch[turn % 2][:length]
        second = (reach - span if how.idempotent else span) * step
        how.combine(spans[:length], spans[second:][:length], out=longer, dtype=how.working)
        if not how.idempotent and reach % 2:
            odd = source[(reach - 1) * step :]
            how.combine(longer, odd, out=longer, dtype=how.working)
        spans, span = longer, reach


def _run(source: Array, kernel: int, target: Array, how: Reduction) -> None:
    """Sum `kernel` rows from each row on: add the next and take away the first of the last sum.

    Two passes whatever the kernel; for integers alone, whose sums are exact in any order.
    """
    _fold((source[tap : tap + 1] for tap in range(kernel)), target[:1], how)
    for row in range(1, len(target)):
        line = target[row]
        np.add(target[row - 1], source[row + kernel - 1], out=line, dtype=how.working)
        np.subtract(line, source[row - 1], out=line, dtype=how.working)


def _fold(parts: Iterable[Array], target: Array, how: Reduction) -> None:
    """Combine arrays of one shape, one after the other."""
    parts = iter(parts)
    first = next(parts)
    second = next(parts, None)
    if second is None:
        np.copyto(target, first)
        return
    how.combine(first, second, out=target, dtype=how.working)
    for part in parts:
        how.combine(target, part, out=target, dtype=how.working)


def _keep(dense: Array, stride: int, band: Array, scratch: Array, how: Reduction) -> Array:
    """Give every `stride`-th pixel of the dense lines as lines (rows, W'·C)."""
    count, width, channels = band.shape
    if stride == 1:
        return dense[:, : width * channels]
    # What is not divided may stand where it will stay.
    kept = band.reshape(count, -1)
    if how.divide is not None:
        kept = scratch[: kept.size].reshape(kept.shape)
    size = dense.itemsize * channels
    if size not in (1, 2, 4, 8):
        for channel in range(channels):
            # One channel at a time keeps NumPy's inner loop long.
            np.copyto(kept[:, channel::channels], dense[:, channel :: stride * channels][:, :width])
        return kept
    pixels, target = dense.view(f"u{size}"), kept.view(f"u{size}")
    if size * stride in (2, 4, 8) and width * stride <= pixels.shape[1] and LITTLE_ENDIAN:
        # The low bytes of a larger integer are its first pixel: a cast keeps just these.
        wide = pixels[:, : width * stride].view(f"u{size * stride}")
        np.copyto(target, wide, casting="unsafe")
    else:
        np.copyto(target, pixels[:, ::stride][:, :width])
    return kept


def _common(counts: Array) -> Array:
    """Reduce counts that all agree to one of them."""
    return counts[:1] if (counts == counts[0]).all() else counts
