"""Paths and URLs as text: told apart, and taken apart, without looking anything up."""

from __future__ import annotations

import os
import re

# The syntax that fsspec reads: a scheme and ://, after the names of chained file systems.
_URL = re.compile(r"([A-Za-z][\w.+-]*::)*[A-Za-z][\w.+-]*://")
_FILE = re.compile(r"file://(localhost)?(?=/)", re.IGNORECASE)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def is_url(path: str) -> bool:
    """Return whether a path is a URL; `file:///x` is a local path."""
    return _URL.match(path) is not None and _FILE.match(path) is None


def local_path(path: str) -> str:
    """Return a local path without `file://`."""
    return _FILE.sub("", path)


def lies_in(path: str, folder: str) -> bool:
    """Return whether a resolved path is a resolved folder or is below it."""
    return f"{path}/".startswith(f"{folder.rstrip('/')}/")


def name_of(path: str) -> str:
    """Return the last part of a path, without the query of a web address."""
    if path.startswith(("http://", "https://")):
        path = _QUERY.sub("", path)
    return os.path.basename(path)  # noqa: PTH119 - a path is text
