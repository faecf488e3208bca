"""What happens when a decoder meets a damaged file: one line, and no chatter."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from poolcli.errors import PoolcliError

# Pillow logs what it also raises.
logging.getLogger("PIL").addHandler(logging.NullHandler())


@contextmanager
def damage_in_one_line(expected: type[Exception] = PoolcliError) -> Iterator[None]:
    """Turn whatever a decoder raises into one PoolcliError, but for what is `expected`."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (PoolcliError, MemoryError, expected):
        raise
    except Exception as error:  # noqa: BLE001 - decoders raise anything on damaged files
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PoolcliError(f"is damaged: {reason}") from None


@contextmanager
def silent_libraries() -> Iterator[None]:
    """Keep libtiff and libpng, which print by themselves, from standard error."""
    try:
        kept = os.dup(2)
    except OSError:
        # Standard error is closed already.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
