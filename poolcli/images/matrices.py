"""Matrices of numbers as text, with one row per line."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError, shorten
from poolcli.geometry import check_pixels

# Matching takes time in proportion to the text.
NUMBER = re.compile(
    r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)",
    re.ASCII | re.IGNORECASE,
)
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
SEPARATED = re.compile(r"\S[ \t]+\S")
WORD = re.compile(r"[^ \t\r\n]+")
BLANKS = " \t\r\n"
# The characters of numbers, delimiters and line ends.
CHARACTERS = b"0123456789+-.eEinftyaINFTYA;, \t\r\n"
# A number with one of these is a float: 1.0, 1e3, nan, inf.
FLOAT_CHARACTERS = b".eEnN"

# A float with fewer digits, and fewer than three in its exponent, is within the range of 64 bits.
LONG = 200
EXTREME = (b"e000", b"e-000", b"0" * LONG)
FORMS = bytes.maketrans(b"0123456789.eE+-", b"00000000000ee--")
WORDS = bytes(b" "[0] if byte in BLANKS.encode() else b"x"[0] for byte in range(256))

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NO_TEXT = "is neither an image nor a text matrix"
TOO_LONG = "is no 64-bit number; add .0 to read it as a rounded float"


def check_text(head: bytes) -> None:
    """Raise PoolcliError if a file that begins with these bytes is not text."""
    encoding = "utf-16" if head.startswith(UTF16_MARKS) else "utf-8-sig"
    try:
        # The last character of the head may be incomplete.
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        raise PoolcliError(NO_TEXT) from None
    if "\0" in text:
        raise PoolcliError(NO_TEXT)


def parse_text(content: bytes, max_pixels: int) -> Array:
    """Read a matrix, (H, W), from text: int64 where every number is whole, else float64.

    Numbers are separated by semicolons, commas, tabs or blanks, the first of these found.

    Parameters
    ----------
    content : bytes
        In UTF-8, or in UTF-16 with a byte order mark.
    max_pixels : int
        The largest number of numbers.

    Raises
    ------
    PoolcliError
        If this is not a matrix of numbers, is too large, or holds a number beyond its type.
    """
    if content.startswith(UTF16_MARKS):
        content = _transcode(content)
    content = content.removeprefix(codecs.BOM_UTF8)
    delimiter = next((mark for mark in ";,\t" if mark.encode() in content), None)
    whole = not any(letter in content for letter in FLOAT_CHARACTERS)
    if content.translate(None, CHARACTERS):
        raise PoolcliError(_find_fault(content, delimiter))
    lines: Iterator[str] = (line for _, line in _lines(content))
    if len(content) > 2 * max_pixels:
        lines = _limited(content, delimiter, max_pixels)
    first = next(lines, None)
    if first is None:
        raise PoolcliError("is empty")
    try:
        matrix: Array = np.loadtxt(
            chain([first], lines),
            dtype=np.int64 if whole else np.float64,
            comments=None,
            delimiter=delimiter,
            ndmin=2,
        )
    except PoolcliError:
        raise
    except ValueError:
        raise PoolcliError(_find_fault(content, delimiter, whole=whole)) from None
    if whole and _reaches_limits(matrix):
        _check_integers(content, delimiter)
    if not whole:
        suspect = (np.isinf(matrix) | (matrix == 0)).any(axis=1)
        if suspect.any() and _may_be_extreme(content):
            _check_extremes(content, delimiter, matrix, suspect)
    return matrix


def _transcode(content: bytes) -> bytes:
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        raise PoolcliError(NO_TEXT) from None


def _lines(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    stream = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")
    for number, line in enumerate(stream, start=1):
        if line.strip(BLANKS):
            yield number, line


def _limited(content: bytes, delimiter: str | None, max_pixels: int) -> Iterator[str]:
    """Yield lines, and raise PoolcliError where they hold more than `max_pixels` numbers."""
    width = 0
    for rows, (_, line) in enumerate(_lines(content), start=1):
        width = width or _count(line, delimiter)
        if rows * width > max_pixels:
            # The most rows that there can be, so that the proposed limit is enough.
            ends = max(content.count(end) for end in (b"\n", b"\r"))
            most = ends + (not content.endswith((b"\n", b"\r")))
            check_pixels((most, width), max_pixels)
        yield line


def _count(line: str, delimiter: str | None) -> int:
    """Return the number of numbers in a line, without a list of them."""
    if delimiter is not None:
        return line.count(delimiter) + 1
    return line.encode().translate(WORDS).strip().count(b" x") + 1


def _tokens(line: str, delimiter: str | None) -> Iterator[str]:
    """Yield the text between delimiters, without a list of it."""
    if delimiter is None:
        yield from (match[0] for match in WORD.finditer(line))
        return
    start = 0
    while (end := line.find(delimiter, start)) >= 0:
        yield line[start:end].strip(BLANKS)
        start = end + 1
    yield line[start:].strip(BLANKS)


def _find_fault(content: bytes, delimiter: str | None, *, whole: bool = False) -> str:
    """Return why a text is not a matrix of numbers, or of integers if it is `whole`."""
    width = first = 0
    try:
        for number, line in _lines(content):
            column = 0
            for column, token in enumerate(_tokens(line, delimiter), start=1):
                where = f"line {number}, column {column}: {shorten(token)!r}"
                if not NUMBER.fullmatch(token):
                    last = column == _count(line, delimiter)
                    hint = _hint(line, token, delimiter, top=not first, last=last)
                    return f"{where} is no number{hint}"
                if whole and not _fits(token):
                    return f"{where} {TOO_LONG}"
            if not first:
                first, width = number, column
            if column != width:
                return f"line {number} has {column} numbers where line {first} has {width}"
    except UnicodeDecodeError:
        pass
    return NO_TEXT


def _hint(line: str, token: str, delimiter: str | None, *, top: bool, last: bool) -> str:
    """Return the remedy for a token that is not a number, or ""."""
    hints = {
        "leave out the delimiter at the end of the line": not token and last,
        "write nan where a number is missing": not token and not last,
        "write numbers without quotes": token.startswith(('"', "'")),
        "write decimals with a point": delimiter == ";" and DECIMAL_COMMA.fullmatch(token),
        f"separate all numbers by {delimiter!r}, and write decimals with a point": (
            delimiter is not None and SEPARATED.search(token)
        ),
        "if the first line is a heading, delete it": (
            top and token[:1].isalpha() and not any(map(NUMBER.fullmatch, _tokens(line, delimiter)))
        ),
    }
    return next((f"; {hint}" for hint, fits in hints.items() if fits), "")


def _fits(token: str) -> bool:
    """Return whether an integer has 64 bits."""
    digits = token.lstrip("+-").lstrip("0")
    return len(digits) < 20 and -(2**63) <= int(token) < 2**63


def _reaches_limits(matrix: Array) -> bool:
    """Return whether the lowest or the highest integer of 64 bits occurs."""
    limits = np.iinfo(matrix.dtype)
    return bool(matrix.min() == limits.min or matrix.max() == limits.max)


def _check_integers(content: bytes, delimiter: str | None) -> None:
    """Raise PoolcliError for an integer beyond 64 bits, which NumPy 2.2 reads as a limit."""
    fault = _find_fault(content, delimiter, whole=True)
    if fault.endswith(TOO_LONG):
        raise PoolcliError(fault)


def _may_be_extreme(content: bytes) -> bool:
    """Return whether a float in a text may be too large or too small for 64 bits."""
    forms = content.translate(FORMS)
    return any(form in forms for form in EXTREME)


def _check_extremes(content: bytes, delimiter: str | None, matrix: Array, suspect: Array) -> None:
    """Raise PoolcliError for a finite number that became infinite, or another that became 0.

    Only rows that are `suspect` are looked at.
    """
    for row, (number, line) in enumerate(_lines(content)):
        if not suspect[row]:
            continue
        for column, token in enumerate(_tokens(line, delimiter)):
            value: Any = matrix[row, column]
            mantissa = token.lower().partition("e")[0]
            large = np.isinf(value) and "n" not in mantissa.lower()
            small = value == 0 and mantissa.strip("+-0.")
            if large or small:
                problem = "large" if large else "small"
                raise PoolcliError(
                    f"line {number}, column {column + 1}: {shorten(token)!r} is too {problem} for a"
                    f" 64-bit number; write {'inf' if large else '0'} if that is meant"
                )


def format_text(array: Array) -> bytes:
    """Write a matrix, (H, W), as comma-separated text that reads back to the same numbers."""
    stream = io.BytesIO()
    values = array
    if array.dtype.kind == "b":
        values = array.astype(np.uint8)
    elif array.dtype.kind == "f" and array.itemsize < 8:
        # The shortest digits of a narrow float are another number once they are read as float64.
        values = array.astype(np.float64)
    np.savetxt(stream, values, fmt="%s", delimiter=",")
    return stream.getvalue()
