"""Run whole programs, poolcli and scripts, and measure their time and memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import poolcli

SCRIPTS = Path(__file__).parent / "scripts"

# The code of the installed command `poolcli`.
ENTRY = "import sys; from poolcli.__main__ import run; sys.exit(run())"


@dataclass(frozen=True)
class Usage:
    """The seconds and the peak resident bytes of one run of a program."""

    seconds: float
    peak: float


def poolcli_program(*arguments: object) -> list[str]:
    """Return the command line of poolcli."""
    return python("-c", ENTRY, *arguments)


def pooling(photo: Path, folder: Path, *options: object) -> list[str]:
    """Return the command that max-pools a photo, or a folder of photos, three times."""
    return poolcli_program("max", photo, "-k", 2, "-n", 3, "-q", "-d", folder, *options)


def floor(folder: Path, *photos: Path, decoder: str = "pillow") -> list[str]:
    """Return the command of the plain floor."""
    return python(SCRIPTS / "floor.py", decoder, folder, *photos)


def scikit_image(photo: Path, folder: Path) -> list[str] | None:
    """Return the command of the scikit-image script, None if that is not installed."""
    if find_spec("skimage") is None:
        return None
    return python(SCRIPTS / "blocks.py", folder, photo)


def vips_shrink(photo: Path, folder: Path) -> list[str] | None:
    """Return the command that shrinks a photo with libvips, None if that is not installed."""
    program = shutil.which("vips")
    if program is None:
        return None
    return [program, "shrink", str(photo), str(folder / f"{photo.stem}.png"), "2", "2"]


def pyvips_shrink(photo: Path, folder: Path) -> list[str] | None:
    """Return the command of the script that shrinks a photo with pyvips, None if not installed."""
    if find_spec("pyvips") is None:
        return None
    return python(SCRIPTS / "shrink.py", photo, folder / f"{photo.stem}.png")


def python(*arguments: object) -> list[str]:
    """Return a command line of this interpreter."""
    return [sys.executable, *map(str, arguments)]


def launch(program: Sequence[str]) -> Usage:
    """Run a program to its end; raise RuntimeError if it fails."""
    ended = subprocess.run(
        python("-I", "-S", SCRIPTS / "launch.py", *program),
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RuntimeError(f"{' '.join(program)} failed:\n{ended.stderr}")
    # The last line is that of the launcher; those before it are the program's.
    seconds, peak = map(float, ended.stdout.splitlines()[-1].split())
    return Usage(seconds, peak)


def stopwatch(program: Sequence[str]) -> float:
    """Return the seconds of one run of a program."""
    return launch(program).seconds


def _environment() -> dict[str, str]:
    """Return an environment with this poolcli, compiled as if installed, without its variables."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("POOLCLI_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, "PYTHONPATH": str(Path(poolcli.__file__).parent.parent)}
