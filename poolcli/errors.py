"""Errors that a user can correct, and one line for internal errors."""

from __future__ import annotations

LONGEST = 200


class PoolcliError(ValueError):
    """A problem that the user can mend, told in one line: what, where and what to do."""


class EngineError(PoolcliError):
    """What a batch runs on cannot be reached, or was lost: no fault of its command line."""


def name_bug(error: BaseException) -> str:
    """Describe an internal error in one line: its type, the function and its message."""
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
    """Write the traceback of an exception."""
    import traceback

    return "".join(traceback.format_exception(error)).rstrip()


def shorten(text: str, longest: int = 40) -> str:
    """Return text with its middle left out where it is longer than `longest`."""
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest :]}"
