"""Pooling by slow, obvious loops: what the fast core is held against.

This module shares nothing with the core, not even the arithmetic of window positions. Windows
are found by walking along an axis, integers are summed as exact fractions, and padding is a
position at which no pixel stands.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[int, int]
Positions = list[range]


def pool_reference(
    image: Array,
    operation: str,
    kernel: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair] | Literal["same"] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> Array:
    """Pool an image (H, W) or (H, W, C) one pixel at a time; see `poolcli.pool2d`."""
    windows, divisors = [], []
    for axis in (0, 1):
        size = image.shape[axis]
        sides = None if padding == "same" else padding[axis]
        positions, (before, after) = _walk(
            size, kernel[axis], stride[axis], sides, dilation[axis], ceil_mode
        )
        low, high = (-before, size + after) if count_include_pad else (0, size)
        divisors.append([len(_between(window, low, high)) for window in positions])
        windows.append([_between(window, 0, size) for window in positions])
    return _pool(image, operation, windows, divisors, norm)


def adaptive_pool_reference(
    image: Array, operation: str, output_size: Pair, norm: float = 2.0
) -> Array:
    """Pool an image to `output_size`, one pixel at a time; see `poolcli.adaptive_pool2d`."""
    windows = []
    for axis, outputs in enumerate(output_size):
        edges = [Fraction(image.shape[axis] * edge, outputs) for edge in range(outputs + 1)]
        windows.append([range(math.floor(a), math.ceil(b)) for a, b in pairwise(edges)])
    divisors = [[len(window) for window in axis_windows] for axis_windows in windows]
    return _pool(image, operation, windows, divisors, norm)


def _walk(
    size: int, kernel: int, stride: int, sides: Pair | None, dilation: int, ceil_mode: bool
) -> tuple[Positions, Pair]:
    """Walk along an axis; note every window's positions and the padding (`sides`, or "same")."""
    taps = range(0, kernel * dilation, dilation)
    if sides is None:
        starts = list(range(0, size, stride))
        missing = max(0, starts[-1] + taps[-1] + 1 - size)
        sides = (missing // 2, missing - missing // 2)
        starts = [start - sides[0] for start in starts]
    else:
        starts, start, end = [], -sides[0], size + sides[1]
        while start + taps[-1] < end:
            starts.append(start)
            start += stride
        covered = start - stride + taps[-1] + 1
        # PyTorch: one more window for what is left, unless it would start behind the image.
        if ceil_mode and covered < end and start < size:
            starts.append(start)
    return [range(start, start + taps[-1] + 1, dilation) for start in starts], sides


def _between(window: range, low: int, high: int) -> range:
    """Keep the positions of a window from `low` up to (not with) `high`."""
    return window[bisect_left(window, low) : bisect_left(window, high)]


def _pool(
    image: Array, operation: str, windows: list[Positions], divisors: list[list[int]], norm: float
) -> Array:
    layers = image.reshape(*image.shape[:2], -1)
    exact = operation in ("max", "min")
    dtype = image.dtype if exact else np.result_type(image.dtype, np.float32)
    rows, columns = windows
    output = np.empty((len(rows), len(columns), layers.shape[2]), dtype)
    with np.errstate(all="ignore"):
        for i, j, channel in product(*map(range, output.shape)):
            pixels = [
                layers[row, column, channel].item() for row in rows[i] for column in columns[j]
            ]
            divisor = divisors[0][i] * divisors[1][j]
            output[i, j, channel] = _round(_value(pixels, operation, divisor, norm), dtype)
    return output.reshape(len(rows), len(columns), *image.shape[2:])


def _value(pixels: list[Any], operation: str, divisor: int, norm: float) -> Any:
    if any(math.isnan(pixel) for pixel in pixels):
        return math.nan
    if operation in ("max", "min"):
        # Of equal numbers, +0 is larger than -0.
        choose = max if operation == "max" else min
        return choose(pixels, key=lambda pixel: (pixel, math.copysign(1, pixel)))
    if operation == "median":
        ranked = sorted(pixels)
        return _mean([ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]], 2)
    if operation == "lp":
        mean = _power_mean(pixels, divisor, norm)
        return int(mean + 0.5) if _has_root(pixels, divisor, norm, mean) else mean
    return _mean(pixels, divisor)


def _mean(numbers: list[Any], divisor: int) -> Any:
    """Divide the exact sum; infinities are as IEEE 754 has them."""
    if not all(map(math.isfinite, numbers)):
        return sum(numbers)
    if isinstance(numbers[0], int):
        return Fraction(sum(numbers), divisor)
    try:
        if isinstance(numbers[0], float):
            return math.fsum(numbers) / divisor
    except OverflowError:
        pass
    # Wider than float64, or a sum beyond its range.
    total = sum(map(_exactly, numbers)) / divisor
    return total or 0.0


def _exactly(number: Any) -> Fraction:
    """Convert a float of any type to the fraction that it is."""
    return Fraction(*number.as_integer_ratio())


def _power_mean(numbers: list[Any], divisor: int, norm: float) -> Any:
    """Take the mean of powers of what each number is beside the largest, which is at most 1."""
    magnitudes = [abs(number) for number in numbers]
    largest = max(magnitudes)
    if not largest or math.isinf(largest):
        return largest
    # Never below the smallest, which rounding may lead to.
    ratios = [magnitude / largest for magnitude in magnitudes]
    mean = math.fsum(ratio**norm for ratio in ratios) / divisor
    return largest * max(mean ** (1 / norm), min(ratios))


def _has_root(numbers: list[Any], divisor: int, norm: float, mean: Any) -> bool:
    """Return whether the power mean of integers is exactly the integer next to `mean`."""
    if not isinstance(numbers[0], int) or norm != int(norm):
        return False
    power, root = int(norm), int(mean + 0.5)
    total: int = sum(abs(int(number)) ** power for number in numbers)
    expected: int = divisor * root**power
    return total == expected


def _round(value: Any, dtype: np.dtype[Any]) -> Any:
    """Round a fraction once, to the nearest float of a type, and of two the even one."""
    if not isinstance(value, Fraction):
        return value
    if dtype.itemsize > 8:
        # The float64 nearest to a number near 1, and what is left, have twice the digits.
        exponent = value.numerator.bit_length() - value.denominator.bit_length()
        scaled = value / Fraction(2) ** exponent
        high = float(scaled)
        low = float(scaled - Fraction(high))
        return np.ldexp(dtype.type(high) + dtype.type(low), exponent)
    start = dtype.type(float(value))
    near = [np.nextafter(start, dtype.type(side)) for side in (-math.inf, math.inf)]
    bits = f"u{dtype.itemsize}"

    def key(candidate: Any) -> tuple[Fraction, int]:
        return abs(Fraction(float(candidate)) - value), int(candidate.view(bits)) % 2

    return min([start, *filter(np.isfinite, near)], key=key)
