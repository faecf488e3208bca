"""Listings of remote folders: names and times of modification."""

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from poolcli.errors import PoolcliError
from poolcli.storage.filesystems import one_line, open_url, resolve

# Up to so many objects of one folder are looked up one by one; more, in the folder's listing.
LOOKED_UP_SINGLY = 8

# Keys of the time of modification in the listings of different file systems.
TIMES = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")


def walk(folder: str, *, recursive: bool, avoid: str | None) -> Iterator[tuple[str, int | None]]:
    """Yield the objects in a folder with their times of modification, as `storage.walk` does."""
    base = folder if folder.endswith("/") else f"{folder}/"
    entries = []
    complete = False
    try:
        with one_line("cannot be listed"):
            # Only names and times are kept, since a folder may hold millions of objects.
            for entry in _entries(base):
                name = posixpath.basename(entry["name"].rstrip("/"))
                entries.append((os.fsencode(name), entry["type"] == "directory", time_of(entry)))
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


def explain_folder(folder: str) -> None:
    """Raise PoolcliError with the reason why `walk` yielded a folder itself."""
    with one_line("cannot be listed"):
        empty = next(_entries(folder), None) is None
    if empty:
        raise PoolcliError("is a folder that does not exist, or is empty")
    raise PoolcliError("its listing is incomplete; run again with -u to do the rest")


def list_times(urls: Iterable[str]) -> dict[str, int]:
    """Return the times of modification of existing objects, in nanoseconds.

    The folders of many objects are listed, with one request per page.
    """
    folders: dict[str, set[str]] = defaultdict(set)
    for url in urls:
        folder, slash, _ = url.rpartition("/")
        folders[folder + slash].add(url)
    times: dict[str, int] = {}
    for folder, wanted in folders.items():
        # Objects of a folder that cannot be listed have no time. They are made again, which
        # reports the error.
        try:
            with one_line("cannot be listed"):
                times.update(_times_in(folder, wanted))
        except PoolcliError:
            continue
    return times


def _times_in(folder: str, wanted: set[str]) -> Iterator[tuple[str, int]]:
    """Yield URL and time of modification of the wanted objects in a folder."""
    found = _looked_up(wanted) if len(wanted) <= LOOKED_UP_SINGLY else _listed(folder, wanted)
    for url, entry in found:
        if (modified := time_of(entry)) is not None:
            yield url, modified


def _looked_up(wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for url in wanted:
        filesystem, path = open_url(url)
        try:
            yield url, filesystem.info(path)
        except FileNotFoundError:
            continue


def _listed(folder: str, wanted: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in _entries(folder):
        url = folder + posixpath.basename(entry["name"])
        if url in wanted:
            yield url, entry


def _entries(folder: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a folder, page by page from S3."""
    filesystem, path = open_url(folder)
    if hasattr(filesystem, "call_s3"):
        entries = _pages(filesystem, path)
    else:
        entries = iter(filesystem.ls(path, detail=True))
    for entry in entries:
        # A folder may be marked by an object with the folder's own name.
        if entry["name"].rstrip("/") != path.rstrip("/"):
            yield entry


def _pages(filesystem: Any, path: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of a folder of S3 with one request per 1000 of them.

    `S3FileSystem.ls` would hold the whole listing, with a dictionary per object.
    """
    bucket, key, _ = filesystem.split_path(path)
    request = {"Bucket": bucket, "Prefix": f"{key}/" if key else "", "Delimiter": "/"}
    while True:
        page = filesystem.call_s3("list_objects_v2", **request)
        for folder in page.get("CommonPrefixes", ()):
            yield {"name": f"{bucket}/{folder['Prefix']}", "type": "directory"}
        for entry in page.get("Contents", ()):
            yield entry | {"name": f"{bucket}/{entry['Key']}", "type": "file"}
        if not page.get("IsTruncated"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def time_of(entry: dict[str, Any]) -> int | None:
    """Return the time of modification in an entry of a listing, in nanoseconds."""
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
