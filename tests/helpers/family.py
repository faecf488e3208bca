"""Processes that tests have started, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path


def children(parent: int) -> list[int]:
    """Return the children of a process that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, ppid = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(ppid) == parent and state != "Z":
                found.append(int(entry.name))
    return found


def helpers(name: str = "multiprocessing") -> list[int]:
    """Return the helper processes of multiprocessing: `forkserver`, `resource_tracker`."""
    found = []
    for child in children(os.getpid()):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if name.encode() in command:
            found.append(child)
    return found
