"""Places that cannot be written: the old file stays as it was, and nothing is left behind."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from provoke import (
    COMMAND,
    FULL,
    HUMBLE,
    Ended,
    contents,
    immutable,
    picture,
    poolcli,
    read_only,
    small_disk,
)

SIZES = (4, 8, 16, 32, 64, 128, 256, 512)
EVERY_SIZE = range(4, 513, 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Put two pictures, and an old result of the first, into a folder."""
    for number, name in enumerate(("a.png", "b.png")):
        (tmp_path / name).write_bytes(picture(number))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a_max_k2_1.png").write_bytes(b"old")
    return tmp_path


def assert_refused(ended: Ended, folder: Path, reason: str) -> None:
    """Hold that the first picture failed for a reason, and its old result is left alone."""
    assert ended.status == 1
    assert ended.errors[0] == f"poolcli: a.png: out/a_max_k2_1.png cannot be written: {reason}"
    assert (folder / "out" / "a_max_k2_1.png").read_bytes() == b"old"
    assert not list((folder / "out").glob(".*"))


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tell what a run with room enough writes."""
    folder = tmp_path_factory.mktemp("room")
    (folder / "a.png").write_bytes(picture())
    assert poolcli("max", "a.png", "-n", 3, "-k", "2", "-d", "out", folder=folder).status == 0
    return contents(folder / "out")


def sizes() -> Iterator[int]:
    """List the sizes of disks to try: all of them where `make faults` asks for it."""
    yield from EVERY_SIZE if os.environ.get("FAULTS") == "all" else SIZES


def test_disks_of_every_size_hold_old_files_or_new_ones(
    tmp_path: Path, wanted: dict[str, bytes]
) -> None:
    """Requires root, for the mounts; else a limit on the size of files stands in."""
    (tmp_path / "a.png").write_bytes(picture())
    out = tmp_path / "out"
    ends = {0: 0, 1: 0}
    for size in sizes():
        with small_disk(out, size) as limits:
            for name in sorted(wanted)[: size // 4 - 1]:
                (out / name).write_bytes(b"old")
            before = contents(out)
            ended = poolcli(
                "max", "a.png", "-n", 3, "-k", "2", "-d", "out", "-j", 1 + size // 4 % 2,
                folder=tmp_path, limits=limits,
            )  # fmt: skip
            after = contents(out)
        ends[ended.status] += 1
        assert set(before) <= set(after) <= set(wanted), f"{size} KiB: {sorted(after)}"
        assert all(data in (b"old", wanted[name]) for name, data in after.items()), f"{size} KiB"
        if ended.status == 0:
            assert after == wanted
        else:
            assert any(reason in ended.errors[0] for reason in FULL), ended.errors
            assert "out/a_max_k2" in ended.errors[0]
            # The figure is the last to be written.
            assert after.get("a_max_k2_n3_comparison.png", b"old") == b"old"
    assert ends[0], "no disk was large enough"
    assert ends[1], "no disk was small enough"
    print(f"disks: {ends[0]} large enough, {ends[1]} full")


def test_a_limit_on_the_size_of_files_is_told(folder: Path) -> None:
    limits = {resource.RLIMIT_FSIZE: 1000}
    ended = poolcli("max", "a.png", "-d", "out", "--no-figure", folder=folder, limits=limits)
    assert_refused(ended, folder, "file too large")


def test_a_disk_without_inodes_is_told(folder: Path) -> None:
    """Requires root, for the mount; else a limit on the size of files stands in."""
    with small_disk(folder / "out", 512, inodes=2) as limits:
        (folder / "out" / "a_max_k2_1.png").write_bytes(b"old")
        ended = poolcli("max", "a.png", "-d", "out", "--no-figure", folder=folder, limits=limits)
        assert_refused(ended, folder, FULL[0] if not limits else FULL[1])


def test_a_read_only_folder_is_told(folder: Path) -> None:
    """Requires root: a mount, or else permissions that root must heed."""
    with read_only(folder / "out") as before:
        ended = poolcli("max", "a.png", "-d", "out", "--no-figure", folder=folder, before=before)
        assert_refused(ended, folder, "permission denied" if before else "read-only file system")


@pytest.mark.parametrize("what", ["out", "out/a_max_k2_1.png"])
def test_what_may_not_change_does_not(folder: Path, what: str) -> None:
    """Requires root: the immutable flag, or else permissions that root must heed."""
    with immutable(folder / what) as before:
        ended = poolcli("max", "a.png", "-d", "out", "--no-figure", folder=folder, before=before)
        assert_refused(ended, folder, "permission denied" if before else "operation not permitted")


def test_a_write_protected_target_is_not_replaced(folder: Path) -> None:
    """Requires root, who is made to heed permissions."""
    (folder / "out" / "a_max_k2_1.png").chmod(0o444)
    ended = poolcli(
        "max", "a.png", "b.png", "-d", "out", "--no-figure", folder=folder, before=HUMBLE
    )
    assert_refused(ended, folder, "permission denied")
    assert (folder / "out" / "b_max_k2_1.png").stat().st_size > 3


def test_a_figure_that_cannot_be_written_leaves_whole_images(folder: Path) -> None:
    (folder / "out" / "a_max_k2_n2_comparison.png").mkdir()
    ended = poolcli("max", "a.png", "-n", 2, "-d", "out", "--json", folder=folder)
    assert ended.status == 1
    assert ended.records["a.png"]["status"] == "failed"
    assert ended.errors[0].startswith("poolcli: a.png: out/a_max_k2_n2_comparison.png cannot be")
    poolcli("max", "a.png", "-n", 2, "-d", "room", "--no-figure", folder=folder)
    for number in (1, 2):
        name = f"a_max_k2_{number}.png"
        assert (folder / "out" / name).read_bytes() == (folder / "room" / name).read_bytes()
    (folder / "out" / "a_max_k2_n2_comparison.png").rmdir()
    again = poolcli("max", "a.png", "-n", 2, "-d", "out", "-u", "--json", folder=folder)
    assert again.records["a.png"]["status"] == "written"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_permissions_and_umask_are_honoured(folder: Path, umask: int, mode: int) -> None:
    (folder / "out" / "a_max_k2_1.png").chmod(0o640)
    poolcli("max", "a.png", "b.png", "-d", "out", "--no-figure", folder=folder, umask=umask)
    kept, new = (folder / "out" / f"{stem}_max_k2_1.png" for stem in "ab")
    assert kept.stat().st_size > 3
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == mode


def test_devices_stay_devices(folder: Path) -> None:
    for device in ("/dev/null", "/dev/full"):
        (folder / f"{Path(device).name}.png").symlink_to(device)
    assert poolcli("max", "a.png", "-o", "null.png", folder=folder).status == 0
    full = poolcli("max", "a.png", "-o", "full.png", folder=folder)
    assert full.errors[0] == "poolcli: a.png: full.png cannot be written: no space left on device"
    for device in ("/dev/null", "/dev/full"):
        assert stat.S_ISCHR(os.stat(device).st_mode)  # noqa: PTH116 - a device, not a path
        assert (folder / f"{Path(device).name}.png").is_symlink()


@pytest.mark.parametrize(
    "spelling",
    ["a.png", "./a.png", "out/../a.png", "{here}/a.png", "link.png", "hard.png", "into/a.png",
     "/proc/self/cwd/a.png"],
)  # fmt: skip
def test_an_output_that_is_an_input_is_refused_however_it_is_spelled(
    folder: Path, spelling: str
) -> None:
    (folder / "link.png").symlink_to("a.png")
    (folder / "hard.png").hardlink_to(folder / "a.png")
    (folder / "into").symlink_to(folder)
    before = (folder / "a.png").read_bytes()
    ended = poolcli("max", "a.png", "-o", spelling.format(here=folder), folder=folder)
    assert ended.status == 2
    assert "would replace a.png, which is an input" in ended.errors[0]
    assert (folder / "a.png").read_bytes() == before


def test_an_input_seen_through_a_mount_is_recognised(folder: Path) -> None:
    """Requires root, for the mount; without one a hard link stands in."""
    (folder / "view").mkdir()
    mounted = not subprocess.run(
        ["mount", "--bind", folder, folder / "view"], capture_output=True, check=False
    ).returncode
    if not mounted:
        (folder / "view" / "a.png").hardlink_to(folder / "a.png")
    try:
        ended = poolcli("max", "a.png", "-o", "view/a.png", folder=folder)
    finally:
        if mounted:
            subprocess.run(["umount", folder / "view"], check=True)
    assert (ended.status, "which is an input" in ended.errors[0]) == (2, True)


STREAMS = [
    ("> /dev/full", 1, "standard output cannot be written: no space left on device"),
    (">&-", 0, ""),
    ("| true", 0, ""),
    ("2> /dev/full", 0, ""),
    ("2>&-", 0, ""),
    ("> /dev/full 2> /dev/full", 1, ""),
    (">&- 2>&- <&-", 0, ""),
    ("2>&1 | true", 0, ""),
]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tell what a run with sound streams writes."""
    folder = tmp_path_factory.mktemp("plain")
    for number, name in enumerate(("a.png", "b.png")):
        (folder / name).write_bytes(picture(number))
    poolcli("max", "a.png", "b.png", "-d", "out", "--no-figure", folder=folder)
    return contents(folder / "out")


@pytest.mark.parametrize(("streams", "status", "message"), STREAMS)
def test_streams_that_fail_do_not_touch_the_images(
    folder: Path, plain: dict[str, bytes], streams: str, status: int, message: str
) -> None:
    arguments = "max a.png b.png -v -d out --no-figure -j 1"
    command = f"set -o pipefail; {' '.join(COMMAND)} {arguments} {streams}"
    ended = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=False)
    assert ended.returncode == status
    assert message.encode() in ended.stderr
    assert b"Traceback" not in ended.stderr
    assert contents(folder / "out") == plain


# Each process is the first of its own numbering, as the first of a container is.
NUMBERED = ("unshare", "--pid", "--fork", "--mount-proc")


def test_a_dead_process_of_the_same_number_stands_in_nobodys_way(folder: Path) -> None:
    """Requires root, for namespaces; else processes with numbers of their own stand in."""
    tried = subprocess.run([*NUMBERED, "true"], capture_output=True, check=False)
    before = NUMBERED if tried.returncode == 0 else ()
    program = """if True:
        import os, sys
        from poolcli import storage
        from poolcli.storage import replacing
        write = replacing.write_all
        def pause(*arguments):
            write(*arguments)
            print(os.getpid(), flush=True)
            input()
        replacing.write_all = pause
        storage.write(sys.argv[1], sys.argv[2].encode())
    """
    # Two at once, with equal numbers and one host, and neither takes what is the other's.
    runs = [
        subprocess.Popen(
            [*before, sys.executable, "-c", program, f"out/{name}.png", name],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for name in ("a_max_k2_1", "b_max_k2_1")
    ]  # fmt: skip
    numbers = [run.stdout.readline() for run in runs if run.stdout]
    assert not before or len(set(numbers)) == 1
    ended = poolcli("max", "a.png", "-d", "out", "--name", "x{i}", "--no-figure", folder=folder)
    assert ended.status == 0
    assert len(list((folder / "out").glob(".poolcli-*"))) == 2, "a run swept what is written"
    for run in runs:
        run.communicate(b"\n")
    wanted = {f"{name}.png": name.encode() for name in ("a_max_k2_1", "b_max_k2_1")}
    found = contents(folder / "out")
    assert {name: found[name] for name in wanted} == wanted
    assert sorted(found) == [*wanted, "x1.png"]
