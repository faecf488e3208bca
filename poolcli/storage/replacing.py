"""Replace files whole: write a temporary file, and rename it to the target's name.

A temporary file is locked while it is written. Those of killed processes are not locked, and
`sweep` removes them. A lock is visible to all processes of one running system on one mounted file
system, in any container, but not always to those of other machines or mounts. So the name of a
temporary file contains the identifier of the system's current boot and the device number of the
folder. Files with other identifiers, and files without locks, are removed when they are a day old.
Those of the workers of a run are removed when it has ended them, with or without locks: their names
contain the token of the run.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType

from poolcli.storage.streams import write_all

PREFIX = ".poolcli-"
# Age in seconds after which any temporary file counts as abandoned.
ABANDONED = 24 * 3600
# Seconds between attempts to rename a file that another program holds open.
HELD_SECONDS = (0.01, 0.1, 0.5)
# Errors of Windows for it: access denied, sharing violation, lock violation.
_HELD = (5, 32, 33)
_TEMPORARY = re.compile(
    re.escape(PREFIX) + r"(?P<domain>[0-9a-f]*)-(?P<run>[0-9a-f]{8})[0-9a-f]{8}\.tmp"
)
_BOOT = Path("/proc/sys/kernel/random/boot_id")
# Neither a link nor a pipe that has taken the place of a file is opened.
_WITHOUT_WAITING = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

_TOKEN_BYTES = 4
# The token of the run that this process belongs to.
_runs = [os.urandom(_TOKEN_BYTES).hex()]

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


def run_token() -> str:
    """Return the token of the run of this process, which the names of temporary files contain."""
    return _runs[-1]


def join_run(token: str) -> None:
    """Write temporary files as a worker of the process with this token."""
    _runs[:] = [token]


def replace(target: Path, parts: Iterable[bytes | memoryview], old: os.stat_result | None) -> None:
    """Replace a file whole.

    Parameters
    ----------
    target : Path
        The path of the file, which is no link.
    parts : iterable
        The content, in pieces.
    old : os.stat_result or None
        The status of the old file, if there is one.

    Raises
    ------
    OSError
        If the file cannot be written. The target is unchanged then, and the temporary file removed.
    """
    make_folders(target.parent)
    # A new file gets the permissions that the umask and the folder allow. One that replaces a file
    # never has more permissions than that file, at any time.
    mode = 0o666 if old is None else 0o600
    while (retry := _try_to_replace(target, parts, old, mode)) is not None:
        mode = retry


def _try_to_replace(
    target: Path, parts: Iterable[bytes | memoryview], old: os.stat_result | None, mode: int
) -> int | None:
    """Replace a file; return the mode for another attempt, or None if there is no need for one.

    Another attempt is needed if a sweep removed the temporary file before it was locked, or if the
    file system refuses to change permissions: it may allow to create a file with them.
    """
    # A short name: the target's may have the maximum length already.
    token = run_token() + os.urandom(_TOKEN_BYTES).hex()
    temporary = target.with_name(f"{PREFIX}{_domain(target.parent)}-{token}.tmp")
    kept = None
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with io.FileIO(descriptor, "w") as stream:
            locked = _lock(descriptor)
            if locked is False or not os.path.lexists(temporary):
                return mode
            # Closing may raise; a second descriptor keeps the lock until the file is renamed.
            kept = os.dup(descriptor) if locked else None
            if old is not None:
                wanted = _take_over(descriptor, old)
                if wanted != stat.S_IMODE(os.fstat(descriptor).st_mode) and mode != wanted:
                    return wanted
            write_all(stream, parts)
        _rename(temporary, target)
        return None
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()
        if kept is not None:
            os.close(kept)


def _rename(temporary: Path, target: Path) -> None:
    """Rename a file to its target; try again if a program such as a virus scanner holds either."""
    for pause in HELD_SECONDS:
        try:
            temporary.replace(target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in _HELD:
                raise
            time.sleep(pause)
        else:
            return
    raise PermissionError(errno.EACCES, "another program holds it open; close it there")


def _take_over(descriptor: int, old: os.stat_result) -> int:
    """Set owner, group and permissions to those of a replaced file, as far as this is allowed.

    Set-user-ID and set-group-ID bits are left out. Return the permissions that the file should
    have; a file system may refuse to change them.
    """
    mode = stat.S_IMODE(old.st_mode) & 0o777
    if not hasattr(os, "fchown"):
        return mode
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
        except OSError:
            with suppress(OSError):
                os.fchown(descriptor, -1, old.st_gid)
        if os.fstat(descriptor).st_gid != old.st_gid:
            # Members of the new group must not get more than all others had.
            mode &= ~0o070 | (mode & 0o007) << 3
    with suppress(OSError):
        # On Windows it is as old as Python 3.13.
        if (change := getattr(os, "fchmod", None)) is not None:
            change(descriptor, mode)
    return mode


def make_folders(folder: Path) -> None:
    """Make a folder and its parents, however many are missing."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder == folder.parent:
            break
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)


def sweep(folder: str, *, own: bool = False) -> None:
    """Remove the temporary files of killed processes in a folder.

    Parameters
    ----------
    folder : str
    own : bool
        Remove those of this run too; none of its processes may be writing.
    """
    try:
        with os.scandir(folder) as listing:
            names = [entry.name for entry in listing if entry.name.startswith(PREFIX)]
        domain = _domain(Path(folder))
    except OSError:
        return
    for name in names:
        if found := _TEMPORARY.fullmatch(name):
            known = bool(domain) and found["domain"] == domain
            ended = own and found["run"] == run_token()
            with suppress(OSError):
                _remove_if_abandoned(Path(folder, name), known=known, ended=ended)


def _remove_if_abandoned(path: Path, *, known: bool, ended: bool) -> None:
    """Remove a file of this user if it is abandoned.

    It is if it is old, if its process has `ended`, or if it is not locked where locks are visible
    (`known`).
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return
    if hasattr(os, "geteuid") and status.st_uid != os.geteuid():
        return
    ended = ended or time.time() - status.st_mtime > ABANDONED
    if fcntl is None:
        if ended:
            path.unlink()
        return
    descriptor = os.open(path, os.O_RDWR | _WITHOUT_WAITING)
    try:
        locked = _lock(descriptor)
        abandoned = ended or (known and locked is True)
        # Removed under the lock: a process that has just made the file notices that it is gone.
        same = os.path.samestat(os.fstat(descriptor), path.lstat())
        if abandoned and same and locked is not False:
            path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Lock a file; return False if another process has locked it, None if locks are unsupported."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _domain(folder: Path) -> str:
    """Return an identifier of the processes that see each other's locks in a folder, or ""."""
    boot = _boot()
    return f"{boot}{folder.stat().st_dev:x}" if boot else ""


@cache
def _boot() -> str:
    """Return the identifier of the system's current boot, or "" if there is none."""
    try:
        return re.sub("[^0-9a-f]", "", _BOOT.read_text(encoding="ascii"))[:16]
    except (OSError, ValueError):
        return ""
