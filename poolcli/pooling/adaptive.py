"""Pooling with windows of unequal lengths: adaptive windows, and kernels larger than the image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis
from poolcli.pooling.reduction import Reduction
from poolcli.pooling.spans import count_taps, lay_spans, pieces

# The number of values in a band of combined rows, and in the output computed from it.
BAND_VALUES = 2**21
# Windows of fewer values than this in a line are gathered, many at once.
WIDE = 512
# Columns are combined first only if rows first take this many times as many values: the order
# changes sums of floats.
MUCH_LESS = 4


def pool_spans(
    image: Array,
    rows: AnyAxis,
    columns: AnyAxis,
    how: Reduction,
    output: Array,
) -> bool:
    """Pool an image with windows of any lengths, one band of output rows at a time.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    rows, columns : Axis or AdaptiveAxis
        The windows along both axes.
    how : Reduction
        How pixels are combined.
    output : ndarray, (H', W', C), of the result type
        Filled with the results.

    Returns
    -------
    bool
        Whether a result is suspect; see `Reduction.suspect`.
    """
    if rows.size * columns.output * MUCH_LESS < rows.output * columns.size:
        image, output = image.transpose(1, 0, 2), output.transpose(1, 0, 2)
        rows, columns = columns, rows
    row_counts, column_counts = (_counts(axis, how) for axis in (rows, columns))
    suspect = False
    height = max(1, BAND_VALUES // (columns.size * image.shape[2]))
    for down in pieces(rows.output, height):
        lines = np.empty((len(down), *image.shape[1:]), how.working)
        _combine(image, rows, down, how, lines, prepared=False)
        # The columns are the first axis, along which the second pass combines.
        across_lines = lines.transpose(1, 0, 2)
        width = max(1, BAND_VALUES // (len(down) * image.shape[2]))
        for across in pieces(columns.output, width):
            pooled = np.empty((len(across), len(down), image.shape[2]), how.working)
            _combine(across_lines, columns, across, how, pooled, prepared=True)
            counts = np.outer(
                row_counts[down.start : down.stop], column_counts[across.start : across.stop]
            )
            target = output[down.start : down.stop, across.start : across.stop]
            combined = pooled.transpose(1, 0, 2)
            how.finish(combined, counts[:, :, np.newaxis], target)
            suspect = suspect or how.suspect(combined, target)
    return suspect


def _counts(axis: AnyAxis, how: Reduction) -> Array:
    """Return the number of pixels in each window, or ones if there is no division."""
    if how.divide is None:
        return np.broadcast_to(np.ones(1), axis.output)
    return count_taps(axis, how.divide, padding=how.count_padding)


@dataclass(frozen=True)
class _Lines:
    """The lines of an array along its first axis, which windows are combined from.

    Attributes
    ----------
    source : ndarray, (lines, …)
    how : Reduction
    prepared : bool
        Whether the lines are combined already, so that they need no preparation.
    """

    source: Array
    how: Reduction
    prepared: bool

    def select(self, index: slice | Array) -> Array:
        """Return some lines, prepared."""
        lines = self.source[index]
        return lines if self.prepared else self.how.prepare(lines)

    def reduce(self, index: slice, out: Array | None = None) -> Array:
        """Combine some lines to one; return it, or `out`."""
        line: Array = self.how.combine.reduce(
            self.select(index), axis=0, out=out, dtype=self.how.working
        )
        return line


def _combine(
    source: Array, axis: AnyAxis, windows: range, how: Reduction, target: Array, *, prepared: bool
) -> None:
    """Combine the lines of each window.

    Parameters
    ----------
    source : ndarray, (lines, …)
    axis : Axis or AdaptiveAxis
        The windows along the first axis of `source`.
    windows : range
        The indices of adjacent windows.
    target : ndarray, (windows, …), of the working type
        Filled with the combined windows.
    prepared : bool
        Whether the lines are combined already.
    """
    lines = _Lines(source, how, prepared)
    starts, counts, step = lay_spans(axis, windows)
    longest = int(counts.max())
    if target[0].size < WIDE and longest < len(windows):
        _gather(lines, starts, counts, step, target)
    elif step == 1 and ((starts == 0) | (starts + counts == len(source))).all():
        _grow(lines, starts, counts, target)
    else:
        for line, start, count in zip(target, starts.tolist(), counts.tolist(), strict=True):
            lines.reduce(slice(start, start + (count - 1) * step + 1, step), out=line)


def _grow(lines: _Lines, starts: Array, counts: Array, target: Array) -> None:
    """Combine windows that each begin or end with the image, as those of very large kernels do.

    From the shortest to the longest at either end, each window is the one before it and the lines
    that are added.
    """
    how, stops = lines.how, starts + counts
    for windows in (np.flatnonzero(starts == 0), np.flatnonzero(starts)[::-1]):
        before = slice(0, 0)
        line = np.full(target.shape[1:], how.identity, how.working)
        for window in windows.tolist():
            now = slice(int(starts[window]), int(stops[window]))
            if before.start == before.stop:
                before = slice(now.start, now.start)
            for part in (slice(now.start, before.start), slice(before.stop, now.stop)):
                if part.start < part.stop:
                    line = how.combine(line, lines.reduce(part), dtype=how.working)
            target[window] = line
            before = now


def _gather(lines: _Lines, starts: Array, counts: Array, step: int, target: Array) -> None:
    """Combine many short windows, one tap of all windows after the other."""
    how = lines.how
    target[...] = how.identity
    for tap in range(int(counts.max())):
        has_tap = counts > tap
        # A slice takes no copy where all windows have the tap.
        some = slice(None) if has_tap.all() else has_tap
        taps = lines.select(starts[some] + tap * step)
        target[some] = how.combine(target[some], taps, dtype=how.working)
