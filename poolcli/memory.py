"""A lack of memory: what libraries raise then, told in one line."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from poolcli.errors import PoolcliError

OPENCV_NO_MEMORY = -4
# With less room than this, libraries end or hang while they are loaded, and raise nothing.
LEAST_BYTES = 400 * 2**20


def check_limits() -> None:
    """Raise PoolcliError if a limit of the system leaves too little room for the libraries."""
    if sys.platform == "win32":
        return
    import resource

    for kind, option in ((resource.RLIMIT_AS, "-v"), (resource.RLIMIT_DATA, "-d")):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY and limit < LEAST_BYTES:
            least = f"{LEAST_BYTES // 2**20} MiB"
            raise PoolcliError(
                f"the memory limit of {limit // 2**20} MiB is too low; poolcli needs {least}"
                f" (ulimit {option} {LEAST_BYTES // 2**10})"
            )


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Turn a lack of memory, however it shows, into a PoolcliError that names what needed it."""
    try:
        yield
    except Exception as error:
        if not lacks_memory(error):
            raise
        raise PoolcliError(f"there is not enough memory for {what}") from None


def lacks_memory(error: Exception) -> bool:
    """Tell whether an error comes from a lack of memory."""
    if isinstance(error, ImportError):
        # A library that is loaded late, and finds no room for itself.
        return "failed to map segment" in str(error) or "cannot allocate" in str(error)
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or getattr(error, "code", None) == OPENCV_NO_MEMORY
    )
