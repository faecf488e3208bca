"""A run of several jobs: one failure neither hides nor stops the others."""

from __future__ import annotations

from pathlib import Path

from formats import noise, saved

from poolcli.batch import Report, run_jobs
from poolcli.pipeline import Job, Record, Settings


def test_every_job_is_run_and_told_of_in_order(folder: Path) -> None:
    for name in ("a", "c"):
        (folder / f"{name}.png").write_bytes(saved(noise("u1"), "PNG"))
    jobs = [Job(f"{name}.png", [f"out/{name}.png"], "png") for name in "abc"]
    told: list[Record] = []
    report = run_jobs(jobs, Settings("max"), told.append)
    assert told == report.records
    assert [record.job for record in told] == jobs
    assert [record.status for record in told] == ["written", "failed", "written"]
    assert told[1].error == "cannot be read: no such file or directory"
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["a.png", "c.png"]
    assert (report.written, report.failed, report.exit_status) == (2, 1, 1)


def test_a_run_without_failure_ends_with_0() -> None:
    assert Report().exit_status == 0
