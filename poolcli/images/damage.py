"""Damage in files: an error of one line, or a warning if damage is tolerated."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from poolcli.errors import PoolcliError, shorten
from poolcli.memory import lacks_memory

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Messages of decoders may quote the file.
LONGEST_REASON = 200

# Pillow logs errors that it also raises.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# The memory that decoders need per pixel.
DECODING_BYTES = 12
BLOCK_BYTES = 1 << 23
READING_ERRORS = (OSError, ValueError, SyntaxError, EOFError, TypeError)


class Damage:
    """Damage found in one file.

    Parameters
    ----------
    tolerant : bool
        Read a damaged file as far as possible, instead of refusing it.

    Attributes
    ----------
    warnings : list of str
        The damage of a file that is read nevertheless; at most one line.
    """

    def __init__(self, *, tolerant: bool = False) -> None:
        self.tolerant = tolerant
        self.warnings: list[str] = []
        self._suspected: str | None = None

    def suspect(self, reason: str) -> None:
        """Note damage that may leave readable pixels; call `settle` once they are read."""
        self._suspected = self._suspected or reason

    def settle(self) -> None:
        """Raise PoolcliError if damage was noted, or add a warning where it is tolerated.

        The message proposes `--tolerant`, so call this only once pixels have been read.
        """
        reason = self._suspected
        if reason is None or self.warnings:
            return
        if not self.tolerant:
            raise PoolcliError(f"is damaged: {reason}; --tolerant reads what can be read")
        self.warnings.append(f"is damaged: {reason}; what could be read is used")

    def found(self, reason: str) -> None:
        """Note damage to pixels that have been read, and settle it."""
        self.suspect(reason)
        self.settle()


@contextmanager
def damage_in_one_line(expected: type[Exception] = PoolcliError) -> Iterator[None]:
    """Turn every exception of a decoder into a PoolcliError, except an `expected` one."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (PoolcliError, expected):
        raise
    except Exception as error:  # decoders raise anything on damaged files
        if lacks_memory(error):
            raise
        raise PoolcliError(f"is damaged: {one_line(error)}") from None


@contextmanager
def decoding(shape: tuple[int, int]) -> Iterator[None]:
    """Turn exceptions of a decoder into PoolcliError, or into MemoryError if memory lacks."""
    try:
        with damage_in_one_line():
            yield
    except PoolcliError:
        # Some decoders report a lack of memory as damage; then this raises MemoryError.
        np.empty((*shape, DECODING_BYTES), np.uint8)
        raise


def load_picture(picture: ImageFile, damage: Damage) -> bool:
    """Decode the pixels of a picture, and note damage; return whether there is none.

    Of a damaged picture, the rows before the damage are decoded: Pillow keeps them when it raises.
    Its switch for truncated images is global, so it would apply to other threads too.
    """
    # Few blocks: after each, a thread waits for the interpreter's lock.
    picture.decodermaxblock = BLOCK_BYTES
    try:
        picture.load()
    except READING_ERRORS as error:
        if lacks_memory(error) or not _decoded(picture):
            raise
        damage.suspect(one_line(error))
        return False
    return True


def _decoded(picture: ImageFile) -> bool:
    """Return whether a picture has pixels after its decoder failed."""
    picture.tile = []
    try:
        picture.load()
    except READING_ERRORS:
        return False
    return True


def one_line(error: Exception) -> str:
    """Return the message of an error without line breaks."""
    return shorten(" ".join(str(error).split()) or type(error).__name__, LONGEST_REASON)
