"""What option values look like, and what to write instead of what was written."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import click

from poolcli.cli.commands import closest
from poolcli.errors import shorten

# Spelled out here, since the module that knows them loads NumPy; a test holds both together.
OPERATIONS = ("max", "avg", "min", "median", "lp")

LARGEST = 2**31 - 1
WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
DECIMAL = re.compile(
    r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.ASCII | re.IGNORECASE
)
# Python reads no integers of more than 4,300 digits, and no limit has as many as these.
MOST_DIGITS = 30


def read_whole(text: str, minimum: int, maximum: int) -> int:
    """Read a whole number, with blanks around it.

    Raises
    ------
    ValueError
        In words for the user, if this is none, or is not in the range.
    """
    digits = text.strip()
    if not WHOLE.fullmatch(digits):
        raise ValueError(f"{shorten(text)!r} is not a whole number")
    sign = "-" if digits.startswith("-") else ""
    digits = digits.lstrip("-0") or "0"
    number = int(sign + digits) if len(digits) <= MOST_DIGITS else None
    if number is None or not minimum <= number <= maximum:
        raise ValueError(f"{shorten(sign + digits)} is not in the range {minimum} to {maximum}")
    return number


def read_decimal(text: str, minimum: float, maximum: float) -> float:
    """Read a decimal number, with blanks around it; see `read_whole`."""
    if not DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{shorten(text)!r} is not a number")
    number = float(text)
    if not minimum <= number <= maximum:
        raise ValueError(f"{shorten(text.strip())} is not in the range {minimum:g} to {maximum:g}")
    return number


def are_whole(parts: list[str]) -> bool:
    """Return whether all parts are whole numbers of any size."""
    return all(WHOLE.fullmatch(part.strip()) for part in parts)


def spell(kind: click.ParamType[Any], value: Any) -> str:
    """Write a value as it would be given on the command line."""
    if isinstance(kind, PictureSize):
        return "x".join("" if side is None else str(side) for side in value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if not isinstance(value, tuple):
        return str(value)
    flat = [item for part in value for item in (part if isinstance(part, tuple) else (part,))]
    square = isinstance(kind, Numbers) and len(set(flat)) == 1
    return str(flat[0]) if square else ",".join(map(str, flat))


class Numbers(click.ParamType[Any]):
    """Whole numbers for the axes of a tensor: `N`, or `ROWS,COLUMNS`.

    Parameters
    ----------
    minimum : int
        The least number allowed.
    words : tuple of str
        Words allowed instead of numbers.
    sides : bool
        Whether four numbers, top, bottom, left, right, are allowed too.
    """

    name = "numbers"

    def __init__(self, minimum: int = 1, words: tuple[str, ...] = (), sides: bool = False) -> None:
        self.minimum, self.words, self.sides = minimum, words, sides

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the forms in the help."""
        return "|".join(["N", "R,C", *(["T,B,L,R"] if self.sides else []), *self.words])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | tuple[int, ...], ...] | str:
        """Read (rows, columns), ((top, bottom), (left, right)) or a word."""
        if not isinstance(value, str):
            return tuple(value)
        text = value.strip()
        if text.lower() in self.words:
            return text.lower()
        if sizes := re.fullmatch(r"([0-9]+)\s*[x×]\s*([0-9]+)", text, re.ASCII):
            hint = f"write {shorten(sizes[1])},{shorten(sizes[2])} (rows, columns)"
            self.fail(f"{shorten(text)!r}: {hint}", param, ctx)
        parts = text.split(",")
        if len(parts) not in ((1, 2, 4) if self.sides else (1, 2)) or not are_whole(parts):
            self._refuse(text, param, ctx)
        try:
            numbers = tuple(read_whole(part, self.minimum, LARGEST) for part in parts)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if len(numbers) == 4:
            return numbers[:2], numbers[2:]
        return numbers * 2 if len(numbers) == 1 else numbers

    def _refuse(
        self, text: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        forms = ["a whole number", "ROWS,COLUMNS"]
        if self.sides:
            forms.append("TOP,BOTTOM,LEFT,RIGHT")
        forms += self.words
        known = f"{', '.join(forms[:-1])} or {forms[-1]}"
        self.fail(f"{shorten(text)!r} is not {known}", param, ctx)


class SizeOrPlace(Numbers):
    """A size in rows and columns, or the name of a file."""

    name = "what"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the forms in the help."""
        return "N|ROWS,COLS|IMAGE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | tuple[int, ...], ...] | str:
        """Read (rows, columns) from what looks like numbers, and take the rest for a name."""
        if picture := re.fullmatch(r"([0-9]+)x([0-9]+)", str(value)):
            width, height = map(shorten, picture.groups())
            hint = f"write {height},{width} (rows, columns) for a picture {width} wide"
            if width == height:
                self.fail(f"{shorten(value)!r}: write {width}", param, ctx)
            self.fail(f"{shorten(value)!r}: {hint}, or {width},{height}", param, ctx)
        if tensor := re.fullmatch(r"[(\[]\s*([0-9]+)\s*,\s*([0-9]+)\s*,?\s*[)\]]", str(value)):
            value = ",".join(tensor.groups())
        numeric = isinstance(value, str) and re.fullmatch(r"-?[0-9]+([,×]-?[0-9]+)*", value)
        return super().convert(value, param, ctx) if numeric else value


class WholeNumber(click.ParamType[Any]):
    """A whole number between two limits."""

    name = "number"

    def __init__(self, minimum: int, maximum: int) -> None:
        self.minimum, self.maximum = minimum, maximum

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number."""
        try:
            return read_whole(str(value), self.minimum, self.maximum)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class DecimalNumber(click.ParamType[Any]):
    """A number with or without a fraction, between two limits."""

    name = "number"

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number."""
        try:
            return read_decimal(str(value), self.minimum, self.maximum)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Text(click.ParamType[Any]):
    """Text that is not empty."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse empty text, as an unset variable of a script leaves it."""
        if value == "":
            self.fail("it is empty; leave the option out or give it a value", param, ctx)
        return str(value)


class Operations(click.ParamType[Any]):
    """Names of operations, separated by commas."""

    name = "operations"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Read the names, each once and in their order."""
        if not isinstance(value, str):
            return tuple(value)
        names = [name.strip().lower() for name in value.split(",")]
        parts = re.findall("[a-z]+", value.lower())
        if len(parts) > len(names) and all(name in OPERATIONS for name in parts):
            self.fail(f"{value!r}: write {','.join(parts)}", param, ctx)
        for name in names:
            if name not in OPERATIONS:
                close = closest(name, OPERATIONS)
                remedy = f"; did you mean {close}?" if close else ""
                self.fail(f"{name!r} is not one of {', '.join(OPERATIONS)}{remedy}", param, ctx)
        return tuple(dict.fromkeys(names))


class Place(click.ParamType[Any]):
    """A pixel, and how many pixels around it: `ROW,COLUMN` or `ROW,COLUMN,SIZE`; or `none`."""

    name = "place"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the forms in the help."""
        return "ROW,COL[,SIZE]|none"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...] | str:
        """Read (row, column) or (row, column, size), or the word."""
        if not isinstance(value, str):
            return tuple(value)
        text = value.strip().lower()
        if text == "none":
            return text
        parts = text.split(",")
        if len(parts) not in (2, 3) or not are_whole(parts) or "-" in text:
            self.fail(f"{shorten(value)!r} is not ROW,COL, ROW,COL,SIZE or none", param, ctx)
        try:
            place = [read_whole(part, 0, LARGEST) for part in parts[:2]]
            size = [read_whole(part, 1, LARGEST) for part in parts[2:]]
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return (*place, *size)


class PictureSize(click.ParamType[Any]):
    """A picture's size in pixels: `WxH`, `Wx` or `xH`."""

    name = "size"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the forms in the help."""
        return "WxH|Wx|xH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        """Read (width, height); None for a side that follows."""
        sides = [side.strip() for side in value.split("x")]
        if len(sides) != 2 or not any(sides) or not are_whole(list(filter(None, sides))):
            swapped = re.fullmatch(r"\s*([0-9]+)\s*,\s*([0-9]+)\s*", value, re.ASCII)
            hint = "write WxH, Wx or xH"
            if swapped:
                hint = f"write {shorten(swapped[2])}x{shorten(swapped[1])}"
            self.fail(f"{shorten(value)!r}: {hint} (width x height)", param, ctx)
        try:
            width, height = (read_whole(side, 1, LARGEST) if side else None for side in sides)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return width, height
