"""Derivations of results in numbers, as sentences show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from poolcli.operations.cell import Cell, Number
from poolcli.spelling import join, spell_number, spell_set

if TYPE_CHECKING:
    from decimal import Decimal

MOST_WINNERS = 3
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def derive_choice(cell: Cell) -> list[str]:
    """Return the pixels and the chosen one: `{1, 1, 5, 6}`, `6, at (1, 1)`."""
    return [spell_set(cell.visible), spell_chosen(cell)]


def spell_chosen(cell: Cell) -> str:
    """Return the value with the positions of the pixels that have it: `6, at (1, 1)`."""
    shown = [f"({row}, {column})" for row, column in cell.winners[:MOST_WINNERS]]
    where = ", ".join(shown)
    if more := len(cell.winners) - len(shown):
        where += f" and {more} more"
    return f"{spell_number(cell.value)}, at {where}"


def derive_mean(cell: Cell, *, counted: int = 0, norm: float | None = None) -> list[str]:
    """Return the sum, the divisor and, of a power mean, the root: `(1 + 3) / 2`, `4 / 2`, `2`.

    Parameters
    ----------
    counted : int
        The number of padding positions that count in the divisor.
    norm : float, optional
        The power of a power mean.
    """
    weights = cell.weights or (None,) * len(cell.pixels)
    terms = [_term(pixel, weight, norm) for pixel, weight in zip(cell.pixels, weights, strict=True)]
    divisor: Number = len(cell.pixels) + counted
    if cell.weights:
        divisor = math.fsum(cell.weights) + counted
    total = _add(cell.pixels, cell.weights, norm)
    added = join(terms, " + ")
    if len(terms) > 1:
        added = f"({added})"
    written = [f"{added} / {_spell_divisor(cell, counted)}"]
    if len(terms) > 1 or cell.weights:
        written.append(f"{spell_number(total)} / {spell_number(divisor)}")
    if norm is not None:
        written = [f"({part})^(1/{norm:g})" for part in written]
    return [*written, spell_number(cell.value)]


def _add(
    pixels: Sequence[Number], weights: Sequence[float] | None, norm: float | None
) -> Number | Decimal:
    """Add weighted pixels, or their powers; in decimals if floats cannot represent the sum."""
    if norm is None and weights is None and all(isinstance(pixel, int) for pixel in pixels):
        return sum(pixels)
    if not all(_decimal(pixel).is_finite() for pixel in pixels):
        return math.inf if norm is not None else sum(map(float, pixels))
    shares = weights or (1,) * len(pixels)
    try:
        parts = [
            (pixel if norm is None else float(abs(pixel)) ** norm) * share
            for pixel, share in zip(pixels, shares, strict=True)
        ]
        total = math.fsum(parts)
        underflows = any(
            bool(pixel) and not part for pixel, part in zip(pixels, parts, strict=True)
        )
        if math.isfinite(total) and not underflows:
            return total
    except OverflowError:
        pass
    from decimal import Decimal, localcontext

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


def _decimal(pixel: Number) -> Decimal:
    """Convert a number of any type, exactly enough to be written."""
    from decimal import Decimal

    return Decimal(pixel) if isinstance(pixel, (int, float)) else Decimal(str(pixel))


def _term(pixel: Number, weight: float | None, norm: float | None) -> str:
    text = spell_number(pixel)
    if norm is not None:
        power = f"{norm:g}"
        raised = power.translate(SUPERSCRIPTS) if power.isdecimal() else f"^{power}"
        text = (f"|{text}|" if pixel < 0 else text) + raised
    return text if weight is None else f"{spell_number(weight)}·{text}"


def _spell_divisor(cell: Cell, counted: int) -> str:
    if not cell.weights:
        return str(len(cell.pixels) + counted)
    weights = [spell_number(weight) for weight in cell.weights]
    if counted:
        weights.append(str(counted))
    return f"({join(weights, ' + ')})"
