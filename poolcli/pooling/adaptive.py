"""Windows of unequal lengths: adaptive pooling, and kernels larger than the image."""

from __future__ import annotations

from poolcli.arrays import Array, np
from poolcli.geometry import AnyAxis
from poolcli.pooling.operations import Reduction


def pool_spans(
    image: Array,
    rows: AnyAxis,
    columns: AnyAxis,
    how: Reduction,
    output: Array,
    count_include_pad: bool,
) -> bool:
    """Fill `output` (H', W', C) with the pooled `image` (H, W, C), one span at a time.

    Return whether a result is suspect; see `Reduction.suspect`.
    """
    lines = np.empty((rows.output, *image.shape[1:]), how.working)
    for line, taps in zip(lines, rows.taps(), strict=True):
        seen = how.prepare(image[taps.start : taps.stop : taps.step])
        how.combine.reduce(seen, axis=0, out=line, dtype=how.working)
    pooled = np.empty(output.shape, how.working)
    for column, taps in enumerate(columns.taps()):
        seen = lines[:, taps.start : taps.stop : taps.step]
        how.combine.reduce(seen, axis=1, out=pooled[:, column], dtype=how.working)
    row_counts, column_counts = (axis.counts(padding=count_include_pad) for axis in (rows, columns))
    counts = np.outer(np.array(row_counts, how.divide), np.array(column_counts, how.divide))
    how.finish(pooled, counts[:, :, np.newaxis], output)
    return how.suspect(pooled, output)
