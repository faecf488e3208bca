"""Averages and power means of colour that is weighted by its alpha."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.maxima import extreme
from poolcli.pooling.powers import levels, power_mean
from poolcli.pooling.quotients import exact_quotients
from poolcli.pooling.reduction import sums
from poolcli.pooling.windows import Windows

# Larger sums could not be added to each other in int64.
LARGEST_SUM = 2**62


def weighted_average(
    colour: Array, alpha: Array, full: int, windows: Windows, *, count_padding: bool
) -> tuple[Array, Array]:
    """Average colour, weighted by α, and α.

    Parameters
    ----------
    colour, alpha : ndarray, (H, W, C) and (H, W, 1)
    full : int
        The α of an opaque pixel.
    count_padding : bool
        Whether padding counts, as opaque black.

    Returns
    -------
    ndarray of float64, (H', W', C) and (H', W', 1)
        Colour is 0 where no pixel of a window is visible.
    """
    weights = _summable(alpha)
    mass = _sum(weights, windows)
    counted = _areas(windows, padding=count_padding)
    if count_padding:
        padding = (counted - _areas(windows, padding=False)) * full
        if mass.dtype != np.float64 and padding.max() < LARGEST_SUM:
            padding = padding.astype(mass.dtype)
        mass = mass + padding
    if mass.dtype == np.float64:
        pooled_alpha = mass / counted
    else:
        pooled_alpha = exact_quotients(mass, counted.astype(np.int64), narrow=True)
    pooled = np.zeros((*mass.shape[:2], colour.shape[2]))
    seen = mass[:, :, 0] > 0
    for channel in range(colour.shape[2]):
        pixels = _summable(colour[:, :, channel : channel + 1])
        total = _sum(pixels * weights, windows)[seen, 0]
        if total.dtype == mass.dtype == np.int64 and total.size:
            pooled[seen, channel] = exact_quotients(total, mass[seen, 0], narrow=True)
        else:
            pooled[seen, channel] = total / mass[seen, 0]
    return pooled, pooled_alpha


def weighted_power_mean(
    colour: Array, alpha: Array, full: int, windows: Windows, norm: float
) -> Array:
    """Return the power means of colour (H, W, C), weighted by α (H, W, 1), in float64."""
    weights = alpha.astype(np.float64)
    mass = _sum(weights, windows)[:, :, 0]
    double = np.dtype(np.float64)
    mean = power_mean(double, windows.kernel, norm, double)
    rows, columns = windows.kernel
    pooled = np.zeros((*mass.shape, colour.shape[2]))
    for channel in range(colour.shape[2]):
        magnitudes = np.abs(colour[:, :, channel : channel + 1].astype(np.float64))
        largest = windows.pool(magnitudes, extreme(np.maximum, double))[:, :, 0]
        for exponent, some in levels(largest, mean, rows * columns * full):
            powers = np.ldexp(magnitudes, -exponent) ** norm
            total = _sum(powers * weights, windows)[some, 0]
            pooled[some, channel] = np.ldexp((total / mass[some]) ** (1 / norm), exponent)
        special = ~np.isfinite(largest)
        pooled[special, channel] = largest[special]
    return pooled


def _summable(pixels: Array) -> Array:
    """Convert pixels to the type of their sums, int64 or float64."""
    return pixels.astype(sums(pixels.dtype).result)


def _sum(pixels: Array, windows: Windows) -> Array:
    return windows.pool(pixels, sums(pixels.dtype))


def _areas(windows: Windows, *, padding: bool) -> Array:
    """Return the number of pixels (or, with `padding`, of either) of each window, (H', W', 1)."""
    rows, columns = windows.counts(padding=padding)
    counts = np.multiply.outer(np.array(rows, np.float64), np.array(columns, np.float64))
    return counts[:, :, np.newaxis]
