"""Values that a caller passes: their types and ranges, checked before any work."""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Sequence
from typing import Any

from poolcli.errors import ParameterError
from poolcli.vocabulary import LARGEST

Pair = tuple[int, int]

LONGEST = 60  # characters of a value that a message quotes


def whole(value: Any, name: str, *, minimum: int, maximum: int = LARGEST) -> int:
    """Return a whole number; raise ParameterError for another type or outside the limits."""
    number = _index(value)
    if number is None:
        raise ParameterError(name, f"must be a whole number, got {quote(value)}")
    check_range(number, name, minimum, maximum)
    return number


def pair(value: Any, name: str, *, minimum: int) -> Pair:
    """Return (rows, columns) of one whole number or two, each from `minimum` to `LARGEST`."""
    items = two(value)
    numbers = [_index(item) for item in items or ()]
    rows, columns = numbers if len(numbers) == 2 else (None, None)
    if rows is None or columns is None:
        raise ParameterError(name, f"must be one or two whole numbers, got {quote(value)}")
    check_range(min(rows, columns), name, minimum, LARGEST)
    check_range(max(rows, columns), name, minimum, LARGEST)
    return rows, columns


def two(value: Any) -> tuple[Any, Any] | None:
    """Return a pair's items, or a single value twice; None for a sequence of another length."""
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray, memoryview)):
        return value, value
    return (value[0], value[1]) if len(value) == 2 else None


def flag(value: Any, name: str) -> bool:
    """Return a truth value, Python's or NumPy's; raise ParameterError for anything else."""
    kind = type(value)
    # NumPy is not loaded for this; its type is `bool` from version 2 on.
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
    """Write a value on one short line, whatever it is."""
    try:
        text = " ".join(reprlib.repr(value).split())
    except Exception:  # noqa: BLE001 - the caller's object decides what its repr raises
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 12]}…{text[-10:]}"


def _index(value: Any) -> int | None:
    """Return a whole number, Python's or NumPy's; None for anything else, truth values too."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except Exception:  # noqa: BLE001 - the caller's object decides what its conversion raises
        return None
