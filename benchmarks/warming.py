"""Memory that stays: no result pays for pages that the system must find and clear first.

Fresh pages cost as much as pooling what they hold. On a virtual machine that gives free memory
back to its host they cost ten times as much, now and then: rows would measure the host.
"""

from __future__ import annotations

import ctypes
import os

import numpy as np

# What mallopt(3) calls these.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
LARGEST_SHARE = 4

NOTE = (
    "Functions are timed in a process that keeps the memory it has once used, so that no row pays"
    " for fresh pages, which cost as much as pooling and on a virtual machine now and then ten"
    " times as much. Whole commands pay for theirs."
)


def keep_memory(wanted: int) -> bool:
    """Let this process keep all memory it ever gets, and use so much; tell whether that works."""
    if not wanted:
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
        installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, TypeError, ValueError, OSError):
        return False
    kept = set_option(M_MMAP_MAX, 0) and set_option(M_TRIM_THRESHOLD, 2**31 - 1)
    np.ones(min(wanted, installed // LARGEST_SHARE), np.uint8)
    return bool(kept)
