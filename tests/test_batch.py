"""A run of several jobs: one failure neither hides nor stops the others."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from conftest import names
from helpers.core import settings as make_settings
from helpers.family import children, helpers
from helpers.formats import noise, saved

from poolcli.batch import KILLED, Report, run_jobs
from poolcli.pipeline import Job, Record, Settings, run
from poolcli.storage import replacing

SETTINGS = make_settings("max")


def jobs(*stems: str) -> list[Job]:
    return [Job(f"{stem}.png", [f"out/{stem}.png"], "png") for stem in stems]


def statuses(records: list[Record]) -> list[str]:
    return [record.status for record in records]


@pytest.mark.parametrize("cores", [1, 2, 3])
def test_every_job_is_run_and_told_of_in_order(folder: Path, cores: int) -> None:
    stems = [f"{number:02}" for number in range(30)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1", seed=int(stem)), "PNG"))
    (folder / "07.png").write_bytes(b"no picture")
    told: list[Record] = []
    report = run_jobs(jobs(*stems), SETTINGS, told.append, cores=cores)
    assert [record.job.source for record in told] == [f"{stem}.png" for stem in stems]
    assert statuses(told) == ["failed" if stem == "07" else "written" for stem in stems]
    assert report.counts == {"written": 29, "failed": 1}
    assert report.exit_status == 1
    assert len(names("out")) == 29


def test_bytes_do_not_depend_on_the_number_of_cores(folder: Path) -> None:
    numbers = np.random.default_rng(0)
    np.save(folder / "big.npy", numbers.normal(size=(1200, 900)).astype(np.float32))
    results = []
    for cores in (1, 2, 4):
        job = Job("big.npy", ["1.npy", "2.npy"], "npy")
        run_jobs([job], make_settings("avg", iterations=2), lambda _: None, cores=cores)
        results.append([(folder / name).read_bytes() for name in job.paths])
    assert results[0] == results[1] == results[2]


def test_an_update_skips_what_is_current(folder: Path) -> None:
    for stem in "ab":
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    told: list[Record] = []
    run_jobs(jobs("a", "b"), SETTINGS, told.append, update=True)
    os.utime("b.png", (2e9, 2e9))
    run_jobs(jobs("a", "b", "missing"), SETTINGS, told.append, update=True)
    assert statuses(told) == ["written", "written", "skipped", "written", "failed"]


def test_a_missing_figure_is_a_reason_to_run_again(folder: Path) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1"), "PNG"))
    with_figure = [Job("a.png", ["out/a.png"], "png", "out/figure.svg")]
    told: list[Record] = []
    run_jobs(jobs("a"), SETTINGS, told.append)
    run_jobs(with_figure, SETTINGS, told.append, update=True)
    run_jobs(with_figure, SETTINGS, told.append, update=True)
    assert statuses(told) == ["written", "written", "skipped"]


def test_a_dry_run_reads_headers_and_writes_nothing(folder: Path) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1"), "PNG"))
    told: list[Record] = []
    report = run_jobs(jobs("a", "missing"), SETTINGS, told.append, dry_run=True)
    assert statuses(told) == ["planned", "failed"]
    assert told[0].shape == (23, 34)
    assert told[0].iterations[0].shape == (11, 17)
    assert report.exit_status == 1
    assert names(folder) == ["a.png"]


def test_what_a_killed_process_left_is_removed(folder: Path) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1"), "PNG"))
    (folder / "out").mkdir()
    left = folder / "out" / f".poolcli-{replacing._domain(folder)}-{'0' * 16}.tmp"
    left.write_bytes(b"half")
    run_jobs(jobs("a"), SETTINGS, lambda _: None)
    assert not left.exists()


def lethal(job: Job, settings: Settings) -> Record:
    """Run a job, but die of the one named 04."""
    if job.source == "04.png":
        os.kill(os.getpid(), signal.SIGKILL)
    return run(job, settings)


def test_an_image_that_kills_its_worker_is_named_and_the_rest_is_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stems = [f"{number:02}" for number in range(12)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    monkeypatch.setattr("poolcli.batch.run", lethal)
    told: list[Record] = []
    report = run_jobs(jobs(*stems), SETTINGS, told.append, cores=2)
    assert statuses(told) == ["failed" if stem == "04" else "written" for stem in stems]
    assert told[4].error == KILLED
    assert report.counts == {"written": 11, "failed": 1}
    assert len(names("out")) == 11


@pytest.mark.parametrize("victim", ["worker", "forkserver", "resource_tracker"])
def test_a_kill_costs_no_image(
    folder: Path, capfd: pytest.CaptureFixture[str], victim: str
) -> None:
    stems = [f"{number:02}" for number in range(80)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    told: list[Record] = []

    def done(record: Record) -> None:
        told.append(record)
        if len(told) in (1, 20, 40):
            found = helpers("forkserver" if victim == "worker" else victim)
            victims = children(found[0])[:1] if victim == "worker" else found
            assert victims or len(told) > 1
            for process in victims:
                os.kill(process, signal.SIGKILL)

    report = run_jobs(jobs(*stems), SETTINGS, done, cores=2)
    assert [record.job.source for record in told] == [f"{stem}.png" for stem in stems]
    assert report.counts == {"written": 80}
    assert report.warnings == []
    assert len(names("out")) == 80
    assert capfd.readouterr() == ("", "")


def test_a_run_without_failure_ends_with_0() -> None:
    assert Report().exit_status == 0


def buggy(job: Job, settings: Settings) -> Record:
    """Run a job, but fall over the one named 04, as nobody foresaw."""
    if job.source == "04.png":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("poolcli.pipeline.quantise", fall_over)
            return run(job, settings)
    return run(job, settings)


def fall_over(*_arguments: object, **_settings: object) -> None:
    raise LookupError("what is\nthis?")


@pytest.mark.parametrize("cores", [1, 2])
def test_a_bug_of_ours_fails_its_input_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    stems = [f"{number:02}" for number in range(8)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    monkeypatch.setattr("poolcli.batch.run", buggy)
    told: list[Record] = []
    report = run_jobs(jobs(*stems), SETTINGS, told.append, cores=cores)
    assert statuses(told) == ["failed" if stem == "04" else "written" for stem in stems]
    assert report.exit_status == 1
    assert told[4].error == (
        "internal error: LookupError in pipeline._pool_all: what is; please report it"
    )
    assert told[4].trace is not None
    assert told[4].trace.startswith("Traceback (most recent call last):\n")
    assert told[4].trace.endswith("LookupError: what is\nthis?")


def buggy_task(job: Job, settings: Settings) -> Record:
    """Raise where a task tells everything in its record."""
    if job.source == "04.png":
        raise OSError
    return run(job, settings)


@pytest.mark.parametrize("cores", [1, 2])
def test_a_bug_in_what_hands_jobs_out_fails_its_input_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    stems = [f"{number:02}" for number in range(8)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    monkeypatch.setattr("poolcli.batch.run", buggy_task)
    told: list[Record] = []
    report = run_jobs(jobs(*stems), SETTINGS, told.append, cores=cores)
    assert statuses(told) == ["failed" if stem == "04" else "written" for stem in stems]
    assert str(told[4].error).startswith("internal error: OSError")
    assert report.warnings == []


@pytest.mark.parametrize("warning", ["only 2 of 3 workers could be started", None])
def test_fewer_workers_are_a_warning(
    folder: Path, monkeypatch: pytest.MonkeyPatch, warning: str | None
) -> None:
    stems = [f"{number:02}" for number in range(4)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    monkeypatch.setattr("poolcli.executors.workers.Workers.shortage", warning)
    report = run_jobs(jobs(*stems), SETTINGS, lambda _: None, cores=3)
    assert report.counts == {"written": 4}
    assert report.warnings == ([] if warning is None else [warning])


def test_cores_beyond_the_most_workers_go_to_threads(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stems = [f"{number:02}" for number in range(4)]
    for stem in stems:
        (folder / f"{stem}.png").write_bytes(saved(noise("u1"), "PNG"))
    seen = []

    def watch(job: Job, settings: Settings) -> Record:
        seen.append(settings.threads)
        return run(job, settings)

    monkeypatch.setattr("poolcli.executors.MOST_WORKERS", 1)
    monkeypatch.setattr("poolcli.batch.run", watch)
    run_jobs(jobs(*stems), SETTINGS, lambda _: None, cores=3)
    assert seen == [3] * 4
