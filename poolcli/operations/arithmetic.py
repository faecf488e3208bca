"""Exact arithmetic on the pixels of one window."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def exact_mean(numbers: Sequence[Any], divisor: int) -> Any:
    """Return the exact sum, divided.

    Parameters
    ----------
    numbers : sequence of int or float
        Without NaN; floats may be of any width.

    Returns
    -------
    Fraction
        Of integers, and of floats that are wider than Python's or whose sum exceeds its range.
    float
        Of other floats, with infinities as IEEE 754 defines them.
    """
    from fractions import Fraction

    if not all(map(math.isfinite, numbers)):
        return sum(numbers)
    if isinstance(numbers[0], int):
        return Fraction(sum(numbers), divisor)
    try:
        if isinstance(numbers[0], float):
            return math.fsum(numbers) / divisor
    except OverflowError:
        pass
    total = sum(Fraction(*number.as_integer_ratio()) for number in numbers) / divisor
    return total or 0.0
