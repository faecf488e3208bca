"""Memory that is warm: no result pays for pages that the system must find and clear first.

A fresh page costs as much as pooling what it holds, and on a virtual machine that gives free
memory back to its host ten times as much, now and then: then rows measure the host.
"""

from __future__ import annotations

import ctypes
import os

import numpy as np

# The names that mallopt(3) gives these numbers.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
WARM_BYTES = 2 * 2**30
WARM_SHARE = 4

NOTE = (
    "Within a process, freed memory is kept and used again, and was touched beforehand, so that"
    " no row pays for fresh pages; whole commands pay for theirs."
)


def keep_memory() -> bool:
    """Let this process keep all memory it ever gets, and get some; tell whether that works."""
    try:
        allocation = ctypes.CDLL(None).mallopt
        installed = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, TypeError, ValueError, OSError):
        return False
    kept = allocation(M_MMAP_MAX, 0) and allocation(M_TRIM_THRESHOLD, 2**31 - 1)
    np.full(min(WARM_BYTES, installed // WARM_SHARE), 1, np.uint8)
    return bool(kept)
