"""A batch over S3 on a Dask cluster ends as it would on one machine, whatever dies on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from buckets import Store, s3_store
from services import (
    Cluster,
    cluster,
    contents,
    members,
    without_times,
)

IMAGES = 500
COMMAND = [sys.executable, "-m", "poolcli", "max", "-r", "-k", "2", "--no-figure"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with s3_store(tmp_path_factory.mktemp("store")) as made:
        made.fill(IMAGES)
        yield made


@pytest.fixture(scope="module")
def wanted(store: Store) -> subprocess.CompletedProcess[str]:
    """Tell what one machine makes of the same images as files."""
    return subprocess.run(
        [*COMMAND, "in", "-d", "out", "--json"],
        cwd=store.folder,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture
def two_workers(store: Store, tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "log", environment=store.environment) as made:
        yield made


class Run:
    """The command on a cluster, from bucket to bucket."""

    def __init__(self, store: Store, made: Cluster, bucket: str, *options: str) -> None:
        where = ["s3://input/", "-d", f"s3://{bucket}", "--scheduler", made.address]
        self.output = made.log.with_name(f"{bucket}.jsonl")
        with self.output.open("w") as stream:
            self.process = subprocess.Popen(
                [*COMMAND, *where, "--json", *options],
                env=store.environment,
                stdout=stream,
                stderr=subprocess.PIPE,
                text=True,
            )

    def wait_until_told(self, number: int) -> None:
        """Wait until the records of so many inputs are there."""
        while self.output.read_text().count("\n") < number:
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)

    def end(self) -> tuple[int, list[str], list[str]]:
        """Wait for the end; give the exit status, the lines of output and those of errors."""
        _, errors = self.process.communicate(timeout=90)
        return self.process.returncode, self.output.read_text().splitlines(), errors.splitlines()


def as_on(bucket: str, wanted: subprocess.CompletedProcess[str]) -> list[str]:
    """Give the records of the local run with the names that they have in a bucket."""
    renamed = wanted.stdout.replace('"out/', f'"s3://{bucket}/').replace('"in/', '"s3://input/')
    return without_times(renamed).splitlines()


def test_five_hundred_images_end_as_on_one_machine(
    store: Store, wanted: subprocess.CompletedProcess[str], two_workers: Cluster
) -> None:
    status, output, errors = Run(store, two_workers, store.bucket("plain")).end()
    assert (status, errors) == (0, ["poolcli: 500 written, 0 failed of 500"])
    assert without_times("\n".join(output)).splitlines() == as_on("plain", wanted)
    assert store.objects("plain") == contents(store.folder / "out")
    requests = store.log.read_text().count("\n")
    status, output, errors = Run(store, two_workers, "plain", "-u").end()
    assert (status, errors) == (0, ["poolcli: 0 written, 500 skipped, 0 failed of 500"])
    # A listing for each folder that is read and each that is written, and nothing for an object.
    assert store.log.read_text().count("\n") - requests < 20


def test_a_killed_worker_costs_nothing(
    store: Store, wanted: subprocess.CompletedProcess[str], two_workers: Cluster
) -> None:
    run = Run(store, two_workers, store.bucket("worker-killed"))
    run.wait_until_told(IMAGES // 3)
    os.kill(two_workers.workers()[0], signal.SIGKILL)
    run.wait_until_told(IMAGES // 3 + 1)
    assert run.process.poll() is None
    status, output, errors = run.end()
    assert (status, errors) == (0, ["poolcli: 500 written, 0 failed of 500"])
    assert without_times("\n".join(output)).splitlines() == as_on("worker-killed", wanted)
    assert store.objects("worker-killed") == contents(store.folder / "out")


def test_a_killed_scheduler_ends_the_run_and_an_update_does_the_rest(
    store: Store, wanted: subprocess.CompletedProcess[str], two_workers: Cluster, tmp_path: Path
) -> None:
    run = Run(store, two_workers, store.bucket("scheduler-killed"))
    run.wait_until_told(IMAGES // 3)
    two_workers.scheduler.kill()
    status, output, (reason, summary) = run.end()
    assert status == 1
    assert reason == (
        f"poolcli: the connection to the Dask scheduler at {two_workers.address} is lost;"
        " run again with -u to do the rest"
    )
    done = len(output)
    assert summary == f"poolcli: {done} written, 0 failed of 500"
    assert IMAGES // 3 <= done < IMAGES
    assert without_times("\n".join(output)).splitlines() == as_on("scheduler-killed", wanted)[:done]
    local = contents(store.folder / "out")
    assert store.objects("scheduler-killed").items() <= local.items()
    with cluster(tmp_path / "other", environment=store.environment) as made:
        status, output, _ = Run(store, made, "scheduler-killed", "-u").end()
    assert status == 0
    assert [json.loads(line)["status"] for line in output][:done] == ["skipped"] * done
    assert len(output) == IMAGES
    assert store.objects("scheduler-killed") == local


def test_nothing_is_left_of_what_these_tests_start(store: Store, tmp_path: Path) -> None:
    with cluster(tmp_path / "log", environment=store.environment) as made:
        sessions = [made.scheduler.pid, *(session.pid for session in made.sessions)]
        assert all(map(members, sessions))
    assert not any(map(members, sessions))
