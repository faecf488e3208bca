"""Standard output: whether it arrived decides the exit status, and no character is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = [
    ("shape", "224"),
    ("shape", "224", "--json"),
    ("explain", "m.csv"),
    ("explain", "m.csv", "--json"),
    ("verify", "m.csv"),
    ("verify", "m.csv", "--json"),
    ("max", "m.csv"),
    ("compare", "m.csv", "--json"),
    ("max", "m.csv", "-o", "-"),
    ("max", "m.csv", "--dry-run", "-q"),
    ("max", "--help"),
    ("--version",),
]
ASCII = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
}


def run(*arguments: str, folder: Path, target: str = "", **variables: str) -> tuple[int, str, str]:
    """Run the program with its output in a file, and return its status, output and errors."""
    (folder / "m.csv").write_text("1,1,2,4\n5,6,7,8\n3,2,1,0\n1,2,3,4\n")
    out = target or str(folder / "out.txt")
    with Path(out).open("wb") as stream:
        ended = subprocess.run(
            [sys.executable, "-m", "poolcli", *arguments],
            cwd=folder,
            env={**os.environ, **variables},
            stdout=stream,
            stderr=subprocess.PIPE,
            check=False,
        )
    text = "" if target else Path(out).read_bytes().decode("utf-8")
    return ended.returncode, text, ended.stderr.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_status_tells_that_output_did_not_arrive(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    status, _, errors = run(*command, folder=tmp_path, target="/dev/full")
    assert status == 1
    told = [line for line in errors.splitlines() if "no space left" in line.lower()]
    assert len(told) == 1, errors


@pytest.mark.parametrize("command", COMMANDS)
def test_a_locale_without_the_characters_gets_others(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    status, text, errors = run(*command, folder=tmp_path, **ASCII)
    assert (status, errors) == (0, "")
    assert text.isascii()
    assert text


def test_a_size_is_spelled_with_an_x_where_there_is_no_multiplication_sign(tmp_path: Path) -> None:
    _, text, _ = run("shape", "6,9", folder=tmp_path, **ASCII)
    assert "kernel 2x2" in text
    assert "6x9" in text
    _, drawn, _ = run("explain", "m.csv", "--ops", "lp", folder=tmp_path, **ASCII)
    assert "+---" in drawn
    assert "5^2" in drawn
