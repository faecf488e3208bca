"""Pooling with windows at equal distances, band by band.

A rectangular window is separable: first the rows of each window are combined, then the columns.
Both passes work on a band of output rows at a time, so that intermediate results stay in the
processor's cache and their buffers are allocated once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Axis
from poolcli.pooling.column_pass import ColumnPass
from poolcli.pooling.reduction import Reduction, fast_arithmetic
from poolcli.pooling.row_passes import RowPass, choose_row_pass, round_up
from poolcli.pooling.scratch import Scratch
from poolcli.pooling.spans import count_taps, pieces
from poolcli.serial import ThreadedExecutor

# The size of all buffers of a thread, unless the kernel needs more. Bands are then so small that
# a second-level cache of 2 MiB still holds their results when these are checked.
WORK_BYTES = 2560 * 1024
# The same where several threads work: smaller bands cost more calls, for which threads wait.
THREADED_WORK_BYTES = 7 * 1024 * 1024
# The size from which on an image of which maxima are taken is divided among threads. Sums take
# longer, so half of it is enough.
THREADED_BYTES = 32 * 1024 * 1024
# Adjacent strips share the input columns of overlapping windows, so a strip has at least this many
# windows per row.
STRIP_WINDOWS = 3
# A line with a multiple of this many items can be read as wider items.
LINE_ITEMS = 8


def pool_bands(
    image: Array,
    rows: Axis,
    columns: Axis,
    how: Reduction,
    output: Array,
    threads: int,
) -> bool:
    """Pool an image with windows at equal distances.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    rows, columns : Axis
        The windows along both axes.
    how : Reduction
        How pixels are combined.
    output : ndarray, (H', W', C), of the result type
        Filled with the results.
    threads : int
        The most threads to use.

    Returns
    -------
    bool
        Whether a result is suspect; see `Reduction.suspect`.
    """
    if image.nbytes < (THREADED_BYTES if how.divide is None else THREADED_BYTES // 2):
        threads = 1
    work_bytes = WORK_BYTES if threads == 1 else THREADED_WORK_BYTES
    whole = Strip(
        image,
        rows,
        columns,
        how,
        output,
        _counts(rows, how),
        _counts(columns, how),
    )
    strips = whole.cut(work_bytes)

    def pool_rows(outputs: range) -> bool:
        with fast_arithmetic():
            suspects = [strip.pool(outputs, work_bytes) for strip in strips]
        return any(suspects)

    if threads == 1:
        return pool_rows(range(rows.output))
    share = round_up(-(-rows.output // threads), choose_row_pass(rows, how).alignment)
    first, *others = pieces(rows.output, share)
    with ThreadedExecutor(threads - 1) as executor:
        suspects = executor.map(pool_rows, others)
        return any([pool_rows(first), *suspects])


@dataclass(frozen=True)
class Strip:
    """Adjacent columns of the output, and the columns of the image that their windows contain.

    Attributes
    ----------
    image : ndarray, (H, W, C)
    rows, columns : Axis
        The windows along both axes.
    how : Reduction
        How pixels are combined.
    output : ndarray, (H', W', C)
        Where the results go.
    row_counts : ndarray, (H',) or (1,)
        The number of rows of each window that count in its divisor, or of all windows.
    column_counts : ndarray, (W',) or (1,)
        The number of columns that count.
    """

    image: Array
    rows: Axis
    columns: Axis
    how: Reduction
    output: Array
    row_counts: Array
    column_counts: Array

    def cut(self, work_bytes: int) -> list[Strip]:
        """Return strips so narrow that their least band fits the buffers, from left to right."""
        row_pass, column_pass = self._passes()
        lines = _least_height(row_pass) + row_pass.overlap + 1
        line_bytes = _buffer_bytes(row_pass, column_pass, work_bytes) // lines
        pixels = line_bytes // (self.image.shape[2] * self.how.working.itemsize)
        pixels = max(pixels, STRIP_WINDOWS * self.columns.extent)
        most = (pixels - self.columns.extent) // self.columns.stride + 1
        if self.columns.output <= most:
            return [self]
        count = -(-self.columns.output // most)
        width = -(-self.columns.output // count)
        return [self._part(outputs) for outputs in pieces(self.columns.output, width)]

    def _part(self, outputs: range) -> Strip:
        """Return some columns of the output as a strip."""
        seen, columns = self.columns.part(outputs)
        counts = self.column_counts
        if len(counts) > 1:
            counts = _common(counts[outputs.start : outputs.stop])
        target = self.output[:, outputs.start : outputs.stop]
        return Strip(
            self.image[:, seen], self.rows, columns, self.how, target, self.row_counts, counts
        )

    def pool(self, outputs: range, work_bytes: int) -> bool:
        """Fill some rows of the output, band by band; return whether a result is suspect."""
        row_pass, column_pass = self._passes()
        used = min(self.columns.size, self.columns.reach - self.columns.before)
        image, channels = self.image[:, :used], self.image.shape[2]
        width = round_up(self.columns.reach * channels, LINE_ITEMS)
        line_bytes = width * self.how.working.itemsize
        lines = _buffer_bytes(row_pass, column_pass, work_bytes) // line_bytes
        height = max(lines - row_pass.overlap - 1, _least_height(row_pass))
        height -= height % row_pass.alignment
        height = min(height, round_up(len(outputs), row_pass.alignment))

        # The margins hold the identity, which is the padding of the columns, in all bands.
        padded = np.full((height, width), self.how.identity, self.how.working)
        margin = self.columns.before * channels
        inner = padded[:, margin : margin + used * channels]
        scratch = Scratch((height + row_pass.overlap + 1) * line_bytes)
        suspect = False
        for band in _bands(outputs, self.rows, height, row_pass.alignment):
            source = _input_rows(image, self.rows, band, row_pass.leading_rows, self.how)
            row_pass.combine(source, inner[: len(band)], scratch)
            target = self.output[band.start : band.stop].reshape(len(band), -1)
            combined = column_pass.combine(padded[: len(band)], target, scratch)
            if combined is not target:
                self.how.finish(combined, self._divisor(band), target)
            # Checked while the results are in the cache.
            suspect = suspect or self.how.suspect(combined, target)
        return suspect

    def _passes(self) -> tuple[RowPass, ColumnPass]:
        """Return both passes, at the first band."""
        column_pass = ColumnPass(self.columns, self.image.shape[2], self.how)
        return choose_row_pass(self.rows, self.how), column_pass

    def _divisor(self, band: range) -> Array:
        """Return the divisors of a band, (rows or 1, W'·C or 1)."""
        row_counts = self.row_counts
        if len(row_counts) > 1:
            row_counts = _common(row_counts[band.start : band.stop])
        return row_counts[:, np.newaxis] * self._item_counts

    @cached_property
    def _item_counts(self) -> Array:
        """Return the counts of the columns for each item of a line, (W'·C,) or (1,)."""
        if len(self.column_counts) == 1:
            return self.column_counts
        return np.repeat(self.column_counts, self.image.shape[2])


def _buffer_bytes(row_pass: RowPass, column_pass: ColumnPass, work_bytes: int) -> int:
    """Return the size of each buffer; the padded lines are in one, too."""
    return work_bytes // (max(row_pass.buffers, column_pass.buffers) + 1)


def _least_height(row_pass: RowPass) -> int:
    """Return the height of the lowest band: at most half of it is computed twice."""
    return max(row_pass.alignment, 2 * row_pass.overlap)


def _bands(outputs: range, rows: Axis, height: int, alignment: int) -> Iterator[range]:
    """Cut output rows into bands of at most `height` rows, at multiples of `alignment`.

    The few rows whose windows contain padding are bands of their own, since their input is copied.
    """
    cuts = [outputs.start, outputs.stop]
    if len(outputs) > height:
        first = -(-rows.before // rows.stride)
        stop = (rows.size + rows.before - rows.extent) // rows.stride + 1
        aligned = round_up(first, alignment), stop // alignment * alignment
        cuts[1:1] = (cut for cut in aligned if outputs.start < cut < outputs.stop)
    for start, stop in pairwise(cuts):
        for first in range(start, stop, height):
            yield range(first, min(first + height, stop))


def _input_rows(image: Array, rows: Axis, band: range, leading: int, how: Reduction) -> Array:
    """Return the prepared input rows of a band and of `leading` output rows before it.

    Returns
    -------
    ndarray, (input rows, W·C)
        A view of the image, or a copy with padding.
    """
    start = (band.start - leading) * rows.stride - rows.before
    stop = (band.stop - 1) * rows.stride - rows.before + rows.extent
    lines = image[max(0, start) : min(stop, rows.size)]
    lines = how.prepare(lines.reshape(len(lines), -1))
    if len(lines) == stop - start:
        return lines
    padded = np.full((stop - start, lines.shape[1]), how.identity, lines.dtype)
    padded[max(0, -start) : max(0, -start) + len(lines)] = lines
    return padded


def _counts(axis: Axis, how: Reduction) -> Array:
    """Count the pixels of each window; return one number if all agree or none is a divisor."""
    if how.divide is None:
        return np.ones(1)
    return _common(count_taps(axis, how.divide, padding=how.count_padding))


def _common(counts: Array) -> Array:
    """Return the first of some counts if all agree, else all."""
    return counts[:1] if (counts == counts[0]).all() else counts
