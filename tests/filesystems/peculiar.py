"""A file system with one peculiarity, mounted over a folder by FUSE.

Run as `python peculiar.py PECULIARITY FOLDER MOUNTPOINT`; it ends when it is unmounted.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from typing import Any
from unicodedata import normalize
from zlib import crc32

import mfusepy

PECULIARITIES = (
    "plain", "ignores-case", "inode-per-name", "refuses-chmod", "one-inode", "no-inodes",
    "short-writes",
)  # fmt: skip
IGNORE_CASE = ("ignores-case", "inode-per-name")
INODES = {"one-inode": 7, "no-inodes": 0}
SHORT = 1000
STATUS = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino")
TIMES = ("st_atime", "st_mtime", "st_ctime")


class Peculiar(mfusepy.Operations):  # type: ignore[misc]
    """A folder as a file system with one peculiarity shows it."""

    use_ns = True

    def __init__(self, peculiarity: str, folder: str) -> None:
        self.peculiarity, self.folder = peculiarity, folder

    def _real(self, path: str) -> str:
        place = self.folder
        for name in filter(None, path.split("/")):
            place = os.path.join(place, self._stored(place, name))
        return place

    def _stored(self, folder: str, name: str) -> str:
        """Return the name under which a file lies in a folder."""
        if self.peculiarity in IGNORE_CASE and not os.path.lexists(os.path.join(folder, name)):
            wanted = normalize("NFD", name.casefold())
            for each in os.listdir(folder) if os.path.isdir(folder) else ():
                if normalize("NFD", each.casefold()) == wanted:
                    return each
        return name

    def getattr(self, path: str, fh: Any = None) -> dict[str, Any]:  # noqa: ARG002 - of FUSE
        status = os.lstat(self._real(path))
        found: dict[str, Any] = {name: getattr(status, name) for name in STATUS}
        found |= {name: getattr(status, f"{name}_ns") for name in TIMES}
        if self.peculiarity in INODES:
            found["st_ino"] = INODES[self.peculiarity]
        if self.peculiarity == "inode-per-name":
            found["st_ino"] = 1 + crc32(path.encode())
        return found

    def readdir(self, path: str, fh: Any) -> Iterator[tuple[str, dict[str, int], int]]:  # noqa: ARG002
        for name in (".", "..", *os.listdir(self._real(path))):
            # A listing leaves out what has no inode.
            yield name, {"st_ino": 7}, 0

    def chmod(self, path: str, mode: int) -> int:
        if self.peculiarity == "refuses-chmod":
            raise mfusepy.FuseOSError(errno.EPERM)
        os.chmod(self._real(path), mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        if self.peculiarity == "refuses-chmod":
            raise mfusepy.FuseOSError(errno.EPERM)
        os.lchown(self._real(path), uid, gid)
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return self._opened(os.open(self._real(path), os.O_RDWR | os.O_CREAT, mode), fi)

    def open(self, path: str, flags: Any) -> int:
        if self.peculiarity == "short-writes":
            return self._opened(os.open(self._real(path), flags.flags & ~os.O_APPEND), flags)
        return os.open(self._real(path), flags)

    def _opened(self, descriptor: int, fi: Any) -> int:
        if self.peculiarity != "short-writes":
            return descriptor
        # Else the system would put the pieces together itself.
        fi.fh, fi.direct_io = descriptor, 1
        return 0

    def _descriptor(self, fh: Any) -> int:
        return int(fh.fh if self.peculiarity == "short-writes" else fh)

    def read(self, path: str, size: int, offset: int, fh: Any) -> bytes:  # noqa: ARG002
        return os.pread(self._descriptor(fh), size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: Any) -> int:  # noqa: ARG002
        if self.peculiarity == "short-writes":
            data = data[:SHORT]
        return os.pwrite(self._descriptor(fh), data, offset)

    def release(self, path: str, fh: Any) -> int:  # noqa: ARG002
        os.close(self._descriptor(fh))
        return 0

    def truncate(self, path: str, length: int, fh: Any = None) -> int:  # noqa: ARG002
        os.truncate(self._real(path), length)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._real(path), mode)
        return 0

    def rmdir(self, path: str) -> int:
        if self.peculiarity == "inode-per-name":
            raise mfusepy.FuseOSError(errno.EPERM)
        os.rmdir(self._real(path))
        return 0

    def unlink(self, path: str) -> int:
        os.unlink(self._real(path))
        return 0

    def rename(self, old: str, new: str) -> int:
        os.rename(self._real(old), self._real(new))
        return 0

    def symlink(self, target: str, source: str) -> int:
        os.symlink(source, self._real(target))
        return 0

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))

    def link(self, target: str, source: str) -> int:
        os.link(self._real(source), self._real(target))
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        os.utime(self._real(path), ns=times)
        return 0


def main(peculiarity: str, folder: str, mountpoint: str) -> None:
    """Mount, and serve until unmounted."""
    short = peculiarity == "short-writes"
    mfusepy.FUSE(
        Peculiar(peculiarity, folder), mountpoint, foreground=True, raw_fi=short, use_ino=True
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
