"""Averages: exact sums of integers, finite sums of floats, one division, one rounding."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.maxima import extreme
from poolcli.pooling.quotients import EXACT, exact_quotients
from poolcli.pooling.reduction import Reduction, any_true, carry_type, limits_of, sums
from poolcli.pooling.windows import Windows

# A quotient of at most 16 bits by at most this is the midpoint of two float32, or 2^-53 of itself
# away from it.
MIDPOINT = 2**28
# Read at a time when searching for the largest integer, so that the second pass is in the cache.
PART_ITEMS = 1 << 17
# Quotients of Python integers at a time: each takes about a hundred bytes.
QUOTIENTS = 1 << 16


def pool_average(
    image: Array,
    windows: Windows,
    *,
    count_padding: bool = False,
    result: np.dtype[Any] | None = None,
) -> Array:
    """Return the averages of the windows.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    count_padding : bool
        Whether padding counts in the divisor.
    result : dtype or None
        Of the averages; None for the carry type.

    Returns
    -------
    ndarray, (H', W', C)
        The average of integers is the exact quotient, rounded once. That of finite floats is
        finite and lies between the smallest and the largest pixel.
    """
    result = result or carry_type(image.dtype)
    if image.dtype.kind != "f" and _needs_exact_quotients(image, windows, count_padding):
        return _pool_exactly(image, windows, count_padding, result)
    count = windows.largest_count(padding=count_padding)
    mean = average(image.dtype, windows.kernel, count, result, count_padding)
    output, suspect = windows.pool_and_check(image, mean)
    if suspect:
        _fix_overflow(image, windows, mean, output)
    return output


@lru_cache(maxsize=64)
def average(
    dtype: np.dtype[Any],
    kernel: tuple[int, int],
    count: int,
    result: np.dtype[Any],
    count_padding: bool = False,
) -> Reduction:
    """Return the reduction to averages, in types in which no sum of integers overflows.

    Sums of 64-bit integers and of floats may overflow: see `pool_average`.

    Parameters
    ----------
    kernel : (rows, columns)
        The largest window.
    count : int
        The largest divisor.
    result : dtype
        Of the averages.
    """
    native = dtype.newbyteorder("=")
    count = max(count, math.prod(kernel))
    wide = np.result_type(result, np.float64)
    countable = count <= 2 ** (np.finfo(result).nmant + 1)
    if native.kind == "f":
        divide = result if countable else wide
        return Reduction.of(
            np.add, result.type(0), result, divide=divide, count_padding=count_padding
        )
    if native.itemsize == 8:
        lines, working, divide = native, native, result
    else:
        working = _sum_type(native, math.prod(kernel), result)
        lines = _sum_type(native, kernel[0], result if working == result else None)
        if lines.itemsize == working.itemsize:
            lines = working
        # A float32 that cannot represent a sum, or a count, would round it before the division.
        fits = working == result or working.itemsize < result.itemsize
        divide = result if fits and countable else wide
    return Reduction(
        np.add,
        working.type(0),
        lines,
        working,
        result,
        divide=divide,
        exact=True,
        count_padding=count_padding,
    )


def _sum_type(dtype: np.dtype[Any], area: int, carry: np.dtype[Any] | None) -> np.dtype[Any]:
    """Return the narrowest type that holds every sum; the carry type if given and sufficient."""
    lowest, highest = (area * int(limit) for limit in limits_of(dtype))
    integers = ("i2", "u2", "i4", "u4", "i8", "u8")
    types = [(np.iinfo(name).min, np.iinfo(name).max, np.dtype(name)) for name in integers]
    if carry is not None:
        # It represents integers up to 2^24 or 2^53 and is divided without a cast. Two halves of a
        # window that share a pixel sum up to less than twice as much as the window.
        whole = 2 ** (np.finfo(carry).nmant + 1) // 2
        types.insert(2, (-whole, whole, carry))
    return next(held for low, high, held in types if low <= lowest and highest <= high)


def _fix_overflow(image: Array, windows: Windows, mean: Reduction, output: Array) -> None:
    """Replace averages of finite floats whose sum overflowed, in place.

    They are averaged again as fractions of themselves, of which no sum overflows. Averages of
    windows with NaN or infinity stay.
    """
    overflowed = ~np.isfinite(output)
    overflowed &= ~windows.pool(~np.isfinite(image), any_true())
    if not overflowed.any():
        return
    rows, columns = windows.kernel
    scaled = replace(mean, exponent=(rows * columns).bit_length(), safe=True)
    averages = windows.pool(image, scaled)
    smallest, largest = (
        windows.pool(image, extreme(combine, image.dtype))[overflowed]
        for combine in (np.minimum, np.maximum)
    )
    if mean.count_padding:
        smallest, largest = np.minimum(smallest, 0), np.maximum(largest, 0)
    output[overflowed] = averages[overflowed].clip(smallest, largest)


def _needs_exact_quotients(image: Array, windows: Windows, count_padding: bool) -> bool:
    """Return whether sums or counts of integers may exceed what float64 represents exactly.

    A quotient by more than `MIDPOINT` may also be rounded to the midpoint of two float32.
    """
    if windows.largest_count(padding=count_padding) > MIDPOINT:
        return True
    rows, columns = windows.kernel
    return image.itemsize == 8 and _exceeds(image, EXACT // (rows * columns))


def _exceeds(image: Array, most: int) -> bool:
    """Return whether a magnitude among integers is larger than `most`."""
    height = max(1, PART_ITEMS // math.prod(image.shape[1:]))
    for first in range(0, len(image), height):
        part = image[first : first + height]
        if int(part.max()) > most or int(part.min()) < -most:
            return True
    return False


def _pool_exactly(
    image: Array, windows: Windows, count_padding: bool, result: np.dtype[Any]
) -> Array:
    """Average integers of any size: exact sums, one quotient, rounded once."""
    add = sums(image.dtype)
    if image.itemsize < 8:
        low, high = windows.pool(image, add), None
    else:
        # Neither half of the digits sums up to more than int64 holds.
        low = windows.pool((image & 0xFFFFFFFF).astype(np.int64), add)
        high = windows.pool((image >> 32).astype(np.int64), add)
    row_counts, column_counts = windows.counts(padding=count_padding)
    countable = windows.largest_count(padding=count_padding) <= EXACT
    kind = np.int64 if countable else object
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
