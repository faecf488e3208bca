"""The command that a figure tells: what decides it, and nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Invoke
from helpers.formats import saved

from poolcli.captions import spell_command
from poolcli.cli import group
from poolcli.cli.command import figure_command
from poolcli.pipeline import drawing

FIGURE = "figure.png"


@pytest.fixture
def told(folder: Path, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command, and give the command that its figure tells."""
    (folder / "a b.png").write_bytes(saved(np.zeros((60, 90), np.uint8), "PNG"))
    footers = []

    def listen(command: Sequence[str], path: str) -> tuple[str, ...]:
        footers.append(spell_command(command, path))
        return footers[-1]

    monkeypatch.setattr(drawing, "spell_command", listen)

    def run(*arguments: object) -> str:
        invoke(*arguments)
        return shlex.join(footers[-1])

    return run


@pytest.mark.parametrize(
    "options",
    [
        "",
        "-k 3 -s 2,1 -p 1,0,2,1 --dilation 2 --ceil",
        "-k 3 -p same -n 3",
        "-p valid",
        "--to 7,5",
        "-g --resize x40 --filter prewitt-v --relu",
        "--resize 30x20",
        "--zoom 20,30,10 --histogram --cmap magma",
        "--zoom none",
        "--max-pixels 100000",
    ],
)
def test_options_that_decide_a_figure_are_told(told: Any, options: str) -> None:
    command = f"poolcli max 'a b.png'{' ' * bool(options)}{options}"
    assert told("max", "a b.png", *options.split()) == command


def test_other_options_are_not(told: Any) -> None:
    plain = told("avg", "a b.png", "--count-pad", "-k", "3", "-p", "1")
    assert plain == "poolcli avg 'a b.png' -k 3 -p 1 --count-pad"
    for options in (
        "-j 1",
        "-j 2 -q",
        "-v",
        "-d out --name x{i} -f tif --last",
        "--figure f.png -u",
        "--json -r",
        "-o small.webp --figure f.png",
    ):
        arguments = ["avg", "a b.png", "--count-pad", "-k", "3", "-p", "1", *options.split()]
        assert told(*arguments) == plain


@pytest.mark.parametrize("suffix", ["svg", "pdf", "gif", "webp", "GIF"])
def test_the_name_of_a_figure_is_told_where_another_would_be_of_another_format(
    told: Any, suffix: str
) -> None:
    path = f"out/b.{suffix}"
    pooled = f"poolcli max 'a b.png' -k 3 --figure {path}"
    assert told("max", "a b.png", "-k", "3", "--figure", path) == pooled
    compared = f"poolcli compare 'a b.png' -k 3 -o {path}"
    assert told("compare", "a b.png", "-o", path, "-k", "3").replace("--ops max,avg ", "") == (
        compared
    )


def test_a_named_figure_is_drawn_again_by_the_command_it_tells(told: Any, folder: Path) -> None:
    for suffix in ("svg", "gif"):
        command = told("max", "a b.png", "-n", "2", "--figure", f"first.{suffix}")
        first = (folder / f"first.{suffix}").read_bytes()
        (folder / f"first.{suffix}").unlink()
        _, *words = shlex.split(command)
        told(*words)
        assert (folder / f"first.{suffix}").read_bytes() == first


def test_the_figure_of_an_explanation_is_always_named_since_there_would_be_none() -> None:
    command = group.commands["explain"]
    with command.make_context("explain", ["a.png", "-k", "3", "--figure", "f.png"]):
        assert figure_command()[-2:] == ("--figure", "f.png")


def test_spellings_of_one_value_are_one(told: Any) -> None:
    one = told("lp", "a b.png", "-k", "2", "--norm", "3.50", "-n", "1")
    assert one == told("lp", "--kernel", "2,2", "--norm=3.5", "a b.png")
    assert one == "poolcli lp 'a b.png' -k 2 --norm 3.5"
    assert told("lp", "a b.png", "--norm", "3").endswith("--norm 3")


def test_a_figure_tells_the_command_for_its_input_alone(told: Any, folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "a b.png").rename(folder / "in" / "c.png")
    assert told("max", "in", "-r", "-j", "1") == "poolcli max in/c.png"


def test_a_limit_from_the_environment_is_told_too(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POOLCLI_MAX_PIXELS", "99999")
    monkeypatch.setenv("POOLCLI_JOBS", "1")
    assert told("max", "a b.png") == "poolcli max 'a b.png' --max-pixels 99999"


def test_the_command_remakes_the_figure(told: Any, folder: Path) -> None:
    command = told("max", "a b.png", "-k", "3", "-n", "2", "--figure", "first.png", "-d", "out")
    _, *words = shlex.split(command)
    told(*words, "--figure", "second.png")
    assert (folder / "first.png").read_bytes() == (folder / "second.png").read_bytes()


def test_a_name_that_looks_like_an_option_is_told_with_its_folder() -> None:
    command = ("max", "-k", "2")
    assert spell_command(command, "-x.png") == ("poolcli", "max", "./-x.png", "-k", "2")
    assert spell_command(command, "-") == ("poolcli", "max", "-", "-k", "2")
    assert spell_command((), "x.png") == ()
