"""Matrices of numbers as text, with one row per line."""

from __future__ import annotations

import codecs
import io
import re
from typing import Any

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError

NUMBER = re.compile(
    r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(inf|infinity|nan)",
    re.ASCII | re.IGNORECASE,
)
NO_TEXT = "is neither an image nor a text matrix"


def check_text(head: bytes) -> None:
    """Raise PoolcliError if a file that begins so is no text."""
    try:
        # What the last bytes begin may go on.
        codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        raise PoolcliError(NO_TEXT) from None


def parse_text(content: bytes) -> Array:
    """Read a matrix, (H, W), from text: int64 where every number is whole, else float64.

    Numbers are separated by semicolons, commas, tabs or blanks, the first of these found.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PoolcliError(NO_TEXT) from None
    delimiter = next((mark for mark in ";,\t" if mark in text), None)
    lines = {n: line for n, line in enumerate(text.splitlines(), start=1) if line.strip()}
    if not lines:
        raise PoolcliError("is empty")
    # Letters and points make floats: 1.0, 1e3, nan, inf.
    kind = np.float64 if re.search("[.einEIN]", text) else np.int64
    try:
        matrix: Array = np.loadtxt(
            lines.values(), dtype=kind, comments=None, delimiter=delimiter, ndmin=2
        )
    except ValueError:
        raise PoolcliError(_fault(lines, delimiter, kind)) from None
    return matrix


def _fault(lines: dict[int, str], delimiter: str | None, kind: type[np.number[Any]]) -> str:
    """Find what keeps the lines from being a matrix of numbers."""
    rows = {number: line.split(delimiter) for number, line in lines.items()}
    for number, tokens in rows.items():
        for column, token in enumerate(tokens, start=1):
            place = f"line {number}, column {column}: {token.strip()!r}"
            if not NUMBER.fullmatch(token.strip()):
                return f"{place} is no number"
            try:
                kind(token)
            except (ValueError, OverflowError):
                return f"{place} is no 64-bit number"
    first, width = next((number, len(tokens)) for number, tokens in rows.items())
    ragged = (row for row in rows.items() if len(row[1]) != width)
    number, tokens = next(ragged, (first, []))
    return f"line {number} has {len(tokens)} numbers where line {first} has {width}"


def format_text(array: Array) -> bytes:
    """Write a matrix, (H, W), as comma-separated text that reads back to the same numbers."""
    stream = io.BytesIO()
    values = array.astype(np.uint8) if array.dtype.kind == "b" else array
    np.savetxt(stream, values, fmt="%s", delimiter=",")
    return stream.getvalue()
