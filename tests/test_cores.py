"""Cores are counted as the operating system and containers allow them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from poolcli.executors import cores, count_cores


def write(folder: Path, **files: str) -> None:
    """Write the files of a control group; `__` in their names stands for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder for the control groups of a machine with 64 cores."""
    monkeypatch.setattr(cores, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(cores, "MOUNTS", tmp_path / "mounts")
    monkeypatch.delenv("PYTHON_CPU_COUNT", raising=False)
    for name in ("sched_getaffinity", "process_cpu_count"):
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    if sys.version_info >= (3, 13):
        monkeypatch.setattr(os, "process_cpu_count", lambda: 64, raising=False)
    return tmp_path


def test_there_is_a_core_to_count() -> None:
    assert 1 <= count_cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("100000 100000", 1), ("50000 100000", 1), ("150000 100000", 2), ("max 100000", 64),
     ("9999999 1000", 64), ("nonsense", 64), ("1 0", 64), ("", 64)],
)  # fmt: skip
def test_a_container_has_the_cores_of_its_quota(machine: Path, quota: str, expected: int) -> None:
    (machine / "groups").write_text("0::/\n")
    write(machine / "mounts", cpu__max=quota)
    assert count_cores() == expected


def test_the_smallest_quota_of_all_groups_around_counts(machine: Path) -> None:
    (machine / "groups").write_text("0::/system.slice/a:b.service/inner\n")
    write(machine / "mounts" / "system.slice", cpu__max="300000 100000")
    write(machine / "mounts" / "system.slice" / "a:b.service", cpu__max="200000 100000")
    write(machine / "mounts" / "system.slice" / "a:b.service" / "inner", cpu__max="max 100000")
    write(machine / "mounts" / "other.slice", cpu__max="100000 100000")
    assert count_cores() == 2


def test_a_group_named_as_outside_the_container_is_the_mounted_folder(machine: Path) -> None:
    (machine / "groups").write_text("0::/../../docker/0123\n")
    write(machine / "mounts", cpu__max="100000 100000")
    assert count_cores() == 1


@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct", "cpuacct,cpu"])
@pytest.mark.parametrize(("quota", "expected"), [("250000", 3), ("-1", 64)])
def test_groups_of_version_1_have_quotas_too(
    machine: Path, mount: str, quota: str, expected: int
) -> None:
    (machine / "groups").write_text("5:memory:/m\n4:cpu,cpuacct:/docker/0123\n0::/\n")
    group = machine / "mounts" / mount
    write(group, cpu__cfs_quota_us=quota, cpu__cfs_period_us="100000")
    write(machine / "mounts" / "memory", cpu__cfs_quota_us="100000", cpu__cfs_period_us="100000")
    assert count_cores() == expected


def test_without_control_groups_all_cores_count(machine: Path) -> None:
    assert not (machine / "groups").exists()
    assert count_cores() == 64
    (machine / "groups").write_text("nonsense\n\n")
    assert count_cores() == 64


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python reads it at start-up")
@pytest.mark.parametrize(("value", "expected"), [("3", 3), ("0", 64), ("default", 64), ("", 64)])
def test_the_variable_of_python_counts_before_python_3_13(
    machine: Path, monkeypatch: pytest.MonkeyPatch, value: str, expected: int
) -> None:
    monkeypatch.setenv("PYTHON_CPU_COUNT", value)
    assert count_cores() == expected
    (machine / "groups").write_text("0::/\n")
    write(machine / "mounts", cpu__max="200000 100000")
    assert count_cores() == 2


@pytest.mark.usefixtures("machine")
@pytest.mark.skipif(sys.version_info >= (3, 13), reason="Python counts them itself")
def test_the_affinity_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {3, 5}, raising=False)
    assert count_cores() == 2
