"""The words that are completed; tests/shells shows them in shells."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import matplotlib as mpl
import pytest
from click.shell_completion import ShellComplete

from poolcli.cli import group
from poolcli.cli.completion import COLORMAPS, complete_list, complete_word
from poolcli.cli.shells import Bash
from poolcli.vocabulary import LAYOUTS

FOLDERS = {"--outdir"}
FILES = {"--output", "--figure", "--files-from"}
WORDS = {
    "--cmap",
    "--ops",
    "--padding",
    "--format",
    "--filter",
    "--layout",
    "--scheduler",
    "--zoom",
}


def completed(*words: str) -> list[tuple[str, str]]:
    """Return type and value of the completions of the last word."""
    *complete, incomplete = words
    items = ShellComplete(group, {}, "poolcli", "X").get_completions(complete, incomplete)
    return [(item.type, item.value) for item in items]


@pytest.mark.parametrize("command", ["max", "compare", "explain", "verify", "shape"])
def test_an_input_is_completed_by_the_shell(command: str) -> None:
    assert completed(command, "sam") == [("file", "sam")]


@pytest.mark.parametrize("command", group.commands)
def test_every_option_with_a_known_set_of_values_completes_it(command: str) -> None:
    for parameter in group.commands[command].params:
        long = max(parameter.opts, key=len)
        types = {kind for kind, _ in completed(command, long, "")}
        if long in FOLDERS:
            assert types == {"dir"}
        elif long in FILES:
            assert types == {"file"}
        elif long in WORDS:
            assert types == {"plain"}
        elif isinstance(parameter, click.Option) and not parameter.is_flag:
            assert types == set(), long


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("max", "-p", "S"), ["same"]),
        (("max", "-f", "j"), ["jpg"]),
        (("max", "-f", ".ti"), ["tif"]),
        (("max", "--filter", "prewitt-"), ["prewitt-v", "prewitt-h"]),
        (("max", "--layout", ""), list(LAYOUTS)),
        (("max", "--scheduler", ""), ["local"]),
        (("max", "--scheduler", "tcp"), []),
        (("max", "--cmap", "blu"), ["Blues", "Blues_r"]),
        (("compare", "--ops", "m"), ["max", "min", "median"]),
        (("compare", "--ops", "max,m"), ["max,min", "max,median"]),
        (("compare", "--ops=max,m",), ["max,min", "max,median"]),
        (("max", "-k", ""), []),
        (("unknown", "me"), ["median"]),
    ],
)  # fmt: skip
def test_words_are_completed(words: tuple[str, ...], values: list[str]) -> None:
    assert [value for _, value in completed(*words)] == values


def test_a_word_is_completed_in_any_case() -> None:
    assert [item.value for item in complete_word(["Reds", "red", "blue"], "RE")] == ["Reds", "red"]


def test_the_last_word_of_a_list_is_completed_and_none_is_repeated() -> None:
    assert [item.value for item in complete_list(["max", "min"], "MAX,m")] == ["MAX,min"]


def test_the_colours_are_those_of_matplotlib() -> None:
    newer = {"okabe_ito", "okabe_ito_r"}  # since matplotlib 3.11
    assert set(COLORMAPS) - newer == set(mpl.colormaps) - newer


def test_bash_separates_an_option_from_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_WORDS", "poolcli\nmax\n--cmap\n=\noce")
    monkeypatch.setenv("COMP_CWORD", "4")
    words = Bash(group, {}, "poolcli", "X").get_completion_args()
    assert words == (["max", "--cmap"], "oce")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("words", ["max --cmap oce", "unknown oce", "max --unknown oce"])
def test_the_program_completes_without_messages_and_heavy_imports(shell: str, words: str) -> None:
    code = (
        "import sys; from poolcli.cli import main\n"
        "try: main()\n"
        "finally: assert not {'matplotlib', 'numpy'} & set(sys.modules)"
    )
    number = 2 if words.startswith("unknown") else 3
    variables = {
        "_POOLCLI_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": f"poolcli {words}",
        "COMP_CWORD": "oce" if shell == "fish" else str(number),
    }
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ("ocean" in ended.stdout) == ("--cmap" in words)
