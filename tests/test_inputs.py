"""Which files a run reads."""

from __future__ import annotations

import codecs
import io
import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.formats import IMAGE_SUFFIXES
from poolcli.plan.inputs import Input, find_inputs


def found(*names: str, files_from: str | None = None) -> list[str]:
    inputs = find_inputs(names, files_from, recursive=True, output_folder="out").inputs
    return [source.path for source in inputs.values()]


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


def test_a_dash_in_a_list_is_a_name(folder: Path) -> None:
    (folder / "list").write_bytes(b"-\na.png\n")
    assert found(files_from="list") == ["./-", "a.png"]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\0"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_may_begin_with_a_byte_order_mark(folder: Path, encoding: str, ending: str) -> None:
    (folder / "list").write_bytes(f"é.png{ending}b.png{ending}".encode(encoding))
    assert found(files_from="list") == ["é.png", "b.png"]
    (folder / "list").write_bytes(codecs.BOM_UTF16_BE + f"é.png{ending}b".encode("utf-16-be"))
    assert found(files_from="list") == ["é.png", "b"]


def test_half_a_character_of_utf_16_is_refused(folder: Path) -> None:
    (folder / "list").write_bytes("a.png".encode("utf-16")[:-1])
    with pytest.raises(
        PoolcliError, match="--files-from list: is no list of names: it begins like UTF-16"
    ):
        found(files_from="list")


@pytest.mark.parametrize("url", ["nosuch://b/a.png", "nosuch://b/", "http://[x/a.png"])
def test_a_url_that_nobody_serves_is_one_input(folder: Path, url: str) -> None:
    (folder / "list").write_text(f"a.png\n{url}\nb.png\n")
    assert found(files_from="list") == ["a.png", url, "b.png"]
    assert found("a.png", url) == ["a.png", url]


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("a.png", ""),
        ("./a.png", ""),
        ("x/y/a.png", "x/y"),
        ("./x//./a.png", "x"),
        ("../x/a.png", ""),
        ("x/../y/a.png", ""),
        ("/x/a.png", ""),
        ("s3://x/y/a.png", ""),
        ("x..y/a.png", "x..y"),
    ],
)
def test_a_relative_name_in_a_list_keeps_its_folders(name: str, below: str) -> None:
    assert Input(name, listed=True).below == below
    assert Input(name).below == ""


def test_a_folder_in_a_list_keeps_its_name(folder: Path) -> None:
    for name in ("photos/x", "shots"):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.png").touch()
    (folder / "list").write_text(f"photos\nshots/\n{folder}/shots/../photos\n")
    inputs = find_inputs([], "list", recursive=True, output_folder="out").inputs.values()
    assert [source.below for source in inputs] == ["photos/x", "shots"]
    (folder / "list").write_text(f"{folder}/photos\n")
    inputs = find_inputs([], "list", recursive=True, output_folder="out").inputs.values()
    assert [source.below for source in inputs] == ["x"]


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("x/y/a.png", "y"),
        ("x/../y/a.png", "y"),
        ("a.png", "here"),
        ("./a.png", "here"),
        ("../a.png", "above"),
        ("/a.png", "root"),
        ("s3://bucket/photos/a.png", "photos"),
        ("s3://bucket/a.png", "bucket"),
        ("-", "stdin"),
    ],
)
def test_an_input_knows_the_name_of_its_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, parent: str
) -> None:
    (folder / "above" / "here").mkdir(parents=True)
    monkeypatch.chdir(folder / "above" / "here")
    assert Input(name).parent == parent


def refusal(*names: str, recursive: bool = False) -> str:
    with pytest.raises(PoolcliError) as caught:
        find_inputs(names, None, recursive=recursive, output_folder=None)
    return str(caught.value)


def test_r_is_proposed_only_where_it_finds_an_image(folder: Path) -> None:
    (folder / "in" / "below").mkdir(parents=True)
    (folder / "in" / "below" / "notes.md").touch()
    assert refusal("in") == "no image found in in"
    (folder / "in" / "below" / "a.png").touch()
    assert refusal("in") == "no image found in in; -r includes folders within folders"
    assert found("in") == ["in/below/a.png"]


def test_matrices_in_a_folder_without_images_are_to_be_named(folder: Path) -> None:
    (folder / "in").mkdir()
    for name in ("a b.csv", "c.npy", "d.txt", "e.csv", "f.md"):
        (folder / "in" / name).touch()
    message = refusal("in")
    assert message == (
        "no image found in in; matrices are named one by one: 'in/a b.csv' in/c.npy in/d.txt …"
    )
    names = shlex.split(message.partition("one by one: ")[2])[:-1]
    assert found(*names) == names


def test_a_folder_without_images_says_what_it_holds(folder: Path) -> None:
    for name in ("a.HEIC", "b.mov", "c.mov", "d"):
        (folder / name).touch()
    os.mkfifo(folder / "pipe.png")
    assert refusal(".") == (
        "no image found in .; 4 files skipped, not an image suffix: 1 heic, 2 mov, 1 without"
        " suffix; 1 skipped, not a regular file"
    )


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
    assert [source.path for source in inputs.values()] == ["./a.png", "./closed"]


def test_an_input_knows_its_path_below_its_folder() -> None:
    assert Input("a/b/c.png", "a").below == "b"
    assert Input("a/c.png", "a").below == ""
    assert Input("a/c.png").below == ""
    assert Input("../x/y/z.png", "../x").below == "y"


def test_each_link_in_a_folder_is_an_input_and_a_name_given_twice_is_one(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"x")
    (folder / "hard.png").hardlink_to(folder / "a.png")
    (folder / "soft.png").symlink_to("a.png")
    assert found("a.png", ".", "./a.png", str(folder / "a.png"), ".") == [
        "a.png", "./hard.png", "./soft.png"
    ]  # fmt: skip
    assert found("soft.png", "a.png", "./soft.png") == ["soft.png", "a.png"]


def test_an_image_is_no_list_of_names(folder: Path) -> None:
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(PoolcliError, match="is an image and no list of names; name it"):
        found(files_from="a.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_an_image_from_a_pipe_is_no_list_of_names(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    content = b"\x89PNG\r\n\x1a\n"
    writer = threading.Thread(target=(folder / "pipe").write_bytes, args=(content,))
    writer.start()
    with pytest.raises(PoolcliError, match="is an image and no list of names; name it"):
        found(files_from="pipe")
    writer.join()


def test_blank_lines_of_a_list_are_skipped(folder: Path) -> None:
    (folder / "list").write_text("a.png\n  \n\t\r\nb.png\n")
    assert found(files_from="list") == ["a.png", "b.png"]


def test_standard_input_is_not_a_file_of_that_name(folder: Path) -> None:
    (folder / "-").write_bytes(b"x")
    assert found("-", "./-", "/dev/stdin") == ["-", "./-"]


def test_a_folder_seen_through_a_link_gives_its_files_once(folder: Path) -> None:
    (folder / "photos").mkdir()
    (folder / "photos" / "a.png").touch()
    (folder / "view").symlink_to("photos")
    assert found("photos", "view") == ["photos/a.png"]


def test_files_with_one_inode_are_each_an_input(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some network file systems number all files alike; tests/filesystems mounts one."""
    status = os.stat

    def alike(path: str) -> os.stat_result:
        true = status(path)
        return os.stat_result((true.st_mode, 1, 1, *true[3:10]), {"st_mtime_ns": true.st_mtime_ns})

    for number, name in enumerate(("a.png", "b.png", "c.png")):
        (folder / name).write_bytes(b"x" * number)
    monkeypatch.setattr("poolcli.storage.sameness._status", alike)
    names = ["a.png", "b.png", "c.png"]
    assert found(*names) == names
    everything = find_inputs(names, None, recursive=False, output_folder="out")
    (folder / "d.png").write_bytes(b"another size")
    assert everything.owner("b.png") == "b.png"
    assert everything.owner("d.png") is None


def nested(folder: Path, depth: int) -> None:
    """Make folders within folders, with an image in the last."""
    before = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=before)
        below = os.open("d", os.O_RDONLY, dir_fd=before)
        os.close(before)
        before = below
    os.close(os.open("a.png", os.O_CREAT | os.O_WRONLY, dir_fd=before))
    os.close(before)


@pytest.mark.parametrize("depth", [1900, 2100])
def test_folders_nested_deeper_than_calls_or_paths_can_be_are_walked(
    folder: Path, depth: int
) -> None:
    nested(folder, depth)
    (folder / "z.png").touch()
    deep, shallow = found(".")
    assert shallow == "./z.png"
    assert deep.count("d/") == min(depth, 2047)
    if depth == 2100:
        with pytest.raises(PoolcliError, match=r"name too long|cannot be listed"):
            storage.read(deep)
    subprocess.run(["rm", "-r", "d"], cwd=folder, check=True)
