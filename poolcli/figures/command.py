"""A shell command, wrapped in lines that fit the page."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Sequence

from poolcli.figures.text import width_of

CONTINUED = "\\"
INDENT = "  "


def quoted(word: str) -> str:
    """Quote a word for the shell; one with unprintable characters for bash, zsh and ksh."""
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_escaped, word))}'"


def wrapped(words: Sequence[str], width: float, size: float) -> list[str]:
    """Return words as one command in lines at most `width` points wide.

    A line that continues ends with a backslash, so that the lines are still one command.
    """

    def fits(line: str) -> bool:
        return width_of(f"{line} {CONTINUED}", size, mono=True) <= width

    lines, line = [], ""
    for word in words:
        if line and fits(f"{line} {quoted(word)}"):
            line = f"{line} {quoted(word)}"
            continue
        if line:
            lines.append(f"{line} {CONTINUED}")
        line, rest = INDENT if line else "", word
        while not fits(line + quoted(rest)) and len(rest) > 1:
            kept = _most(rest, line, fits)
            lines.append(line + quoted(rest[:kept]) + CONTINUED)
            line, rest = "", rest[kept:]
        line += quoted(rest)
    return [*lines, line] if line else lines


def _most(word: str, start: str, fits: Callable[[str], bool]) -> int:
    """Return how many characters of a word fit after the start of a line, at least one."""
    fitting, too_many = 1, len(word)
    while fitting < too_many - 1:
        middle = (fitting + too_many) // 2
        if fits(start + quoted(word[:middle])):
            fitting = middle
        else:
            too_many = middle
    return fitting


def _escaped(char: str) -> str:
    if char.isprintable():
        return f"\\{char}" if char in "\\'" else char
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(char))
