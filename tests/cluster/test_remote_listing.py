"""Folders of S3 are listed page by page, and only names and times are kept."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from poolcli.storage import remote_listing

PAGE = 1000
TIME = datetime(2026, 1, 1, tzinfo=UTC)


class Bucket:
    """A bucket with numbered objects and one folder, listed like those of S3FileSystem."""

    def __init__(self, count: int, broken_after: int | None = None) -> None:
        self.count, self.broken_after = count, broken_after
        self.requests = 0

    def split_path(self, path: str) -> tuple[str, str, None]:
        bucket, _, key = path.partition("/")
        return bucket, key, None

    def call_s3(self, method: str, **request: Any) -> dict[str, Any]:
        assert method == "list_objects_v2"
        assert (request["Bucket"], request["Prefix"], request["Delimiter"]) == (
            "bucket",
            "in/",
            "/",
        )
        if self.requests == self.broken_after:
            raise OSError("broken off")
        self.requests += 1
        start = int(request.get("ContinuationToken", 0))
        end = min(start + PAGE, self.count)
        page: dict[str, Any] = {
            "Contents": [
                {"Key": f"in/{n:07}.png", "LastModified": TIME, "ETag": "0" * 32, "Size": n}
                for n in range(start, end)
            ],
            "IsTruncated": end < self.count,
        }
        if start == 0:
            page["CommonPrefixes"] = [{"Prefix": "in/below/"}]
        if end < self.count:
            page["NextContinuationToken"] = str(end)
        return page


def walk(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int | None]]:
    monkeypatch.setattr(remote_listing, "open_url", lambda _: (bucket, "bucket/in"))
    return list(remote_listing.walk("s3://bucket/in", recursive=False, avoid=None))


def test_a_folder_is_listed_with_one_request_per_page(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(2 * PAGE + 1)
    found = walk(bucket, monkeypatch)
    time = int(TIME.timestamp() * 1e9)
    assert found == [(f"s3://bucket/in/{n:07}.png", time) for n in range(2 * PAGE + 1)]
    assert bucket.requests == 3


def test_a_listing_that_breaks_off_yields_the_pages_before_and_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = walk(Bucket(3 * PAGE, broken_after=2), monkeypatch)
    assert len(found) == 2 * PAGE + 1
    assert found[-1] == ("s3://bucket/in/", None)


def test_a_listing_keeps_names_and_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 50 * PAGE
    bucket = Bucket(count)
    monkeypatch.setattr(remote_listing, "open_url", lambda _: (bucket, "bucket/in"))
    tracemalloc.start()
    try:
        listing = remote_listing.walk("s3://bucket/in", recursive=False, avoid=None)
        assert len([None for _ in listing]) == count
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # The entries as dictionaries would take more than 600 bytes each.
    assert peak / count < 250
