"""Keep memory in the process, so that no measurement includes the allocation of fresh pages.

Fresh pages cost as much as pooling the pixels in them. On a virtual machine that returns free
memory to its host they sometimes cost ten times as much, so that a row would measure the host.
"""

from __future__ import annotations

import ctypes
import os

import numpy as np

# As in mallopt(3).
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
LARGEST_SHARE = 4

NOTE = (
    "Functions are measured in a process that keeps all memory it has used, so that no row includes"
    " fresh pages, which cost as much as pooling and on a virtual machine sometimes ten times as"
    " much. The times of whole commands include them."
)


def keep_memory(wanted: int) -> bool:
    """Keep the memory of this process after using `wanted` bytes; return whether that works."""
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
