"""Pooling by slow, obvious loops: the standard that the fast core is compared with.

This module shares nothing with the core, not even the arithmetic of window positions. Windows
are found by walking along an axis, and padding is a position without a pixel. The value of a
window is that of `Operation.value`, which is exact where possible, rounded once.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Literal, Protocol

import numpy as np

from poolcli.arrays import Array

Pair = tuple[int, int]
Positions = list[range]


class WindowFunction(Protocol):
    """The part of an operation that the loop needs; see `poolcli.operations.Operation`."""

    @property
    def padding_counts(self) -> bool:
        """Return whether padding counts in the divisor."""

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the result of one window without NaN."""

    def result_type(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Return the dtype of results."""


def pool_reference(
    image: Array,
    operation: WindowFunction,
    kernel: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair] | Literal["same"] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
) -> Array:
    """Pool an image (H, W) or (H, W, C) one pixel at a time; see `poolcli.pool2d`."""
    windows, divisors = [], []
    for axis in (0, 1):
        size = image.shape[axis]
        sides = None if padding == "same" else padding[axis]
        positions, (before, after) = _walk(
            size, kernel[axis], stride[axis], sides, dilation[axis], ceil_mode
        )
        low, high = (-before, size + after) if operation.padding_counts else (0, size)
        divisors.append([len(_between(window, low, high)) for window in positions])
        windows.append([_between(window, 0, size) for window in positions])
    return _pool(image, operation, windows, divisors)


def adaptive_pool_reference(image: Array, operation: WindowFunction, output_size: Pair) -> Array:
    """Pool an image to `output_size`, one pixel at a time; see `poolcli.adaptive_pool2d`."""
    windows = []
    for axis, outputs in enumerate(output_size):
        edges = [Fraction(image.shape[axis] * edge, outputs) for edge in range(outputs + 1)]
        windows.append([range(math.floor(a), math.ceil(b)) for a, b in pairwise(edges)])
    divisors = [[len(window) for window in axis_windows] for axis_windows in windows]
    return _pool(image, operation, windows, divisors)


def _walk(
    size: int, kernel: int, stride: int, sides: Pair | None, dilation: int, ceil_mode: bool
) -> tuple[Positions, Pair]:
    """Return the positions of each window along an axis, and the padding (`sides` or "same")."""
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
    """Return the positions of a window from `low` up to, but without, `high`."""
    return window[bisect_left(window, low) : bisect_left(window, high)]


def _pool(
    image: Array,
    operation: WindowFunction,
    windows: list[Positions],
    divisors: list[list[int]],
) -> Array:
    layers = image.reshape(*image.shape[:2], -1)
    dtype = operation.result_type(image.dtype)
    rows, columns = windows
    output = np.empty((len(rows), len(columns), layers.shape[2]), dtype)
    with np.errstate(all="ignore"):
        for i, j, channel in product(*map(range, output.shape)):
            pixels = [
                layers[row, column, channel].item() for row in rows[i] for column in columns[j]
            ]
            divisor = divisors[0][i] * divisors[1][j]
            missing = any(map(math.isnan, pixels))
            value = math.nan if missing else operation.value(pixels, divisor)
            output[i, j, channel] = _round(value, dtype)
    return output.reshape(len(rows), len(columns), *image.shape[2:])


def _round(value: Any, dtype: np.dtype[Any]) -> Any:
    """Round a fraction once, to the nearest float of a type; of two, to the even one."""
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
