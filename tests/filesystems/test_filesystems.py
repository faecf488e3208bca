"""File systems that differ from what a disk does: mounted by FUSE, with the program run on them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from poolcli import storage

COMMAND = [sys.executable, "-m", "poolcli"]
Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Return a function that mounts a peculiar file system, empty at first."""
    mounted: list[tuple[Path, subprocess.Popen[bytes]]] = []

    def start(peculiarity: str, name: str = "seen") -> Path:
        real, seen = tmp_path / "real", tmp_path / name
        real.mkdir(exist_ok=True)
        seen.mkdir()
        program = Path(__file__).parent / "peculiar.py"
        server = subprocess.Popen([sys.executable, program, peculiarity, real, seen])
        mounted.append((seen, server))
        end = time.monotonic() + 20
        while not seen.is_mount():
            assert server.poll() is None, "the file system ended"
            assert time.monotonic() < end, "nothing was mounted"
            time.sleep(0.05)
        return seen

    yield start
    for seen, server in mounted:
        subprocess.run(["umount", "-l", seen], check=False)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGKILL)
            server.wait()


def picture(path: Path, value: int, side: int = 64) -> None:
    noise = np.random.default_rng(value).integers(0, 256, (side, side, 3), np.uint8)
    path.write_bytes(cv2.imencode(path.suffix, noise)[1].tobytes())


def poolcli(folder: Path, *arguments: str, status: int = 0) -> list[str]:
    """Run the program; return what it said on standard error."""
    ended = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, check=False, timeout=60
    )
    errors = ended.stderr.decode().splitlines()
    assert ended.returncode == status, errors
    assert "Traceback (most recent call last):" not in errors
    return errors


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("peculiarity", ["ignores-case", "inode-per-name"])
@pytest.mark.parametrize("exists", [False, True])
def test_two_names_that_a_folder_takes_for_one_are_refused(
    mount: Mount, tmp_path: Path, exists: bool, peculiarity: str
) -> None:
    out = mount(peculiarity) / "out"
    if exists:
        out.mkdir()
    for number, name in enumerate(("Cat.jpg", "cat.png", "caf\u00e9.png", "cafe\u0301.bmp")):
        picture(tmp_path / name, number)
    for pair in (("Cat.jpg", "cat.png"), ("caf\u00e9.png", "cafe\u0301.bmp")):
        (error,) = poolcli(tmp_path, "max", *pair, "-d", str(out), status=2)
        assert f"{pair[0]} and {pair[1]} would both be written to" in error
        assert "--name '{stem}_{suffix}_{op}_{settings}_{i}'" in error
        template = "{stem}_{suffix}_{op}_{settings}_{i}"
        poolcli(tmp_path, "max", *pair, "-d", str(out), "--name", template, "--no-figure")
    assert len([name for name in names(out) if not name.startswith(".")]) == 4
    poolcli(tmp_path, "max", "Cat.jpg", "cat.png", "-d", "elsewhere", "--no-figure")
    assert len(names(tmp_path / "elsewhere")) == 2


def test_results_are_no_inputs_under_any_name_of_their_folder(mount: Mount) -> None:
    folder = mount("ignores-case")
    picture(folder / "a.png", 0)
    for _ in range(2):
        poolcli(folder, "max", ".", "-r", "-d", "out", "--no-figure")
        poolcli(folder, "max", ".", "-r", "-d", "OUT", "--no-figure")
    assert names(folder / "out") == ["a_max_k2_1.png"]
    (error,) = poolcli(folder, "max", "out", "-d", "OUT", status=2)
    assert "out is the output folder or in it" in error


@pytest.mark.parametrize("peculiarity", ["ignores-case", "inode-per-name"])
def test_an_input_is_not_written_over_under_another_name(mount: Mount, peculiarity: str) -> None:
    folder = mount(peculiarity)
    picture(folder / "cat.png", 0)
    before = (folder / "cat.png").read_bytes()
    (error,) = poolcli(folder, "max", "cat.png", "-o", "CAT.png", status=2)
    assert "CAT.png would replace cat.png, which is an input" in error
    assert (folder / "cat.png").read_bytes() == before


def test_where_permissions_cannot_be_changed_each_run_works(mount: Mount) -> None:
    folder = mount("refuses-chmod")
    picture(folder / "a.png", 0)
    for value in range(3):
        picture(folder / "a.png", value)
        poolcli(folder, "max", "a.png", "-d", "out", "--no-figure")
    assert names(folder / "out") == ["a_max_k2_1.png"]
    assert (folder / "out" / "a_max_k2_1.png").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("peculiarity", ["one-inode", "no-inodes"])
def test_files_are_told_apart_without_inodes(mount: Mount, peculiarity: str) -> None:
    folder = mount(peculiarity)
    for value, name in enumerate("abc"):
        picture(folder / f"{name}.png", value, 64 + value)
    for _ in range(2):
        poolcli(folder, "max", "a.png", "b.png", "c.png", "-d", "out", "--no-figure")
        poolcli(folder, "max", ".", "-r", "-d", "out", "--no-figure")
    assert len(names(folder / "out")) == 3
    (error,) = poolcli(folder, "max", "a.png", "-o", "./a.png", status=2)
    assert "would replace a.png" in error
    # A folder is not taken for another.
    (folder / "photos").mkdir()
    picture(folder / "photos" / "d.png", 3)
    poolcli(folder, "max", ".", "-r", "-d", "out", "--no-figure")
    assert "d_max_k2_1.png" in names(folder / "out" / "photos")


def test_short_writes_are_repeated(mount: Mount, tmp_path: Path) -> None:
    folder = mount("short-writes")
    picture(tmp_path / "a.png", 0)
    arguments = ("max", str(tmp_path / "a.png"), "-n", "2")
    poolcli(tmp_path, *arguments, "-d", "plain")
    poolcli(tmp_path, *arguments, "-d", str(folder / "out"))
    for name in names(tmp_path / "plain"):
        whole = (tmp_path / "plain" / name).read_bytes()
        assert (folder / "out" / name).read_bytes() == whole
    for unbuffered in ("", "1"):
        with (folder / "f").open("wb") as stream:
            subprocess.run(
                [*COMMAND, "max", tmp_path / "a.png", "-o", "-"],
                stdout=stream, check=True, env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
            )  # fmt: skip
        once = (tmp_path / "plain" / "a_max_k2_1.png").read_bytes()
        assert (folder / "f").read_bytes() == once


@pytest.mark.parametrize("peculiarity", ["plain", "ignores-case", "one-inode", "refuses-chmod"])
def test_what_a_killed_run_left_is_removed(mount: Mount, peculiarity: str) -> None:
    folder = mount(peculiarity)
    program = (
        "import os; from poolcli import storage; from poolcli.storage import replacing\n"
        "replacing.write_all = lambda *_: os.kill(os.getpid(), 9)\n"
        "storage.write('a', b'x')"
    )
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=False)
    assert len(names(folder)) == 1
    storage.sweep(str(folder))
    assert names(folder) == []


def test_what_is_written_through_another_mount_is_left_alone(mount: Mount) -> None:
    """FUSE shows locks to those alone who use the same mount."""
    folder, other = mount("plain"), mount("plain", "other")
    program = (
        "from poolcli import storage; from poolcli.storage import replacing\n"
        "replacing.write_all = lambda *_: (print(flush=True), input())\n"
        "storage.write('a', b'x')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        for seen in (folder, other):
            storage.sweep(str(seen))
        writer.communicate(b"\n")
    assert writer.returncode == 0
    assert names(other) == ["a"]


def test_pictures_are_read_where_there_is_no_null_device(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg", 0)
    script = (
        "mount -t tmpfs tmpfs /dev && cd $1 && shift &&"
        " exec $0 -m poolcli max a.jpg -d out --no-figure -j 1"
    )
    ended = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, sys.executable, tmp_path],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    # The shell's $0 is Python, its $1 the folder.
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert names(tmp_path / "out") == ["a_max_k2_1.png"]


def test_a_disk_too_small_for_standard_output_is_told(tmp_path: Path) -> None:
    np.save(tmp_path / "in.npy", np.zeros((322, 322)))
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], check=True)
    try:
        for unbuffered in ("", "1"):
            with (disk / "f").open("wb") as stream:
                ended = subprocess.run(
                    [*COMMAND, "max", tmp_path / "in.npy", "-o", "-", "-f", "npy"],
                    stdout=stream, stderr=subprocess.PIPE, check=False,
                    env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
                )  # fmt: skip
            assert ended.returncode == 1
            assert b"standard output cannot be written: no space left" in ended.stderr
    finally:
        subprocess.run(["umount", disk], check=True)


def test_results_are_no_inputs_seen_through_a_mount(tmp_path: Path) -> None:
    for name in ("in", "in/out", "view"):
        (tmp_path / name).mkdir()
    picture(tmp_path / "in" / "a.png", 0)
    subprocess.run(["mount", "--bind", tmp_path / "in/out", tmp_path / "view"], check=True)
    try:
        for _ in range(2):
            poolcli(tmp_path, "max", "in", "-r", "-d", "view", "--no-figure")
        assert names(tmp_path / "view") == ["a_max_k2_1.png"]
    finally:
        subprocess.run(["umount", tmp_path / "view"], check=True)


def test_another_users_file_keeps_its_rights_to_itself(tmp_path: Path) -> None:
    """Replace a file of root as a user who may not keep its group."""
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:2]:
        parent.chmod(parent.stat().st_mode | 0o011)
    picture(tmp_path / "a.png", 0)
    target = tmp_path / "b.png"
    target.write_bytes(b"old")
    target.chmod(0o6766)
    subprocess.run(
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
         *COMMAND, "max", "a.png", "-o", "b.png"],
        cwd=tmp_path, check=True,
    )  # fmt: skip
    status = target.stat()
    assert status.st_size > 3
    assert (status.st_uid, status.st_mode & 0o7777) == (65534, 0o766)
