"""Options and commands that do not exist."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from conftest import Invoke
from helpers.core import LISTED
from helpers.formats import noise, saved

from poolcli.cli import group, main
from poolcli.cli.unknown import OPTION_SYNONYMS


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cat.jpg", "'cat.jpg' is no command; name one first: poolcli max cat.jpg"),
        ("cat.jpg -k 2", "'cat.jpg' is no command; name one first: poolcli max cat.jpg -k 2"),
        ("photos/", "'photos/' is no command; name one first: poolcli max photos/"),
        ("cat.jpg max -k 2", "'cat.jpg' is no command; write poolcli max cat.jpg -k 2"),
        ("help", "'help' is no command; write poolcli --help"),
        ("help max", "'help' is no command; write poolcli max --help"),
        ("version", "'version' is no command; write poolcli --version"),
        ("max,avg a.png", ("'max,avg' is no command; several operations are compared: poolcli"
         " compare --ops max,avg")),
        ("-k 2 max cat.jpg", "options follow the command; write poolcli max -k 2 cat.jpg"),
        ("--kernel=2 max cat.jpg", ("options follow the command; write poolcli max --kernel=2"
         " cat.jpg")),
        ("-k2 max a.png", "options follow the command; write poolcli max -k2 a.png"),
        ("-k 2", "-k is an option of the commands; name one first, as in poolcli max -k"),
        ("--ops max,avg", "--ops is an option of the commands; name one first, as in poolcli max"),
        ("pool max a.png", "'pool' is no command; write poolcli max a.png"),
        ("--max a.png", "there is no option --max; write poolcli max a.png"),
        ("-max a.png", "there is no option -max; write poolcli max a.png"),
        ("max --input a.png", "there is no option --input; inputs are named without an option"),
        ("max -i a.png", "there is no option -i; inputs are named without an option"),
        ("max a.png --overwrite", "there is no option --overwrite; results are replaced without"),
        ("explain a.png -o b.png", "there is no option -o; write --figure"),
        ("verify a.png -o b.png", f"verify has no -o; {LISTED}, compare have it"),
        ("-x", "there is no option -x; see poolcli --help"),
        ("max --version", "max has no --version; write poolcli --version"),
        ("max -V", "max has no -V; write poolcli --version"),
        ("max --avg", "there is no option --avg; the operation comes first: poolcli avg"),
        ("max --mean", "there is no option --mean; the operation comes first: poolcli avg"),
        ("max --pad 1", "there is no option --pad; write --padding"),
        ("max --kernel_size 2", "there is no option --kernel_size; write --kernel"),
        ("max --ceil_mode", "there is no option --ceil_mode; write --ceil"),
        ("max --No-Figure", "there is no option --No-Figure; write --no-figure"),
        ("max -K 2", "there is no option -K; write -k"),
        ("max --kernal 2", "there is no option --kernal; did you mean --kernel?"),
        ("max --count-include-pad", "max has no --count-pad; avg, compare, explain, shape,"),
        ("max --qqqqqq", "there is no option --qqqqqq; see poolcli max --help"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_the_message_says_what_to_write(invoke: Invoke, line: str, message: str) -> None:
    result = invoke(*line.split(), status=2)
    assert result.errors.startswith(f"poolcli: {message}")
    assert result.errors.count("\n") == 1


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("maxpool", "max"),
        ("max-pool", "max"),
        ("max_pool2d", "max"),
        ("MaxPool2d", "max"),
        ("MaxPooling2D", "max"),
        ("average", "avg"),
        ("AveragePooling2D", "avg"),
        ("GlobalAveragePooling2D", "avg"),
        ("AdaptiveAvgPool2d", "avg"),
        ("mean-pooling", "avg"),
        ("LPPool2d", "lp"),
        ("minimum", "min"),
        ("medianpool", "median"),
        ("comparee", "compare"),
        ("MAX", "max"),
    ],
)
def test_names_that_others_use_lead_to_the_command(invoke: Invoke, word: str, command: str) -> None:
    errors = invoke(word, status=2).errors
    assert errors == f"poolcli: {word!r} is no command; did you mean {command}?\n"


def test_what_is_proposed_for_an_option_exists() -> None:
    known = {
        option for command in group.commands.values() for each in command.params
        for option in each.opts
    }  # fmt: skip
    for word, meant in OPTION_SYNONYMS.items():
        assert meant.split()[0] in known
        assert word not in known


@pytest.mark.parametrize("line", ["cat.png", "cat.png -k 2 max", "-k 2 max cat.png", "help max"])
def test_a_line_that_is_proposed_works(invoke: Invoke, folder: Path, line: str) -> None:
    (folder / "cat.png").write_bytes(saved(noise("u1", 3), "PNG"))
    message = invoke(*line.split(), status=2).errors
    _, program, rest = message.strip().rpartition("poolcli ")
    assert program
    assert main(shlex.split(rest)) == 0
