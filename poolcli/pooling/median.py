"""The median: the one operation whose windows cannot be combined piece by piece."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import AnyAxis

Array = NDArray[Any]

GATHERED_BYTES = 4 * 1024 * 1024


def pool_median(
    image: Array, rows: AnyAxis, columns: AnyAxis, output: Array, *, skip_nan: bool = False
) -> None:
    """Fill `output` (H', W', C) with the medians of the windows of `image` (H, W, C).

    Each window's pixels are sorted: O(k² log k) for each output pixel. NaN propagates, or with
    `skip_nan` is passed over.
    """
    channels = image.shape[2]
    column_taps = columns.taps()
    widths = np.array([len(taps) for taps in column_taps])
    # A window at the border repeats some position; those pixels are then sorted to the end.
    positions = np.zeros((len(widths), widths.max()), np.intp)
    real = np.arange(widths.max()) < widths[:, np.newaxis]
    positions[real] = np.concatenate([np.arange(t.start, t.stop, t.step) for t in column_taps])
    for line, taps in zip(output, rows.taps(), strict=True):
        source = image[taps.start : taps.stop : taps.step]
        group = max(
            1, GATHERED_BYTES // (len(taps) * positions[0].size * channels * source.itemsize)
        )
        for first in range(0, len(line), group):
            some = slice(first, first + group)
            windows = source[:, positions[some]]
            windows[:, ~real[some]] = _last(image.dtype)
            # (rows, outputs, columns, channels) to (outputs, channels, pixels)
            windows = windows.transpose(1, 3, 0, 2).reshape(len(line[some]), channels, -1)
            line[some] = _medians(windows, len(taps) * widths[some], output.dtype, skip_nan)


def _medians(windows: Array, counts: Array, carry: np.dtype[Any], skip_nan: bool) -> Array:
    """Average the middle two of the first `counts` sorted pixels of each window."""
    wide = np.result_type(carry, np.float64)
    ranked = np.sort(windows, axis=-1)
    # NumPy sorts NaN behind everything else.
    missing = np.isnan(ranked) if ranked.dtype.kind == "f" else np.zeros(ranked.shape, np.bool_)
    pixels = np.broadcast_to(counts[:, np.newaxis], ranked.shape[:2])
    if skip_nan:
        pixels = pixels - missing.sum(axis=-1)
    middle = [
        np.take_along_axis(ranked, at[:, :, np.newaxis], axis=-1)[..., 0].astype(wide)
        for at in (np.maximum(pixels - 1, 0) // 2, pixels // 2)
    ]
    low, high = middle
    total = low + high
    # Where the sum of two large numbers overflows, the sum of their halves does not.
    overflowed = np.isinf(total) & np.isfinite(low) & np.isfinite(high)
    medians = np.where(overflowed, low / 2 + high / 2, total / 2)
    medians[pixels == 0 if skip_nan else missing[..., -1]] = np.nan
    return medians


def _last(dtype: np.dtype[Any]) -> Any:
    """Give the value that sorts behind every number."""
    if dtype.kind == "f":
        return np.inf
    return True if dtype.kind == "b" else np.iinfo(dtype).max
