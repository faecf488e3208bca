"""Quotients of integers, each rounded once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from poolcli.arrays import Array

# Float64 represents all integers up to here.
EXACT = 2**53


def exact_quotients(totals: Array, counts: Array, *, narrow: bool = False) -> Array:
    """Divide integers exactly and round each quotient once.

    Parameters
    ----------
    totals, counts : ndarray of int64 or of Python integers
        Of shapes that broadcast.
    narrow : bool
        Round a quotient that would become the midpoint of two float32 to the float64 neighbour on
        its own side instead, so that a conversion to float32 rounds it only once too.

    Returns
    -------
    ndarray of float64
    """
    if all(part.dtype != object and _is_exact(part) for part in (totals, counts)):
        quotients: Array = totals / counts
    else:
        # Python rounds a quotient of integers once.
        quotients = (totals.astype(object) / counts.astype(object)).astype(np.float64)
    if narrow:
        between = quotients.view(np.uint64) & np.uint64(2**29 - 1) == 2**28
        counts = np.broadcast_to(counts, totals.shape)
        for index in zip(*np.nonzero(between), strict=True):
            rest = Fraction(int(totals[index]), int(counts[index])) - Fraction(quotients[index])
            if rest:
                side = np.inf if rest > 0 else -np.inf
                quotients[index] = np.nextafter(quotients[index], side)
    return quotients


def _is_exact(integers: Array) -> bool:
    """Return whether float64 represents every integer of an array."""
    return bool(integers.min() >= -EXACT and integers.max() <= EXACT)
