"""Recognize a lack of memory, and report it in one line."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from poolcli.errors import PoolcliError

OPENCV_NO_MEMORY = -4
# With a lower limit, libraries end the process or hang during import instead of raising.
LEAST_BYTES = 400 * 2**20


def check_limits() -> None:
    """Raise PoolcliError if a limit of the process leaves too little memory for libraries."""
    resource: ModuleType | None
    try:
        import resource
    except ImportError:  # Windows
        resource = None
    if resource is None:
        return

    for kind, option in ((resource.RLIMIT_AS, "-v"), (resource.RLIMIT_DATA, "-d")):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY and limit < LEAST_BYTES:
            least = f"{LEAST_BYTES // 2**20} MiB"
            raise PoolcliError(
                f"the memory limit of {limit // 2**20} MiB is too low; poolcli needs {least}"
                f" (ulimit {option} {LEAST_BYTES // 2**10})"
            )


@contextmanager
def enough_memory(purpose: str) -> Iterator[None]:
    """Turn any exception for a lack of memory into a PoolcliError that names the purpose."""
    try:
        yield
    except Exception as error:
        if not lacks_memory(error):
            raise
        raise PoolcliError(f"there is not enough memory for {purpose}") from None


def lacks_memory(error: Exception) -> bool:
    """Return whether an error is due to a lack of memory."""
    if isinstance(error, ImportError):
        # A shared library that could not be loaded.
        return "failed to map segment" in str(error) or "cannot allocate" in str(error)
    return (
        isinstance(error, MemoryError)
        or (isinstance(error, OSError) and error.errno == errno.ENOMEM)
        or getattr(error, "code", None) == OPENCV_NO_MEMORY
    )
