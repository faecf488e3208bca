"""What a cluster adds to a run: workers that die, differ, are missing or are told to stop."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Invoke
from distributed import Client
from helpers.core import settings
from helpers.formats import noise, saved
from lethal import run_or_die
from services import Cluster, cluster, contents, free_port, members, photos

import poolcli
from poolcli.batch import KILLED, run_jobs
from poolcli.errors import EngineError
from poolcli.executors import cluster as engine
from poolcli.pipeline import Job, Record

HERE = str(Path(__file__).parent)
COMMAND = [sys.executable, "-m", "poolcli", "max", "-r", "-k", "2"]


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder / "log", environment={**os.environ, "PYTHONPATH": HERE}) as two_workers:
        yield two_workers


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("alone")
    with cluster(folder / "log", workers=0, environment=dict(os.environ)) as no_worker:
        yield no_worker


def run_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], cwd=folder, capture_output=True, text=True, check=False, timeout=90
    )


def test_an_image_that_kills_worker_after_worker_fails_and_the_rest_is_done(
    folder: Path, made: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number:02}{'lethal' * (number == 17)}" for number in range(40)]
    for name in names:
        (folder / f"{name}.png").write_bytes(saved(noise("u1"), "PNG"))
    monkeypatch.setattr("poolcli.batch.run", run_or_die)
    jobs = [Job(f"{name}.png", [f"out/{name}.png"], "png") for name in names]
    told: list[Record] = []
    report = run_jobs(jobs, settings("max"), told.append, scheduler=made.address)
    assert [record.job.source for record in told] == [job.source for job in jobs]
    assert {record.job.source: record.error for record in told if record.error} == {
        "17lethal.png": KILLED
    }
    assert report.counts == {"written": 39, "failed": 1}
    assert len(contents(folder / "out")) == 39


def test_figures_and_relative_paths_are_those_of_one_machine(folder: Path, made: Cluster) -> None:
    photos(4, folder / "in")
    plain = run_in(folder, "in", "-j", "1")
    files = contents(folder / "pooled")
    assert len(files) == 8
    shutil.rmtree(folder / "pooled")
    for where in (made.address, "local"):
        ended = run_in(folder, "in", "--scheduler", where)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, plain.stdout, plain.stderr)
        assert contents(folder / "pooled") == files
        shutil.rmtree(folder / "pooled")


@pytest.mark.parametrize("where", ["address", "local"])
def test_an_interrupt_cancels_what_is_queued(folder: Path, made: Cluster, where: str) -> None:
    photos(64, folder / "in")
    address = made.address if where == "address" else "local"
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [*COMMAND, "in", "--scheduler", address],
            cwd=folder,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    while (folder / "output").stat().st_size == 0:
        assert process.poll() is None
        time.sleep(0.01)
    # Ctrl-C in a terminal reaches all that was started from it.
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, b"")
    assert len(contents(folder / "pooled")) < 2 * 64
    assert not [name for name in contents(folder / "pooled") if "poolcli-" in name]
    end = time.monotonic() + 10
    while members(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not members(process.pid)
    with Client(made.address) as client:
        assert client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0


PLANTED = "import pathlib; pathlib.Path({!r}).touch(); raise ImportError"
PROGRAM = """
import sys
from poolcli.__main__ import run
if __name__ == "__main__":
    sys.exit(run())
"""


def test_a_local_cluster_imports_nothing_from_the_current_folder(folder: Path) -> None:
    photos(3, folder / "in")
    (folder / "bin").mkdir()
    (folder / "bin" / "program").write_text(PROGRAM)
    for name in ("multiprocessing", "socket", "signal", "threading", "pickle", "distributed"):
        planted = PLANTED.format(str(folder / f"ran-{name}"))
        (folder / "in" / f"{name}.py").write_text(planted)
    ended = subprocess.run(
        [sys.executable, "../bin/program", "max", ".", "-d", "../out", "--scheduler", "local"],
        cwd=folder / "in",
        capture_output=True,
        text=True,
        check=True,
        timeout=90,
    )
    skipped, summary = ended.stderr.splitlines()
    assert skipped == "poolcli: 6 files skipped, not an image suffix: 6 py"
    assert summary == "poolcli: 2 written, 0 failed of 2"
    assert not list(folder.glob("ran-*"))


@pytest.mark.parametrize("number", [None, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_local_cluster_follows_no_planted_link_and_leaves_nothing(
    folder: Path, number: signal.Signals | None
) -> None:
    photos(40 if number else 3, folder / "in")
    temporary, elsewhere = folder / "tmp", folder / "elsewhere"
    temporary.mkdir()
    elsewhere.mkdir()
    (elsewhere / "global.lock").write_bytes(b"precious")
    (temporary / "dask-scratch-space").symlink_to(elsewhere)
    process = subprocess.Popen(
        [*COMMAND, "in", "--scheduler", "local", "-j", "2"],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if number is not None:
        assert process.stdout is not None
        process.stdout.readline()
        assert [path.name for path in temporary.glob("poolcli-*")]
        process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (128 + number if number else 0)
    assert list(temporary.iterdir()) == [temporary / "dask-scratch-space"]
    assert contents(elsewhere) == {"global.lock": b"precious"}


def test_workers_of_another_version_are_refused(folder: Path, alone: Cluster) -> None:
    photos(3, folder / "in")
    preload = alone.log.with_name("older.py")
    preload.write_text("import poolcli\npoolcli.__version__ = '0.0.1'\n")
    alone.add_worker("--preload", preload)
    ended = run_in(folder, "in", "--scheduler", alone.address)
    reason, summary = ended.stderr.splitlines()
    assert reason.startswith("poolcli: the worker at tcp://127.0.0.1:")
    assert reason.endswith(
        f" has poolcli 0.0.1, and this is {poolcli.__version__}; install one version everywhere"
    )
    assert summary == "poolcli: 0 written, 0 failed of 3"
    assert ended.returncode == 1
    assert not (folder / "pooled").exists()


def test_a_worker_that_joins_later_is_held_to_the_version_too() -> None:
    assert engine._at_work(poolcli.__version__, None, abs, -1) == 1
    with pytest.raises(EngineError, match=r"and this is 0\.0\.1; install one version everywhere"):
        engine._at_work("0.0.1", None, abs, -1)


class Failed:
    """A task that failed on a worker."""

    status = "error"

    def __init__(self, error: Exception) -> None:
        self.error = error

    def result(self, _timeout: float | None) -> None:
        raise self.error


def test_what_is_raised_on_a_worker_is_raised_here_but_for_a_lack_of_poolcli() -> None:
    with pytest.raises(ZeroDivisionError):
        engine.GroupFuture(Failed(ZeroDivisionError()), "there").result()
    missing = Failed(ModuleNotFoundError("No module named 'poolcli'"))
    with pytest.raises(EngineError, match="a worker cannot load poolcli"):
        engine.GroupFuture(missing, "there").result()


def test_a_scheduler_that_does_not_answer_is_one_line(
    invoke: Invoke, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos(2, folder / "in")
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 1)
    address = f"tcp://127.0.0.1:{free_port()}"
    errors = invoke("max", "in", "-r", "--scheduler", address, status=1).errors.splitlines()
    assert errors == [
        f"poolcli: no Dask scheduler answers at {address}",
        "poolcli: 0 written, 0 failed of 2",
    ]


def test_a_scheduler_without_workers_is_one_line(
    invoke: Invoke, folder: Path, alone: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos(2, folder / "in")
    monkeypatch.setattr(engine, "WORKERS_SECONDS", 1)
    errors = invoke("max", "in", "-r", "--scheduler", alone.address, status=1).errors.splitlines()
    address = alone.address
    reason, summary = errors
    assert reason == (
        f"poolcli: the Dask scheduler at {address} has no workers; start some:"
        f" dask worker {address}"
    )
    assert summary == "poolcli: 0 written, 0 failed of 2"


def test_workers_on_this_machine_are_spawned_where_nothing_can_be_forked(folder: Path) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1"), "PNG"))
    elsewhere = str(Path(__file__).parent.parent / "helpers" / "elsewhere")
    ended = subprocess.run(
        [*COMMAND, "a.png", "--scheduler", "local", "--no-figure", "-v"],
        env={**os.environ, "PYTHONPATH": elsewhere},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert (ended.returncode, ended.stdout) == (0, "pooled/a_max_k2_1.png\n")
    assert "warning" not in ended.stderr
