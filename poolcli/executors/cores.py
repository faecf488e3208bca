"""Count the cores that this process may use."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

# The control groups of this process, and where Linux distributions mount their files.
GROUPS = Path("/proc/self/cgroup")
MOUNTS = Path("/sys/fs/cgroup")
# Version 1 has a tree of groups per controller, which is mounted under one of these names.
VERSION_1 = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


def count_cores() -> int:
    """Return the number of cores that this process may use.

    It is at most the number in its affinity mask, or in PYTHON_CPU_COUNT instead, and at most the
    quota of its control groups, rounded up: a container with 1.5 of 64 cores has two.
    """
    quota = cpu_quota(GROUPS, MOUNTS)
    cores = _count_allowed()
    return cores if quota is None else min(cores, max(1, math.ceil(quota)))


def _count_allowed() -> int:
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    # Python 3.13 and later read the variable themselves.
    with suppress(ValueError):
        given = int(os.environ.get("PYTHON_CPU_COUNT", ""))
        if given > 0 and not sys.flags.ignore_environment:
            return given
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_quota(groups: Path, mounts: Path) -> float | None:
    """Return the smallest quota of the control groups of this process, in cores.

    Parameters
    ----------
    groups : Path
        The list of groups, such as /proc/self/cgroup. Each line has a number, the controllers of a
        tree, none of them for version 2, and the path of the group in the tree.
    mounts : Path
        The folder where the trees are mounted, such as /sys/fs/cgroup.

    Returns
    -------
    float or None
        None if there is no quota, or no control groups.
    """
    try:
        lines = groups.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    quotas = []
    for line in lines:
        _, controllers, path = f"{line}::".split(":", 2)
        path = path.removesuffix("::")
        if not controllers:
            quotas += [_quota_2(folder) for folder in _folders(mounts, path)]
        elif "cpu" in controllers.split(","):
            for name in VERSION_1:
                quotas += [_quota_1(folder) for folder in _folders(mounts / name, path)]
    return min((quota for quota in quotas if quota is not None), default=None)


def _folders(mount: Path, path: str) -> Iterator[Path]:
    """Yield the folders of a group and of all groups that contain it.

    In a container the path may be that outside, and its own group is the mounted folder.
    """
    group = PurePosixPath("/", path).relative_to("/")
    yield mount / group
    for parent in group.parents:
        yield mount / parent


def _quota_2(folder: Path) -> float | None:
    """Return the quota in a group of version 2: `50000 100000`, or `max 100000`."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        if quota != "max":
            return int(quota) / int(period)
    return None


def _quota_1(folder: Path) -> float | None:
    """Return the quota in a group of version 1, where -1 stands for none."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota = int((folder / "cpu.cfs_quota_us").read_text(encoding="ascii"))
        period = int((folder / "cpu.cfs_period_us").read_text(encoding="ascii"))
        if quota > 0:
            return quota / period
    return None
