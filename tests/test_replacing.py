"""Temporary files: who may see them, whose they become, and who removes them."""

from __future__ import annotations

import fcntl
import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import names

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.storage import replacing

ROOT = os.geteuid() == 0
NOBODY = 65534
DAY = 24 * 3600


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_replaced_file_lends_nobodys_rights(tmp_path: Path) -> None:
    """Requires root to have another user's file; else it is one's own."""
    path = tmp_path / "old"
    path.write_bytes(b"old")
    if ROOT:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(0o6755)
    owner = path.stat().st_uid
    storage.write(str(path), b"new")
    assert (mode(path), path.stat().st_uid) == (0o755, owner)


def test_a_group_that_cannot_be_kept_gets_no_more_than_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    path.chmod(0o664)
    old = os.stat_result((*path.stat()[:5], path.stat().st_gid + 1, *path.stat()[6:10]))

    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchown", refuse)
    replacing.replace(path, [b"new"], old)
    assert (mode(path), path.read_bytes()) == (0o644, b"new")


def test_a_temporary_file_is_never_wider_than_its_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"secret")
    path.chmod(0o600)
    seen = []
    change = os.fchmod

    def watch(descriptor: int, wanted: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        change(descriptor, wanted)

    monkeypatch.setattr(os, "fchmod", watch)
    storage.write(str(path), b"new")
    assert seen == [0o600]
    assert mode(path) == 0o600


def test_a_file_system_that_refuses_permissions_is_written_to_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "fchmod", refuse)
    monkeypatch.setattr(os, "fchown", refuse)
    for content in (b"first", b"second"):
        storage.write(str(tmp_path / "path"), content)
        assert (tmp_path / "path").read_bytes() == content
    # Permissions that cannot be changed are those that the new file is made with.
    assert mode(tmp_path / "path") == 0o644


def left(folder: Path, domain: str | None = None, name: str = "0" * 16, age: int = 0) -> Path:
    """Make a temporary file as a killed process would have left it."""
    path = folder / f".poolcli-{replacing._domain(folder) if domain is None else domain}-{name}.tmp"
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    writing = left(tmp_path, name="1" * 16)
    gone = [left(tmp_path), left(tmp_path, "abc", age=2 * DAY), left(tmp_path, "", age=2 * DAY)]
    other = [left(tmp_path, domain, "2" * 16) for domain in ("abc", "")]
    kept = [writing, *other, tmp_path / ".poolcli-notes.tmp", tmp_path / "a.png"]
    for path in kept[3:]:
        path.touch()
    with writing.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        storage.sweep(str(tmp_path))
    assert names(tmp_path) == sorted(path.name for path in kept)
    assert not any(path.exists() for path in gone)
    storage.sweep(str(tmp_path / "missing"))


def test_a_sweep_follows_no_link_and_waits_for_no_pipe(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    link, pipe, folder = (left(tmp_path, name=digit * 16) for digit in "123")
    for path in (link, pipe, folder):
        path.unlink()
    link.symlink_to(target)
    os.mkfifo(pipe)
    folder.mkdir()
    before = names(tmp_path)
    storage.sweep(str(tmp_path))
    assert names(tmp_path) == before
    assert target.read_bytes() == b"precious"


def test_another_users_file_is_not_swept(tmp_path: Path) -> None:
    """Requires root; without, only one's own can be made, and goes."""
    path = left(tmp_path)
    if ROOT:
        os.chown(path, NOBODY, NOBODY)
    storage.sweep(str(tmp_path))
    assert path.exists() == ROOT


@pytest.mark.parametrize("process", [99999999999, 1, 0])
def test_a_planted_number_means_nothing(tmp_path: Path, process: int) -> None:
    host = re.sub("[^A-Za-z0-9]", "_", socket.gethostname())[:32]
    planted = tmp_path / f".poolcli-{host}-{process}-0.tmp"
    planted.touch()
    storage.sweep(str(tmp_path))
    assert planted.exists()


def test_without_locks_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "fcntl", None)
    young, old = left(tmp_path), left(tmp_path, name="1" * 16, age=2 * DAY)
    storage.sweep(str(tmp_path))
    assert (young.exists(), old.exists()) == (True, False)
    storage.write(str(tmp_path / "a"), b"content")
    assert names(tmp_path) == [young.name, "a"]


@pytest.mark.parametrize("locks", [True, False])
def test_files_of_ended_workers_are_removed_with_or_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locks: bool
) -> None:
    if not locks:
        monkeypatch.setattr(replacing, "fcntl", None)
    own = left(tmp_path, "", replacing.run_token() + "0" * 8)
    other = left(tmp_path, "", "0" * 16)
    storage.sweep(str(tmp_path))
    assert names(tmp_path) == sorted([own.name, other.name])
    storage.sweep(str(tmp_path), own=True)
    assert names(tmp_path) == [other.name]


def test_where_a_file_system_refuses_locks_age_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(fcntl, "flock", refuse)
    young, old = left(tmp_path), left(tmp_path, name="1" * 16, age=2 * DAY)
    storage.sweep(str(tmp_path))
    assert (young.exists(), old.exists()) == (True, False)
    storage.write(str(tmp_path / "a"), b"content")
    assert (tmp_path / "a").read_bytes() == b"content"


def test_a_file_swept_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = replacing._lock
    losses = iter([True, True, False])

    def lose(descriptor: int) -> bool | None:
        if next(losses):
            for path in tmp_path.glob(".poolcli-*"):
                path.unlink()
        return lock(descriptor)

    monkeypatch.setattr(replacing, "_lock", lose)
    storage.write(str(tmp_path / "a"), b"content")
    assert (tmp_path / "a").read_bytes() == b"content"
    assert names(tmp_path) == ["a"]


def test_writing_survives_a_sweep_at_any_moment(tmp_path: Path) -> None:
    program = "import sys; from poolcli import storage\nwhile True: storage.sweep(sys.argv[1])"
    sweepers = [subprocess.Popen([sys.executable, "-c", program, tmp_path]) for _ in range(2)]
    try:
        end = time.monotonic() + 2
        number = 0
        while time.monotonic() < end:
            storage.write(str(tmp_path / "a"), b"%d" % number)
            assert (tmp_path / "a").read_bytes() == b"%d" % number
            number += 1
    finally:
        for sweeper in sweepers:
            sweeper.kill()
            sweeper.wait()
    assert names(tmp_path) == ["a"]


def test_a_killed_writer_leaves_what_the_next_sweep_removes(tmp_path: Path) -> None:
    program = (
        "import os, sys; from poolcli import storage; from poolcli.storage import replacing\n"
        "replacing.write_all = lambda *_: os.kill(os.getpid(), 9)\n"
        "storage.write(sys.argv[1], b'x')"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path / "a"], check=False)
    (temporary,) = names(tmp_path)
    assert temporary.startswith(".poolcli-")
    storage.sweep(str(tmp_path))
    assert names(tmp_path) == []


def test_folders_deeper_than_calls_can_be_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = "/".join(["d"] * 1900 + ["a"])
    storage.write(path, b"content")
    assert storage.read(path) == b"content"
    subprocess.run(["rm", "-r", "d"], cwd=tmp_path, check=True)


def held(number: int) -> PermissionError:
    """Return the error of Windows for a file that another program holds open."""
    error = PermissionError(13, "Access is denied")
    error.winerror = number  # type: ignore[attr-defined] # only Windows has it
    return error


@pytest.mark.parametrize("number", [5, 32])
def test_a_target_that_another_program_holds_open_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def refuse(_path: Path, _target: Path) -> None:
        raise held(number)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(replacing, "HELD_SECONDS", (0, 0))
    with pytest.raises(PoolcliError, match="/a cannot be written: another program holds it open;"):
        storage.write(str(tmp_path / "a"), b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_target_that_is_held_for_a_moment_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, refusals = Path.replace, iter([True, False])

    def refuse_once(path: Path, target: Path) -> None:
        if next(refusals):
            raise held(5)
        rename(path, target)

    monkeypatch.setattr(Path, "replace", refuse_once)
    storage.write(str(tmp_path / "a"), b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_other_refusals_are_raised_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = iter([PermissionError(13, "Permission denied")])

    def refuse(_path: Path, _target: Path) -> None:
        raise next(refusals)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(PoolcliError, match="/a cannot be written: permission denied"):
        storage.write(str(tmp_path / "a"), b"new")
