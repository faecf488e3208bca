"""Quote words for the shell of the platform, in the commands that messages and figures contain."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass

BACKSLASH = "\\"
# Characters with a meaning for cmd.exe or PowerShell outside quotes.
_SPECIAL = re.compile(r"[&|<>^();!%$`'@{}#*?~]")


@dataclass(frozen=True)
class Shell:
    """The rules of a shell.

    Attributes
    ----------
    quote : callable
        Returns a word as it is written in a command.
    continuation : str
        Ends a line whose command continues in the next line.
    concatenate : str
        The program that prints files one after the other.
    """

    quote: Callable[[str], str]
    continuation: str
    concatenate: str

    def join(self, words: Iterable[str]) -> str:
        """Return words as one command."""
        return " ".join(map(self.quote, words))


def _quote_for_posix(word: str) -> str:
    """Quote a word; one with unprintable characters for bash, zsh and ksh."""
    if word.isprintable():
        return shlex.quote(word)
    return f"$'{''.join(map(_escape, word))}'"


def _escape(char: str) -> str:
    if char.isprintable():
        return f"\\{char}" if char in "\\'" else char
    return "".join(f"\\{byte:03o}" for byte in os.fsencode(char))


def _quote_for_windows(word: str) -> str:
    r"""Quote a word by the rules of Microsoft's C runtime.

    Quotes do not stop cmd.exe from replacing `%NAME%`, and PowerShell from replacing `$NAME`.
    """
    from subprocess import list2cmdline

    quoted = list2cmdline([word])
    if not quoted.startswith('"') and _SPECIAL.search(word):
        # Backslashes before the last quote are doubled.
        return f'"{quoted}{word[len(word.rstrip(BACKSLASH)) :]}"'
    return quoted


POSIX = Shell(_quote_for_posix, continuation=BACKSLASH, concatenate="cat")
WINDOWS = Shell(_quote_for_windows, continuation="^", concatenate="type")
SHELL = WINDOWS if os.name == "nt" else POSIX
