"""Numbers, sizes and ranges as text and back, each in one spelling.

Rows come before columns everywhere but in the size of a picture (`WIDTHxHEIGHT`), as in every
image tool.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

from poolcli.errors import shorten

# Longer lists of numbers are shortened in the middle.
MOST = 16

_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
_DECIMAL = re.compile(
    r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE
)
# Python reads no integers of more than 4,300 digits; no limit has as many as these.
_MOST_DIGITS = 30


def spell_size(numbers: Sequence[int]) -> str:
    """Return a size in captions and tables: `3×3`, `224×224`."""
    return "×".join(map(str, numbers))


def spell_pair(numbers: Sequence[int]) -> str:
    """Return a pair in captions; one number if both are equal: `2`, `2×3`."""
    return str(numbers[0]) if len(set(numbers)) == 1 else spell_size(numbers)


def spell_numbers(numbers: Sequence[int]) -> str:
    """Return numbers as the command line takes them: `2,3`."""
    return ",".join(map(str, numbers))


def read_numbers(text: str) -> tuple[int, ...] | None:
    """Return the numbers of `2,3`, with any blanks around each.

    Returns
    -------
    tuple of int or None
        None if the text is not whole numbers, separated by commas.

    Raises
    ------
    ValueError
        If a number has too many digits, with a message for the user.
    """
    parts = text.split(",")
    return tuple(map(read_whole, parts)) if _are_whole(parts) else None


def spell_picture_size(sides: Sequence[int | None]) -> str:
    """Return the size of a picture, width first: `30x20`; `30x` if the height is None."""
    return "x".join("" if side is None else str(side) for side in sides)


def read_picture_size(text: str) -> tuple[int | None, int | None] | None:
    """Return the width and the height of `30x20`; see `read_numbers`.

    One of them may be left out and is None then.
    """
    sides = [side.strip() for side in text.split("x")]
    if len(sides) != 2 or not any(sides) or not _are_whole([side for side in sides if side]):
        return None
    width, height = (read_whole(side) if side else None for side in sides)
    return width, height


def spell_dashed(numbers: Sequence[int]) -> str:
    """Return numbers as a part of a file name; one if all are equal: `2`, `2-3`."""
    return str(numbers[0]) if len(set(numbers)) == 1 else "-".join(map(str, numbers))


def read_dashed(text: str) -> tuple[int, ...]:
    """Return the numbers of a part of a file name; raise ValueError for anything else."""
    parts = text.split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f"{text!r} holds no numbers")
    return tuple(map(int, parts))


def spell_shape(shape: Sequence[int]) -> str:
    """Return the size of an image in messages, without ambiguity: `7x7`, `7-row, 9-column`."""
    rows, columns = shape[:2]
    return f"{rows}x{columns}" if rows == columns else f"{rows}-row, {columns}-column"


def spell_sides(shape: Sequence[int]) -> str:
    """Return a size with its sides named: `300 rows × 451 columns`."""
    return " × ".join(
        count(number, name) for number, name in zip(shape, ("row", "column"), strict=False)
    )


def spell_lines(numbers: Sequence[int], separator: str = " and ") -> str:
    """Return numbers of rows and columns without zeros: `1 row and 2 columns`, `3 columns`."""
    names = zip(numbers, ("row", "column"), strict=True)
    return separator.join(count(number, name) for number, name in names if number)


def count(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural: `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def spell_range(positions: range) -> str:
    """Return positions as Python slices them: `0:2`, or `0:5:2` with gaps."""
    step = f":{positions.step}" if positions.step > 1 else ""
    return f"{positions[0]}:{positions[-1] + 1}{step}"


def spell_number(value: float | Decimal) -> str:
    """Return an integer in full, any other number with at most six significant digits."""
    if isinstance(value, int):
        return str(int(value))
    from decimal import Decimal

    # Decimal numbers, and floats with more bits than Python's, may exceed the range of float.
    exact = Decimal(str(value))
    near = float(value if isinstance(value, float) else exact)
    if math.isinf(near) == exact.is_infinite() and (near or not exact):
        return f"{near:.6g}"
    mantissa, exponent = f"{exact:.5e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{exponent}"


def spell_decimal(value: float) -> str:
    """Return a number as the command line takes it, in full: `3`, `2.5`."""
    text = repr(value or 0).removesuffix(".0")
    if "e" in text:
        from decimal import Decimal

        return f"{Decimal(text):f}"
    return text


def read_whole(text: str) -> int:
    """Return a whole number, with blanks around it.

    Raises
    ------
    ValueError
        If the text is no whole number or has too many digits, with a message for the user.
    """
    digits = text.strip()
    if not _WHOLE.fullmatch(digits):
        raise ValueError(f"{shorten(text)!r} is not a whole number")
    sign = "-" if digits.startswith("-") else ""
    digits = digits.lstrip("-0") or "0"
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"{shorten(sign + digits)} has too many digits")
    return int(sign + digits)


def read_decimal(text: str) -> float:
    """Return a number with or without a fraction, with blanks around it; see `read_whole`."""
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{shorten(text)!r} is not a number")
    return float(text)


def _are_whole(parts: Sequence[str]) -> bool:
    """Return whether all parts are whole numbers of any size."""
    return all(_WHOLE.fullmatch(part.strip()) for part in parts)


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table whose columns are aligned to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def spell_set(numbers: Sequence[float]) -> str:
    """Return numbers in braces, shortened in the middle: `{1, 1, 5, 6}`."""
    return f"{{{join([spell_number(number) for number in numbers], ', ')}}}"


def join(words: Sequence[str], separator: str) -> str:
    """Join words; leave out the middle of a long list."""
    if len(words) <= MOST:
        return separator.join(words)
    shown = [*words[: MOST // 2], f"… {len(words) - MOST // 2 - 2} more …", *words[-2:]]
    return separator.join(shown)


def join_around_middle(words: Sequence[str]) -> str:
    """Join words by commas; of a long list keep the ends and the middle."""
    if len(words) <= MOST:
        return ", ".join(words)
    first = len(words) // 2 - MOST // 4
    middle = words[first : first + MOST // 2]
    before, after = first - 2, len(words) - first - len(middle) - 2
    return ", ".join([*words[:2], f"… {before} more …", *middle, f"… {after} more …", *words[-2:]])
