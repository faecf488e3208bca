"""Pooling with alpha by a plain loop over windows."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import AnyWindow, Axis

Array = NDArray[Any]


def pool_alpha_slowly(
    image: Array,
    full: int,
    operation: str,
    window: AnyWindow,
    count_include_pad: bool,
    norm: float,
) -> Array:
    """Pool colours and α window by window."""
    rows, columns = window.axes(image.shape)
    output = np.zeros((rows.output, columns.output, image.shape[2]))
    row_taps, column_taps = rows.taps(), columns.taps()
    for i, j in itertools.product(range(rows.output), range(columns.output)):
        pixels = [image[r, c] for r in row_taps[i] for c in column_taps[j]]
        padding = 0
        if count_include_pad and isinstance(rows, Axis) and isinstance(columns, Axis):
            padding = rows.counts(padding=True)[i] * columns.counts(padding=True)[j] - len(pixels)
        alphas = [float(pixel[-1]) for pixel in pixels] + [float(full)] * padding
        output[i, j, -1] = _mean(alphas, [1.0] * len(alphas), operation, norm)
        if output[i, j, -1] == 0:
            continue
        for channel in range(image.shape[2] - 1):
            values = [float(pixel[channel]) for pixel in pixels] + [0.0] * padding
            seen = [v for v, a in zip(values, alphas, strict=True) if a > 0]
            weights = [a for a in alphas if a > 0]
            output[i, j, channel] = _mean(seen, weights, operation, norm)
    return output


def _mean(values: list[float], weights: list[float], operation: str, norm: float) -> float:
    if operation == "max":
        return max(values)
    if operation == "min":
        return min(values)
    if operation == "median":
        return float(np.median(values))
    if operation not in ("avg", "lp"):
        raise NotImplementedError(operation)
    power = norm if operation == "lp" else 1.0
    if power == 1:
        total = sum(Fraction(w) * abs(Fraction(v)) for v, w in zip(values, weights, strict=True))
        return float(total / sum(map(Fraction, weights)))
    # Powers of ratios to the largest magnitude are at most 1.
    largest = max(map(abs, values)) or 1.0
    shares = [w * abs(v / largest) ** power for v, w in zip(values, weights, strict=True)]
    return float(largest * (math.fsum(shares) / math.fsum(weights)) ** (1 / power))
