"""A plugin for pytest: what several test files of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from buckets import Store
from services import s3_server


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Start S3 and fill a bucket."""
    folder = tmp_path_factory.mktemp("store")
    with s3_server(folder / "log") as endpoint:
        yield Store(endpoint, folder)
