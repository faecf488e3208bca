"""Pooling of images with an alpha channel, by way of `pool`.

What a transparent pixel hides must not show, and what shows through must weigh less. Opaque
images pool as if they had no alpha.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import AnyWindow
from poolcli.pooling import Operation, carry_type, pool, reduction
from poolcli.pooling.extremes import exact_quotients, levels
from poolcli.pooling.operations import fast_arithmetic, sum_reduction
from poolcli.pooling.windows import Windows

# More could not be added to another sum in int64.
LARGEST_SUM = 2**62


def pool_alpha(
    image: Array,
    full: int,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
    *,
    result: np.dtype[Any] | None = None,
) -> Array:
    """Pool colour and alpha together.

    Parameters
    ----------
    image : ndarray, (H, W, C + 1)
        The last channel is α, 0 (transparent) to `full` (opaque). Colour is 0 where α is.
    full : int
        The α of an opaque pixel, `A`.
    result : dtype, optional
        The type of means, if not the carry type.

    Returns
    -------
    ndarray, (H', W', C + 1)
        α is pooled as a plain channel. max, min and median take the colour over the pixels with
        α > 0. avg gives the colour `Σαx / Σα` and α `Σα / n`; with `count_include_pad` the `m`
        padding positions of a window are opaque black: `Σαx / (Σα + mA)` and
        `(Σα + mA) / (n + m)`. lp weighs `|x|^p` by α likewise. Where the pooled α is 0, so is
        the colour. The dtype is that of `pool2d`; an average of integers is the exact quotient,
        rounded once.
    """
    colour, alpha = image[:, :, :-1], image[:, :, -1]

    def plain(pixels: Array) -> Array:
        return pool(pixels, operation, window, count_include_pad, norm, result=result)

    if (alpha == full).all():
        pooled = plain(colour)
        return np.dstack((pooled, np.full(pooled.shape[:2], full, pooled.dtype)))
    if operation in ("max", "min"):
        pooled_alpha = plain(alpha)
        loser = reduction(operation, colour.dtype, (1, 1), norm).identity
        pooled = plain(np.where(alpha[:, :, np.newaxis] > 0, colour, loser).astype(colour.dtype))
    elif operation == "median":
        pooled_alpha = plain(alpha)
        visible = colour.astype(carry_type(colour.dtype))
        visible[alpha == 0] = np.nan
        pooled = pool(visible, operation, window, skip_nan=True)
    else:
        windows = Windows.of(window, image.shape, count_include_pad)
        with fast_arithmetic():
            if operation == "avg":
                pooled, weighed_alpha = _average(colour, alpha, full, windows)
                pooled_alpha = weighed_alpha.astype(result or carry_type(alpha.dtype))
            else:
                pooled = _power_mean(colour, alpha, full, windows, norm)
                pooled_alpha = plain(alpha)
    pooled = np.where(pooled_alpha[:, :, np.newaxis] > 0, pooled, 0).astype(pooled_alpha.dtype)
    return np.dstack((pooled, pooled_alpha))


def _average(colour: Array, alpha: Array, full: int, windows: Windows) -> tuple[Array, Array]:
    """Average colour (H, W, C), weighed by α, and α (H, W); return float64."""
    weights = _summable(alpha)[:, :, np.newaxis]
    mass = _sum(weights, windows)
    counted = np.multiply.outer(*_float_counts(windows, padding=None))[:, :, np.newaxis]
    if windows.count_include_pad:
        real = np.multiply.outer(*_float_counts(windows, padding=False))[:, :, np.newaxis]
        padding = (counted - real) * full
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
    return pooled, pooled_alpha[:, :, 0]


def _power_mean(colour: Array, alpha: Array, full: int, windows: Windows, norm: float) -> Array:
    """Take the power mean of colour (H, W, C), weighed by α (H, W); return float64."""
    weights = alpha.astype(np.float64)[:, :, np.newaxis]
    mass = _sum(weights, windows)[:, :, 0]
    how = reduction("lp", np.dtype(np.float64), windows.kernel, norm)
    most = reduction("max", np.dtype(np.float64), windows.kernel, norm)
    rows, columns = windows.kernel
    pooled = np.zeros((*mass.shape, colour.shape[2]))
    for channel in range(colour.shape[2]):
        magnitudes = np.abs(colour[:, :, channel : channel + 1].astype(np.float64))
        largest = windows.pool(magnitudes, most)[:, :, 0]
        for exponent, some in levels(largest, how, rows * columns * full):
            powers = np.ldexp(magnitudes, -exponent) ** norm
            total = _sum(powers * weights, windows)[some, 0]
            pooled[some, channel] = np.ldexp((total / mass[some]) ** (1 / norm), exponent)
        special = ~np.isfinite(largest)
        pooled[special, channel] = largest[special]
    return pooled


def _summable(pixels: Array) -> Array:
    """Return pixels in the type of their sums, int64 or float64."""
    return pixels.astype(sum_reduction(pixels.dtype).result)


def _sum(pixels: Array, windows: Windows) -> Array:
    return windows.pool(pixels, sum_reduction(pixels.dtype))


def _float_counts(windows: Windows, *, padding: bool | None) -> tuple[Array, Array]:
    """Return the rows and the columns that count for each output, in float64."""
    rows, columns = windows.counts(padding=padding)
    return np.array(rows, np.float64), np.array(columns, np.float64)
