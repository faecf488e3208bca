"""Objects in the storage that fsspec knows and poolcli trusts, named by URLs.

Which file system, its credentials, its time limits and how often it tries again are settled where
fsspec and its file systems look for them: in the environment and in ~/.config/fsspec.
"""

from __future__ import annotations

import logging
import os
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import fsspec
from fsspec.asyn import AsyncFileSystem, sync
from fsspec.spec import AbstractFileSystem

from poolcli.errors import PoolcliError
from poolcli.storage import streams

# Where an object is one object, and its URL names one object. What fsspec knows besides wraps other
# storage (zip, reference, simplecache), lies on this machine, or makes data of the URL itself.
SCHEMES = frozenset(
    "abfs abfss az ftp gcs gs hdfs http https memory s3 s3a sftp webhdfs".split()  # noqa: SIM905
)

# How much is read before the size of an object is asked for, and at a time of what has none.
FIRST_BYTES = 8 * 2**20

# A listing is taken over in pages, so that only names and times of a large folder are held.
PAGE = 1000

# So many objects of one folder are asked for one by one; more are looked up in its listing.
ASKED_SINGLY = 8

# Under which names the listings of file systems tell when an object was last changed.
TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")

# s3fs tries again by itself, 25 times; if botocore does too, a connection that is dead is told of
# after half an hour instead of six minutes.
fsspec.config.conf.setdefault("s3", {}).setdefault(
    "config_kwargs", {"retries": {"total_max_attempts": 1}}
)

# What goes wrong comes back as an error, which its file's line tells.
for name in ("fsspec", "s3fs", "aiobotocore", "botocore", "asyncio"):
    logging.getLogger(name).addHandler(logging.NullHandler())


def check(url: str) -> None:
    """Raise PoolcliError if a URL names no storage that poolcli can use."""
    try:
        _open(url)
    except PoolcliError as error:
        raise PoolcliError(f"{url}: {error}") from None


def read(url: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read an object whole, as `storage.read` does."""
    if url.endswith("/"):
        _explain_folder(url)
    filesystem, path = _open(url)
    with _told("cannot be read"):
        if path.startswith(("http://", "https://")):
            return _read_stream(filesystem, path, look, most)
        try:
            first = filesystem.cat_file(path, start=0, end=FIRST_BYTES)
        except Exception:
            # Some storage finds no range in an object without bytes.
            if filesystem.info(path)["size"]:
                raise
            first = b""
        if look is not None:
            look(bytes(first[: streams.HEAD_BYTES]))
        if len(first) < FIRST_BYTES:
            _check_size(len(first), most)
            return bytes(first)
        size = filesystem.info(path)["size"]
        if size is not None:
            _check_size(size, most)
        # Once more from the start: the parts of two requests might be of two objects.
        content = bytes(filesystem.cat_file(path))
        _check_size(len(content), most)
        return content


def _check_size(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise streams.too_large(size)


def _read_stream(
    filesystem: AbstractFileSystem,
    path: str,
    look: Callable[[bytes], None] | None,
    most: int | None,
) -> bytes:
    """Read what a web server sends, which may tell a wrong size, unpack to more, and never end."""
    # A block size of 0 asks for a stream; a size of 1 spares the request that would ask for it.
    with filesystem.open(path, "rb", block_size=0, size=1) as stream:
        told = getattr(getattr(stream, "r", None), "content_length", None)
        if told is not None:
            _check_size(told, most)
        head = _read_up_to(stream, streams.HEAD_BYTES)
        if look is not None:
            look(head)
        parts, size = [head], len(head)
        while more := stream.read(FIRST_BYTES):
            parts.append(more)
            size += len(more)
            _check_size(size, most)
    return b"".join(parts)


def _read_up_to(stream: Any, size: int) -> bytes:
    content = b""
    while len(content) < size and (more := stream.read(size - len(content))):
        content += more
    return content


def write(url: str, content: bytes) -> None:
    """Replace an object whole: others see the old one or the new one."""
    check(url)
    filesystem, path = _open(url)
    with _told(f"{url} cannot be written"):
        if _sends_whole(filesystem):
            filesystem.pipe_file(path, content)
            return
        filesystem.makedirs(posixpath.dirname(path), exist_ok=True)
        stream = filesystem.open(path, "wb", autocommit=False)
        try:
            with stream:
                stream.write(content)
        except BaseException:
            stream.discard()
            raise
        stream.commit()


def is_folder(url: str) -> bool:
    """Return whether a URL is a folder: it ends with a slash, or has no dot and storage says so."""
    try:
        filesystem, path = _open(url)
    except PoolcliError:
        # Told when it is read.
        return False
    if url.endswith("/"):
        return True
    _, _, below = url.rpartition("://")
    if "." in posixpath.basename(below) and "/" in below:
        return False
    try:
        with _told(""):
            return bool(filesystem.isdir(path))
    except PoolcliError:
        return False


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[tuple[str, int | None]]:
    """Yield the objects in a folder with their times, as `storage.walk` does."""
    base = folder if folder.endswith("/") else f"{folder}/"
    entries = []
    complete = False
    try:
        with _told("cannot be listed"):
            for entry in _entries(base):
                name = posixpath.basename(entry["name"].rstrip("/"))
                entries.append((os.fsencode(name), entry["type"] == "directory", _time(entry)))
            complete = bool(entries)
    except PoolcliError:
        complete = False
    for encoded, is_directory, modified in sorted(entries, key=itemgetter(0)):
        name = os.fsdecode(encoded)
        if name.startswith("."):
            continue
        if not is_directory:
            yield base + name, modified
        elif recursive and resolve(base + name) != avoid:
            yield from walk(f"{base}{name}/", recursive=True, avoid=avoid)
    if not complete:
        yield base, None


def list_times(urls: Iterable[str]) -> dict[str, int]:
    """Tell when objects were last changed, with a request for each page of their folders."""
    folders: dict[str, set[str]] = defaultdict(set)
    for url in urls:
        folder, slash, _ = url.rpartition("/")
        folders[folder + slash].add(url)
    times: dict[str, int] = {}
    for folder, wanted in folders.items():
        # What cannot be listed has no time, so it is made again, and tells what is wrong.
        try:
            with _told("cannot be listed"):
                times.update(_times_in(folder, wanted))
        except PoolcliError:
            continue
    return times


def identity(url: str) -> object:
    """Return what all names of one object have in common, whether it exists or not."""
    return resolve(url)


def resolve(url: str) -> str:
    """Return the one name of an object that goes by several, as s3a:// and s3:// have them."""
    scheme, _, below = url.partition("://")
    folder, _, name = below.rstrip("/").rpartition("/")
    if not folder:
        return _resolve(url)
    return f"{_resolve(f'{scheme}://{folder}')}/{name}"


@lru_cache(4096)
def _resolve(folder: str) -> str:
    try:
        filesystem, path = _open(folder)
    except PoolcliError:
        # It has no other name, since nothing can be there; told when it is read.
        return folder
    schemes = filesystem.protocol
    scheme = schemes if isinstance(schemes, str) else schemes[0]
    return f"{scheme}://{path.strip('/')}"


def _open(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of a URL, made once, and the path in it.

    fsspec reads `::` as the end of one URL and the begin of the next, so it is given no name that
    holds one.
    """
    scheme, _, below = url.partition("://")
    if "::" in scheme or "::" in below.partition("/")[0]:
        raise PoolcliError("is a chain of URLs; copy out of it what is meant")
    if scheme.lower() == "file":
        raise PoolcliError("is a file of another machine; of this one it is file:///PATH")
    if scheme not in SCHEMES:
        known = ", ".join(sorted(SCHEMES))
        raise PoolcliError(f"{scheme}:// is no storage that poolcli uses; it knows {known}")
    whole, colons, rest = url.partition("::")
    folder, slash, name = whole.rpartition("/") if colons else (url, "", "")
    try:
        filesystem, path = fsspec.core.url_to_fs(folder)
    except ImportError as error:
        extra = ": pip install 'poolcli-image[cluster]'" if scheme.startswith("s3") else ""
        raise PoolcliError(f"{scheme}:// needs one more library{extra} ({error})") from None
    except Exception as error:  # noqa: BLE001 - each storage library has errors of its own
        raise PoolcliError(f"cannot be opened: {_reason(error)}") from None
    return filesystem, path.rstrip("/") + slash + name + colons + rest if colons else path


def _entries(folder: str) -> Iterator[dict[str, Any]]:
    """Yield what lies in a folder, page by page where the file system can."""
    filesystem, path = _open(folder)
    if hasattr(filesystem, "_iterdir") and hasattr(filesystem, "split_path"):
        bucket, key, _ = filesystem.split_path(path)
        entries: Iterator[Any] = _pages(filesystem, bucket, f"{key}/" if key else "")
    else:
        entries = iter(filesystem.ls(path, detail=True))
    for entry in entries:
        # A folder may hold an object of its own name, which marks it.
        if entry["name"].rstrip("/") != path.rstrip("/"):
            yield entry


def _pages(filesystem: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    # An underscore begins the names of fsspec's asynchronous methods.
    listing = filesystem._iterdir(bucket, prefix=prefix)  # noqa: SLF001

    async def page() -> tuple[list[dict[str, Any]], Exception | None]:
        entries = []
        try:
            async for entry in listing:
                entries.append(entry)
                if len(entries) == PAGE:
                    break
        except Exception as error:  # noqa: BLE001 - raised below, after what came before it
            return entries, error
        return entries, None

    while True:
        entries, error = sync(filesystem.loop, page)
        yield from entries
        if error is not None:
            raise error
        if not entries:
            return


def _times_in(folder: str, wanted: set[str]) -> Iterator[tuple[str, int]]:
    if len(wanted) <= ASKED_SINGLY:
        for url in wanted:
            filesystem, path = _open(url)
            try:
                entry = filesystem.info(path)
            except FileNotFoundError:
                continue
            if (modified := _time(entry)) is not None:
                yield url, modified
        return
    for entry in _entries(folder):
        url = folder + posixpath.basename(entry["name"])
        if url in wanted and (modified := _time(entry)) is not None:
            yield url, modified


def _time(entry: dict[str, Any]) -> int | None:
    """Read the time of a listing's entry, in nanoseconds."""
    for key in TIMES:
        found = entry.get(key)
        if isinstance(found, str):
            try:
                found = datetime.fromisoformat(found)
            except ValueError:
                continue
        if isinstance(found, datetime):
            found = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
        if isinstance(found, int | float):
            return int(found * 1e9)
    return None


def _sends_whole(filesystem: AbstractFileSystem) -> bool:
    """Tell whether a file system takes an object in one piece, seen when it is all there."""
    own = type(filesystem)
    if isinstance(filesystem, AsyncFileSystem):
        return own._pipe_file is not AsyncFileSystem._pipe_file  # noqa: SLF001
    return own.pipe_file is not AbstractFileSystem.pipe_file


def _explain_folder(folder: str) -> None:
    """Say why a folder that a walk yielded is not complete."""
    with _told("cannot be listed"):
        empty = next(_entries(folder), None) is None
    if empty:
        raise PoolcliError("is a folder that does not exist, or is empty")
    raise PoolcliError("its listing broke off; run again with -u to do the rest")


@contextmanager
def _told(failure: str) -> Iterator[None]:
    """Turn what a storage library raises into one line."""
    try:
        yield
    except PoolcliError:
        raise
    except Exception as error:  # noqa: BLE001 - each storage library has errors of its own
        raise PoolcliError(f"{failure}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or bucket"
    if isinstance(error, PermissionError) or "AccessDenied" in str(error):
        return "access denied"
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return "no answer in time"
    if isinstance(error, NotImplementedError):
        return "this storage cannot do that"
    told = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    if isinstance(told, dict) and "Error" in told:
        return str(told["Error"].get("Message") or told["Error"].get("Code"))
    return _first_line(error)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
