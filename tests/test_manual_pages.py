"""The manual pages that the build makes from the help texts."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from hatch_build import write_pages
from poolcli.cli import group

NAMES = ["poolcli", *(f"poolcli-{name}" for name in group.commands)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.stem: path for path in write_pages(tmp_path_factory.mktemp("man1"))}


def test_there_is_a_page_for_the_program_and_for_each_command(pages: dict[str, Path]) -> None:
    assert list(pages) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_option_of_its_command(pages: dict[str, Path], name: str) -> None:
    command = group.commands[name.partition("-")[2]] if "-" in name else group
    context = click.Context(command, help_option_names=["-h", "--help"])
    options = [word for option in command.get_params(context) for word in option.opts]
    text = pages[name].read_text().replace("\\-", "-")
    listed = re.findall(r"^\.B \\fB(-.*?)\\fP", text, re.MULTILINE)
    assert sorted(word for names in listed for word in names.split(", ")) == sorted(
        word for word in options if word.startswith("-")
    )


def test_a_page_has_the_sections_and_examples_of_its_command(pages: dict[str, Path]) -> None:
    text = pages["poolcli-max"].read_text().replace("\\-", "-")
    assert "\npoolcli-max - Keep the largest pixel of each window\n" in text
    assert re.findall(r"^\.SH (.*)", text, re.MULTILINE)[1:] == [
        "Synopsis",
        "Description",
        "Options",
        "Environment",
        "Exit status",
        "Examples",
        "See also",
    ]
    assert "\npoolcli max cat.jpg -k 2 -n 3\n" in text
    assert "POOLCLI_OUTDIR" in text
    assert "\neverything was written\n" in text


def test_the_page_of_the_program_lists_the_commands(pages: dict[str, Path]) -> None:
    text = pages["poolcli"].read_text().replace("\\-", "-")
    assert re.findall(r"^\.B \\fB(.*)\(1\)\\fP", text, re.MULTILINE) == NAMES[1:]


def test_a_page_has_the_date_of_the_source_or_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    headers = []
    for epoch in ("", "1767225600"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        text = write_pages(tmp_path)[0].read_text()
        headers += re.findall(r"^\.TH (.*)", text, re.MULTILINE)
    assert [header.split()[:3] for header in headers] == [
        ['"poolcli"', '"1"', '""'],
        ['"poolcli"', '"1"', '"2026-01-01"'],
    ]
