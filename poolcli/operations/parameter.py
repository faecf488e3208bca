"""Parameters of an operation: declared once, as fields of its class."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

from poolcli.errors import ParameterError
from poolcli.geometry.parameters import flag, quote
from poolcli.spelling import spell_decimal


@dataclass(frozen=True)
class Parameter:
    """A setting of one operation.

    Attributes
    ----------
    name : str
        In Python and in records: `count_include_pad`.
    option : str
        On the command line: `--count-pad`.
    word : str
        In file names and layers, followed by the value of a number: `countpad`, `norm3`.
    help : str
        One or two sentences for the help of the command line.
    minimum, maximum : float
        The range of a number.
    metavar : str or None
        The name of the value in the help; None for a truth value.
    adaptive : bool
        Whether it has a meaning for adaptive windows, which have no padding.
    remark : str
        The reason why other operations refuse a truth value that is true, as the rest of a sentence
        that begins with the name of the operation: `has no divisor to change`.
    """

    name: str
    option: str
    word: str
    help: str
    minimum: float = 0
    maximum: float = 1
    metavar: str | None = None
    adaptive: bool = True
    remark: str = ""

    @property
    def is_flag(self) -> bool:
        """Return whether the value is a truth value, not a number."""
        return self.metavar is None

    def check(self, value: Any) -> None:
        """Raise ParameterError for a value of a wrong type or out of range."""
        if self.is_flag:
            flag(value, self.name)
            return
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ParameterError(self.name, f"must be a number, got {quote(value)}")
        if not self.minimum <= value <= self.maximum:
            limits = f"{self.minimum:g} and {self.maximum:g}"
            raise ParameterError(self.name, f"must lie between {limits}, got {quote(value)}")

    def spell(self, value: Any) -> str:
        """Return the word of a value: `countpad`, `norm3`, `norm2.5`."""
        return self.word if self.is_flag else f"{self.word}{spell_decimal(value)}"


def declare(default: Any, parameter: Parameter) -> Any:
    """Return the dataclass field of a parameter."""
    return dataclasses.field(default=default, metadata={"parameter": parameter})


def parameters_of(kind: Any) -> dict[str, Parameter]:
    """Return the parameters of an operation or of its class by the names of their fields."""
    return _parameters_of(kind if isinstance(kind, type) else type(kind))


@cache
def _parameters_of(kind: Any) -> dict[str, Parameter]:
    return {
        field.name: field.metadata["parameter"]
        for field in dataclasses.fields(kind)
        if "parameter" in field.metadata
    }
