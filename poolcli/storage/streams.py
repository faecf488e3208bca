"""Read and write open descriptors: standard input and output, and paths such as /dev/fd/3.

Python's raw streams may transfer fewer bytes than requested. `read_parts` and `write_all` repeat
until everything is transferred.
"""

from __future__ import annotations

import errno
import io
import os
import re
import select
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NoReturn, TextIO

from poolcli.errors import PoolcliError
from poolcli.silence import abandon

WINDOWS = os.name == "nt"

STANDARD = "-"
INPUT, OUTPUT, ERRORS = range(3)
# The output `-` as a path that can be compared with those of inputs.
STANDARD_OUTPUT = f"/dev/fd/{OUTPUT}"

HEAD_BYTES = 512
PART_BYTES = 1 << 20

# More links in succession than any system follows.
_MOST_LINKS = 40
# Seconds between two attempts on systems that cannot wait for a descriptor.
_PAUSE = 0.01
# Numbers of descriptors have at most nine digits.
_NUMBER = re.compile("[0-9]{1,9}")
_FOLDERS = ("/dev/fd", "/proc/self/fd", "/proc/thread-self/fd")


def descriptor_of(path: str) -> int | None:
    """Return the descriptor of this process that a path names, or None.

    `/dev/stdout`, `/dev/fd/1` and `/proc/self/fd/1` name descriptor 1, and so do links to them.
    """
    for _ in range(_MOST_LINKS):
        folder, name = os.path.split(path)
        try:
            if _NUMBER.fullmatch(name) and os.path.realpath(folder) in _folders():
                return int(name)
            path = os.path.join(folder, os.readlink(path))  # noqa: PTH115, PTH118 - a path is text
        except (OSError, ValueError, AttributeError):
            return None
    return None


def _folders() -> set[str]:
    return {os.path.realpath(folder) for folder in _FOLDERS}


def output_descriptor(path: str) -> int | None:
    """Return the descriptor that an output path names, or None for a file."""
    return OUTPUT if path == STANDARD else descriptor_of(path)


def input_descriptor(path: str) -> int | None:
    """Return the descriptor that an input path names, or None for a file."""
    return INPUT if path == STANDARD else descriptor_of(path)


def write_all(raw: Any, parts: Iterable[bytes | memoryview]) -> None:
    """Write all bytes to an unbuffered stream, or raise OSError; wait if it is non-blocking."""
    for part in parts:
        rest = memoryview(part)
        if not rest.nbytes:
            continue
        rest = rest.cast("B")
        while rest:
            written = raw.write(rest)
            if written is None:
                _wait(raw.fileno(), for_reading=False)
            else:
                rest = rest[written:]


def read_parts(raw: Any) -> Iterator[bytes]:
    """Yield the bytes of an unbuffered stream in parts of at most 1 MiB; wait if non-blocking."""
    while True:
        part = raw.read(PART_BYTES)
        if part is None:
            _wait(raw.fileno(), for_reading=True)
        elif part:
            yield part
        else:
            return


def _wait(descriptor: int, *, for_reading: bool) -> None:
    """Wait until a non-blocking descriptor can be read or written, or its other end is closed."""
    if sys.platform != "win32":
        ready = select.poll()
        ready.register(descriptor, select.POLLIN if for_reading else select.POLLOUT)
        ready.poll()
    else:
        time.sleep(_PAUSE)


class Input:
    """Standard input, which can be read only once; its bytes are kept for further calls.

    Parameters
    ----------
    raw : unbuffered binary stream
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._parts = read_parts(raw)
        self._held = io.BytesIO()
        self._complete = False
        self._refused: PoolcliError | None = None

    def read(self, look: Callable[[bytes], None] | None, most: int | None) -> bytes:
        """Return all bytes, as `storage.read` does."""
        if self._refused is not None:
            raise self._refused
        self._read_until(HEAD_BYTES)
        if look is not None:
            look(bytes(self._held.getbuffer()[:HEAD_BYTES]))
        if most is not None:
            self._check(self._size_ahead(), most)
        self._read_until(most)
        if most is not None:
            self._check(self._held.tell(), most)
        return self._held.getvalue()

    def _read_until(self, size: int | None) -> None:
        """Read more than `size` bytes, or everything."""
        while not self._complete and (size is None or self._held.tell() <= size):
            part = next(self._parts, b"")
            try:
                self._held.write(part)
            except MemoryError:
                self._refuse(PoolcliError("has more bytes than memory can hold"))
            self._complete = not part

    def _size_ahead(self) -> int:
        """Return the number of bytes in all, or of those read so far if the former is unknown."""
        try:
            status = os.fstat(self._raw.fileno())
            if stat.S_ISREG(status.st_mode) and not self._complete:
                return self._held.tell() + status.st_size - int(self._raw.tell())
        except OSError:
            pass
        return self._held.tell()

    def _check(self, size: int, most: int) -> None:
        if size > most:
            self._refuse(too_large(size))

    def _refuse(self, error: PoolcliError) -> NoReturn:
        """Raise an error, now and at every later read, and release the bytes."""
        self._held = io.BytesIO()
        self._refused = error
        raise error


def too_large(size: int) -> PoolcliError:
    """Return the error for a file that is larger than any allowed image."""
    return PoolcliError(f"has {size:,} bytes, more than any image that --max-pixels allows")


@cache
def standard_input() -> Input:
    """Return standard input, the same object for each call."""
    return Input(raw_standard_input())


def raw_standard_input() -> Any:
    """Return the unbuffered stream below standard input."""
    if sys.stdin is None:
        raise PoolcliError("is closed")
    return getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)


def write_output(descriptor: int, parts: Iterable[bytes | memoryview]) -> None:
    """Write the content of a file to an open descriptor, after the text buffered for it.

    Raises
    ------
    PoolcliError
        If standard output is closed, or is a terminal and the content is not text.
    OSError
        If not all bytes can be written. A pipe whose reader has closed it is no error.
    """
    if descriptor == OUTPUT and sys.__stdout__ is None and sys.stdout is None:
        raise PoolcliError("standard output is closed")
    stream = _text_stream(descriptor)
    try:
        raw = _raw(stream) if stream is not None else io.FileIO(descriptor, "w", closefd=False)
        if raw.isatty() and not b"".join(parts).isascii():
            raise PoolcliError(
                "an image cannot be shown on a terminal; redirect the output or use -o FILE"
            )
        write_all(raw, parts)
    except OSError as error:
        if stream is not None:
            abandon(stream)
        if not is_broken_pipe(error):
            raise


def is_broken_pipe(error: Exception) -> bool:
    """Return whether the reader of a pipe has closed it, which Windows reports as EINVAL."""
    if isinstance(error, BrokenPipeError):
        return True
    return WINDOWS and isinstance(error, OSError) and error.errno == errno.EINVAL


def names_folder(error: OSError, path: str) -> bool:
    """Return whether a path could not be opened since it is a folder.

    Windows reports this as a lack of permission.
    """
    if isinstance(error, IsADirectoryError):
        return True
    return WINDOWS and isinstance(error, PermissionError) and os.path.isdir(path)  # noqa: PTH112


def print_output(text: bytes) -> None:
    """Write all of a text to standard output, or raise OSError."""
    _print(sys.stdout, text)


def print_error(text: bytes) -> None:
    """Write all of a text to standard error, or raise OSError."""
    _print(sys.stderr, text)


def _print(stream: TextIO, text: bytes) -> None:
    if hasattr(stream, "buffer"):
        write_all(_raw(stream), [text])
    else:
        # A stream in memory that a caller has set, which accepts text only.
        stream.write(os.fsdecode(text))
        stream.flush()


def _raw(stream: TextIO) -> Any:
    """Flush a text stream, and return the unbuffered stream below it."""
    stream.flush()
    return getattr(stream.buffer, "raw", stream.buffer)


def _text_stream(descriptor: int) -> TextIO | None:
    return {OUTPUT: sys.stdout, ERRORS: sys.stderr}.get(descriptor)


def abandon_output() -> None:
    """Discard the rest of standard output's buffer, now and at exit."""
    abandon(sys.stdout)
