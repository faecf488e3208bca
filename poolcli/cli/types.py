"""The types of options: text to values, with a hint where other text is likely meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import click

from poolcli.cli.commands import closest
from poolcli.cli.completion import complete_file, complete_list, complete_word
from poolcli.cli.parameter_type import ParameterType
from poolcli.errors import shorten
from poolcli.operations import OPERATIONS
from poolcli.spelling import (
    read_decimal,
    read_numbers,
    read_picture_size,
    read_whole,
    spell_decimal,
    spell_numbers,
    spell_picture_size,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def spell(kind: click.ParamType[Any], value: Any) -> str:
    """Return a value as it would be given on the command line."""
    if isinstance(kind, PictureSize):
        return spell_picture_size(value)
    if isinstance(value, float):
        return spell_decimal(value)
    if not isinstance(value, tuple):
        return str(value)
    flat = [item for part in value for item in (part if isinstance(part, tuple) else (part,))]
    square = isinstance(kind, Numbers) and len(set(flat)) == 1
    return str(flat[0]) if square else spell_numbers(flat)


class Numbers(ParameterType):
    """Whole numbers for the axes of a tensor: `N`, or `ROWS,COLUMNS`.

    Parameters
    ----------
    words : tuple of str
        Words allowed instead of numbers.
    sides : bool
        Whether four numbers, top, bottom, left, right, are allowed too.
    """

    name = "numbers"

    def __init__(self, words: tuple[str, ...] = (), sides: bool = False) -> None:
        self.words, self.sides = words, sides

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the forms for the help."""
        forms = ["N", "R,C"]
        if self.sides:
            forms.append("T,B,L,R")
        return "|".join([*forms, *self.words])

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | tuple[int, ...], ...] | str:
        """Return (rows, columns), ((top, bottom), (left, right)) or a word."""
        if not isinstance(value, str):
            return tuple(value)
        text = value.strip()
        if text.lower() in self.words:
            return text.lower()
        if sizes := re.fullmatch(r"([0-9]+)\s*[x×]\s*([0-9]+)", text, re.ASCII):
            hint = f"write {shorten(sizes[1])},{shorten(sizes[2])} (rows, columns)"
            self.fail(f"{shorten(text)!r}: {hint}", param, ctx)
        try:
            numbers = read_numbers(text)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if numbers is None or len(numbers) not in ((1, 2, 4) if self.sides else (1, 2)):
            self._refuse(text, param, ctx)
        if len(numbers) == 4:
            return numbers[:2], numbers[2:]
        return numbers * 2 if len(numbers) == 1 else numbers

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the allowed words that begin with a text."""
        return complete_word(self.words, incomplete)

    def _refuse(
        self, text: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> NoReturn:
        forms = ["a whole number", "ROWS,COLUMNS"]
        if self.sides:
            forms.append("TOP,BOTTOM,LEFT,RIGHT")
        forms += self.words
        known = f"{', '.join(forms[:-1])} or {forms[-1]}"
        self.fail(f"{shorten(text)!r} is not {known}", param, ctx)


class SizeOrPath(Numbers):
    """A size in rows and columns, or the path of an image."""

    name = "size"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the forms for the help."""
        return "N|ROWS,COLS|IMAGE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | tuple[int, ...], ...] | str:
        """Return (rows, columns) of text that looks like numbers, and other text as a path."""
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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the item that makes a shell complete files and folders."""
        return complete_file(ctx, param, incomplete)


class WholeNumber(ParameterType):
    """A whole number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            return read_whole(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class DecimalNumber(ParameterType):
    """A number with or without a fraction."""

    name = "number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        try:
            return read_decimal(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Text(ParameterType):
    """Text that is not empty."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text; refuse empty text, as an unset variable of a script leaves it."""
        if value == "":
            self.fail("it is empty; leave the option out or give it a value", param, ctx)
        return str(value)


class OperationNames(ParameterType):
    """Names of operations, separated by commas."""

    name = "operations"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the names, each once and in their order."""
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

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return lists of operations that begin with a text."""
        return complete_list(OPERATIONS, incomplete)


class Position(ParameterType):
    """A pixel and the number of pixels around it, `ROW,COLUMN` or `ROW,COLUMN,SIZE`; or `none`."""

    name = "position"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the forms for the help."""
        return "ROW,COL[,SIZE]|none"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...] | str:
        """Return (row, column) or (row, column, size), or the word."""
        if not isinstance(value, str):
            return tuple(value)
        text = value.strip().lower()
        if text == "none":
            return text
        try:
            numbers = read_numbers(text)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if numbers is None or len(numbers) not in (2, 3):
            self.fail(f"{shorten(value)!r} is not ROW,COL, ROW,COL,SIZE or none", param, ctx)
        return numbers

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the word if it begins with a text."""
        return complete_word(["none"], incomplete)


class PictureSize(ParameterType):
    """The size of a picture in pixels: `WxH`, `Wx` or `xH`."""

    name = "size"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the forms for the help."""
        return "WxH|Wx|xH"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, int | None]:
        """Return (width, height); None for a side that keeps the proportions."""
        try:
            sides = read_picture_size(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if sides is None:
            swapped = re.fullmatch(r"\s*([0-9]+)\s*,\s*([0-9]+)\s*", value, re.ASCII)
            hint = "write WxH, Wx or xH"
            if swapped:
                hint = f"write {shorten(swapped[2])}x{shorten(swapped[1])}"
            self.fail(f"{shorten(value)!r}: {hint} (width x height)", param, ctx)
        return sides
