"""Whether two names lead to one file or folder.

Device and inode numbers that differ prove that two files differ. Equal ones prove nothing on file
systems whose inodes are not unique: what else is known of both has to agree.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from poolcli.storage.streams import INPUT, OUTPUT, STANDARD, STANDARD_OUTPUT

# How often a file that changes while it is compared is looked at again.
_LOOKS = 3
_DESCRIPTORS = {STANDARD: INPUT, STANDARD_OUTPUT: OUTPUT}


def identity(path: str) -> tuple[int, int] | None:
    """Return what all names of one file have in common, or None if there is no such file.

    Different files may have it in common too: `is_same` tells them apart.
    """
    try:
        status = _status(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def is_same(path: str, other: str) -> bool:
    """Return whether two names lead to one file or folder; devices and pipes are none.

    Where inodes are not unique, two different files are taken for one only if they agree in size
    and time too.
    """
    for _ in range(_LOOKS):
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
    # It changes all the time: the answer that loses nothing.
    return True


def is_same_folder(folder: str, other: str) -> bool:
    """Return whether two names lead to one folder that exists, also where case means nothing."""
    if not is_same(folder, other):
        return False
    real, real_other = os.path.realpath(folder), os.path.realpath(other)
    return fold(real) == fold(real_other) or _has_own_inode(real)


def is_within(path: str, folder: str) -> bool:
    """Return whether a name leads to a folder or to what lies below it."""
    real = os.path.realpath(path)
    while not is_same_folder(real, folder):
        above = os.path.dirname(real)  # noqa: PTH120 - a path is text
        if above == real:
            return False
        real = above
    return True


def resolver() -> Callable[[str, bool], str]:
    """Return a function that follows the links in a path, and looks at each folder once.

    Its second argument tells whether to follow a link that is the last part of the path, too.
    """
    real_folder = cache(os.path.realpath)

    def resolve(path: str, follow: bool) -> str:
        folder, name = os.path.split(path)
        real = os.path.join(real_folder(folder), name)  # noqa: PTH118 - a path is text
        # Asked of every file of a large run.
        return os.path.realpath(real) if follow and os.path.islink(real) else real  # noqa: PTH114

    return resolve


def fold(text: str) -> str:
    """Return a name without what some file systems ignore: case, and the form of its accents."""
    if text.isascii():
        return text.lower()
    from unicodedata import normalize

    return normalize("NFD", normalize("NFD", text).casefold())


def would_be_same(path: str, other: str) -> bool:
    """Return whether two resolved paths, equal once folded, would be one file when written.

    Each pair of names that differ is tried out in an empty folder, made where they would lie: on
    one machine some folders ignore case, or the form of accents, and others do not.
    """
    parts, others = Path(path).parts, Path(other).parts
    if len(parts) != len(others) or parts[0] != others[0]:
        return False
    folder, exists = Path(parts[0]), True
    for name, other_name in zip(parts[1:], others[1:], strict=True):
        if name != other_name and not _are_one_name(folder, name, other_name):
            return False
        # What does not exist yet will be as the folder that it is made in.
        exists = exists and (folder / name).is_dir()
        if exists:
            folder /= name
    return True


def _are_one_name(folder: Path, name: str, other: str) -> bool:
    """Return whether a folder takes two names for one, by a trial in it."""
    from tempfile import mkdtemp

    trial = None
    try:
        trial = Path(mkdtemp(prefix=".poolcli-", dir=folder))
        (trial / name).touch()
        return os.path.lexists(trial / other)
    except OSError:
        # Nothing can be written there at all, which the writing will say.
        return False
    finally:
        if trial is not None:
            # Some file systems remove no folders.
            with suppress(OSError):
                (trial / name).unlink()
            with suppress(OSError):
                trial.rmdir()


def _status(path: str) -> os.stat_result:
    descriptor = _DESCRIPTORS.get(path)
    # Asked of every file of a large run.
    return os.stat(path) if descriptor is None else os.fstat(descriptor)  # noqa: PTH116


def _details(status: os.stat_result) -> tuple[int, int, int]:
    return stat.S_IFMT(status.st_mode), status.st_size, status.st_mtime_ns


def _has_own_inode(folder: str) -> bool:
    """Return whether a folder's inode is not just that of everything around it."""
    own, above = Path(folder).stat(), Path(folder).parent.stat()
    return bool(own.st_ino) and not os.path.samestat(own, above)
