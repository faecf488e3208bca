"""Fixtures and functions that several test files share."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray

from poolcli.cli import main
from poolcli.storage import streams

# A test must not fail because the machine is busy.
settings.register_profile("poolcli", deadline=None)
settings.load_profile("poolcli")

# Unbuffered streams would hide data that remains in a buffer at exit.
os.environ.pop("PYTHONUNBUFFERED", None)

SAMPLES = Path(__file__).parent.parent / "samples"


class Result(NamedTuple):
    """The exit status and the output of a command."""

    status: int
    output: str
    errors: str


Invoke = Callable[..., Result]


@pytest.fixture
def samples() -> Path:
    """Return the folder of sample pictures."""
    return SAMPLES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty folder, and remove the environment variables of poolcli."""
    monkeypatch.chdir(tmp_path)
    for name in ("POOLCLI_OUTDIR", "POOLCLI_MAX_PIXELS", "POOLCLI_JOBS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def invoke(folder: Path, capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Run the command line in this process; it must end with `status`, by default 0."""

    def run(*arguments: object, status: int = 0) -> Result:
        capfd.readouterr()
        ended = main([str(argument) for argument in arguments])
        output, errors = capfd.readouterr()
        assert ended == status, f"{arguments} ended with {ended}:\n{errors}"
        return Result(ended, output, errors)

    assert folder.is_dir()
    return run


@pytest.fixture(autouse=True)
def _forget_standard_input() -> Iterator[None]:
    yield
    streams.standard_input.cache_clear()


def reopen(path: Path | str) -> NDArray[np.generic]:
    """Read a written image by OpenCV; return its pixels in RGB order."""
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    if pixels.ndim == 2:
        return np.asarray(pixels)
    return np.asarray(pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]])


def wait_for_handlers(process: subprocess.Popen[bytes]) -> None:
    """Wait until a program has installed its signal handlers, or has ended."""
    terminate = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & terminate:
            return
        time.sleep(0.01)


def names(folder: Path | str = ".") -> list[str]:
    """Return the sorted names of the files and folders in a folder."""
    return sorted(path.name for path in Path(folder).iterdir())
