"""Properties of all windows of an image, computed without the reductions of the core."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.geometry import AnyAxis
from poolcli.pooling.spans import count_taps, lay_spans


def sum_windows(values: Array, applied: AppliedPooling) -> Array:
    """Return the sum of each window of an array (H, W, ...)."""
    downwards = _sum_along(values, applied.rows).swapaxes(0, 1)
    return _sum_along(downwards, applied.columns).swapaxes(0, 1)


def _sum_along(values: Array, axis: AnyAxis) -> Array:
    """Return the sum of each window along the first axis."""
    sums = np.empty((axis.output, *values.shape[1:]), np.add.reduce(values[:0]).dtype)
    starts, counts, step = lay_spans(axis, range(axis.output))
    # Neighbouring windows may consist of the same pixels: if the output is larger than the image,
    # and if they are far larger than the image themselves.
    changes = (np.diff(starts) != 0) | (np.diff(counts) != 0)
    firsts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    ends = np.append(firsts[1:], axis.output)
    for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
        start = int(starts[first])
        stop = start + int(counts[first]) * step
        sums[first:end] = values[start:stop:step].sum(axis=0)
    return sums


def powers_in_range(image: Array, applied: AppliedPooling, norm: float, dtype: str) -> Array:
    """Return the windows (H', W', C) whose sum of powers a float type represents.

    Parameters
    ----------
    norm : float
        The exponent.
    dtype : str
        The type in which a framework raises and adds.
    """
    magnitudes = finite_magnitudes(image)
    info = np.finfo(dtype)
    low, high = float(info.smallest_normal / info.eps), float(info.max) / 2
    with np.errstate(over="ignore", under="ignore"):
        sums = sum_windows(magnitudes**norm, applied)
    zero = sum_windows(magnitudes != 0, applied) == 0
    within: Array = zero | ((sums > low) & (sums < high))
    return within


def finite_magnitudes(image: Array) -> Array:
    """Return absolute values in at least float64, 0 for NaN and infinities."""
    wide = np.result_type(image.dtype, np.float64)
    return np.where(np.isfinite(image), np.abs(image.astype(wide)), 0)


def has_real_maximum(image: Array, applied: AppliedPooling) -> Array | None:
    """Return the windows with a number above -inf and without NaN; None if all are such."""
    good = np.isfinite(image) | np.isposinf(image)
    if good.all():
        return None
    nans: Array = sum_windows(np.isnan(image), applied) == 0
    reals: Array = sum_windows(good, applied) > 0
    return nans & reals


def whole_windows(applied: AppliedPooling) -> Array:
    """Return the windows (H', W', 1) all of whose positions are pixels."""
    rows, columns = (
        count_taps(axis, np.int64) == axis.kernel for axis in (applied.rows, applied.columns)
    )
    whole: Array = rows[:, np.newaxis, np.newaxis] & columns[np.newaxis, :, np.newaxis]
    return whole
