"""Windows of unequal lengths: adaptive pooling, and kernels larger than the image."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyAxis
from poolcli.pooling.reduction import Reduction
from poolcli.pooling.spans import count_taps, lay_spans, pieces

# Values of a band of combined rows, and of the output made from it.
BAND_VALUES = 2**21
# Fewer values beside each other are gathered for many windows at once.
WIDE = 512
# Columns come first only where that saves much: sums of floats depend on the order.
MUCH_LESS = 4


def pool_spans(
    image: Array,
    rows: AnyAxis,
    columns: AnyAxis,
    how: Reduction,
    output: Array,
) -> bool:
    """Fill `output` (H', W', C) with the pooled `image` (H, W, C), one band at a time.

    Return whether a result is suspect; see `Reduction.suspect`.
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
        # The second pass combines along the first axis, too.
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
    """Count the taps of each window, unless nothing is divided by them."""
    if how.divide is None:
        return np.broadcast_to(np.ones(1), axis.output)
    return count_taps(axis, how.divide, padding=how.count_padding)


def _combine(
    source: Array, axis: AnyAxis, windows: range, how: Reduction, target: Array, *, prepared: bool
) -> None:
    """Combine what each window sees along the first axis of `source`, one item of `target` each."""
    starts, counts, step = lay_spans(axis, windows)
    longest = int(counts.max())
    if target[0].size < WIDE and longest < len(windows):
        _gather(source, starts, counts, step, how, target, prepared=prepared)
        return
    if step == 1 and ((starts == 0) | (starts + counts == len(source))).all():
        _grow(source, starts, counts, how, target, prepared=prepared)
        return
    for line, start, count in zip(target, starts.tolist(), counts.tolist(), strict=True):
        seen = source[start : start + (count - 1) * step + 1 : step]
        seen = seen if prepared else how.prepare(seen)
        how.combine.reduce(seen, axis=0, out=line, dtype=how.working)


def _grow(
    source: Array, starts: Array, counts: Array, how: Reduction, target: Array, *, prepared: bool
) -> None:
    """Combine windows that each touch an end of the source, as those of very large kernels do.

    From the shortest to the longest at either end, a window is the one before and what is new.
    """
    stops = starts + counts
    for windows in (np.flatnonzero(starts == 0), np.flatnonzero(starts)[::-1]):
        before = slice(0, 0)
        line = np.full(target.shape[1:], how.identity, how.working)
        for window in windows.tolist():
            now = slice(int(starts[window]), int(stops[window]))
            if before.start == before.stop:
                before = slice(now.start, now.start)
            for part in (slice(now.start, before.start), slice(before.stop, now.stop)):
                if part.start < part.stop:
                    seen = source[part] if prepared else how.prepare(source[part])
                    new = how.combine.reduce(seen, axis=0, dtype=how.working)
                    line = how.combine(line, new, dtype=how.working)
            target[window] = line
            before = now


def _gather(
    source: Array,
    starts: Array,
    counts: Array,
    step: int,
    how: Reduction,
    target: Array,
    *,
    prepared: bool,
) -> None:
    """Combine many short windows, tap by tap."""
    target[...] = how.identity
    for tap in range(int(counts.max())):
        # Where all windows have this tap, none is picked out.
        has = counts > tap
        some = slice(None) if has.all() else has
        seen = source[starts[some] + tap * step]
        seen = seen if prepared else how.prepare(seen)
        target[some] = how.combine(target[some], seen, dtype=how.working)
