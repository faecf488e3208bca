"""The first pass over a band: the rows of each window are combined.

Each class is one way to do so; `choose_row_pass` selects the one that takes the fewest passes over
the band.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Axis
from poolcli.pooling.reduction import Reduction
from poolcli.pooling.scratch import Scratch
from poolcli.pooling.sliding import Slide, fold, fold_onto

# Windows at stride 1 with at least this many rows are combined in two or three passes, whatever
# their height: with fewer, `SlidingBlocks` takes less time.
LONG_ROWS = 8


def choose_row_pass(rows: Axis, how: Reduction) -> RowPass:
    """Return the fastest way to combine the rows of windows."""
    if rows.stride == rows.dilation == 1 and rows.kernel >= LONG_ROWS:
        return RunningSum(rows, how) if how.exact else HalfWindows(rows, how)
    strides, rest = divmod(rows.kernel, rows.stride)
    if rows.dilation > 1 or strides == 0 or (strides == 1 and rest <= 1):
        return SingleRows(rows, how)
    return SharedRows(rows, how) if strides == 1 else SlidingBlocks(rows, how)


class RowPass:
    """Combine the rows of each window, one row after the other.

    Parameters
    ----------
    rows : Axis
        The windows along the rows of the image.
    how : Reduction
        How pixels are combined.

    Attributes
    ----------
    alignment : int
        Bands begin at multiples of this many output rows, so that sums of floats are added in
        the same order whatever the height of the bands.
    overlap : int
        The number of rows of intermediate results that two consecutive bands both compute.
    buffers : int
        The number of scratch buffers that may be used, beginning with buffer 0.
    """

    alignment = 1
    buffers = 3

    def __init__(self, rows: Axis, how: Reduction) -> None:
        self.kernel, self.stride, self.how = rows.kernel, rows.stride, how
        self.overlap = max(0, rows.extent - rows.stride) // rows.stride
        self._rows = rows

    @property
    def leading_rows(self) -> int:
        """Return how many output rows before the next band have to be combined with it."""
        return 0

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:
        """Combine the rows of each window of a band.

        Parameters
        ----------
        source : ndarray, (input rows, W·C)
            The rows of the image that the windows contain, prepared and padded.
        target : ndarray, (output rows, W·C), of the working type
            Filled with the combined rows.
        scratch : Scratch
        """
        raise NotImplementedError

    def _every_stride(self, source: Array, first: int, count: int) -> Array:
        """Return `count` rows, a stride apart, from `first` on."""
        return source[first :: self.stride][:count]


class SingleRows(RowPass):
    """Combine one row of all windows after the other: for windows that share little."""

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:  # noqa: ARG002
        """Combine the rows of each window of a band."""
        taps = (tap * self._rows.dilation for tap in range(self.kernel))
        fold((self._every_stride(source, tap, len(target)) for tap in taps), target, self.how)


class SharedRows(RowPass):
    """Combine the rows that two windows share once; each window has two such groups of rows.

    A 5x5 window at stride 3 takes 0.8 of the time that it takes one row after the other.
    """

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:
        """Combine the rows of each window of a band."""
        count, width = target.shape
        shared_rows = range(self.kernel - self.stride)
        shared = scratch.array(0, (count + 1, width), self.how.lines)
        fold((self._every_stride(source, row, count + 1) for row in shared_rows), shared, self.how)
        other_rows = range(self.kernel - self.stride, self.stride)
        others = (self._every_stride(source, row, count) for row in other_rows)
        fold((shared[:count], *others, shared[1:]), target, self.how)


class SlidingBlocks(RowPass):
    """Combine the rows of each stride to a block, then slide a window over the blocks."""

    def __init__(self, rows: Axis, how: Reduction) -> None:
        super().__init__(rows, how)
        self._blocks = rows.kernel // rows.stride
        self._slide = Slide(self._blocks, 1, how, how.lines, buffers=(1, 2))

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:
        """Combine the rows of each window of a band."""
        count = len(target)
        blocks = self._combine_blocks(source, count + self._blocks - 1, scratch)
        self._slide.combine_into(target, blocks, scratch)
        remaining = range(self._blocks * self.stride, self.kernel)
        fold_onto((self._every_stride(source, row, count) for row in remaining), target, self.how)

    def _combine_blocks(self, source: Array, count: int, scratch: Scratch) -> Array:
        """Return the combined rows of each stride, (count, W·C)."""
        if self.stride == 1 and source.dtype == self.how.lines:
            return source
        blocks = scratch.array(0, (count, source.shape[1]), self.how.lines)
        rows = (self._every_stride(source, row, count) for row in range(self.stride))
        fold(rows, blocks, self.how)
        return blocks


class RunningSum(RowPass):
    """Add the row that enters a window and subtract the row that leaves it.

    Two passes whatever the kernel; for integers only, whose sums are exact in any order. A band
    continues the sum of the band before it.
    """

    buffers = 2

    def __init__(self, rows: Axis, how: Reduction) -> None:
        super().__init__(rows, how)
        self.overlap = 0
        self._last: Array | None = None

    @property
    def leading_rows(self) -> int:
        """Return 1 if the next band continues a sum, else 0."""
        return 0 if self._last is None else 1

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:
        """Combine the rows of each window of a band."""
        kernel, lines = self.kernel, self.how.lines
        changes = scratch.array(1, (len(source) - kernel, target.shape[1]), lines)
        np.subtract(source[kernel:], source[:-kernel], out=changes, dtype=lines)
        sums = target if target.dtype == lines else scratch.array(0, target.shape, lines)
        if self._last is None:
            fold((source[row : row + 1] for row in range(kernel)), sums[:1], self.how)
        else:
            np.add(self._last, changes[0], out=sums[0])
            changes = changes[1:]
        for before, change, line in zip(sums, changes, sums[1:], strict=False):
            np.add(before, change, out=line)
        self._last = sums[-1].copy()
        if sums is not target:
            np.copyto(target, sums)


class HalfWindows(RowPass):
    """Combine each window from the end of one block of rows and the beginning of the next.

    A block has as many rows as a window. Both halves of all windows are combined row by row, in
    three passes whatever the kernel (van Herk 1992; Gil and Werman 1993).
    """

    buffers = 2

    def __init__(self, rows: Axis, how: Reduction) -> None:
        super().__init__(rows, how)
        self.alignment = rows.kernel
        self.overlap = 0

    def combine(self, source: Array, target: Array, scratch: Scratch) -> None:
        """Combine the rows of each window of a band."""
        self._combine_beginnings(source[self.kernel - 1 :], target)
        blocks = round_up(len(target), self.kernel)
        ends = scratch.array(1, (blocks, target.shape[1]), target.dtype)
        self._combine_ends(source[:blocks], ends)
        self.how.combine(target, ends[: len(target)], out=target, dtype=target.dtype)

    def _combine_beginnings(self, source: Array, target: Array) -> None:
        """Combine the rows of each window that lie in its second block, from the first on.

        Row `i` of `source` is the last row of window `i`. A window that is a whole block has no
        second one.
        """
        kernel, count = self.kernel, len(target)
        combine = partial(self.how.combine, dtype=target.dtype)
        target[::kernel] = self.how.identity
        np.copyto(target[1::kernel], source[1::kernel])
        for row in range(2, kernel):
            shorter = target[row - 1 : count - 1 : kernel]
            combine(shorter, source[row::kernel], out=target[row::kernel])

    def _combine_ends(self, source: Array, ends: Array) -> None:
        """Combine each row of a block with all rows of the block after it, from the last on."""
        kernel = self.kernel
        combine = partial(self.how.combine, dtype=ends.dtype)
        np.copyto(ends[kernel - 1 :: kernel], source[kernel - 1 :: kernel])
        for row in reversed(range(kernel - 1)):
            combine(source[row::kernel], ends[row + 1 :: kernel], out=ends[row::kernel])


def round_up(count: int, step: int) -> int:
    """Return the smallest multiple of `step` that is at least `count`."""
    return -(-count // step) * step
