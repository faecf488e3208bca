"""Storage that fails costs one line for each failure; the rest is done."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from buckets import Store, s3_store
from faults import faults_before
from helpers.formats import noise, saved

# A server that says nothing is given up soon, though s3fs asks it 25 times.
IMPATIENT = '{"config_kwargs": {"read_timeout": 0.3, "retries": {"total_max_attempts": 1}}}'
NAMES = [
    "in/a.png",
    *(f"in/broken/{number}.png" for number in range(5)),
    "in/closed/a.png",
    "in/denied.png",
    "in/empty.png",
    "in/full.png",
    "in/slow.png",
    "in/vanished.png",
    "in/z.png",
    "more/stalled.png",
]
COMMAND = [sys.executable, "-m", "poolcli", "max", "-r", "-k", "2", "--no-figure"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with s3_store(tmp_path_factory.mktemp("store")) as made:
        yield made


@pytest.fixture(scope="module")
def hostile(store: Store) -> str:
    bucket = store.bucket("hostile")
    for name in NAMES:
        content = b"" if "empty" in name else saved(noise("u1"), "PNG")
        store.client.put_object(Bucket=bucket, Key=name, Body=content)
    return bucket


@pytest.mark.parametrize("where", [["-j", "1"], ["-j", "2", "--scheduler", "local"]])
def test_each_failure_is_one_line_and_the_rest_is_done(
    store: Store, hostile: str, where: list[str], tmp_path: Path
) -> None:
    path, out = f"s3://{hostile}/in", f"s3://{hostile}/{'-'.join(where)}"
    # The slowest failure is waited for once.
    stalled = [f"s3://{hostile}/more/stalled.png"] if "local" in where else []
    with faults_before(store.endpoint) as endpoint:
        ended = subprocess.run(
            [*COMMAND, path, *stalled, "-d", out, *where],
            env={**store.environment, "AWS_ENDPOINT_URL": endpoint, "FSSPEC_S3": IMPATIENT},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    done = ["a", "broken/0", "broken/1", "broken/2", "slow", "z"]
    assert ended.stdout.splitlines() == [f"{out}/{name}_max_k2_1.png" for name in done]
    assert ended.stderr.splitlines() == [
        f"poolcli: {path}/broken/: its listing is incomplete; run again with -u to do the rest",
        f"poolcli: {path}/closed/: cannot be listed: access denied",
        f"poolcli: {path}/denied.png: cannot be read: access denied",
        f"poolcli: {path}/empty.png: is empty",
        f"poolcli: {path}/full.png: {out}/full_max_k2_1.png cannot be written: QuotaExceeded",
        f"poolcli: {path}/vanished.png: cannot be read: no such file or bucket",
        *(f"poolcli: {late}: cannot be read: no answer in time" for late in stalled),
        f"poolcli: 6 written, {6 + len(stalled)} failed of {12 + len(stalled)}",
    ]
    assert ended.returncode == 1
