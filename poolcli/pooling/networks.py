"""Selection networks: medians of many windows at once, by a fixed sequence of comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from poolcli.arrays import Array

# The wire of the smaller and that of the larger value, and whether each is needed later.
Comparator = tuple[int, int, bool, bool]


def select_middle(wires: list[Array]) -> tuple[Array, Array]:
    """Return the middle two of some arrays, item by item; twice the middle one if they are odd.

    NaN propagates.

    Parameters
    ----------
    wires : list of ndarray, all of one shape and dtype
        Overwritten.

    Returns
    -------
    low, high : ndarray
        Of the shape and dtype of the inputs; the same object if their number is odd.
    """
    spare = np.empty_like(wires[0])
    for low, high, keeps_low, keeps_high in median_network(len(wires)):
        first, second = wires[low], wires[high]
        if keeps_low and keeps_high:
            np.minimum(first, second, out=spare)
            np.maximum(first, second, out=second)
            wires[low], spare = spare, first
        elif keeps_low:
            np.minimum(first, second, out=first)
        else:
            np.maximum(first, second, out=second)
    return wires[(len(wires) - 1) // 2], wires[len(wires) // 2]


@cache
def median_network(count: int) -> tuple[Comparator, ...]:
    """Return the comparators after which the middle of `count` wires is their median.

    These are the comparators of a sorting network on which the middle depends.
    """
    needed = {(count - 1) // 2, count // 2}
    kept: list[Comparator] = []
    for low, high in reversed(list(_merge_exchange(count))):
        if low in needed or high in needed:
            kept.append((low, high, low in needed, high in needed))
            needed |= {low, high}
    return tuple(reversed(kept))


def _merge_exchange(count: int) -> Iterator[tuple[int, int]]:
    """Yield the comparators of Batcher's merge exchange sort (Knuth, TAOCP 5.2.2, algorithm M)."""
    widest = 1 << max(0, (count - 1).bit_length() - 1)
    width = widest
    while width:
        step, remainder, distance = widest, 0, width
        while True:
            for low in range(count - distance):
                if low & width == remainder:
                    yield low, low + distance
            if step == width:
                break
            distance, step, remainder = step - width, step // 2, width
        width //= 2
