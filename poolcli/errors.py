"""Errors that a user can correct, and one-line descriptions of internal errors."""

from __future__ import annotations

import errno

LONGEST = 200


class PoolcliError(ValueError):
    """An error that the user can correct; its message is one line with a remedy."""


class ParameterError(PoolcliError):
    """A value of a wrong type or out of range.

    Attributes
    ----------
    name : str
        Of the parameter, in Python.
    rule : str
        The rest of the sentence that begins with the name: `must be at least 1, got 0`.
    """

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(name, rule)
        self.name, self.rule = name, rule

    def __str__(self) -> str:
        return f"{self.name} {self.rule}"


class EngineError(PoolcliError):
    """An executor that cannot be reached, or was lost during a run."""


def name_bug(error: BaseException) -> str:
    """Return one line about an internal error: its type, function and message.

    Any import and any file may meet the limit of open files, which is no internal error.
    """
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return "too many open files; allow more (ulimit -n)"
    where, step = "", error.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__"))
        if module.startswith("poolcli."):
            function = step.tb_frame.f_code.co_qualname.partition(".<locals>")[0]
            where = f" in {module.removeprefix('poolcli.')}.{function}"
        step = step.tb_next
    lines = str(error).strip().splitlines()
    said = f": {lines[0][:LONGEST]}" if lines else ""
    return f"internal error: {type(error).__name__}{where}{said}; please report it"


def trace_bug(error: BaseException) -> str:
    """Return the traceback of an exception as text."""
    import traceback

    return "".join(traceback.format_exception(error)).rstrip()


def shorten(text: str, longest: int = 40) -> str:
    """Return a text of at most `longest` characters, without its middle if it is longer."""
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest :]}"
