"""Compare local files and folders that may have several names.

Files with different device and inode numbers are different. Equal numbers prove nothing on file
systems whose inodes are not unique; there type, size and time of modification are compared too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from poolcli.storage.streams import INPUT, OUTPUT, STANDARD, STANDARD_OUTPUT

# Attempts to compare a file that changes meanwhile.
_ATTEMPTS = 3
_DESCRIPTORS = {STANDARD: INPUT, STANDARD_OUTPUT: OUTPUT}


def identity(path: str) -> tuple[int, int] | None:
    """Return a value that is equal for all names of one file, or None if there is no such file.

    It may be equal for different files too; `is_same` distinguishes them.
    """
    try:
        status = _status(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def is_same(path: str, other: str) -> bool:
    """Return whether two paths name the same file or folder; devices and pipes are neither.

    Without unique inodes, two different files count as the same only if size and time of
    modification are equal too.
    """
    for _ in range(_ATTEMPTS):
        try:
            first, second, again = _status(path), _status(other), _status(path)
        except (OSError, ValueError):
            return False
        if not os.path.samestat(first, second):
            return False
        if not (stat.S_ISREG(first.st_mode) or stat.S_ISDIR(first.st_mode)):
            return False
        if _details(first) == _details(again):
            return _details(first) == _details(second)
    # The file keeps changing. With this answer no input can be overwritten.
    return True


def is_same_folder(folder: str, other: str) -> bool:
    """Return whether two paths name the same existing folder, also on case-insensitive systems."""
    if not is_same(folder, other):
        return False
    real, real_other = os.path.realpath(folder), os.path.realpath(other)
    return fold(real) == fold(real_other) or _has_own_inode(real)


def is_within(path: str, folder: str) -> bool:
    """Return whether a path names a folder or a path below it."""
    real = os.path.realpath(path)
    while not is_same_folder(real, folder):
        above = os.path.dirname(real)  # noqa: PTH120 - a path is text
        if above == real:
            return False
        real = above
    return True


def resolver() -> Callable[[str, bool], str]:
    """Return a function that follows the links in a path, and resolves each folder once.

    Its second argument is whether to follow the last part of the path too if it is a link.
    """
    real_folder = cache(os.path.realpath)

    def resolve(path: str, follow: bool) -> str:
        folder, name = os.path.split(path)
        real = os.path.join(real_folder(folder), name)  # noqa: PTH118 - a path is text
        # os.path is faster than pathlib, and this is called for every file of a run.
        return os.path.realpath(real) if follow and os.path.islink(real) else real  # noqa: PTH114

    return resolve


def fold(text: str) -> str:
    """Return a name without case and form of accents, which some file systems ignore."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize

    return normalize("NFD", normalize("NFD", text).casefold())


def would_be_same(path: str, other: str) -> bool:
    """Return whether two resolved paths that are equal when folded would name the same file.

    Each pair of different names is tried in a temporary folder in their parent: on one machine
    some folders ignore case, or the form of accents, and others do not.
    """
    parts, others = Path(path).parts, Path(other).parts
    if len(parts) != len(others) or parts[0] != others[0]:
        return False
    folder, exists = Path(parts[0]), True
    for name, other_name in zip(parts[1:], others[1:], strict=True):
        if name != other_name and not _are_one_name(folder, name, other_name):
            return False
        # A folder that does not exist yet will behave like the folder that it is made in.
        exists = exists and (folder / name).is_dir()
        if exists:
            folder /= name
    return True


def _are_one_name(folder: Path, name: str, other: str) -> bool:
    """Return whether two names are the same file in a folder, by making one of them in it."""
    from tempfile import mkdtemp

    trial = None
    try:
        trial = Path(mkdtemp(prefix=".poolcli-", dir=folder))
        (trial / name).touch()
        return os.path.lexists(trial / other)
    except OSError:
        # Nothing can be written to the folder; the error is raised when the results are written.
        return False
    finally:
        if trial is not None:
            # Some file systems do not support the removal of folders.
            with suppress(OSError):
                (trial / name).unlink()
            with suppress(OSError):
                trial.rmdir()


def _status(path: str) -> os.stat_result:
    descriptor = _DESCRIPTORS.get(path)
    # os.stat is faster than pathlib, and this is called for every file of a run.
    return os.stat(path) if descriptor is None else os.fstat(descriptor)  # noqa: PTH116


def _details(status: os.stat_result) -> tuple[int, int, int]:
    return stat.S_IFMT(status.st_mode), status.st_size, status.st_mtime_ns


def _has_own_inode(folder: str) -> bool:
    """Return whether a folder has another inode than its parent."""
    own, above = Path(folder).stat(), Path(folder).parent.stat()
    return bool(own.st_ino) and not os.path.samestat(own, above)
