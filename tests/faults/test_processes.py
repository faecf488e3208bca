"""Signals, killed and stopped processes, and too little of everything."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import wait_for_handlers
from provoke import COMMAND, NOBODY, contents, picture, poolcli, processes_in

ARGUMENTS = ("max", "in", "-k", "2", "-n", "2", "-j", "2", "-q")
KILLS = 200 if os.environ.get("FAULTS") == "all" else 12
NO_MEMORY = "there is not enough memory for 12000x12000; fewer jobs (-j) leave more for each"
TOO_LOW = "is too low; poolcli needs 400 MiB (ulimit -v 409600)"
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
SEED = int(os.environ.get("FAULTS_SEED") or time.time())


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Put pictures into a folder, and what an undisturbed run makes of them beside it."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "in").mkdir()
    for number in range(4):
        (folder / "in" / f"{number}.png").write_bytes(picture(number, 300))
    assert poolcli(*ARGUMENTS, folder=folder).status == 0
    (folder / "pooled").rename(folder / "wanted")
    return folder


@pytest.fixture
def folder(photos: Path) -> Iterator[Path]:
    """Give the pictures with old results, and see that no process stays."""
    (photos / "pooled").mkdir()
    age(photos)
    yield photos
    try:
        wait_until_gone(photos)
    finally:
        for process in processes_in(photos):
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(photos / "pooled")


def age(folder: Path) -> None:
    """Make every result an old one."""
    for path in (folder / "wanted").iterdir():
        old = folder / "pooled" / path.name
        old.write_bytes(b"old")
        os.utime(old, (0, 0))


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *ARGUMENTS], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_until_gone(folder: Path, seconds: float = 4) -> None:
    """Wait until no process works in a folder any more."""
    end = time.monotonic() + seconds
    while processes_in(folder):
        assert time.monotonic() < end, f"processes are left: {processes_in(folder)}"
        time.sleep(0.02)


def workers(folder: Path) -> list[int]:
    """List the workers that have begun: from then on they ignore Ctrl-C."""
    found = processes_in(folder)
    return [process for process in found if _parent(process) in found and _is_deaf(process)]


def _parent(process: int) -> int:
    """Give the parent of a worker, which is the server that makes workers."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
        parent = int(stat.rpartition(")")[2].split()[1])
        made = b"forkserver" in Path(f"/proc/{parent}/cmdline").read_bytes()
    except OSError:
        return 0
    return parent if made else 0


def _is_deaf(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    ignored = next(line for line in status.splitlines() if line.startswith("SigIgn"))
    return bool(int(ignored.split()[1], 16) & 1 << signal.SIGINT - 1)


def wait_for_workers(process: subprocess.Popen[bytes], folder: Path) -> list[int]:
    """Wait until both workers have begun."""
    while process.poll() is None:
        if len(found := workers(folder)) == 2:
            return found
        time.sleep(0.002)
    pytest.fail("the run was over before its workers were seen")


def assert_whole(folder: Path, *, swept: bool) -> int:
    """Hold that every result is the old or the new one; count the new ones."""
    wanted, found = contents(folder / "wanted"), contents(folder / "pooled")
    left = [name for name in found if name.startswith(".poolcli-")]
    assert not (swept and left), left
    whole = {name: data for name, data in found.items() if name not in left}
    assert set(whole) == set(wanted)
    assert all(data in (b"old", wanted[name]) for name, data in whole.items())
    return sum(data != b"old" for data in whole.values())


def test_kills_at_any_moment_leave_old_files_or_new_ones(folder: Path) -> None:
    """Kill runs that rewrite results at random moments, from the first imports on."""
    random_ = random.Random(SEED)  # noqa: S311 - moments to kill at, not secrets
    begin = time.monotonic()
    process = start(folder)
    process.communicate()
    whole = time.monotonic() - begin
    rewritten = []
    for _ in range(KILLS):
        age(folder)
        number = random_.choice(SIGNALS)
        process = start(folder)
        wait_for_handlers(process)
        early = random_.random() < 0.25
        time.sleep(random_.uniform(0, 0.1) if early else random_.uniform(0.2, 1) * whole)
        process.send_signal(number)
        output, errors = process.communicate(timeout=30)
        told = f"FAULTS_SEED={SEED}, {number.name}: {process.returncode}"
        killed = -number if number == signal.SIGKILL else 128 + number
        assert process.returncode in (0, killed), told
        assert (output, errors) == (b"", b""), told
        wait_until_gone(folder)
        rewritten.append(assert_whole(folder, swept=number != signal.SIGKILL))
    assert poolcli(*ARGUMENTS, "-u", folder=folder).status == 0
    assert contents(folder / "pooled") == contents(folder / "wanted")
    some = sum(0 < count < 12 for count in rewritten)
    print(f"kills: {KILLS} with seed {SEED}, {some} of them while results were half rewritten")


def test_workers_end_within_two_seconds_of_a_killed_parent(folder: Path) -> None:
    process = start(folder)
    wait_for_workers(process, folder)
    process.kill()
    process.communicate()
    wait_until_gone(folder, 2)
    assert_whole(folder, swept=False)
    assert poolcli(*ARGUMENTS, "-u", folder=folder).status == 0
    assert contents(folder / "pooled") == contents(folder / "wanted")


def test_the_work_of_a_killed_worker_is_done_again(folder: Path) -> None:
    process = start(folder)
    os.kill(wait_for_workers(process, folder)[0], signal.SIGKILL)
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0
    assert contents(folder / "pooled") == contents(folder / "wanted")


@pytest.mark.parametrize("then", ["continued", "killed"])
def test_a_stopped_worker_is_waited_for(folder: Path, then: str) -> None:
    process = start(folder)
    worker = wait_for_workers(process, folder)[0]
    os.kill(worker, signal.SIGSTOP)
    time.sleep(0.5)
    os.kill(worker, signal.SIGCONT if then == "continued" else signal.SIGKILL)
    assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 0
    assert contents(folder / "pooled") == contents(folder / "wanted")


def test_a_stopped_worker_does_not_outlive_its_run(folder: Path) -> None:
    process = start(folder)
    os.kill(wait_for_workers(process, folder)[0], signal.SIGSTOP)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    wait_until_gone(folder)
    assert_whole(folder, swept=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_memory_limit_fails_large_images_alone(tmp_path: Path, jobs: int) -> None:
    claim = b"P5 12000 12000 255\n"
    for name, content in (("a.png", picture()), ("c.png", picture())):
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "b.pgm").open("wb") as stream:
        stream.write(claim)
        stream.truncate(len(claim) + 12000 * 12000)
    limits = {resource.RLIMIT_AS: 600 * 2**20}
    ended = poolcli(
        "avg", "a.png", "b.pgm", "c.png", "-s", 1, "-j", jobs, "--no-figure",
        folder=tmp_path, limits=limits,
    )  # fmt: skip
    assert ended.status == 1
    assert ended.errors == [
        f"poolcli: b.pgm: {NO_MEMORY}",
        "poolcli: 2 written, 1 failed of 3",
    ]


@pytest.mark.parametrize("mebibytes", [50, 100, 200, 300, 399])
def test_a_memory_limit_below_what_libraries_need_is_one_line(
    tmp_path: Path, mebibytes: int
) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    ended = poolcli("max", "a.png", folder=tmp_path, limits={resource.RLIMIT_AS: mebibytes << 20})
    assert ended.status == 1
    assert ended.errors == [f"poolcli: the memory limit of {mebibytes} MiB {TOO_LOW}"]


def test_memory_limits_of_any_size_never_crash(tmp_path: Path) -> None:
    """Just above the least, libraries find room or say that there is none."""
    (tmp_path / "a.png").write_bytes(picture(side=600))
    for mebibytes in range(400, 700, 100):
        ended = poolcli(
            "max", "a.png", "-j", 1, folder=tmp_path, limits={resource.RLIMIT_AS: mebibytes << 20}
        )
        assert ended.status in (0, 1)
        assert not ended.errors or "memory" in ended.errors[0]


@pytest.mark.parametrize("jobs", [2, 8])
def test_two_hundred_files_need_no_more_than_32_descriptors(tmp_path: Path, jobs: int) -> None:
    (tmp_path / "in").mkdir()
    for number in range(200):
        (tmp_path / "in" / f"{number}.png").write_bytes(picture(number, 8))
    ended = poolcli(
        "max", "in", "-j", jobs, "--no-figure", folder=tmp_path, limits={resource.RLIMIT_NOFILE: 32}
    )
    assert ended.status == 0
    assert ended.errors[-1] == "poolcli: 200 written, 0 failed of 200"
    assert len(contents(tmp_path / "pooled")) == 200


@needs_root
@pytest.mark.parametrize("most", range(1, 14, 2))
def test_where_few_processes_are_allowed_fewer_jobs_do_it_all(tmp_path: Path, most: int) -> None:
    """Requires root, who becomes a user with few processes."""
    tmp_path.chmod(0o777)
    for number in range(8):
        (tmp_path / f"{number}.png").write_bytes(picture(number, 300))
    ended = poolcli(
        "max", ".", "-d", "out", "-j", 4, "--no-figure",
        folder=tmp_path, before=(*NOBODY, "prlimit", f"--nproc={most}"),
    )  # fmt: skip
    assert ended.status == 0
    # The run, two helpers, and for each of four workers a thread beside.
    assert "workers" in ended.errors[0] or most >= 3 + 2 * 4
    assert ended.errors[-1] == "poolcli: 8 written, 0 failed of 8"


@needs_root
def test_one_image_is_pooled_without_further_threads(tmp_path: Path) -> None:
    """Requires root, who becomes a user with one process."""
    tmp_path.chmod(0o777)
    (tmp_path / "a.png").write_bytes(picture(side=800))
    before = (*NOBODY, "prlimit", "--nproc=1")
    ended = poolcli("avg", "a.png", "-j", 4, folder=tmp_path, before=before)
    assert (ended.status, ended.errors) == (0, [])
