"""Results at the ends of the range of their type, computed in a second way.

Sums and powers are fast and right while they stay in the range of the type they are computed in.
Where a result says, or the pixels do, that this may not have been so, it is computed here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.operations import Reduction, has_zero, power_range, reduction, sum_reduction
from poolcli.pooling.windows import Windows

# Float64 represents all integers up to here.
EXACT = 2**53
# A quotient of no more than 16 bits by no more than this is a middle of two float32, or 2^-53 of it
# away.
MIDDLE = 2**28
# Read at a time when looking for the largest integer, so that the second look is in the cache.
PART_ITEMS = 1 << 17
# Quotients of Python integers at a time: one takes about a hundred bytes.
QUOTIENTS = 1 << 16


def fix_zeros(image: Array, windows: Windows, operation: str, output: Array) -> None:
    """Make a maximum of -0 and +0 positive, and a minimum negative, in place.

    NumPy, and processors, return either of two equal numbers.
    """
    if not has_zero(image, negative=True):
        return
    negative = (image == 0) & np.signbit(image)
    sign = negative if operation == "min" else (image == 0) & ~negative
    seen = windows.pool(sign, _any())
    output[(output == 0) & seen] = -0.0 if operation == "min" else 0.0


def fix_averages(image: Array, windows: Windows, how: Reduction, output: Array) -> None:
    """Replace averages of finite floats whose sum overflowed, in place.

    They are averaged again as fractions of themselves, of which no sum overflows, and lie between
    the least and the largest pixel. Those of windows with NaN or infinity stay.
    """
    overflowed = ~np.isfinite(output)
    overflowed &= ~windows.pool(~np.isfinite(image), _any())
    if not overflowed.any():
        return
    rows, columns = windows.kernel
    averages = windows.pool(image, replace(how, exponent=(rows * columns).bit_length(), safe=True))
    least, largest = (
        windows.pool(image, reduction(operation, image.dtype, (1, 1), 1.0))[overflowed]
        for operation in ("min", "max")
    )
    if windows.count_include_pad:
        least, largest = np.minimum(least, 0), np.maximum(largest, 0)
    output[overflowed] = averages[overflowed].clip(least, largest)


def fix_powers(image: Array, windows: Windows, how: Reduction, output: Array) -> None:
    """Replace power means of which a power or a sum left the range, in place."""
    largest = windows.pool(image, _magnitudes(how, np.maximum))
    rows, columns = windows.kernel
    for exponent, some in levels(largest, how, rows * columns):
        if exponent:
            output[some] = windows.pool(image, replace(how, exponent=exponent, safe=True))[some]
    special = ~np.isfinite(largest)
    output[special] = largest[special]
    output[largest == 0] = 0


def levels(largest: Array, how: Reduction, weight: float) -> list[tuple[int, Array]]:
    """Sort windows by the magnitude of their largest pixel.

    Parameters
    ----------
    largest : ndarray
        The largest magnitude of each window.
    how : Reduction
        To power means.
    weight : float
        The largest sum of the weights of a window's pixels, 1 each or less.

    Returns
    -------
    list of (exponent, ndarray of bool)
        The windows whose powers sum up without loss if pixels are first multiplied by
        2^-exponent. Windows of zeros, or with NaN or infinity, are in none.
    """
    norm = how.norm or 1.0
    low, high = power_range(how.working)
    room = int(np.frexp(high)[1]) - 1 - math.ceil(math.log2(max(weight, 1)))
    width = math.floor(room / norm)
    usual = np.isfinite(largest) & (largest > 0)
    exponents = np.frexp(largest)[1] - 1
    # Level 0 goes as far down as powers stay normal numbers.
    lowest = -math.floor((1 - int(np.frexp(low)[1])) / norm)
    level = np.floor_divide(exponents, width)
    level[(exponents >= lowest) & (exponents < width)] = 0
    return [(int(number) * width, usual & (level == number)) for number in np.unique(level[usual])]


def keep_range(image: Array, windows: Windows, how: Reduction, output: Array) -> None:
    """Clip power means to the magnitudes of their windows, beside which rounding may take them."""
    least, largest = (
        windows.pool(image, _magnitudes(how, combine)) for combine in (np.minimum, np.maximum)
    )
    np.clip(output, least, largest, out=output)


def needs_exact_quotients(image: Array, windows: Windows) -> bool:
    """Return whether sums or counts of integers may pass what float64 holds exactly.

    A quotient by more than `MIDDLE` may also be rounded to the middle of two float32 in float64.
    """
    if windows.largest_count > MIDDLE:
        return True
    rows, columns = windows.kernel
    most = EXACT // (rows * columns)
    return image.itemsize == 8 and _exceeds(image, most)


def _exceeds(image: Array, most: int) -> bool:
    """Return whether a magnitude among integers is larger than `most`."""
    height = max(1, PART_ITEMS // math.prod(image.shape[1:]))
    for first in range(0, len(image), height):
        part = image[first : first + height]
        if int(part.max()) > most or int(part.min()) < -most:
            return True
    return False


def pool_exactly(image: Array, windows: Windows, result: np.dtype[Any]) -> Array:
    """Average integers of any size: exact sums, one quotient, rounded once."""
    sums = sum_reduction(image.dtype)
    if image.itemsize < 8:
        low, high = windows.pool(image, sums), None
    else:
        # Neither half of the digits sums up to more than int64 holds.
        low = windows.pool((image & 0xFFFFFFFF).astype(np.int64), sums)
        high = windows.pool((image >> 32).astype(np.int64), sums)
    row_counts, column_counts = windows.counts()
    kind = np.int64 if windows.largest_count <= EXACT else object
    across = np.array(column_counts, kind)[:, np.newaxis]
    output = np.empty(low.shape, result)
    height = max(1, QUOTIENTS // math.prod(low.shape[1:]))
    for first in range(0, len(low), height):
        some = slice(first, first + height)
        totals = low[some]
        if high is not None:
            totals = totals.astype(object) + high[some].astype(object) * 2**32
        counts = np.array(row_counts[some], kind)[:, np.newaxis, np.newaxis] * across
        output[some] = exact_quotients(totals, counts, narrow=image.itemsize < 4)
    return output


def exact_quotients(totals: Array, counts: Array, *, narrow: bool = False) -> Array:
    """Divide integers, of int64 or Python's own; return float64, each rounded once.

    With `narrow`, a quotient that would be rounded to the middle of two float32 is rounded to the
    neighbour on its own side instead, so that float32 made of it is rounded once too.
    """
    if all(part.dtype != object and _holds_exactly(part) for part in (totals, counts)):
        quotients: Array = totals / counts
    else:
        # Python rounds a quotient of integers once.
        quotients = (totals.astype(object) / counts.astype(object)).astype(np.float64)
    if narrow:
        between = quotients.view(np.uint64) & np.uint64(2**29 - 1) == 2**28
        counts = np.broadcast_to(counts, totals.shape)
        for at in zip(*np.nonzero(between), strict=True):
            rest = Fraction(int(totals[at]), int(counts[at])) - Fraction(quotients[at])
            if rest:
                quotients[at] = np.nextafter(quotients[at], np.inf if rest > 0 else -np.inf)
    return quotients


def _holds_exactly(integers: Array) -> bool:
    """Return whether float64 represents every integer of an array."""
    return bool(integers.min() >= -EXACT and integers.max() <= EXACT)


def _any() -> Reduction:
    """Return the reduction of truth values to whether one of a window is true."""
    return reduction("max", np.dtype(np.bool_), (1, 1), 1.0)


def _magnitudes(how: Reduction, combine: np.ufunc) -> Reduction:
    """Return the reduction to the largest or the least magnitude, in the type of powers."""
    working = how.working
    identity = working.type(0 if combine is np.maximum else np.inf)
    return Reduction(combine, identity, working, working, working, safe=True, magnitudes=True)
