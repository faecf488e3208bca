"""Runs over many inputs: what is skipped, what is ignored, and what is said about both."""

from __future__ import annotations

import json
import os
from pathlib import Path

import jsonschema
import pytest
from conftest import Invoke, names
from helpers.documents import ROOT
from helpers.formats import noise, saved

SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text())


@pytest.fixture
def photos(folder: Path) -> Path:
    """Put one image and files that are none into a folder."""
    (folder / "photos").mkdir()
    (folder / "photos" / "b.png").write_bytes(saved(noise("u1", 3), "PNG"))
    for name in ("a.HEIC", "c.mov", "d.heic", "readme"):
        (folder / "photos" / name).touch()
    return folder / "photos"


@pytest.fixture
def picture(folder: Path) -> Path:
    """Put one image into the working folder."""
    (folder / "a.png").write_bytes(saved(noise("u1", 3), "PNG"))
    return folder / "a.png"


@pytest.mark.usefixtures("photos")
def test_files_that_are_not_taken_are_counted_by_suffix(invoke: Invoke) -> None:
    line = "poolcli: 4 files skipped, not an image suffix: 2 heic, 1 mov, 1 without suffix\n"
    assert invoke("max", "photos", "--no-figure").errors == line
    assert not invoke("max", "photos", "--no-figure", "-q").errors
    (Path("photos") / "e.png").write_bytes(saved(noise("u1", 3), "PNG"))
    errors = invoke("max", "photos", "--no-figure").errors
    assert errors == f"{line}poolcli: 2 written, 0 failed of 2\n"


def test_one_file_that_is_not_taken_is_counted(invoke: Invoke, photos: Path) -> None:
    for name in ("a.HEIC", "c.mov", "readme"):
        (photos / name).unlink()
    os.mkfifo(photos / "pipe.png")
    assert invoke("max", "photos", "--no-figure").errors.splitlines() == [
        "poolcli: 1 file skipped, not an image suffix: 1 heic",
        "poolcli: 1 skipped, not a regular file",
    ]
    assert invoke("max", "photos", "--no-figure", "-v").errors.splitlines()[:2] == [
        "poolcli: photos/d.heic: skipped: not an image suffix",
        "poolcli: photos/pipe.png: skipped: not a regular file",
    ]


@pytest.mark.usefixtures("photos")
@pytest.mark.parametrize("options", [[], ["-q"], ["--dry-run"]])
def test_files_that_are_not_taken_have_records(invoke: Invoke, options: list[str]) -> None:
    lines = invoke("max", "photos", "--json", *options).output.splitlines()
    *ignored, taken = map(json.loads, lines)
    for record in (*ignored, taken):
        jsonschema.Draft202012Validator(SCHEMA).validate(record)
    assert [record["input"] for record in ignored] == [
        f"photos/{name}" for name in ("a.HEIC", "c.mov", "d.heic", "readme")
    ]
    assert {record["status"] for record in ignored} == {"ignored"}
    assert {tuple(record["warnings"]) for record in ignored} == {("not an image suffix",)}
    assert taken["status"] != "ignored"


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    ("options", "remark"),
    [
        (["-o", "small.png"], "-o small.png does not tell the settings"),
        (
            ["--name", "{stem}", "--no-figure"],
            "--name {stem} does not tell the operation, the settings, the number of iterations",
        ),
        (["--name", "{stem}_{op}_{i}"], "--name {stem}_{op}_{i} does not tell the settings"),
        (["--cmap", "magma"], "no name tells --cmap"),
        (["--histogram", "--zoom", "none"], "no name tells --zoom, --histogram"),
    ],
)
def test_an_update_says_what_names_do_not_tell(
    invoke: Invoke, options: list[str], remark: str
) -> None:
    assert not invoke("max", "a.png", "-u", *options).errors
    again = invoke("max", "a.png", "-u", *options)
    assert again.errors == f"poolcli: warning: -u compares times alone; {remark}\n"
    assert not again.output
    assert not invoke("max", "a.png", "-u", "-q", *options).errors


@pytest.mark.usefixtures("picture")
@pytest.mark.parametrize(
    "options", [[], ["--name", "{op}{settings}{i}"], ["-f", "tif"], ["--figure", "f.png"]]
)
def test_an_update_is_silent_where_names_tell_the_settings(
    invoke: Invoke, options: list[str]
) -> None:
    invoke("max", "a.png", "-k", 2, *options)
    assert not invoke("max", "a.png", "-k", 2, "-u", *options).errors
    assert invoke("max", "a.png", "-k", 3, "-u", *options).output


def test_a_url_that_nobody_serves_fails_alone(invoke: Invoke, picture: Path) -> None:
    Path("list").write_text(f"nosuch://b/x.png\n{picture.name}\n-\n")
    result = invoke("max", "--files-from", "list", "--no-figure", status=1)
    assert result.output == "pooled/a_max_k2_1.png\n"
    first, second, last = result.errors.splitlines()
    assert first.startswith("poolcli: nosuch://b/x.png: ")
    assert second == "poolcli: ./-: cannot be read: no such file or directory"
    assert last == "poolcli: 1 written, 2 failed of 3"
    named = invoke("max", "nosuch://b/x.png", "a.png", "--no-figure", status=1)
    assert named.output == result.output
    alone = invoke("max", "nosuch://b/x.png", "--no-figure", status=1)
    assert alone.errors.splitlines() == [first, "poolcli: 0 written, 1 failed of 1"]


@pytest.mark.usefixtures("picture")
def test_a_list_from_windows_is_read(invoke: Invoke) -> None:
    Path("list").write_bytes("a.png\r\n".encode("utf-16"))
    assert invoke("max", "--files-from", "list", "--no-figure").output
    assert names("pooled") == ["a_max_k2_1.png"]
