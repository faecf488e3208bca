"""What several test files share."""

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

# A busy machine is no fault of a test.
settings.register_profile("poolcli", deadline=None)
settings.load_profile("poolcli")

# Unbuffered streams would hide what is left in a buffer at exit.
os.environ.pop("PYTHONUNBUFFERED", None)

SAMPLES = Path(__file__).parent.parent / "samples"


class Result(NamedTuple):
    """What a command said and how it ended."""

    status: int
    output: str
    errors: str


Invoke = Callable[..., Result]


@pytest.fixture
def samples() -> Path:
    """Give the folder of sample photographs."""
    return SAMPLES


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with no setting from outside."""
    monkeypatch.chdir(tmp_path)
    for name in ("POOLCLI_OUTDIR", "POOLCLI_MAX_PIXELS", "POOLCLI_JOBS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def invoke(folder: Path, capfd: pytest.CaptureFixture[str]) -> Invoke:
    """Run the command line in this process; it must end with `status`, 0 unless said."""

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
    """Read a picture that was written, by OpenCV: pixels in RGB order."""
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    if pixels.ndim == 2:
        return np.asarray(pixels)
    return np.asarray(pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]])


def wait_for_handlers(process: subprocess.Popen[bytes]) -> None:
    """Wait until a program has begun to catch signals, or has ended."""
    terminate = 1 << (signal.SIGTERM - 1)
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & terminate:
            return
        time.sleep(0.01)


def names(folder: Path | str = ".") -> list[str]:
    """List what a folder holds."""
    return sorted(path.name for path in Path(folder).iterdir())
