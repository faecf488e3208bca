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
            output[i, j, channel] = _value(pixels, operation, divisors[0][i] * divisors[1][j], norm)
    return output.reshape(len(rows), len(columns), *image.shape[2:])


def _value(pixels: list[Any], operation: str, divisor: int, norm: float) -> Any:
    if any(math.isnan(pixel) for pixel in pixels):
        return math.nan
    if operation in ("max", "min"):
        return max(pixels) if operation == "max" else min(pixels)
    if operation == "median":
        middle = len(pixels) // 2
        ranked = sorted(pixels)
        return ranked[middle] if len(pixels) % 2 else (ranked[middle - 1] + ranked[middle]) / 2
    if operation == "lp":
        return (_sum([_power(pixel, norm) for pixel in pixels]) / divisor) ** (1 / norm)
    if isinstance(pixels[0], int):
        return float(Fraction(sum(pixels), divisor))
    return _sum(pixels) / divisor


def _sum(numbers: list[float]) -> float:
    """Add exactly where that is defined; infinities and overflow are as IEEE 754 has them."""
    try:
        return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)
    except OverflowError:
        return sum(numbers)


def _power(number: float, norm: float) -> float:
    try:
        return math.pow(abs(number), norm)
    except OverflowError:
        return math.inf
