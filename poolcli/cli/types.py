"""What option values look like, and what to write instead of what was written."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import click

# Spelled out here, since the module that knows them loads NumPy; a test holds both together.
OPERATIONS = ("max", "avg", "min", "median", "lp")


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
        text = "".join(value.split())
        if text.lower() in self.words:
            return text.lower()
        if sizes := re.fullmatch(r"([0-9]+)[x×]([0-9]+)", text):
            self.fail(f"{text!r}: write {sizes[1]},{sizes[2]} (rows, columns)", param, ctx)
        parts = text.split(",")
        allowed = (1, 2, 4) if self.sides else (1, 2)
        if len(parts) not in allowed or not all(re.fullmatch(r"-?[0-9]+", part) for part in parts):
            self._refuse(text, param, ctx)
        numbers = tuple(int(part) for part in parts)
        for number in numbers:
            if not self.minimum <= number < 2**31:
                self.fail(f"{number} is not in the range {self.minimum} to 2147483647", param, ctx)
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
        self.fail(f"{text!r} is not {', '.join(forms[:-1])} or {forms[-1]}", param, ctx)


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
            width, height = picture.groups()
            hint = f"write {height},{width} (rows, columns) for a picture {width} wide"
            if width == height:
                self.fail(f"{value!r}: write {width}", param, ctx)
            self.fail(f"{value!r}: {hint}, or {width},{height}", param, ctx)
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
        if not re.fullmatch(r"-?[0-9]+", str(value).strip()):
            self.fail(f"{value!r} is not a whole number", param, ctx)
        number = int(value)
        if not self.minimum <= number <= self.maximum:
            limits = f"{self.minimum} to {self.maximum}"
            self.fail(f"{number} is not in the range {limits}", param, ctx)
        return number


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
        for name in names:
            if name not in OPERATIONS:
                self.fail(f"{name!r} is not one of {', '.join(OPERATIONS)}", param, ctx)
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
        text = "".join(value.split()).lower()
        if text == "none":
            return text
        if not re.fullmatch(r"[0-9]+,[0-9]+(,[0-9]+)?", text):
            self.fail(f"{value!r} is not ROW,COL, ROW,COL,SIZE or none", param, ctx)
        numbers = tuple(map(int, text.split(",")))
        if max(numbers) >= 2**31 or not all(numbers[2:]):
            self.fail(f"{value!r}: a size is 1 to 2147483647 pixels", param, ctx)
        return numbers


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
        match = re.fullmatch(r"([0-9]*)x([0-9]*)", value.strip())
        if match is None or match[0] == "x":
            swapped = re.fullmatch(r"([0-9]+),([0-9]+)", value.strip())
            hint = f"write {swapped[2]}x{swapped[1]}" if swapped else "write WxH, Wx or xH"
            self.fail(f"{value!r}: {hint} (width x height)", param, ctx)
        sides = [int(side) if side else None for side in match.groups()]
        for side in sides:
            if side is not None and not 1 <= side < 2**31:
                self.fail(f"{side} is not in the range 1 to 2147483647", param, ctx)
        return sides[0], sides[1]
