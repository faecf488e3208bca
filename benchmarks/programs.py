"""Whole programs: how poolcli and the scripts beside it are started, timed and weighed."""

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

# What the installed command `poolcli` does.
ENTRY = "import sys; from poolcli.__main__ import run; sys.exit(run())"


@dataclass(frozen=True)
class Usage:
    """What one run of a program took: seconds, and bytes resident at most."""

    seconds: float
    peak: float


def poolcli_program(*arguments: object) -> list[str]:
    """Give the command line of poolcli."""
    return python("-c", ENTRY, *arguments)


def pooling(photo: Path, folder: Path, *options: object) -> list[str]:
    """Give the command that max-pools a photo, or a folder of them, three times."""
    return poolcli_program("max", photo, "-k", 2, "-n", 3, "-q", "-d", folder, *options)


def floor(folder: Path, *photos: Path, decoder: str = "pillow") -> list[str]:
    """Give the command of the plain floor."""
    return python(SCRIPTS / "floor.py", decoder, folder, *photos)


def scikit_image(photo: Path, folder: Path) -> list[str] | None:
    """Give the command of a scikit-image script, if that is installed."""
    if find_spec("skimage") is None:
        return None
    return python(SCRIPTS / "blocks.py", folder, photo)


def vips_shrink(photo: Path, folder: Path) -> list[str] | None:
    """Give the command that shrinks a photo with libvips, if that is installed."""
    program = shutil.which("vips")
    if program is None:
        return None
    return [program, "shrink", str(photo), str(folder / f"{photo.stem}.png"), "2", "2"]


def pyvips_shrink(photo: Path, folder: Path) -> list[str] | None:
    """Give the command of a script that shrinks a photo with its own libvips, if installed."""
    if find_spec("pyvips") is None:
        return None
    return python(SCRIPTS / "shrink.py", photo, folder / f"{photo.stem}.png")


def python(*arguments: object) -> list[str]:
    """Give a command line for this interpreter."""
    return [sys.executable, *map(str, arguments)]


def launch(program: Sequence[str]) -> Usage:
    """Run a program to its end; it must succeed."""
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
    # The last line is the launcher's; those before it are the program's.
    seconds, peak = map(float, ended.stdout.splitlines()[-1].split())
    return Usage(seconds, peak)


def stopwatch(program: Sequence[str]) -> float:
    """Time one run of a program."""
    return launch(program).seconds


def _environment() -> dict[str, str]:
    """Give all programs this poolcli, kept compiled as if installed, and no user settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("POOLCLI_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, "PYTHONPATH": str(Path(poolcli.__file__).parent.parent)}
