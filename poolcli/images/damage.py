"""Damage in a file: an error of one line, or a warning where the user is tolerant."""

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

# Decoders may quote the file.
LONGEST_REASON = 200

# Pillow logs what it also raises.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# What decoders need for a pixel.
DECODING_BYTES = 12
BLOCK_BYTES = 1 << 23
READING_ERRORS = (OSError, ValueError, SyntaxError, EOFError, TypeError)


class Damage:
    """Damage found in one file.

    Parameters
    ----------
    tolerant : bool
        Read what can be read of a damaged file, instead of refusing it.

    Attributes
    ----------
    warnings : list of str
        What was found in a file that is read all the same; at most one line.
    """

    def __init__(self, *, tolerant: bool = False) -> None:
        self.tolerant = tolerant
        self.warnings: list[str] = []
        self._suspected: str | None = None

    def suspect(self, reason: str) -> None:
        """Note damage that may leave pixels to read; `settle` is called once they were read."""
        self._suspected = self._suspected or reason

    def settle(self) -> None:
        """Raise PoolcliError if damage was noted, or add a warning where it is tolerated.

        The message proposes `--tolerant`, so call this only after the pixels were read.
        """
        reason = self._suspected
        if reason is None or self.warnings:
            return
        if not self.tolerant:
            raise PoolcliError(f"is damaged: {reason}; --tolerant reads what can be read")
        self.warnings.append(f"is damaged: {reason}; what could be read is used")

    def found(self, reason: str) -> None:
        """Note damage to pixels that were read, and settle it."""
        self.suspect(reason)
        self.settle()


@contextmanager
def damage_in_one_line(expected: type[Exception] = PoolcliError) -> Iterator[None]:
    """Turn whatever a decoder raises into one PoolcliError, except an `expected` error."""
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
    """Turn what decoders raise into one PoolcliError, but a lack of memory into MemoryError."""
    try:
        with damage_in_one_line():
            yield
    except PoolcliError:
        # Some decoders take a lack of memory for damage; then this finds none either.
        np.empty((*shape, DECODING_BYTES), np.uint8)
        raise


def load_picture(picture: ImageFile, damage: Damage) -> bool:
    """Decode the pixels of a picture; of a damaged one those before the damage, which is noted.

    Return whether the decoder found no damage.

    Pillow keeps the rows that it has decoded when it raises. Its own switch for truncated images
    is global, so it would apply to other threads as well.
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
    """Return whether a picture has pixels after its decoder failed, without decoding again."""
    picture.tile = []
    try:
        picture.load()
    except READING_ERRORS:
        return False
    return True


def one_line(error: Exception) -> str:
    """Return the message of an error without line breaks."""
    return shorten(" ".join(str(error).split()) or type(error).__name__, LONGEST_REASON)
