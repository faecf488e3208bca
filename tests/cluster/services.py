"""What the tests of this folder start on 127.0.0.1, each on a free port, and stop again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from helpers.formats import saved

BIN = Path(sys.executable).parent
SECONDS = 30


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until somebody listens on a port."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@contextmanager
def started(
    command: Sequence[object], log: Path, **settings: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program with a session of its own, and end all of it afterwards."""
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            **settings,
        )
    try:
        yield process
    finally:
        end_session(process)


def end_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started."""
    for pid in members(process.pid):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


def members(session: int) -> list[int]:
    """List the processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            state, *_, owner = stat.rpartition(")")[2].split()[:4]
            if int(owner) == session and state != "Z":
                found.append(int(entry.name))
    return found


class Cluster:
    """A `dask scheduler` and the worker processes that joined it."""

    def __init__(self, log: Path, environment: dict[str, str]) -> None:
        self.log = log
        self.environment = environment
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.opened = ExitStack()
        self.scheduler = self._start("scheduler", "--port", self.port, "--no-dashboard")
        wait_for(self.port)
        self.sessions: list[subprocess.Popen[bytes]] = []

    def add_worker(self, *options: object) -> None:
        """Start a worker process, with the nanny that starts it again when it dies."""
        self.sessions.append(
            self._start(
                "worker",
                self.address,
                "--nthreads",
                1,
                "--no-dashboard",
                "--local-directory",
                self.log.parent / "dask",
                *options,
            )
        )

    def workers(self) -> list[int]:
        """List the processes that work: those that a nanny has spawned."""
        found = []
        for session in self.sessions:
            for pid in members(session.pid):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"spawn_main" in command:
                    found.append(pid)
        return found

    def _start(self, *arguments: object) -> subprocess.Popen[bytes]:
        return self.opened.enter_context(
            started(
                [BIN / "dask", *arguments],
                self.log,
                env=self.environment,
                cwd=self.log.parent,
            )
        )


@contextmanager
def cluster(log: Path, workers: int = 2, *, environment: dict[str, str]) -> Iterator[Cluster]:
    """Start a scheduler and workers, and end them."""
    made = Cluster(log, environment)
    with made.opened:
        for _ in range(workers):
            made.add_worker()
        yield made


@contextmanager
def s3_server(log: Path) -> Iterator[str]:
    """Start moto's server, which speaks S3, and give its address."""
    port = free_port()
    with started([BIN / "moto_server", "-H", "127.0.0.1", "-p", port], log):
        wait_for(port)
        yield f"http://127.0.0.1:{port}"


def s3_environment(endpoint: str) -> dict[str, str]:
    """Give the settings by which s3fs finds a server, as a user would give them."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def photos(number: int, folder: Path) -> None:
    """Write small pictures that all differ, a third of them in a folder of their own."""
    numbers = np.random.default_rng(20261123)
    for index in range(number):
        path = folder / ("deep/er" if index % 3 == 0 else "") / f"{index:04}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(saved(numbers.integers(0, 256, (24, 32, 3), np.uint8), "PNG"))


def contents(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, by their paths in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def without_times(output: str) -> str:
    """Leave out of records how long each input took."""
    return re.sub(r'"seconds": [0-9.e-]+', '"seconds": 0', output)
