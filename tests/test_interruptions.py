"""Runs that are killed, cut off or piped away: what is left is whole, and the rest can be done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import names, wait_for_handlers
from helpers.formats import saved

COMMAND = [sys.executable, "-m", "poolcli", "max", "in", "-k", "2", "-n", "2", "-j", "2", "-q"]
RANDOM = random.Random(20261123)  # noqa: S311 - moments to kill at, not secrets


@pytest.fixture
def photos(folder: Path) -> Path:
    """Put a dozen pictures that take some time into a folder, and old results beside them."""
    numbers = np.random.default_rng(0)
    (folder / "in").mkdir()
    (folder / "pooled").mkdir()
    for number in range(12):
        pixels = numbers.integers(0, 256, (700, 900, 3), np.uint8)
        (folder / "in" / f"{number:02}.png").write_bytes(saved(pixels, "PNG", compress_level=0))
        for iteration in ("1", "2", "n2_comparison"):
            (folder / "pooled" / f"{number:02}_max_k2_{iteration}.png").write_bytes(b"old")
    for path in (folder / "pooled").iterdir():
        os.utime(path, (0, 0))
    return folder


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tell what an undisturbed run writes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    numbers = np.random.default_rng(0)
    (folder / "in").mkdir()
    for number in range(12):
        pixels = numbers.integers(0, 256, (700, 900, 3), np.uint8)
        (folder / "in" / f"{number:02}.png").write_bytes(saved(pixels, "PNG", compress_level=0))
    subprocess.run(COMMAND, cwd=folder, check=True)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "pooled").iterdir()}


def start(folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(COMMAND, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for_handlers(process)
    return process


def processes_in(folder: Path) -> list[int]:
    """List the processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if (entry / "cwd").readlink() == folder and int(entry.name) != os.getpid():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_until_gone(folder: Path) -> None:
    for _ in range(200):
        if not processes_in(folder):
            return
        time.sleep(0.05)
    pytest.fail(f"processes are left: {processes_in(folder)}")


def is_old_or_new(folder: Path, wanted: dict[str, bytes]) -> bool:
    return all(content in (b"old", wanted[name]) for name, content in contents(folder).items())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", [RANDOM.uniform(0, 2) for _ in range(3)])
def test_a_signal_leaves_only_whole_files_and_no_process(
    photos: Path, wanted: dict[str, bytes], number: signal.Signals, moment: float
) -> None:
    process = start(photos)
    time.sleep(moment)
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert process.returncode in (0, 128 + number)
    assert (output, errors) == (b"", b"")
    wait_until_gone(photos)
    assert is_old_or_new(photos, wanted)


@pytest.mark.parametrize("moment", [RANDOM.uniform(0, 2) for _ in range(6)])
def test_a_killed_run_is_finished_by_the_next(
    photos: Path, wanted: dict[str, bytes], moment: float
) -> None:
    process = start(photos)
    time.sleep(moment)
    process.kill()
    assert process.communicate() == (b"", b"")
    wait_until_gone(photos)
    left = {k: v for k, v in contents(photos).items() if not k.startswith(".poolcli-")}
    assert all(content in (b"old", wanted[name]) for name, content in left.items())
    subprocess.run([*COMMAND, "-u"], cwd=photos, check=True)
    assert contents(photos) == wanted


def test_a_killed_worker_costs_nothing_that_can_be_done_again(
    photos: Path, wanted: dict[str, bytes]
) -> None:
    process = start(photos)
    for _ in range(400):
        workers = [pid for pid in processes_in(photos) if is_worker(pid)]
        if len(workers) == 2:
            break
        time.sleep(0.01)
    os.kill(workers[0], signal.SIGKILL)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors) == (0, b"", b"")
    assert contents(photos) == wanted
    wait_until_gone(photos)


def is_worker(pid: int) -> bool:
    """Tell whether a process was forked by the server that makes workers."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        parent = int(stat.rpartition(")")[2].split()[1])
        return b"forkserver" in Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_reader_that_leaves_stops_the_printing_not_the_work(photos: Path) -> None:
    command = " ".join([*COMMAND[:-1], "--no-figure"])
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{command} | head -n 1"],
        cwd=photos,
        capture_output=True,
        check=True,
    )
    assert ended.stdout == b"pooled/00_max_k2_1.png\n"
    assert ended.stderr == b"poolcli: 12 written, 0 failed of 12\n"
    assert b"old" not in [v for k, v in contents(photos).items() if "comparison" not in k]


def test_a_pipe_that_closes_early_ends_quietly(photos: Path) -> None:
    command = f"{sys.executable} -m poolcli max in/00.png -o - -k 1 | head -c 8"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=photos, capture_output=True, check=True
    )
    assert (ended.stdout, ended.stderr) == (b"\x89PNG\r\n\x1a\n", b"")


def test_a_full_standard_output_is_told_once_and_the_images_are_right(photos: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [*COMMAND[:-1], "--no-figure"],
            cwd=photos,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        b"poolcli: standard output cannot be written: no space left on device",
        b"poolcli: 12 written, 0 failed of 12",
    ]
    assert len(names(photos / "pooled")) == 36


def test_help_on_a_full_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "poolcli", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr == b"poolcli: standard output cannot be written: no space left on device\n"
