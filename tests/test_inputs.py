"""Which files a run reads."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from poolcli.errors import PoolcliError
from poolcli.plan.inputs import IMAGE_SUFFIXES, Input, find_inputs


def found(*names: str, files_from: str | None = None) -> list[str]:
    inputs = find_inputs(names, files_from, recursive=True, output_folder="out").inputs
    return [source.place for source in inputs.values()]


def test_a_folder_gives_its_images_sorted_whatever_the_case_of_their_suffix(folder: Path) -> None:
    for suffix in IMAGE_SUFFIXES:
        (folder / f"a.{suffix.upper()}").touch()
    for name in ("b.txt", "c.npy", "d.csv", "noext", ".hidden.png"):
        (folder / name).touch()
    assert found(".") == sorted(f"./a.{suffix.upper()}" for suffix in IMAGE_SUFFIXES)


def test_a_matrix_is_read_when_it_is_named(folder: Path) -> None:
    (folder / "m.csv").touch()
    assert found("m.csv") == ["m.csv"]


def test_links_to_files_are_followed_and_links_to_folders_are_not(folder: Path) -> None:
    """A link that leads nowhere is an input that is missing."""
    (folder / "real").mkdir()
    (folder / "real" / "a.png").touch()
    (folder / "photos").mkdir()
    (folder / "photos" / "b.png").symlink_to("../real/a.png")
    (folder / "photos" / "loop").symlink_to("..")
    (folder / "photos" / "dangling.png").symlink_to("nowhere")
    (folder / "photos" / "round.png").symlink_to("round.png")
    wanted = ["photos/b.png", "photos/dangling.png", "photos/round.png"]
    assert found("photos") == wanted


def test_pipes_and_hidden_folders_are_passed_over(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    (folder / ".git").mkdir()
    (folder / ".git" / "a.png").touch()
    (folder / "b.png").touch()
    assert found(".") == ["./b.png"]


@pytest.mark.parametrize("content", ["a.png\nb c.png\n\n", "a.png\r\nb c.png", "a.png\0b c.png\0"])
def test_a_list_names_inputs_by_line_or_by_nul(folder: Path, content: str) -> None:
    (folder / "list").write_bytes(content.encode())
    assert found("first.png", files_from="list") == ["first.png", "a.png", "b c.png"]


def test_nul_lets_names_hold_newlines(folder: Path) -> None:
    (folder / "list").write_bytes(b"a\nb.png\0")
    assert found(files_from="list") == ["a\nb.png"]


def test_a_list_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a.png\n")))
    assert found(files_from="-") == ["a.png"]
    with pytest.raises(PoolcliError, match="cannot be both an image and the list"):
        found("-", files_from="-")


def test_a_folder_that_cannot_be_listed_is_an_input_that_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").touch()
    (folder / "closed").mkdir()
    listing = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError
        return listing(path)

    monkeypatch.setattr("poolcli.storage.local.os.scandir", refuse)
    inputs = find_inputs(["."], None, recursive=True, output_folder=None).inputs
    assert [source.place for source in inputs.values()] == ["./a.png", "./closed"]


def test_an_input_knows_its_path_below_its_folder() -> None:
    assert Input("a/b/c.png", "a").below == "b"
    assert Input("a/c.png", "a").below == ""
    assert Input("a/c.png").below == ""
    assert Input("../x/y/z.png", "../x").below == "y"
