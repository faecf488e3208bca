"""What is done to a band: a few long passes over contiguous lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Axis
from poolcli.pooling.reduction import Reduction

LITTLE_ENDIAN = sys.byteorder == "little"
# Types that a pixel of so many bytes is moved as, whatever it holds.
UNITS = {1: "u1", 2: "u2", 4: "u4", 8: "u8", 16: "c16"}
# From so many rows on, sums that run and blocks that meet take less time than doubling.
LONG_ROWS = 8


class Scratch:
    """What bands leave to the next: buffers of one size, made when first asked for, and a row.

    Attributes
    ----------
    last : Array
        The last row of a running sum.
    """

    last: Array

    def __init__(self, size: int) -> None:
        self._size = size
        self._buffers: dict[int, Array] = {}

    def array(self, number: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """Give the beginning of a buffer as an array."""
        if number not in self._buffers:
            self._buffers[number] = np.empty(self._size, np.uint8)
        return np.ndarray(shape, dtype, self._buffers[number])


def is_long(rows: Axis) -> bool:
    """Tell whether windows have so many rows that combining them row by row pays."""
    return rows.stride == rows.dilation == 1 and rows.kernel >= LONG_ROWS


def block_height(rows: Axis, how: Reduction) -> int:
    """Give the height of the blocks that windows are combined from: see `_meet`.

    Bands begin where a block does, so that sums of floats are the same whatever the bands.
    """
    return rows.kernel if is_long(rows) and not how.exact else 1


def round_up(count: int, step: int) -> int:
    """Give the next multiple of `step`."""
    return -(-count // step) * step


def combine_rows(
    source: Array, rows: Axis, target: Array, scratch: Scratch, how: Reduction, *, goes_on: bool
) -> None:
    """Combine the rows of each window: line `i` of `target` is output row `i`.

    A running sum that `goes_on` from the last band starts with that band's last output row, for
    which `source` has one more row at its beginning.
    """
    count, width = target.shape
    kernel, stride, dilation = rows.kernel, rows.stride, rows.dilation
    whole, rest = divmod(kernel, stride)
    if dilation == whole == 1 and rest > 1:
        # What two windows share is combined once: 5/3 takes 0.8 of the time.
        shared = scratch.array(0, (count + 1, width), how.lines)
        _fold((source[tap::stride][: count + 1] for tap in range(rest)), shared, how)
        between = (source[tap::stride][:count] for tap in range(rest, stride))
        _fold((shared[:count], *between, shared[1:]), target, how)
        return
    if dilation > 1 or whole < 2:
        _fold((source[tap * dilation :: stride][:count] for tap in range(kernel)), target, how)
        return
    if is_long(rows) and how.exact:
        wide = target.dtype != how.lines
        lines = scratch.array(0, target.shape, how.lines) if wide else target
        _run(source, kernel, lines, scratch, how, goes_on=goes_on)
        if wide:
            np.copyto(target, lines)
        return
    if is_long(rows):
        _meet(source, kernel, target, scratch, how)
        return
    # Windows overlap: combine the rows of one stride to a block, then slide over the blocks.
    blocks = source
    if stride > 1 or source.dtype != how.lines:
        blocks = scratch.array(0, (count + whole - 1, width), how.lines)
        _fold((source[tap::stride][: len(blocks)] for tap in range(stride)), blocks, how)
    _slide(blocks, whole, 1, (1, 2), scratch, how, target)
    taps = range(kernel - rest, kernel)
    _fold((source[tap::stride][:count] for tap in taps), target, how, begun=True)


def combine_columns(
    lines: Array, columns: Axis, channels: int, scratch: Scratch, how: Reduction, band: Array
) -> Array:
    """Combine the columns of each window of combined rows.

    Parameters
    ----------
    lines : Array, (rows, W·C or more), contiguous
    band : Array, (rows, W'·C)
        Where the result goes in the end.

    Returns
    -------
    Array, (rows, W'·C)
        `band`, if it holds the result already, or what is still to be divided or copied.
    """
    line = lines.reshape(-1)
    step = columns.dilation * channels
    if columns.kernel == 1:
        dense = lines
    elif columns.stride == 1 and how.divide is None:
        _slide(line, columns.kernel, step, (0, 1), scratch, how, band, lines.shape[1])
        return band
    else:
        # Windows that start near the end of a row run into the next row; nobody keeps those.
        combined = _slide(line, columns.kernel, step, (0, 1), scratch, how)
        # The last windows lack columns, but a view of the whole band is cut into rows more easily.
        dense = np.ndarray(lines.shape, combined.dtype, combined.base)
    return _keep(dense, columns, channels, scratch, how, band)


def _keep(
    dense: Array, columns: Axis, channels: int, scratch: Scratch, how: Reduction, band: Array
) -> Array:
    """Give every `stride`-th pixel of the dense lines; see `combine_columns`."""
    stride, width = columns.stride, columns.output
    if stride == 1:
        return dense[:, : band.shape[1]]
    # What is not divided may stand where it will stay.
    kept = band
    if how.divide is not None:
        kept = scratch.array(2, band.shape, dense.dtype)
    size = dense.itemsize * channels
    if size not in UNITS:
        for channel in range(channels):
            # One channel at a time keeps NumPy's inner loop long.
            np.copyto(kept[:, channel::channels], dense[:, channel :: stride * channels][:, :width])
        return kept
    pixels, target = dense.view(UNITS[size]), kept.view(UNITS[size])
    if size * stride in (2, 4, 8) and width * stride <= pixels.shape[1] and LITTLE_ENDIAN:
        # The low bytes of a larger integer are its first pixel: a cast keeps just these.
        wide = pixels[:, : width * stride].view(f"u{size * stride}")
        np.copyto(target, wide, casting="unsafe")
    else:
        np.copyto(target, pixels[:, ::stride][:, :width])
    return kept


def _slide(
    source: Array,
    kernel: int,
    step: int,
    numbers: tuple[int, int],
    scratch: Scratch,
    how: Reduction,
    target: Array | None = None,
    line: int = 0,
) -> Array:
    """Combine `kernel` items, `step` apart, from each item on, in about `log2(kernel)` passes.

    Spans of 1, 2, 4, … items are combined to longer ones. Two halves of an odd span either lack
    an item, which is combined by itself, or share one: that changes no maximum, and is taken away
    from an exact sum. See `_part`.

    A `target` gets the last spans. It may have fewer items of each `line` of the source.
    """
    reaches = []
    while kernel > 1:
        reaches.append(kernel)
        kernel = _part(kernel, how)
    type_ = how.lines if target is not None else how.working
    spans, span = source, 1
    for turn, reach in enumerate(reversed(reaches), start=1):
        length = len(source) - (reach - 1) * step
        longer = scratch.array(numbers[turn % 2], (length, *source.shape[1:]), type_)
        see = partial(_from, count=length)
        if turn == len(reaches) and target is not None:
            longer = target
            if line:
                see = partial(_cut, line=line, shape=target.shape)
        combine = partial(how.combine, out=longer, dtype=longer.dtype)
        second = min(span, reach - span) * step
        combine(see(spans, 0), see(spans, second))
        if 2 * span < reach:
            combine(longer, see(spans if reach == 3 * span else source, 2 * span * step))
        elif 2 * span > reach and not how.idempotent:
            np.subtract(longer, see(source, second), out=longer, dtype=longer.dtype)
        spans, span = longer, reach
    return spans


def _from(items: Array, first: int, *, count: int) -> Array:
    return items[first:][:count]


def _cut(items: Array, first: int, *, line: int, shape: tuple[int, ...]) -> Array:
    """Cut items into lines, of which the beginnings are seen from the `first` item on."""
    size = items.itemsize
    return np.ndarray(shape, items.dtype, items, first * size, (line * size, size))


def _run(
    source: Array, kernel: int, target: Array, scratch: Scratch, how: Reduction, *, goes_on: bool
) -> None:
    """Sum `kernel` rows from each row on: the next one comes and the first one goes.

    Two passes whatever the kernel; for integers alone, whose sums are exact in any order.
    """
    changes = scratch.array(1, (len(source) - kernel, target.shape[1]), how.lines)
    np.subtract(source[kernel:], source[:-kernel], out=changes, dtype=how.lines)
    if goes_on:
        np.add(scratch.last, changes[0], out=target[0])
        changes = changes[1:]
    else:
        _fold((source[tap : tap + 1] for tap in range(kernel)), target[:1], how)
    for before, change, line in zip(target, changes, target[1:], strict=False):
        np.add(before, change, out=line)
    scratch.last = target[-1].copy()


def _meet(source: Array, kernel: int, target: Array, scratch: Scratch, how: Reduction) -> None:
    """Combine `kernel` rows from each row on, in three passes whatever the kernel.

    Every `kernel`-th row begins a block. A window is the end of one block and the beginning of
    the next; both are combined row by row (van Herk 1992; Gil and Werman 1993).
    """
    count, width = target.shape
    combine = partial(how.combine, dtype=target.dtype)
    # Window `i` ends in the next block, with row `i` of these, unless it is a whole block.
    following = source[kernel - 1 :]
    target[::kernel] = how.identity
    np.copyto(target[1::kernel], following[1::kernel])
    for tap in range(2, kernel):
        longer = target[tap::kernel]
        combine(target[tap - 1 : count - 1 : kernel], following[tap::kernel], out=longer)
    # Row by row from the last of each block backwards.
    whole = round_up(count, kernel)
    ends = scratch.array(1, (whole, width), target.dtype)
    blocks = source[:whole]
    np.copyto(ends[kernel - 1 :: kernel], blocks[kernel - 1 :: kernel])
    for tap in reversed(range(kernel - 1)):
        combine(blocks[tap::kernel], ends[tap + 1 :: kernel], out=ends[tap::kernel])
    combine(target, ends[:count], out=target)


def _part(span: int, how: Reduction) -> int:
    """Choose the span that two or three of which make a longer one, in the fewest passes.

    An exact sum of 31 is made from 16, 8, 4 and 2 rather than 15, 7 and 3, which are all odd; a
    sum of floats, from which nothing can be taken away, from 15, 5 and 2.
    """
    if how.idempotent or (how.exact and span % 4 == 3 and span > 3):
        return (span + 1) // 2
    return span // 3 if span % 6 == 3 and not how.exact else span // 2


def _fold(parts: Iterable[Array], target: Array, how: Reduction, *, begun: bool = False) -> None:
    """Combine arrays of one shape, one after the other; if it has `begun`, with the target too."""
    parts = iter(parts)
    combine = partial(how.combine, out=target, dtype=target.dtype)
    if not begun:
        first, second = next(parts), next(parts, None)
        if second is None:
            np.copyto(target, first)
        else:
            combine(first, second)
    for part in parts:
        combine(target, part)
