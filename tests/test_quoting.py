"""Words in commands that a message or a figure proposes are read back by the shell."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolcli.quoting import POSIX, WINDOWS

TEXT = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126))


def read_on_windows(line: str) -> list[str]:
    """Split a command line by the rules of Microsoft's C runtime."""
    words, word, inside, index = [], "", False, 0
    line = f"{line} "
    started = False
    while index < len(line):
        backslashes = len(line[index:]) - len(line[index:].lstrip("\\"))
        index += backslashes
        char, index = line[index], index + 1
        started = started or bool(backslashes)
        if char == '"':
            word += "\\" * (backslashes // 2)
            started = True
            if backslashes % 2:
                word += char
            else:
                inside = not inside
            continue
        word += "\\" * backslashes
        if char in " \t" and not inside:
            if started:
                words.append(word)
            word, started = "", False
        else:
            word += char
            started = True
    return words


@pytest.mark.parametrize(
    ("word", "posix", "windows"),
    [
        ("cat.jpg", "cat.jpg", "cat.jpg"),
        ("max,avg", "max,avg", "max,avg"),
        ("my cat.jpg", "'my cat.jpg'", '"my cat.jpg"'),
        ("it's", "'it'\"'\"'s'", '"it\'s"'),
        ("", "''", '""'),
        ("a&b", "'a&b'", '"a&b"'),
        ("{stem}_{op}", "'{stem}_{op}'", '"{stem}_{op}"'),
        ("C:\\x\\", "'C:\\x\\'", "C:\\x\\"),
        ("C:\\my x\\", "'C:\\my x\\'", '"C:\\my x\\\\"'),
        ("C:\\(x)\\", "'C:\\(x)\\'", '"C:\\(x)\\\\"'),
        ('say "x"', "'say \"x\"'", '"say \\"x\\""'),
        ("猫.png", "'猫.png'", "猫.png"),
    ],
)
def test_a_word_is_quoted_for_each_shell(word: str, posix: str, windows: str) -> None:
    assert POSIX.quote(word) == posix
    assert WINDOWS.quote(word) == windows


@given(st.lists(TEXT, max_size=4))
def test_words_are_read_back(words: list[str]) -> None:
    assert shlex.split(POSIX.join(words)) == words
    assert read_on_windows(WINDOWS.join(words)) == words


@given(TEXT)
def test_cmd_finds_no_special_character_outside_quotes(word: str) -> None:
    outside = "".join(WINDOWS.quote(word).replace('\\"', "").split('"')[::2])
    assert not set(outside) & set("&|<>^()")


@pytest.mark.parametrize(
    "name", ["a\nb", "\x017", "tab\t'quote'", "esc\x1b[31m", "\udcff\udce9.png", "back\\\n"]
)
def test_unprintable_characters_are_escaped_for_bash(name: str) -> None:
    quoted = POSIX.quote(name)
    assert quoted.isprintable()
    ended = subprocess.run(
        ["bash", "-c", f"printf '%s' {quoted}"], stdout=subprocess.PIPE, check=True
    )
    assert ended.stdout.decode(errors="surrogateescape") == name
