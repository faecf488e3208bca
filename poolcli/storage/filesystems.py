"""File systems of fsspec that poolcli uses: opened by URL, with errors in one line.

Credentials, time limits and numbers of attempts are set where fsspec and its file systems look for
them: in the environment and in ~/.config/fsspec.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import fsspec
from fsspec.spec import AbstractFileSystem

from poolcli.errors import PoolcliError

# Each URL names one object. Other schemes of fsspec wrap other storage (zip, reference,
# simplecache), are on this machine, or make data from the URL itself.
#
# Object stores take an object in one request and show it once it is complete.
OBJECT_STORES = frozenset(
    ("abfs", "abfss", "az", "gcs", "gs", "http", "https", "memory", "s3", "s3a")
)
# Files of a server are written under a temporary name first.
FILE_SERVERS = frozenset(("ftp", "hdfs", "sftp", "webhdfs"))
SCHEMES = OBJECT_STORES | FILE_SERVERS

# s3fs makes 25 attempts. With those of botocore on top, a dead connection would be reported after
# half an hour instead of six minutes.
fsspec.config.conf.setdefault("s3", {}).setdefault(
    "config_kwargs", {"retries": {"total_max_attempts": 1}}
)

# Errors are raised, and reported per input, so their log is not printed.
for name in ("fsspec", "s3fs", "aiobotocore", "botocore", "asyncio"):
    logging.getLogger(name).addHandler(logging.NullHandler())


def scheme_of(url: str) -> str:
    """Return the scheme of a URL."""
    return url.partition("://")[0]


def open_url(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of a URL, which fsspec keeps, and the path in it.

    fsspec splits a URL at `::` into a chain of URLs, so a name that contains `::` is not passed to
    it.

    Raises
    ------
    PoolcliError
        If poolcli does not use the scheme, or its file system cannot be opened.
    """
    scheme, _, below = url.partition("://")
    if "::" in scheme or "::" in below.partition("/")[0]:
        raise PoolcliError("is a chain of URLs; copy the object out of it first")
    if scheme.lower() == "file":
        raise PoolcliError("is a file of another machine; file:///PATH is one of this machine")
    if scheme not in SCHEMES:
        known = ", ".join(sorted(SCHEMES))
        raise PoolcliError(f"{scheme}:// is not supported; use {known}")
    whole, colons, rest = url.partition("::")
    folder, slash, name = whole.rpartition("/") if colons else (url, "", "")
    try:
        filesystem, path = fsspec.core.url_to_fs(folder)
    except ImportError as error:
        extra = ": pip install 'poolcli-image[cluster]'" if scheme.startswith("s3") else ""
        raise PoolcliError(f"{scheme}:// needs one more library{extra} ({error})") from None
    except Exception as error:  # noqa: BLE001 - each storage library has errors of its own
        raise PoolcliError(f"cannot be opened: {_reason(error)}") from None
    if colons:
        path = path.rstrip("/") + slash + name + colons + rest
    return filesystem, path


def resolve(url: str) -> str:
    """Return the same URL for all names of one object, such as those with s3a:// and s3://."""
    scheme, _, below = url.partition("://")
    folder, _, name = below.rstrip("/").rpartition("/")
    if not folder:
        return _resolve(url)
    return f"{_resolve(f'{scheme}://{folder}')}/{name}"


@lru_cache(4096)
def _resolve(folder: str) -> str:
    try:
        filesystem, path = open_url(folder)
    except PoolcliError:
        # It has no other name, since it cannot exist. The error is reported when it is read.
        return folder
    schemes = filesystem.protocol
    scheme = schemes if isinstance(schemes, str) else schemes[0]
    return f"{scheme}://{path.strip('/')}"


@contextmanager
def one_line(failure: str) -> Iterator[None]:
    """Turn errors of storage libraries into a PoolcliError that begins with `failure`."""
    try:
        yield
    except PoolcliError:
        raise
    except Exception as error:  # noqa: BLE001 - each storage library has errors of its own
        raise PoolcliError(f"{failure}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """Return the reason for an error of a storage library."""
    if isinstance(error, FileNotFoundError):
        return "no such file or bucket"
    if isinstance(error, PermissionError) or "AccessDenied" in str(error):
        return "access denied"
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return "no answer in time"
    if isinstance(error, NotImplementedError):
        return "this storage cannot do that"
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return str(response["Error"].get("Message") or response["Error"].get("Code"))
    return (str(error).strip() or type(error).__name__).splitlines()[0]
