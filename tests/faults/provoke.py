"""Ways to make a machine misbehave, for real; each is undone when it has been seen."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.formats import saved

if sys.platform != "linux":
    pytest.skip("these faults are Linux's", allow_module_level=True)

COMMAND = (sys.executable, "-m", "poolcli")

# The reasons that a full disk, or the limit that stands in for one, gives.
FULL = ("no space left on device", "file too large")

# Files stay within reach of another user, but for the rights that a test is about.
NOBODY = (
    "setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
)  # fmt: skip
# Root who must heed permissions like everybody; others do already.
HUMBLE = (
    ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")
    if os.geteuid() == 0
    else ()
)

MEASURED = """
import sys
def watch(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn"):
        print(f"a process was started: {arguments}", file=sys.stderr)
sys.addaudithook(watch)
from poolcli.__main__ import run
status = run()
for line in open("/proc/self/status"):
    if line.startswith("VmHWM"):
        print(line.split()[1])
sys.exit(status)
"""


@dataclass(frozen=True)
class Ended:
    """How a run ended and what it said."""

    status: int
    output: str
    errors: list[str]

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """Give the JSON records by the names of their inputs."""
        found = [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]
        return {Path(record["input"]).name: record for record in found}


def poolcli(
    *arguments: object,
    folder: Path | None = None,
    before: Sequence[str] = (),
    limits: Mapping[int, int] | None = None,
    command: Sequence[str] = COMMAND,
    **settings: Any,
) -> Ended:
    """Run the program, and hold what every run must keep.

    Parameters
    ----------
    before : sequence of str
        A command that starts the program.
    limits : mapping
        The program's limits, as `resource` numbers them.
    """

    def limit() -> None:
        for kind, most in (limits or {}).items():
            resource.setrlimit(kind, (most, most))

    ended = subprocess.run(
        [*before, *command, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=120,
        preexec_fn=limit if limits else None,
        **settings,
    )
    errors = ended.stderr.decode(errors="surrogateescape").splitlines()
    assert not [line for line in errors if not line.startswith("poolcli: ")], errors
    assert not [line for line in errors if "internal error: " in line], errors
    output = ended.stdout.decode(errors="surrogateescape")
    return Ended(ended.returncode, output, errors)


@contextmanager
def small_disk(folder: Path, kibibytes: int, inodes: int = 0) -> Iterator[dict[int, int]]:
    """Mount a small disk on a folder; where that is not allowed, give a limit on files instead."""
    folder.mkdir(exist_ok=True)
    size = f"size={kibibytes}k" + (f",nr_inodes={inodes}" if inodes else "")
    mounted = _try("mount", "-t", "tmpfs", "-o", size, "tmpfs", folder)
    try:
        yield {} if mounted else {resource.RLIMIT_FSIZE: kibibytes * 1024}
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[tuple[str, ...]]:
    """Make a folder read-only; give the command under which that holds.

    Where nothing may be mounted, permissions do it, for a root who must heed them.
    """
    mounted = _try("mount", "--bind", folder, folder)
    try:
        if mounted:
            subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
        else:
            folder.chmod(0o555)
        yield () if mounted else HUMBLE
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)
        folder.chmod(0o755)


@contextmanager
def immutable(path: Path) -> Iterator[tuple[str, ...]]:
    """Forbid any change of a file or folder; give the command under which that holds."""
    changed = _try("chattr", "+i", path)
    mode = path.stat().st_mode
    try:
        if not changed:
            path.chmod(0o555)
        yield () if changed else HUMBLE
    finally:
        if changed:
            subprocess.run(["chattr", "-i", path], check=True)
        path.chmod(mode)


def _try(*command: object) -> bool:
    with suppress(OSError):
        ended = subprocess.run([*map(str, command)], capture_output=True, check=False)
        return ended.returncode == 0
    return False


def picture(seed: int = 0, side: int = 64) -> bytes:
    """Make a PNG of noise, which does not shrink."""
    numbers = np.random.default_rng(seed)
    return saved(numbers.integers(0, 256, (side, side, 3), np.uint8), "PNG")


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, temporary ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def checksum(path: Path) -> str:
    """Sum up a file, or say where a link leads."""
    if path.is_symlink():
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def processes_in(folder: Path) -> list[int]:
    """List the processes that work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdecimal() and (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return [number for number in found if number != os.getpid()]
