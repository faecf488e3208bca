"""Checks of the types and ranges of parameters."""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Sequence
from typing import Any

from poolcli.errors import ParameterError
from poolcli.vocabulary import LARGEST

Pair = tuple[int, int]

LONGEST = 60  # the most characters of a value in a message


def whole(value: Any, name: str, *, minimum: int, maximum: int = LARGEST) -> int:
    """Return a whole number; raise ParameterError for another type or a number out of range."""
    number = _index(value)
    if number is None:
        raise ParameterError(name, f"must be a whole number, got {quote(value)}")
    check_range(number, name, minimum, maximum)
    return number


def pair(value: Any, name: str, *, minimum: int) -> Pair:
    """Return (rows, columns) from one or two whole numbers.

    Raises
    ------
    PoolcliError
        If these are no whole numbers from `minimum` to `LARGEST`.
    """
    items = two(value)
    numbers = [_index(item) for item in items or ()]
    rows, columns = numbers if len(numbers) == 2 else (None, None)
    if rows is None or columns is None:
        raise ParameterError(name, f"must be one or two whole numbers, got {quote(value)}")
    check_range(min(rows, columns), name, minimum, LARGEST)
    check_range(max(rows, columns), name, minimum, LARGEST)
    return rows, columns


def two(value: Any) -> tuple[Any, Any] | None:
    """Return the items of a pair, or a single value twice; None for a sequence of other length."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray, memoryview)):
        return value, value
    return (value[0], value[1]) if len(value) == 2 else None


def flag(value: Any, name: str) -> bool:
    """Return a Boolean of Python or NumPy; raise ParameterError for any other value."""
    kind = type(value)
    # Without importing NumPy, whose type is named `bool` from version 2 on.
    if kind is not bool and (kind.__module__, kind.__name__.rstrip("_")) != ("numpy", "bool"):
        raise ParameterError(name, f"must be True or False, got {quote(value)}")
    return bool(value)


def check_range(number: int, name: str, minimum: int, maximum: int) -> None:
    """Raise ParameterError unless a number lies between two limits."""
    if number < minimum:
        raise ParameterError(name, f"must be at least {minimum}, got {quote(number)}")
    if number > maximum:
        raise ParameterError(name, f"must be at most {maximum}, got {quote(number)}")


def quote(value: Any) -> str:
    """Return the repr of any value on one line of at most `LONGEST` characters."""
    try:
        text = " ".join(reprlib.repr(value).split())
    except Exception:  # noqa: BLE001 - the repr of a caller's object may raise anything
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 12]}…{text[-10:]}"


def _index(value: Any) -> int | None:
    """Return a whole number of Python or NumPy; None for any other value and for Booleans."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except Exception:  # noqa: BLE001 - the conversion of a caller's object may raise anything
        return None
