"""A shell command, wrapped in lines that fit the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from poolcli.figures.text import width_of
from poolcli.quoting import SHELL, Shell

INDENT = "  "


def wrapped(words: Sequence[str], width: float, size: float, shell: Shell = SHELL) -> list[str]:
    """Return words as one command in lines at most `width` points wide.

    A line that continues ends with the character that a shell expects, so that the lines are still
    one command; except that cmd.exe reads a word that needs quotes and several lines as several.
    """

    def fits(line: str, word: str) -> bool:
        longest = f"{line}{shell.quote(word)} {shell.continuation}"
        return width_of(longest, size, mono=True) <= width

    lines, line = [], ""
    for word in words:
        if line and fits(f"{line} ", word):
            line = f"{line} {shell.quote(word)}"
            continue
        if line:
            lines.append(f"{line} {shell.continuation}")
        line, rest = INDENT if line else "", word
        while not fits(line, rest) and len(rest) > 1:
            kept = _most(rest, line, fits)
            lines.append(line + shell.quote(rest[:kept]) + shell.continuation)
            line, rest = "", rest[kept:]
        line += shell.quote(rest)
    return [*lines, line] if line else lines


def _most(word: str, line: str, fits: Callable[[str, str], bool]) -> int:
    """Return how many characters of a word fit into the rest of a line, at least one."""
    fitting, too_many = 1, len(word)
    while fitting < too_many - 1:
        middle = (fitting + too_many) // 2
        if fits(line, word[:middle]):
            fitting = middle
        else:
            too_many = middle
    return fitting
