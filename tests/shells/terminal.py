"""Shells at a terminal, after the lines of the README that set up tab completion."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pexpect

SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "--interactive"],
}
README = Path(__file__).parents[2] / "README.md"
TIMEOUT = 10.0
# Keys: to the beginning and the end of the line; delete the line.
BEGINNING, END, CLEAR = "\x01", "\x05", "\x15"
# Control characters that begin with an escape, such as colours.
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()].|[=>78])")


class Shell:
    """A shell at a terminal, driven by its keys."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        programs = Path(sys.executable).parent
        self.child = pexpect.spawn(
            name,
            SHELLS[name],
            cwd=str(folder),
            env={
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "TERM": "xterm",
                "XDG_CONFIG_HOME": str(folder / ".config"),
            },
            encoding="utf-8",
            timeout=TIMEOUT,
            dimensions=(50, 200),
        )
        if name == "zsh":
            self.child.sendline("bindkey -e; autoload -U compinit && compinit -u -D")
        self.child.sendline(line_in_readme(name))
        self.words("poolcli", complete=False)

    def words(self, typed: str, *, complete: bool = True) -> list[str]:
        """Return the words of a line after its end was completed, as the shell reads them."""
        self.child.send(typed)
        if complete:
            self.child.send("\t")
        self.child.send(f"{BEGINNING}printf '<%s>\\n' {END} '='END'='\r")
        self.child.expect_exact("<=END=>")
        printed = ESCAPES.sub("", self.child.before or "")
        return re.findall(r"^\r*<(.*)>\r*$", printed, re.MULTILINE)

    def listed(self, typed: str) -> str:
        """Return what a shell prints after two presses of the key, and clear the line."""
        self.child.send(f"{typed}\t\t")
        self.child.send(f"{CLEAR}printf '<%s>\\n' '='END'='\r")
        self.child.expect_exact("<=END=>")
        return ESCAPES.sub("", self.child.before or "")

    def close(self) -> None:
        """End the shell."""
        self.child.close(force=True)


def line_in_readme(shell: str) -> str:
    """Return the line that the README gives for a shell."""
    lines = README.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if f"={shell}_source" in line).partition("#")[0].strip()
