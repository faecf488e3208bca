"""The derivation of one value as one line, complete without any other."""

from __future__ import annotations

import math

from poolcli.operations.cell import Cell
from poolcli.spelling import spell_number, spell_range, spell_set


def sentence(cell: Cell, name: str = "out", source: str = "") -> str:
    """Return the derivation of a value as a sentence: `out[0,0] = max of rows 0:2, cols 0:2 = …`.

    Parameters
    ----------
    name : str
        Of the output.
    source : str
        The name of the input, where it is not obvious.
    """
    window = f"rows {spell_range(cell.rows)}, cols {spell_range(cell.columns)}"
    if source:
        window += f" of {source}"
    first = f"{name}[{cell.index[0]},{cell.index[1]}] = {cell.operation.name} of {window}"
    return "; ".join([f"{first} {derivation(cell)}", *_remarks(cell)])


def derivation(cell: Cell) -> str:
    """Return the derivation of a value from its pixels: `= {1, 1, 5, 6} = 6, at (1, 1)`."""
    value = spell_number(cell.value)
    if not cell.visible:
        return f"= {value}, since all its pixels are transparent"
    if any(map(math.isnan, cell.visible)):
        return f"= {spell_set(cell.visible)} = {value}, since NaN is among them"
    *steps, result = cell.operation.derive(cell)
    # Two values with the same digits may still differ by rounding.
    rounded = result == value and not math.isnan(cell.value) and float(value) != cell.value
    sign = "≈" if rounded else "="
    return f"= {' = '.join(steps)} {sign} {result}"


def _remarks(cell: Cell) -> list[str]:
    """Return remarks on positions of the window that are no pixels, and on transparent pixels."""
    remarks = []
    if cell.padding or cell.beyond:
        remarks.append(_describe_window(cell))
    hidden = len(cell.pixels) - len(cell.visible)
    if cell.weights and cell.visible and cell.operation.weighs_alpha:
        remarks.append("each pixel is weighed by its alpha, 0 to 1")
    elif hidden and cell.visible:
        remarks.append(f"{hidden} of its pixels {_are(hidden)} transparent and left out")
    return remarks


def _describe_window(cell: Cell) -> str:
    """Return how many positions of a window are padding, and how many lie beyond it."""
    rows, columns = cell.window
    total = len(cell.rows) * len(cell.columns) + cell.padding + cell.beyond
    parts = []
    if cell.padding:
        counts = "which counts in the divisor" if cell.operation.padding_counts else "ignored"
        parts.append(f"{cell.padding} {_are(cell.padding)} padding, {counts}")
    if cell.beyond:
        lie = "lies" if cell.beyond == 1 else "lie"
        parts.append(f"{cell.beyond} {lie} beyond the edge, ignored")
    window = f"the window is rows {spell_range(rows)}, cols {spell_range(columns)}"
    return f"{window}, of whose {total} positions {' and '.join(parts)}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
