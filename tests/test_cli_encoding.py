"""Text is encoded for its stream, and characters that the encoding lacks are spelled out."""

from __future__ import annotations

import ast
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import poolcli
from poolcli.cli.encoding import POWER, SPELLINGS, encode, escape, spell_out

PACKAGE = Path(poolcli.__file__).parent
ENCODINGS = ["ascii", "cp1252", "latin-1", "utf-8"]
COMMANDS = [
    ("explain", "é.csv", "--ops", "lp,avg"),
    ("shape", "9", "-k", "2"),
    ("max", "missing→é.csv", "-k", "2"),
]


def run(
    *arguments: str, folder: Path, encoding: str, output: int = subprocess.PIPE
) -> tuple[bytes, bytes]:
    """Return the output and the errors of the program."""
    (folder / "é.csv").write_text("1,2,3,4\n5,6,7,8\n9,9,9,9\n1,1,1,1\n")
    ended = subprocess.run(
        [sys.executable, "-m", "poolcli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        stdout=output,
        stderr=subprocess.PIPE,
        check=False,
    )
    return ended.stdout, ended.stderr


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_gets_text_in_its_encoding(
    tmp_path: Path, command: tuple[str, ...], encoding: str
) -> None:
    expected = [text.decode() for text in run(*command, folder=tmp_path, encoding="utf-8")]
    found = [text.decode(encoding) for text in run(*command, folder=tmp_path, encoding=encoding)]
    assert found == [spell_out(text, encoding) for text in expected]
    assert "\\u" not in "".join(found)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_terminal_gets_text_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    ours, theirs = pty.openpty()
    run("explain", "é.csv", "--at", "0,0", folder=tmp_path, encoding=encoding, output=theirs)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 4096):
            shown += more
    except OSError:  # the other end is closed, and everything was read
        os.close(ours)
    text = shown.decode(encoding)
    assert ("kernel 2×2" if encoding != "ascii" else "kernel 2x2") in text
    assert ("┌───" if encoding == "utf-8" else "+---") in text
    assert ("é.csv" if encoding != "ascii" else "\\xe9.csv") in text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_paths_keep_their_bytes_in_a_pipe(tmp_path: Path, encoding: str) -> None:
    printed, _ = run("max", "é.csv", "--no-figure", folder=tmp_path, encoding=encoding)
    assert (tmp_path / os.fsdecode(printed.rstrip(b"\n"))).is_file()


@pytest.mark.parametrize(
    ("encoding", "spelled"),
    [
        ("utf-8", "2×3 → é · ⌊x⌋ … 名"),
        ("latin-1", "2×3 -> é · floor(x) ... \\u540d"),
        ("cp1252", "2×3 -> é · floor(x) … \\u540d"),
        ("ascii", "2x3 -> \\xe9 . floor(x) ... \\u540d"),
    ],
)
def test_characters_that_an_encoding_has_stay(encoding: str, spelled: str) -> None:
    assert spell_out("2×3 → é · ⌊x⌋ … 名", encoding) == spelled


def test_powers_are_spelled_with_a_caret() -> None:
    assert spell_out("|x|³² 10⁻⁵ xᵖ x²", "ascii") == "|x|^32 10^-5 x^p x^2"
    assert spell_out("2⁻⁴ x²", "latin-1") == "2^-4 x²"


def test_columns_stay_aligned() -> None:
    assert spell_out("│  →   │", "ascii") == "|  ->  |"
    assert spell_out("a → b", "ascii") == "a -> b"
    assert spell_out("a→b", "ascii") == "a->b"


def test_every_character_of_the_program_has_a_spelling() -> None:
    printed = {
        char
        for path in PACKAGE.rglob("*.py")
        if not path.is_relative_to(PACKAGE / "figures")
        for char in _characters(ast.parse(path.read_text(encoding="utf-8")))
        if not char.isascii() and not POWER.match(char)
    }
    assert printed - set(SPELLINGS) == set("﹣－")  # accepted for a hyphen


def _characters(tree: ast.Module) -> str:
    """Return all text of a module without docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(tree)
                  if isinstance(node, documented)}  # fmt: skip
    return "".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value not in docstrings
    )


def test_control_characters_are_escaped() -> None:
    assert escape("a\x1b[31m\n\udcffé") == r"a\x1b[31m\n\udcffé"


def test_names_of_files_keep_bytes_that_are_not_text() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert encode("\udcff×.png", stream) == b"\xffx.png"


def test_a_stream_in_memory_is_text() -> None:
    assert encode("×", io.StringIO()) == "×".encode()
