"""Power means, computed in float64 and kept within the range of their pixels."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.reduction import Reduction, carry_type, power_range
from poolcli.pooling.windows import Windows


def pool_power_mean(
    image: Array, windows: Windows, norm: float, *, result: np.dtype[Any] | None = None
) -> Array:
    """Return the power means `(Σ|x|ᵖ / count)^(1/p)` of the windows.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    norm : float
        The power `p`.
    result : dtype or None
        Of the means; None for the carry type.

    Returns
    -------
    ndarray, (H', W', C)
        Between the smallest and the largest magnitude of each window; finite for finite pixels.
    """
    mean = power_mean(image.dtype, windows.kernel, norm, result or carry_type(image.dtype))
    output, suspect = windows.pool_and_check(image, mean)
    if suspect:
        _fix_range(image, windows, mean, output)
    # Rounding to float32 is so coarse that it leads back into the range.
    if mean.result == mean.working:
        _clip(image, windows, mean, output)
    return output


@lru_cache(maxsize=64)
def power_mean(
    dtype: np.dtype[Any], kernel: tuple[int, int], norm: float, result: np.dtype[Any]
) -> Reduction:
    """Return the reduction to power means of windows of at most `kernel` (rows, columns)."""
    native = dtype.newbyteorder("=")
    wide = np.result_type(result, np.float64)
    bits = 8 * native.itemsize * norm + math.log2(math.prod(kernel))
    safe = native.kind != "f" and bits < np.finfo(wide).maxexp - 1
    return Reduction(np.add, wide.type(0), wide, wide, result, divide=wide, norm=norm, safe=safe)


def levels(largest: Array, mean: Reduction, weight: float) -> list[tuple[int, Array]]:
    """Group windows by the magnitude of their largest pixel.

    Parameters
    ----------
    largest : ndarray
        The largest magnitude of each window.
    mean : Reduction
        To power means.
    weight : float
        The largest sum of the weights of a window's pixels, 1 each or less.

    Returns
    -------
    list of (exponent, ndarray of bool)
        The windows whose powers sum up without loss if pixels are first multiplied by
        2^-exponent. Windows of zeros, or with NaN or infinity, are in none.
    """
    norm = mean.norm or 1.0
    low, high = power_range(mean.working)
    room = int(np.frexp(high)[1]) - 1 - math.ceil(math.log2(max(weight, 1)))
    width = math.floor(room / norm)
    usual = np.isfinite(largest) & (largest > 0)
    exponents = np.frexp(largest)[1] - 1
    # Level 0 extends downwards as far as powers remain normal numbers.
    lowest = -math.floor((1 - int(np.frexp(low)[1])) / norm)
    level = np.floor_divide(exponents, width)
    level[(exponents >= lowest) & (exponents < width)] = 0
    return [(int(number) * width, usual & (level == number)) for number in np.unique(level[usual])]


def _fix_range(image: Array, windows: Windows, mean: Reduction, output: Array) -> None:
    """Replace power means whose powers or sums left the range of their type, in place."""
    largest = windows.pool(image, _magnitudes(mean, np.maximum))
    rows, columns = windows.kernel
    for exponent, some in levels(largest, mean, rows * columns):
        if exponent:
            scaled = replace(mean, exponent=exponent, safe=True)
            output[some] = windows.pool(image, scaled)[some]
    special = ~np.isfinite(largest)
    output[special] = largest[special]
    output[largest == 0] = 0


def _clip(image: Array, windows: Windows, mean: Reduction, output: Array) -> None:
    """Clip power means to the magnitudes of their windows, which rounding may exceed, in place."""
    smallest, largest = (
        windows.pool(image, _magnitudes(mean, combine)) for combine in (np.minimum, np.maximum)
    )
    np.clip(output, smallest, largest, out=output)


def _magnitudes(mean: Reduction, combine: np.ufunc) -> Reduction:
    """Return the reduction to the largest or smallest magnitude, in the type of powers."""
    identity = mean.working.type(0 if combine is np.maximum else np.inf)
    return Reduction.of(combine, identity, mean.working, safe=True, magnitudes=True)
