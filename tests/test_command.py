"""The command in a figure's footer: what a shell reads, in lines that fit the page."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from helpers.drawn import COMMAND, chained, check_text, noise
from hypothesis import given
from hypothesis import strategies as st

from poolcli.figures.command import wrapped
from poolcli.figures.style import house_style
from poolcli.figures.text import width_of
from poolcli.geometry import Window
from poolcli.quoting import WINDOWS

WORDS = [
    ["poolcli", "max", "cat.jpg", "-k", "2"],
    ["poolcli", "max", "a b$c'd\"e\\f.png", "--ops", "max,avg"],
    ["poolcli", "avg", "n" * 255, "-n", "3"],
    ["poolcli", "avg", "$(x) `y` " * 30],
    ["poolcli", "avg", "猫" * 80, "~", "#", "*", "!"],
]


def read(lines: list[str]) -> list[str]:
    """Give the words that a shell makes of lines."""
    script = "printf '%s\\0' " + "\n".join(lines)
    ended = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, check=True)
    return [word.decode(errors="surrogateescape") for word in ended.stdout.split(b"\0")[:-1]]


@pytest.mark.parametrize("width", [2000.0, 300.0, 90.0])
@pytest.mark.parametrize("words", WORDS, ids=lambda words: words[2][:8])
def test_lines_are_one_command_for_the_shell_and_fit(words: list[str], width: float) -> None:
    with house_style():
        lines = wrapped(words, width, 7.5)
        assert all(width_of(line, 7.5, mono=True) <= width for line in lines)
    assert read(lines) == words
    if width == 2000 and len(words[2]) < 20:
        assert lines == [shlex.join(words)]


@given(
    st.lists(
        st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126)),
        min_size=1,
        max_size=4,
    )
)
def test_any_words_can_be_read_back(words: list[str]) -> None:
    lines = wrapped(["poolcli", *words], 100, 7.5)
    joined = "\n".join(lines).replace("\\\n", "")
    assert shlex.split(joined) == ["poolcli", *words]


def test_lines_end_with_the_character_of_the_shell() -> None:
    words = ["poolcli", "max", "--name", "{stem} {i}", "--figure", "C:\\" + "x" * 60 + ".png"]
    lines = wrapped(words, 150, 7.5, WINDOWS)
    assert len(lines) > 3
    assert all(line.endswith("^") for line in lines[:-1])
    assert "".join(line.removesuffix("^") for line in lines).split() == [
        "poolcli", "max", "--name", '"{stem}', '{i}"', "--figure", words[-1]
    ]  # fmt: skip


def test_no_words_are_no_lines() -> None:
    assert wrapped([], 100, 7.5) == []


def test_the_footer_stands_at_the_bottom() -> None:
    view = chained(noise(60, 90), Window.of(2)).view()
    check_text(view)
    footer = view.figure.texts[-1]
    assert footer.get_text() == " ".join(COMMAND)
    assert footer.get_position()[1] < min(drawn.bbox.y0 for drawn in view.parts)
    assert view.heading != footer.get_text()
