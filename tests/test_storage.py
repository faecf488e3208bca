"""Reading and replacing files whole."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest

from poolcli import storage
from poolcli.errors import PoolcliError


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".")]


def test_a_file_is_written_whole_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.bin"
    storage.write(str(path), b"new")
    assert storage.read(str(path)) == b"new"
    assert not leftovers(path.parent)


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_follows_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        storage.write(str(tmp_path / "new"), b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == mode


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o640)
    storage.write(str(path), b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_is_written_through(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    storage.write(str(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_pipe_is_written_to_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    storage.write(str(pipe), b"content")
    reader.join()
    assert received == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_name_for_a_pipe_is_written_to(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    storage.write(f"/dev/fd/{writer}", b"content")
    os.close(writer)
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PoolcliError, match="old cannot be written: no space left on device"):
        storage.write(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert not leftovers(tmp_path)


def test_a_real_full_disk_keeps_nothing_half_written() -> None:
    with pytest.raises(PoolcliError, match="no space left on device"):
        storage.write("/dev/full", b"x" * 10)


def test_an_interrupt_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        storage.write(str(tmp_path / "new"), b"new")
    assert not list(tmp_path.iterdir())


def test_names_as_long_as_names_can_be_are_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    storage.write(str(path), b"x")
    assert path.read_bytes() == b"x"


def test_names_that_are_not_utf8_are_written(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    storage.write(path, b"x")
    assert storage.read(path) == b"x"


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PoolcliError, match="cannot be read: no such file or directory"):
        storage.read(str(tmp_path / "missing"))
    with pytest.raises(PoolcliError, match="is a folder that cannot be listed"):
        storage.read(str(tmp_path))


def test_names_of_one_file_have_one_identity(tmp_path: Path) -> None:
    path, link, hard = (str(tmp_path / name) for name in ("file", "link", "hard"))
    Path(path).write_bytes(b"")
    Path(link).symlink_to(path)
    Path(hard).hardlink_to(path)
    assert storage.identity(path) == storage.identity(link) == storage.identity(hard)
    assert storage.identity(str(tmp_path / "other")) is None


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"content")))
    assert storage.read("-") == b"content"
    assert storage.read("-") == b"content"


@pytest.mark.parametrize("path", ["s3://bucket/a.png", "memory://a", "simplecache::s3://b/a"])
def test_a_scheme_makes_a_url(path: str) -> None:
    assert storage.is_url(path)


@pytest.mark.parametrize("path", ["a.png", "/a//b", "./s3://bucket/a.png", "C:/a", "-", "a::b", ""])
def test_everything_else_is_a_path(path: str) -> None:
    assert not storage.is_url(path)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/b.png", "b.png"),
        ("s3://bucket/what?.png", "what?.png"),
        ("https://example.org/cat.jpg?size=2#top", "cat.jpg"),
        ("memory://a.png", "a.png"),
    ],
)
def test_a_name_is_the_last_part_of_a_path_or_url(path: str, name: str) -> None:
    assert storage.name_of(path) == name


def test_a_folder_holds_itself_and_what_is_below_but_not_its_namesakes() -> None:
    assert storage.lies_in("/a", "/a")
    assert storage.lies_in("s3://b/a/c", "s3://b/a")
    assert storage.lies_in("/a", "/")
    assert not storage.lies_in("/ab", "/a")
    assert not storage.lies_in("/a", "s3://b/a")


def test_a_file_may_be_refused_by_its_beginning_or_its_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"begin" * 1000)
    heads: list[bytes] = []
    assert storage.read(str(path), heads.append, 5000) == b"begin" * 1000
    assert heads == [(b"begin" * 1000)[: storage.HEAD_BYTES]]
    with pytest.raises(PoolcliError, match="has 5,000 bytes, more than any image"):
        storage.read(str(path), most=4999)


def test_a_pipe_is_read_to_its_end_in_however_small_parts(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def send() -> None:
        with pipe.open("wb", buffering=0) as stream:
            for part in (b"P", b"2 ", b"x" * 1000):
                stream.write(part)
                time.sleep(0.01)

    writer = threading.Thread(target=send)
    writer.start()
    heads: list[bytes] = []
    assert storage.read(str(pipe), heads.append, 1003) == b"P2 " + b"x" * 1000
    writer.join()
    assert heads[0].startswith(b"P2 x")


def test_no_more_is_read_of_a_pipe_than_is_wanted(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"x" * 1003,))
    writer.start()
    with pytest.raises(PoolcliError, match="has 1,003 bytes, more than any image"):
        storage.read(str(pipe), None, 1002)
    writer.join()


def test_a_protected_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    opened = os.open

    def refuse(opening: object, flags: int, *mode: int) -> int:
        if opening == path and flags & os.O_WRONLY:
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(opening, flags, *mode)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PoolcliError, match="old cannot be written: permission denied"):
        storage.write(str(path), b"new")
    assert path.read_bytes() == b"old"


def test_only_a_file_that_holds_something_is_current(tmp_path: Path) -> None:
    source, empty, folder, made = (tmp_path / name for name in ("in", "empty", "folder", "made"))
    source.write_bytes(b"x")
    empty.touch()
    folder.mkdir()
    made.write_bytes(b"x")
    for path in (empty, folder, made):
        os.utime(path, (source.stat().st_mtime + 10,) * 2)
    current = [storage.is_current(str(path), str(source), {}) for path in (empty, folder, made)]
    assert current == [False, False, True]
    os.utime(made, (source.stat().st_mtime - 10,) * 2)
    assert not storage.is_current(str(made), str(source), {})
    assert not storage.is_current(str(tmp_path / "missing"), str(source), {})


def test_what_is_the_same_is_told_by_more_than_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, hard, other = (str(tmp_path / name) for name in ("one", "hard", "other"))
    Path(one).write_bytes(b"x")
    Path(hard).hardlink_to(one)
    Path(other).write_bytes(b"xy")
    assert storage.is_same(one, hard)
    assert not storage.is_same(one, other)
    assert not storage.is_same(one, str(tmp_path / "missing"))
    assert not storage.is_same("/dev/null", "/dev/null")
    monkeypatch.setattr(os.path, "samestat", lambda *_: True)
    assert not storage.is_same(one, other)


def test_a_folder_is_known_by_each_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    assert storage.is_within(str(tmp_path / "link" / "b"), str(tmp_path / "a"))
    assert storage.is_within(str(tmp_path / "a"), str(tmp_path / "link"))
    assert not storage.is_within(str(tmp_path / "a"), str(tmp_path / "a" / "b"))
    assert not storage.is_within(str(tmp_path / "a"), str(tmp_path / "missing"))
    assert not storage.is_within("/", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Cat.JPG", "cat.jpg"),
        ("stra\u00dfe", "STRASSE"),
        ("caf\u00e9", "CAFE\u0301"),
        ("\ufb01", "FI"),
    ],
)
def test_names_fold_to_one_where_any_folder_takes_them_for_one(name: str, other: str) -> None:
    assert storage.fold(name) == storage.fold(other)
    assert storage.fold("cafe") != storage.fold("caf\u00e9")
    assert storage.fold("\udcff.png") == "\udcff.png"


def test_a_trial_tells_names_apart_and_leaves_nothing(tmp_path: Path) -> None:
    assert not storage.would_be_same(str(tmp_path / "A"), str(tmp_path / "a"))
    assert not storage.would_be_same(str(tmp_path / "A" / "x"), str(tmp_path / "a"))
    assert not storage.would_be_same("/proc/A", "/proc/a")
    assert not storage.would_be_same("memory://A", "memory://a")
    assert list(tmp_path.iterdir()) == []


def test_names_are_tried_out_where_they_would_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that ignores case answers to both names; tests/filesystems mounts one."""

    def ignores_case(path: Path) -> bool:
        return path.name.casefold() in {name.name.casefold() for name in path.parent.iterdir()}

    assert not storage.would_be_same(str(tmp_path / "Cat"), str(tmp_path / "cat"))
    monkeypatch.setattr(os.path, "lexists", ignores_case)
    assert storage.would_be_same(str(tmp_path / "Cat"), str(tmp_path / "cat"))
    assert not list(tmp_path.iterdir())
