"""The program on a system without POSIX modules, fork and signals such as SIGHUP.

`helpers/elsewhere/sitecustomize.py` hides them from poolcli in a process of its own, and in its
workers. docs/platforms.md has the list of what was tried on which system.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import names, wait_for_handlers
from helpers.formats import noise, saved

ELSEWHERE = Path(__file__).parent / "helpers" / "elsewhere"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ELSEWHERE)}
COMMAND = (sys.executable, "-m", "poolcli")


def poolcli(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the program there; it must succeed."""
    ended = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.fixture
def pictures(folder: Path) -> Path:
    """Return a folder of four small pictures."""
    (folder / "in").mkdir()
    for number in range(4):
        (folder / "in" / f"{number}.png").write_bytes(saved(noise("u1", 3), "PNG"))
    return folder / "in"


LOOK = """
import json, sys
__name__ = "poolcli.look"
import multiprocessing, os, signal
missing = []
for module in ("fcntl", "grp", "pwd", "resource"):
    try:
        __import__(module, globals())
    except ImportError:
        missing.append(module)
names = ["fork", "fchmod", "getuid", "chown", "O_NOFOLLOW", "sched_getaffinity"]
missing += [name for name in names if not hasattr(os, name)]
missing += [name for name in ("SIGHUP", "SIGKILL") if not hasattr(signal, name)]
from poolcli.executors.processes import choose_context
print(json.dumps([missing, choose_context().get_start_method()]))
"""


def test_the_simulation_hides_what_windows_lacks() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOOK], env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert json.loads(ended.stdout) == [
        ["fcntl", "grp", "pwd", "resource", "fork", "fchmod", "getuid", "chown", "O_NOFOLLOW",
         "sched_getaffinity", "SIGHUP", "SIGKILL"],
        "spawn",
    ]  # fmt: skip


def test_the_first_command_of_the_readme_writes_the_same_files(folder: Path, samples: Path) -> None:
    arguments = ("max", samples / "cat.jpg", "-k", 2, "-n", 3)
    ended = poolcli(*arguments)
    assert ended.stdout.splitlines() == [
        str(Path("pooled", f"cat_max_k2_{i}.png")) for i in (1, 2, 3, "n3_comparison")
    ]
    here = [*COMMAND, *map(str, arguments), "-d", "here", "-q"]
    subprocess.run(here, check=True, timeout=120)
    assert names("pooled") == names("here")
    for name in names("here"):
        assert (folder / "pooled" / name).read_bytes() == (folder / "here" / name).read_bytes()


def test_a_folder_is_pooled_by_workers_and_updated(pictures: Path) -> None:
    ended = poolcli("max", pictures, "-j", 2, "-v")
    assert ended.stderr.splitlines()[-1] == "poolcli: 4 written, 0 failed of 4"
    assert "warning" not in ended.stderr
    again = poolcli("max", pictures, "-j", 2, "-u")
    assert again.stderr == "poolcli: 0 written, 4 skipped, 0 failed of 4\n"
    old = [path.stat().st_mtime_ns for path in Path("pooled").iterdir()]
    # Every file is replaced, which is the second time that it is written.
    assert poolcli("max", pictures, "-j", 2).returncode == 0
    assert not set(old) & {path.stat().st_mtime_ns for path in Path("pooled").iterdir()}
    assert not [name for name in names("pooled") if name.startswith(".")]


def test_workers_are_other_processes(folder: Path) -> None:
    program = (
        "import os\n"
        "from poolcli.executors import start\n"
        "if __name__ == '__main__':\n"
        "    workers = start(2)\n"
        "    assert workers.submit(os.getpid).result() != os.getpid()\n"
        "    assert workers.shortage is None\n"
        "    workers.shutdown()\n"
    )
    (folder / "program.py").write_text(program)
    subprocess.run([sys.executable, "program.py"], env=ENVIRONMENT, check=True, timeout=120)


def test_the_other_commands_work(folder: Path, samples: Path) -> None:
    (folder / "m.csv").write_text("1,2\n3,4\n")
    assert "kernel 2" in poolcli("explain", "m.csv", "--at", "0,0").stdout
    assert "224" in poolcli("shape", "224", "-k", 3).stdout
    assert poolcli("compare", samples / "cat.jpg", "--resize", "90x").stdout
    assert names("pooled") == ["cat_compare_max-avg_k2_90x_n1_comparison.png"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1])
def test_control_c_and_control_break_end_a_run_and_leave_the_old_file(
    folder: Path, number: signal.Signals
) -> None:
    """SIGUSR1 stands in for SIGBREAK."""
    np.save("big.npy", np.random.default_rng(0).integers(0, 256, (1500, 1500), np.uint8))
    (folder / "out.npy").write_bytes(b"old")
    command = [*COMMAND, "median", "big.npy", "-k", "15", "-s", "1", "-o", "out.npy"]
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        wait_for_handlers(process)
        time.sleep(0.5)
        process.send_signal(number)
        ended = process.communicate(timeout=20)
        assert (process.returncode, *ended) == (128 + number, b"", b"")
    finally:
        process.kill()
        process.communicate()
    assert (folder / "out.npy").read_bytes() == b"old"
    assert names(folder) == ["big.npy", "out.npy"]


def wait_until_group_is_gone(group: int) -> None:
    """Wait until no process is left in a group."""
    with suppress(ProcessLookupError):
        for _ in range(100):
            os.killpg(group, 0)
            time.sleep(0.05)
        pytest.fail("a worker is left")


def test_control_c_ends_the_workers_too(pictures: Path) -> None:
    for number in range(40):
        (pictures / f"more{number}.png").write_bytes(saved(noise("u1", 3), "PNG"))
    process = subprocess.Popen(
        [*COMMAND, "max", pictures, "-j", "2"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        # As a terminal does, to all processes of the group.
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert not [line for line in errors.splitlines() if not line.startswith(b"poolcli: ")]
        wait_until_group_is_gone(process.pid)
    finally:
        process.kill()
        process.communicate()
    assert not [name for name in names("pooled") if name.startswith(".")]
