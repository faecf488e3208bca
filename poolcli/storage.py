"""Places and bytes: read a file whole, or replace it whole.

A place is a path, or `-` for standard input or output.
"""

from __future__ import annotations

import itertools
import os
import socket
import stat
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

from poolcli.errors import PoolcliError

STANDARD = "-"

_numbers = itertools.count()


def read(place: str) -> bytes:
    """Read a file, or standard input; raise PoolcliError if that fails."""
    if place == STANDARD:
        return _standard_input()
    path = Path(place)
    try:
        if path.is_dir():
            raise PoolcliError("is a folder; name the files in it")
        return path.read_bytes()
    except OSError as error:
        raise PoolcliError(f"cannot be read: {_reason(error)}") from None


def write(place: str, content: bytes) -> None:
    """Replace a file whole, or send the content to a device, a pipe or standard output.

    The content goes to a temporary file beside the target, which then takes the target's name:
    whatever happens, the target holds its old bytes or all of the new ones. Links are followed,
    and permissions stay those of the old file, or follow the umask.

    Raises
    ------
    PoolcliError
        If the place cannot be written; nothing is left behind then.
    """
    try:
        if place == STANDARD:
            if sys.stdout.isatty() and not content.isascii():
                raise PoolcliError("a terminal shows no images; redirect the output or use -o FILE")
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            return
        target = Path(os.path.realpath(place))
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(target)
        if mode is None or stat.S_ISREG(mode):
            _replace(target, content, mode)
        else:
            with target.open("wb") as stream:
                stream.write(content)
    except OSError as error:
        raise PoolcliError(f"{place} cannot be written: {_reason(error)}") from None


def identity(place: str) -> object:
    """Give what two names of one file have in common; a name of no file stands for itself."""
    try:
        status = Path(place).stat()
    except (OSError, ValueError):
        return os.path.realpath(place)
    return status.st_dev, status.st_ino


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    # A short name of its own: the target's may already be as long as a name can be.
    host = socket.gethostname()[:32]
    temporary = target.with_name(f".poolcli-{host}-{os.getpid()}-{next(_numbers)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            stream.write(content)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


@cache
def _standard_input() -> bytes:
    """Read standard input once: it is looked at to name outputs, then used."""
    return sys.stdin.buffer.read()


def _reason(error: OSError) -> str:
    return error.strerror.lower() if error.strerror else str(error)
