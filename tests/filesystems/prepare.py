"""Check whether FUSE file systems can be mounted, after installing its Debian packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path


def obstacle() -> str:
    """Return what stands in the way, or ""."""
    if find_spec("mfusepy") is None:
        return "mfusepy is not installed (pip install mfusepy)"
    if not Path("/dev/fuse").exists():
        return "there is no /dev/fuse"
    if os.geteuid() != 0:
        return "only root may mount"
    if find_library("fuse3") is None and find_library("fuse") is None:
        if shutil.which("apt-get") is None:
            return "libfuse is not installed, and this is no Debian"
        ended = subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", "fuse3", "libfuse3-3"],
            capture_output=True, check=False,
        )  # fmt: skip
        if ended.returncode:
            return "libfuse cannot be installed by apt-get"
    return ""


if __name__ == "__main__":
    reason = obstacle()
    if reason:
        print(f"the tests of peculiar file systems cannot run: {reason}")
    sys.exit(1 if reason else 0)
