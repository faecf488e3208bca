"""Command lines that newcomers write: one line with what to write instead, before any work."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from conftest import Invoke, names
from helpers.formats import noise, saved

from poolcli.cli import main


@pytest.fixture
def picture(folder: Path) -> Path:
    """Put one image into the working folder."""
    (folder / "cat.png").write_bytes(saved(noise("u1", 3), "PNG"))
    return folder / "cat.png"


MISTAKES = [
    (
        "max --files-from a --files-from b",
        "--files-from takes one list; join them: cat a b | poolcli … --files-from -",
    ),
    ("max cat.png --kernel 2 2", "--kernel takes one value; write --kernel 2,2"),
    ("max cat.png -k 2 3", "-k takes one value; write -k 2,3"),
    ("max cat.png -k2 3", "-k takes one value; write -k 2,3"),
    ("max cat.png --kernel=2 3", "--kernel takes one value; write --kernel 2,3"),
    ("max -k 2 3 cat.png", "-k takes one value; write -k 2,3"),
    ("max cat.png -gk 2 3", "-k takes one value; write -k 2,3"),
    ("max cat.png -k 3 -p 1 1 1 1", "-p takes one value; write -p 1,1,1,1"),
    ("max cat.png -k 2 2 2", "-k takes one value, and there is no file 2"),
    ("max cat.png -n 2 3", "-n takes one value, and there is no file 3"),
    ("max cat.png --to 1 1", "--to takes one value; write --to 1,1"),
    ("max cat.png --resize 8 8", "--resize takes one value; write --resize 8x8"),
    ("max cat.png --zoom 1 1", "--zoom takes one value; write --zoom 1,1"),
    ("explain cat.png --at 0 1", "--at takes one value; write --at 0,1"),
    ("compare cat.png --ops max avg", "--ops takes one value; write --ops max,avg"),
    ("compare cat.png max avg", "there is no file max; write --ops max,avg"),
    ("verify max cat.png", "there is no file max; write --ops max"),
    ("shape max 224", "there is no file max; write --ops max"),
    ("shape 224 224", "shape takes one size; write 224,224"),
    (
        "explain cat.png cat.png",
        "explain takes one input, and cat.png is a second; run it for each",
    ),
    ("max avg cat.png", "there is no file avg, and max is the command; use one of them"),
    ("max cat.png compare", "there is no file compare, and max is the command; use one of them"),
    ("max help", "there is no file help; write poolcli max --help"),
    ("max cat.png -padding 1", "long options have two hyphens; write --padding"),
    ("max cat.png -padding=1", "long options have two hyphens; write --padding 1"),
    ("max cat.png -output a.png", "long options have two hyphens; write --output"),
    ("max -help", "long options have two hyphens; write --help"),
    ("max cat.png --k 2", "short options have one hyphen; write -k"),
    ("max cat.png --k=2", "short options have one hyphen; write -k 2"),
    ("max cat.png -k=2", "-k=2: write -k 2"),
    ("max cat.png -o=a.png", "-o=a.png: write -o a.png"),
    ("max cat.png -g=1", "-g takes no value"),
    ("max cat.png –k 2", "–k begins with a dash that is no hyphen; write -k"),
    ("max cat.png –k2", "–k2 begins with a dash that is no hyphen; write -k"),
    ("max cat.png −−kernel 2", "−−kernel begins with a dash that is no hyphen; write --kernel"),
    ("max cat.png —kernel 2", "—kernel begins with a dash that is no hyphen; write --kernel"),
    ("max cat.png —kernel=2", "—kernel=2 begins with a dash that is no hyphen; write --kernel"),
    ("max cat.png kernel=2", "there is no file kernel=2; write --kernel 2"),
    ("max cat.png k=2", "there is no file k=2; write -k 2"),
    ("max cat.png /k 2", "there is no file /k; options begin with a hyphen: -k"),
    ("max cat.png -k", "-k needs a value, as in -k 2,3"),
    ("max cat.png --stride", "--stride needs a value, as in --stride 2,3"),
    ("max cat.png -k -s 2", "-k needs a value before -s, as in -k 2,3"),
    ("max cat.png -n", "-n needs a value, as in -n 2"),
    ("max cat.png -d", "-d needs a value, as in -d DIR"),
    ("max cat.png --figure --last", "--figure needs a value before --last, as in --figure PATH"),
    ("max cat.png -f", "-f needs a value, as in -f NAME"),
]


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(("line", "message"), MISTAKES)
def test_a_mistake_is_told_before_any_work(invoke: Invoke, line: str, message: str) -> None:
    result = invoke(*line.split(), status=2)
    assert result.errors == f"poolcli: {message}\n"
    assert not result.output
    assert names() == ["cat.png"]


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    ("line", "message"), [case for case in MISTAKES if "takes one value; write" in case[1]]
)
def test_a_value_in_one_word_works(line: str, message: str) -> None:
    remedy = message.partition("; write ")[2].split()
    command, *words = [word for word in line.split() if word[:1] != "-" and not word.isdecimal()]
    inputs = [word for word in words if word == "cat.png"]
    kernel = ["-k", "3"] if "-p" in remedy else []
    assert main([command, *inputs, *kernel, *remedy]) == 0


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    "name", ["2", "–k", "kernel=2", "help", "avg", "-padding", "-k=2", "—kernel"]
)
def test_a_file_of_such_a_name_is_an_input(invoke: Invoke, picture: Path, name: str) -> None:
    Path(name).write_bytes(picture.read_bytes())
    given = ["--", name] if name.startswith("-") else [name]
    result = invoke("max", "cat.png", "-k", "2", "--no-figure", *given)
    assert result.output.splitlines()[1].startswith(f"pooled/{name}_max_k2_1")


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    "line",
    [
        "max cat.png '-k 2'",
        "max cat.png -k 2 -n 1 --no-figure -q",
        "max -gqk2 cat.png --no-figure",
        "max -gq -k 2 cat.png -d out -f tif --no-figure",
        "max cat.png -p 1,0,1,0 -o out.png -q",
        "avg --count-pad cat.png -o out.png",
        "max cat.png -ooutput.png",
        "max -o out.png -- cat.png",
        "compare cat.png --ops max,avg -o out.png",
        "shape 224 -k 2",
        "explain cat.png --at 0,0 --ops max",
    ],
)
def test_a_right_line_is_left_alone(line: str) -> None:
    assert main(shlex.split(line)) == 0


@pytest.mark.usefixtures("picture")
def test_an_option_and_its_value_are_two_words(invoke: Invoke) -> None:
    errors = invoke("max", "cat.png", "--kernel 2", status=2).errors
    assert errors == "poolcli: leave out the quotes around '--kernel 2'\n"


@pytest.mark.usefixtures("picture")
def test_a_value_may_begin_with_a_hyphen(invoke: Invoke) -> None:
    assert "must be at least 1, got -1" in invoke("max", "cat.png", "-k", "-1", status=2).errors
    invoke("max", "cat.png", "-o", "-x.png")
    assert names() == ["-x.png", "cat.png"]
