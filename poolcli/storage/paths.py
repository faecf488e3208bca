"""Paths and URLs as text: told apart, and taken apart, without looking anything up."""

from __future__ import annotations

import os
import re

# The syntax that fsspec reads: a scheme and ://, after the names of chained file systems. A single
# letter is a drive of Windows, not a scheme.
_URL = re.compile(r"([A-Za-z][\w.+-]*::)*[A-Za-z][\w.+-]+://")
_FILE = re.compile(r"file://(localhost)?(?=/)", re.IGNORECASE)
# In file:///C:/x the slash before a drive is not part of the path.
_BEFORE_DRIVE = re.compile(r"^/(?=[A-Za-z]:)")
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def is_url(path: str) -> bool:
    """Return whether a path is a URL; `file:///x` is a local path."""
    return _URL.match(path) is not None and _FILE.match(path) is None


def local_path(path: str) -> str:
    """Return a local path without `file://`."""
    local = _FILE.sub("", path)
    if local != path and os.path.sep == "\\":
        return _BEFORE_DRIVE.sub("", local, count=1)
    return local


def lies_in(path: str, folder: str) -> bool:
    """Return whether a resolved path is a resolved folder or is below it.

    Case makes no difference on Windows, except in URLs.
    """
    if is_url(path) or is_url(folder):
        return f"{path}/".startswith(f"{folder.rstrip('/')}/")
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    return os.path.join(path, "").startswith(os.path.join(folder, ""))  # noqa: PTH118 - text


def name_of(path: str) -> str:
    """Return the last part of a path, without the query of a web address."""
    if path.startswith(("http://", "https://")):
        path = _QUERY.sub("", path)
    return os.path.basename(path)  # noqa: PTH119 - a path is text
