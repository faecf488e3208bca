"""What happens when a decoder meets a damaged file: one line."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from poolcli.errors import PoolcliError, shorten
from poolcli.memory import lacks_memory

# Decoders may quote the file.
LONGEST_REASON = 200

# Pillow logs what it also raises.
logging.getLogger("PIL").addHandler(logging.NullHandler())


@contextmanager
def damage_in_one_line(expected: type[Exception] = PoolcliError) -> Iterator[None]:
    """Turn whatever a decoder raises into one PoolcliError, but for what is `expected`."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (PoolcliError, expected):
        raise
    except Exception as error:  # decoders raise anything on damaged files
        if lacks_memory(error):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PoolcliError(f"is damaged: {shorten(reason, LONGEST_REASON)}") from None
