"""The run lengths of BMP files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from poolcli.arrays import Array
from poolcli.images.damage import Damage


def expand_runs(
    content: bytes, start: int, shape: tuple[int, int], damage: Damage, *, four: bool
) -> tuple[Array, Array | None]:
    """Expand run lengths to indices of the palette, in the order in which rows are stored.

    Parameters
    ----------
    content : bytes
        The file.
    start : int
        The position of the first run.
    shape : (rows, columns)
    damage : Damage
        Notes runs that are missing or too long; the pixels that they lack are 0.
    four : bool
        Whether an index has 4 bits instead of 8.

    Returns
    -------
    indices : ndarray, (rows, columns), uint8
    drawn : ndarray, (rows, columns), uint8, or None
        1 for each pixel that a run covers, else 0; None if all are covered.
    """
    rows, columns = shape
    indices, drawn = bytearray(rows * columns), bytearray(rows * columns)
    fault = "it ends before its pixels do"
    row = column = 0
    for right, down, values in _runs(content, start, four=four):
        if values is None and (right, down) == (0, 0):
            fault = ""
        elif values is None:
            # A new line begins at the left.
            column, row = (column + right if right >= 0 else 0), row + down
        else:
            count = min(len(values), columns - column)
            # With two pixels in a byte, the last one may be padding.
            padding = 1 if four else 0
            if row >= rows or count < len(values) - padding:
                fault = "a run of pixels goes beyond its row"
                break
            first = row * columns + column
            indices[first : first + count] = values[:count]
            drawn[first : first + count] = b"\1" * count
            column += count
    if fault:
        damage.found(fault)
    pixels = np.frombuffer(indices, np.uint8).reshape(shape)
    return pixels, None if 0 not in drawn else np.frombuffer(drawn, np.uint8).reshape(shape)


def _runs(content: bytes, position: int, *, four: bool) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield the steps to the right and down, and the pixels of a run.

    Without pixels, (-1, 1, None) is a new line and (0, 0, None) the end.
    """
    while position + 2 <= len(content):
        count, value = content[position], content[position + 1]
        position += 2
        if count:
            pair = bytes((value >> 4, value & 15)) if four else bytes((value,))
            yield 0, 0, (pair * count)[:count]
        elif value == 0:
            yield -1, 1, None
        elif value == 1:
            yield 0, 0, None
            return
        elif value == 2 and position + 2 <= len(content):
            if content[position] or content[position + 1]:
                yield content[position], content[position + 1], None
            position += 2
        else:
            size = (value + 1) // 2 if four else value
            stored = content[position : position + size]
            if len(stored) < size:
                return
            if four:
                stored = bytes(part for byte in stored for part in (byte >> 4, byte & 15))
            yield 0, 0, stored[:value]
            position += size + size % 2
