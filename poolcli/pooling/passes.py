"""What is done to a band: a few long passes over contiguous lines."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import Axis
from poolcli.pooling.operations import Reduction

Array = NDArray[Any]

LITTLE_ENDIAN = sys.byteorder == "little"
# Types that a pixel of so many bytes is moved as, whatever it holds.
UNITS = {1: "u1", 2: "u2", 4: "u4", 8: "u8", 16: "c16"}
# From so many rows on, a running sum takes less time than doubling.
RUNNING_ROWS = 8


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


def slides_by_running_sum(rows: Axis, how: Reduction) -> bool:
    """Tell whether each row's sum comes from that of the row before: see `combine_rows`."""
    return how.exact and rows.stride == rows.dilation == 1 and rows.kernel >= RUNNING_ROWS


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
    if dilation > 1 or whole < 2:
        taps = (source[tap * dilation :: stride][:count] for tap in range(kernel))
        _fold(taps, target, scratch, 0, how)
        return
    direct = target if target.dtype == how.lines else None
    if slides_by_running_sum(rows, how):
        lines = scratch.array(0, target.shape, how.lines) if direct is None else direct
        _run(source, kernel, lines, scratch, how, goes_on=goes_on)
    else:
        # Windows overlap: combine the rows of one stride to a block, then slide over the blocks.
        blocks = source
        if stride > 1 or source.dtype != how.lines:
            blocks = scratch.array(0, (count + whole - 1, width), how.lines)
            taps = (source[tap::stride][: len(blocks)] for tap in range(stride))
            _fold(taps, blocks, scratch, 1, how)
        lines = _slide(blocks, whole, 1, (1, 2), scratch, how, direct)
        taps = (source[tap::stride][:count] for tap in range(kernel - rest, kernel))
        _fold(taps, lines, scratch, 0, how, begun=True)
    if direct is None:
        np.copyto(target, lines)


def combine_columns(
    line: Array, columns: Axis, channels: int, scratch: Scratch, how: Reduction
) -> Array:
    """Combine a window's columns from every item on, over a band laid out as one line.

    Windows that start near the end of a row run into the next row; nobody keeps those.
    """
    if columns.kernel == 1:
        return line
    step = columns.dilation * channels
    combined = _slide(line, columns.kernel, step, (0, 1), scratch, how)
    # The last windows lack columns, but a view of the whole band is cut into rows more easily.
    whole: Array = np.ndarray(line.shape, line.dtype, combined.base)
    return whole


def keep(dense: Array, stride: int, band: Array, scratch: Scratch, how: Reduction) -> Array:
    """Give every `stride`-th pixel of the dense lines as lines (rows, W'·C)."""
    count, width, channels = band.shape
    if stride == 1:
        return dense[:, : width * channels]
    # What is not divided may stand where it will stay.
    kept = band.reshape(count, -1)
    if how.divide is not None:
        kept = scratch.array(2, kept.shape, dense.dtype)
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
) -> Array:
    """Combine `kernel` items, `step` apart, from each item on, in about `log2(kernel)` passes.

    Spans of 1, 2, 4, … items are combined to longer ones. Two halves of an odd span either lack
    an item, which is combined by itself, or share one: that changes no maximum, and is taken away
    from an exact sum. See `_part`.
    """
    reaches = []
    while kernel > 1:
        reaches.append(kernel)
        kernel = _part(kernel, how)
    spans, span = source, 1
    for turn, reach in enumerate(reversed(reaches), start=1):
        length = len(source) - (reach - 1) * step
        longer = scratch.array(numbers[turn % 2], (length, *source.shape[1:]), source.dtype)
        if turn == len(reaches) and target is not None:
            longer = target
        second = min(span, reach - span) * step
        how.combine(spans[:length], spans[second:][:length], out=longer)
        if 2 * span < reach:
            rest = spans if reach == 3 * span else source
            how.combine(longer, rest[2 * span * step :][:length], out=longer)
        elif 2 * span > reach and not how.idempotent:
            np.subtract(longer, source[second:][:length], out=longer)
        spans, span = longer, reach
    return spans


def _run(
    source: Array, kernel: int, target: Array, scratch: Scratch, how: Reduction, *, goes_on: bool
) -> None:
    """Sum `kernel` rows from each row on: the next one comes and the first one goes.

    Two passes whatever the kernel; for integers alone, whose sums are exact in any order.
    """
    changes = scratch.array(1, (len(source) - kernel, target.shape[1]), how.lines)
    np.copyto(changes, source[kernel:])
    np.subtract(changes, _cast(source[:-kernel], changes, scratch, 2), out=changes)
    if goes_on:
        np.add(scratch.last, changes[0], out=target[0])
        changes = changes[1:]
    else:
        _fold((source[tap : tap + 1] for tap in range(kernel)), target[:1], scratch, 2, how)
    for before, change, line in zip(target, changes, target[1:], strict=False):
        np.add(before, change, out=line)
    scratch.last = target[-1].copy()


def _part(span: int, how: Reduction) -> int:
    """Choose the span that two or three of which make a longer one, in the fewest passes.

    An exact sum of 31 is made from 16, 8, 4 and 2 rather than 15, 7 and 3, which are all odd; a
    sum of floats, from which nothing can be taken away, from 15, 5 and 2.
    """
    if how.idempotent or (how.exact and span % 4 == 3 and span > 3):
        return (span + 1) // 2
    return span // 3 if span % 6 == 3 and not how.exact else span // 2


def _fold(
    parts: Iterable[Array],
    target: Array,
    scratch: Scratch,
    spare: int,
    how: Reduction,
    *,
    begun: bool = False,
) -> None:
    """Combine arrays of one shape, one after the other; if it has `begun`, with the target too."""
    parts = iter(parts)
    if not begun:
        first, second = next(parts), next(parts, None)
        if second is None or first.dtype != target.dtype:
            np.copyto(target, first)
            first = target
        if second is not None:
            how.combine(first, _cast(second, target, scratch, spare), out=target)
    for part in parts:
        how.combine(target, _cast(part, target, scratch, spare), out=target)


def _cast(part: Array, target: Array, scratch: Scratch, spare: int) -> Array:
    """Give pixels in the type of their sum: a pass of its own is faster than a mixed one."""
    if part.dtype == target.dtype:
        return part
    cast = scratch.array(spare, part.shape, target.dtype)
    np.copyto(cast, part)
    return cast
