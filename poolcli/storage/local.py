"""Files of this machine: read one whole, or replace it whole.

A place is a path, or `-` for standard input or output.
"""

from __future__ import annotations

import io
import itertools
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from poolcli.errors import PoolcliError
from poolcli.silence import abandon

STANDARD = "-"

HEAD_BYTES = 512
PART_BYTES = 1 << 20

PREFIX = ".poolcli-"
_TEMPORARY = re.compile(re.escape(PREFIX) + r"(?P<host>\w+)-(?P<process>[0-9]+)-[0-9]+\.tmp")
_numbers = itertools.count()


def read(place: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read a file, or standard input.

    Parameters
    ----------
    look : callable or None
        Gets the first bytes, and may refuse them before the rest is read.
    most : int or None
        How many bytes a file may have.

    Raises
    ------
    PoolcliError
        If that fails.
    """
    try:
        if place == STANDARD:
            return _standard_input()
        # Read, not mapped: a file that is cut off meanwhile would end the process.
        with Path(place).open("rb", buffering=0) as stream:
            head = b""
            while len(head) < HEAD_BYTES and (more := stream.read(HEAD_BYTES - len(head))):
                head += more
            if look is not None:
                look(head)
            status = os.fstat(stream.fileno())
            if most is not None and status.st_size > most:
                raise too_large(status.st_size)
            if not stat.S_ISREG(status.st_mode):
                return _read_to_end(stream, head, most)
            # Once more from the start, since a sum would hold the file twice.
            stream.seek(0)
            return stream.readall()
    except IsADirectoryError:
        raise PoolcliError("is a folder that cannot be listed") from None
    except OSError as error:
        raise PoolcliError(f"cannot be read: {_reason(error)}") from None


def read_head(place: str) -> bytes | None:
    """Return the first bytes of a regular file, or None where reading would use them up."""
    if not is_regular(place):
        return None
    try:
        with Path(place).open("rb", buffering=0) as stream:
            return stream.read(HEAD_BYTES)
    except OSError:
        return None


def _read_to_end(stream: io.FileIO, head: bytes, most: int | None) -> bytes:
    """Read the rest of what tells no size and may have no end."""
    parts, size = [head], len(head)
    while more := stream.read(PART_BYTES):
        parts.append(more)
        size += len(more)
        if most is not None and size > most:
            raise too_large(size)
    return b"".join(parts)


def too_large(size: int) -> PoolcliError:
    """Make the error of a file that has more bytes than an image can."""
    return PoolcliError(f"has {size:,} bytes, more than any image that --max-pixels allows")


def write(place: str, *parts: bytes | memoryview) -> None:
    """Replace a file whole, or send its parts to a device, a pipe or standard output.

    They go to a temporary file beside the target, which then takes the target's name:
    whatever happens, the target holds its old bytes or all of the new ones. Links are followed,
    and permissions stay those of the old file, or follow the umask.

    Raises
    ------
    PoolcliError
        If the place cannot be written; nothing is left behind then.
    """
    try:
        if place == STANDARD:
            _write_output(parts)
            return
        mode = _mode(Path(place))
        if mode is not None and not stat.S_ISREG(mode):
            with Path(place).open("wb") as stream:
                stream.writelines(parts)
            return
        target = Path(os.path.realpath(place))
        if mode is not None:
            # Replacing needs no permission for the file itself, but whoever took it away meant it.
            os.close(os.open(target, os.O_WRONLY))
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, parts, mode)
    except (FileExistsError, NotADirectoryError):
        raise PoolcliError(f"{place} cannot be written: a folder in its path is a file") from None
    except OSError as error:
        raise PoolcliError(f"{_name(place)} cannot be written: {_reason(error)}") from None


def abandon_output() -> None:
    """Let what is left in standard output's buffer go nowhere, at exit too."""
    abandon(sys.stdout)


def has_current_folder() -> bool:
    """Tell whether relative places mean anything."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def is_regular(place: str) -> bool:
    """Tell whether a place is a file that any process can read again."""
    return place != STANDARD and os.path.isfile(place)  # noqa: PTH113 - Path's raises


def is_missing(place: str) -> bool:
    """Tell whether nothing can be found at a place, as behind a broken link."""
    return not os.path.exists(place)  # noqa: PTH110 - Path's raises


def is_folder(place: str) -> bool:
    """Tell whether a place is a folder."""
    return os.path.isdir(place)  # noqa: PTH112 - Path's raises


def is_link(place: str) -> bool:
    """Tell whether a place is another name for one elsewhere."""
    return os.path.islink(place)  # noqa: PTH114 - Path's raises


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[str]:
    """Yield what is in a folder in the order of its names, but for folders and hidden names.

    The folder `avoid` is passed over. Links to folders are yielded, not followed. A folder that
    cannot be listed is yielded itself, for `read` to complain.
    """
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            if recursive and os.path.realpath(entry.path) != avoid:
                yield from walk(entry.path, recursive=True, avoid=avoid)
        else:
            yield entry.path


def is_current(place: str, source: str) -> bool:
    """Tell whether a file exists and is not older than another."""
    try:
        return Path(place).stat().st_mtime_ns >= Path(source).stat().st_mtime_ns
    except (OSError, ValueError):
        return False


def modified(place: str) -> int | None:
    """Tell when a file was last changed, in nanoseconds, or None if there is no such file."""
    try:
        return Path(place).stat().st_mtime_ns
    except (OSError, ValueError):
        return None


def sweep(folder: str) -> None:
    """Remove the temporary files that dead processes of this host left in a folder."""
    try:
        with os.scandir(folder) as listing:
            names = [entry.name for entry in listing if entry.name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        found = _TEMPORARY.fullmatch(name)
        if found and found["host"] == _host() and not _alive(int(found["process"])):
            with suppress(OSError):
                Path(folder, name).unlink()


def identity(place: str) -> tuple[int, int] | None:
    """Give what all names of one file have in common, or None if there is no such file."""
    try:
        status = os.fstat(0) if place == STANDARD else os.stat(place)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def resolver() -> Callable[[str], str]:
    """Give a function that follows the links in a path, and looks at each folder once."""
    real_folder = cache(os.path.realpath)

    def resolve(place: str) -> str:
        folder, name = os.path.split(place)
        real = os.path.join(real_folder(folder), name)  # noqa: PTH118 - a place is text
        # Asked of every file of a large run.
        return os.path.realpath(real) if os.path.islink(real) else real  # noqa: PTH114

    return resolve


def _write_output(parts: Sequence[bytes | memoryview]) -> None:
    if sys.__stdout__ is None and sys.stdout is None:
        raise PoolcliError("standard output is closed")
    if sys.stdout.isatty() and not b"".join(parts).isascii():
        raise PoolcliError("a terminal shows no images; redirect the output or use -o FILE")
    try:
        sys.stdout.buffer.writelines(parts)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read had enough.
        abandon_output()
    except OSError:
        abandon_output()
        raise


def _replace(target: Path, parts: Sequence[bytes | memoryview], mode: int | None) -> None:
    # A short name of its own: the target's may already be as long as a name can be.
    temporary = target.with_name(f"{PREFIX}{_host()}-{os.getpid()}-{next(_numbers)}.tmp")
    try:
        with suppress(FileNotFoundError):
            temporary.unlink()  # a dead process that had this one's number may have left it
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(descriptor, "wb") as stream:
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            stream.writelines(parts)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _host() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return re.sub("[^A-Za-z0-9]", "_", name)[:32] or "_"


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        # A dead process that nobody has buried still has a number, but no command line.
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""
    except OSError:
        return True


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


@cache
def _standard_input() -> bytes:
    """Read standard input once: it is looked at to name outputs, then used."""
    if sys.stdin is None:
        raise PoolcliError("is closed")
    return sys.stdin.buffer.read()


def _name(place: str) -> str:
    return "standard output" if place == STANDARD else place


def _reason(error: OSError) -> str:
    return error.strerror.lower() if error.strerror else str(error)
