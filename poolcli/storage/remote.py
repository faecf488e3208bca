"""Objects in remote storage, named by URLs: read one whole, or replace it whole."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Any

from fsspec.spec import AbstractFileSystem

from poolcli.errors import PoolcliError
from poolcli.storage import streams
from poolcli.storage.filesystems import (
    OBJECT_STORES,
    one_line,
    open_url,
    resolve,
    scheme_of,
)
from poolcli.storage.remote_listing import explain_folder, list_times, walk

__all__ = ["check", "is_folder", "list_times", "read", "resolve", "walk", "write"]

# Bytes in the first request for an object, before its size is requested, and in each later one for
# an object of unknown size.
FIRST_BYTES = 8 * 2**20


def check(url: str) -> None:
    """Raise PoolcliError if poolcli cannot use the storage of a URL."""
    try:
        open_url(url)
    except PoolcliError as error:
        raise PoolcliError(f"{url}: {error}") from None


def read(url: str, look: Callable[[bytes], None] | None = None, most: int | None = None) -> bytes:
    """Read an object whole, as `storage.read` does."""
    if url.endswith("/"):
        explain_folder(url)
    filesystem, path = open_url(url)
    with one_line("cannot be read"):
        if path.startswith(("http://", "https://")):
            return _read_stream(filesystem, path, look, most)
        first = _read_first(filesystem, path)
        if look is not None:
            look(first[: streams.HEAD_BYTES])
        if len(first) < FIRST_BYTES:
            _check_size(len(first), most)
            return first
        _check_size(filesystem.info(path)["size"], most)
        # Read again from the start: parts from two requests might be of two objects.
        content = bytes(filesystem.cat_file(path))
        _check_size(len(content), most)
        return content


def _read_first(filesystem: AbstractFileSystem, path: str) -> bytes:
    """Read the first bytes of an object."""
    try:
        return bytes(filesystem.cat_file(path, start=0, end=FIRST_BYTES))
    except Exception:
        # Some storage refuses to read a range of an empty object.
        if filesystem.info(path)["size"]:
            raise
        return b""


def _check_size(size: int | None, most: int | None) -> None:
    if size is not None and most is not None and size > most:
        raise streams.too_large(size)


def _read_stream(
    filesystem: AbstractFileSystem,
    path: str,
    look: Callable[[bytes], None] | None,
    most: int | None,
) -> bytes:
    """Read the answer of a web server, which may state a wrong size, be compressed, and not end."""
    # With block_size=0 the answer is streamed; size=1 avoids a request for the size.
    with filesystem.open(path, "rb", block_size=0, size=1) as stream:
        _check_size(getattr(getattr(stream, "r", None), "content_length", None), most)
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
    """Replace an object whole: readers get either the old or the new content."""
    check(url)
    filesystem, path = open_url(url)
    with one_line(f"{url} cannot be written"):
        if scheme_of(url) in OBJECT_STORES:
            filesystem.pipe_file(path, content)
        else:
            _write_file(filesystem, path, content)


def _write_file(filesystem: AbstractFileSystem, path: str, content: bytes) -> None:
    """Write a file under a temporary name, and rename it when it is complete."""
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
        filesystem, path = open_url(url)
    except PoolcliError:
        # The error is raised when the URL is read.
        return False
    if url.endswith("/"):
        return True
    below = url.rpartition("://")[2]
    if "." in posixpath.basename(below) and "/" in below:
        return False
    try:
        with one_line(""):
            return bool(filesystem.isdir(path))
    except PoolcliError:
        return False
