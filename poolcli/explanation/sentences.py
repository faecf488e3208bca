"""How a value came about, in one line that needs no other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal, localcontext

from poolcli.explanation.cells import Cell, Number

MOST = 16  # pixels that are listed in full
MOST_WINNERS = 3
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def sentence(cell: Cell, name: str = "out", source: str = "") -> str:
    """Say which pixels made a value, and how: `out[0,0] = max of rows 0:2, cols 0:2 = …`.

    `name` is that of the result, and `source` of what went in, where that is not plain.
    """
    place = f"rows {span(cell.rows)}, cols {span(cell.columns)}{' of ' * bool(source)}{source}"
    first = f"{name}[{cell.at[0]},{cell.at[1]}] = {cell.pooling.operation} of {place}"
    return "; ".join([f"{first} {working(cell)}", *_remarks(cell)])


def working(cell: Cell) -> str:
    """Write how the pixels of a window made its value: `= {1, 1, 5, 6} = 6, at (1, 1)`."""
    value = number(cell.value)
    if not cell.visible:
        return f"= {value}, since all its pixels are transparent"
    if any(map(math.isnan, cell.visible)):
        return f"= {_listed(cell.visible)} = {value}, since NaN is among them"
    workings = {"max": _choice, "min": _choice, "median": _median, "avg": _mean, "lp": _mean}
    *way, result = workings[cell.pooling.operation](cell)
    # Values of the same digits may still differ from what was rounded to them.
    rounded = result == value and not math.isnan(cell.value) and float(value) != cell.value
    sign = "≈" if rounded else "="
    return f"= {' = '.join(way)} {sign} {result}"


def span(positions: range) -> str:
    """Write positions as Python slices them: `0:2`, or `0:5:2` with gaps."""
    step = f":{positions.step}" if positions.step > 1 else ""
    return f"{positions[0]}:{positions[-1] + 1}{step}"


def number(value: Number | Decimal) -> str:
    """Write an integer in full, a float with at most six significant digits."""
    if isinstance(value, int):
        return str(int(value))
    # Decimal numbers, and floats of more bits than Python's, may lie beyond their range.
    exact = Decimal(str(value))
    near = float(value if isinstance(value, float) else exact)
    if math.isinf(near) == exact.is_infinite() and (near or not exact):
        return f"{near:.6g}"
    mantissa, exponent = f"{exact:.5e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


def _choice(cell: Cell) -> list[str]:
    return [_listed(cell.visible), _chosen(cell)]


def _chosen(cell: Cell) -> str:
    shown = [f"({row}, {column})" for row, column in cell.winners[:MOST_WINNERS]]
    more = len(cell.winners) - len(shown)
    where = " and ".join([", ".join(shown), *[f"{more} more"] * bool(more)])
    return f"{number(cell.value)}, at {where}"


def _median(cell: Cell) -> list[str]:
    ranked = sorted(cell.visible)
    middle = len(ranked) // 2
    text = f"the middle of {{{_around_middle([number(pixel) for pixel in ranked])}}} in order"
    if len(ranked) % 2:
        return [text, _chosen(cell)]
    two = f"({number(ranked[middle - 1])} + {number(ranked[middle])}) / 2"
    return [text, two, number(cell.value)]


def _mean(cell: Cell) -> list[str]:
    """Write a sum, its divisor and, for a power mean, its root."""
    pooling = cell.pooling
    norm = pooling.norm if pooling.operation == "lp" else None
    weights = cell.weights or (1.0,) * len(cell.pixels)
    counted = cell.padding if pooling.count_include_pad else 0
    terms = [
        _term(pixel, weight if cell.weights else None, norm)
        for pixel, weight in zip(cell.pixels, weights, strict=True)
    ]
    divisor: Number = len(cell.pixels) + counted
    if cell.weights:
        divisor = math.fsum(cell.weights) + counted
    sums = _add(cell.pixels, cell.weights, norm)
    added = _joined(terms, " + ")
    written = [f"{f'({added})' if len(terms) > 1 else added} / {_divisor(cell, counted)}"]
    if len(terms) > 1 or cell.weights:
        written.append(f"{number(sums)} / {number(divisor)}")
    if norm is not None:
        written = [f"({part})^(1/{norm:g})" for part in written]
    return [*written, number(cell.value)]


def _add(
    pixels: Sequence[Number], weights: Sequence[float] | None, norm: float | None
) -> Number | Decimal:
    """Add pixels, or their powers, weighed or not: in decimals if floats cannot hold the sum."""
    if norm is None and weights is None and all(isinstance(pixel, int) for pixel in pixels):
        return sum(pixels)
    if not all(_decimal(pixel).is_finite() for pixel in pixels):
        return float(sum(pixels)) if norm is None else math.inf
    shares = weights or (1,) * len(pixels)
    try:
        parts = [
            (pixel if norm is None else float(abs(pixel)) ** norm) * share
            for pixel, share in zip(pixels, shares, strict=True)
        ]
        total = math.fsum(parts)
        if math.isfinite(total) and not any(
            _vanishes(*pair) for pair in zip(pixels, parts, strict=True)
        ):
            return total
    except OverflowError:
        pass
    with localcontext(prec=30):
        power = Decimal(1 if norm is None else norm)
        return sum(
            (
                (_decimal(pixel) if norm is None else abs(_decimal(pixel)) ** power)
                * Decimal(share)
                for pixel, share in zip(pixels, shares, strict=True)
            ),
            Decimal(0),
        )


def _vanishes(pixel: Number, part: Number) -> bool:
    """Return whether a power of a pixel is too small to be a float."""
    return bool(pixel) and not part


def _decimal(pixel: Number) -> Decimal:
    """Convert a number of any type exactly enough to be written."""
    return Decimal(pixel) if isinstance(pixel, (int, float)) else Decimal(str(pixel))


def _term(pixel: Number, weight: float | None, norm: float | None) -> str:
    text = number(pixel)
    if norm is not None:
        power = f"{norm:g}"
        raised = power.translate(SUPERSCRIPTS) if power.isdecimal() else f"^{power}"
        text = (f"|{text}|" if pixel < 0 else text) + raised
    return text if weight is None else f"{number(weight)}·{text}"


def _divisor(cell: Cell, counted: int) -> str:
    if not cell.weights:
        return str(len(cell.pixels) + counted)
    weights = [number(weight) for weight in cell.weights]
    return f"({_joined([*weights, *[str(counted)] * bool(counted)], ' + ')})"


def _remarks(cell: Cell) -> list[str]:
    """Say what of the window is no pixel, or counts for less than one."""
    total = len(cell.rows) * len(cell.columns) + cell.padding + cell.beyond
    remarks = []
    if cell.padding or cell.beyond:
        window = f"the window is rows {span(cell.window[0])}, cols {span(cell.window[1])}"
        remarks.append(f"{window}, of whose {total} positions")
    if cell.padding:
        counts = "which counts in the divisor" if cell.pooling.count_include_pad else "ignored"
        remarks[-1] += f" {cell.padding} {_are(cell.padding)} padding, {counts}"
    if cell.beyond:
        lie = "lies" if cell.beyond == 1 else "lie"
        remarks[-1] += f"{' and' * bool(cell.padding)} {cell.beyond} {lie} beyond the edge, ignored"
    hidden = len(cell.pixels) - len(cell.visible)
    if cell.weights and cell.visible and cell.pooling.operation in ("avg", "lp"):
        remarks.append("each pixel is weighed by its alpha, 0 to 1")
    elif hidden and cell.visible:
        remarks.append(f"{hidden} of its pixels {_are(hidden)} transparent and left out")
    return remarks


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _listed(pixels: Sequence[Number]) -> str:
    return f"{{{_joined([number(pixel) for pixel in pixels], ', ')}}}"


def _around_middle(words: Sequence[str]) -> str:
    """Join words, leaving out what lies between the ends and the middle of very many."""
    if len(words) <= MOST:
        return ", ".join(words)
    first = len(words) // 2 - MOST // 4
    middle = words[first : first + MOST // 2]
    before, after = first - 2, len(words) - first - len(middle) - 2
    return ", ".join([*words[:2], f"… {before} more …", *middle, f"… {after} more …", *words[-2:]])


def _joined(words: Sequence[str], separator: str) -> str:
    """Join words, leaving out the middle of very many."""
    if len(words) <= MOST:
        return separator.join(words)
    shown = [*words[: MOST // 2], f"… {len(words) - MOST // 2 - 2} more …", *words[-2:]]
    return separator.join(shown)
