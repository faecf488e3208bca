"""Install the shells that the tests need, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import subprocess

SHELLS = ("bash", "zsh", "fish")


def obstacle() -> str:
    """Return why shells are missing and cannot be installed, or ""."""
    missing = [name for name in SHELLS if shutil.which(name) is None]
    if not missing:
        return ""
    names = ", ".join(missing)
    if shutil.which("apt-get") is None:
        return f"{names} cannot be installed: there is no apt-get"
    if os.geteuid() != 0:
        return (
            f"{names} cannot be installed: only root may; run apt-get install {' '.join(missing)}"
        )
    for command in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
        ended = subprocess.run(["apt-get", *command], capture_output=True, check=False)
    return f"{names} cannot be installed by apt-get" if ended.returncode else ""


if __name__ == "__main__":
    reason = obstacle()
    if reason:
        print(f"the tests of tab completion run in the other shells only: {reason}")
