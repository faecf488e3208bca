"""Inputs that cannot be read: one line each, and the rest is done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from helpers.formats import noise, npy, saved, tif
from hostile import bombs, broken_links, hostile_files, page_loop, special_places
from PIL import Image as pillow  # noqa: N813 - as in the package
from provoke import COMMAND, HUMBLE, MEASURED, Ended, picture, poolcli

FILES = hostile_files()
BOMBS = bombs()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Pool every hostile file at once, with a good one before and after them."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (content, _) in FILES.items():
        (folder / name).write_bytes(content)
    for name in ("!first.png", "~last.png"):
        (folder / name).write_bytes(picture())
    names = ["!first.png", *sorted(FILES), "~last.png"]
    return poolcli(
        "max", *names, "-j", 1, "--json", "--no-figure", "--name", "{stem}-{suffix}-{i}",
        folder=folder, command=(sys.executable, "-c", MEASURED),
    )  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_one_line(run: Ended, name: str) -> None:
    record = run.records[name]
    assert record["status"] == "failed"
    assert FILES[name][1] in record["error"]
    (line,) = [line for line in run.errors if line.startswith(f"poolcli: {name}: ")]
    assert line == f"poolcli: {name}: {record['error']}"


def test_what_stands_beside_hostile_files_is_done(run: Ended) -> None:
    assert run.status == 1
    assert run.records["!first.png"]["status"] == run.records["~last.png"]["status"] == "written"
    assert run.errors[-1] == f"poolcli: 2 written, {len(FILES)} failed of {len(FILES) + 2}"


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_soon(run: Ended, name: str) -> None:
    record = run.records[name]
    assert record["seconds"] < 2
    if "--max-pixels" in record["error"]:
        assert "250,000,000" in record["error"]
        assert "rows" in record["error"]


def test_bombs_cost_little_memory_and_start_no_process(run: Ended) -> None:
    (peak,) = [int(line) for line in run.output.splitlines() if line.isdecimal()]
    assert peak < 300_000
    assert not [line for line in run.errors if "a process was started" in line]


@pytest.mark.parametrize("name", ["cut", "replaced"])
def test_a_file_that_changes_while_it_is_read_is_never_a_crash(tmp_path: Path, name: str) -> None:
    """Requires Linux: a slow disk is played by a process that is stopped and continued."""
    whole = saved(np.random.default_rng(0).integers(0, 256, (2000, 2000, 3), np.uint8), "BMP")
    path = tmp_path / "a.bmp"
    path.write_bytes(whole)
    process = subprocess.Popen(
        [*COMMAND, "max", "a.bmp", "-n", "2", "--no-figure"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while process.poll() is None:
        if name == "cut":
            os.truncate(path, 1000)
            path.write_bytes(whole)
        else:
            other = tmp_path / "other"
            other.write_bytes(picture())
            other.replace(path)
    _, errors = process.communicate()
    assert process.returncode in (0, 1)
    assert all(line.startswith(b"poolcli: ") for line in errors.splitlines())


def test_links_that_lead_nowhere_and_disks_that_fail_are_named(tmp_path: Path) -> None:
    wanted = broken_links(tmp_path)
    (tmp_path / "good.png").write_bytes(picture())
    ended = poolcli("max", ".", "--no-figure", "-j", 1, folder=tmp_path)
    assert ended.status == 1
    assert sorted(ended.errors[:-1]) == sorted(f"poolcli: ./{k}: {v}" for k, v in wanted.items())
    named = poolcli("max", *wanted, "missing.png", "--no-figure", "-j", 1, folder=tmp_path)
    assert named.errors[-1] == f"poolcli: 0 written, {len(wanted) + 1} failed of {len(wanted) + 1}"


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["-", "-o", "x.png"], 1, "standard input: cannot be read: input/output error"),
        (["--files-from", "-"], 2, "--files-from -: cannot be read: input/output error"),
    ],
)
def test_a_standard_input_that_fails_is_told(
    tmp_path: Path, arguments: list[str], status: int, line: str
) -> None:
    with Path(f"/proc/{os.getpid()}/mem").open("rb") as failing:
        ended = poolcli("max", *arguments, folder=tmp_path, stdin=failing)
    assert (ended.status, ended.errors[0]) == (status, f"poolcli: {line}")


def test_a_folder_where_a_file_is_meant_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").mkdir()
    ended = poolcli("explain", "a.png", folder=tmp_path)
    assert (ended.status, ended.errors) == (
        1,
        ["poolcli: a.png: is a folder; name one image in it"],
    )


def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    """Requires root, who is made to heed permissions."""
    for name in ("closed.png", "open.png"):
        (tmp_path / name).write_bytes(picture())
    (tmp_path / "closed.png").chmod(0)
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "blind").mkdir()
    (tmp_path / "blind" / "b.png").write_bytes(picture())
    (tmp_path / "blind").chmod(0o444)
    inputs = ("closed.png", "shut", "shut/a.png", "blind", "open.png")
    ended = poolcli("max", *inputs, "-j", 2, "--no-figure", folder=tmp_path, before=HUMBLE)
    assert ended.status == 1
    assert ended.errors == [
        "poolcli: closed.png: cannot be read: permission denied",
        "poolcli: shut: cannot be read: permission denied",
        "poolcli: shut/a.png: cannot be read: permission denied",
        "poolcli: blind/b.png: cannot be read: permission denied",
        "poolcli: 1 written, 4 failed of 5",
    ]


def test_pipes_sockets_and_devices_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    special = special_places(tmp_path)
    (tmp_path / "good.png").write_bytes(picture())
    ended = poolcli("max", ".", "-v", "--no-figure", "-j", 1, folder=tmp_path)
    assert ended.status == 0
    passed = sorted(line for line in ended.errors if ": skipped: " in line)
    assert passed == sorted(f"poolcli: ./{n}: skipped: not a regular file" for n in special)
    assert ended.errors[-1] == f"poolcli: {len(special)} skipped, not a regular file"


def test_an_endless_device_is_not_read_to_its_end(tmp_path: Path) -> None:
    ended = poolcli("max", "/dev/zero", "/dev/urandom", "--no-figure", "-j", 1, folder=tmp_path)
    assert ended.errors[-1] == "poolcli: 0 written, 2 failed of 2"


@pytest.mark.parametrize(
    ("endless", "message"),
    [
        # Noise in which no byte happens to be 0, as in one of eight beginnings of /dev/urandom.
        (b"\x81\x8d\xfe", "is neither an image nor a text matrix"),
        (b"1,2\n", "bytes, more than any image that --max-pixels allows"),
    ],
)
def test_an_endless_pipe_is_not_read_to_its_end(
    endless: bytes, message: str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    write = f"pipe = open('pipe', 'wb')\nwhile True: pipe.write({endless!r} * 100_000)"
    command = [sys.executable, "-c", write]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as writer:
        try:
            ended = poolcli("max", "pipe", "--max-pixels", 1000, "--no-figure", folder=tmp_path)
        finally:
            writer.kill()
    assert ended.status == 1
    assert message in ended.errors[0]


def test_a_huge_hole_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "nothing.png").open("wb") as stream:
        stream.truncate(1 << 40)
    with (tmp_path / "begun.png").open("wb") as stream:
        stream.write(picture())
        stream.truncate(1 << 40)
    start = time.monotonic()
    ended = poolcli("max", ".", "--no-figure", "-j", 1, folder=tmp_path)
    assert time.monotonic() - start < 30
    assert "has 1,099,511,627,776 bytes, more than any image" in ended.errors[0]
    assert "is no image that can be read" in ended.errors[1]


def test_page_loops_many_frames_and_long_lines_are_read(tmp_path: Path) -> None:
    frames = [pillow.new("L", (4, 4), number % 256) for number in range(3000)]
    (tmp_path / "frames.gif").write_bytes(
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    )
    (tmp_path / "pages.tif").write_bytes(tif(noise("u1"), photometric="minisblack"))
    (tmp_path / "loop.tif").write_bytes(page_loop())
    long = np.zeros((1, 200_000), np.uint8)
    (tmp_path / "wide.png").write_bytes(saved(long, "PNG"))
    (tmp_path / "tall.png").write_bytes(saved(long.T, "PNG"))
    ended = poolcli("max", ".", "-k", "1,1", "-j", 1, "--json", folder=tmp_path)
    assert ended.status == 0, ended.errors
    assert "only the first of 3000 frames" in "".join(ended.errors)
    assert max(record["seconds"] for record in ended.records.values()) < 10


def test_infinite_values_are_pooled_without_a_word(tmp_path: Path) -> None:
    values = np.array([[np.inf, -np.inf, 1.0, np.nan], [1e308, 1e308, -1e308, 0.0]])
    (tmp_path / "m.npy").write_bytes(npy(values))
    for operation in ("max", "avg", "min", "median", "lp"):
        ended = poolcli(
            operation, "m.npy", "-n", 1, "-o", f"{operation}.npy",
            folder=tmp_path, command=(sys.executable, "-W", "error", "-m", "poolcli"),
        )  # fmt: skip
        assert (ended.status, ended.errors) == (0, [])
    assert np.load(tmp_path / "max.npy")[0, 0] == np.inf
