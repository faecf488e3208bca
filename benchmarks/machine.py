"""Description of the machine of a run, without its name."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.scale import Scale
from benchmarks.warming import NOTE
from poolcli import __version__
from poolcli.executors import count_cores

PACKAGES = (
    *("numpy", "pillow", "opencv-python-headless", "matplotlib", "click"),
    *("torch", "onnxruntime", "scikit-image", "pyvips", "pyvips-binary"),
)


FAIRNESS = (
    "The results of every peer were first compared with poolcli's: equal, averages within n·2⁻²⁴ of"
    " the mean, rounded ones within 1. Peers have one thread, and get the image in their preferred"
    " type and layout before the clock starts: torch and onnxruntime float32, channels first. The"
    " time of OpenCV includes a copy if the stride skips pixels, and that of INTER_AREA the"
    " conversion to float32, without which it rounds."
)


def about(scale: Scale, minutes: float, *, kept: bool) -> list[str]:
    """Return a description of the machine, the versions and the method of measurement."""
    few, many = scale.rounds, scale.commands
    versions = ", ".join(_versions())
    how = (
        f"Times are medians of {few.least} to {few.most} runs ({many.least} to {many.most} for"
        " whole commands), taken in turns; ± is half the difference of the slowest and the fastest."
    )
    return [
        f"Written by `python -m benchmarks --scale {scale.name}` in {minutes:.1f} minutes.",
        "",
        f"- Machine: {_processor()}, {count_cores()} cores; {_system()}",
        f"- Versions: poolcli {__version__}, Python {platform.python_version()}, {versions}",
        f"- {how}",
        f"- {FAIRNESS}",
        *([f"- {NOTE}"] if kept else []),
    ]


def _versions() -> Iterator[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} not installed"
    program = shutil.which("vips")
    if program is not None:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        yield f"the command {told.stdout.strip()}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name}, {platform.machine()}"
